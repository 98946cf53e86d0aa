"""What everybody may do with their own account."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest

from bot.clock import ManualClock
from bot.console.codes import STEP
from tests.bot.console.client import PASSWORD, Office, Page, Visitor, office_settings, open_office

NEW = "copper river kite"
FACTOR = "/console/profile/second-factor"


@pytest.fixture
async def visitor(office: Office) -> Visitor:
    """Somebody with a password, signed in."""
    await office.hire("li", "editor", password=PASSWORD)
    return await office.sign_in("editor", "li")


def shown_secret(page: Page) -> str:
    """The secret that a page shows for typing."""
    found = re.search(r'secret-groups"><code>([A-Z2-7 ]+)<', page.source)
    assert found is not None, page.text
    return found[1].replace(" ", "")


async def enrolled(visitor: Visitor, clock: ManualClock) -> tuple[str, list[str]]:
    """Turn the second factor on; its secret and the recovery codes."""
    secret = shown_secret(await visitor.get(FACTOR))
    code = pyotp.TOTP(secret).at(int(clock.time()))
    page = await visitor.post(FACTOR, {"old": PASSWORD, "code": code})
    assert page.status == 200, page.text
    await clock.advance(STEP)
    return secret, re.findall(r"<code>([a-z2-9-]{17})</code>", page.source)


async def test_a_name_can_be_changed(office: Office, visitor: Visitor) -> None:
    """The new name is shown at once, and the log has both."""
    done = await visitor.post("/console/profile/name", {"display": " 李雷 <b> "})
    page = await visitor.follow(done)
    assert "已保存" in page.text
    assert "李雷 &lt;b&gt;" in page.source
    assert (await visitor.post("/console/profile/name", {"display": " "})).status == 422
    assert (await office.acts())[-1] == "profile.renamed"


async def test_a_message_is_shown_once(visitor: Visitor) -> None:
    """What the page before says is gone at the next look, and a made-up one is never shown."""
    await visitor.follow(await visitor.post("/console/profile/name", {"display": "x"}))
    assert "已保存" not in (await visitor.get("/console/profile")).text
    visitor.session.cookie_jar.update_cookies({"huiqi_said": "WyJzYXZlZCIsIHt9XQ.0000"}, visitor.url / "console")
    page = await visitor.get("/console/profile")
    assert (page.status, "已保存" in page.text) == (200, False)


async def test_a_password_can_be_changed_by_who_knows_it(office: Office, visitor: Visitor) -> None:
    """The old one is asked for, the new one must be strong; sign-ins elsewhere end, this one has a new cookie."""
    elsewhere, cookie = await office.sign_in("editor", "li"), visitor.cookie("huiqi")
    for old, first, again in (("wrong", NEW, NEW), (PASSWORD, "short", "short"), (PASSWORD, NEW, "x"), ("", NEW, NEW)):
        page = await visitor.post("/console/profile/password", {"old": old, "password": first, "again": again})
        assert page.status == 422, (old, first)
    done = await visitor.post("/console/profile/password", {"old": PASSWORD, "password": NEW, "again": NEW})
    assert "密码已改" in (await visitor.follow(done)).text
    assert visitor.cookie("huiqi") != cookie
    assert (await elsewhere.get("/console")).status == 303
    member = await office.staff.named("li")
    assert member is not None
    checks = [await office.services.passwords.check(text, member.hash) for text in (NEW, PASSWORD)]
    assert checks == [True, False]


async def test_a_password_cannot_be_guessed_from_inside(office: Office, visitor: Visitor) -> None:
    """At an unlocked desk five wrong ones are looked at, then the session is over, and the log says why."""
    form = {"password": NEW, "again": NEW}
    for _ in range(5):
        assert "不正确" in (await visitor.post("/console/profile/password", {"old": "wrong", **form})).text
    page = await visitor.post("/console/profile/password", {"old": PASSWORD, **form})
    assert "错得太多" in (await visitor.follow(page)).text
    assert page.location == "/console/sign-in"
    assert (await visitor.get("/console/profile")).status == 303
    assert await office.sessions.of(1) == []
    assert (await office.acts())[-1] == "session.guessing_ended"


async def test_guessing_inside_holds_up_no_sign_in(office: Office, visitor: Visitor) -> None:
    """Neither in another browser, nor in this one, nor what is done in another session."""
    other = await office.sign_in("editor", "li")
    form = {"password": NEW, "again": NEW}
    for _ in range(6):
        page = await visitor.post("/console/profile/password", {"old": "wrong", **form})
    await visitor.follow(page)
    for browser in (await office.stranger(), visitor):
        await browser.get("/console/sign-in")
        entered = await browser.post("/console/sign-in", {"name": "li", "password": PASSWORD})
        assert entered.status == 303
    done = await other.post("/console/profile/password", {"old": PASSWORD, **form})
    assert "密码已改" in (await other.follow(done)).text


async def test_a_right_password_begins_the_count_anew(visitor: Visitor) -> None:
    """Four typos, then the right one, then four more: nobody is signed out."""
    for _ in range(2):
        for _ in range(4):
            page = await visitor.post("/console/profile/password", {"old": "typo", "password": NEW, "again": NEW})
            assert page.status == 422
        page = await visitor.post("/console/profile/password", {"old": PASSWORD, "password": "short", "again": "short"})
        assert (page.status, "太短" in page.text) == (422, True)


async def test_codes_cannot_be_guessed_from_inside(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """Over all forms that ask for one, five wrong ones end the session; at the door the right one is taken at once."""
    secret, _ = await enrolled(visitor, clock)
    places = (f"{FACTOR}/off", "/console/profile/recovery-codes")
    pages = [await visitor.post(places[number % 2], {"code": "000000"}) for number in range(6)]
    assert [page.status for page in pages] == [422] * 5 + [303]
    assert (await visitor.get("/console/profile")).location.startswith("/console/sign-in")
    other = await office.stranger()
    await other.get("/console/sign-in")
    await other.follow(await other.post("/console/sign-in", {"name": "li", "password": PASSWORD}))
    assert (await other.post("/console/second-step", {"code": pyotp.TOTP(secret).at(int(clock.time()))})).status == 303


async def test_a_second_factor_is_turned_on(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """By the password and a code of the app; its secret is sealed, the recovery codes are hashed and shown once."""
    secret, codes = await enrolled(visitor, clock)
    assert len(set(codes)) == 10
    member = await office.staff.named("li")
    assert member is not None
    assert secret.encode() not in member.totp
    assert office.keys.unseal(member.totp, owner=str(member.id)) == secret
    assert office.keys.unseal(member.totp, owner="99") is None
    assert codes[0] not in (await visitor.get("/console/profile")).source
    assert "恢复码还剩 10 个" in (await visitor.get("/console/profile")).text


async def test_a_second_factor_ends_other_sessions(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """Who is signed in elsewhere, perhaps somebody else, must show it."""
    other = await office.sign_in("editor", "li")
    stranger = await office.sign_in("viewer")
    assert (await other.get("/console")).status == 200
    await enrolled(visitor, clock)
    assert (await other.get("/console")).status == 303
    assert [(await one.get("/console")).status for one in (visitor, stranger)] == [200, 200]


async def test_a_second_factor_needs_proof(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """Without the password, or without a code of what is shown, nothing is turned on."""
    secret = shown_secret(await visitor.get(FACTOR))
    assert shown_secret(await visitor.get(FACTOR)) == secret  # looking again changes nothing
    code = pyotp.TOTP(secret).at(int(clock.time()))
    for form in ({"old": "wrong", "code": code}, {"code": code}, {"old": PASSWORD, "code": "000000"}):
        assert (await visitor.post(FACTOR, form)).status == 422, form
    member = await office.staff.named("li")
    assert member is not None
    assert member.totp == b""


async def test_another_phone_needs_the_old_one(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """A second factor is replaced by whoever has it, or a recovery code: the password alone is not enough."""
    old, codes = await enrolled(visitor, clock)
    secret = shown_secret(await visitor.get(FACTOR))
    assert secret != old

    def code(of: str) -> str:
        return pyotp.TOTP(of).at(int(clock.time()))

    assert (await visitor.post(FACTOR, {"old": PASSWORD, "code": code(secret)})).status == 422
    done = await visitor.post(FACTOR, {"current": codes[0], "code": code(secret)})
    assert done.status == 200
    member = await office.staff.named("li")
    assert member is not None
    assert office.keys.unseal(member.totp, owner=str(member.id)) == secret
    assert await office.staff.count_codes(member.id) == 10


async def test_recovery_codes_can_be_renewed(office: Office, visitor: Visitor, clock: ManualClock) -> None:
    """With a code of the app; the old ones are none afterwards."""
    secret, codes = await enrolled(visitor, clock)
    assert (await visitor.post("/console/profile/recovery-codes", {"code": "000000"})).status == 422
    page = await visitor.post("/console/profile/recovery-codes", {"code": pyotp.TOTP(secret).at(int(clock.time()))})
    renewed = re.findall(r"<code>([a-z2-9-]{17})</code>", page.source)
    assert len(renewed) == 10
    assert not set(renewed) & set(codes)
    assert (await visitor.post(f"{FACTOR}/off", {"code": codes[0]})).status == 422
    assert (await visitor.post(f"{FACTOR}/off", {"code": renewed[0]})).status == 303
    member = await office.staff.named("li")
    assert member is not None
    assert (member.totp, await office.staff.count_codes(member.id)) == (b"", 0)


async def test_what_is_required_cannot_be_turned_off(tmp_path: Path, clock: ManualClock) -> None:
    """An approver keeps the second factor where the settings ask for it."""
    async with open_office(office_settings(tmp_path, totp_required=True), clock) as office:
        await office.hire("li", "approver", password=PASSWORD)
        visitor = await office.sign_in("approver", "li")
        secret, _ = await enrolled(visitor, clock)
        code = pyotp.TOTP(secret).at(int(clock.time()))
        assert (await visitor.post(f"{FACTOR}/off", {"code": code})).status == 403
        assert "关闭两步验证" not in (await visitor.get("/console/profile")).text


async def test_one_sees_where_one_is_signed_in(office: Office, visitor: Visitor) -> None:
    """Each place with its browser; one can be ended, or all others, and nobody else's."""
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/124.0.0.0 Safari/537.36"}
    other = await office.stranger()
    await other.get("/console/sign-in")
    await other.post("/console/sign-in", {"name": "li", "password": PASSWORD}, headers=agent)
    page = await visitor.get("/console/profile")
    assert "Chrome 124 · Windows" in page.text
    assert page.text.count("这一台") == 1
    stranger = await office.sign_in("viewer")
    (theirs,) = await office.sessions.of(2)
    assert (await visitor.post(f"/console/profile/sessions/{theirs.id}", {})).status == 404
    assert (await stranger.get("/console")).status == 200
    ids = {session.agent: session.id for session in await office.sessions.of(1)}
    assert (await visitor.post(f"/console/profile/sessions/{ids['Chrome 124 · Windows']}", {})).status == 303
    assert (await other.get("/console")).status == 303
    again = await office.sign_in("editor", "li")
    assert "共 1 台" in (await visitor.follow(await visitor.post("/console/profile/sessions/others", {}))).text
    assert (await again.get("/console")).status == 303
    assert (await visitor.get("/console")).status == 200
