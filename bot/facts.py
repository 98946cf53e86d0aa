"""The facts of an enterprise or a project that a follower's words tell, by the vocabulary of data/facts.toml.

A figure belongs to the fact whose word stands nearest to it; one that no word claims, to the fact that was asked for or
to the first one that is wanted. What is negative, zero, beyond measure, a range, or told twice and differently is no
fact: it is given back as Odd, to be asked about, and never reckoned with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.chinese import Folded, denied, fold
from bot.figures import SAID_NO, SAID_YES, Figure, is_awarded, is_limit, is_part, read_figures, says_yes, sign, year_of
from bot.person import Facts, FactValue
from bot.policies import Fact

LONGEST = 600  # characters of a text that are read
REACH = 14  # characters between a word and its figure, over one clause
ACROSS, BEHIND, LATER = 5, 3, 0.4  # what it costs to cross a clause, to stand behind the figure, to be wanted less
MOST = {"money": 1e12, "number": 1e9, "percent": 1e5}  # nothing an enterprise has is more
APART_COST = 10.0  # a part of what was told before is nobody's whole
BESIDE = 2.0  # what a word may cost that makes a fact of a sum that was given
BARE = 10.0  # from here on a number without a unit may be meant as a sum
YEARS = range(1990, 2100)
LEAST_SUM = 1.0  # yuan
APART = 1.0  # percent points by which a rate may differ from the figures it is told with
LOOSE = 5  # characters that may stand beside an answer and say nothing else
Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Odd:
    """Something told that cannot be reckoned with: negative, zero, absurd, range, contradiction, or bare of a unit."""

    fact: str
    kind: str
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a text tells.

    whole   it hardly says anything else, as the answer to a question does
    named   the facts whose figure stands beside one of their own words
    places  where in the folded text the facts stand
    """

    facts: Facts = field(default_factory=dict)
    odd: tuple[Odd, ...] = ()
    whole: bool = False
    named: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()


def read_facts(text: str, wanted: Sequence[Fact], *, asked: str = "", only: str = "") -> Told:
    """The wanted facts, the more wanted first, that a text tells.

    asked  the one that was asked for last: a figure without a word, a bare yes or no answers it
    only   the one sum that the matter has: a single sum without a word can be no other
    """
    folded = fold(sign(text[:LONGEST]))
    figures = _sound([f for f in read_figures(folded) if not is_limit(folded, f)])
    facts: Facts = {}
    odd: list[Odd] = []
    counted = [fact for fact in wanted if fact.kind in MOST]
    owner = _claims(folded, figures, counted, odd)
    named = frozenset(owner.values()) - {""}
    free = [figure if asked or not is_awarded(folded, figure) else replace(figure, unit="") for figure in figures]
    _give_the_rest(free, counted, owner, asked=asked, only=only, odd=odd)
    kinds = {fact.key: fact for fact in counted}
    odd += _without_unit(folded, figures, counted, owner)
    for number, key in owner.items():
        if key:
            _accept(folded, figures[number], kinds[key], facts=facts, odd=odd)
    for fact in wanted:
        if fact.kind in ("choice", "yes"):
            value, several = _chosen(folded, fact) if fact.kind == "choice" else _yes_or_no(folded, fact)
            if value:
                facts[fact.key] = value
            elif several and fact.key == asked:
                odd.append(Odd(fact=fact.key, kind="contradiction"))
    subject = next((fact for fact in wanted if fact.key == asked), None)
    replied = subject is not None and _read_reply(text, subject, facts)
    told = [fact for fact in wanted if fact.key in facts or any(o.fact == fact.key for o in odd)]
    named |= _relate(wanted, facts, odd)
    flawed = {o.fact for o in odd}
    facts = {key: value for key, value in facts.items() if key not in flawed}
    places = _covered(folded, told, figures)
    whole = replied or _is_whole(folded, places)
    return Told(facts=facts, odd=tuple(odd), whole=whole, named=named, places=places)


def _sound(figures: list[Figure]) -> list[Figure]:
    """Without ranges and bounds where plain sums stand beside them: 1亿以上 is then what the rule says, not they."""
    plain = [f for f in figures if f.unit != "yuan" or f.flaw not in ("range", "bound")]
    return plain if any(f.unit == "yuan" for f in plain) else figures


