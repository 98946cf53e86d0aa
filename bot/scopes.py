"""Questions that a whole set answers: a unit's, a phone's, a paper's, a district's, a topic's, a state's, a sum's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.chinese import items, money, spans
from bot.corpus import Corpus
from bot.policies import SOON, Policy, Status, figures, largest
from bot.question import SCOPES, Question

LEFT_OVER = 1  # characters of the matter that no word explains and that say nothing
BROAD = frozenset({"district", "topic", "state"})  # sets that a foreign matter may name in passing
AT_LEAST = "at_least"
ONCE = frozenset({"paper", "state", "ends"})  # sets that tell a policy once, and not its restatement beside it
ENDING = frozenset({"expiry", "expired", "expiring"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A set of policies that a question names.

    names    what names it, as (kind, value)
    members  the ids of the policies in all that is named
    narrows  more words may pick from the set
    asks     what a question of this kind asks where it does not say; empty for policies
    """

    names: tuple[tuple[str, str], ...]
    members: frozenset[str]
    narrows: bool
    asks: str = ""


Named = tuple[str, str, frozenset[str]]


def scopes(question: Question, corpus: Corpus, today: date) -> Scope | None:
    """The set a question names; where it names several kinds, what is in all of them."""
    if question.elsewhere or "bait" in question.signs:
        return None
    named = [n for n in _named(question, corpus, today) if n[2] or n[0] in ("phone", "unit")]
    if not named:
        return None
    by_kind: dict[str, frozenset[str]] = {}
    for kind, _, members in named:
        by_kind[kind] = by_kind.get(kind, frozenset()) | members
    named = _without_description(named, by_kind)
    members = frozenset.intersection(*by_kind.values())
    kinds = set(by_kind)
    if kinds & ONCE:
        members -= {i for i in members if members & set(corpus.policies[i].restates)}
    if question.named("foreign") and kinds <= BROAD:
        return None
    if not members and "state" in kinds and len(kinds) > 1:  # none is in that state: tell of the set as it is
        members = frozenset.intersection(*(found for kind, found in by_kind.items() if kind != "state"))
        named = [n for n in named if n[0] != "state"]
    if not members and len(by_kind) > 1:
        return None
    office = kinds & {"phone", "unit"} == kinds
    asks = "contact" if office and ("list" not in question.intents or not members) else ""
    return Scope(
        names=tuple((kind, name) for kind, name, _ in named),
        members=members,
        narrows=bool(kinds & {"unit", "paper", "district"}),
        asks=asks,
    )


def _without_description(named: list[Named], by_kind: dict[str, frozenset[str]]) -> list[Named]:
    """Drop a topic that most of a named paper is on: it says what paper is meant, and picks nothing of it."""
    paper, topic = by_kind.get("paper", frozenset()), by_kind.get("topic", frozenset())
    if topic and 2 * len(paper & topic) >= len(paper) > 0:
        del by_kind["topic"]
        return [n for n in named if n[0] != "topic"]
    return named


def _named(question: Question, corpus: Corpus, today: date) -> Iterator[Named]:
    def those(kind: str, name: str, policies: Iterator[Policy]) -> Named:
        return kind, name, frozenset(policy.id for policy in policies)

    everything = tuple(corpus.policies.values())
    for phone in question.named("phone"):
        yield those("phone", phone, (p for p in everything if any(c.phone == phone for c in p.contacts)))
    for key in dict.fromkeys((*question.named("paper"), *question.named("collection"))):
        yield those("paper", key, (p for p in everything if p.paper == key))
    units = question.named("unit")
    above = {corpus.departments[unit].parent for unit in units}
    for unit in (unit for unit in units if unit not in above):
        inside = {d.name for d in corpus.departments.values() if unit in (d.name, d.parent)}
        yield those("unit", unit, (p for p in everything if any(c.unit in inside for c in p.contacts)))
    for policy_id in (*question.named("id"), *_items(question, corpus)):
        yield "id", policy_id, frozenset({policy_id})
    for title in question.named("title"):
        same = those("title", title, (p for p in everything if p.title == title))
        if len(same[2]) > 1:
            yield same
    listing = "list" in question.intents
    asked = question.intents & {"list", "expiry", "expired", "expiring", "current"}
    bare = len(question.residue) <= LEFT_OVER or bool(asked and set(question.residue) <= set(question.unexplained))
    yield from _districts(question, everything, bare=bare)
    yield from _topics(question, everything)
    if bare:
        if listing or not (question.named("paper") or question.named("collection") or units):
            yield from _states(question, corpus, everything, today)
        yield from _sums(question, everything)


