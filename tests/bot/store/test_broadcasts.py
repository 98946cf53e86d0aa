"""Announcements at rest: nobody writes over what they have not seen, nothing is done twice."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from sqlalchemy import select

from bot.announcements import CARD, NOTICE, REACHED, TOPIC, Announcement, Content, Criterion, Plan
from bot.clock import ManualClock
from bot.errors import Overtaken
from bot.store.audit import Audit, Entry, Search
from bot.store.broadcast_tables import criteria
from bot.store.broadcasts import BroadcastRows, Marks, Sample
from bot.store.database import Database

WHOLE = Announcement(
    name="说明会",
    content=Content(form=NOTICE, title="活动", channel="template", template="T", pattern="p", values={"thing1": "甲"}),
    criteria=(Criterion(kind=TOPIC, value="技改"), Criterion(kind=REACHED, value="7")),
    plan=Plan(ways=("custom", "mass"), reserve=2, urgent=True, reason="台风", stop_at=9, days=2),
    start=123.5,
    author="zhang",
    hands=("li", "zhao"),
    created=1.0,
    changed=2.0,
    corrects=7,
    sample=3,
    version=2,
)


@pytest.fixture
def rows(database: Database) -> BroadcastRows:
    """The table, in a fresh database."""
    return BroadcastRows(database)


async def kept(rows: BroadcastRows, one: Announcement = WHOLE) -> Announcement:
    """It as it is kept."""
    found = await rows.get(await rows.add(one))
    assert found is not None
    return found


def entry(action: str = "broadcast.composed") -> Entry:
    """An entry of the audit log that does not know the number yet."""
    return Entry(time=1.0, staff=3, who="zhang", action=action)


async def test_all_of_it_is_kept(rows: BroadcastRows) -> None:
    """As it was composed, but for its number; and its digest is the same."""
    found = await kept(rows)
    assert msgspec.structs.replace(found, id=0) == WHOLE
    assert found.digest == WHOLE.digest
    assert await rows.get(found.id + 1) is None


async def test_its_criteria_can_be_asked_for_in_the_database(rows: BroadcastRows, database: Database) -> None:
    """Each once, and those of before are gone after a change."""
    found = await kept(rows)
    columns = (criteria.c.kind, criteria.c.value, criteria.c.number)
    async with database.read() as connection:
        assert {tuple(row) for row in await connection.execute(select(*columns))} == {
            ("topic", "技改", 0),
            ("reached", "7", 7),
        }
    await rows.save(msgspec.structs.replace(found, criteria=(Criterion(kind=TOPIC, value="首台套"),)))
    async with database.read() as connection:
        assert [tuple(row) for row in await connection.execute(select(*columns))] == [("topic", "首台套", 0)]


async def test_an_entry_of_the_audit_log_learns_its_number(rows: BroadcastRows, database: Database) -> None:
    """It is written in the same transaction."""
    number = await rows.add(WHOLE, told=[entry()])
    (written,) = await Audit(database).read(Search(), 5)
    assert (written.action, written.target) == ("broadcast.composed", str(number))


async def test_a_change_takes_the_approval_away(rows: BroadcastRows, database: Database) -> None:
    """Whoever writes on what was approved makes it a draft again."""
    one = await kept(rows)
    await database.run(lambda: rows.move(one, "scheduled", {"approved": one.digest, "reviewer": "wang"}))
    one = msgspec.structs.replace(one, state="scheduled")
    await rows.save(msgspec.structs.replace(one, content=Content(form=CARD, title="别的")))
    found = await rows.get(one.id)
    assert found is not None
    assert (found.state, found.approved, found.reviewer, found.edits) == ("draft", "", "", 1)


async def test_nobody_writes_over_what_they_have_not_seen(rows: BroadcastRows, database: Database) -> None:
    """Of two who write at once the second is told, and so is who writes on what has begun."""
    one = await kept(rows)
    await rows.save(msgspec.structs.replace(one, name="一"))
    with pytest.raises(Overtaken):
        await rows.save(msgspec.structs.replace(one, name="二"))
    found = await rows.get(one.id)
    assert found is not None
    assert found.name == "一"
    await database.run(lambda: rows.move(found, "running", {}))
    with pytest.raises(Overtaken):
        await rows.save(msgspec.structs.replace(found, name="三"))


async def test_of_two_who_act_at_once_one_does(rows: BroadcastRows, database: Database) -> None:
    """The other writes nothing, not even an entry."""
    one = await kept(rows)

    async def act(who: str) -> bool:
        told = [msgspec.structs.replace(entry("broadcast.approved"), who=who, target="1")]
        try:
            await database.run(lambda: rows.move(one, "scheduled", {"reviewer": who}, told=told))
        except Overtaken:
            return False
        return True

    won = await asyncio.gather(*(act(who) for who in ("wang", "wu", "xu")))
    assert sum(won) == 1
    (written,) = await Audit(database).read(Search(), 5)
    found = await rows.get(one.id)
    assert found is not None
    assert found.reviewer == written.who


async def test_a_worker_keeps_its_marks(rows: BroadcastRows, database: Database) -> None:
    """Beside what staff see."""
    one = await kept(rows)
    assert await database.run(lambda: rows.marks(one.id)) == Marks("", 1, 0, 0)
    await database.run(lambda: rows.step(one.id, past="oA", batch=2))
    await database.run(lambda: rows.move(one, "running", {"done": 3, "bad": 1}))
    assert await database.run(lambda: rows.marks(one.id)) == Marks("oA", 2, 3, 1)


async def test_lists_hold_what_they_say(rows: BroadcastRows, database: Database) -> None:
    """What is over is not unfinished; a worker looks after what is under way; a month has what falls into it."""
    draft, begun, over = [await kept(rows, msgspec.structs.replace(WHOLE, name=name)) for name in ("一", "二", "三")]
    await database.run(lambda: rows.move(begun, "running", {"began": 500.0}))
    await database.run(lambda: rows.move(over, "finished", {"began": 900.0}))
    assert [one.name for one in await rows.newest()] == ["三", "二", "一"]
    assert [one.name for one in await rows.unfinished()] == ["二", "一"]
    assert [one.name for one in await rows.active()] == ["二"]
    assert [one.name for one in await rows.between(0.0, 600.0)] == ["一", "二"]
    assert draft.start == 123.5


async def test_a_kept_text_has_versions(rows: BroadcastRows, clock: ManualClock) -> None:
    """The newest is offered, the others stay; two who write the same version are told."""
    first = Sample(id=0, version=1, name="会议", content=Content(text="((日期))见"), who="zhang", time=1.0)
    number = await rows.keep(first, told=[entry("broadcast.sample")])
    second = msgspec.structs.replace(first, id=number, version=2, content=Content(text="改"))
    assert await rows.keep(second) == number
    with pytest.raises(Overtaken):
        await rows.keep(msgspec.structs.replace(second, name="别的"))
    assert await rows.keep(msgspec.structs.replace(first, name="另一个")) == number + 1
    assert [(one.name, one.version) for one in await rows.samples()] == [("会议", 2), ("另一个", 1)]
    assert [one.version for one in await rows.versions(number)] == [2, 1]
    await rows.keep(msgspec.structs.replace(second, version=3, gone=True))
    assert [one.name for one in await rows.samples()] == ["另一个"]
