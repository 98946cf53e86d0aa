"""Two transactions at once on PostgreSQL, in an order that a test lays down: real connections, nothing patched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from sqlalchemy import Table, text
from sqlalchemy.dialects import registry

from bot.store.database import Database
from bot.store.driver import Compiler, Row, Script, Upsert
from tests.patience import PATIENCE

T = TypeVar("T")

WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)  # fmt: skip

on_postgres = pytest.mark.parametrize(
    "store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)  # fmt: skip


class Stopping:
    """A store whose first transaction that says certain words stops behind them until it is let go on."""

    def __init__(self, database: Database, behind: str) -> None:
        self._database = database
        self._behind = behind
        self._compiler = Compiler(registry.load("postgresql.asyncpg")(), returning=True)
        self.stands, self.on = asyncio.Event(), asyncio.Event()
        self.dialect, self.marking = database.dialect, database.marking

    def insert(self, table: Table) -> Upsert:
        """An INSERT of the database's."""
        return self._database.insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of a script, in a transaction on a connection of its own."""
        connection = await self._database.connect()
        try:
            async with connection.transaction():
                return await self._follow(connection, script())
        finally:
            await connection.close()

    async def _follow(self, connection: Any, script: Script[T]) -> T:
        rows: list[Row] = []
        try:
            step = next(script)
            while True:
                words, values = self._compiler.spell(step)
                rows = await connection.fetchmany(words, values) if values else []
                if values and self._behind in words and not self.stands.is_set():
                    self.stands.set()
                    await self.on.wait()
                step = script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result


async def interleaved(database: Database, first: Any, stop: Stopping, second: Callable[[], Any]) -> bool:
    """Let `first` go as far as its stop, then let `second` go until it ends or waits for a lock, then both to their
    ends; whether the second had to wait for the first."""
    async with asyncio.timeout(PATIENCE):
        one = asyncio.create_task(first)
        await stop.stands.wait()
        other = asyncio.create_task(second())
        while not other.done() and not await _waits(database):
            pass
        waited = not other.done()
        stop.on.set()
        await asyncio.gather(one, other)
    return waited


async def _waits(database: Database) -> bool:
    async with database.read() as connection:
        return bool((await connection.execute(WAITS)).scalar_one())
