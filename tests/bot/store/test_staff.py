"""Accounts: every change with its entry, and always an admin."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.sessions import FULL, Session, Sessions
from bot.store.staff import ROLES, LastAdmin, Member, NameTaken, Staff


def entry(action: str = "x", time: float = 5.0) -> Entry:
    """An act."""
    return Entry(time=time, staff=0, who="", action=action, target="t")


@pytest.fixture
def staff(database: Database) -> Staff:
    """The table."""
    return Staff(database, Audit(database))


async def one(staff: Staff, who: int) -> Member:
    """An account that there is."""
    member = await staff.get(who)
    assert member is not None
    return member


async def acts(database: Database) -> list[str]:
    """The actions of the log, oldest first."""
    return [e.action for e in reversed(await Audit(database).read(Search(), 99))]


async def test_an_account_is_found_by_name_and_number(staff: Staff) -> None:
    """New, it has no password, no second factor and nothing that it did; others are none."""
    who = await staff.add("li", "李雷", role="editor", entry=entry())
    member = await one(staff, who)
    assert member == await staff.named("li")
    assert (member.display, member.role, member.hash, member.totp, member.disabled) == (
        "李雷",
        "editor",
        "",
        b"",
        False,
    )
    assert (member.created, member.signed_in) == (5.0, 0.0)
    assert (await staff.named("Li"), await staff.get(99)) == (None, None)


async def test_a_name_is_given_once(staff: Staff, database: Database) -> None:
    """A second account of the name is refused, and nothing is written of it."""
    await staff.add("li", "1", role="viewer", entry=entry("first"))
    with pytest.raises(NameTaken):
        await staff.add("li", "2", role="admin", entry=entry("second"))
    assert [member.display for member in await staff.everyone()] == ["1"]
    assert await acts(database) == ["first"]


async def test_an_invitation_is_taken_up_once(staff: Staff, database: Database) -> None:
    """Until its time, by its hash; it ends the old password and every session; a second time it is none."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    await staff.set_password(who, "old", entry=entry())
    await Sessions(database).begin(session("s", who))
    await staff.invite(who, "digest", until=100.0, entry=entry("invited"))
    assert (await one(staff, who)).hash == ""
    assert await Sessions(database).of(who) == []
    assert [await staff.invited(*asked) for asked in (("digest", 100.0), ("other", 1.0), ("", 1.0))] == [None] * 3
    found = await staff.invited("digest", 99.0)
    assert found is not None
    took = await asyncio.gather(*(staff.accept(who, "digest", hash=f"h{n}", entry=entry("accepted")) for n in range(5)))
    assert took.count(True) == 1
    assert (await one(staff, who)).hash == f"h{took.index(True)}"
    assert (await acts(database)).count("accepted") == 1


async def test_who_is_closed_out_has_no_invitation(staff: Staff) -> None:
    """A link does not open a closed account."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    await staff.invite(who, "digest", until=100.0, entry=entry())
    await staff.set_disabled(who, True, entry=entry())
    assert await staff.invited("digest", 1.0) is None


async def test_a_password_ends_other_sessions(staff: Staff, database: Database) -> None:
    """All but the one it was changed in, and the link that waited."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    await staff.invite(who, "digest", until=100.0, entry=entry())
    for name in ("here", "there", "elsewhere"):
        await Sessions(database).begin(session(name, who))
    await staff.set_password(who, "h", entry=entry("password"), here="here")
    assert [found.id for found in await Sessions(database).of(who)] == ["here"]
    assert await staff.invited("digest", 1.0) is None
    assert (await acts(database))[-1] == "password"


@pytest.mark.parametrize("leave", ["role", "disable"])
async def test_the_last_admin_cannot_go(staff: Staff, database: Database, leave: str) -> None:
    """Neither by another role nor closed; a closed admin is none; and nothing is written of the try."""
    first = await staff.add("a", "a", role="admin", entry=entry())
    second = await staff.add("b", "b", role="admin", entry=entry())

    async def go(who: int) -> None:
        if leave == "role":
            await staff.set_role(who, "viewer", entry=entry("gone"))
        else:
            await staff.set_disabled(who, True, entry=entry("gone"))

    await go(first)
    with pytest.raises(LastAdmin):
        await go(second)
    assert (await acts(database)).count("gone") == 1
    assert (await one(staff, second)).role == "admin"
    await staff.set_role(second, "admin", entry=entry())  # the same again is no loss


