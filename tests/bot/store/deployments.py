"""Deployments to copy: rows put in and read back, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot.store.copying import every_table
from bot.store.database import Database

Rows = dict[str, list[dict[str, Any]]]
TODAY = 1_792_562_400.0


async def fill(url: str, rows: Rows) -> None:
    """Put rows into a database."""
    database = await Database.open(url)
    async with database.write() as connection:
        for table in every_table():
            if rows.get(table.name):
                await connection.execute(insert(table), rows[table.name])
    await database.close()


async def read(url: str) -> Rows:
    """All rows of a database, by table, in some order of their own."""
    database, found = await Database.open(url), {}
    async with database.read() as connection:
        for table in every_table():
            rows = [dict(row) for row in (await connection.execute(select(table))).mappings()]
            found[table.name] = sorted(rows, key=lambda row: repr(sorted(row.items())))
    await database.close()
    return found


def content(url: str) -> bytes:
    """What is in a file, nothing where it is missing."""
    path = Path(url.removeprefix("sqlite:///"))
    return path.read_bytes() if path.exists() else b""


def silent(*_: Any) -> None:
    """Hear nothing."""


def follower(number: int) -> dict[str, Any]:
    """A row of one."""
    return {"openid": f"o{number:06}", "followed": number + 0.5}


def token(name: str) -> dict[str, Any]:
    """A row of one."""
    return {"name": name, "value": "v", "expires": 1.0, "version": 1}


def message(state: str, lease: float) -> dict[str, Any]:
    """A row of one."""
    return {"key": "k", "openid": "o", "received": 1.0, "state": state, "owner": "p", "lease": lease, "message": b""}


def call(state: str, lease: float) -> dict[str, Any]:
    """A row of one."""
    times = {"created": 1.0, "due": 1.0, "expires": 1.0}
    return {"key": "k", "openid": "o", "channel": "custom", "body": b"", "state": state, "lease": lease, **times}
