"""Which way a notice goes to its follower, and when: consent, window, grant, quota and cost; gaps and quiet hours.

The cheapest way that is open wins: the customer-service message costs nothing but one of the few a follower's own
message allows, a lasting consent nothing at all, a template message a bit of the day's quota, a single consent itself.
Where none is open the notice waits to stand beneath the follower's next answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b

import msgspec

from bot.clock import Clock, now
from bot.config import Config, Push
from bot.hours import waking
from bot.notices import EXPIRING, Notice, life
from bot.store.calls import Entry, Limit
from bot.store.driver import Script, Store
from bot.store.limits import ChannelRows
from bot.store.notices import NOTHING, PENDING, PLANNED, WAITING, Notices, Settled
from bot.store.outbox import OutboxRows
from bot.store.reach import Reach, Reaches

MANY = 500  # notices planned in one transaction
DAY = 86_400.0
WEEK = 7 * DAY
SPARE = 1  # customer-service messages of a window left for late answers
CLOSING = 60.0  # seconds before its end in which a window is not counted on

Compose = Callable[[Notice, Push], bytes | None]


class PushPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The ways this account has, each with what makes a row's body of a notice, and the settings."""

    ways: Mapping[str, Compose]
    push: Push


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
    """Not now: the notice is looked at again at `until`."""

    until: float
    reason: str


class Told(msgspec.Struct, frozen=True):
    """It waits for the follower's next message."""

    reason: str


class Nothing(msgspec.Struct, frozen=True):
    """It is not told at all."""

    reason: str


Plan = Entry | Deferred | Told | Nothing


def policy_of(config: Config, ways: Mapping[str, Compose]) -> PushPolicy:
    """What the account may do: one that is not certified pushes nothing; templates and notices are a service account's
    (platform page on interface rights; the test account counts as one)."""
    wechat = config.wechat
    certified = wechat.certified or wechat.account == "test"
    allowed: set[str] = {"custom"} if certified else set()
    if certified and wechat.account != "subscription":
        allowed |= {"template"} if config.push.template_id else set()
        allowed |= {"subscribe"} if config.push.notice_id else set()
    return PushPolicy(ways={name: compose for name, compose in ways.items() if name in allowed}, push=config.push)


def plan(notice: Notice, reach: Reach, policy: PushPolicy, moment: datetime) -> Plan:
    """What becomes of a notice at a moment, in Shanghai."""
    time, ends = moment.timestamp(), life(notice)
    if not reach.follows:
        return Nothing("left")
    if time >= ends:
        return Nothing("late")
    way = _way(notice, reach, policy, time)
    if way is None:
        return Told("no way is open")
    until, reason = _gap(notice, reach, policy.push, moment)
    if until > time:
        return Deferred(until=until, reason=reason) if until < ends else Told(reason)
    channel, body, template = way
    return Entry(
        key=entry_key(notice),
        openid=notice.openid,
        channel=channel,
        body=body,
        due=time,
        expires=min(ends, reach.window_until) if channel == "custom" else ends,
        notice=notice.key,
        template=template,
    )


def entry_key(notice: Notice) -> str:
    """The key of its row in the outbox; a hash, since a notice's own key may name the follower."""
    return f"notice:{blake2b(notice.key.encode(), digest_size=16).hexdigest()}"


def _way(notice: Notice, reach: Reach, policy: PushPolicy, time: float) -> tuple[str, bytes, str] | None:
    """The cheapest open way that can carry the notice: channel, body, template."""
    push = policy.push
    granted = reach.grants.get(push.notice_id, 0) > 0
    window = reach.window_left > SPARE and reach.window_until > time + CLOSING
    ways = (
        ("custom", window, ""),
        ("subscribe", granted and push.notice_lasting, push.notice_id),
        ("template", push.template_id not in reach.refused, push.template_id),
        ("subscribe", granted and not push.notice_lasting, push.notice_id),
    )
    for channel, is_open, template in ways:
        compose = policy.ways.get(channel)
        if is_open and compose is not None and channel in reach.channels:
            body = compose(notice, push)
            if body is not None:
                return channel, body, template
    return None


def _gap(notice: Notice, reach: Reach, push: Push, moment: datetime) -> tuple[float, str]:
    """The first moment in which the follower may be written to, and what it waits for."""
    time = moment.timestamp()
    timely = notice.urgent or notice.kind == EXPIRING  # it would be wrong after the weekend
    if not notice.urgent:
        for seconds, most, reason in ((WEEK, push.per_week, "week is full"), (DAY, push.per_day, "day is full")):
            lately = sorted(when for when in reach.pushed if when > time - seconds)
            if len(lately) >= most:
                return lately[-most] + seconds, reason
    opens = waking(moment, (push.quiet_from, push.quiet_until), workdays=push.workdays and not timely)
    return opens.timestamp(), "quiet hours"


class Planner:
    """Plans what is due. Any number of processes may: a notice is taken by one."""

    def __init__(self, store: Store, policy: PushPolicy, *, limits: Mapping[str, Limit], clock: Clock) -> None:
        self._store = store
        self._policy = policy
        self._limits = limits
        self._clock = clock
        self._notices = Notices(store)
        self._rows = OutboxRows(store)
        self._reaches = Reaches(store)
        self._channels = ChannelRows(store)

    async def run_once(self) -> int:
        """Plan a batch of notices that are due; how many."""
        moment = now(self._clock)
        return await self._store.run(lambda: self._plan(moment))

    def _plan(self, moment: datetime) -> Script[int]:
        time = moment.timestamp()
        due = yield from self._notices.due(time, many=MANY)
        if not due:
            return 0
        channels = yield from self._open(moment)
        reaches = yield from self._reaches.read({notice.openid for notice in due}, time - WEEK, channels)
        plans: list[tuple[Notice, Plan]] = []
        for notice in due:
            planned = plan(notice, reaches[notice.openid], self._policy, moment)
            plans.append((notice, planned))
            if isinstance(planned, Entry):  # the next one for the same follower counts it
                reaches[notice.openid] = _after(reaches[notice.openid], planned)
        taken = yield from self._notices.take([_settled(notice, planned) for notice, planned in plans])
        entries = [planned for notice, planned in plans if isinstance(planned, Entry) and notice.key in taken]
        yield from self._rows.add(entries, time=time)
        return len(due)

    def _open(self, moment: datetime) -> Script[frozenset[str]]:
        """The channels that are not stopped and have quota left."""
        found = set()
        for name in sorted(self._policy.ways):
            usage = yield from self._channels.look(name)
            left = usage.left(self._limits[name].per_day, day=moment.date().isoformat(), time=moment.timestamp())
            if left:
                found.add(name)
        return frozenset(found)


def _after(reach: Reach, entry: Entry) -> Reach:
    grants = {**reach.grants}
    if entry.channel == "subscribe":
        grants[entry.template] -= 1
    left = reach.window_left - (entry.channel == "custom")
    return msgspec.structs.replace(reach, pushed=(*reach.pushed, entry.due), grants=grants, window_left=left)


def _settled(notice: Notice, planned: Plan) -> Settled:
    match planned:
        case Entry(channel=channel):
            return Settled(key=notice.key, state=PLANNED, reason=channel)
        case Deferred(until=until, reason=reason):
            return Settled(key=notice.key, state=PENDING, reason=reason, due=until)
        case Told(reason=reason):
            return Settled(key=notice.key, state=WAITING, reason=reason)
        case Nothing(reason=reason):
            return Settled(key=notice.key, state=NOTHING, reason=reason)
