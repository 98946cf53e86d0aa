"""Announcements as staff act on them: composed, submitted, approved by another, paused, tried again, shown on a phone.

What a person does is one transaction with its entry of the audit log; of two who decide at once the second looks again.
`bot.sender` does what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import msgspec

from bot.announcements import (
    ACTS,
    CANCELLING,
    MONTHLY,
    NOTICE,
    PAUSED,
    PREPARING,
    RUNNING,
    Announcement,
    check,
)
from bot.clock import SHANGHAI, Clock, now
from bot.config import Config
from bot.errors import NotAllowed, Overtaken, StoreError
from bot.hours import waking, working
from bot.person import DECLINED
from bot.sparing import Sparing
from bot.spellings import faults, for_phones, usable, ways_of
from bot.store.audiences import CLOSED, KEPT, Audience, Ways
from bot.store.audit import Entry
from bot.store.broadcasts import BroadcastRows
from bot.store.calls import test_call
from bot.store.driver import Script, Store, Values
from bot.store.ledgers import Ledgers
from bot.store.outbox import OutboxRows
from bot.store.recipients import Recipients
from bot.store.withdrawals import withdraw

PAGE = 2000  # people let go again in one transaction
BACK = 500  # calls taken back in one transaction
DAY = 86_400.0
LONGEST = 14  # days without work in a row: no holiday is as long


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How many an announcement would reach, by way; how many want none, and how many no way is open to; how many of
    all these would get it by mass if no mass messages were kept in reserve."""

    ways: dict[str, int] = {}
    declined: int = 0
    closed: int = 0
    kept: int = 0

    @property
    def audience(self) -> int:
        """All it is for."""
        return sum(self.ways.values()) + self.declined + self.closed


