"""The door: cookies, expiry, headers, and pages for what goes wrong."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.console.guard import Route
from bot.console.headers import POLICY
from bot.console.permissions import Permission
from bot.console.site import build_site
from bot.console.visit import Visit
from tests.bot.console.client import PASSWORD, Office, office_settings, open_office

MINUTE = 60.0


async def test_cookies_are_for_this_site_and_no_script(office: Office) -> None:
    """HttpOnly, SameSite=Strict, of /console alone; no Secure where the site is not https."""
    visitor = await office.stranger()
    page = await visitor.get("/console/sign-in")
    cookie = page.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/console"))
    assert "Secure" not in cookie
    assert cookie.startswith("huiqi_guest=")


async def test_cookies_are_secure_where_the_site_is(tmp_path: Path, clock: ManualClock) -> None:
    """With an https address cookies go over https alone, and say so in their names."""
    async with open_office(office_settings(tmp_path), clock, public_url="https://b.gov.cn") as office:
        page = await (await office.stranger()).get("/console/sign-in")
        assert page.headers["Set-Cookie"].startswith("__Secure-huiqi_guest=")
        assert "Secure" in page.headers["Set-Cookie"].split("; ")


async def test_every_answer_carries_the_rules(office: Office) -> None:
    """Pages, refusals and redirects alike: no inline code, no frame, no guess at types, nothing kept."""
    visitor = await office.sign_in("viewer")
    stranger = await office.stranger()
    for page in (
        await visitor.get("/console"),
        await visitor.get("/console/nope"),
        await visitor.get("/console/staff"),
        await stranger.get("/console"),
        await stranger.post("/console/profile/name"),
    ):
        assert page.headers["Content-Security-Policy"] == POLICY
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
    assert "unsafe" not in POLICY


async def test_a_session_ends_when_nobody_clicks(office: Office, clock: ManualClock) -> None:
    """After the idle minutes one is at the door again; clicking puts that off."""
    visitor = await office.sign_in("viewer")
    for _ in range(3):
        await clock.advance(59 * MINUTE)
        assert (await visitor.get("/console")).status == 200
    await clock.advance(60 * MINUTE)
    assert (await visitor.get("/console")).status == 303
    assert visitor.cookie("huiqi") == ""
    assert await office.sessions.of(1) == []


async def test_a_session_ends_for_good(office: Office, clock: ManualClock) -> None:
    """However busy one is, after the session's hours one signs in anew."""
    visitor = await office.sign_in("viewer")
    for _ in range(12 * 2 - 1):
        await clock.advance(30 * MINUTE)
        assert (await visitor.get("/console")).status == 200
    await clock.advance(30 * MINUTE)
    assert (await visitor.get("/console")).status == 303


async def test_a_made_up_cookie_is_nobody(office: Office) -> None:
    """Neither a guess nor the hash that the database keeps opens anything."""
    await office.sign_in("admin")
    (session,) = await office.sessions.of(1)
    for guess in ("x", session.id):
        visitor = await office.stranger()
        visitor.session.cookie_jar.update_cookies({"huiqi": guess}, office.url / "console")
        assert (await visitor.get("/console")).status == 303


async def test_who_is_closed_out_is_out_at_once(office: Office) -> None:
    """Disabled, an account's open pages lead to the door."""
    admin, visitor = await office.sign_in("admin"), await office.sign_in("viewer")
    member = await office.staff.named("viewer")
    assert member is not None
    assert (await admin.post(f"/console/staff/{member.id}/disable", {})).status == 303
    assert (await visitor.get("/console")).status == 303


