"""Where the bars of a picture stand: numbers become places, and a template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 960.0, 240.0  # of the place where bars stand
LEFT, TOP, BOTTOM = 48.0, 12.0, 28.0  # room for what is written beside it
TICKS, MARKS = 4, 7  # lines across, dates below: about so many
GAP = 0.25  # of a bar's place


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar. `series` is 0 for the first figure of a day and 1 for the second; `hidden`: only that there is one."""

    x: float
    y: float
    width: float
    height: float
    series: int
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture: its bars, its lines across as (y, label), its dates below as (x, label)."""

    width: float
    height: float
    left: float
    base: float
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, int], ...]
    marks: tuple[tuple[float, str], ...]


def columns(days: Sequence[tuple[date, int | None, int | None]], *, beside: bool = False) -> Chart:
    """Two figures a day: the second within the first, or beside it. None is a figure that is not shown."""
    return steps([(f"{day.month}-{day.day}", first, second) for day, first, second in days], beside=beside)


def steps(points: Sequence[tuple[str, int | None, int | None]], *, beside: bool = False) -> Chart:
    """The same for spans of any length, each with what may be written below it."""
    most = max((figure for _, *figures in points for figure in figures if figure), default=0)
    step = nice(most / TICKS)
    top = step * max(1, -(-most // step))
    place = WIDTH / max(1, len(points))
    base = TOP + HEIGHT
    bars = []
    for number, (_, *figures) in enumerate(points):
        for series, figure in enumerate(figures):
            width = place * (1 - GAP) / (2 if beside else 1)
            x = LEFT + number * place + place * GAP / 2 + (width * series if beside else 0.0)
            height = 3.0 if figure is None else HEIGHT * figure / top
            if figure is None or figure:
                bars.append(Bar(x=x, y=base - height, width=width, height=height, series=series, hidden=figure is None))
    ticks = tuple((base - HEIGHT * n * step / top, n * step) for n in range(int(top // step) + 1))
    every = max(1, -(-len(points) // MARKS))
    marks = tuple(
        (LEFT + (number + 0.5) * place, label) for number, (label, *_) in enumerate(points) if number % every == 0
    )
    return Chart(
        width=LEFT + WIDTH, height=base + BOTTOM, left=LEFT, base=base, bars=tuple(bars), ticks=ticks, marks=marks
    )


def nice(step: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is not less."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size >= step:
                return factor * size
        size *= 10