class Broadcasts:
    """What staff do with announcements, from the console, the command line or the chat alike."""

    def __init__(self, store: Store, *, config: Config, audience: Audience, ledgers: Ledgers, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._audience = audience
        self._clock = clock
        self.rows = BroadcastRows(store)
        self.ledgers = ledgers
        self.sparing = Sparing(clock)
        self.ways = ways_of(config)
        self._recipients = Recipients(store)
        self._outbox = OutboxRows(store)

    async def compose(self, one: Announcement, *, told: Sequence[Entry] = ()) -> int:
        """Enter a draft as far as it is written; its number."""
        return await self.rows.add(one, told=told)

    async def save(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Write over a draft, or over what was submitted or approved, which then no longer is. Overtaken where it was
        written or begun meanwhile."""
        hands = tuple(dict.fromkeys((*one.hands, who)))
        changed = msgspec.structs.replace(one, hands=hands, changed=self._clock.time())
        await self.rows.save(changed, told=told)

    async def reach(self, one: Announcement) -> Reach:
        """Whom it would reach when it is to begin, as far as is known now: windows end until then, and with the
        month the count of its mass messages."""
        moment = begins(one, self._config, now(self._clock))
        open_then, time = open_ways(one, moment), moment.timestamp()
        key = ("reach", one.criteria, open_then)  # it takes seconds where a million follow, and a page asks it often
        counts = await self.sparing.get(key, lambda: self._audience.count(one.criteria, open_then, time))
        ways = {way: counts[way] for way in usable(one.plan, one.content) if counts.get(way)}
        left = {name: counts.get(name, 0) for name in (DECLINED, CLOSED, KEPT)}
        return Reach(ways=ways, **left)

    async def tags(self) -> dict[str, str]:
        """The names of the account's tags by their ids."""
        return await self._audience.tags()

    async def knows_receivers(self, one: Announcement) -> bool:
        """Whether whom it is for can be told: those whom another reached are forgotten after a while."""
        others = [await self.rows.get(number) for number in one.reached]
        return all(other is not None and not other.forgotten for other in others)

    async def submit(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Ask somebody else to approve it. NotAllowed where anything is wrong with it."""
        self._check(one)
        await self._store.run(lambda: self._reachable(one))
        await self._act("submit", one, who, {"submitter": who, "submitted": self._clock.time(), "why": ""}, told=told)

    async def reopen(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Take it back from review or before it begins, to go on with it."""
        await self._act("reopen", one, who, {"approved": "", "reviewer": "", "reviewed": 0.0}, told=told)

    async def reject(self, one: Announcement, who: str, *, remark: str, told: Sequence[Entry] = ()) -> None:
        """Return it to those who wrote it."""
        values = {"reviewer": who, "reviewed": self._clock.time(), "why": remark}
        await self._act("reject", one, who, values, told=told)

    async def approve(self, one: Announcement, who: str, *, digest: str, told: Sequence[Entry] = ()) -> None:
        """Let it go out as somebody read it: `digest` is of what they read. Overtaken where it is another by now."""
        if digest != one.digest:
            raise Overtaken("it was changed since it was read")
        self._check(one)
        reach = await self.reach(one)
        foreseen = {**reach.ways, DECLINED: reach.declined, CLOSED: reach.closed}
        values = {"reviewer": who, "reviewed": self._clock.time(), "approved": digest, "why": "", "foreseen": foreseen}
        await self._act("approve", one, who, values, told=told, also=self._reachable)

    async def discard(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Give a draft up."""
        await self._act("discard", one, who, {"ended": self._clock.time()}, told=told)

    async def pause(self, one: Announcement, who: str, *, told: Sequence[Entry] = (), why: str = "") -> None:
        """Hand nothing more on, and take back what nobody has begun."""
        await self._act("pause", one, who, {"why": why}, told=told)
        await take_back(self._store, one.id)

    async def resume(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Go on; failures are counted anew. What had not yet entered its audience goes on with that."""
        counts = await self.ledgers.counts(one.id)
        fresh = {"why": "", "done": counts.tried, "bad": counts.bad, "until": self._longer(one)}
        to = RUNNING if one.audience else PREPARING
        await self._act("resume", one, who, fresh, told=told, to=to)

    async def cancel(self, one: Announcement, who: str, *, told: Sequence[Entry] = ()) -> None:
        """Send nothing more: what is on its way arrives, everybody else is skipped."""
        await self._act("cancel", one, who, {}, told=told)
        await take_back(self._store, one.id)

    async def retry(
        self, one: Announcement, who: str, *, unknown: bool = False, told: Sequence[Entry] = ()
    ) -> int:  # fmt: skip
        """Let those go again with whom it failed and, where `unknown`, those of whom nobody knows: they may get it
        twice. How many. NotAllowed once a correction of it has begun: wrong words would come after the right ones."""
        check("retry", one, who)
        counts = await self.ledgers.counts(one.id)
        many = counts.failed + (counts.unknown if unknown else 0)
        if not many:
            raise NotAllowed("nothing_failed")
        fresh = {"why": "", "ended": 0.0, "done": counts.tried - many, "bad": counts.bad - many}
        fresh["until"] = self._longer(one)
        again = 0

        def page(stands: Announcement) -> Script[None]:
            nonlocal again
            if (yield from self.rows.corrected(stands.id)):
                raise NotAllowed("corrected")
            again = yield from self._recipients.again(stands.id, unknown=unknown, many=PAGE)

        def more() -> Script[int]:
            stands = yield from self.rows.lock(one.id)
            if stands is None or stands.state not in (RUNNING, PAUSED):  # somebody cancelled it, or it is over
                return 0
            return (yield from self._recipients.again(one.id, unknown=unknown, many=PAGE))

        await self._act("retry", one, who, fresh, told=told, also=page)
        done = again
        for _ in range(many // PAGE + 1):  # the rest a page at a time: nobody is held up for long
            if again < PAGE:
                break
            again = await self._store.run(more)
            done += again
        return done

    async def shared(self, one: Announcement, other: Announcement) -> int:
        """How many followers are in the audience of both now."""
        return await self._audience.shared(one.criteria, other.criteria)

    async def show(self, one: Announcement, openids: Sequence[str], *, told: Sequence[Entry] = ()) -> int:
        """Send it to phones of staff, as a test: each while its window is open; how many calls were entered."""
        moment, spelled = self._clock.time(), for_phones(one.content, self.ways)
        calls = [test_call(openid, call, moment) for openid in openids for call in spelled]

        def script() -> Script[int]:
            many = yield from self._outbox.add(calls, time=moment)
            yield from self.rows.record(*told)
            return many

        return await self._store.run(script)

    def _check(self, one: Announcement) -> None:
        if faults(one, self.ways):
            raise NotAllowed("faulty")
        if one.start and one.start < self._clock.time():
            raise NotAllowed("start_past")

    def _reachable(self, one: Announcement) -> Script[None]:
        """Refuse what is for the receivers of another, where they are forgotten. Else they are kept to the end of this
        transaction, and, if this is approved by then, until it has begun."""
        for number in sorted(one.reached):
            other = yield from self.rows.lock(number)
            if other is None or other.forgotten:
                raise NotAllowed("list_gone")

    def _longer(self, one: Announcement) -> float:
        """Until when it is worth sending that goes on now: a day at least."""
        return max(one.until, worth_until(one, self._config, now(self._clock), 1))

    async def _act(
        self,
        act: str,
        one: Announcement,
        who: str,
        values: Values,
        *,
        told: Sequence[Entry],
        to: str = "",
        also: Callable[[Announcement], Script[None]] | None = None,
    ) -> None:
        check(act, one, who)

        def script() -> Script[None]:
            stands = yield from self.rows.lock(one.id)
            if stands is None or (stands.state, stands.edits) != (one.state, one.edits):
                raise Overtaken("somebody else was first")
            check(act, stands, who)  # it may have been submitted anew since it was read, by whoever acts now
            yield from self.rows.move(stands, to or ACTS[act][1], values, told=told)
            if also is not None:
                yield from also(stands)

        await self._store.run(script)


async def take_back(store: Store, number: int) -> None:
    """Take back what nobody has begun of an announcement that pauses or is cancelled: some at a time, so that nobody is
    held up for long. A worker does the same, should this break off."""
    rows = BroadcastRows(store)

    def page() -> Script[int]:
        one = yield from rows.lock(number)
        if one is None or one.state not in (PAUSED, CANCELLING):
            return 0
        return (yield from withdraw(number, BACK))

    with suppress(StoreError):
        while await store.run(page):
            pass


def open_ways(one: Announcement, moment: datetime) -> Ways:
    """What may be used for its audience at a moment in Shanghai."""
    month = datetime.combine(moment.date().replace(day=1), time(0), moment.tzinfo).timestamp()
    return Ways(
        ways=frozenset(usable(one.plan, one.content)),
        template=one.content.template if one.content.form == NOTICE else "",
        spare=0 if one.plan.urgent else 1,
        most=MONTHLY if one.plan.urgent else MONTHLY - one.plan.reserve,
        month=month,
        heeds=not one.plan.urgent,
    )


def begins(one: Announcement, config: Config, moment: datetime) -> datetime:
    """When it may be sent, at `moment` or later, in Shanghai: not before its start, in waking hours, on working days
    where the office wants that; an emergency at any hour."""
    at = max(moment, datetime.fromtimestamp(one.start, UTC).astimezone(SHANGHAI))
    if one.plan.urgent:
        return at
    return waking(at, (config.push.quiet_from, config.push.quiet_until), workdays=config.push.workdays)


def worth_until(one: Announcement, config: Config, moment: datetime, days: int) -> float:
    """Until when it is worth sending that may go on at `moment`: so many days after the hours in which it may be sent,
    and where the office sends on working days alone not before the same hour of one of them."""
    at = begins(one, config, moment) + timedelta(days=days)
    if config.push.workdays and not one.plan.urgent:
        at = next((day for n in range(LONGEST) if working((day := at + timedelta(days=n)).date())), at)
    return at.timestamp()
