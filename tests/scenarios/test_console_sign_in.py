"""The console in a real browser, on a desk and on a phone: the way in, the way around, and that all can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from bot.clock import ManualClock
from bot.console.codes import STEP
from tests.bot.console.client import PASSWORD, Office, office_settings, open_office
from tests.scenarios.test_pages_in_browser import TOO_SMALL, faint, slides
from tests.scenarios.windows import enter, let_in, open_window, tap, turning

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WINDOWS = [pytest.param(1280, 900, id="desk"), pytest.param(390, 844, id="phone")]
SIZES = ((320, 640), (390, 844), (800, 900), (1280, 900))
PAGES = (
    "/console",
    "/console/profile",
    "/console/profile/second-factor",
    "/console/staff",
    "/console/staff/new",
    "/console/staff/2",
    "/console/audit",
    "/console/audit?about=nobody",
    "/console/settings",
    "/console/nope",
)

EVERYTHING = "a, button, input:not([type=hidden]), summary"  # what the public pages' check looks at
TAPPED = ".menu a, .menu > summary, button, .button, select, .choice, .field input:not([type=radio], [type=checkbox])"


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """The running bot with its console, second factors required, an admin and an editor."""
    async with open_office(office_settings(tmp_path, totp_required=True), clock) as opened:
        await opened.hire("zhang.wei", "admin", password=PASSWORD)
        await opened.hire("li", "editor", password=PASSWORD)
        yield opened


async def opened(browser: Browser, office: Office, path: str, *, width: int = 1280, height: int = 900) -> Page:
    """A page in a window of its own."""
    page = await open_window(browser, width=width, height=height)
    await page.goto(str(office.url) + path.lstrip("/"))
    return page


async def sign_in(page: Page, name: str) -> None:
    """Fill in the door's form."""
    await page.get_by_label("账号").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await tap(page.get_by_role("button", name="登录"))


async def inside(browser: Browser, office: Office, *, width: int, height: int) -> Page:
    """A window in which an admin is signed in, who has seen something."""
    visitor = await office.sign_in("admin", "zhang.wei")
    await visitor.post("/console/staff/2/role", {"role": "approver"})
    await visitor.post("/console/staff/2/disable", {})
    page = await opened(browser, office, "/console/sign-in", width=width, height=height)
    await let_in(page, office, visitor)
    return page


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_the_first_sign_in_of_an_admin(
    browser: Browser, office: Office, clock: ManualClock, width: int, height: int
) -> None:
    """Password, the picture for the phone, a code, recovery codes, and in; the next time with a code alone."""
    page = await opened(browser, office, "/console/staff", width=width, height=height)
    await sign_in(page, "zhang.wei")
    await expect(page.get_by_role("heading", name="先开启两步验证")).to_be_visible()
    await expect(page.get_by_role("img", name="两步验证的二维码")).to_be_visible()
    await page.get_by_text("扫不了？手动输入密钥").click()
    app = pyotp.TOTP((await page.locator(".secret-groups code").inner_text()).replace(" ", ""))
    await page.get_by_label("动态码").fill("000000")
    await tap(page.get_by_role("button", name="开启"))
    await expect(page.locator(".error")).to_contain_text("不正确")
    await expect(page.get_by_label("动态码")).to_be_focused()
    await page.get_by_label("动态码").fill(app.at(int(clock.time())))
    await tap(page.get_by_role("button", name="开启"))
    await expect(page.locator(".letters code")).to_have_count(10)
    await tap(page.get_by_role("link", name="我已保存"))
    await expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    await page.goto(str(office.url) + "console/profile")
    await expect(page.locator(".rows")).to_contain_text("这一台")
    await page.context.clear_cookies()
    await clock.advance(STEP)
    await page.goto(str(office.url) + "console/staff")
    await sign_in(page, "zhang.wei")
    await page.get_by_label("动态码").fill(app.at(int(clock.time())))
    await enter(page)
    await expect(page.get_by_role("heading", name="账号", exact=True)).to_be_visible()