def _items(question: Question, corpus: Corpus) -> Iterator[str]:
    """第37条 of a source that is named."""
    for prefix in question.named("source"):
        for number in items(question.folded.text):
            if f"{prefix}-{number}" in corpus.policies:
                yield f"{prefix}-{number}"


def _districts(question: Question, everything: tuple[Policy, ...], *, bare: bool) -> Iterator[Named]:
    districts = question.named("district")
    if districts and bare and not question.sums:
        yield "district", districts[0], frozenset(p.id for p in everything if p.district in districts)


def _topics(question: Question, everything: tuple[Policy, ...]) -> Iterator[Named]:
    """Topics make a set where a set is asked for and they are all of the matter."""
    topics = set(question.named("topic"))
    asked = question.intents & {"list", "expiry", "expired", "expiring"}
    if not (topics and asked) or any(question.labels[place] not in {"topic", *SCOPES} for place in question.told):
        return
    districts = question.named("district")
    members = frozenset(
        p.id for p in everything if topics & set(p.topics) and (not districts or p.district in districts)
    )
    yield "topic", next(iter(question.named("topic"))), members


def _states(question: Question, corpus: Corpus, everything: tuple[Policy, ...], today: date) -> Iterator[Named]:
    if "expired" in question.intents and not _spans(question, today):
        members = (p.id for p in everything if corpus.status(p, today) is Status.EXPIRED)
        yield "state", "expired", frozenset(members)
    elif ended := _ending(question, corpus, everything, today):
        yield ended
    elif "current" in question.intents:
        members = (p.id for p in everything if corpus.status(p, today) in (Status.VALID, Status.OPEN))
        yield "state", "current", frozenset(members)
    elif "expiring" in question.intents:
        horizon = date.fromordinal(min(today.toordinal() + SOON, date.max.toordinal()))
        ends = {p.id: corpus.period(p)[1] for p in everything}
        yield (
            "state",
            "expiring",
            frozenset(i for i, end in ends.items() if end is not None and today <= end <= horizon),
        )


def _spans(question: Question, today: date) -> list[tuple[date, date]]:
    """The parts of a year in which policies of a set end; a question of nothing else asks for that set too."""
    asked = question.intents & ENDING and ("list" in question.intents or not question.told)
    return spans(question.text, today.year) if asked else []


def _ending(question: Question, corpus: Corpus, everything: tuple[Policy, ...], today: date) -> Named | None:
    """Which policies end within a part of a year that is named."""
    named = _spans(question, today)
    if not named:
        return None
    (first, _), (_, last) = named[0], named[-1]
    ends = {p.id: corpus.period(p)[1] for p in everything}
    return "ends", f"{first}/{last}", frozenset(i for i, end in ends.items() if end and first <= end <= last)


def _sums(question: Question, everything: tuple[Policy, ...]) -> Iterator[Named]:
    """A sum and nothing else: the policies that name it, or, with 以上, at least as much."""
    if len(question.sums) != 1 or not (question.intents & {"list", AT_LEAST} or question.sum_is_named):
        return
    yuan = question.sums[0].yuan
    if AT_LEAST in question.intents:
        yield "at_least", money(yuan), frozenset(p.id for p in everything if (largest(p) or 0) >= yuan)
    else:
        yield "sum", money(yuan), frozenset(p.id for p in everything if yuan in figures(p))
