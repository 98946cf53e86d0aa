"""Databases of this version that are copied and not migrated: a test does not pay for the way they came about."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from bot.clock import ManualClock
from bot.editions.gate import Gate
from bot.editions.press import Press
from bot.store.database import Database, migrate
from bot.store.marks import numbered
from bot.store.revisions import Revisions
from handlers import ROUTER
from tests.corpus import DATA

KEY = b"marks in a test, of nobody"  # of the marks of people, where a test has no settings to make it of
MARKING = numbered(1, KEY)


@cache
def migrated() -> bytes:
    """A SQLite file without any rows."""
    return _made(migrate)


@cache
def seeded() -> bytes:
    """A SQLite file whose first edition, of 22 November 2026, is the corpus that ships with the program."""
    return _made(_seed)


def prepare(path: Path) -> None:
    """Put a migrated database where there is none."""
    if not path.exists():
        path.write_bytes(migrated())


async def _seed(url: str) -> None:
    database = await Database.open(url, migrate=True)
    press = Press(Revisions(database), folder=DATA, gate=Gate(ROUTER.speak), clock=ManualClock())
    await press.read()
    await database.close()


def _made(make: Callable[[str], Coroutine[Any, Any, None]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "store.sqlite3"
        thread.submit(asyncio.run, make(f"sqlite:///{path}")).result()  # its caller may have a loop of its own
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()