async def test_what_stands_in_no_table_is_refused(office: Office) -> None:
    """A handler that somebody mounts beside the table is never reached."""
    reached = []

    async def handler(request: web.Request) -> web.Response:
        reached.append(request)
        return web.Response()

    async def page(visit: Visit) -> web.Response:
        return visit.page("invitation_gone")

    desk = office.desk
    site = build_site(desk, [Route("GET", "/console/known", page, Permission.ANYONE)])
    site.router.add_get("/stray", handler)
    async with office.serving(site) as visitor:
        assert (await visitor.get("/console/known")).status == 200
        assert (await visitor.get("/console/stray")).status == 403
    assert reached == []


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (RuntimeError("secret detail"), 500, "程序遇到了没有料到的情况"),
        (web.HTTPNotFound(), 404, "没有这一页"),
        (web.HTTPBadRequest(), 400, "这个请求看不懂"),
    ],
)
async def test_what_goes_wrong_gets_a_page(
    office: Office, fault: Exception, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In plain Chinese, without a trace of the program."""

    async def fails(visit: Visit) -> web.Response:
        raise fault

    site = build_site(office.desk, [Route("GET", "/console/fails", fails, Permission.ANYONE)])
    async with office.serving(site) as visitor:
        page = await visitor.get("/console/fails")
        assert (page.status, said in page.text) == (status, True)
        assert "secret detail" not in page.source
        assert "Traceback" not in page.source
    capsys.readouterr()


async def test_a_lost_database_gets_a_page(office: Office, tmp_path: Path) -> None:
    """Where the store does not answer, a page says so with 503."""
    visitor = await office.sign_in("viewer")
    (tmp_path / "store.sqlite3").unlink()
    page = await visitor.get("/console")
    assert (page.status, "现在忙不过来" in page.text) == (503, True)


async def test_a_method_that_is_none_gets_a_page(office: Office) -> None:
    """405, in Chinese."""
    visitor = await office.sign_in("viewer")
    page = await visitor.post("/console", {})
    assert (page.status, "不能这样打开" in page.text) == (405, True)


async def test_a_form_has_a_limit(office: Office) -> None:
    """A form larger than its route allows is refused with 413, one that is broken with 400."""
    visitor = await office.sign_in("viewer")
    page = await visitor.post("/console/profile/name", {"display": "x" * 300_000})
    assert (page.status, "文件太大了" in page.text) == (413, True)
    for kind in (
        "application/x-www-form-urlencoded; charset=no-such-thing",
        "multipart/form-data",  # without the boundary that it needs
        "multipart/form-data; boundary=x",  # which the body has not
    ):
        page = await visitor.post("/console/profile/name", b"display=%ff", headers={"Content-Type": kind})
        assert page.status == 400, kind
    assert "profile.renamed" not in await office.acts()


async def test_any_bytes_may_come_in_headers(office: Office) -> None:
    """A cookie, a token, an agent or an address that is no text is nobody's, not a failure."""
    reader, writer = await asyncio.open_connection(office.url.host, office.url.port)
    writer.write(
        b"GET /console HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: \xff\xfe\r\nX-Forwarded-For: \xff\r\n"
        b"X-CSRF-Token: \xff\r\nCookie: huiqi=\xff\xfe; huiqi_said=\xff.\xff; huiqi_known=\xff\r\n\r\n"
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 303 ")


async def test_a_link_from_another_site_finds_whoever_is_in(office: Office) -> None:
    """A strict cookie does not come along from another site; a page of ours asks for the address again, unchanged."""
    stranger = await office.stranger()
    coming = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    page = await stranger.get('/console/audit?about="><script>', headers=coming)
    assert page.status == 200
    assert 'http-equiv="refresh" content="0; url=/console/audit?about=' in page.source
    assert "<script>" not in page.source


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (1, "", "127.0.0.1"),
    ],
)
async def test_the_address_is_what_our_proxies_saw(
    tmp_path: Path, clock: ManualClock, proxies: int, forwarded: str, seen: str
) -> None:
    """What a caller writes into the header itself is believed of none but our own proxies."""
    async with open_office(office_settings(tmp_path, proxies=proxies), clock) as office:
        await office.hire("li", password=PASSWORD)
        visitor = await office.stranger()
        await visitor.get("/console/sign-in")
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        await visitor.post("/console/sign-in", {"name": "li", "password": PASSWORD}, headers=headers)
        (session,) = await office.sessions.of(1)
        assert session.ip == seen


async def test_a_failure_tells_no_secret_of_an_address(office: Office) -> None:
    """The log has the line of the table, not the link of an invitation that stood in its place."""

    async def fail(visit: Visit) -> web.Response:
        raise RuntimeError(visit.request.method)

    routes = [Route("GET", "/console/invitation/{token}", fail, Permission.ANYONE)]
    async with office.serving(build_site(office.desk, routes)) as visitor:
        with capture_logs() as logs:
            assert (await visitor.get("/console/invitation/S3cret")).status == 500
    (entry,) = [entry for entry in logs if entry["event"] == "console failed"]
    assert entry["path"] == "/console/invitation/{token}"
    assert "S3cret" not in str(logs)


@pytest.mark.parametrize(("proxies", "forwarded", "warned"), [(0, "1.1.1.1", 1), (1, "1.1.1.1", 0), (0, "", 0)])
async def test_a_proxy_that_nobody_counts_is_warned_of_once(
    tmp_path: Path, clock: ManualClock, proxies: int, forwarded: str, warned: int
) -> None:
    """Where one passes requests on and the settings have none; not where they have one, or none passes any on."""
    async with open_office(office_settings(tmp_path, proxies=proxies), clock) as office:
        visitor = await office.stranger()
        with capture_logs() as logs:
            for _ in range(3):
                await visitor.get("/console/sign-in", headers={"X-Forwarded-For": forwarded} if forwarded else {})
        assert len([entry for entry in logs if "proxy" in entry["event"]]) == warned
