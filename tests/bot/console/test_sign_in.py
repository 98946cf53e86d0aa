"""The way in: passwords, waiting, second steps, invitations; and what a stranger may learn: nothing."""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pyotp
import pytest
from argon2 import PasswordHasher

from bot.clock import ManualClock
from bot.console.passwords import Passwords
from bot.console.sign_in import onward
from bot.console.site import build_site
from bot.store.audit import Search
from bot.store.sessions import ENROL, Session
from tests.bot.console.client import PASSWORD, Office, Page, office_settings, open_office
from tests.bot.console.doors import code, knock, link_of, with_second_factor


async def test_a_right_password_leads_in(office: Office) -> None:
    """Name, in any case, and password, and one is where one wanted to go."""
    await office.hire("li", "editor", password=PASSWORD)
    visitor = await office.stranger()
    turned = await visitor.get("/console/profile?x=1")
    assert (turned.status, turned.location) == (303, "/console/sign-in?next=%2Fconsole%2Fprofile%3Fx%3D1")
    form = await visitor.follow(turned)
    assert 'name="next" value="/console/profile?x=1"' in form.source
    entered = await knock(visitor, " Li ", PASSWORD, next="/console/profile?x=1")
    assert entered.location == "/console/profile?x=1"
    assert "我的账号" in (await visitor.follow(entered)).text
    assert (await visitor.get("/console/sign-in")).location == "/console"
    assert (await office.acts())[-1] == "sign_in"


async def test_nothing_is_told_about_who_has_an_account(office: Office) -> None:
    """A wrong password, an unknown name, an account without a password and one that is closed get the same page."""
    await office.hire("li", password=PASSWORD)
    await office.hire("new")
    gone = await office.hire("gone", password=PASSWORD)
    await office.staff.set_disabled(gone.id, True, entry=office.desk_entry("staff.disabled"))
    pages = []
    for name, password in (("li", "wrong"), ("nobody", PASSWORD), ("new", ""), ("gone", PASSWORD)):
        page = await knock(await office.stranger(), name, password)
        assert page.status == 403
        pages.append(re.sub(rf'value="{name}"|name="csrf" value="[^"]+"', "", page.source))
    assert len(set(pages)) == 1
    assert [act for act in await office.acts() if act.startswith("sign_in")] == ["sign_in.refused"] * 4


async def test_every_name_costs_one_hash(office: Office) -> None:
    """The hash of nobody is made with the settings of all others, so that looking at it takes as long."""
    await office.hire("li", password=PASSWORD)
    member = await office.staff.named("li")
    assert member is not None
    checked = await asyncio.gather(*(office.services.passwords.check("x", kept) for kept in (member.hash, "")))
    assert checked == [False, False]
    assert not office.services.passwords.is_outdated(member.hash)


async def test_the_door_hashes_once_for_any_name(office: Office) -> None:
    """Known, unknown, closed or without a password: each refusal costs one hash of the same settings."""
    checked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            checked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    await office.hire("li", password=PASSWORD)
    await office.hire("new")
    gone = await office.hire("gone", password=PASSWORD)
    await office.staff.set_disabled(gone.id, True, entry=office.desk_entry("staff.disabled"))
    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    await passwords.warm_up()
    async with office.serving(build_site(replace(office.desk, passwords=passwords))) as visitor:
        for number, name in enumerate(("li", "nobody", "new", "gone", ""), start=1):
            assert (await knock(visitor, name, "wrong")).status == 403
            assert len(checked) == number, name
    passwords.close()
    assert len(set(checked)) == 1


