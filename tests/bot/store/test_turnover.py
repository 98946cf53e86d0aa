"""Subscriptions that were made and ended, counted without names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.errors import StoreError
from bot.person import Change, Erase, Subscribe, Unsubscribe
from bot.store.database import Database
from bot.store.driver import once
from bot.store.marks import FEW, several
from bot.store.people import People
from bot.store.tables import subscriptions, turnover
from bot.store.tallies import Tallies
from bot.store.turnover import LOST, WON, Turnover
from bot.store.unanswered import Unanswered

DAY = 1_795_312_800.0  # 22 November 2026 in Shanghai
TOPIC, WORD = Subscribe(kind="topic", value="技术改造"), Subscribe(kind="word", value="氢能")


async def change(database: Database, *changes: tuple[str, Change, float]) -> None:
    """Make changes, as answers do."""
    for one in changes:
        await database.run(lambda one=one: People(database).apply([one]))  # type: ignore[misc]


async def counted(database: Database) -> list[tuple[str, str, int, int]]:
    """Day, kind, how many, and how many different people at least."""
    cells = await Turnover(database).between("2026-11-01", "2026-11-30")
    return [(cell.day, cell.kind, cell.count, len(cell.people)) for cell in cells]


async def test_what_begins_and_ends_is_counted_by_day(database: Database) -> None:
    """What was kept already does not begin again, what was not kept does not end; an erasure ends all."""
    await change(database, ("o1", TOPIC, DAY), ("o1", TOPIC, DAY), ("o1", WORD, DAY), ("o2", TOPIC, DAY + 86_400.0))
    gone = Unsubscribe(kind="topic", value="技术改造")
    await change(database, ("o3", gone, DAY), ("o2", gone, DAY + 86_400.0), ("o1", Erase(), DAY + 86_400.0))
    assert await counted(database) == [
        ("2026-11-22", WON, 2, 1),
        ("2026-11-23", LOST, 3, 2),
        ("2026-11-23", WON, 1, 1),
    ]
    assert await Turnover(database).between("2026-11-24", "2026-11-30") == []


async def test_of_many_people_five_are_told_apart(database: Database) -> None:
    """The marks that are read are the smallest, so that days can be put together; rows name nobody."""
    await change(database, *[(f"o{number}", TOPIC, DAY) for number in range(30)])
    (cell,) = await Turnover(database).between("2026-11-22", "2026-11-22")
    rows = await database.run(lambda: once(select(turnover.c.kind, turnover.c.mark)))
    assert (cell.count, sorted(cell.people)) == (30, sorted({mark for _, mark in rows})[:FEW])
    assert all(kind == WON and mark >> 12 == 1 for kind, mark in rows)


async def test_old_days_are_forgotten_with_the_other_counts(database: Database) -> None:
    """Those before a day."""
    await change(database, ("o1", TOPIC, DAY), ("o2", TOPIC, DAY + 86_400.0))
    assert await Tallies(database, database, Unanswered(database, database)).purge("2026-11-23") == 1
    assert await counted(database) == [("2026-11-23", WON, 1, 1)]


async def test_marks_are_keyed(database: Database, store_url: str) -> None:
    """With another key the same people have other marks, so that a list of followers finds nobody; with one key always
    the same, so that the days of all processes can be put together."""
    await database.close()
    marks: dict[bytes, list[int]] = {}
    for key in (b"one" * 9, b"one" * 9, b"other" * 9):
        other = await Database.open(store_url, marking=key)
        await other.run(lambda: once(turnover.delete()))
        await other.run(lambda: once(subscriptions.delete()))
        await change(other, *[(f"o{number}", TOPIC, DAY) for number in range(20)])
        found = [row[0] for row in await other.run(lambda: once(select(turnover.c.mark).order_by(turnover.c.id)))]
        assert marks.setdefault(key, found) == found
        await other.close()
    assert len({tuple(found) for found in marks.values()}) == 2


@pytest.mark.parametrize("key", [b"", b"short"])
async def test_without_a_key_no_mark_is_made(database: Database, store_url: str, key: bytes) -> None:
    """A process that opened the database without a key, or with one that can be guessed, changes no subscription:
    nothing of the change is kept. What makes no mark needs none."""
    await change(database, ("o1", TOPIC, DAY))
    bare = await Database.open(store_url, marking=key)
    for kept in (TOPIC, Unsubscribe(kind="word", value="氢能"), Unsubscribe(kind="declined", value="")):
        await change(bare, ("o1", kept, DAY))
    await change(bare, ("o2", Erase(), DAY))
    for refused in (WORD, Unsubscribe(kind="topic", value="技术改造"), Erase()):
        with pytest.raises(StoreError, match="need a key"):
            await change(bare, ("o1", refused, DAY))
    await bare.close()
    assert await counted(database) == [("2026-11-22", WON, 1, 1)]
    assert len(await database.run(lambda: once(select(subscriptions.c.openid)))) == 1


async def test_nobody_counts_twice_over_a_change_of_the_secret(database: Database, store_url: str) -> None:
    """Three people before and three of them after it are three, not six, on one day and over two."""
    await database.close()
    for number, key in enumerate((b"one" * 9, b"other" * 9)):
        store = await Database.open(store_url, marking=key)
        await store.run(lambda: once(subscriptions.delete()))
        await change(store, *[(f"o{who}", TOPIC, DAY + number * 86_400.0) for who in range(3)])
        await change(store, *[(f"o{who}", WORD, DAY) for who in range(3)])
        await store.close()
    store = await Database.open(store_url)
    cells = await Turnover(store).between("2026-11-22", "2026-11-23")
    assert [(cell.day[-2:], cell.count, several(cell.people)) for cell in cells] == [("22", 9, 3), ("23", 3, 3)]
    assert several(mark for cell in cells for mark in cell.people) == 3
    await store.close()
