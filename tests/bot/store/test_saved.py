"""What a database knows of its own backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from bot.clock import ManualClock
from bot.store import schema
from bot.store.backups import NAME, restore_backup, write_backup
from bot.store.database import Database
from bot.store.saved import LONGEST, Backups, Saved, write_down
from bot.store.tables import editions
from tests.bot.store.deployments import TODAY, silent


async def test_nothing_is_known_at_first(database: Database) -> None:
    """A database that was never used has no backup that could be old; from its first edition on it has."""
    backups = Backups(database)
    assert await backups.read() == Saved()
    assert Saved().age(TODAY) == 0.0
    async with database.write() as connection:
        await connection.execute(insert(editions), {"number": 1, "version": "v", "time": TODAY})
        await connection.execute(insert(editions), {"number": 2, "version": "w", "time": TODAY + 50})
    known = await backups.read()
    assert known == Saved(begun=TODAY)
    assert known.age(TODAY + 100) == 100.0
    assert known.age(TODAY - 100) == 0.0


async def test_a_failure_leaves_the_last_good_one(database: Database, store_url: str) -> None:
    """What failed is said with its reason until a backup is good again; the age goes by the good one."""
    assert await write_down(store_url, name=NAME, good=TODAY)
    assert await write_down(store_url, name=NAME, tried=TODAY + 60, reason="x" * 999)
    known = await Backups(database).read()
    assert (known.good, known.tried, known.failed) == (TODAY, TODAY + 60, "x" * LONGEST)
    assert known.age(TODAY + 90) == 90.0
    assert await write_down(store_url, name=NAME, good=TODAY + 120)
    assert await Backups(database).read() == Saved(good=TODAY + 120, tried=TODAY + 120)


async def test_a_first_try_that_fails(database: Database, store_url: str) -> None:
    """There is no good one then, and it is said that it failed."""
    assert await write_down(store_url, name=NAME, tried=TODAY, reason="full")
    assert await Backups(database).read() == Saved(tried=TODAY, failed="full")


async def test_what_cannot_be_noted(tmp_path: Path) -> None:
    """A database that is away or of an earlier version keeps no note, and nothing is raised or changed."""
    assert not await write_down(f"sqlite:///{tmp_path}/none.sqlite3", name=NAME, good=TODAY)
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240  # a look at an empty folder
    old = Database(f"sqlite:///{tmp_path}/old.sqlite3", patience=5.0, create=True)
    async with old.write() as connection:
        await connection.run_sync(lambda c: schema.upgrade(c, "0012"))
    await old.close()
    assert not await write_down(f"sqlite:///{tmp_path}/old.sqlite3", name=NAME, good=TODAY)


async def test_a_database_that_was_put_back(store_url: str, server: Callable[[], str], tmp_path: Path) -> None:
    """It is saved as of the moment of the backup it comes from, whatever failed before that."""
    assert await write_down(store_url, name=NAME, tried=TODAY - 60, reason="full")
    await write_backup(store_url, tmp_path / "a.huiqi", clock=ManualClock(TODAY), tell=silent)
    await restore_backup(tmp_path / "a.huiqi", url := server(), halting=(), tell=silent)
    database = await Database.open(url)
    assert await Backups(database).read() == Saved(good=TODAY, tried=TODAY)
    await database.close()
