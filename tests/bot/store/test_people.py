"""What followers asked us to keep, at rest."""

from __future__ import annotations

from bot.person import DropFacts, Erase, KeepFacts, Person, ShowTest, Spelled
from bot.store.audit import Audit, Search
from bot.store.database import Database
from bot.store.people import People
from bot.store.tables import outbox
from tests.bot.engines import rows


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


async def test_a_test_is_sent_and_told(database: Database) -> None:
    """As many calls as there are ways, to them alone, for ten minutes; the log says who asked for it. Asked for again
    it is sent again."""
    ways = (Spelled(channel="custom", body=b"{}"), Spelled(channel="template", body=b"[]", template="T"))
    change = ShowTest(announcement=12, staff=3, who="li", calls=ways)
    for _ in range(2):
        await database.run(lambda: People(database).apply([("o1", change, 100.0)]))
    found = [(r["openid"], r["channel"], r["body"], r["template"], r["expires"]) for r in await rows(database, outbox)]
    assert found == 2 * [("o1", "custom", b"{}", "", 700.0), ("o1", "template", b"[]", "T", 700.0)]
    log = await Audit(database).read(Search(), 9)
    assert {(e.staff, e.who, e.action, e.target) for e in log} == {(3, "li", "broadcast.tested", "12")}
