PYTHON ?= python3
RUN = .venv/bin/python

.PHONY: demo test bench fuzz check format

demo: .venv/ready
	$(RUN) main.py demo $(ARGS)

# What was compiled is kept even where that is not the habit: the tests start the program a hundred times.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/tested .venv/benched
	$(RUN) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

bench: .venv/tested .venv/benched
	$(RUN) -m benchmarks $(ARGS)

fuzz: .venv/fuzzed
	$(RUN) -m tests.fuzzing $(ARGS)

check: .venv/tested
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy && .venv/bin/lint-imports

format: .venv/tested
	$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

.venv/ready: requirements.lock
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch .venv/ready

.venv/tested: .venv/ready requirements-dev.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch .venv/tested

.venv/benched: .venv/ready requirements-bench.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-bench.lock
	touch .venv/benched

.venv/fuzzed: .venv/tested requirements-fuzz.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.lock
	touch .venv/fuzzed
