"""What followers asked us to keep, at rest."""

from __future__ import annotations

from bot.person import DropFacts, Erase, KeepFacts, Person
from bot.store.database import Database
from bot.store.people import People


async def test_nothing_is_kept_unasked(database: Database) -> None:
    """Of a follower who asked for nothing there is nothing."""
    assert await database.run(lambda: People(database).read("o1")) == Person()


async def test_the_newest_facts_replace_the_old(database: Database) -> None:
    """What was kept last is all that is kept, with the time of that consent."""
    people = People(database)
    first = ("o1", KeepFacts(facts={"turnover": 5e8, "scale": "规上"}), 1.0)
    second = ("o1", KeepFacts(facts={"turnover": 6e8}), 2.0)
    await database.run(lambda: people.apply([first, second]))
    assert await database.run(lambda: people.read("o1")) == Person(facts={"turnover": 6e8}, consented=2.0)


async def test_facts_can_be_dropped(database: Database) -> None:
    """Dropping and erasing leave nothing of the one, and everything of the others."""
    people = People(database)
    kept = [(who, KeepFacts(facts={"scale": "规上"}), 1.0) for who in ("o1", "o2", "o3")]
    await database.run(lambda: people.apply([*kept, ("o1", DropFacts(), 2.0), ("o2", Erase(), 2.0)]))
    assert await database.run(lambda: people.read("o1")) == Person()
    assert await database.run(lambda: people.read("o2")) == Person()
    assert (await database.run(lambda: people.read("o3"))).facts == {"scale": "规上"}
