"""A SQLite store that works in the event loop itself, so that a test with a manual clock is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import insert

from bot.errors import StoreError
from bot.store.driver import Script, SqliteDriver, Upsert
from tests.databases import MARKING

P = ParamSpec("P")
T = TypeVar("T")


class Inline(Executor):
    """An executor without a thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call it now."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - that is what an executor does
            future.set_exception(error)
        return future


class InlineStore:
    """The database of a test; `gate` is awaited before each transaction, and `away` refuses them all."""

    def __init__(self, path: Path) -> None:
        self._driver = SqliteDriver(path, timeout=1.0, thread=Inline())
        self.gate: Callable[[], Any] | None = None
        self.away = False

    dialect = "sqlite"
    marking = MARKING

    def insert(self, table: Table) -> Upsert:
        """An INSERT of SQLite's."""
        return insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of a script."""
        if self.gate is not None:
            await self.gate()
        if self.away:
            raise StoreError("away")
        return await self._driver.run(script)

    async def close(self) -> None:
        """Let go of the file."""
        await self._driver.close()
