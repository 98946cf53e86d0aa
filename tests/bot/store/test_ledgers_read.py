"""The ledger of an announcement, read: people by kind, kinds counted, and whom two audiences share."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.announcements import DISTRICT, EVERYONE, TAG, TOPIC, Announcement, Criterion
from bot.errors import Overtaken
from bot.store.audiences import Audience
from bot.store.broadcast_tables import recipients, tagged
from bot.store.broadcasts import BroadcastRows
from bot.store.database import Database
from bot.store.driver import once
from bot.store.ledgers import Ledgers, listing
from bot.store.tables import followers, subscriptions
from tests.bot.announcing import plan_of


async def insert(database: Database, table: Any, *rows: dict[str, Any]) -> None:
    """Rows, as they come."""
    for row in rows:
        await database.run(lambda row=row: once(database.insert(table), **row))  # type: ignore[misc]


def person(number: int, state: str = "failed", **more: Any) -> dict[str, Any]:
    """A recipient of announcement 1."""
    return {"broadcast": 1, "openid": f"o{number}", "state": state, "changed": float(number), **more}


@pytest.fixture
async def ledgers(database: Database) -> Ledgers:
    """A ledger with failures of one code, each told in other words, and others."""
    rows = [
        person(number, channel="custom", reason=f"busy rid: {number}", errcode=45011) for number in range(4)
    ]  # fmt: skip
    rows.append(person(4, "skipped", reason="window"))
    rows.append(person(5, "skipped", channel="custom", reason="window", errcode=45015))
    rows.append(person(6, "sent", channel="mass"))
    await insert(database, recipients, *rows, {**person(7), "broadcast": 2})
    return Ledgers(database)


async def test_one_error_is_one_kind_however_it_is_told(ledgers: Ledgers) -> None:
    """The platform writes the number of each call into its words; our own reason and the platform's are apart."""
    groups = await ledgers.groups(1)
    found = [(one.state, one.channel, one.errcode, one.count) for one in groups]
    assert found[0] == ("failed", "custom", 45011, 4)
    assert sorted(found[1:]) == [("sent", "mass", 0, 1), ("skipped", "", 0, 1), ("skipped", "custom", 45015, 1)]
    assert groups[0].reason == "busy rid: 0"


async def test_people_are_read_by_kind_behind_a_row(ledgers: Ledgers) -> None:
    """By state, way, reason and code, in pages that neither repeat nor leave out anybody."""

    async def who(**narrow: Any) -> list[str]:
        return [one.openid for one in await ledgers.people(1, **narrow)]

    assert await who(errcode=45011) == ["o0", "o1", "o2", "o3"]
    assert await who(reason="window", errcode=0) == ["o4"]
    assert await who(reason="window") == ["o4", "o5"]
    assert await who(channel="mass") == ["o6"]
    assert await who(state="failed", errcode=45015) == []
    first = await ledgers.people(1, many=3)
    rest = await ledgers.people(1, many=100, after=first[-1].id)
    assert [one.openid for one in (*first, *rest)] == [f"o{number}" for number in range(7)]


async def test_whom_two_audiences_share_is_counted(database: Database) -> None:
    """Followers who meet a criterion of each."""
    await insert(database, followers, *({"openid": f"o{n}", "followed": 1.0} for n in range(5)))
    wishes = [("topic", "a", "o0"), ("topic", "a", "o1"), ("district", "b", "o1"), ("all", "", "o2")]
    await insert(
        database, subscriptions, *({"kind": k, "value": v, "openid": o, "since": 1.0} for k, v, o in wishes)
    )  # fmt: skip
    await insert(database, tagged, {"tag": "100", "openid": "o0"}, {"tag": "100", "openid": "gone"})
    audience = Audience(database)
    topic, district = (Criterion(kind=TOPIC, value="a"),), (Criterion(kind=DISTRICT, value="b"),)
    everyone, tag = (Criterion(kind=EVERYONE),), (Criterion(kind=TAG, value="100"),)
    assert await audience.shared(topic, district) == 2
    assert await audience.shared(everyone, topic) == 3
    assert await audience.shared(tag, district) == 0
    assert await audience.shared(tag, topic) == 1
    assert await audience.shared((), everyone) == 0


async def test_what_was_foreseen_stays_until_it_is_written_again(database: Database) -> None:
    """It is kept with the approval and goes with it."""
    rows = BroadcastRows(database)
    draft = Announcement(name="a", author="ann", created=1.0, changed=1.0, state="in_review")
    number = await rows.add(draft)
    one = await rows.get(number)
    assert one is not None
    assert one.foreseen == {}
    foreseen = {"custom": 3, "closed": 1}
    await database.run(lambda: rows.move(one, "scheduled", {"foreseen": foreseen}))
    approved = await rows.get(number)
    assert approved is not None
    assert (approved.state, approved.foreseen) == ("scheduled", foreseen)
    await rows.save(msgspec.structs.replace(approved, name="b"))
    written = await rows.get(number)
    assert written is not None
    assert (written.state, written.foreseen) == ("draft", {})
    with pytest.raises(Overtaken):
        await rows.save(approved)


@pytest.mark.parametrize(
    ("narrow", "index"),
    [((), "recipients_order"), (("of_state",), "recipients_"), (("of_errcode",), "recipients_order")],
)
async def test_a_page_of_a_ledger_reads_no_more_than_its_rows(
    narrow: tuple[str, ...], index: str, database: Database
) -> None:
    """However long the ledger is: an index has the order of the page."""
    values: dict[str, Any] = {"the_broadcast": 1, "after": 0, "many": 9, "of_state": "sent", "of_errcode": 1}
    query = listing(narrow)
    known = query.params({name: value for name, value in values.items() if name in query.compile().params})
    plan = await plan_of(database, known)
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
