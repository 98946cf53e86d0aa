"""`python -m tests.fuzzing NAME [RUNS [FOLDER]]`: inputs without end for one target, led by which code they reach.

Needs atheris (requirements-fuzz.lock). What it finds is left in FOLDER, with what it thought worth keeping; of that the
shortest belong into tests/seeds.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from pathlib import Path

import atheris
import structlog

with atheris.instrument_imports(include=["bot"]):
    from tests.fuzzing.targets import SEEDS, TARGETS

REPORTED = 256  # MB that one allocation, and 1024 that the whole may take


def main(words: list[str]) -> None:
    """Run one target; ends the process, with another status than 0 where it found something."""
    name, runs, folder = words[0], words[1:2] or ["100000"], Path((words[2:3] or [f"fuzzed-{words[0]}"])[0])
    target = TARGETS[name]
    folder.mkdir(parents=True, exist_ok=True)

    def take(data: bytes) -> None:
        begun = time.process_time()
        target.take(data)
        taken = time.process_time() - begun
        if taken > target.seconds:
            raise AssertionError(f"{taken:.2f} s for one input")

    options = [f"-runs={runs[0]}", f"-max_len={target.longest}", f"-artifact_prefix={folder}/found-"]
    options += ["-timeout=60", "-rss_limit_mb=1024", f"-malloc_limit_mb={REPORTED}", "-print_final_stats=1"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")  # libraries warn of odd files
    atheris.Setup([sys.argv[0], *options, str(folder), str(SEEDS / name)], take)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
