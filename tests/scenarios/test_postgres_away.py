"""PostgreSQL stops, freezes its writes or drops its connections: messages come again, and nothing is lost or twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from benchmarks.capacity import postgres as own_server
from bot.clock import ManualClock
from bot.errors import StoreError
from bot.store.database import Database, migrate
from bot.store.tables import inbox
from tests.bot.engines import Handlers, build, rows, said, text
from tests.conftest import CANNOT_RUN

pytestmark = [pytest.mark.postgres]
DROP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away' AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
def server() -> Any:
    """A server that only this file stops."""
    try:
        with own_server() as server:
            server.psql("CREATE DATABASE away")
            asyncio.run(migrate(server.get_uri(database="away")))
            yield server
    except CANNOT_RUN as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL cannot run here: {type(error).__name__}: {error}")


@pytest.fixture
async def database(server: Any) -> AsyncIterator[Database]:
    """Its database, empty."""
    database = await Database.open(server.get_uri(database="away"))
    server.psql("\\c away\nTRUNCATE inbox, outbox, followers, feedback")
    yield database
    await database.close()


async def ends(database: Database) -> None:
    """Not ready, then ready again, after at most one connection that turned out to be dead."""
    for _ in range(3):
        try:
            await database.ping()
        except StoreError:
            continue
        return
    raise AssertionError("it never came back")


async def test_the_server_stops_and_starts(server: Any, database: Database, clock: ManualClock) -> None:
    """While it is away the platform is asked to come again; then it is answered, and what was answered stays so."""
    engine = build(database, Handlers(clock), clock)
    first = said(await engine.handle(text(clock, "k1")))
    await asyncio.to_thread(server.stop)
    try:
        with pytest.raises(StoreError):
            await database.ping()
        with pytest.raises(StoreError):
            await engine.handle(text(clock, "k2"))
    finally:
        await asyncio.to_thread(server.start)
    await ends(database)
    assert said(await engine.handle(text(clock, "k2"))) == "k2 answer 2"
    assert said(await engine.handle(text(clock, "k1"))) == first
    assert [row["state"] for row in await rows(database, inbox)] == ["answered"] * 2
    await engine.close(0.0)


async def test_the_server_takes_no_writes(server: Any, database: Database, clock: ManualClock) -> None:
    """A server that only reads, as a standby or a full one does, is not ready, and answers nothing it cannot keep."""
    engine = build(database, Handlers(clock), clock)
    server.psql("ALTER DATABASE away SET default_transaction_read_only = on")
    server.psql(DROP)
    try:
        for _ in range(2):
            with pytest.raises(StoreError):
                await database.ping()
            with pytest.raises(StoreError):
                await engine.handle(text(clock))
    finally:
        server.psql("ALTER DATABASE away RESET default_transaction_read_only")
        server.psql(DROP)
    await ends(database)
    assert said(await engine.handle(text(clock))) == "k1 answer 1"
    await engine.close(0.0)


async def test_connections_are_dropped_amid_answers(server: Any, database: Database, clock: ManualClock) -> None:
    """Each message has one answer, kept once, however often the connections of those at work are taken away."""
    handlers = Handlers(clock, seconds={f"k{number}": 1.0 for number in range(20)})
    engine = build(database, handlers, clock)
    messages = [text(clock, f"k{number}", f"o{number}") for number in range(20)]
    working = [asyncio.ensure_future(engine.handle(message)) for message in messages]
    while len(handlers.asked) < len(messages):
        await database.ping()
    await asyncio.to_thread(server.psql, DROP)
    await clock.advance(1.0)
    await asyncio.wait(working)
    await ends(database)
    again = [asyncio.ensure_future(engine.handle(message)) for message in messages]
    while not all(task.done() for task in again):
        await clock.advance(0.5)
        await database.ping()
    found = await rows(database, inbox)
    assert [row["state"] for row in found] == ["answered"] * len(messages)
    for one, two in zip(working, again, strict=True):
        assert one.exception() or said(one.result()) == said(two.result())
        assert said(two.result())
    await engine.close(0.0)
