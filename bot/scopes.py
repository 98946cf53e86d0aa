"""Questions that a whole set answers: a unit's, a phone's, a paper's, a district's, a topic's, a state's, a sum's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.chinese import TRADE, fold, items, money, spans
from bot.corpus import Corpus
from bot.groups import Groups
from bot.policies import SOON, Status
from bot.question import SCOPES, Hit, Question
from bot.reckoning.figures import NEXT_ROOM

LEFT_OVER = 1  # characters of the matter that no word explains and that say nothing
BROAD = frozenset({"district", "topic", "state"})  # sets that a foreign matter may name in passing
AT_LEAST = "at_least"
ONCE = frozenset({"paper", "state", "ends"})  # sets that tell a policy once, and not its restatement beside it
ENDING = frozenset({"expiry", "expired", "expiring"})
OFFICES = frozenset({"phone", "unit"})
STATES = ENDING | {"current"}
ASKING = STATES | {"list"}
NAMING = SCOPES | {"district", "topic"}  # kinds of words without which, and without a sum or a state, no set is named


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A set of policies that a question names.

    names    what names it, as (kind, value)
    members  the ids of the policies in all that is named
    narrows  more words may pick from the set
    beside   the places of the matter that do not name the set
    asks     what a question of this kind asks where it does not say; empty for policies
    """

    names: tuple[tuple[str, str], ...]
    members: frozenset[str]
    narrows: bool
    asks: str = ""
    beside: frozenset[int] = frozenset()


Named = tuple[str, str, frozenset[str]]


def scopes(question: Question, corpus: Corpus, today: date) -> Scope | None:
    """The set a question names; where it names several kinds, what is in all of them."""
    if question.elsewhere or "bait" in question.signs:
        return None
    if question.names.keys().isdisjoint(NAMING) and not question.sums and question.intents.isdisjoint(ASKING):
        return None
    named = [n for n in _named(question, corpus, today) if n[2] or n[0] in ("phone", "unit")]
    if not named:
        return None
    by_kind: dict[str, frozenset[str]] = {}
    for kind, _, members in named:
        by_kind[kind] = by_kind.get(kind, frozenset()) | members
    named = _without_description(named, by_kind)
    if "phone" in by_kind and by_kind.pop("district", None) is not None:  # whose it is says where it is, or is not
        named = [n for n in named if n[0] != "district"]
    members = frozenset.intersection(*by_kind.values())
    kinds = set(by_kind)
    if kinds & ONCE:
        restating = members & corpus.groups.restating
        members -= {i for i in restating if not members.isdisjoint(corpus.policies[i].restates)}
    if question.named("foreign") and kinds <= BROAD:
        return None
    if not members and "state" in kinds and len(kinds) > 1:  # none is in that state: tell of the set as it is
        members = frozenset.intersection(*(found for kind, found in by_kind.items() if kind != "state"))
        named = [n for n in named if n[0] != "state"]
    if not members and len(by_kind) > 1:
        return None
    office = bool(kinds & OFFICES) and kinds <= OFFICES | {"district"}
    asks = "contact" if office and ("list" not in question.intents or not members) else ""
    return Scope(
        names=tuple((kind, name) for kind, name, _ in named),
        members=members,
        narrows=bool(kinds & {"unit", "paper", "district"}),
        asks=asks,
        beside=_beside(question, corpus, named),
    )


def _beside(question: Question, corpus: Corpus, named: Iterable[Named]) -> frozenset[int]:
    """The matter beside the names of a set, without what stands in the title of a paper: 支持海洋经济的那15条."""
    titles = [fold(corpus.papers[name].title).text for kind, name, _ in named if kind == "paper"]
    left, text, places = set(question.residue), question.folded.text, question.residue
    start = 0
    for n, place in enumerate(places, 1):
        if n < len(places) and places[n] == place + 1:
            continue
        run = range(places[start], place + 1)
        if len(run) > 1 and any(text[run.start : run.stop] in title for title in titles):
            left.difference_update(run)
        start = n
    return frozenset(left)


def _without_description(named: list[Named], by_kind: dict[str, frozenset[str]]) -> list[Named]:
    """Drop a topic that most of a named paper is on: it says what paper is meant, and picks nothing of it."""
    paper, topic = by_kind.get("paper", frozenset()), by_kind.get("topic", frozenset())
    if topic and 2 * len(paper & topic) >= len(paper) > 0:
        del by_kind["topic"]
        return [n for n in named if n[0] != "topic"]
    return named


