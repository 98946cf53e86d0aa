"""The facts of an enterprise or a project that a follower's words tell, by the vocabulary of data/facts.toml.

A figure belongs to the fact whose word stands nearest to it; one that no word claims, to the fact that was asked for or
to the first one that is wanted. What is negative, zero, beyond measure, a range, or told twice and differently is no
fact: it is given back as Odd, to be asked about, and never reckoned with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.chinese import BOTH, NONE, ODD, Folded, denied, fold
from bot.person import Facts, FactValue
from bot.policies import Fact
from bot.reckoning.claims import (
    MOST,
    Odd,
    accept,
    claim,
    give_the_rest,
    multiplied,
    of_others,
    places,
    spelled,
    without_unit,
)  # fmt: skip
from bot.reckoning.figures import (
    SAID_NO,
    SAID_YES,
    Figure,
    former,
    holds_more,
    is_awarded,
    is_limit,
    read_figures,
    said_as,
    says_yes,
    sign,
)

LONGEST = 600  # characters of a text that are read
APART = 1.0  # percent points by which a rate may differ from the figures it is told with
OTHER = "other"  # a figure that is told of another fact than the one that was asked for
LOOSE = 5  # characters that may stand beside an answer and say nothing else


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a text tells.

    whole   it hardly says anything else, as the answer to a question does
    named   the facts whose figure stands beside one of their own words
    places  where in the folded text the facts stand
    parts   the sums of which a fact is the total: 认证费分别花了8万、15万
    others  the facts that nobody wants and that a figure was told of
    more    the facts that are more than they are reckoned with, with what was said of them: 800多万
    """

    facts: Facts = field(default_factory=dict)
    odd: tuple[Odd, ...] = ()
    whole: bool = False
    named: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()
    parts: dict[str, tuple[float, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    more: dict[str, str] = field(default_factory=dict)


def read_facts(
    text: str,
    wanted: Sequence[Fact],
    *,
    asked: str = "",
    only: str = "",
    others: Sequence[Fact] = (),
    names: Sequence[str] = (),
) -> Told:
    """The wanted facts, the more wanted first, that a text tells.

    asked  the one that was asked for last: a figure without a word, a bare yes or no answers it
    only   the one sum that the matter has: a single sum without a word can be no other
    others facts that nobody wants: a figure beside the word of one is not given to what was asked, nor to the only sum
    names  what the text calls the matter, folded: a part of it is no word of those facts, as 机器 of 机器人
    """
    folded, figures = _read(text[:LONGEST])
    facts: Facts = {}
    odd: list[Odd] = []
    counted = [fact for fact in wanted if fact.kind in MOST]
    strange = of_others(folded, figures, counted, others, names=names)
    owner = claim(folded, figures, counted, odd, strange=strange)
    named = frozenset(owner.values()) - {""}
    free = [figure if asked or not is_awarded(folded, figure) else replace(figure, unit="") for figure in figures]
    free = [replace(figure, unit=OTHER) if n in strange else figure for n, figure in enumerate(free)]
    unsaid = {fact.key for fact in counted if fact.named and not any(places(folded, word) for word in fact.words)}
    give_the_rest(free, counted, owner, asked=asked, only="" if only in unsaid else only, odd=odd)
    if asked and asked not in owner.values() and strange and not odd:
        odd.append(Odd(fact=asked, kind=OTHER, said=next(iter(strange.values())).name))
    kinds = {fact.key: fact for fact in counted}
    odd += without_unit(folded, figures, counted, owner)
    for number, key in owner.items():
        if key:
            accept(folded, figures[number], kinds[key], facts=facts, odd=odd)
    for fact in wanted:
        if fact.kind in ("choice", "yes"):
            value, several = _chosen(folded, fact) if fact.kind == "choice" else _yes_or_no(folded, fact)
            if value:
                facts[fact.key] = value
            elif several and fact.key == asked:
                odd.append(Odd(fact=fact.key, kind="contradiction"))
    odd += [Odd(fact=f.key, kind="inside") for f in counted if f.key in facts and holds_more(folded, f.ask)]
    subject = next((fact for fact in wanted if fact.key == asked), None)
    replied = subject is not None and _read_reply(text, subject, facts)
    told = [fact for fact in wanted if fact.key in facts or any(o.fact == fact.key for o in odd)]
    named |= _relate(wanted, facts, odd)
    flawed = {o.fact for o in odd}
    facts = {key: value for key, value in facts.items() if key not in flawed}
    covered = _covered(folded, told, figures)
    return Told(
        facts=facts,
        odd=tuple(odd),
        whole=replied or _is_whole(folded, covered),
        named=named,
        places=covered,
        parts={key: figures[n].parts for n, key in owner.items() if key in facts and figures[n].parts},
        others=tuple(dict.fromkeys(fact.key for n, fact in strange.items() if not owner.get(n))),
        more={key: said for n, key in owner.items() if key in facts and (said := _more(folded, figures[n]))},
    )


def _more(folded: Folded, figure: Figure) -> str:
    """How a figure was said that is a little more than its value: 800多万, 800万出头; nothing of any other."""
    said = said_as(folded, figure.start, figure.end)
    behind = len(said) > figure.end - figure.start
    return said if not figure.parts and (behind or re.search(ODD, said)) else ""


@lru_cache(maxsize=32)
def _read(text: str) -> tuple[Folded, list[Figure]]:
    """A text as figures are read in it, and those that may be facts: the same for each policy that is worked out."""
    folded = fold(sign(text))
    return folded, _totals(_sound([f for f in read_figures(folded) if not is_limit(folded, f)]))


def counts(text: str, fact: Fact) -> list[tuple[float, str]]:
    """Every figure that may be a fact's, with the words that say of what: 两个保健食品、三个新原料.

    They follow a count up to the next one, and lead to a sum from the one before.
    """
    folded = fold(sign(text[:LONGEST]))
    if fact.kind == "money":
        found = [f for f in read_figures(folded) if f.unit == "yuan" and not is_limit(folded, f)]
        found = [f for f in found if not f.flaw and not is_awarded(folded, f)]
        starts = [0, *(f.end for f in found)]
        return [(f.value, folded.text[start : f.start]) for f, start in zip(found, starts, strict=False)]
    found = [f for f in read_figures(folded) if f.unit.startswith(fact.unit) and not f.flaw and f.value]
    ends = [*(f.start for f in found), len(folded.text)][1:]
    return [(f.value, folded.text[f.end : end]) for f, end in zip(found, ends, strict=False)]


def _totals(figures: list[Figure]) -> list[Figure]:
    """The same with sums of each of several as their totals, where it was told how many there are."""
    single = [f.every and f.unit == "yuan" and not f.parts for f in figures]
    return [
        multiplied(figure, figures) or replace(figure, flaw=figure.flaw or "each") if one else figure
        for figure, one in zip(figures, single, strict=True)
    ]


def _sound(figures: list[Figure]) -> list[Figure]:
    """Without ranges and bounds where plain sums stand beside them: 1亿以上 is then what the rule says, not they."""
    plain = [f for f in figures if f.unit != "yuan" or f.flaw not in ("range", "bound", "under")]
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
        found = [place for word in words for place in places(folded, word)]
        covered |= {place for start, end in found for place in range(start, end)}
    return frozenset(covered) if told else frozenset()


def _is_whole(folded: Folded, covered: frozenset[int]) -> bool:
    """Whether hardly anything is said beside the facts."""
    return bool(covered) and len(folded.text) - len(covered) <= max(LOOSE, len(covered) // 2)


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


@lru_cache(maxsize=1024)
def _any_word(fact: Fact) -> re.Pattern[str]:
    """Any word that tells a fact: of a hundred facts a text speaks of one or two, and this passes the others by."""
    options = (word for option in fact.options for word in (option.name, *option.words))
    words = {spelled(word) for word in (*fact.words, *fact.no, *options)} - {""}
    return re.compile("|".join(map(re.escape, sorted(words))) or "(?!)")


def _chosen(folded: Folded, fact: Fact) -> tuple[str, bool]:
    """The option that is named; nothing where several are, which the second value says."""
    if not _any_word(fact).search(folded.text):
        return "", False
    named = [
        (end - start, start, option.name)
        for option in fact.options
        for word in (option.name, *option.words)
        for start, end in places(folded, word)
    ]
    if not named:
        return "", False
    refused = denied(folded)
    halved = {option.name for option in fact.options if _is_half_denied(folded, refused, option.name)}
    found = [
        (length, start, name)
        for length, start, name in named
        if name not in halved and (start not in refused or name.startswith(NONE))
    ]
    past = former(folded)
    if len({name for _, start, name in found}) > 1 and any(start not in past for _, start, _ in found):
        found = [item for item in found if item[1] not in past]  # 去年拿过市级，今年评上省级
    taken: set[int] = set()
    names: list[str] = []
    for length, start, name in sorted(found, key=lambda item: (-item[0], item[1])):
        if taken.isdisjoint(range(start, start + length)):
            names.append(name)
        taken.update(range(start, start + length))
    none = [name for name in names if name.startswith(NONE)]
    names = none or names
    several = len(set(names)) > 1
    return ("" if several or not names else names[0]), several


def _is_half_denied(folded: Folded, refused: frozenset[int], name: str) -> bool:
    """Whether a part of what a choice takes together is denied: 三期做完了，注册证还没拿到."""
    parts = name.split(BOTH)
    pairs = (folded.text[place : place + 2] for place in refused if place + 1 in refused) if len(parts) > 1 else ()
    return any(pair in part for pair in pairs for part in parts)


def _yes_or_no(folded: Folded, fact: Fact) -> tuple[FactValue, bool]:
    """Yes or no where words say so; what says no goes before what says yes inside it."""
    if not _any_word(fact).search(folded.text):
        return "", False
    if any(places(folded, word) for word in fact.no):
        return SAID_NO, False
    found = sorted([place for word in fact.words for place in places(folded, word)])
    if not found:
        return "", False
    refused = set(denied(folded))
    for start, end in found:
        refused |= {*range(start, end + 1)} if start in refused else set()  # 未入科技型中小企业信息库
    said = [start not in refused for start, _ in found]
    return (SAID_YES if any(said) else SAID_NO if said else ""), False
