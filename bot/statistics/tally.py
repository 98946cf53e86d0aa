"""Counts what is in the inbox, piece by piece, each message once: for pictures of many days without reading them all.

A mark says how far it is, moved in the transaction that adds the counts: of two processes that count at once, one
begins again. What is still being answered holds the mark back, so nothing is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from bot.clock import SHANGHAI, Clock, now
from bot.corpus import Corpus
from bot.messages import Followed
from bot.question import read
from bot.replies import Answer
from bot.routing import spoken
from bot.store.driver import Values
from bot.store.marks import mark
from bot.store.tallies import DEPARTURES, INBOX, VALUE_LIMIT, Cell, Heard, Mark, Tallies
from bot.store.unanswered import COMPLAINT, NOTHING

TALLY = b"tally"  # among what is counted, for marks
MANY = 500  # messages of one round
LAG = 6.0  # seconds: a message is surely in the database so long after it came
KEPT = 1095  # days a count is kept
LOOKED_BACK = 1800.0  # seconds: what somebody complains of was said this lately
UNFOUND = frozenset({"offtopic", ""})  # intents of an answer that found nothing
SLOTS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.5)  # seconds: an answer is counted under the first it is within, else under more
MORE = "more"
ASKED, VAIN, COMPLAINED, INTENT, POLICY, DISTRICT, TOOK, CAME, LEFT = (
    "asked", "vain", "complained", "intent", "policy", "district", "took", "came", "left",
)  # fmt: skip
UNIT, UNIT_VAIN, UNIT_FOUND = "unit", "unit_vain", "unit_found"  # the second and the third are the first
IN_VAIN, COMPLAINT_INTENT = "offtopic", "complaint"  # the intents under which VAIN and COMPLAINED are counted once more


class Tally:
    """Counts. `marking` is what marks of people are made with."""

    def __init__(self, tallies: Tallies, *, corpus: Callable[[], Corpus], marking: bytes, clock: Clock) -> None:
        self._tallies = tallies
        self._corpus = corpus
        self._marking = marking
        self._clock = clock

    async def run(self) -> int:
        """Count what has come since the last round; how many messages and departures that were."""
        until = self._clock.time() - LAG
        return await self._count_messages(until) + await self._count_departures(until)

    async def purge(self) -> int:
        """Forget the oldest days."""
        return await self._tallies.purge((now(self._clock).date() - timedelta(days=KEPT)).isoformat())

    async def _count_messages(self, until: float) -> int:
        place = await self._tallies.mark(INBOX)
        heard = await self._tallies.next(place, until, MANY)
        if not heard:
            return 0
        cells = await asyncio.to_thread(self._cells, heard, self._corpus())
        vain = await self._vain(heard)
        to = Mark(heard[-1].received, heard[-1].key)
        return len(heard) if await self._tallies.add(INBOX, place, to, cells=cells, unanswered=vain) else 0

    def _cells(self, heard: Iterable[Heard], corpus: Corpus) -> list[Cell]:
        return [
            Cell(day=_day(one.received), kind=kind, value=value[:VALUE_LIMIT], people=frozenset([who]))
            for one, who in ((one, self._mark(one.openid)) for one in heard)
            for kind, value in counts(one, corpus)
        ]

    async def _count_departures(self, until: float) -> int:
        place = await self._tallies.mark(DEPARTURES)
        gone = await self._tallies.departed(place.time, until)
        if not gone:
            return 0
        cells = [Cell(day=_day(time), kind=LEFT, people=frozenset([self._mark(who)])) for who, time in gone]
        return len(gone) if await self._tallies.add(DEPARTURES, place, Mark(until), cells=cells) else 0

    async def _vain(self, heard: Iterable[Heard]) -> list[Values]:
        """The messages that nobody could answer: those themselves, and what somebody complained of the answer to."""
        found: list[Values] = []
        for one in heard:
            if one.answer.intent == "complaint":
                since = one.received - LOOKED_BACK
                before = await self._tallies.before(one.openid, until=one.received, since=since)
                if before is not None:
                    found.append({"key": before[0], "received": before[1], "why": COMPLAINT})
            elif spoken(one.message) and one.answer.intent in UNFOUND:
                found.append({"key": one.key, "received": one.received, "why": NOTHING})
        return sorted(found, key=lambda row: str(row["key"]))

    def _mark(self, who: str) -> int:
        return mark(who, self._marking, of=TALLY)


def counts(one: Heard, corpus: Corpus) -> Iterator[tuple[str, str]]:
    """What a message is counted under: kinds with their values."""
    if isinstance(one.message, Followed):
        yield CAME, ""
    words = spoken(one.message)
    if not words:
        return
    vain = one.answer.intent in UNFOUND
    yield ASKED, ""
    yield TOOK, _slot(one.answered - one.received)
    yield INTENT, one.answer.intent or IN_VAIN
    if vain:
        yield VAIN, ""
    if one.answer.intent == "complaint":
        yield COMPLAINED, ""
    first = _first(one.answer)
    if first:
        yield POLICY, first
    districts, units = _concerned(words, first or one.about, corpus)
    for district in districts:
        yield DISTRICT, district
    for unit in units:
        yield UNIT, unit
        yield UNIT_VAIN if vain or one.answer.intent == "complaint" else UNIT_FOUND, unit


def _first(answer: Answer) -> str:
    """The policy that was the answer; none where the answer was a list."""
    return answer.policies[0] if answer.policies and answer.intent != "list" else ""


def _concerned(words: str, policy_id: str, corpus: Corpus) -> tuple[list[str], list[str]]:
    """The districts and units that a question names, and those of its policy."""
    question = read(words, corpus.index)
    districts, units = dict.fromkeys(question.named("district")), dict.fromkeys(question.named("unit"))
    policy = corpus.policies.get(policy_id)
    if policy is not None:
        units.update(dict.fromkeys(contact.unit for contact in policy.contacts))
        if policy.level == "district":
            districts[policy.district] = None
    return list(districts), list(units)


def _slot(seconds: float) -> str:
    return next((str(slot) for slot in SLOTS if seconds <= slot), MORE)


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI).date().isoformat()
