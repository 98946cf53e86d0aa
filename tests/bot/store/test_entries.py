"""Batches of claims and settlements."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from bot.conversation import Conversation
from bot.messages import AnyMessage, Left, Text
from bot.store import conversations
from bot.store.database import Database
from bot.store.entries import Claiming, Entries, Settling


def claiming(key: str, *, openid: str = "o1", left: bool = False, created: int = 1) -> Claiming:
    """A claim by process p."""
    sender: dict[str, Any] = {"openid": openid, "account": "gh_1", "created": created}
    message: AnyMessage = Left(key=key, **sender) if left else Text(key=key, text="hello", **sender)
    row = {"key": key, "openid": openid, "received": 1.0, "state": "running", "owner": "p", "lease": 5.0}
    return Claiming(key, message, {**row, "message": b"{}", "answer": b"", "delivery": ""})


def settling(key: str) -> Settling:
    """A settlement by process p."""
    row = {
        "the_key": key,
        "the_owner": "p",
        "state": "answered",
        "answer": b"{}",
        "answered": 2.0,
        "delivery": "passive",
    }
    return Settling(key, row, conversation=None, remarks=(), changes=(), late=None)


async def test_results_come_in_the_order_of_jobs(database: Database) -> None:
    """Each job of a mixed batch gets what became of itself, found rows with their keys."""
    entries = Entries(database)
    first = await database.run(lambda: entries.transact([claiming("k1"), claiming("k2")]))
    assert [(seen.fresh, seen.row) for seen in first] == [(True, None), (True, None)]
    jobs: list[Claiming | Settling] = [claiming("k2"), settling("k1"), claiming("k3"), settling("none"), claiming("k1")]
    again = await database.run(lambda: entries.transact(jobs))
    assert [(seen.fresh, seen.row and tuple(seen.row[:2])) for seen in again] == [
        (False, ("k2", "running")),
        (False, None),
        (True, None),
        (False, ("none", "erased")),
        (False, ("k1", "answered")),
    ]


@pytest.mark.postgres
async def test_rows_of_followers_are_locked_in_their_order(server: Callable[[], str]) -> None:
    """A batch that settles o2 and claims o1 waits for o1 before it has o2: whoever has o1, as the page of those who are
    to be told something, and wants o2, is not in a ring with it."""
    database = await Database.open(server())
    entries = Entries(database)
    await database.run(lambda: entries.transact([claiming("k1"), claiming("k2", openid="o2")]))
    talk = conversations.pack("o2", Conversation(focus="q91-1"))
    jobs: list[Claiming | Settling] = [claiming("k3"), msgspec.structs.replace(settling("k2"), conversation=talk)]
    share = text("SELECT openid FROM followers WHERE openid = :who FOR SHARE NOWAIT")
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with database.write() as told:
        await told.execute(share, {"who": "o1"})
        batch = asyncio.create_task(database.run(lambda: entries.transact(jobs)))
        while not (await told.execute(waits)).scalar():
            pass  # each look lets the batch go on
        await told.execute(share, {"who": "o2"})
    assert [seen.fresh for seen in await batch] == [True, False]
    await database.close()


async def test_two_departures_in_a_batch(database: Database) -> None:
    """Departures of several followers in one batch erase each their own, in their place of the order."""
    entries = Entries(database)
    jobs = [
        claiming("k1"),
        claiming("k2", left=True),
        claiming("k3", created=2),
        claiming("k4", openid="o2"),
        claiming("k5", openid="o2", left=True),
        claiming("k2", left=True),
    ]
    await database.run(lambda: entries.transact(jobs))
    after = await database.run(lambda: entries.transact([claiming(f"k{i}") for i in range(1, 6)]))
    assert [seen.row and seen.row[1] for seen in after] == ["erased", "erased", "running", "erased", "erased"]


async def test_empty_batch(database: Database) -> None:
    """Nothing to do is done."""
    assert await database.run(lambda: Entries(database).transact([])) == []
