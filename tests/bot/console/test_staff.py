"""The accounts: who may have one, what is asked of a new one, and that there is always somebody to give them."""

from __future__ import annotations

import re

import pytest

from bot.store.audit import Search
from tests.bot.console.client import PASSWORD, Office, Visitor
from tests.bot.console.doors import link_of


@pytest.fixture
async def admin(office: Office) -> Visitor:
    """The only admin, account 1."""
    return await office.sign_in("admin")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "账号 ：请填写"),
        ({"display": " "}, "姓名 ：请填写"),
        ({"name": "李雷"}, "格式不对"),
        ({"name": "a"}, "格式不对"),
        ({"name": "a b"}, "格式不对"),
        ({"name": "admin"}, "已经有了"),
        ({"name": "ADMIN"}, "已经有了"),
        ({"role": "boss"}, "请从列表中选一个"),
    ],
)
async def test_what_a_new_account_needs(office: Office, admin: Visitor, changed: dict[str, str], said: str) -> None:
    """What is wrong stands beside its field, what was typed is kept, and there is no account."""
    form = {"name": "li", "display": "李雷", "role": "editor", **changed}
    page = await admin.post("/console/staff/new", form)
    assert (page.status, said in page.text) == (422, True), page.text
    assert len(await office.staff.everyone()) == 1


async def test_an_account_is_made_with_its_role(office: Office, admin: Visitor) -> None:
    """The link is shown once, the database keeps no more than its hash, and the log says who invited whom."""
    page = await admin.post("/console/staff/new", {"name": "Li", "display": "李雷", "role": "editor"})
    token = re.search(r"/console/invitation/([\w-]+)", page.source)
    assert token is not None
    member = await office.staff.named("li")
    assert member is not None
    assert (member.display, member.role, member.hash) == ("李雷", "editor", "")
    assert "等待设置密码" in (await admin.get("/console/staff")).text
    assert token[1] not in (await admin.get("/console/staff/2")).source
    (entry,) = await office.audit.read(Search(target="li", action="staff."), 9)
    assert entry.action == "staff.invited"
    assert (entry.who, entry.after) == ("admin", {"display": "李雷", "role": "editor"})


async def test_a_role_is_changed(office: Office, admin: Visitor) -> None:
    """Whoever gets another role is signed out, and what they may do afterwards is the new role's."""
    visitor = await office.sign_in("viewer")
    assert (await admin.post("/console/staff/2/role", {"role": "boss"})).status == 422
    assert (await admin.post("/console/staff/2/role", {"role": "approver"})).status == 303
    assert (await visitor.get("/console")).status == 303
    again = await office.sign_in("approver", "viewer")
    assert (await again.get("/console/audit")).status == 200
    (entry,) = await office.audit.read(Search(action="staff.role"), 9)
    assert (entry.before, entry.after) == ({"role": "viewer"}, {"role": "approver"})


async def test_nobody_raises_themselves(office: Office) -> None:
    """Below admin no form changes any role: neither one's own nor another's."""
    await office.sign_in("admin")
    for role in ("viewer", "editor", "approver"):
        visitor = await office.sign_in(role)
        member = await office.staff.named(role)
        assert member is not None
        for form in ({"role": "admin"}, {"role": "admin", "id": "1"}):
            assert (await visitor.post(f"/console/staff/{member.id}/role", form)).status == 403
        await visitor.post("/console/profile/name", {"display": "x", "role": "admin"})
        after = await office.staff.get(member.id)
        assert after is not None
        assert after.role == role


async def test_the_last_admin_stays(office: Office, admin: Visitor) -> None:
    """The only admin keeps the role; with a second one, the first may go, the second then may not."""
    for path, form in (("role", {"role": "viewer"}),):
        page = await admin.post(f"/console/staff/1/{path}", form)
        assert (page.status, "最后一个管理员" in page.text) == (409, True)
    second = await office.sign_in("admin", "second")
    assert (await second.post("/console/staff/1/disable", {})).status == 303
    assert (await second.post("/console/staff/2/role", {"role": "viewer"})).status == 409
    assert (await second.post("/console/staff/1/enable", {})).status == 303
    assert (await second.post("/console/staff/2/role", {"role": "viewer"})).location == "/console"


async def test_ones_own_account_is_for_the_profile(office: Office, admin: Visitor) -> None:
    """Reset, disable and the second factor's removal are for others: not even offered for oneself."""
    await office.hire("second", "admin")
    for path in ("reset", "disable", "second-factor/remove"):
        assert (await admin.post(f"/console/staff/1/{path}", {})).status == 403
    assert "停用账号" not in (await admin.get("/console/staff/1")).text


