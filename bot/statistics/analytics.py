"""The pictures of many days, made of daily counts: what was asked, in vain, of what, of whom; small figures hidden.

A figure that fewer than FEW people are behind is not shown, nor one that leaves fewer as the rest of another. Where
parts of a whole are hidden, the next smallest are hidden with them until FEW people are behind the hidden ones
together, since else the rest would tell. Two ranges of days laid against each other can still tell what is between
them: nothing that looks at one range alone can keep that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from bot.corpus import Corpus
from bot.statistics.tally import (
    ASKED,
    CAME,
    COMPLAINED,
    COMPLAINT_INTENT,
    DISTRICT,
    IN_VAIN,
    INTENT,
    LEFT,
    MORE,
    POLICY,
    SLOTS,
    TOOK,
    UNIT,
    UNIT_FOUND,
    UNIT_VAIN,
    VAIN,
)
from bot.store.marks import FEW, several, smallest
from bot.store.tallies import Cell
from bot.store.turnover import LOST, WON

TOP = 15  # rows of a table


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How often; None where it is not shown. Without a name: all that are not shown on their own, together."""

    name: str
    count: int | None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day: what was asked, and in vain; who came and left; what was subscribed to and what ended."""

    day: date
    asked: int | None
    vain: int | None
    came: int | None
    left: int | None
    won: int | None
    lost: int | None


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A unit: how often it was concerned, answered and in vain. Without a name: all that are not shown, together."""

    name: str
    asked: int | None
    vain: int | None

    @property
    def answered(self) -> int | None:
        """Those with an answer, which are hidden where the others are."""
        return self.asked - self.vain if self.asked is not None and self.vain is not None else None


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, from the first day to the last."""

    days: tuple[Day, ...]
    asked: int | None
    vain: int | None
    complained: int | None
    came: int | None
    left: int | None
    won: int | None
    lost: int | None
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

    def __init__(self, count: int = 0, people: Iterable[int] = ()) -> None:
        self.count = count
        self.people = smallest(people)

    def add(self, count: int, people: frozenset[int]) -> None:
        self.count += count
        self.people = smallest(self.people | people)

    @property
    def is_few(self) -> bool:
        return bool(self.count) and several(self.people) < FEW

    @property
    def shown(self) -> int | None:
        return None if self.is_few else self.count


_Kinds = Mapping[str, Mapping[str, _Sum]]
_Parts = tuple[_Sum, ...]  # what a figure is the sum of, each of which it would tell


def picture(cells: Iterable[Cell], *, first: date, last: date, corpus: Corpus) -> Picture:
    """What the counts of these days tell."""
    kinds: dict[str, dict[str, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    daily: dict[str, dict[str, _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    for cell in cells:
        kinds[cell.kind][cell.value].add(cell.count, cell.people)
        if not cell.value:
            daily[cell.kind][cell.day].add(cell.count, cell.people)
        elif cell.kind == INTENT and cell.value != IN_VAIN:
            daily[INTENT][cell.day].add(cell.count, cell.people)
    took, asked = kinds[TOOK], kinds[ASKED][""]
    slots = [*map(str, SLOTS), MORE]
    intents = kinds[INTENT]
    apart = {list(intents)[n] for n in _secret([(one,) for one in intents.values()])}
    vain = _part(asked, kinds[VAIN][""], intents, but=IN_VAIN, apart=apart)
    days = _days(daily, first, last)
    if vain is None:  # which the days would tell together
        days = tuple(msgspec.structs.replace(day, vain=None) for day in days)
    return Picture(
        days=days,
        asked=asked.shown,
        vain=vain,
        complained=_part(asked, kinds[COMPLAINED][""], intents, but=COMPLAINT_INTENT, apart=apart),
        **{kind: kinds[kind][""].shown for kind in (CAME, LEFT, WON, LOST)},
        intents=_figures(intents, str),
        policies=_figures(kinds[POLICY], lambda key: _title(corpus, key)),
        districts=_figures(kinds[DISTRICT], str),
        units=_desks(kinds[UNIT], kinds[UNIT_VAIN], kinds[UNIT_FOUND]),
        took=_slots(took, slots),
        median=_within(took, 0.5),
        nearly_all=_within(took, 0.95),
    )


def _part(asked: _Sum, part: _Sum, intents: Mapping[str, _Sum], *, but: str, apart: Container[str]) -> int | None:
    """A figure that is one of the intents: hidden where that is, and where the others together would be few."""
    people = (mark for name, one in intents.items() if name != but for mark in one.people)
    rest = _Sum(max(0, asked.count - part.count), people)
    return None if but in apart or rest.is_few else part.shown


def _days(daily: _Kinds, first: date, last: date) -> tuple[Day, ...]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    sums = {
        kind: [daily[kind][day.isoformat()] for day in days] for kind in (ASKED, VAIN, INTENT, CAME, LEFT, WON, LOST)
    }
    found = [
        _Sum(max(0, asked.count - vain.count), others.people)
        for asked, vain, others in zip(sums[ASKED], sums[VAIN], sums[INTENT], strict=True)
    ]
    hidden = {kind: _secret([(one,) for one in sums[kind]]) for kind in (ASKED, CAME, LEFT, WON, LOST)}
    hidden[VAIN] = _secret(list(zip(sums[VAIN], found, strict=True)), also=hidden[ASKED])
    return tuple(
        Day(day=day, **{kind: None if n in hidden[kind] else sums[kind][n].count for kind in hidden})
        for n, day in enumerate(days)
    )


def _title(corpus: Corpus, key: str) -> str:
    policy = corpus.policies.get(key)
    return policy.title if policy else key


def _figures(sums: Mapping[str, _Sum], name: Callable[[str], str]) -> tuple[Figure, ...]:
    """The largest first, as many as a table has, and at its end those that are hidden, together: not how many they are,
    nor which."""
    ordered = sorted(((key, one) for key, one in sums.items() if one.count), key=lambda item: (-item[1].count, item[0]))
    hidden = _secret([(one,) for _, one in ordered])
    shown = [Figure(name=name(key), count=one.count) for n, (key, one) in enumerate(ordered) if n not in hidden]
    rest = _added(one for n, (_, one) in enumerate(ordered) if n in hidden)
    return (*shown[:TOP], *([Figure(name="", count=rest.shown)] if hidden else []))


def _slots(took: Mapping[str, _Sum], slots: Sequence[str]) -> tuple[Figure, ...]:
    """The slots in their order, and at the end those that are hidden, together."""
    hidden = _secret([(took[slot],) for slot in slots])
    shown = [Figure(name=slot, count=took[slot].count) for n, slot in enumerate(slots) if n not in hidden]
    rest = _added(took[slot] for n, slot in enumerate(slots) if n in hidden)
    return (*shown, *([Figure(name="", count=rest.shown)] if hidden else []))


def _desks(asked: Mapping[str, _Sum], vain: Mapping[str, _Sum], found: Mapping[str, _Sum]) -> tuple[Desk, ...]:
    """Those asked of most first, and at the end one without a name for those that are hidden: not how many they are,
    nor which, nor what they come to, for a question may concern several."""
    desks, hidden = [], False
    for name, one in sorted(asked.items(), key=lambda item: (-item[1].count, item[0])):
        if one.is_few:
            hidden = True
            continue
        part, people = vain.get(name, _Sum()), found.get(name, _Sum()).people
        rest = _Sum(max(0, one.count - part.count), people)
        desks.append(Desk(name=name, asked=one.shown, vain=None if rest.is_few else part.shown))
    return (*desks, *([Desk(name="", asked=None, vain=None)] if hidden else []))


def _secret(cells: Sequence[_Parts], *, also: Iterable[int] = ()) -> frozenset[int]:
    """Which cells of a whole are not shown: those with a part of few people, and `also` those; and then the smallest of
    the others, until the hidden ones together tell nothing of one."""
    hidden = {*also, *(n for n, parts in enumerate(cells) if any(part.is_few for part in parts))}
    if any(_added(part).is_few for part in zip(*cells, strict=True)):
        return frozenset(hidden)  # the whole is not shown, so nothing can be told from it
    rest = sorted((sum(part.count for part in parts), n) for n, parts in enumerate(cells) if n not in hidden)
    rest = [(count, n) for count, n in rest if count]
    while not _tells_nothing([cells[n] for n in hidden]):
        if not rest:
            return frozenset(range(len(cells)))
        hidden.add(rest.pop(0)[1])
    return frozenset(hidden)


def _tells_nothing(cells: Sequence[_Parts]) -> bool:
    """Whether of these cells nothing follows from what they are together: FEW people are behind them, part by part, and
    any of them could be any figure up to FEW at least."""
    together = [_added(parts) for parts in zip(*cells, strict=True)]
    count, many = sum(part.count for part in together), sum(any(part.count for part in parts) for parts in cells)
    return not any(part.is_few for part in together) and (not many or count >= many + FEW - 1)


def _added(sums: Iterable[_Sum]) -> _Sum:
    found = _Sum()
    for one in sums:
        found.add(one.count, one.people)
    return found


def _within(took: Mapping[str, _Sum], share: float) -> str:
    """The slot within which this share of the answers came; empty where there were too few people to tell."""
    total = sum(one.count for one in took.values())
    if not total or several(mark for one in took.values() for mark in one.people) < FEW:
        return ""
    so_far = 0
    for slot in map(str, SLOTS):
        so_far += took[slot].count
        if so_far >= share * total:
            return slot
    return MORE
