"""Which way a notice goes to its follower, and when: consent, window, grant, quota and cost; gaps and quiet hours.

The cheapest way that is open wins: the customer-service message costs nothing but one of the few a follower's own
message allows, a lasting consent nothing at all, a template message a bit of the day's quota, a single consent itself.
Where none is open the notice waits to stand beneath the follower's next answer; where one will be open again soon, for
that. No more is planned for a day than the channel's quota has left for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec

from bot.clock import Clock, now
from bot.config import Config, Push
from bot.hours import waking
from bot.notices import CORRECTED, EXPIRING, Notice, life
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
        return _later(notice, reach, policy, moment)
    until, reason = _gap(notice, reach, policy.push, moment)
    if until > time:
        return Deferred(until=until, reason=reason) if until < ends else Told(reason)
    channel, body, template = way
    return Entry(
        key=entry_key(),
        openid=notice.openid,
        channel=channel,
        body=body,
        due=time,
        expires=min(ends, reach.window_until) if channel == "custom" else ends,
        notice=notice.key,
        template=template,
    )


def entry_key() -> str:
    """The key of a row in the outbox, new each time: a notice that could not go one way may go another, and taking it
    is what lets it be planned once. It names nobody, as a notice's own key may."""
    return f"notice:{uuid4().hex}"


def _later(notice: Notice, reach: Reach, policy: PushPolicy, moment: datetime) -> Plan:
    """What becomes of a notice that no channel can take now: some may be able to soon."""
    opens = []
    for channel, until in reach.later.items():
        again = datetime.fromtimestamp(until, moment.tzinfo)
        then = waking(again, _quiet(policy.push), workdays=_rests(notice, policy.push)).timestamp()
        if _way(notice, msgspec.structs.replace(reach, channels=frozenset({channel})), policy, then):
            opens.append(then)
    if opens and min(opens) < life(notice):
        return Deferred(until=min(opens), reason="channel is full")
    return Told("no way is open")


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
    if not notice.urgent:
        for seconds, most, reason in ((WEEK, push.per_week, "week is full"), (DAY, push.per_day, "day is full")):
            lately = sorted(when for when in reach.pushed if when > time - seconds)
            if len(lately) >= most:
                return lately[-most] + seconds, reason
    return waking(moment, _quiet(push), workdays=_rests(notice, push)).timestamp(), "quiet hours"


def _quiet(push: Push) -> tuple[str, str]:
    return push.quiet_from, push.quiet_until


def _rests(notice: Notice, push: Push) -> bool:
    """Whether it waits for a working day; what counts days would be wrong after the weekend."""
    return push.workdays and not (notice.urgent or notice.kind == EXPIRING)


def goes_from(due: float, kind: str, push: Push, moment: datetime) -> datetime:
    """When what is due then may go at the earliest, at `moment` or later: quiet hours and days of rest are waited out,
    as each notice does when it is looked at."""
    at = max(moment, datetime.fromtimestamp(due, moment.tzinfo))
    return waking(at, _quiet(push), workdays=push.workdays and kind not in (EXPIRING, CORRECTED))


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
        left, later = yield from self._left(moment)
        reaches = yield from self._reaches.read({notice.openid for notice in due}, time - WEEK, time)
        plans: list[tuple[Notice, Plan]] = []
        for notice in due:
            reach = msgspec.structs.replace(reaches[notice.openid], channels=frozenset(left), later=later)
            planned = plan(notice, reach, self._policy, moment)
            plans.append((notice, planned))
            if isinstance(planned, Entry):  # the next one for the same follower counts it, and the next on the channel
                reaches[notice.openid] = _after(reach, planned)
                left[planned.channel] -= 1
                if not left[planned.channel]:
                    del left[planned.channel]
                    later = {**later, planned.channel: _tomorrow(moment)}
        taken = yield from self._notices.take([_settled(notice, planned) for notice, planned in plans])
        entries = [planned for notice, planned in plans if isinstance(planned, Entry) and notice.key in taken]
        yield from self._rows.add(entries, time=time)
        return len(due)

    def _left(self, moment: datetime) -> Script[tuple[dict[str, int], dict[str, float]]]:
        """How many more calls each channel can make today, and when those may be used again that can make none now; a
        halted one is in neither."""
        left: dict[str, int] = {}
        later: dict[str, float] = {}
        for name in sorted(self._policy.ways):
            usage = yield from self._channels.look(name)
            most = usage.left(self._limits[name].per_day, day=moment.date().isoformat(), time=moment.timestamp())
            most -= (yield from self._rows.waiting(name, most)) if most else 0
            if most:
                left[name] = most
            elif not usage.halted:
                paused = usage.paused_until > moment.timestamp()
                later[name] = usage.paused_until if paused else _tomorrow(moment)
        return left, later


def _tomorrow(moment: datetime) -> float:
    """When the platform's quotas begin anew."""
    return datetime.combine(moment.date() + timedelta(days=1), datetime.min.time(), moment.tzinfo).timestamp()


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
