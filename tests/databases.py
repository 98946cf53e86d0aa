"""Databases of this version that are copied and not migrated: a test does not pay for the way they came about."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

from bot.store.database import migrate


@cache
def migrated() -> bytes:
    """A migrated SQLite file."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "store.sqlite3"
        thread.submit(asyncio.run, migrate(f"sqlite:///{path}")).result()  # its caller may have a loop of its own
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def prepare(path: Path) -> None:
    """Put a migrated database where there is none."""
    if not path.exists():
        path.write_bytes(migrated())
