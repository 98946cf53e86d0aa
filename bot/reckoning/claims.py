"""Which figure of a text is whose: by the word that stands nearest, by who gave it, by what is left."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import msgspec

from bot.chinese import Folded, fold
from bot.person import Facts
from bot.policies import Fact
from bot.reckoning.figures import (
    COUNTING,
    LAST_YEAR,
    MANY_THINGS,
    TIMES,
    Figure,
    asks_of_last_year,
    former,
    giver,
    is_awarded,
    is_growth,
    is_part,
    is_total,
    year_of,
)  # fmt: skip

REACH = 14  # characters between a word and its figure, over one clause
ACROSS, BEHIND, LATER = 5, 3, 0.4  # what it costs to cross a clause, to stand behind the figure, to be wanted less
MOST = {"money": 1e12, "number": 1e9, "percent": 1e5}  # nothing an enterprise has is more
APART_COST = 10.0  # a part of what was told before is nobody's whole
BARE = 10.0  # from here on a number without a unit may be meant as a sum
YEARS = range(1990, 2100)
LEAST_SUM = 1.0  # yuan
CLOSE = 3.5  # what a word of a fact nobody wants may cost, to keep its figure
ONLY_WHEN = 10.0  # what a word that says only when costs beside one that says what: 设备去年买了900万
MANY = 100  # products, projects: nobody tells of more with one price for each
Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Odd:
    """Something told that cannot be reckoned with: negative, zero, absurd, a range, a contradiction, bare of a unit, of
    another country, of a part of the year, or of each of several that nobody counted."""

    fact: str
    kind: str
    said: str = ""


@lru_cache(maxsize=8192)
def spelled(word: str) -> str:
    """A word of the vocabulary as it stands in a folded text; there are a thousand, read again for every message."""
    return fold(word).text


def places(folded: Folded, word: str) -> Sequence[Place]:
    """Where a word stands in a text."""
    said, text = spelled(word), folded.text
    start = text.find(said) if said else -1
    if start < 0:
        return ()  # nearly always: a thousand words are looked for in each message
    found = []
    while start >= 0:
        found.append((start, start + len(said)))
        start = text.find(said, start + 1)
    return found


def claim(
    folded: Folded, figures: list[Figure], counted: list[Fact], odd: list[Odd], *, strange: Container[int] = ()
) -> dict[int, str]:
    """Which figure is whose by the words beside it; a second, other one beside the same word is a contradiction.

    strange  the figures that stand right beside the word of a fact nobody wants: no farther word makes them turnover
    """
    owner = _given(folded, figures, counted)
    owner |= {n: key for n, key in _years(folded, figures, counted).items() if n not in owner}
    given = {fact.key for fact in counted if fact.given}
    gone = _gone(folded, figures, owner, counted)
    other = _of_other_years(folded, figures)
    whole = frozenset(n for n, figure in enumerate(figures) if is_total(folded, figure))
    lone = [fact for fact in counted if [other.unit for other in counted].count(fact.unit) == 1]
    claims = sorted(
        (cost + rank * LATER + (not whole and is_part(folded, figure)) * APART_COST, number, rank)
        for number, figure in enumerate(figures)
        if number not in owner and number not in gone
        for rank, fact in enumerate(counted)
        if (cost := _cost(folded, figure, fact, alone=fact in lone)) is not None
        and (number not in other or fact.before or fact.given)
        and (number not in strange or cost < CLOSE or not (fact.lasting or fact.grows))
        and (number not in whole or cost <= 0 or len(figures) == 1)
    )
    rivals = []
    for cost, number, rank in claims:
        key = counted[rank].key
        if number in owner:
            continue
        if key not in owner.values():
            owner[number] = key
        elif cost < ACROSS and key not in given:
            rivals.append((number, key))
    for number, key in rivals:
        if number not in owner and _differs(figures, owner, number, key=key):
            odd.append(Odd(fact=key, kind="contradiction"))
            owner[number] = ""
    return owner | dict.fromkeys(gone, "")


def _given(folded: Folded, figures: list[Figure], counted: list[Fact]) -> dict[int, str]:
    """Sums that the city gave, or that somebody had before: the least of them, where a turnover stands beside it."""
    owner: dict[int, str] = {}
    for fact in counted:
        found = [n for n, f in enumerate(figures) if fact.given and giver(folded, f) == fact.given]
        if found:
            owner[min(found, key=lambda n: figures[n].value)] = fact.key
    return owner


def _gone(folded: Folded, figures: list[Figure], owner: dict[int, str], counted: list[Fact]) -> frozenset[int]:
    """Figures of an earlier step: they stand in one clause with what was paid for it."""
    paid = {fact.key for fact in counted if fact.given == "before"}
    if not any(key in paid for key in owner.values()):
        return frozenset()
    past = former(folded)
    return frozenset(n for n, f in enumerate(figures) if n not in owner and f.unit == "yuan" and f.start in past)


def _of_other_years(folded: Folded, figures: list[Figure]) -> frozenset[int]:
    """Sums of last year told beside those of this one, or the other way round where last year is asked about."""
    years = {n: year_of(folded, figure) for n, figure in enumerate(figures) if figure.unit == "yuan"}
    if len(set(years.values())) < 2 or -1 not in years.values():
        return frozenset()
    back = asks_of_last_year(folded)
    return frozenset(n for n, year in years.items() if (year == -1) != back)


def _differs(figures: list[Figure], owner: dict[int, str], number: int, *, key: str) -> bool:
    return any(owned == key and figures[n].value != figures[number].value for n, owned in owner.items())


def _years(folded: Folded, figures: list[Figure], counted: list[Fact]) -> dict[int, str]:
    """Figures of last year and of this one told beside each other: 去年4亿今年6亿."""
    sums = [n for n, figure in enumerate(figures) if figure.unit == "yuan"]
    last = [n for n in sums if year_of(folded, figures[n]) == -1]
    this = [n for n in sums if year_of(folded, figures[n]) == 0 and not is_growth(folded, figures[n])]
    grown = next((fact.grows for fact in counted if fact.grows), "")
    if len(last) != 1 or len(this) != 1 or not grown:
        return {}
    found = {this[0]: grown}
    earlier = next((fact.key for fact in counted if fact.before == grown), "")
    found[last[0]] = earlier
    return found if all(key in {fact.key for fact in counted} for key in found.values()) else {}


def _cost(folded: Folded, figure: Figure, fact: Fact, *, alone: bool = False) -> float | None:
    """How far a figure stands from the nearest word of a fact; None where it cannot be its value.

    alone  no other fact that is wanted is counted in its unit, which then says enough
    """
    fits = _fits(figure, fact)
    if not fits:
        return None
    # What is counted follows its number, 三个产品; a sum follows what it is paid for.
    across, beyond = (2 * ACROSS, 0) if fact.kind == "number" else (ACROSS, BEHIND)
    best: float | None = None
    if figure.unit == "yuan" and not fact.given and (is_awarded(folded, figure) or giver(folded, figure)):
        return None  # what somebody was given is no base
    for word in (fact.name, *fact.words):
        for start, end in places(folded, word):
            behind = start >= figure.end
            gap = start - figure.end if behind else figure.start - end
            if gap < 0:
                continue
            low, high = (figure.end, start) if behind else (end, figure.start)
            crossed = sum(1 for place in folded.breaks if low <= place <= high)
            cost = gap + crossed * across + (beyond if behind else 0) - 0.5 * (end - start)
            cost += ONLY_WHEN if LAST_YEAR.fullmatch(spelled(word)) else 0
            if gap <= REACH and (best is None or cost < best):
                best = cost
    return REACH + ACROSS if best is None and fits == "unit" and alone else best


def _fits(figure: Figure, fact: Fact) -> str:
    """Whether a figure may be the value of a fact: by its kind, or by its unit."""
    if fact.kind == "money":
        return "kind" if figure.unit == "yuan" else ""
    if fact.kind == "percent":
        return "kind" if figure.unit == "percent" else ""
    if figure.unit in ("yuan", "percent"):
        return ""
    if TIMES.match(figure.unit):
        return ""
    if figure.unit.startswith(fact.unit):
        return "unit"
    if any(figure.unit.startswith(spelled(word)) for word in fact.words):
        return "kind"
    counts = figure.unit[:1] in (MANY_THINGS, fact.unit[:1]) and fact.unit[:1] in COUNTING
    things = counts and any(spelled(word) in figure.unit for word in fact.words)
    return "kind" if things else ""  # 36个双一流毕业生 are persons; 2条鱿鱼钓船 are no tons of squid, 2个鱼塘 no 亩


def give_the_rest(
    figures: list[Figure], counted: list[Fact], owner: dict[int, str], *, asked: str, only: str, odd: list[Odd]
) -> None:
    """A figure that no word claims goes to what was asked, or, a sum, to the only one it can be; what somebody was
    given has to be said to be that."""
    subject = next((fact for fact in counted if fact.key == asked), None)
    if subject is not None and asked not in owner.values():
        kind = {"money": "yuan", "percent": "percent"}.get(subject.kind, "")
        units = (kind,) if kind else ("", subject.unit)  # 300, or 300吨 where several facts are counted in tons
        left = [n for n, f in enumerate(figures) if n not in owner and f.unit in units]
        bare = [n for n, f in enumerate(figures) if n not in owner and f.unit == ""]
        if len(left) == 1:
            owner[left[0]] = asked
        elif kind == "percent" and len(bare) == 1:
            owner[bare[0]] = asked
        elif kind == "yuan" and bare:
            odd.append(Odd(fact=asked, kind="bare", said=f"{figures[bare[0]].value:g}"))
        return
    sums = [n for n, figure in enumerate(figures) if n not in owner and figure.unit == "yuan"]
    if len(sums) == 1 and only in {fact.key for fact in counted if not fact.given} - set(owner.values()):
        owner[sums[0]] = only


def of_others(
    folded: Folded, figures: list[Figure], counted: Sequence[Fact], others: Sequence[Fact], *, names: Sequence[str] = ()
) -> dict[int, Fact]:
    """The figures that no word of a wanted fact claims, but that of another does, close by: 设备买了两千万 is no
    turnover. A word inside a longer one, 机器 of 机器人, or that a wanted fact has too, says nothing."""
    own = {fact.key for fact in counted}
    kinds = {
        figure.unit if figure.unit == "percent" else "money" if figure.unit == "yuan" else "number"
        for figure in figures
    }
    ours: list[str] = []
    found: dict[int, tuple[float, Fact]] = {}
    for fact in others:
        if fact.kind not in kinds or fact.key in own or fact.given:
            continue
        # No other word can stand beside a figure.
        words = tuple([w for w in fact.words if spelled(w) in folded.text and not _inside(spelled(w), names)])
        if words:
            ours = ours or [spelled(word) for fact in counted for word in (fact.name, *fact.words)]
            words = tuple(word for word in words if not any(spelled(word) in mine for mine in ours))
        elif spelled(fact.name) not in folded.text:
            continue
        plain = msgspec.structs.replace(fact, words=words)
        for number, figure in enumerate(figures):
            cost = _cost(folded, figure, plain)
            if cost is not None and cost < CLOSE and (number not in found or cost < found[number][0]):
                found[number] = (cost, fact)
    return {number: fact for number, (_, fact) in found.items()}


def _inside(word: str, names: Sequence[str]) -> bool:
    return any(word in name and word != name for name in names)


def without_unit(folded: Folded, figures: list[Figure], counted: list[Fact], owner: dict[int, str]) -> Iterator[Odd]:
    """A number beside the word of a sum that says neither yuan nor how many thousands: 设备投了3000."""
    for fact in counted:
        if fact.kind != "money" or fact.key in owner.values():
            continue
        for number, figure in enumerate(figures):
            ends = figure.end == len(folded.text) or figure.end in folded.breaks
            if number in owner or figure.unit in ("yuan", "percent") or not ends or figure.value < BARE:
                continue
            cost = _cost(folded, Figure(figure.start, figure.end, figure.value, "yuan"), fact)
            if cost is not None and cost < ACROSS and not _is_year(figure):
                yield Odd(fact=fact.key, kind="bare", said=folded.text[figure.start : figure.end])


def _is_year(figure: Figure) -> bool:
    return figure.value in YEARS


def accept(folded: Folded, figure: Figure, fact: Fact, *, facts: Facts, odd: list[Odd]) -> None:
    """A figure as the value of its fact, or what is odd about it."""
    said = folded.text[figure.start : figure.end]
    flaw = _flaw(figure, fact)
    if flaw:
        odd.append(Odd(fact=fact.key, kind=flaw, said=said))
    else:
        facts[fact.key] = figure.value


def _flaw(figure: Figure, fact: Fact) -> str:
    shrinks = fact.grows and fact.kind == "percent" and figure.flaw == "negative"  # as no share of anything does
    if figure.flaw and figure.flaw != "bound" and not shrinks:
        return figure.flaw
    if fact.kind != "percent" and figure.value < (LEAST_SUM if fact.kind == "money" else 0.0):
        return "zero"
    if fact.kind == "number" and not figure.value:
        return "zero"
    return "absurd" if abs(figure.value) > MOST[fact.kind] else ""


def multiplied(figure: Figure, figures: list[Figure]) -> Figure | None:
    """A sum of each of several as their total: 6个产品, 认证费每个12万. None where nobody counted them."""
    counts = {f.value for f in figures if f.unit not in ("", "yuan", "percent") and not f.flaw and not f.every}
    count = counts.pop() if len(counts) == 1 else 0.0
    if count < 1 or not count.is_integer():
        return None
    parts = (figure.value,) * int(count) if count <= MANY else ()
    return replace(figure, value=round(figure.value * count, 2), parts=parts)
