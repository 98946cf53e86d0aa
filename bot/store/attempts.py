"""Who tried to sign in and failed, by account name, by browser and by place, and until when they must wait.

A try is counted before it is looked at and taken back if it was right, so that many at once gain nothing. A name that
nobody has is counted like any other: waiting tells nothing about it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

import msgspec
from sqlalchemy import Float, String, bindparam, delete, select, update

from bot.store.audit import Audit, Entry
from bot.store.driver import Script, Store, Values
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import attempts


class Kept(NamedTuple):
    """What a row holds of the tries under one key."""

    failures: int
    until: float
    seen: float


FRESH = Kept(0, 0.0, 0.0)


class Limit(Protocol):
    """How tries under a key are slowed."""

    def held(self, kept: Kept, time: float) -> float:
        """Seconds until the next try may be made; none or fewer where it may be made now."""

    def counted(self, kept: Kept, time: float) -> Kept:
        """What to hold after a try that is made now."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """For one thing that is guessed: how many failures are free, and how the wait grows from then on: `first` seconds,
    doubled each time, at most `longest`; after `forgets` seconds without a try all is forgotten."""

    free: int
    first: float
    longest: float
    forgets: float = 86_400.0

    def wait(self, failures: int) -> float:
        """Seconds until the next try after this many failures."""
        over = failures - self.free
        return min(self.longest, self.first * 2.0 ** min(over, 30)) if over >= 0 else 0.0

    def held(self, kept: Kept, time: float) -> float:
        """See Limit. A clock that was set back holds nobody for longer than ever."""
        return min(kept.until - time, self.longest)

    def counted(self, kept: Kept, time: float) -> Kept:
        """See Limit."""
        failures = 1 + (0 if time - kept.seen > self.forgets else kept.failures)
        wait = self.wait(failures)
        return Kept(failures, time + wait if wait else 0.0, time)


class Trickle(msgspec.Struct, frozen=True, kw_only=True):
    """For a place that many share: `burst` failures in hand, of which one comes back `every` so many seconds. However
    many failed there, the next may try that much later: nothing adds up.

    `until` of its row is when the burst is whole again.
    """

    burst: int
    every: float

    def held(self, kept: Kept, time: float) -> float:
        """See Limit."""
        return self._whole(kept, time) - (self.burst - 1) * self.every - time

    def counted(self, kept: Kept, time: float) -> Kept:
        """See Limit."""
        return Kept(0, max(self._whole(kept, time), time) + self.every, time)

    def _whole(self, kept: Kept, time: float) -> float:
        return min(kept.until, time + self.burst * self.every)


_key = attempts.c.key == bindparam("the_key", type_=String)
_LOOK = select(attempts.c.failures, attempts.c.until, attempts.c.seen).where(_key)
_LOCK = _LOOK.with_for_update()
_COUNT = update(attempts).where(_key)
_FORGET = delete(attempts).where(_key)
_BACK = update(attempts).where(_key).values(until=attempts.c.until - bindparam("every", type_=Float))
_PARDON = select(attempts.c.seen).where(_key, attempts.c.until > bindparam("time", type_=Float))


class Attempts:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        self._missing = store.insert(attempts).on_conflict_do_nothing(index_elements=["key"])
        self.purge = Forgetting(store, attempts, attempts.c.seen).purge

    async def count(self, keys: Mapping[str, Limit], time: float, *, pardon: str = "") -> float:
        """Count a try under each key; the seconds to wait first if it may not be made, else 0.

        A try that may not be made is not counted, and leaves no row: whoever only waits is let in, and whoever tries
        name after name from one place fills no table. While there is a pardon under that key, what was counted before
        it is forgotten, and nobody waits for the place.
        """
        return await self._store.run(lambda: self._count(keys, time, pardon))

    def _count(self, keys: Mapping[str, Limit], time: float, pardon: str) -> Script[float]:
        pardons = (yield _PARDON, [{"the_key": pardon, "time": time}]) if pardon else []
        since = pardons[0][0] if pardons else -math.inf
        waited = {key: limit for key, limit in keys.items() if not (pardons and isinstance(limit, Trickle))}
        wait = _wait(waited, (yield from self._kept(keys, since)), time)
        if wait <= 0:
            held = yield from self._kept(keys, since, missing={"failures": 0, "until": 0.0, "seen": time})
            wait = _wait(waited, held, time)  # others may have come in between
        if wait > 0:
            return wait
        for key, kept in held.items():
            # After the pardon, if only just, or tries of that moment would be pardoned again and again.
            counted = keys[key].counted(kept, time)._replace(seen=max(time, math.nextafter(since, math.inf)))
            yield _COUNT, [{"the_key": key, **counted._asdict()}]
        return 0.0

    def _kept(
        self, keys: Mapping[str, Limit], since: float, *, missing: Values | None = None
    ) -> Script[dict[str, Kept]]:
        """What was counted under each key since a pardon, a place's from ever; where it is told what to make of a row
        that is missing, nobody else counts until the end of the transaction."""
        found = {}
        for key in sorted(keys):  # in one order everywhere, so that nobody waits in a ring
            if missing is not None:
                yield self._missing, [{"key": key, **missing}]
            rows = yield _LOOK if missing is None else _LOCK, [{"the_key": key}]
            kept = Kept(*rows[0]) if rows else FRESH
            found[key] = kept if kept.seen > since or isinstance(keys[key], Trickle) else FRESH
        return found

    async def succeed(self, keys: Mapping[str, Limit]) -> None:
        """The try counted last was right: what was guessed is forgotten, the place gets this one try back."""

        def script() -> Script[None]:
            for key in sorted(keys):
                limit = keys[key]
                if isinstance(limit, Trickle):
                    yield _BACK, [{"the_key": key, "every": limit.every}]
                else:
                    yield _FORGET, [{"the_key": key}]

        await self._store.run(script)

    async def pardon(
        self, key: str, keys: Iterable[str], *, time: float, lasts: float, told: Entry | None = None
    ) -> None:
        """Let somebody try again, wherever they are: forget these keys, and for a time what else `count` is told to
        pardon under the first."""

        def script() -> Script[None]:
            for gone in sorted({key, *keys}):
                yield _FORGET, [{"the_key": gone}]
            yield self._missing, [{"key": key, "failures": 0, "until": time + lasts, "seen": time}]
            if told is not None:
                yield from self._audit.record(told)

        await self._store.run(script)


def _wait(keys: Mapping[str, Limit], kept: Mapping[str, Kept], time: float) -> float:
    """The longest that any of these keys makes wait, in seconds."""
    return max((limit.held(kept[key], time) for key, limit in keys.items()), default=0.0)