def _read_reply(text: str, asked: Fact, facts: Facts) -> bool:
    """A bare yes or no: to a question of yes and no, and to one for a figure that may be none."""
    said = says_yes(text)
    if said is not None and asked.kind == "yes":
        facts[asked.key] = SAID_YES if said else SAID_NO
    elif said is False and asked.none:
        facts[asked.key] = 0.0
    else:
        return False
    return True


def _covered(folded: Folded, told: Sequence[Fact], figures: list[Figure]) -> frozenset[int]:
    """The places of figures, values and the facts' own words; none where no fact is told."""
    covered = {place for figure in figures for place in range(figure.start, figure.end)}
    for fact in told:
        words = (*fact.words, *fact.no, *(w for option in fact.options for w in (option.name, *option.words)))
        found = [place for word in words for place in _places(folded, word)]
        covered |= {place for start, end in found for place in range(start, end)}
    return frozenset(covered) if told else frozenset()


def _is_whole(folded: Folded, covered: frozenset[int]) -> bool:
    """Whether hardly anything is said beside the facts."""
    return bool(covered) and len(folded.text) - len(covered) <= max(LOOSE, len(covered) // 2)


@lru_cache(maxsize=8192)
def _spelled(word: str) -> str:
    """A word of the vocabulary as it stands in a folded text; there are a thousand, read again for every message."""
    return fold(word).text


def _places(folded: Folded, word: str) -> Iterator[Place]:
    """Where a word stands in a text."""
    said = _spelled(word)
    start = folded.text.find(said) if said else -1
    while start >= 0:
        yield start, start + len(said)
        start = folded.text.find(said, start + 1)


# ----- figures


def _claims(folded: Folded, figures: list[Figure], counted: list[Fact], odd: list[Odd]) -> dict[int, str]:
    """Which figure is whose by the words beside it; a second, other one beside the same word is a contradiction."""
    owner = _years(folded, figures, counted)
    claims = sorted(
        (cost + rank * LATER + is_part(folded, figure) * APART_COST, number, rank)
        for number, figure in enumerate(figures)
        if number not in owner
        for rank, fact in enumerate(counted)
        if (cost := _cost(folded, figure, fact)) is not None
    )
    for cost, number, rank in claims:
        key = counted[rank].key
        if number in owner:
            continue
        if key not in owner.values():
            owner[number] = key
        elif cost < ACROSS and _differs(figures, owner, number, key=key):
            odd.append(Odd(fact=key, kind="contradiction"))
            owner[number] = ""
    return owner


def _differs(figures: list[Figure], owner: dict[int, str], number: int, *, key: str) -> bool:
    return any(owned == key and figures[n].value != figures[number].value for n, owned in owner.items())


def _years(folded: Folded, figures: list[Figure], counted: list[Fact]) -> dict[int, str]:
    """Figures of last year and of this one told beside each other: 去年4亿今年6亿."""
    sums = [n for n, figure in enumerate(figures) if figure.unit == "yuan"]
    last = [n for n in sums if year_of(folded, figures[n]) == -1]
    this = [n for n in sums if year_of(folded, figures[n]) == 0]
    grown = next((fact.grows for fact in counted if fact.grows), "")
    if len(last) != 1 or len(this) != 1 or not grown:
        return {}
    found = {this[0]: grown}
    earlier = next((fact.key for fact in counted if fact.before == grown), "")
    found[last[0]] = earlier
    return found if all(key in {fact.key for fact in counted} for key in found.values()) else {}


def _cost(folded: Folded, figure: Figure, fact: Fact) -> float | None:
    """How far a figure stands from the nearest word of a fact; None where it cannot be its value."""
    fits = _fits(figure, fact)
    if not fits:
        return None
    best: float | None = None
    awarded = is_awarded(folded, figure)
    for word in (fact.name, *fact.words):
        for start, end in _places(folded, word):
            behind = start >= figure.end
            gap = start - figure.end if behind else figure.start - end
            if gap < 0:
                continue
            low, high = (figure.end, start) if behind else (end, figure.start)
            crossed = sum(1 for place in folded.breaks if low <= place <= high)
            cost = gap + crossed * ACROSS + (BEHIND if behind else 0) - 0.5 * (end - start)
            if awarded and (behind or cost >= BESIDE):
                continue
            if gap <= REACH and (best is None or cost < best):
                best = cost
    if best is None and fits == "unit":
        return REACH + ACROSS
    return best


def _fits(figure: Figure, fact: Fact) -> str:
    """Whether a figure may be the value of a fact: by its kind, or by its unit."""
    if fact.kind == "money":
        return "kind" if figure.unit == "yuan" else ""
    if fact.kind == "percent":
        return "kind" if figure.unit == "percent" else ""
    if figure.unit in ("yuan", "percent"):
        return ""
    if figure.unit.startswith(fact.unit):
        return "unit"
    return "kind" if any(figure.unit.startswith(_spelled(word)) for word in fact.words) else ""


def _give_the_rest(
    figures: list[Figure], counted: list[Fact], owner: dict[int, str], *, asked: str, only: str, odd: list[Odd]
) -> None:
    """A figure that no word claims goes to what was asked, or, a sum, to the only one it can be."""
    subject = next((fact for fact in counted if fact.key == asked), None)
    if subject is not None and asked not in owner.values():
        kind = {"money": "yuan", "percent": "percent"}.get(subject.kind, "")
        left = [n for n, f in enumerate(figures) if n not in owner and (f.unit == kind if kind else f.unit == "")]
        bare = [n for n, f in enumerate(figures) if n not in owner and f.unit == ""]
        if len(left) == 1:
            owner[left[0]] = asked
        elif kind == "percent" and len(bare) == 1:
            owner[bare[0]] = asked
        elif kind == "yuan" and bare:
            odd.append(Odd(fact=asked, kind="bare", said=f"{figures[bare[0]].value:g}"))
        return
    sums = [n for n, figure in enumerate(figures) if n not in owner and figure.unit == "yuan"]
    if len(sums) == 1 and only in {fact.key for fact in counted} - set(owner.values()):
        owner[sums[0]] = only


def _without_unit(folded: Folded, figures: list[Figure], counted: list[Fact], owner: dict[int, str]) -> Iterator[Odd]:
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


def _accept(folded: Folded, figure: Figure, fact: Fact, *, facts: Facts, odd: list[Odd]) -> None:
    said = folded.text[figure.start : figure.end]
    flaw = "" if figure.flaw == "bound" else figure.flaw
    if fact.kind == "percent" and flaw == "negative":
        flaw = ""  # a turnover may shrink
    if not flaw and fact.kind != "percent" and figure.value < (LEAST_SUM if fact.kind == "money" else 0.0):
        flaw = "zero"
    if not flaw and fact.kind == "number" and not figure.value:
        flaw = "zero"
    if not flaw and abs(figure.value) > MOST[fact.kind]:
        flaw = "absurd"
    if flaw:
        odd.append(Odd(fact=fact.key, kind=flaw, said=said))
    else:
        facts[fact.key] = figure.value


def _relate(wanted: Sequence[Fact], facts: Facts, odd: list[Odd]) -> frozenset[str]:
    """What follows from this year and the last: by how much it grew. What is told beside must agree."""
    found: set[str] = set()
    for fact in wanted:
        earlier = next((other.key for other in wanted if fact.grows and other.before == fact.grows), "")
        this, last = facts.get(fact.grows), facts.get(earlier)
        if not (isinstance(this, float) and isinstance(last, float)) or last <= 0:
            continue
        grown = round(this - last, 2) if fact.kind == "money" else round((this - last) / last * 100, 4)
        told = facts.get(fact.key)
        bound = APART if fact.kind == "percent" else 0.01 * max(this, last)
        if isinstance(told, float) and abs(told - grown) > bound:
            odd.append(Odd(fact=fact.key, kind="contradiction"))
        elif told is None:
            facts[fact.key] = grown
            found.add(fact.key)
    return frozenset(found)


# ----- words


def _chosen(folded: Folded, fact: Fact) -> tuple[str, bool]:
    """The option that is named; nothing where several are, which the second value says."""
    refused = denied(folded)
    found = [
        (end - start, start, option.name)
        for option in fact.options
        for word in (option.name, *option.words)
        for start, end in _places(folded, word)
        if start not in refused
    ]
    taken: set[int] = set()
    names: list[str] = []
    for length, start, name in sorted(found, key=lambda item: (-item[0], item[1])):
        if taken.isdisjoint(range(start, start + length)):
            names.append(name)
        taken.update(range(start, start + length))
    several = len(set(names)) > 1
    return ("" if several or not names else names[0]), several


def _yes_or_no(folded: Folded, fact: Fact) -> tuple[FactValue, bool]:
    """Yes or no where words say so; what says no goes before what says yes inside it."""
    if any(True for word in fact.no for _ in _places(folded, word)):
        return SAID_NO, False
    refused = denied(folded)
    said = any(start not in refused for word in fact.words for start, _ in _places(folded, word))
    return (SAID_YES if said else ""), False
