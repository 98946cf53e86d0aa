"""What one process rings the others hear, and one of them keeps house."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.store.bells import Bells, House, ring
from bot.store.database import Database
from tests.patience import PATIENCE


@pytest.fixture
def elsewhere(store_url: str) -> Callable[[], Database]:
    """Another process's database, the same one."""
    return lambda: Database(store_url, patience=5.0)


async def heard(event: asyncio.Event) -> None:
    """Return once it rings."""
    await asyncio.wait_for(event.wait(), PATIENCE)


async def test_a_bell_is_heard_by_every_process(database: Database, elsewhere: Callable[[], Database]) -> None:
    """On PostgreSQL, once the transaction is committed, and no other bell with it; on SQLite nobody listens."""
    other = elsewhere()
    bells = Bells(other)
    bell, silent = bells.bell("corpus"), bells.bell("else")
    listening = asyncio.create_task(bells.listen())
    if database.dialect == "sqlite":
        assert await listening == 0
        await database.run(lambda: ring(database, "corpus"))
        assert not bell.is_set()
    else:
        await heard(bell)  # as when it begins: what was rung before is as good as heard
        await heard(silent)
        bell.clear()
        silent.clear()
        await database.run(lambda: ring(database, "corpus"))
        await heard(bell)
        assert not silent.is_set()
        bells.rest()
        assert await asyncio.wait_for(listening, PATIENCE) == 0
        assert await bells.listen() == 0
        bell.clear()
        await database.run(lambda: ring(database, "corpus"))
        await heard(bell)  # between two rounds too
    await bells.close()
    await other.close()


async def test_what_is_taken_back_is_not_rung(database: Database) -> None:
    """The bell belongs to the transaction."""
    bells = Bells(database)
    bell = bells.bell("corpus")
    listening = asyncio.create_task(bells.listen())
    if database.dialect == "postgresql":
        await heard(bell)
        bell.clear()

        def broken() -> object:
            yield from ring(database, "corpus")
            raise LookupError

        with pytest.raises(LookupError):
            await database.run(broken)  # type: ignore[arg-type]
        await database.run(lambda: ring(database, "after"))
        await heard(bells.bell("after"))
        assert not bell.is_set()
    bells.rest()
    await asyncio.wait_for(listening, PATIENCE)
    await bells.close()


async def test_one_process_keeps_house(database: Database, elsewhere: Callable[[], Database]) -> None:
    """On PostgreSQL; another does once the first gives it up or loses its connection. On SQLite each of them may."""
    other = elsewhere()
    first, second = House(database), House(other)
    assert await first.keeps()
    assert await first.keeps()
    if database.dialect == "sqlite":
        assert await second.keeps()
    else:
        assert not await second.keeps()
        await first.close()
        assert await second.keeps()
        assert not await first.keeps()
        async with database.write() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        async with asyncio.timeout(PATIENCE):  # the server lets go of the lock a moment later
            while not await first.keeps():
                pass
        assert not await second.keeps()
    with suppress(LookupError):
        await first.close()
    await second.close()
    await other.close()
