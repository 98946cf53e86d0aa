"""Sessions: found by the hash of their cookie, ended one by one or all."""

from __future__ import annotations

import msgspec
import pytest

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.sessions import CODE, FULL, Session, Sessions
from bot.store.staff import Staff

ONE = Session(id="one", staff=1, stage=FULL, created=1.0, seen=1.0, expires=100.0, ip="10.0.0.1", agent="Firefox")


def told(action: str) -> Entry:
    """An entry of the log."""
    return Entry(time=1.0, staff=0, who="", action=action)


async def hire(database: Database) -> int:
    """An account, number 1."""
    entry = Entry(time=1.0, staff=0, who="", action="x")
    return await Staff(database, Audit(database)).add("li", "李雷", role="viewer", entry=entry)


async def test_a_session_is_found_with_whose_it_is(database: Database) -> None:
    """All of it, and the account as it is now; without an account, or by another hash, there is none."""
    sessions = Sessions(database)
    await sessions.begin(ONE)
    assert await sessions.find("one") is None
    assert await hire(database) == 1
    found = await sessions.find("one")
    assert found is not None
    assert (found[0], found[1].name) == (ONE, "li")
    assert await sessions.find("two") is None


async def test_a_new_session_ends_the_one_before(database: Database) -> None:
    """In one step: halfway in becomes in, under another hash."""
    sessions = Sessions(database)
    await hire(database)
    await sessions.begin(msgspec.structs.replace(ONE, id="half", stage=CODE))
    await sessions.begin(ONE, instead_of="half")
    assert await sessions.find("half") is None
    assert await sessions.find("one") is not None


async def test_what_is_kept_of_a_session_changes(database: Database) -> None:
    """When it was seen, and the second factor that is not confirmed yet."""
    sessions = Sessions(database)
    await sessions.begin(ONE)
    await sessions.see("one", 50.0)
    await sessions.enrol("one", b"sealed")
    (found,) = await sessions.of(1)
    assert (found.seen, found.enrolment, found.expires) == (50.0, b"sealed", 100.0)


async def test_sessions_are_ended(database: Database) -> None:
    """One's own alone: one, or all others; the one seen last stands first."""
    sessions = Sessions(database)
    for name, who, seen in (("a", 1, 1.0), ("b", 1, 3.0), ("c", 1, 2.0), ("d", 2, 1.0)):
        await sessions.begin(msgspec.structs.replace(ONE, id=name, staff=who, seen=seen))
    assert [found.id for found in await sessions.of(1)] == ["b", "c", "a"]
    ended = [await sessions.end_of(1, name, told=told("ended")) for name in ("d", "x", "a", "a")]
    assert ended == [False, False, True, False]
    assert await sessions.end_others(1, "b", told=told("others")) == 1
    await sessions.end("b")
    await sessions.end("b")
    assert (await sessions.of(1), len(await sessions.of(2))) == ([], 1)
    found = await Audit(database).read(Search(), 9)
    assert [(entry.action, entry.after) for entry in found] == [("others", {"count": 1}), ("ended", {})]


@pytest.mark.parametrize("changed", ["password", "factor", "role", "closed"])
async def test_none_begins_for_an_account_that_was_changed(database: Database, changed: str) -> None:
    """What was looked at must still be so in the moment that lets somebody in."""
    sessions, staff = Sessions(database), Staff(database, Audit(database))
    who = await hire(database)
    seen = await staff.get(who)
    assert seen
    match changed:
        case "password":
            await staff.set_password(who, "new", entry=told("x"))
        case "factor":
            await staff.set_totp(who, b"sealed", codes=(), entry=told("x"))
        case "role":
            await staff.set_role(who, "approver", entry=told("x"))
        case _:
            await staff.set_disabled(who, True, entry=told("x"))
    await sessions.begin(msgspec.structs.replace(ONE, id="half"))
    assert not await sessions.begin(ONE, instead_of="half", of=seen)
    assert [found.id for found in await sessions.of(who)] == ["half"]
    assert await sessions.begin(ONE, instead_of="half", of=await staff.get(who))
    assert [found.id for found in await sessions.of(who)] == ["one"]


async def test_old_sessions_are_forgotten(database: Database) -> None:
    """Those whose end has come."""
    sessions = Sessions(database)
    for name, expires in (("a", 10.0), ("b", 20.0)):
        await sessions.begin(msgspec.structs.replace(ONE, id=name, expires=expires))
    assert await sessions.purge(20.0) == 1
    assert [found.id for found in await sessions.of(1)] == ["b"]
