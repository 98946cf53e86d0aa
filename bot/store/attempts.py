"""Who tried to sign in and failed, by account name and by address, and until when they must wait.

A try is counted before it is looked at and taken back if it was right, so that many at once gain nothing. A name that
nobody has is counted like any other: waiting tells nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import String, bindparam, delete, select, update

from bot.store.driver import Script, Store, once
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import attempts


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How many failures are free, and how the wait grows from then on: `first` seconds, doubled each time, at most
    `longest`; after `forgets` seconds without a try all is forgotten."""

    free: int
    first: float
    longest: float
    forgets: float = 86_400.0

    def wait(self, failures: int) -> float:
        """Seconds until the next try after this many failures."""
        over = failures - self.free
        return min(self.longest, self.first * 2.0 ** min(over, 30)) if over >= 0 else 0.0


_key = attempts.c.key == bindparam("the_key", type_=String)
_LOOK = select(attempts.c.failures, attempts.c.until, attempts.c.seen).where(_key).with_for_update()
_COUNT = update(attempts).where(_key)
_FORGET = delete(attempts).where(_key)
_RELENT = update(attempts).where(_key, attempts.c.failures > 0).values(failures=attempts.c.failures - 1, until=0.0)


class Attempts:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._missing = store.insert(attempts).on_conflict_do_nothing(index_elements=["key"])
        self.purge = Forgetting(store, attempts, attempts.c.seen).purge

    async def count(self, keys: Mapping[str, Patience], time: float) -> float:
        """Count a try under each key; the seconds to wait first if it may not be made, else 0.

        A try that may not be made is not counted: whoever only waits is let in.
        """
        return await self._store.run(lambda: self._count(keys, time))

    def _count(self, keys: Mapping[str, Patience], time: float) -> Script[float]:
        counts: dict[str, int] = {}
        wait = 0.0
        for key in sorted(keys):  # in one order everywhere, so that nobody waits in a ring
            yield self._missing, [{"key": key, "failures": 0, "until": 0.0, "seen": time}]
            ((failures, until, seen),) = yield _LOOK, [{"the_key": key}]
            counts[key] = 0 if time - seen > keys[key].forgets else failures
            wait = max(wait, until - time)
        if wait > 0:
            return wait
        for key, failures in counts.items():
            until = time + keys[key].wait(failures + 1) if keys[key].wait(failures + 1) else 0.0
            yield _COUNT, [{"the_key": key, "failures": failures + 1, "until": until, "seen": time}]
        return 0.0

    async def succeed(self, name: str, address: str) -> None:
        """The try counted last was right: the name's failures are forgotten, of the address's this one."""

        def script() -> Script[None]:
            for key in sorted((name, address)):
                yield (_FORGET if key == name else _RELENT), [{"the_key": key}]

        await self._store.run(script)

    async def forget(self, key: str) -> None:
        """Let whoever it is try again."""
        await self._store.run(lambda: once(_FORGET, the_key=key))
