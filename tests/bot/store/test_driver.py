"""Scripts on the bare driver."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import bindparam, delete, select, update

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.driver import Copier, Row, Script, SqliteDriver, Statement, Values, once
from bot.store.tables import tokens
from tests.patience import PATIENCE

READ = select(tokens.c.name, tokens.c.version).order_by(tokens.c.name)
RENAME = update(tokens).where(tokens.c.name == bindparam("old")).returning(tokens.c.name)


def token(name: str, version: int = 1) -> dict[str, object]:
    """A row of the tokens table."""
    return {"name": name, "value": "", "expires": 0.0, "version": version}


async def read(database: Database) -> list[tuple[object, ...]]:
    """Names and versions of all tokens."""
    return [tuple(row) for row in await database.run(lambda: once(READ))]


async def test_steps_see_what_came_before(database: Database) -> None:
    """A script is sent the rows of each step, in the order of its values, and its result comes out."""
    insert = database.insert(tokens).returning(tokens.c.name)

    def script() -> Script[list[str]]:
        first = yield insert, [token("b"), token("a")]
        second = yield RENAME, [{"old": "a", "version": 7}, {"old": "none", "version": 8}]
        nothing = yield insert, []
        return [row[0] for row in (*first, *second, *nothing)]

    assert await database.run(script) == ["b", "a", "a"]
    assert await read(database) == [("a", 7), ("b", 1)]


async def test_constants_of_a_statement_are_kept(database: Database) -> None:
    """A value written into the statement itself is used for every row."""
    insert = database.insert(tokens)
    remove = delete(tokens).where(tokens.c.name == "a", tokens.c.version == bindparam("version"))
    for name in ("a", "b"):
        await database.run(lambda name=name: once(insert, **token(name)))  # type: ignore[misc]
    await database.run(lambda: once(remove, version=1))
    assert await read(database) == [("b", 1)]


async def test_refused_script_changes_nothing(database: Database) -> None:
    """A script of which one step is refused leaves no trace, and the next one runs."""
    insert = database.insert(tokens)

    def script() -> Script[list[Row]]:
        yield insert, [token("a")]
        return (yield insert, [token("b"), token("a")])

    with pytest.raises(StoreError):
        await database.run(script)
    assert await read(database) == []


async def test_failing_script_changes_nothing(database: Database) -> None:
    """A script that raises on its own account is undone, and what it raised comes out."""
    insert = database.insert(tokens)

    def script() -> Script[None]:
        yield insert, [token("a")]
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(script)
    assert await read(database) == []


async def test_the_log_is_copied_beside_those_who_write(tmp_path: Path) -> None:
    """After many rows the file has what was committed, though nobody waited for that, nor closed it."""
    path = tmp_path / "copied.sqlite3"
    database = await Database.open(f"sqlite:///{path}", migrate=True)
    insert = database.insert(tokens)
    driver = database._driver
    assert isinstance(driver, SqliteDriver)
    await database.run(lambda: once(insert, **token("few")))
    assert driver._copier.copying is None
    await database.run(lambda: many(insert, [token(f"{number}") for number in range(Copier.EVERY)]))
    assert driver._copier.copying is not None
    driver._copier.copying.result(timeout=PATIENCE)
    alone = tmp_path / "alone.sqlite3"  # the file without its log
    shutil.copyfile(path, alone)
    with closing(sqlite3.connect(alone)) as connection:
        assert connection.execute("SELECT count(*) FROM tokens").fetchone() == (Copier.EVERY + 1,)
    await database.close()


async def test_what_is_committed_is_so_though_nobody_copies(tmp_path: Path) -> None:
    """Where no thread is to be had for the copier, whoever wrote is told what was committed."""
    database = await Database.open(f"sqlite:///{tmp_path / 'alone.sqlite3'}", migrate=True)
    driver = database._driver
    assert isinstance(driver, SqliteDriver)
    driver._copier._thread.shutdown()
    insert = database.insert(tokens).returning(tokens.c.name)
    found = await database.run(lambda: many(insert, [token(f"{number}") for number in range(Copier.EVERY)]))
    assert len(found) == Copier.EVERY
    await database.close()


def many(statement: Statement, rows: Sequence[Values]) -> Script[list[Row]]:
    """The script of one statement with many rows."""
    return (yield statement, rows)
