"""Daily counts at rest."""

from __future__ import annotations

from sqlalchemy import text

from bot.store.database import Database
from bot.store.tallies import RUNNING, Cell, Mark, Tallies
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


async def test_a_day_on_which_the_key_changed(database: Database) -> None:
    """Marks of one key stay, of whichever tells more people apart; figures are of both."""
    kept, old, new = tallies(database), 1 << 12, 2 << 12
    for number, people in enumerate(([old | 7], [old | 9, new | 1], [new | 2, new | 3], [old | 1])):
        was = Mark(float(number), "") if number else Mark()
        assert await kept.add("inbox", was, Mark(number + 1.0, ""), cells=[cell("2026-11-01", 1, *people)])
    (found,) = await kept.between("2026-11-01", "2026-11-01")
    assert found.count == 4
    assert found.people == {new | 1, new | 2, new | 3}


async def test_marks_of_before_keys_had_numbers(database: Database) -> None:
    """They are read as of a key nobody knows any more; and the largest of a key fit into their column."""
    kept = tallies(database)
    async with database.write() as connection:
        said = "INSERT INTO tallies (day, kind, value, count, people) VALUES ('2026-11-01', 'asked', '', 9, :people)"
        await connection.execute(text(said), {"people": "0001000f0fff"})
    assert [one.people for one in await kept.between("2026-11-01", "2026-11-01")] == [{1, 15, 4095}]
    high = [(65535 << 12) | mark for mark in (0, 1, 4093, 4094, 4095)]
    await kept.add("inbox", Mark(), Mark(1.0), cells=[cell("2026-11-02", 5, *high), cell("2026-11-03", 5)])
    found = await kept.between("2026-11-02", "2026-11-03")
    assert [sorted(one.people) for one in found] == [high, []]


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
