"""How much of a channel and of each follower's window and grants is used: kept in the transaction that claims or
settles.

Rows are locked in one order everywhere, channel, outbox, followers, grants, each by openid, so that processes never
wait in a ring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, or_, select, update

from bot.store.calls import Limit
from bot.store.days import Reader
from bot.store.driver import Row, Script, Store
from bot.store.tables import channels, followers, grants


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """A channel: how many calls of `day` are used, until when it pauses, whether it is halted, and why; and how many
    calls its pace let go at once (`level`) at the time `filled`."""

    day: str = ""
    used: int = 0
    paused_until: float = 0.0
    paused: str = ""
    halted: bool = False
    level: float = 0.0
    filled: float = 0.0

    def left(self, per_day: int, *, day: str, time: float) -> int:
        """How many calls may still be made on `day`, at `time`."""
        if self.halted or self.paused_until > time:
            return 0
        return max(0, per_day - (self.used if self.day == day else 0))

    def free(self, limit: Limit, time: float) -> float:
        """How many calls the pace lets go at `time`: they drip in by the second, up to a burst."""
        return min(float(limit.burst), self.level + max(0.0, time - self.filled) * limit.per_second)


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing more may go out on a channel: until a time, or, halted, until a person says so."""

    reason: str
    until: float = 0.0
    halted: bool = False


_name = channels.c.name == bindparam("the_name", type_=String)
_LOOK = select(*(channels.c[field.name] for field in msgspec.structs.fields(Usage))).where(_name).with_for_update()
_USE = update(channels).where(_name)
_SET_BACK = update(channels).where(_name)
_PAUSE = update(channels).where(_name, channels.c.paused_until < bindparam("new_until", type_=Float))
_HALT = update(channels).where(_name)
_RESUME = update(channels).where(_name)


_STOPPED = select(channels.c.name, channels.c.paused_until, channels.c.paused, channels.c.halted).where(
    or_(channels.c.halted.is_(True), channels.c.paused_until > bindparam("now", type_=Float))
)


class ChannelRows:
    """Scripts on what is used of a channel."""

    def __init__(self, store: Store) -> None:
        self._missing = store.insert(channels).on_conflict_do_nothing(index_elements=["name"])

    def look(self, channel: str, time: float = 0.0) -> Script[Usage]:
        """How the channel stands, which no other process changes before the end of this transaction. Where the clock
        was set back, what drips in is counted from this `time` on: else nothing would go until it is that late again.
        """
        found = yield _LOOK, [{"the_name": channel}]
        if not found:
            yield self._missing, [{"name": channel}]
            found = yield _LOOK, [{"the_name": channel}]
        day, used, paused_until, paused, halted, level, filled = found[0]
        if 0.0 < time < filled:
            filled = time
            yield _SET_BACK, [{"the_name": channel, "filled": time}]
        return Usage(
            day=day,
            used=used,
            paused_until=paused_until,
            paused=paused,
            halted=bool(halted),
            level=level,
            filled=filled,
        )

    def use(self, channel: str, usage: Usage, *, day: str, count: int, limit: Limit, time: float) -> Script[None]:
        """Count calls. They count once claimed, whatever becomes of them: so they do on the platform's side."""
        used = count + (usage.used if usage.day == day else 0)
        level = usage.free(limit, time) - count
        yield _USE, [{"the_name": channel, "day": day, "used": used, "level": level, "filled": time}]

    def stop(self, channel: str, stop: Stop) -> Script[None]:
        """Pause or halt the channel. A pause is never shortened by another."""
        yield self._missing, [{"name": channel}]
        if stop.halted:
            yield _HALT, [{"the_name": channel, "halted": True, "paused": stop.reason}]
            return
        pause = {"the_name": channel, "new_until": stop.until, "paused_until": stop.until, "paused": stop.reason}
        yield _PAUSE, [pause]

    def resume(self, channel: str) -> Script[None]:
        """Let the channel go on."""
        yield _RESUME, [{"the_name": channel, "halted": False, "paused": "", "paused_until": 0.0}]

    def stops(self, time: float) -> Script[dict[str, Stop]]:
        """Why nothing may go out at a time, by channel."""
        return _stops((yield _STOPPED, [{"now": time}]))


def _stops(rows: Sequence[Row]) -> dict[str, Stop]:
    return {str(name): Stop(reason=why, until=until, halted=bool(halted)) for name, until, why, halted in rows}


class Stops:
    """Which channels stand still, read beside the writers. Raises StoreError when the database does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def at(self, time: float) -> dict[str, Stop]:
        """Why nothing may go out at a time, by channel."""
        async with self._reader.read() as connection:
            return _stops((await connection.execute(_STOPPED, {"now": time})).all())


_who = followers.c.openid == bindparam("who", type_=String)
_same_window = followers.c.window_until == bindparam("window", type_=Float)
_left = followers.c.window_left
_SPEND = (
    update(followers)
    .where(_who, _left > 0, followers.c.window_until > bindparam("now", type_=Float))
    .values(window_left=_left - 1)
    .returning(followers.c.openid, followers.c.window_until)
)
_GIVE_BACK = update(followers).where(_who, _same_window).values(window_left=_left + bindparam("count", type_=Integer))
_CLOSE = update(followers).where(_who, _same_window).values(window_left=0)

Windows = Sequence[tuple[str, float]]  # openids, each with the end of the window a message was taken from


def spend_windows(openids: Sequence[str], time: float) -> Script[dict[str, list[float]]]:
    """Take one message from the window of each openid named, as often as it is named; the windows that had one."""
    found: dict[str, list[float]] = {}
    for openid, until in (yield _SPEND, [{"who": openid, "now": time} for openid in sorted(openids)]):
        found.setdefault(openid, []).append(until)
    return found


def give_back(windows: Windows) -> Script[None]:
    """Return messages that did not count, each to the window it was taken from if that is still the one."""
    counts = sorted(Counter(windows).items())
    yield _GIVE_BACK, [{"who": openid, "window": until, "count": count} for (openid, until), count in counts]


def close_windows(windows: Windows) -> Script[None]:
    """Expect nothing more of these windows; what the follower does next opens another."""
    yield _CLOSE, [{"who": openid, "window": until} for openid, until in sorted(set(windows))]


_theirs = (
    grants.c.openid == bindparam("who", type_=String),
    grants.c.template == bindparam("which", type_=String),
)
_sends = grants.c.sends
_SPEND_GRANT = (
    update(grants).where(*_theirs, _sends > 0).values(sends=_sends - 1).returning(grants.c.openid, grants.c.template)
)
_RETURN_GRANT = (
    update(grants).where(*_theirs, grants.c.refused.is_(False)).values(sends=_sends + bindparam("count", type_=Integer))
)

Held = tuple[str, str]  # an openid and a template


def spend_grants(held: Sequence[Held]) -> Script[Counter[Held]]:
    """Take one send from each grant named, as often as it is named; from which there was one to take."""
    rows = yield _SPEND_GRANT, [{"who": openid, "which": template} for openid, template in sorted(held)]
    return Counter((openid, template) for openid, template in rows)


def return_grants(held: Sequence[Held]) -> Script[None]:
    """Return sends that did not count."""
    counts = sorted(Counter(held).items())
    yield _RETURN_GRANT, [{"who": who, "which": which, "count": count} for (who, which), count in counts]
