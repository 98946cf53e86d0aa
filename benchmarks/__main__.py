"""`python -m benchmarks [name …]`: all benchmarks, one after another, or those that are named.

`--json FILE` also keeps what was measured. `kill` and `soak` break the program on purpose and take long, so they run
only where they are named; `--runs`, `--seed`, `--minutes`, `--out` and `--database` are theirs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.broadcast import entering, sending
from benchmarks.capacity import capacity, room
from benchmarks.growing import policies, starting, volume
from benchmarks.job import job
from benchmarks.kill import RUNS, SEED, kill
from benchmarks.matching import first_characters, growth, questions
from benchmarks.measuring import NOISE, Table
from benchmarks.quality import quality
from benchmarks.rivals import rivals
from benchmarks.scale import scale
from benchmarks.soak import MINUTES, soak
from benchmarks.stores import KINDS

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
FAULTS: dict[str, Callable[[argparse.Namespace], Table]] = {
    "kill": lambda options: kill(options.runs, options.seed, options.database),
    "soak": lambda options: soak(options.minutes, options.out, options.database),
}


def _several(text: str) -> int:
    """A number of times: one at least, for of none nothing could be told."""
    if (many := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be 1 at least")
    return many


def read(words: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join([*BENCHMARKS, *FAULTS]))
    parser.add_argument("--runs", type=_several, default=RUNS, help="kills in all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the moments of the kills")
    parser.add_argument("--database", choices=KINDS, default=KINDS[0], help="what kill and soak run on")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of the soak")
    parser.add_argument("--out", type=Path, default=Path("soak.svg"), help="where the picture of the soak goes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where what was measured goes")
    return parser.parse_args(words)


def main(words: Sequence[str]) -> int:
    """Print the tables; 2 for a name that is none, 1 where a promise was not kept."""
    options = read(words)
    unknown = [name for name in options.names if name not in BENCHMARKS and name not in FAULTS]
    if unknown:
        known = ", ".join([*BENCHMARKS, *FAULTS])
        print(f"no benchmark {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return 2
    broken, tables = False, dict[str, Table]()
    for name in options.names or BENCHMARKS:
        table = tables[name] = BENCHMARKS[name]() if name in BENCHMARKS else FAULTS[name](options)
        print("\n".join(table.lines()), end="\n\n", flush=True)
        broken = broken or any(row.get("broken", 0) > 0 for row in table.rows.values())
        if options.json:
            results = {made: asdict(table) for made, table in tables.items()}
            options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n")
    if not options.names or any(name in BENCHMARKS for name in options.names):
        print(NOISE)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