def _named(question: Question, corpus: Corpus, today: date) -> Iterator[Named]:
    groups = corpus.groups
    for phone in question.named("phone"):
        yield "phone", phone, groups.of("phone", phone)
    for key in dict.fromkeys((*question.named("paper"), *question.named("collection"))):
        yield "paper", key, groups.of("paper", key)
    units = (*question.named("unit"), *_rooms(question, corpus))
    above = {corpus.departments[unit].parent for unit in units}
    for unit in (unit for unit in units if unit not in above):
        inside = (d.name for d in corpus.departments.values() if unit in (d.name, d.parent))
        yield "unit", unit, groups.of("unit", *inside)
    for policy_id in (*question.named("id"), *_items(question, corpus)):
        yield "id", policy_id, frozenset({policy_id})
    for title in question.named("title"):
        same = groups.of("title", title)
        if len(same) > 1:
            yield "title", title, same
    listing = "list" in question.intents
    asked = question.intents & {"list", "expiry", "expired", "expiring", "current"}
    bare = len(question.residue) <= LEFT_OVER or bool(asked and set(question.residue) <= set(question.unexplained))
    yield from _districts(question, groups, bare=bare)
    topics = list(_topics(question, groups))
    yield from topics
    if topics and {"list", "current"} <= question.intents:  # 还有效的技改政策有哪些
        yield from _states(question, groups, today)
    if bare:
        if listing or not (question.named("paper") or question.named("collection") or units):
            yield from _states(question, groups, today)
        yield from _sums(question, groups)


def _rooms(question: Question, corpus: Corpus) -> Iterator[str]:
    """The unit that is named behind another by its number alone: 工信办一室二室."""
    for hit in question.chosen:
        match = NEXT_ROOM.match(question.folded.text, hit.end)
        if match and any(meaning.kind == "unit" for meaning in hit.entry.meanings):
            beside = match["beside"]
            name = hit.entry.word[: -len(beside)] + beside
            yield from (d.name for d in corpus.departments.values() if name in {fold(n).text for n in d.aliases})


def _items(question: Question, corpus: Corpus) -> Iterator[str]:
    """第37条 of a source that is named."""
    for prefix in question.named("source"):
        for number in items(question.folded.text):
            if f"{prefix}-{number}" in corpus.policies:
                yield f"{prefix}-{number}"


def _districts(question: Question, groups: Groups, *, bare: bool) -> Iterator[Named]:
    districts = question.named("district")
    if districts and bare and not question.sums:
        yield "district", districts[0], groups.of("district", *districts)


def _topics(question: Question, groups: Groups) -> Iterator[Named]:
    """Topics make a set where a set is asked for and they are all of the matter."""
    trades = dict(_trades(question)) if "list" in question.intents else {}
    topics = (*question.named("topic"), *(topic for held in trades.values() for topic in held))
    asked = question.intents & {"list", "expiry", "expired", "expiring"}
    known = {place for hit in trades for place in range(hit.start, hit.end)}
    others = (place for place in question.told if place not in known)
    if not (topics and asked) or any(question.labels[place] not in {"topic", *SCOPES} for place in others):
        return
    members, districts = groups.of("topic", *topics), question.named("district")
    yield "topic", topics[0], members & groups.of("district", *districts) if districts else members


def _trades(question: Question) -> Iterator[tuple[Hit, tuple[str, ...]]]:
    """Words that say no more of a topic than that it is somebody's trade, with the topic: 做软件, 软件企业."""
    for hit in question.chosen:
        if question.labels[hit.start]:
            continue
        for inner in question.found:
            topics = tuple(meaning.value for meaning in inner.entry.meanings if meaning.kind == "topic")
            text = question.folded.text
            beside = text[hit.start : inner.start] + text[inner.end : hit.end]
            if topics and hit.start <= inner.start and inner.end <= hit.end and TRADE.fullmatch(beside):
                yield hit, topics
                break


def _states(question: Question, groups: Groups, today: date) -> Iterator[Named]:
    if "expired" in question.intents and not _spans(question, today):
        yield "state", "expired", groups.among(today, Status.EXPIRED)
    elif ended := _ending(question, groups, today):
        yield ended
    elif "current" in question.intents:
        yield "state", "current", groups.among(today, Status.VALID, Status.OPEN)
    elif "expiring" in question.intents:
        horizon = date.fromordinal(min(today.toordinal() + SOON, date.max.toordinal()))
        yield "state", "expiring", groups.ending(today, horizon)


def _spans(question: Question, today: date) -> list[tuple[date, date]]:
    """The parts of a year in which policies of a set end; a question of nothing else asks for that set too."""
    asked = question.intents & ENDING and ("list" in question.intents or not question.told)
    return spans(question.text, today.year) if asked else []


def _ending(question: Question, groups: Groups, today: date) -> Named | None:
    """Which policies end within a part of a year that is named."""
    named = _spans(question, today)
    if not named:
        return None
    (first, _), (_, last) = named[0], named[-1]
    return "ends", f"{first}/{last}", groups.ending(first, last)


def _sums(question: Question, groups: Groups) -> Iterator[Named]:
    """A sum and nothing else: the policies that name it, or, with 以上, at least as much."""
    if len(question.sums) != 1 or not (question.intents & {"list", AT_LEAST} or question.sum_is_named):
        return
    yuan = question.sums[0].yuan
    if AT_LEAST in question.intents:
        yield "at_least", money(yuan), groups.reaching(yuan)
    else:
        yield "sum", money(yuan), groups.naming(yuan)
