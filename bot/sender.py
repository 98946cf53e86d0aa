"""Announcements on their way: who is in the audience, who is next and by which way, and when all is done.

It goes step by step, each step in one transaction that has locked the announcement, so that any number of workers may
take it and a crash costs nothing: the audience is entered page by page before anything is sent, then a few people at a
time are given the way that is open to them at that moment. To pause is to hand nothing more on and to take back what
nobody has begun.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

import msgspec
import structlog

from bot.announcements import (
    CANCELLED,
    CANCELLING,
    CLOSING,
    CUSTOM,
    DRAFT,
    ERRORS,
    FINISHED,
    MASS,
    NEXT,
    PAUSED,
    PREPARING,
    RUNNING,
    SCHEDULED,
    Announcement,
)
from bot.broadcasts import BACK, DAY, begins, open_ways, take_back, worth_until
from bot.clock import Clock, now
from bot.config import Config
from bot.errors import Overtaken
from bot.notices import ANNOUNCED, Notice
from bot.person import DECLINED
from bot.spellings import body, brief, usable
from bot.store import notices as rows_of
from bot.store.audiences import CLOSED
from bot.store.audit import NOBODY, Entry
from bot.store.broadcasts import BroadcastRows
from bot.store.calls import Entry as Call
from bot.store.driver import Script, Store
from bot.store.ledgers import Counts, Ledgers
from bot.store.letters import Letters
from bot.store.notices import Notices
from bot.store.outbox import OutboxRows
from bot.store.recipients import LEFT, QUEUED, SKIPPED, WAITING, Handed, Next, Recipients, key_of, list_key
from bot.store.rooms import FEED, Rooms, Sweep
from bot.store.turns import Turns
from bot.store.withdrawals import withdraw

logger = structlog.get_logger(__name__)

PAGE = 2000  # followers looked at in one transaction
REST = 10.0  # seconds after which people are looked at again of whom none had a way with room
LIST = 9_999  # receivers of one call
FEW = 20  # sent since it began or went on, before a share of failures says anything
WORKER = "worker"
FEEDING = "feeding"  # the turn of whoever hands people on


class Sender:
    """The worker's part."""

    def __init__(self, store: Store, *, config: Config, ledgers: Ledgers, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._ledgers = ledgers
        self._clock = clock
        self._rows = BroadcastRows(store)
        self._recipients = Recipients(store)
        self._outbox = OutboxRows(store)
        self._letters = Letters(store)
        self._notices = Notices(store)
        self._rooms = Rooms(store)
        self._turns = Turns(store)
        self._sweeps: dict[int, Sweep] = {}

    async def run_once(self) -> int:
        """Take every announcement that is under way one step further; how many steps that were."""
        taken = 0
        for one in await self._rows.active():
            taken += await self.step(one)
        return taken

    async def step(self, one: Announcement) -> int:
        """Take one as it was read a step further; whether it went one."""
        moment = now(self._clock)
        try:
            counts = await self._ledgers.counts(one.id) if one.state in (RUNNING, CLOSING, CANCELLING) else Counts()
            if one.state == RUNNING and await self._stops(one, counts):
                await take_back(self._store, one.id)
                return 1
            return await self._store.run(lambda: self._take(one, moment, counts))
        except Overtaken:  # somebody acted on it meanwhile: the next round looks again
            return 0

    def _take(self, read: Announcement, moment: datetime, counts: Counts) -> Script[int]:
        if read.state == RUNNING:  # what another gives somebody at this moment counts
            yield from self._turns.take(FEEDING)
        one = yield from self._rows.lock(read.id)
        if one is None or one.state != read.state:
            return 0
        opens = begins(one, self._config, moment)
        if one.state == SCHEDULED:
            # Who gets the wrong words after their correction began is not in its audience: it waits for their end.
            if opens > moment or (one.corrects and (yield from self._rows.goes(one.corrects))):
                return 0
            return (yield from self._begin(one, moment))
        if one.state == PREPARING:
            return (yield from self._enter(one, moment))
        if one.state == PAUSED:
            return (yield from withdraw(one.id, BACK))
        if one.state == CANCELLING:
            return (yield from self._wind_up(one, counts, "cancelled", CANCELLED, time=moment.timestamp()))
        if one.state == RUNNING and moment.timestamp() < one.until:
            return (yield from self._feed(one, moment, counts)) if opens <= moment else 0
        if one.state == CLOSING and counts.waiting and moment.timestamp() < one.until:
            return 0
        return (yield from self._wind_up(one, counts, "late", FINISHED, time=moment.timestamp()))

    def _begin(self, one: Announcement, moment: datetime) -> Script[int]:
        """Begin what was approved, if it is still what was approved."""
        told = self._entry("broadcast.began", one)
        if one.approved != one.digest:  # only an error of ours, or a hand in the database, can bring that about
            logger.error("announcement is not what was approved", number=one.id)
            yield from self._rows.move(one, DRAFT, {"approved": ""}, told=[self._entry("broadcast.voided", one)])
            return 1
        time = moment.timestamp()
        times = {"began": time, "until": worth_until(one, self._config, moment, one.plan.days)}
        yield from self._rows.want(one)  # what was approved, and not what stands beside it
        yield from self._rows.move(one, PREPARING, {**times, "past": ""}, told=[told])
        logger.info("announcement begins", number=one.id)
        return 1

    def _enter(self, one: Announcement, moment: datetime) -> Script[int]:
        """Enter a page of the audience; at the end count it."""
        marks = yield from self._rows.marks(one.id)
        last = yield from self._recipients.enter(one.id, past=marks.past, began=one.began, many=PAGE)
        if last:
            yield from self._rows.step(one.id, past=last)
            return 1
        many = yield from self._recipients.audience(one.id)
        yield from self._rows.move(one, RUNNING, {"past": "", "audience": many, "done": 0, "bad": 0})
        logger.info("announcement has its audience", number=one.id, people=many)
        return 1

    def _feed(self, one: Announcement, moment: datetime, counts: Counts) -> Script[int]:
        """Hand on whoever is next and has a way with room; who has none is passed over, and looked at again."""
        time, ends = moment.timestamp(), min(one.until, _closing(one, self._config, moment))
        room = yield from self._rooms.look(one.id, usable(one.plan, one.content), ends, time=time)
        if room.none and counts.planned:
            return 0
        sweep = self._sweep(one, room.full)
        if time < sweep.rest:
            return 0
        people = yield from self._people(one, moment, room.out, after=sweep.after)
        if not people and not sweep.after:
            return (yield from self._round_off(one, counts, ends, time=time))
        chosen = [person for person in people if _is_over(person) or room.take(person.way)]
        yield from self._hand_on(one, chosen, ends, time=time)
        sweep.found = sweep.found or bool(chosen)
        if len(chosen) < len(people):
            sweep.after = people[-1].id
        if len(people) == FEED:
            return 1
        if not sweep.found and sweep.after:
            sweep.rest = time + REST
        sweep.after, sweep.found = 0, False
        return len(chosen[:1])

    def _sweep(self, one: Announcement, full: frozenset[str]) -> Sweep:
        sweep = self._sweeps.get(one.id)
        if sweep is None or sweep.full != full:
            sweep = self._sweeps[one.id] = Sweep(full)
        return sweep

    def _people(self, one: Announcement, moment: datetime, out: Collection[str], *, after: int) -> Script[list[Next]]:
        """Who is next, each with the way to take. Who can be reached only by a way that is out keeps it, and waits."""
        ways, time = open_ways(one, moment), moment.timestamp()
        people = yield from self._recipients.next(one.id, ways.values(time), FEED, after=after)
        if out:
            rest = msgspec.structs.replace(ways, ways=ways.ways - set(out))
            others = yield from self._recipients.next(one.id, rest.values(time), FEED, after=after)
            found = {other.id: other.way for other in others if other.way != CLOSED}
            people = [
                msgspec.structs.replace(person, way=found.get(person.id, person.way)) if person.way in out else person
                for person in people
            ]
        if ways.heeds and people:
            declining = yield from self._recipients.declines([person.openid for person in people])
            people = [
                msgspec.structs.replace(person, way=DECLINED) if person.openid in declining else person
                for person in people
            ]
        return people

    def _hand_on(self, one: Announcement, people: Sequence[Next], ends: float, *, time: float) -> Script[None]:
        """Write what becomes of people, and, for those of whom it is true, what brings it to them."""
        many = sum(person.way == MASS and not person.left for person in people)
        key = (yield from self._open_list(one, many, ends, time=time)) if many else ""
        done = yield from self._recipients.hand([_handed(one, person, key) for person in people], time)
        going = [p for p in people if p.id in done and not _is_over(p)]
        listed = [person.openid for person in going if person.way == MASS]
        notices = [_notice(one, person, time) for person in going if person.way == NEXT]
        calls = [_call(one, person, ends, time=time) for person in going if person.way not in (MASS, NEXT)]
        for way in sorted({call.channel for call in calls} | ({MASS} if listed else set())):
            letter = body(one.content, way) or b""
            yield from self._letters.keep(_letter(one.id, way), letter, expires=one.until + DAY)
        if listed:
            yield from self._outbox.address(key, listed)
        yield from self._notices.keep([{**rows_of.pack(notice, ()), "state": rows_of.WAITING} for notice in notices])
        yield from self._outbox.add(calls, time=time)

    def _open_list(self, one: Announcement, many: int, ends: float, *, time: float) -> Script[str]:
        """The key of the list that is being filled, with room for so many more: a full one is sent, another begun."""
        marks = yield from self._rows.marks(one.id)
        batch = marks.batch
        if LIST - (yield from self._recipients.listed(list_key(one.id, batch))) < many:
            yield from self._send_list(one, batch, ends, time=time)
            batch += 1
            yield from self._rows.step(one.id, batch=batch)
        return list_key(one.id, batch)

    def _send_list(self, one: Announcement, batch: int, ends: float, *, time: float) -> Script[None]:
        key = list_key(one.id, batch)
        call = Call(
            key=key,
            openid="",
            channel=MASS,
            body=b"",
            due=time,
            expires=ends,
            letter=_letter(one.id, MASS),
        )
        yield from self._outbox.add([call], time=time)

    def _round_off(self, one: Announcement, counts: Counts, ends: float, *, time: float) -> Script[int]:
        """Everybody is handed on: send the list that is left, wait for what is under way, and end."""
        marks = yield from self._rows.marks(one.id)
        left = yield from self._recipients.listed(list_key(one.id, marks.batch))
        if left:
            if left == 1:
                yield from self._recipients.leave_alone(list_key(one.id, marks.batch))
            else:
                yield from self._send_list(one, marks.batch, ends, time=time)
            yield from self._rows.step(one.id, batch=marks.batch + 1)
            return 1
        if counts.queued or counts.planned:  # read a moment ago, so it may be less by now, and not more
            return 0
        return (yield from self._end(one, counts, CLOSING if counts.waiting else FINISHED, time=time))

    def _wind_up(self, one: Announcement, counts: Counts, reason: str, to: str, *, time: float) -> Script[int]:
        """Skip whoever was not reached, some at a time, and end once nothing is under way."""
        if counts.queued and (yield from withdraw(one.id, BACK)):
            return 1
        some = yield from self._recipients.end_planned(one.id, reason, time=time, many=PAGE)
        some += yield from self._recipients.end_waiting(
            one.id, "silent" if reason == "late" else reason, time=time, many=PAGE
        )  # fmt: skip
        if some:
            return 1
        if counts.queued or counts.planned or counts.waiting:
            return 0
        return (yield from self._end(one, counts, to, time=time))

    def _end(self, one: Announcement, counts: Counts, to: str, *, time: float) -> Script[int]:
        self._sweeps.pop(one.id, None)
        # What was cancelled while people were being entered is for as many as were.
        ended = {} if to == CLOSING else {"ended": time, "audience": counts.audience}
        yield from self._rows.move(one, to, ended, told=[] if to == CLOSING else [self._entry(f"broadcast.{to}", one)])
        logger.info("announcement is through", number=one.id, state=to)
        return 1

    async def _stops(self, one: Announcement, counts: Counts) -> bool:
        """Pause it where too large a share went wrong since it began or went on."""

        def script() -> Script[bool]:
            fresh = yield from self._rows.lock(one.id)
            if fresh is None or fresh.state != RUNNING:
                return False
            marks = yield from self._rows.marks(one.id)
            done, bad = counts.tried - marks.done, counts.bad - marks.bad
            if done < FEW or 100 * bad < one.plan.stop_at * done:
                return False
            after = {"failed": bad, "of": done}
            told = msgspec.structs.replace(self._entry("broadcast.paused", one), after=after)
            yield from self._rows.move(fresh, PAUSED, {"why": ERRORS}, told=[told])
            logger.error("announcement paused: too much went wrong", number=one.id, failed=bad, of=done)
            return True

        return await self._store.run(script)

    def _entry(self, action: str, one: Announcement) -> Entry:
        time = self._clock.time()
        return Entry(time=time, staff=NOBODY, who=WORKER, action=action, target=str(one.id), after={"name": one.name})


def _closing(one: Announcement, config: Config, moment: datetime) -> float:
    """When the hours end in which it may be sent: a call that waits longer goes back."""
    if one.plan.urgent:
        return one.until
    quiet = time.fromisoformat(config.push.quiet_from)
    ends = datetime.combine(moment.date(), quiet, moment.tzinfo)
    return (ends if ends > moment else ends + timedelta(days=1)).timestamp()  # they may begin after midnight


def _letter(number: int, way: str) -> str:
    """The key of the body that all calls of one way share."""
    return f"a{number}.{way}"


def _is_over(person: Next) -> bool:
    """Whether somebody is written to by no way."""
    return person.left or person.way in (DECLINED, CLOSED)


def _handed(one: Announcement, person: Next, listed: str) -> Handed:
    """What becomes of somebody; `listed` is the list that is being filled."""
    if _is_over(person):
        reason = LEFT if person.left else person.way
        return Handed(id=person.id, state=SKIPPED, reason=reason, tries=person.tries)
    state = WAITING if person.way == NEXT else QUEUED
    carrier = listed if person.way == MASS else key_of(one.id, person.tries, person.openid)
    return Handed(id=person.id, state=state, channel=person.way, carrier=carrier, tries=person.tries)


def _call(one: Announcement, person: Next, ends: float, *, time: float) -> Call:
    return Call(
        key=key_of(one.id, person.tries, person.openid),
        openid=person.openid,
        channel=person.way,
        body=b"",
        due=time,
        expires=min(ends, person.window_until) if person.way == CUSTOM else ends,
        template="" if person.way == CUSTOM else one.content.template,
        letter=_letter(one.id, person.way),
    )


def _notice(one: Announcement, person: Next, time: float) -> Notice:
    content = one.content
    return Notice(
        key=key_of(one.id, person.tries, person.openid),
        openid=person.openid,
        kind=ANNOUNCED,
        text=content.words(),
        brief=brief(content),
        title=content.title or one.name,
        url=content.url,
        created=time,
    )
