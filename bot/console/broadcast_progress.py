"""How far an announcement is: figures as they are now, and as events while somebody looks."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from bot.announcements import CLOSING, NEXT, OVER, PAUSED, PREPARING, RUNNING, SCHEDULED, Announcement
from bot.clock import within
from bot.console.broadcast_views import beginning, broadcasts, chosen, counts_of
from bot.console.visit import Visit
from bot.errors import StoreError
from bot.spellings import usable
from bot.store.ledgers import Counts
from bot.store.limits import Stop
from bot.store.recipients import SKIPPED

TICK = 1.0  # seconds between looks
HEARTBEAT = 15.0  # seconds after which something is sent where nothing changed
LIFE = 300.0  # seconds; then the browser asks anew, and is asked anew who it is
SPAN, STEP = 60, 10  # seconds over which the rate is measured, and by which the ledger is read for it
MOVING = frozenset({PREPARING, RUNNING, CLOSING, "cancelling"})


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands.

    done   the share of its audience that is settled, in percent
    rate   how many were sent in the last minute
    left   seconds until all are handed on, at that rate; None where that cannot be said
    rests  why nothing goes out though it is under way: hours, channels, or empty
    opens  when the hours begin in which it goes on, where it rests for them
    stops  the channels of its that stand still, each with why
    """

    state: str
    why: str
    counts: Counts
    audience: int
    done: int
    rate: int
    left: float | None
    rests: str
    opens: float
    stops: dict[str, Stop]

    @property
    def moves(self) -> bool:
        """Whether anything is still to come of it by itself."""
        return self.state in MOVING or self.state == SCHEDULED


class Pace:
    """How many were tried, look by look."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()

    def note(self, time: float, tried: int) -> None:
        """Remember a look."""
        if self._looks and tried < self._looks[-1][1]:  # some are tried again: the count begins anew
            self._looks.clear()
        self._looks.append((time, tried))
        while len(self._looks) > 2 and self._looks[1][0] <= time - SPAN:
            self._looks.popleft()

    @property
    def rate(self) -> int:
        """How many a minute, since the first look that counts."""
        if not self._looks or self._looks[-1][0] <= self._looks[0][0]:
            return 0
        (first, before), (last, now) = self._looks[0], self._looks[-1]
        return round((now - before) * 60 / (last - first))


async def measure(visit: Visit, one: Announcement, pace: Pace | None = None) -> Progress:
    """How it stands now; the rate by the looks before, or by what the ledger has of the last minute."""
    counts = await counts_of(visit, one) if one.began else Counts()
    stops = await visit.desk.stops.at(visit.time) if one.state not in OVER else {}
    mine = {way: stops[way] for way in usable(one.plan, one.content) if way in stops}
    if pace is not None:
        pace.note(visit.time, counts.tried)
        rate = pace.rate
    else:
        rate = await _lately(visit, one) if one.state in MOVING else 0
    opens = beginning(visit, one).begins.timestamp()
    ahead = counts.planned + counts.queued
    audience = one.audience or counts.audience
    sleeps = one.state in (PREPARING, RUNNING) and opens > visit.time
    pushed = [way for way in usable(one.plan, one.content) if way != NEXT]
    stuck = one.state == RUNNING and bool(ahead) and bool(pushed) and all(way in mine for way in pushed)
    return Progress(
        state=one.state,
        why=one.why,
        counts=counts,
        audience=audience,
        done=100 * counts.settled // audience if audience and one.state != PREPARING else 0,
        rate=rate,
        left=60 * ahead / rate if one.state == RUNNING and rate and ahead and not sleeps else None,
        rests="hours" if sleeps else "channels" if stuck else "",
        opens=opens if sleeps or one.state == SCHEDULED else 0.0,
        stops=mine,
    )


async def _lately(visit: Visit, one: Announcement) -> int:
    """How many a minute were tried of late, as the ledger has it."""
    ask = partial(broadcasts(visit).ledgers.pace, one.id, STEP)
    pace = await broadcasts(visit).sparing.get(("pace", one.id, STEP), ask)
    lately = sum(count for begins, state, count in pace if begins > visit.time - SPAN and state != SKIPPED)
    return round(lately * 60 / max(STEP, min(SPAN, visit.time - one.began)))


# ----- as it is asked for


async def tell(visit: Visit) -> web.StreamResponse:
    """How it stands: as events where the browser takes them, else once."""
    one = await chosen(visit)
    if "text/event-stream" not in visit.request.headers.get("Accept", "") or visit.request.method == "HEAD":
        return web.json_response(_packed(visit, one, await measure(visit, one)))
    response = await visit.events()
    closing = asyncio.ensure_future(visit.desk.closing.wait())
    try:
        with suppress(ConnectionError, StoreError):  # the browser is gone, or asks anew in a moment
            await _send(visit, one.id, response, closing)
    finally:
        closing.cancel()
    return response


async def _send(visit: Visit, number: int, response: web.StreamResponse, closing: asyncio.Future[Any]) -> None:
    """Send how it stands whenever that changes, until it is over, nobody looks, or the browser is to ask anew."""
    clock, pace, told, spoken = visit.desk.clock, Pace(), b"", 0.0
    ends = clock.monotonic() + LIFE
    await response.write(b"retry: 1000\n\n")
    while clock.monotonic() < ends:
        one = await broadcasts(visit).rows.get(number)
        if one is None:
            return
        facts = await measure(visit, one, pace)
        body = msgspec.json.encode(_packed(visit, one, facts))
        if body != told:
            await response.write(b"data: " + body + b"\n\n")
            told, spoken = body, clock.monotonic()
        elif clock.monotonic() - spoken >= HEARTBEAT:
            await response.write(b": here\n\n")
            spoken = clock.monotonic()
        if one.state in OVER:
            await response.write(b"event: over\ndata: {}\n\n")
            return
        transport = visit.request.transport
        if transport is None or transport.is_closing() or await within(clock, closing, TICK):
            return


def _packed(visit: Visit, one: Announcement, facts: Progress) -> dict[str, Any]:
    """The figures, and the piece of the page that says them."""
    return {
        "state": facts.state,
        "why": facts.why,
        "counts": msgspec.structs.asdict(facts.counts),
        "audience": facts.audience,
        "done": facts.done,
        "rate": facts.rate,
        "left": facts.left,
        "rests": facts.rests,
        "stops": {way: {"until": stop.until, "halted": stop.halted} for way, stop in facts.stops.items()},
        "html": visit.piece("broadcast_progress", one=one, facts=facts, paused=one.state == PAUSED),
    }
