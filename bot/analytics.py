"""The pictures of many days, made of daily counts: what was asked, in vain, of what, of whom; small figures hidden.

A figure that fewer than FEW people are behind is not shown. Where just one part of a whole is hidden, the next smallest
is hidden with it, since else the rest would tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import msgspec

from bot.corpus import Corpus
from bot.store.tallies import FEW, Cell, smallest
from bot.tally import (
    ASKED,
    CAME,
    COMPLAINED,
    DISTRICT,
    INTENT,
    LEFT,
    MORE,
    POLICY,
    SLOTS,
    TOOK,
    UNIT,
    UNIT_VAIN,
    VAIN,
)

TOP = 15  # rows of a table


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How often; None where too few people are behind it."""

    name: str
    count: int | None

    @property
    def hidden(self) -> bool:
        """Whether it is not shown."""
        return self.count is None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day: what was asked, and in vain."""

    day: date
    asked: int | None
    vain: int | None
    came: int | None
    left: int | None


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A unit: how often it was concerned, answered and in vain."""

    name: str
    asked: int | None
    vain: int | None

    @property
    def answered(self) -> int | None:
        """Those with an answer, where that does not tell what is hidden."""
        return self.asked - self.vain if self.asked is not None and self.vain is not None else None


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, from the first day to the last."""

    days: tuple[Day, ...]
    asked: int | None
    vain: int | None
    complained: int | None
    came: int | None
    left: int | None
    intents: tuple[Figure, ...]
    policies: tuple[Figure, ...]
    districts: tuple[Figure, ...]
    units: tuple[Desk, ...]
    took: tuple[Figure, ...]
    median: str
    nearly_all: str

    @property
    def share(self) -> float | None:
        """The share of questions that found nothing."""
        return self.vain / self.asked if self.asked and self.vain is not None else None


class _Sum:
    """A count over days, with who was behind it."""

    def __init__(self) -> None:
        self.count = 0
        self.people: frozenset[int] = frozenset()

    def add(self, cell: Cell) -> None:
        self.count += cell.count
        self.people = smallest(self.people | cell.people)

    @property
    def shown(self) -> int | None:
        return self.count if not self.count or len(self.people) >= FEW else None


def picture(cells: Iterable[Cell], *, first: date, last: date, corpus: Corpus) -> Picture:
    """What the counts of these days tell."""
    kinds: dict[str, dict[str, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    daily: dict[str, dict[str, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    for cell in cells:
        kinds[cell.kind][cell.value].add(cell)
        if not cell.value:
            daily[cell.kind][cell.day].add(cell)
    took = kinds[TOOK]
    return Picture(
        days=_days(daily, first, last),
        **{kind: kinds[kind][""].shown for kind in (ASKED, VAIN, COMPLAINED, CAME, LEFT)},
        intents=_figures(kinds[INTENT], str),
        policies=_figures(kinds[POLICY], lambda key: _title(corpus, key)),
        districts=_figures(kinds[DISTRICT], str),
        units=_desks(kinds[UNIT], kinds[UNIT_VAIN]),
        took=tuple(_hide([Figure(name=slot, count=took[slot].shown) for slot in (*map(str, SLOTS), MORE)])),
        median=_within(took, 0.5),
        nearly_all=_within(took, 0.95),
    )


def _days(daily: dict[str, dict[str, _Sum]], first: date, last: date) -> tuple[Day, ...]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    columns = {
        kind: _hide([Figure(name=str(day), count=daily[kind][day.isoformat()].shown) for day in days])
        for kind in (ASKED, VAIN, CAME, LEFT)
    }
    return tuple(
        Day(day=day, **{kind: columns[kind][n].count for kind in columns}) for n, day in enumerate(days)
    )  # fmt: skip


def _title(corpus: Corpus, key: str) -> str:
    policy = corpus.policies.get(key)
    return policy.title if policy else key


def _figures(sums: dict[str, _Sum], name: Callable[[str], str]) -> tuple[Figure, ...]:
    """The largest first, as many as a table has; the hidden ones at its end."""
    ordered = sorted(sums.items(), key=lambda item: (-item[1].count, item[0]))
    figures = _hide([Figure(name=name(key), count=one.shown) for key, one in ordered if one.count])
    shown = [figure for figure in figures if not figure.hidden]
    return tuple((shown + [figure for figure in figures if figure.hidden])[:TOP])


def _desks(asked: dict[str, _Sum], vain: dict[str, _Sum]) -> tuple[Desk, ...]:
    ordered = sorted(asked.items(), key=lambda item: (-item[1].count, item[0]))
    desks = [Desk(name=name, asked=one.shown, vain=vain[name].shown) for name, one in ordered]
    return tuple(sorted(desks, key=lambda desk: desk.asked is None))


def _hide(figures: Sequence[Figure]) -> list[Figure]:
    """Where one alone is hidden, the next smallest with it."""
    found = list(figures)
    if sum(figure.hidden for figure in found) == 1:
        shown = [(figure.count, n) for n, figure in enumerate(found) if figure.count]
        if shown:
            found[min(shown)[1]] = msgspec.structs.replace(found[min(shown)[1]], count=None)
    return found


def _within(took: dict[str, _Sum], share: float) -> str:
    """The slot within which this share of the answers came; empty where there were too few people to tell."""
    total = sum(one.count for one in took.values())
    people = smallest(mark for one in took.values() for mark in one.people)
    if not total or len(people) < FEW:
        return ""
    so_far = 0
    for slot in map(str, SLOTS):
        so_far += took[slot].count
        if so_far >= share * total:
            return slot
    return MORE