async def test_guessing_at_an_unlocked_desk_ends_at_the_door(browser: Browser, office: Office) -> None:
    """After five wrong old passwords one stands at the door and reads why; one's own password leads in again."""
    page = await opened(browser, office, "/console/profile")
    await sign_in(page, "li")
    for wrong in range(6):
        await page.get_by_label("现在的密码").fill(f"wrong {wrong}")
        await page.get_by_label("新密码").fill("copper river kite")
        await page.get_by_label("再输入一次").fill("copper river kite")
        await tap(page.get_by_role("button", name="改密码"))
    await expect(page.get_by_role("heading", name="登录")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("错得太多")
    await sign_in(page, "li")
    await expect(page.get_by_role("heading", name="工作台")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_the_way_around(browser: Browser, office: Office, width: int, height: int) -> None:
    """The navigation stands at the side of a desk's window and behind a button on a phone; both lead to every place."""
    page = await inside(browser, office, width=width, height=height)
    await page.goto(str(office.url) + "console")
    side, menu = page.locator(".side nav"), page.locator(".menu nav")
    is_phone = width < 600
    await expect(side).to_be_visible(visible=not is_phone)
    await expect(menu).to_be_hidden()
    if is_phone:
        await page.locator(".menu summary").click()
        await expect(menu).to_be_in_viewport()
        await page.keyboard.press("Escape")
        await expect(menu).to_be_hidden()
        await expect(page.locator(".menu summary")).to_be_focused()
        await page.keyboard.press("Enter")
    shown = menu if is_phone else side
    await tap(shown.get_by_role("link", name="操作记录"))
    await expect(page.get_by_role("heading", name="操作记录")).to_be_visible()
    if is_phone:
        await page.locator(".menu summary").click()
    await tap(page.locator(".menu .identity button" if is_phone else ".side .identity button"))
    await expect(page.get_by_role("status")).to_contain_text("已退出登录")


async def test_the_door_needs_only_the_keyboard(browser: Browser, office: Office) -> None:
    """Skip link, name, password, button, in this order; Enter signs in."""
    page = await opened(browser, office, "/console/sign-in")
    for stop in (".skip", "#f-name"):
        await page.keyboard.press("Tab")
        await expect(page.locator(stop)).to_be_focused()
    await page.keyboard.type("li")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="登录")).to_be_focused()
    await enter(page)
    await expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_nothing_slides_sideways(browser: Browser, office: Office) -> None:
    """No page is wider than its window, and the browser has no complaint of any."""
    page = await inside(browser, office, width=1280, height=900)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "404" not in message.text else None)
    for path in PAGES:
        await page.goto(str(office.url) + path.lstrip("/"))
        assert await slides(page, SIZES) == [], path
    assert said == []


@pytest.mark.parametrize(("width", "height"), WINDOWS)
async def test_all_text_can_be_read(browser: Browser, office: Office, width: int, height: int) -> None:
    """Every text stands out from its ground by WCAG AA, by day and by night, also what is folded away."""
    page = await inside(browser, office, width=width, height=height)
    for path in PAGES:
        await page.goto(str(office.url) + path.lstrip("/"))
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert await faint(page) == [], path


async def test_everything_is_large_enough_to_tap(browser: Browser, office: Office) -> None:
    """On a phone buttons, fields and the places of the navigation are 44 pixels high; links in a text need not be."""
    page = await inside(browser, office, width=390, height=844)
    for path in PAGES:
        await page.goto(str(office.url) + path.lstrip("/"))
        await page.locator(".menu summary").click()
        small = await page.evaluate(TOO_SMALL.replace(EVERYTHING, TAPPED))
        assert small == [], path


async def test_a_form_is_sent_once(browser: Browser, office: Office) -> None:
    """A second press on the button while the first is on its way sends nothing."""
    page = await inside(browser, office, width=1280, height=900)
    await page.goto(str(office.url) + "console/profile")
    await page.get_by_label("显示名").fill("张伟")
    async with turning(page):
        await page.evaluate("""() => {
          const button = [...document.querySelectorAll("button")].find((b) => b.textContent === "保存显示名");
          button.click();
          button.click();
        }""")
    await expect(page.get_by_role("status")).to_contain_text("已保存")
    assert (await office.acts()).count("profile.renamed") == 1


async def test_a_link_from_another_site_opens_the_page(browser: Browser, office: Office) -> None:
    """From a chat or a mail in the browser one is signed in as before, though cookies are strict."""
    page = await inside(browser, office, width=1280, height=900)
    elsewhere = web.Application()

    async def link(_: web.Request) -> web.Response:
        return web.Response(text=f'<a href="{office.url}console/audit?what=staff.">x</a>', content_type="text/html")

    elsewhere.router.add_get("/", link)
    async with TestServer(elsewhere) as server:
        await page.goto(str(server.make_url("/")).replace("127.0.0.1", "localhost"))
        await tap(page.get_by_role("link"))
        await expect(page.get_by_role("heading", name="操作记录")).to_be_visible()
    assert page.url.endswith("/console/audit?what=staff.")


async def test_paper_gets_what_paper_can_use(browser: Browser, office: Office) -> None:
    """Printed, the log keeps its table, loses navigation and filters, and says who printed it when."""
    page = await inside(browser, office, width=1280, height=900)
    await page.goto(str(office.url) + "console/audit")
    await page.emulate_media(media="print")
    for gone in (".side", ".finder"):
        await expect(page.locator(gone)).to_be_hidden()
    for kept in ("h1", ".table", ".printed"):
        await expect(page.locator(kept)).to_be_visible()
