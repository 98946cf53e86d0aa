PYTHON ?= python3
RUN = .venv/bin/python
SOURCES = main.py bot handlers tests benchmarks

.PHONY: demo test check bench format

demo: .venv/ready
	$(RUN) main.py demo $(ARGS)

test: .venv/ready
	$(RUN) -m pytest $(ARGS)

check: .venv/ready
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check . && $(RUN) -m mypy && .venv/bin/lint-imports

bench: .venv/ready
	$(RUN) -m benchmarks

format: .venv/ready
	$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

.venv/ready: requirements.lock
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch .venv/ready