async def test_a_password_in_the_field_of_the_name_is_written_nowhere(office: Office) -> None:
    """The log names whom there is, closed or not, and of any other name only that somebody was refused."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    for name in ("Li", PASSWORD, "nobody"):
        assert (await knock(visitor, name, "wrong")).status == 403
    entries = await office.audit.read(Search(action="sign_in.refused"), 9)
    assert [(entry.target, entry.who) for entry in entries] == [("", ""), ("", ""), ("li", "")]
    assert PASSWORD not in (await (await office.sign_in("admin")).get("/console/audit")).text


async def test_the_cookie_changes_at_sign_in(office: Office) -> None:
    """A session that somebody planted before is none afterwards: the cookie is new, and so is the form's token."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    visitor.session.cookie_jar.update_cookies({"huiqi": "planted"}, office.url / "console")
    await visitor.get("/console/sign-in")
    guest, token = visitor.cookie("huiqi_guest"), visitor.token
    await knock(visitor, "li", PASSWORD)
    assert visitor.cookie("huiqi") not in ("", "planted", guest)
    assert visitor.cookie("huiqi_guest") == ""
    assert (await visitor.post("/console/profile/name", {"display": "x"}, token=token)).status == 403
    first = visitor.cookie("huiqi")
    await visitor.get("/console/profile")
    await knock(visitor, "li", PASSWORD)
    assert visitor.cookie("huiqi") != first
    assert len(await office.sessions.of(1)) == 1  # the one before ended


async def test_leaving_ends_the_session(office: Office) -> None:
    """After signing out the old cookie opens nothing."""
    visitor = await office.sign_in("viewer")
    cookie = visitor.cookie("huiqi")
    left = await visitor.post("/console/sign-out", {})
    assert "已退出登录" in (await visitor.follow(left)).text
    visitor.session.cookie_jar.update_cookies({"huiqi": cookie}, office.url / "console")
    assert (await visitor.get("/console")).status == 303
    assert (await office.acts())[-1] == "sign_out"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.cn",
        "//evil.cn",
        "/\\evil.cn",
        "/console//evil.cn",
        "/console\\evil.cn",
        "/console@evil.cn",
        "/consolex",
        "/policies",
        "javascript:alert(1)",
        "/console/\r\nLocation: x",
        "/console/sign-out",
        "/console/sign-in?next=/console/sign-in",
        "",
    ],
)
async def test_one_is_never_sent_elsewhere(office: Office, wanted: str) -> None:
    """Whatever the address asks for, after signing in one is on a page of the console."""
    await office.hire("li", password=PASSWORD)
    visitor = await office.stranger()
    assert 'name="next" value="/console"' in (await visitor.get("/console/sign-in")).source
    assert (await knock(visitor, "li", PASSWORD, next=wanted)).location == "/console"


@pytest.mark.parametrize("wanted", ["/console", "/console/staff/3", "/console?a=b", "/console/audit?about=%2F%2Fx"])
def test_one_is_sent_where_one_wanted(wanted: str) -> None:
    """A page of the console is gone to."""
    assert onward(wanted) == wanted


async def test_nobody_there_yet(office: Office) -> None:
    """Without any account the page says how to make the first."""
    visitor = await office.stranger()
    assert "staff add" in (await visitor.get("/console/sign-in")).text
    await office.hire("li")
    assert "staff add" not in (await visitor.get("/console/sign-in")).text


async def test_a_second_factor_is_asked_for(office: Office, clock: ManualClock) -> None:
    """With a right password alone one may do nothing; with the code one is in, under a new cookie again."""
    await with_second_factor(office)
    visitor = await office.stranger()
    halfway = await knock(visitor, "li", PASSWORD, next="/console/audit")
    assert halfway.location == "/console/second-step?next=%2Fconsole%2Faudit"
    for path in ("/console", "/console/audit", "/console/profile", "/console/profile/second-factor"):
        assert (await visitor.get(path)).location.startswith("/console/second-step")
    cookie = visitor.cookie("huiqi")
    await visitor.follow(halfway)
    entered = await visitor.post("/console/second-step", {"code": code(clock), "next": "/console/audit"})
    assert entered.location == "/console/audit"
    assert visitor.cookie("huiqi") != cookie
    assert (await visitor.follow(entered)).status == 200


async def test_halfway_in_nothing_can_be_posted(office: Office) -> None:
    """Between password and code every form but the code's own leads back to it: no other factor can be put in place."""
    member = await with_second_factor(office)
    visitor = await office.stranger()
    await visitor.follow(await knock(visitor, "li", PASSWORD))
    for path in ("/console/profile/second-factor", "/console/profile/password", "/console/profile/name"):
        page = await visitor.post(path, {"code": "000000", "display": "x"})
        assert page.location.startswith("/console/second-step"), path
    after = await office.staff.get(member.id)
    assert after is not None
    assert (after.totp, after.display) == ((await office.staff.named("li")).totp, "Li")  # type: ignore[union-attr]


