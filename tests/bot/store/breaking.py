"""A database that breaks off: after so many statements of a transaction the connection dies, or a statement fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Table, func, select

from bot.store.database import Database
from bot.store.driver import Script, Statement, Upsert
from bot.store.tables import metadata

T = TypeVar("T")

# What no database survives: PostgreSQL ends its own session, SQLite meets a function that fails.
DEADLY: dict[str, Statement] = {
    "postgresql": select(func.pg_terminate_backend(func.pg_backend_pid())),
    "sqlite": select(func.json("{")),
}


class Breaking:
    """The store of a test: each transaction breaks after its n-th statement, in the database itself. `broke` says
    whether one did."""

    def __init__(self, database: Database, after: int) -> None:
        self._database = database
        self._after = after
        self.broke = False

    @property
    def dialect(self) -> str:
        """Which kind of database it is."""
        return self._database.dialect

    @property
    def marking(self) -> bytes:
        """What marks are keyed with."""
        return self._database.marking

    def insert(self, table: Table) -> Upsert:
        """An INSERT of this kind of database."""
        return self._database.insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of a script that has no more statements than that; StoreError where it breaks."""
        return await self._database.run(lambda: self._broken(script()))

    def _broken(self, script: Script[T]) -> Script[T]:
        done = 0
        try:
            step = next(script)
            while True:
                rows = yield step
                done += bool(step[1])  # without rows nothing was run
                if done == self._after:
                    self.broke = True
                    yield DEADLY[self.dialect], [{}]
                step = script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result


async def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    async with database.read() as connection:
        return {
            table.name: [
                dict(row)
                for row in (await connection.execute(select(table).order_by(*table.primary_key.columns))).mappings()
            ]
            for table in metadata.sorted_tables
        }
