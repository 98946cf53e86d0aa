"""Old rows go a piece at a time."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from bot.store.database import Database
from bot.store.forgetting import AT_ONCE, Forgetting
from bot.store.tables import departures


async def test_a_piece_at_a_time(database: Database) -> None:
    """No more than AT_ONCE rows go at once, none that is not old, and the count says when there is no more to do."""
    rows = [{"digest": f"d{n}", "time": 1.0} for n in range(AT_ONCE + 5)]
    async with database.write() as connection:
        await connection.execute(insert(departures), [*rows, {"digest": "new", "time": 2.0}])
    forgetting = Forgetting(database, departures, departures.c.time)
    assert [await forgetting.purge(2.0) for _ in range(3)] == [AT_ONCE, 5, 0]
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(departures))).scalar() == 1
