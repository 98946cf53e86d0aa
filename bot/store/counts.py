"""How many rows are in each state: for staff as they are, for probes not at every look; always beside the writers.

A count passes over a whole index. On the connection that writes it would hold every message up for as long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import Select

from bot.clock import Clock
from bot.store.database import Database
from bot.store.inbox import COUNTS as OF_INBOX
from bot.store.outbox import COUNTS as OF_OUTBOX

FRESH = 15.0  # seconds


class Counts:
    """What is counted, and for how many seconds that is `fresh`: a probe looks often, a person wants it as it is."""

    def __init__(self, database: Database, clock: Clock, *, fresh: float = FRESH) -> None:
        self._database = database
        self._clock = clock
        self._fresh = fresh
        self._known: dict[str, tuple[float, dict[str, int]]] = {}

    @property
    def by_table(self) -> dict[str, Callable[[], Awaitable[dict[str, int]]]]:
        """What counts the rows of a table, by its name."""
        return {"inbox": self.inbox, "outbox": self.outbox}

    async def inbox(self) -> dict[str, int]:
        """How many messages are in each state. Raises StoreError."""
        return await self._counted("inbox", (OF_INBOX,))

    async def outbox(self) -> dict[str, int]:
        """How many calls are in each state. Raises StoreError."""
        return await self._counted("outbox", OF_OUTBOX)

    async def _counted(self, name: str, statements: Sequence[Select[Any]]) -> dict[str, int]:
        time = self._clock.monotonic()
        since, counted = self._known.get(name, (0.0, {}))
        if name not in self._known or time >= since + self._fresh:
            counted = {}
            async with self._database.read() as connection:
                for statement in statements:
                    counted |= {row[0]: row[1] for row in await connection.execute(statement) if row[1]}
            self._known[name] = time, counted
        return counted