async def test_a_code_is_taken_once(office: Office, clock: ManualClock) -> None:
    """The code that somebody read over a shoulder opens nothing, nor does an older one; the next does."""
    await with_second_factor(office)
    for given, status in ((0, 303), (0, 403), (-1, 403), (1, 303)):
        visitor = await office.stranger()
        await visitor.follow(await knock(visitor, "li", PASSWORD))
        page = await visitor.post("/console/second-step", {"code": code(clock, given)})
        assert page.status == status, given


async def test_a_recovery_code_helps_once(office: Office) -> None:
    """Typed in any way it stands for the phone; afterwards it is none, and the log says so."""
    member = await with_second_factor(office)
    for status in (303, 403):
        visitor = await office.stranger()
        await visitor.follow(await knock(visitor, "li", PASSWORD))
        page = await visitor.post("/console/second-step", {"code": "ABCDE fghjk-MNPQR"})
        assert page.status == status
    assert await office.staff.count_codes(member.id) == 0
    assert "sign_in.recovery_code" in await office.acts()


async def test_the_second_step_does_not_wait_for_ever(office: Office, clock: ManualClock) -> None:
    """Ten minutes after the password one begins anew."""
    await with_second_factor(office)
    visitor = await office.stranger()
    await visitor.follow(await knock(visitor, "li", PASSWORD))
    await clock.advance(600)
    assert (await visitor.get("/console/second-step")).location.startswith("/console/sign-in")


async def test_another_secret_opens_no_second_factor(tmp_path: Path, clock: ManualClock) -> None:
    """After the console's secret was changed old codes are refused, never taken."""
    settings = office_settings(tmp_path)
    async with open_office(settings, clock) as office:
        await with_second_factor(office)
    async with open_office(office_settings(tmp_path, secret="e" * 64), clock) as office:
        visitor = await office.stranger()
        await visitor.follow(await knock(visitor, "li", PASSWORD))
        assert (await visitor.post("/console/second-step", {"code": code(clock)})).status == 403


@pytest.mark.parametrize(
    ("role", "required"), [("viewer", False), ("editor", False), ("approver", True), ("admin", True)]
)
async def test_who_must_have_a_second_factor(tmp_path: Path, clock: ManualClock, role: str, required: bool) -> None:
    """Where it is required, approvers and admins can do nothing before they have one; then they are in."""
    async with open_office(office_settings(tmp_path, totp_required=True), clock) as office:
        await office.hire("li", role, password=PASSWORD)
        visitor = await office.stranger()
        entered = await knock(visitor, "li", PASSWORD)
        assert (entered.location == "/console/profile/second-factor") is required
        if not required:
            return
        assert (await visitor.get("/console")).location == "/console/profile/second-factor"
        page = await visitor.follow(entered)
        secret = secret_of(page)
        assert (await visitor.post("/console/profile/second-factor", {"code": "000000"})).status == 422
        done = await visitor.post("/console/profile/second-factor", {"code": pyotp.TOTP(secret).at(int(clock.time()))})
        assert (done.status, done.text.count("-") >= 20) == (200, True)
        assert (await visitor.get("/console")).status == 200


async def test_a_second_factor_is_set_up_once(tmp_path: Path, clock: ManualClock) -> None:
    """Of two who have only the password the faster one sets it up; the other must show it like anybody."""
    async with open_office(office_settings(tmp_path, totp_required=True), clock) as office:
        await office.hire("li", "approver", password=PASSWORD)
        first, second = await office.stranger(), await office.stranger()
        secrets = [secret_of(await v.follow(await knock(v, "li", PASSWORD))) for v in (first, second)]
        codes = [{"code": pyotp.TOTP(secret).at(int(clock.time()))} for secret in secrets]
        # Its session ends with the others; one that begins in between is none that may set up another factor.
        assert (await first.post("/console/profile/second-factor", codes[0])).status == 200
        member = await office.staff.named("li")
        assert member is not None
        late = Session(id=office.keys.digest("session", second.cookie("huiqi")), staff=member.id, stage=ENROL,
                       created=clock.time(), seen=clock.time(), expires=clock.time() + 600)  # fmt: skip
        await office.sessions.begin(late)
        refused = await second.post("/console/profile/second-factor", codes[1])
        assert (refused.status, refused.location) == (303, "/console/sign-in")
        assert await office.sessions.find(late.id) is None
        after = await office.staff.named("li")
        assert after is not None
        assert after.totp == member.totp


