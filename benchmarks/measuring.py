"""Times by turns and tables of them: all that is compared runs in one process, round after round, one after another."""

from __future__ import annotations

import gc
import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

STATM = Path("/proc/self/statm")  # memory of this process in pages; Linux alone has it
NOISE = (
    "What is timed moves by tens of percent from run to run on a busy machine; the ratios (÷) are of one run, in\n"
    "which the competitors take turns, and move far less."
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What was measured: for each row its figures by column; `note` says what to read out of them."""

    title: str
    rows: Mapping[str, Mapping[str, float]]
    note: str = ""

    def lines(self) -> Iterator[str]:
        """The table as text."""
        columns = list(dict.fromkeys(column for row in self.rows.values() for column in row))
        names = max(map(len, self.rows), default=0)
        yield self.title
        yield f"  {'':{names}}  {'  '.join(columns)}"
        for name, row in self.rows.items():
            cells = (f"{_figure(row[c]) if c in row else '':>{len(c)}}" for c in columns)
            yield f"  {name:{names}}  {'  '.join(cells)}"
        yield from (f"  {line}" for line in self.note.splitlines())


def _figure(value: float) -> str:
    """Three digits, or the whole number; a stroke for what was not measured."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def by_turns(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each run; each round begins with another of them."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            start = time.perf_counter()
            runs[name]()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def microseconds(runs: Mapping[str, Callable[[], object]], *, texts: int, rounds: int) -> dict[str, float]:
    """Median microseconds for one of the `texts` that each run goes through."""
    return {name: seconds / texts * 1e6 for name, seconds in by_turns(runs, rounds).items()}


def exhaust(found: Callable[[str], Iterable[object]], texts: tuple[str, ...]) -> Callable[[], None]:
    """A run that takes everything an iterator gives for each text."""

    def run() -> None:
        for text in texts:
            list(found(text))

    return run


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What it took to make something: seconds, and megabytes of memory, NaN where the machine does not tell."""

    seconds: float
    megabytes: float


def cost(make: Callable[[], object]) -> Cost:
    """Make something that its owner keeps, and see what it takes."""
    gc.collect()
    before, start = resident(), time.perf_counter()
    make()
    seconds = time.perf_counter() - start
    return Cost(seconds=seconds, megabytes=(resident() - before) / 1e6)


def resident() -> float:
    """Bytes of memory this process holds; NaN where the machine does not tell."""
    if not STATM.exists():
        return float("nan")
    (pages,) = islice(STATM.read_text().split(), 1, 2)
    return float(pages) * os.sysconf("SC_PAGE_SIZE")
