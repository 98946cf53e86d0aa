"""Daily counts at rest."""

from __future__ import annotations

import random

from sqlalchemy import text

from bot.store.database import Database
from bot.store.tallies import FEW, RUNNING, Cell, Mark, Tallies, smallest
from bot.store.unanswered import Unanswered


def tallies(database: Database) -> Tallies:
    """The counts of a database."""
    return Tallies(database, database, Unanswered(database, database))


def cell(day: str, count: int, *people: int, value: str = "") -> Cell:
    """A count."""
    return Cell(day=day, kind="asked", value=value, count=count, people=frozenset(people))


async def test_counts_add_up(database: Database) -> None:
    """What is added to a place adds to what stands there, people included; other places stay as they are."""
    kept, zero = tallies(database), Mark()
    assert await kept.add("inbox", zero, Mark(1.0, "a"), cells=[cell("2026-11-01", 2, 7), cell("2026-11-01", 1, 9)])
    assert await kept.add("inbox", Mark(1.0, "a"), Mark(2.0, "b"), cells=[cell("2026-11-01", 4, 7, 8)])
    assert await kept.add("inbox", Mark(2.0, "b"), Mark(3.0, ""), cells=[cell("2026-11-02", 1, 1)])
    assert await kept.between("2026-11-01", "2026-11-01") == [cell("2026-11-01", 7, 7, 8, 9)]
    assert len(await kept.between("2026-11-01", "2026-11-02")) == 2
    assert await kept.mark("inbox") == Mark(3.0, "")


async def test_a_mark_that_moved_adds_nothing(database: Database) -> None:
    """Whoever counted from an older mark is refused, and nothing of theirs is kept."""
    kept = tallies(database)
    assert await kept.add("inbox", Mark(), Mark(1.0, "a"), cells=[cell("2026-11-01", 1)])
    row = {"key": "k1", "received": 1.0, "why": "nothing"}
    assert not await kept.add("inbox", Mark(), Mark(5.0, "b"), cells=[cell("2026-11-01", 1)], unanswered=[row])
    assert await kept.between("2026-11-01", "2026-11-01") == [cell("2026-11-01", 1)]
    assert await kept.mark("inbox") == Mark(1.0, "a")


def test_a_handful_of_marks_tells_what_all_would() -> None:
    """Of any crowd split in any way, the few that are kept say whether FEW people are in it exactly as all would."""
    rng = random.Random(11)
    for _ in range(300):
        crowd = [rng.randrange(4096) for _ in range(rng.randrange(1, 9))]
        days = [[mark for mark in crowd if rng.random() < 0.4] for _ in range(4)]
        kept = smallest(mark for day in days for mark in smallest(day))
        everybody = {mark for day in days for mark in day}
        assert (len(kept) >= FEW) == (len(everybody) >= FEW)
        assert len(kept) == min(FEW, len(everybody))


async def test_old_days_go(database: Database) -> None:
    """Days before one are forgotten, that day stays."""
    kept = tallies(database)
    await kept.add("inbox", Mark(), Mark(1.0), cells=[cell("2026-11-01", 1), cell("2026-11-02", 1)])
    assert await kept.purge("2026-11-02") == 1
    assert [one.day for one in await kept.between("2026-01-01", "2026-12-31")] == ["2026-11-02"]


async def test_what_is_in_work_is_found_without_reading_the_inbox(database: Database) -> None:
    """However many messages are kept, those that still run are looked up in the index of their own."""
    async with database.read() as connection:
        spelled = RUNNING.compile(connection.engine.sync_engine)
        if database.dialect == "sqlite":
            plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {spelled}"))).all()
            assert "inbox_running" in repr(plan)
        assert "state = 'running'" in str(spelled)
