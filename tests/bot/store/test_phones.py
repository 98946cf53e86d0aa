"""The phones of staff: bound by a code that is good once and for a while, to one account each."""

from __future__ import annotations

import pytest

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.phones import Phone, Phones
from bot.store.staff import Staff

TIME, UNTIL = 1000.0, 1600.0


def entry(action: str = "staff.invited") -> Entry:
    """An act of the command line."""
    return Entry(time=TIME, staff=0, who="", action=action, target="t")


@pytest.fixture
def staff(database: Database) -> Staff:
    """The accounts."""
    return Staff(database, Audit(database))


@pytest.fixture
def phones(database: Database) -> Phones:
    """The table."""
    return Phones(database)


async def bind(database: Database, phones: Phones, openid: str, digest: str, time: float = TIME) -> None:
    """What the chat does with a code."""
    await database.run(lambda: phones.bind(openid, digest, time))


async def test_a_code_binds_once(database: Database, staff: Staff, phones: Phones) -> None:
    """Whoever sends it first is the member's phone; the log names the member; nobody is bound by it again."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    await phones.offer(who, "d1", UNTIL, told=[entry("profile.phone_offered")])
    offered = await phones.offered("d1", TIME)
    assert offered is not None
    assert offered.name == "li"
    await bind(database, phones, "o1", "d1")
    await bind(database, phones, "o2", "d1")
    assert await phones.bound() == {who: "o1"}
    assert await phones.of(who) == Phone("o1", TIME)
    member = await phones.member("o1")
    assert member is not None
    assert (member.id, await phones.member("o2")) == (who, None)
    log = await Audit(database).read(Search(action="profile."), 9)
    assert [(e.action, e.staff, e.who) for e in log] == [
        ("profile.phone_bound", who, "li"),
        ("profile.phone_offered", 0, ""),
    ]


async def test_a_code_that_is_old_wrong_or_replaced_binds_nobody(
    database: Database, staff: Staff, phones: Phones
) -> None:
    """So does none at all: an account that waits for no code is bound by no empty one."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    await phones.offer(who, "d1", UNTIL)
    for digest, time in (("d1", UNTIL), ("d2", TIME), ("", TIME)):
        assert await phones.offered(digest, time) is None
        await bind(database, phones, "o1", digest, time)
    await phones.offer(who, "d2", UNTIL)
    await bind(database, phones, "o1", "d1")
    assert await phones.bound() == {}
    await bind(database, phones, "o1", "d2")
    await bind(database, phones, "o3", "")
    assert await phones.bound() == {who: "o1"}


async def test_a_new_code_leaves_the_phone_that_is_bound(database: Database, staff: Staff, phones: Phones) -> None:
    """Until another one sends it."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    for digest, openid in (("d1", "o1"), ("d2", "o2")):
        await phones.offer(who, digest, UNTIL)
        await bind(database, phones, openid, digest)
        await phones.offer(who, "d9", UNTIL)
        assert await phones.bound() == {who: openid}


async def test_a_phone_is_that_of_one_account(database: Database, staff: Staff, phones: Phones) -> None:
    """Who binds it to another takes it from the first."""
    first = await staff.add("li", "李雷", role="editor", entry=entry())
    second = await staff.add("mei", "梅", role="editor", entry=entry())
    for who, digest in ((first, "d1"), (second, "d2")):
        await phones.offer(who, digest, UNTIL)
        await bind(database, phones, "o1", digest)
    assert await phones.bound() == {second: "o1"}
    assert await phones.of(first) is None


async def test_who_is_disabled_has_no_phone(database: Database, staff: Staff, phones: Phones) -> None:
    """Nor again when the account is opened; and a code that was shown before binds nobody."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    await phones.offer(who, "d1", UNTIL)
    await bind(database, phones, "o1", "d1")
    await phones.offer(who, "d2", UNTIL)
    await staff.set_disabled(who, True, entry=entry("staff.disabled"))
    assert (await phones.bound(), await phones.member("o1"), await phones.offered("d2", TIME)) == ({}, None, None)
    await bind(database, phones, "o2", "d2")
    await staff.set_disabled(who, False, entry=entry("staff.enabled"))
    assert await phones.bound() == {}


async def test_a_phone_is_taken_back(database: Database, staff: Staff, phones: Phones) -> None:
    """Once, with its entry; where there is none nothing is written."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    assert not await phones.unbind(who, told=[entry("profile.phone_unbound")])
    await phones.offer(who, "d1", UNTIL)
    assert not await phones.unbind(who, told=[entry("profile.phone_unbound")])
    await bind(database, phones, "o1", "d1")
    assert await phones.unbind(who, told=[entry("profile.phone_unbound")])
    assert await phones.bound() == {}
    acts = [e.action for e in await Audit(database).read(Search(action="profile."), 9)]
    assert acts == ["profile.phone_unbound", "profile.phone_bound"]