class Held(PasswordHasher):
    """Takes as long as it is made to: a check ends when `go` is set."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.began, self.go = threading.Event(), threading.Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """See PasswordHasher."""
        self.began.set()
        assert self.go.wait(30.0)
        return super().verify(hash, password)


async def test_a_password_that_is_changed_meanwhile_opens_nothing(tmp_path: Path, clock: ManualClock) -> None:
    """It was right when the look at it began; when it ends, another is in force."""
    hasher = Held()
    async with open_office(office_settings(tmp_path), clock, hasher=hasher) as office:
        member = await office.hire("li", "editor", password=PASSWORD)
        thief = await office.stranger()
        await thief.get("/console/sign-in")
        tried = asyncio.create_task(knock(thief, "li", PASSWORD))
        await asyncio.to_thread(hasher.began.wait, 30.0)
        newer = hasher.hash("another jade horse")
        await office.staff.set_password(member.id, newer, entry=office.desk_entry("profile.password"))
        hasher.go.set()
        page = await tried
        assert (page.status, "密码不对" in page.text) == (403, True)
        assert (await thief.get("/console")).status == 303
        assert await office.sessions.of(member.id) == []
        assert (await office.acts())[-1] == "sign_in.refused"
        assert (await knock(thief, "li", "another jade horse")).status == 303


def secret_of(page: Page) -> str:
    """The secret that a page shows for typing."""
    found = re.search(r'secret-groups"><code>([A-Z2-7 ]+)<', page.source)
    assert found is not None
    return found[1].replace(" ", "")


async def test_an_invitation_sets_the_password_once(office: Office) -> None:
    """By the link one sets a password that is strong enough; then the link is none any more."""
    admin = await office.sign_in("admin")
    made = await admin.post("/console/staff/new", {"name": "li", "display": "李雷", "role": "editor"})
    link = link_of(made)
    visitor = await office.stranger()
    page = await visitor.get(link)
    assert "李雷" in page.text
    for first, again, said in (
        ("short", "short", "太短"),
        (PASSWORD, "another one here", "不一样"),
        ("li li li li li li", "li li li li li li", "太简单"),
        ("woaini1314520", "woaini1314520", "很常见"),
    ):
        page = await visitor.post(link, {"password": first, "again": again})
        assert (page.status, said in page.text) == (422, True), page.text
    done = await visitor.post(link, {"password": PASSWORD, "again": PASSWORD})
    assert "密码已设置" in (await visitor.follow(done)).text
    assert (await visitor.get(link)).status == 404
    assert (await visitor.post(link, {"password": PASSWORD + "2", "again": PASSWORD + "2"})).status == 404
    assert (await knock(visitor, "li", PASSWORD)).status == 303
    assert "staff.invitation_accepted" in await office.acts()


async def test_an_invitation_is_good_for_three_days(office: Office, clock: ManualClock) -> None:
    """Later it is none, and a second one makes the first none."""
    admin = await office.sign_in("admin")
    link = link_of(await admin.post("/console/staff/new", {"name": "li", "display": "李雷", "role": "editor"}))
    visitor = await office.stranger()
    await clock.advance(50 * 60)
    newer = link_of(await admin.post("/console/staff/2/reset", {}))
    assert [(await visitor.get(path)).status for path in (link, newer)] == [404, 200]
    await clock.advance(72 * 3600)
    assert (await visitor.get(newer)).status == 404
    assert (await visitor.get("/console/invitation/x")).status == 404


async def test_an_older_hash_is_made_anew(office: Office) -> None:
    """A password that was hashed with other settings is hashed with those of today at the next sign-in."""
    member = await office.hire("li", password=PASSWORD)
    older = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    assert await office.staff.rehash(member.id, older, instead_of=member.hash)
    assert (await knock(await office.stranger(), "li", PASSWORD)).status == 303
    after = await office.staff.get(member.id)
    assert after is not None
    assert after.hash not in (older, member.hash)
    assert not office.services.passwords.is_outdated(after.hash)
