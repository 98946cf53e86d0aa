"""What may go out on a channel: so many calls a second and a day, within what followers allow, not while stopped, and
what brings a notice not in quiet hours.

Pace, days, pauses and halts are kept in the database and bind all processes.
"""

from __future__ import annotations

from bot.clock import Clock, now
from bot.config import Push
from bot.hours import waking
from bot.store.calls import Allowance, Limit
from bot.store.driver import Store
from bot.store.limits import ChannelRows, Stop, Usage


class Limits:
    """The limits of every channel."""

    def __init__(self, store: Store, *, clock: Clock, push: Push | None = None) -> None:
        self._push = push or Push()
        self._store = store
        self._channels = ChannelRows(store)
        self._clock = clock

    def allow(self, channel: str, limit: Limit, *, most: int) -> Allowance:
        """What may go out on a channel now, at most `most` calls, as the database is to be asked for it."""
        moment, quiet = now(self._clock), (self._push.quiet_from, self._push.quiet_until)
        return Allowance(
            channel=channel,
            most=most,
            day=moment.date().isoformat(),
            limit=limit,
            asleep=waking(moment, quiet, workdays=False).timestamp(),
            resting=waking(moment, quiet, workdays=self._push.workdays).timestamp(),
        )

    async def pause(self, channel: str, until: float, *, reason: str) -> None:
        """Nothing goes out on a channel until that time."""
        await self._store.run(lambda: self._channels.stop(channel, Stop(until=until, reason=reason)))

    async def resume(self, channel: str) -> None:
        """End a pause or a halt."""
        await self._store.run(lambda: self._channels.resume(channel))

    async def usage(self, channel: str) -> Usage:
        """How a channel stands."""
        return await self._store.run(lambda: self._channels.look(channel))
