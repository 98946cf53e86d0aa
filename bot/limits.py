"""What may go out on a channel: so many calls a second and a day, within followers' windows, and not while stopped.

The pace is each process's own; days, pauses and halts are kept in the database and bind all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock, now
from bot.store.driver import Store
from bot.store.limits import ChannelRows, Stop, Usage
from bot.store.outbox import Allowance


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one channel may do. `burst` calls may go at once where none went for a while; `windowed` where the platform
    takes a call only for a while after the follower did something."""

    per_second: float
    burst: int
    per_day: int
    windowed: bool = False


class Bucket:
    """A pace: tokens drip in at `per_second`, up to `burst`, and each call takes one."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._level = float(limit.burst)
        self._filled = clock.time()

    def free(self) -> int:
        """How many calls may go now."""
        time = self._clock.time()
        dripped = max(0.0, time - self._filled) * self._limit.per_second
        self._level, self._filled = min(float(self._limit.burst), self._level + dripped), time
        return int(self._level)

    def take(self, count: int) -> None:
        """Let `count` calls go, no more than are free."""
        self._level -= count


class Limits:
    """The limits of every channel."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._channels = ChannelRows(store)
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def allow(self, channel: str, limit: Limit, *, most: int) -> Allowance:
        """What may go out on a channel now, at most `most` calls, as the database is to be asked for it."""
        return Allowance(
            channel=channel,
            most=min(most, self._bucket(channel, limit).free()),
            day=now(self._clock).date().isoformat(),
            per_day=limit.per_day,
            windowed=limit.windowed,
        )

    def take(self, channel: str, limit: Limit, *, count: int) -> None:
        """Keep pace: `count` calls go out now."""
        self._bucket(channel, limit).take(count)

    async def pause(self, channel: str, until: float, *, reason: str) -> None:
        """Nothing goes out on a channel until that time."""
        await self._store.run(lambda: self._channels.stop(channel, Stop(until=until, reason=reason)))

    async def resume(self, channel: str) -> None:
        """End a pause or a halt."""
        await self._store.run(lambda: self._channels.resume(channel))

    async def usage(self, channel: str) -> Usage:
        """How a channel stands."""
        return await self._store.run(lambda: self._channels.look(channel))

    def _bucket(self, channel: str, limit: Limit) -> Bucket:
        if channel not in self._buckets:
            self._buckets[channel] = Bucket(limit, self._clock)
        return self._buckets[channel]
