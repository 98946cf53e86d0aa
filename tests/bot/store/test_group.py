"""Group commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from sqlalchemy import Table, select

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.driver import Script, Upsert, once
from bot.store.group import BATCH, GroupCommit
from bot.store.tables import tokens
from tests.databases import MARKING

T = TypeVar("T")


class Counting:
    """A database that counts its transactions and can be away."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.runs = 0
        self.away = False

    dialect = "sqlite"
    marking = MARKING

    def insert(self, table: Table) -> Upsert:
        return self.database.insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        self.runs += 1
        if self.away:
            raise StoreError("away")
        return await self.database.run(script)


def keeping(store: Counting) -> GroupCommit[str, str]:
    """Jobs that keep a name and give it back."""
    insert = store.insert(tokens)

    def script(jobs: Sequence[str]) -> Script[list[str]]:
        if "bug" in jobs:
            raise LookupError
        yield insert, [{"name": job, "value": "", "expires": 0.0, "version": 1} for job in jobs]
        return list(jobs)

    return GroupCommit(store, script)


async def kept(store: Counting) -> int:
    """How many names are kept."""
    return len(await store.database.run(lambda: once(select(tokens.c.name))))


async def test_many_jobs_one_transaction(database: Database) -> None:
    """Jobs asked for at the same time share transactions, and each gets its own result after the commit."""
    store = Counting(database)
    group = keeping(store)
    names = [f"n{i}" for i in range(2 * BATCH)]
    assert await asyncio.gather(*(group.submit(name) for name in names)) == names
    assert await kept(store) == len(names)
    assert store.runs <= 3


async def test_bad_job_fails_alone(database: Database) -> None:
    """A job that the database refuses does not fail its neighbours, and the group lives on."""
    store = Counting(database)
    group = keeping(store)
    await group.submit("twice")
    results = await asyncio.gather(*map(group.submit, ["a", "twice", "b"]), return_exceptions=True)
    assert results[0] == "a"
    assert isinstance(results[1], StoreError)
    assert results[2] == "b"
    assert await group.submit("c") == "c"


async def test_lost_database_fails_all_soon(database: Database) -> None:
    """With the database away every job fails after a few attempts, and the group works again when it is back."""
    store = Counting(database)
    group = keeping(store)
    store.away = True
    results = await asyncio.gather(*(group.submit(f"n{i}") for i in range(50)), return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    assert store.runs <= 3
    store.away = False
    assert await group.submit("back") == "back"


async def test_bug_in_a_script(database: Database) -> None:
    """A script that fails on its own account fails its job as a StoreError, and the group lives on."""
    group = keeping(Counting(database))
    with pytest.raises(StoreError, match="LookupError"):
        await group.submit("bug")
    assert await group.submit("fine") == "fine"


async def test_caller_that_went_away(database: Database) -> None:
    """A caller that is cancelled while it waits harms nobody."""
    store = Counting(database)
    group = keeping(store)
    tasks = [asyncio.ensure_future(group.submit(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await tasks[1] == "b"


async def test_closing_drains(database: Database) -> None:
    """Closing commits what was asked for before it, and refuses what comes after."""
    store = Counting(database)
    group = keeping(store)
    tasks = [asyncio.ensure_future(group.submit(f"n{i}")) for i in range(20)]
    await asyncio.sleep(0)
    await group.close()
    assert await kept(store) == 20
    await asyncio.gather(*tasks)
    with pytest.raises(StoreError, match="closing"):
        await group.submit("late")
