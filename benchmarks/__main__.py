"""`python -m benchmarks [name]`: all benchmarks, one after another, or those that are named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks.broadcast import entering, sending
from benchmarks.job import job
from benchmarks.matching import first_characters, growth, questions
from benchmarks.measuring import NOISE, Table
from benchmarks.quality import quality
from benchmarks.rivals import rivals

BENCHMARKS: dict[str, Callable[[], Table]] = {
    "growth": growth,  # first: what it says of memory is true of a process that has freed none
    "first": first_characters,
    "rivals": rivals,
    "questions": questions,
    "quality": quality,
    "job": job,
    "sending": sending,
    "entering": entering,
}


def main(names: Sequence[str]) -> int:
    """Print the tables; 2 for a name that is none."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        print("\n".join(BENCHMARKS[name]().lines()), end="\n\n", flush=True)
    print(NOISE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