async def test_an_admin_who_cannot_enter_is_no_other(staff: Staff) -> None:
    """Whoever has a password stays where all others never took their invitation up; those may go."""
    first = await staff.add("a", "a", role="admin", entry=entry())
    ghost = await staff.add("b", "b", role="admin", entry=entry())
    await staff.set_password(first, "h", entry=entry())
    with pytest.raises(LastAdmin):
        await staff.set_role(first, "viewer", entry=entry())
    with pytest.raises(LastAdmin):
        await staff.set_disabled(first, True, entry=entry())
    await staff.set_disabled(ghost, True, entry=entry())
    await staff.set_disabled(ghost, False, entry=entry())
    await staff.set_password(ghost, "h", entry=entry())
    await staff.set_role(first, "viewer", entry=entry())


async def test_what_was_proved_must_hold_still(staff: Staff) -> None:
    """Neither a password nor a second factor is set by whoever knew those of before."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    seen = await one(staff, who)
    assert await staff.set_password(who, "h1", entry=entry(), was=seen)
    assert not await staff.set_password(who, "h2", entry=entry(), was=seen)
    assert not await staff.set_totp(who, b"theirs", codes=["a"], entry=entry(), was=seen)
    found = await one(staff, who)
    assert (found.hash, found.totp, await staff.count_codes(who)) == ("h1", b"", 0)
    assert await staff.set_totp(who, b"ours", codes=["a"], entry=entry(), was=found)
    assert not await staff.set_totp(who, b"theirs", codes=(), entry=entry(), was=found)


async def test_two_admins_cannot_end_each_other(staff: Staff) -> None:
    """At the same moment, in two processes, one of them stays."""
    first = await staff.add("a", "a", role="admin", entry=entry())
    second = await staff.add("b", "b", role="admin", entry=entry())
    done = await asyncio.gather(
        staff.set_role(first, "viewer", entry=entry()),
        staff.set_disabled(second, True, entry=entry()),
        return_exceptions=True,
    )
    assert sum(isinstance(result, LastAdmin) for result in done) == 1
    left = [member for member in await staff.everyone() if member.role == "admin" and not member.disabled]
    assert len(left) == 1


async def test_a_role_ends_its_sessions(staff: Staff, database: Database) -> None:
    """What was opened with one role is not used with another; others stay signed in."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    await Sessions(database).begin(session("s", who))
    await Sessions(database).begin(session("t", 99))
    await staff.set_role(who, "editor", entry=entry("role"))
    assert await Sessions(database).of(who) == []
    assert len(await Sessions(database).of(99)) == 1
    assert (await one(staff, who)).role == "editor"


async def test_a_time_step_is_taken_once(staff: Staff) -> None:
    """Of many at once one has it; older ones are none any more."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    assert (await asyncio.gather(*(staff.take_step(who, 10) for _ in range(8)))).count(True) == 1
    assert [await staff.take_step(who, step) for step in (9, 10, 11)] == [False, False, True]


async def test_recovery_codes_are_used_once(staff: Staff) -> None:
    """Each by its hash, of its owner alone; new ones put the old away, and off takes them all."""
    who = await staff.add("li", "1", role="viewer", entry=entry())
    other = await staff.add("mei", "2", role="viewer", entry=entry())
    await staff.set_totp(who, b"sealed", codes=["a", "b"], entry=entry())
    assert (await one(staff, who)).totp == b"sealed"
    assert not await staff.use_code(other, "a")
    assert (await asyncio.gather(*(staff.use_code(who, "a") for _ in range(5)))).count(True) == 1
    assert await staff.count_codes(who) == 1
    await staff.set_codes(who, ["c", "d", "e"], entry=entry())
    assert not await staff.use_code(who, "b")
    assert await staff.count_codes(who) == 3
    await staff.set_totp(who, b"", codes=(), entry=entry())
    assert ((await one(staff, who)).totp, await staff.count_codes(who)) == (b"", 0)


async def test_small_changes(staff: Staff, database: Database) -> None:
    """A new name, a sign-in, a newer hash; closed accounts come last."""
    who = await staff.add("a", "1", role="viewer", entry=entry())
    await staff.add("b", "2", role="viewer", entry=entry())
    await staff.rename(who, "李雷", entry=entry("renamed"))
    await staff.note_sign_in(who, entry=entry("in", time=77.0))
    assert await staff.rehash(who, "h2", instead_of="")
    assert not await staff.rehash(who, "h3", instead_of="h1")
    member = await one(staff, who)
    assert (member.display, member.signed_in, member.hash) == ("李雷", 77.0, "h2")
    await staff.set_disabled(who, True, entry=entry())
    assert [member.name for member in await staff.everyone()] == ["b", "a"]
    await staff.set_disabled(who, False, entry=entry("opened"))
    assert not (await one(staff, who)).disabled
    assert {"renamed", "in", "opened"} <= set(await acts(database))


def test_roles_climb() -> None:
    """The least first."""
    assert ROLES == ("viewer", "editor", "approver", "admin")


def session(name: str, who: int) -> Session:
    """A session."""
    return Session(id=name, staff=who, stage=FULL, created=1.0, seen=1.0, expires=100.0)
