"""How many rows are in each state, for the operator's page: read beside the writers, and not at every look.

A count passes over a whole index. On the connection that writes it would hold every message up for as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from bot.clock import Clock
from bot.store.database import Database
from bot.store.inbox import COUNTS as OF_INBOX
from bot.store.outbox import COUNTS as OF_OUTBOX

FRESH = 15.0  # seconds


class Counts:
    """What is counted, each for a while."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, tuple[float, dict[str, int]]] = {}

    async def inbox(self) -> dict[str, int]:
        """How many messages are in each state. Raises StoreError."""
        return await self._counted("inbox", (OF_INBOX,))

    async def outbox(self) -> dict[str, int]:
        """How many calls are in each state. Raises StoreError."""
        return await self._counted("outbox", OF_OUTBOX)

    async def _counted(self, name: str, statements: Sequence[Select[Any]]) -> dict[str, int]:
        time = self._clock.monotonic()
        since, counted = self._known.get(name, (0.0, {}))
        if name not in self._known or time >= since + FRESH:
            counted = {}
            async with self._database.read() as connection:
                for statement in statements:
                    counted |= {row[0]: row[1] for row in await connection.execute(statement) if row[1]}
            self._known[name] = time, counted
        return counted
