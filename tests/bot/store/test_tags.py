"""The account's tags at rest: whole or not at all, and one reader at a time."""

from __future__ import annotations

import pytest

from bot.errors import Overtaken
from bot.store.broadcast_tables import tagged
from bot.store.database import Database
from bot.store.driver import once
from bot.store.tables import followers
from bot.store.tags import PAGE, Progress, Standing, Tag, Tags

ANN = Progress(who="ann")


@pytest.fixture
async def tags(database: Database) -> Tags:
    """Tags, and followers o0 … o4 who may have them."""
    for number in range(5):
        await database.run(
            lambda number=number: once(database.insert(followers), openid=f"o{number}", followed=1.0)  # type: ignore[misc]
        )
    found = Tags(database, database)
    assert await found.begin("one", ANN, time=1.0, until=100.0)
    return found


async def people(database: Database) -> set[tuple[str, str]]:
    """Who has which tag, as it stands in the table."""
    async with database.read() as connection:
        return {(row[0], row[1]) for row in await connection.execute(tagged.select())}


async def put(tags: Tags, tag: Tag, *openids: str) -> None:
    """Read a tag of these people."""
    await tags.forget("one", tag.id, until=100.0)
    await tags.gather("one", tag.id, openids, until=100.0)
    await tags.put("one", tag, until=100.0)


async def test_who_has_a_tag_is_replaced_as_a_whole(database: Database, tags: Tags) -> None:
    """Until all are gathered a tag keeps whom it had; of those only who has it still stays."""
    await put(tags, Tag(id="100", name="企业", read=5.0), "o0", "o1")
    await tags.gather("one", "100", ["o1", "o2"], until=100.0)
    await tags.gather("one", "100", ["o3"], until=100.0)
    assert {who for tag, who in await people(database) if tag == "100"} == {"o0", "o1"}
    await tags.put("one", Tag(id="100", name="重点企业", read=9.0), until=100.0)
    assert await people(database) == {("100", "o1"), ("100", "o2"), ("100", "o3")}
    assert await tags.everything() == [Tag(id="100", name="重点企业", read=9.0, people=3)]


async def test_who_does_not_follow_is_left_out(database: Database, tags: Tags) -> None:
    """The platform may know people whom the bot does not: they are in no audience; nor is anybody twice."""
    strangers = [f"stranger{number}" for number in range(PAGE + 5)]
    await put(tags, Tag(id="100", name="a"), "o4", *strangers, "o0", "o4")
    assert await people(database) == {("100", "o4"), ("100", "o0")}


async def test_what_an_interrupted_reading_gathered_is_forgotten(database: Database, tags: Tags) -> None:
    """The next one begins each tag anew."""
    await tags.gather("one", "100", ["o0"], until=100.0)
    await put(tags, Tag(id="100", name="a"), "o1")
    assert await people(database) == {("100", "o1")}


async def test_a_tag_that_is_gone_goes_with_its_people(database: Database, tags: Tags) -> None:
    """The others stay; they stand by how many have them."""
    await put(tags, Tag(id="100", name="a"), "o0")
    await put(tags, Tag(id="101", name="b"), "o0", "o1")
    await put(tags, Tag(id="102", name="c"))
    assert [tag.id for tag in await tags.everything()] == ["101", "100", "102"]
    await tags.keep("one", ["100", "102"], until=100.0)
    assert await people(database) == {("100", "o0")}
    assert [(tag.name, tag.people) for tag in await tags.everything()] == [("a", 1), ("c", 0)]


async def test_one_reads_at_a_time(database: Database, tags: Tags) -> None:
    """A second is refused until the first ends or its lease does; the first then writes nothing more."""
    assert not await tags.begin("two", Progress(who="bob"), time=99.0, until=200.0)
    await tags.note("one", Progress(who="ann", done=1, total=2), until=150.0)
    assert not await tags.begin("two", Progress(who="bob"), time=149.0, until=200.0)
    assert await tags.standing(149.0) == Standing(reading=True, progress=Progress(who="ann", done=1, total=2))
    assert await tags.begin("two", Progress(who="bob"), time=150.0, until=200.0)
    for work in (
        tags.note("one", ANN, until=300.0),
        tags.gather("one", "100", ["o0"], until=300.0),
        tags.put("one", Tag(id="100", name="a"), until=300.0),
        tags.keep("one", [], until=300.0),
        tags.end("one", ANN, read=9.0),
    ):
        with pytest.raises(Overtaken):
            await work
    assert (await tags.standing(160.0)).progress.who == "bob"
    assert not await people(database)


async def test_it_is_told_how_a_reading_ended(tags: Tags) -> None:
    """When all was read stays known after a later one failed; anybody may read then."""
    await tags.end("one", Progress(who="ann", done=3, total=3), read=50.0)
    assert await tags.begin("two", Progress(who="bob"), time=51.0, until=200.0)
    failed = Progress(who="bob", done=1, total=3, errcode=45009, said="limit")
    await tags.end("two", failed)
    assert await tags.standing(52.0) == Standing(reading=False, progress=failed, read=50.0)


async def test_nothing_was_ever_read(database: Database) -> None:
    """There is nothing, and it says so."""
    fresh = Tags(database, database)
    assert (await fresh.everything(), await fresh.standing(1.0)) == ([], Standing())
