"""`python -m benchmarks [name]`: all benchmarks, one after another, or those that are named.

`--json FILE` before the names also keeps what was measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.broadcast import entering, sending
from benchmarks.capacity import capacity, room
from benchmarks.growing import policies, starting, volume
from benchmarks.job import job
from benchmarks.matching import first_characters, growth, questions
from benchmarks.measuring import NOISE, Table
from benchmarks.quality import quality
from benchmarks.rivals import rivals
from benchmarks.scale import scale

BENCHMARKS: dict[str, Callable[[], Table]] = {
    "growth": growth,  # first: what it says of memory is true of a process that has freed none
    "first": first_characters,
    "rivals": rivals,
    "questions": questions,
    "quality": quality,
    "job": job,
    "starting": starting,
    "volume": volume,
    "policies": policies,
    "sending": sending,
    "entering": entering,
    "capacity": capacity,
    "room": room,
    "scale": scale,
}


def main(names: Sequence[str]) -> int:
    """Print the tables; 2 for a name that is none."""
    target, names = (names[1], names[2:]) if names[:1] == ["--json"] else ("", names)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    tables = {}
    for name in names or BENCHMARKS:
        tables[name] = BENCHMARKS[name]()
        print("\n".join(tables[name].lines()), end="\n\n", flush=True)
        if target:
            results = {made: asdict(table) for made, table in tables.items()}
            Path(target).write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    print(NOISE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