async def test_a_reset_ends_the_old_password(office: Office, admin: Visitor) -> None:
    """The link is shown; the old password and every session are over."""
    await office.hire("li", "editor", password=PASSWORD)
    visitor = await office.sign_in("editor", "li")
    page = await admin.post("/console/staff/2/reset", {})
    assert "/console/invitation/" in page.source
    assert (await visitor.get("/console")).status == 303
    member = await office.staff.named("li")
    assert member is not None
    assert member.hash == ""
    assert "staff.reset" in await office.acts()


async def test_another_link_resets_nothing_of_who_never_entered(office: Office, admin: Visitor) -> None:
    """The log says that a link was made; the one before is none any more."""
    links = [
        link_of(await admin.post(path, form))
        for path, form in (
            ("/console/staff/new", {"name": "li", "display": "李雷", "role": "editor"}),
            ("/console/staff/2/reset", {}),
        )
    ]
    assert [(await (await office.stranger()).get(link)).status for link in links] == [404, 200]
    assert await office.acts() == ["staff.invited", "staff.invited", "staff.link_made"]


async def test_waiting_can_be_ended(office: Office, admin: Visitor) -> None:
    """After an admin's word the right password leads in at once."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    await visitor.get("/console/sign-in")
    for _ in range(6):
        last = await visitor.post("/console/sign-in", {"name": "li", "password": "wrong"})
    assert last.status == 429
    assert (await admin.post("/console/staff/2/unlock", {})).status == 303
    assert (await visitor.post("/console/sign-in", {"name": "li", "password": PASSWORD})).status == 303


async def test_waiting_can_be_ended_wherever_one_sits(office: Office, admin: Visitor) -> None:
    """In one's own browser and in another, at an address that strangers have used up: the next try is looked at."""
    await office.hire("li", password=PASSWORD)
    known, other, stranger = [await office.stranger() for _ in range(3)]
    for visitor in (known, other, stranger):
        await visitor.get("/console/sign-in")
    await known.follow(await known.post("/console/sign-in", {"name": "li", "password": PASSWORD}))
    await known.follow(await known.post("/console/sign-out", {}))
    for number in range(31):
        await stranger.post("/console/sign-in", {"name": f"name{number}", "password": "wrong"})
    for visitor in (known, other):
        for _ in range(6):
            last = await visitor.post("/console/sign-in", {"name": "li", "password": "wrong"})
        assert last.status == 429
    assert (await admin.post("/console/staff/2/unlock", {})).status == 303
    for visitor in (known, other):
        assert (await visitor.post("/console/sign-in", {"name": "li", "password": PASSWORD})).status == 303
    last = await stranger.post("/console/sign-in", {"name": "mei", "password": "wrong"})
    assert last.status == 429  # whoever was not meant waits on


async def test_after_an_admins_word_guessing_is_as_slow_as_ever(office: Office, admin: Visitor) -> None:
    """A pardoned name has its free tries again, and no more."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    await visitor.get("/console/sign-in")
    for _ in range(2):
        assert (await admin.post("/console/staff/2/unlock", {})).status == 303
        pages = [await visitor.post("/console/sign-in", {"name": "li", "password": "wrong"}) for _ in range(7)]
        assert [page.status for page in pages] == [403] * 5 + [429] * 2


async def test_a_lost_second_factor_is_taken_away(office: Office, admin: Visitor) -> None:
    """By an admin, and the log says so."""
    member = await office.hire("li", password=PASSWORD)
    sealed = office.keys.seal("JBSWY3DPEHPK3PXP", owner=str(member.id))
    await office.staff.set_totp(member.id, sealed, codes=["d"], entry=office.desk_entry("profile.second_factor"))
    assert "清除两步验证" in (await admin.get("/console/staff/2")).text
    assert (await admin.post("/console/staff/2/second-factor/remove", {})).status == 303
    after = await office.staff.get(member.id)
    assert after is not None
    assert (after.totp, await office.staff.count_codes(member.id)) == (b"", 0)
    assert "清除了两步验证" in (await admin.get("/console/staff/2")).text


async def test_an_account_that_is_none(admin: Visitor) -> None:
    """Another number, or none at all, is a page that is not there."""
    for number in ("99", "x", "1x", "-1", "99999999999"):
        assert (await admin.get(f"/console/staff/{number}")).status == 404


async def test_names_are_shown_as_they_are(admin: Visitor) -> None:
    """What somebody is called is text, whatever it looks like."""
    await admin.post("/console/staff/new", {"name": "li", "display": "<script>{{ 7*7 }}", "role": "viewer"})
    page = await admin.get("/console/staff")
    assert "&lt;script&gt;{{ 7*7 }}" in page.source
