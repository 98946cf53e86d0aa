"""kill -9 at random moments of the real program's work: it is started again, finishes, and nothing is lost or twice.

Four kinds of work take turns in shares of the runs. A run is one kill with what follows: the program is started anew,
ends its work, and all that was promised is looked for in the database and on the followers' phones.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from benchmarks.announcing import announcing
from benchmarks.importing import importing
from benchmarks.measuring import Table
from benchmarks.publishing import publishing
from benchmarks.receiving import receiving
from benchmarks.stores import KINDS, SqliteStore, Stores, opened
from benchmarks.wreck import Broken

RUNS, SEED = 200, 9


class Killing(Protocol):
    """One kind of work: so many runs in a folder, each with what was counted. Raises Broken."""

    __name__: str

    def __call__(
        self, folder: Path, chance: random.Random, runs: int, *, stores: Stores = SqliteStore
    ) -> AsyncIterator[Counter[str]]:
        """Kill so often."""


WORK: dict[str, Killing] = {
    "receiving messages": receiving,
    "publishing an edition": publishing,
    "importing a file": importing,
    "sending an announcement": announcing,
}


@dataclass
class Tally:
    """What came of the runs of one kind of work; `broken` are promises that were not kept, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


async def run(killing: Killing, runs: int, *, seed: str, stores: Stores, say: Callable[[str], None]) -> Tally:
    """So many runs of one kind of work."""
    tally, chance, began = Tally(), random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="huiqi-kill-") as folder:
        while tally.counts["runs"] < runs:
            rest = runs - tally.counts["runs"]
            try:
                async for counts in killing(Path(folder) / f"{rest}", chance, rest, stores=stores):
                    tally.counts += counts + Counter(runs=1)
                    say(f"{killing.__name__} {tally.counts['runs']}/{runs}: {dict(counts)}")
            except Broken as error:
                tally.counts["runs"] += 1
                tally.broken.append(f"{killing.__name__}: {error}")
                say(tally.broken[-1])
    tally.seconds = time.monotonic() - began
    return tally


async def run_all(runs: int, seed: int, *, stores: Stores, say: Callable[[str], None]) -> dict[str, Tally]:
    """The runs, shared out over the kinds of work; three go side by side, since starts wait much."""
    shares = {name: runs // len(WORK) + (number < runs % len(WORK)) for number, name in enumerate(WORK)}
    tallies: dict[str, Tally] = {}

    async def go(names: list[str]) -> None:
        for name in names:
            tallies[name] = await run(WORK[name], shares[name], seed=f"{seed} {name}", stores=stores, say=say)

    names = [name for name, share in shares.items() if share]
    await asyncio.gather(go(names[:1]), go(names[1:2]), go(names[2:]))
    return {name: tallies[name] for name in WORK if name in tallies}


def kill(runs: int = RUNS, seed: int = SEED, database: str = KINDS[0]) -> Table:
    """The table; what was broken is said beside it."""
    with opened(database) as stores:
        tallies = asyncio.run(run_all(runs, seed, stores=stores, say=partial(print, file=sys.stderr, flush=True)))
    columns = ("runs", "kills", "amid", "items", "in doubt", "given up")
    rows = {
        name: {**{column: float(tally.counts[column]) for column in columns}, "broken": float(len(tally.broken)),
               "minutes": tally.seconds / 60}
        for name, tally in tallies.items()
    }  # fmt: skip
    rows["all"] = {column: sum(row[column] for row in rows.values()) for column in (*columns, "broken")}
    return Table(
        title=f"kill -9 on {database}, {runs} runs, seed {seed}",
        rows=rows,
        note="amid: kills that left work begun and not ended. items: messages, parts of editions, drafts, recipients\n"
        "that were looked at. in doubt: sends that wait for a person, since only the platform knows of them.\n"
        "given up: messages that the platform delivered three times while nobody listened; it tells the follower.\n"
        "broken: runs in which a promise was not kept; each is said in words above.",
    )
