"""The public pages in a real browser: nothing slides sideways, everything can be read, tapped and typed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Literal

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from bot.clock import ManualClock
from bot.pages import Pages
from handlers import wording
from tests.corpus import the_corpus
from tests.scenarios.windows import enter, open_window, tap, turning

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RICH, EXPIRED, BARE, TABLE, UNSTATED = "/p/q91-1", "/p/q91-86", "/p/q91-16", "/p/q91-73", "/p/xh49-30"
LIST, FILTERED, SEARCH = "/policies", "/policies?district=高新区&topic=做大做强", "/policies?q=技改"
VAIN, WRONG, LOST = "/policies?q=zzzzqqqq", "/policies?topic=月球&q=" + "长" * 120, "/p/nope"
EVERY = (RICH, EXPIRED, BARE, TABLE, UNSTATED, "/p/q91-27", LIST, FILTERED, SEARCH, VAIN, WRONG, LOST)
WINDOWS = ((320, 640), (390, 844), (1280, 900))
DAY_AND_NIGHT: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# The contrast of every visible text with what is painted behind it; WCAG asks 4.5, or 3 for large text.
TOO_FAINT = """() => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d");
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.push(rgba(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const onto = (under, over) => under.map((u, i) => over[i] * over[3] + u * (1 - over[3]));
    return layers.reverse().reduce(onto, [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (!text || element.closest("[aria-hidden]") || !element.checkVisibility()) continue;
    const [a, b] = [light(rgba(style.color).slice(0, 3)), light(behind(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < (large ? 3 : 4.5)) faint.push(`${text.slice(0, 20)} ${contrast.toFixed(2)}`);
  }
  return faint;
}"""

# What can be tapped and is lower or narrower than 44 pixels; a row is tapped as a whole.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), summary")]
  .filter((e) => e.checkVisibility() && !e.matches(".skip"))
  .map((e) => [e, (e.closest(".row") || e).getBoundingClientRect()])
  .filter(([e, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([e, box]) => `${e.textContent.trim().slice(0, 20)} ${box.width}×${box.height}`)"""


def framed(address: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A page with nothing but a frame around this address."""

    async def frame(_: web.Request) -> web.Response:
        return web.Response(text=f'<iframe src="{address}" width="375" height="600">', content_type="text/html")

    return frame


@pytest_asyncio.fixture(loop_scope="session")
async def url() -> AsyncIterator[str]:
    """The pages, served on a free port, on 22 November 2026."""
    pages = Pages(corpus=the_corpus, clock=ManualClock(), describe=wording.benefit, public_url="")
    app = web.Application()
    app.add_routes([*pages.routes(), web.get("/frame", framed(LIST))])
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def opened(browser: Browser, address: str, *, width: int = 390, height: int = 844, **more: Any) -> Page:
    """A page in a window of its own; anything the browser complains of fails the test."""
    page = await open_window(browser, width=width, height=height, **more)
    await page.goto(address)
    return page


async def slides(page: Page, windows: Iterable[tuple[int, int]]) -> list[int]:
    """The widths of the windows that a page is too wide for."""
    narrow = []
    for width, height in windows:
        await page.set_viewport_size({"width": width, "height": height})
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            narrow.append(width)
    return narrow


async def faint(page: Page) -> list[str]:
    """The texts of a page that do not stand out from their ground, by day and by night."""
    found = []
    for scheme in DAY_AND_NIGHT:
        await page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {text}" for text in await page.evaluate(TOO_FAINT)]
    return found


async def test_nothing_slides_sideways(browser: Browser, url: str) -> None:
    """No page is wider than its window, down to the smallest phone."""
    page = await opened(browser, url + LIST)
    for address in EVERY:
        await page.goto(url + address)
        assert await slides(page, WINDOWS) == [], address


@pytest.mark.parametrize("width", [390, 1280])
async def test_all_text_can_be_read(browser: Browser, url: str, width: int) -> None:
    """Every text stands out from its ground by WCAG AA, by day and by night."""
    page = await opened(browser, url + LIST, width=width)
    for address in EVERY:
        await page.goto(url + address)
        assert await faint(page) == [], address


async def test_everything_is_large_enough_to_tap(browser: Browser, url: str) -> None:
    """Links, buttons and fields are 44 pixels or more both ways."""
    page = await opened(browser, url + LIST)
    for address in EVERY:
        await page.goto(url + address)
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert await page.evaluate(TOO_SMALL) == [], address


async def test_a_phone_number_is_one_tap_away(browser: Browser, url: str) -> None:
    """On a phone the number stays in sight; on a desk it stands beside the text; it is dialled as it is printed."""
    page = await opened(browser, url + RICH)
    await expect(page.locator(".float a")).to_be_in_viewport()
    await expect(page.locator(".float a")).to_have_attribute("href", "tel:85911248")
    await expect(page.locator(".desks a")).to_have_attribute("href", "tel:85911248")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await expect(page.locator(".float")).to_be_hidden()
    await expect(page.locator(".desks a")).to_be_in_viewport()


async def test_the_call_bar_hides_nothing(browser: Browser, url: str) -> None:
    """Scrolled to its end, a page shows its last line above the bar."""
    page = await opened(browser, url + RICH)
    await page.evaluate("scrollTo({top: 1e6, behavior: 'instant'})")
    last, bar = await page.locator(".version").bounding_box(), await page.locator(".float").bounding_box()
    assert last
    assert bar
    assert last["y"] + last["height"] <= bar["y"]


async def test_a_search_needs_only_the_keyboard(browser: Browser, url: str) -> None:
    """Past the skip link and the name of the site, the third tab stop is the search; Enter searches."""
    page = await opened(browser, url + LIST)
    for stop in (".skip", ".brand", "#q"):
        await page.keyboard.press("Tab")
        await expect(page.locator(stop)).to_be_focused()
    await page.keyboard.type("首台套")
    await enter(page)
    await expect(page.get_by_role("status")).to_contain_text("“首台套”找到")
    await expect(page.locator("#q")).to_have_value("首台套")


async def test_the_skip_link_leads_past_the_bar(browser: Browser, url: str) -> None:
    """The first tab stop comes into sight and moves on to the text."""
    page = await opened(browser, url + RICH)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_filters_are_tapped_on_and_off(browser: Browser, url: str) -> None:
    """A chip narrows the list by what it says, a second narrows it further, a tap on it again widens it."""
    page = await opened(browser, url + LIST)
    await tap(page.get_by_role("link", name="高新区 16"))
    await expect(page.locator(".row")).to_have_count(16)
    await page.locator("summary").click()
    await tap(page.get_by_role("link", name="做大做强 3"))
    await expect(page.locator(".row")).to_have_count(3)
    await tap(page.get_by_role("link", name="高新区 3 ，取消"))
    await expect(page.locator(".row")).to_have_count(8)


async def test_a_row_opens_its_policy(browser: Browser, url: str) -> None:
    """Anywhere in a row, a tap opens the policy."""
    page = await opened(browser, url + SEARCH)
    title = await page.locator(".row-title").first.inner_text()
    async with turning(page):
        await page.locator(".row-text").first.click(force=True)
    await expect(page.locator("h1")).to_have_text(title)


async def test_an_expired_policy_says_so_first(browser: Browser, url: str) -> None:
    """Before any scrolling, and before the title, a reader sees that it is over and where to go instead."""
    page = await opened(browser, url + EXPIRED)
    notice = page.locator(".notice")
    await expect(notice).to_be_in_viewport(ratio=1)
    await expect(notice).to_contain_text("现在不能再报")
    await tap(notice.get_by_role("link").first)
    await expect(page.locator(".hero .state")).to_contain_text("有效")


async def test_the_browser_has_no_complaint(browser: Browser, url: str) -> None:
    """Nothing on a page is refused by its own security policy, and no request fails."""
    page = await opened(browser, url + LIST)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    for address in (RICH, TABLE, LIST, SEARCH):
        await page.goto(url + address)
    assert said == []


async def test_a_page_may_be_framed_by_its_own_origin_alone(browser: Browser, url: str) -> None:
    """In a frame of the same origin, as in the emulated phone, the search works; a stranger's frame stays empty."""
    page = await opened(browser, f"{url}/frame")
    frame = page.frame_locator("iframe")
    await frame.locator("#q").fill("技改")
    await frame.get_by_role("button", name="搜").click()
    await expect(frame.get_by_role("status")).to_contain_text("“技改”找到")
    stranger = web.Application()
    stranger.router.add_get("/", framed(url + LIST))
    async with TestServer(stranger) as server:
        await page.goto(str(server.make_url("/")))
        await expect(page.frame_locator("iframe").locator("#q")).to_have_count(0)


async def test_paper_gets_what_paper_can_use(browser: Browser, url: str) -> None:
    """Printed, a policy keeps its facts, loses bar, buttons and chips, and says when it was printed."""
    page = await opened(browser, url + RICH, width=720)
    await page.emulate_media(media="print")
    for gone in (".bar", ".float", ".browse", ".onward"):
        await expect(page.locator(gone)).to_be_hidden()
    for kept in ("h1", ".benefits", ".desks", "#basis", ".printed"):
        await expect(page.locator(kept)).to_be_visible()
