"""What followers want to be told of, at rest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.person import Change, Erase, Person, SetRhythm, Subscribe, Subscription, Unsubscribe
from bot.store.database import Database
from bot.store.driver import once
from bot.store.people import People
from bot.store.subscriptions import Subscriptions
from bot.store.tables import endings

DAY = 1_795_312_800.0  # 22 November 2026 in Shanghai
TOPIC, WORD = Subscribe(kind="topic", value="技术改造"), Subscribe(kind="word", value="氢能")


async def change(database: Database, *changes: tuple[str, Change, float]) -> None:
    """Make changes, as answers do."""
    for one in changes:
        await database.run(lambda one=one: People(database).apply([one]))  # type: ignore[misc]


async def person(database: Database, openid: str = "o1") -> Person:
    """What is kept of somebody."""
    return await database.run(lambda: People(database).read(openid))


async def ended(database: Database) -> list[tuple[Any, ...]]:
    """The endings, without their numbers."""
    kept = select(endings.c.day, endings.c.kind, endings.c.value, endings.c.reason).order_by(endings.c.id)
    return [tuple(row) for row in await database.run(lambda: once(kept))]


async def test_subscriptions_are_kept_once(database: Database) -> None:
    """They stand oldest first, and one that is asked for again stays as old as it is."""
    await change(database, ("o1", WORD, 1.0), ("o1", TOPIC, 2.0), ("o1", WORD, 3.0), ("o2", TOPIC, 4.0))
    assert (await person(database)).subscriptions == (
        Subscription(kind="word", value="氢能", since=1.0),
        Subscription(kind="topic", value="技术改造", since=2.0),
    )


async def test_rhythm(database: Database) -> None:
    """People are told at once until they want it otherwise; the last word counts."""
    assert (await person(database)).rhythm == "at_once"
    await change(database, ("o1", SetRhythm(rhythm="daily"), 1.0), ("o1", SetRhythm(rhythm="weekly"), 2.0))
    assert (await person(database)).rhythm == "weekly"


async def test_one_can_be_ended(database: Database) -> None:
    """The others stay; what ended is counted with its day and reason, what somebody typed without its words."""
    await change(database, ("o1", TOPIC, DAY), ("o1", WORD, DAY))
    gone = Unsubscribe(kind="topic", value="技术改造", reason="too_many")
    await change(database, ("o1", gone, DAY), ("o1", gone, DAY), ("o1", Unsubscribe(kind="all"), DAY))
    assert [one.kind for one in (await person(database)).subscriptions] == ["word"]
    await change(database, ("o1", Unsubscribe(kind="word", value="氢能"), DAY))
    assert await ended(database) == [
        ("2026-11-22", "topic", "技术改造", "too_many"),
        ("2026-11-22", "word", "", "asked"),
    ]


async def test_all_can_be_ended(database: Database) -> None:
    """Nothing is left of one person's, the rhythm included, and all of the others'."""
    await change(database, ("o1", TOPIC, DAY), ("o1", WORD, DAY), ("o2", TOPIC, DAY))
    await change(database, ("o1", SetRhythm(rhythm="daily"), DAY), ("o1", Unsubscribe(), DAY))
    assert await person(database) == Person()
    assert len((await person(database, "o2")).subscriptions) == 1
    assert len(await ended(database)) == 2


async def test_erasure_counts_as_an_ending(database: Database) -> None:
    """Who has everything erased has no subscriptions left, and the reason says so."""
    await change(database, ("o1", TOPIC, DAY), ("o1", Erase(), DAY))
    assert await person(database) == Person()
    assert [row[3] for row in await ended(database)] == ["erased"]


async def test_the_audience_comes_in_pages(database: Database) -> None:
    """Those who had subscribed by a moment, in order, each with their rhythm, and nobody else."""
    for number in range(5):
        await change(database, (f"o{number}", TOPIC, float(number)))
    await change(database, ("o1", SetRhythm(rhythm="daily"), 9.0), ("o7", WORD, 0.0))
    rows = Subscriptions(database)
    wanted = Subscription(kind="topic", value="技术改造", since=3.0)
    first = await database.run(lambda: rows.audience(wanted, after="", many=2))
    rest = await database.run(lambda: rows.audience(wanted, after="o1", many=9))
    assert first == [("o0", "at_once"), ("o1", "daily")]
    assert rest == [("o2", "at_once"), ("o3", "at_once")]
    assert await rows.words() == ["氢能"]
