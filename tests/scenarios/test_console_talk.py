"""The pages of talk in a real browser, with something to show: nothing overflows, all can be read and tapped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.clock import ManualClock
from bot.store.tallies import Cell, Mark
from tests.bot.console.client import Office, office_settings, open_office
from tests.bot.console.talking import count, remark, say
from tests.scenarios.test_pages_in_browser import TOO_SMALL, faint, slides
from tests.scenarios.windows import let_in, open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVERYTHING = "a, button, input:not([type=hidden]), summary"  # what the public pages' check looks at
TAPPED = "button, .button, select, .choice, .composer input, .field input:not([type=radio], [type=checkbox])"
UNIT = urlencode({"kind": "unit", "value": "市工信局投资处"})
TALK = urlencode([("say", "首台套"), ("say", "q91-2|找谁"), ("text", "崂山区技改 2000万 <b>天气</b>")])


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """An office in which much was asked, some of it in vain."""
    async with open_office(office_settings(tmp_path), clock, public_url="http://huiqi.example.gov.cn") as opened:
        for number in range(6):
            await say(opened, "数字人直播补贴怎么申请", f"o{number}")
            await say(opened, "首台套", f"o{number}")
        await remark(opened, "答非所问", "o1", about="q91-1")
        await count(opened)
        crowd = frozenset(range(5))
        days = [f"2026-11-{day:02}" for day in range(1, 22)]
        cells = [Cell(day=day, kind=kind, count=40 + n, people=crowd) for n, day in enumerate(days)
                 for kind in ("asked", "vain", "came", "left")]  # fmt: skip
        cells.append(Cell(day="2026-11-20", kind="district", value="崂山区", count=9, people=crowd))
        await opened.desk.talk.tallies.add("test", Mark(), Mark(1.0), cells=cells)
        yield opened


async def pages(office: Office) -> list[str]:
    """Every page of talk."""
    visitor = await office.sign_in("approver")
    listed = await visitor.get("/console/unanswered")
    group = listed.source.partition('<th scope="row"><a href="')[2].partition('"')[0].replace("&amp;", "&")
    opened = await visitor.get(group)
    chat = opened.source.partition('href="/console/conversations/')[2].partition('"')[0]
    await visitor.post("/console/canned-answers", {"title": "没有", "text": "资料里没有。"})
    return [
        "/console/try", f"/console/try?{TALK}", "/console/unanswered", "/console/unanswered?tab=done", group,
        f"/console/conversations/{chat}", "/console/tickets", "/console/tickets/1", "/console/canned-answers",
        "/console/canned-answers/1", "/console/analytics", "/console/codes", "/console/codes?kind=policy",
        f"/console/codes/poster?{UNIT}", "/console/phone-menu", "/console/phone-menu/edit",
    ]  # fmt: skip


async def window(browser: Browser, office: Office, width: int) -> Page:
    """A window in which an approver is signed in."""
    page = await open_window(browser, width=width)
    await let_in(page, office, await office.sign_in("approver"))
    return page


async def test_nothing_overflows_and_nothing_is_refused(browser: Browser, office: Office) -> None:
    """No page scrolls sideways, none breaks its own security policy."""
    page = await window(browser, office, 1280)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in await pages(office):
        await page.goto(str(office.url) + path.lstrip("/"))
        assert await slides(page, ((360, 900), (390, 900), (1280, 900))) == [], path
        assert said == [], path


@pytest.mark.parametrize("width", [390, 1280])
async def test_all_text_can_be_read(browser: Browser, office: Office, width: int) -> None:
    """Every text stands out from its ground by WCAG AA, by day and by night, in bubbles, charts and posters too."""
    page = await window(browser, office, width)
    for path in await pages(office):
        await page.goto(str(office.url) + path.lstrip("/"))
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert await faint(page) == [], path


async def test_what_is_tapped_is_large_enough(browser: Browser, office: Office) -> None:
    """Buttons and fields are 44 pixels high on a phone."""
    page = await window(browser, office, 390)
    for path in await pages(office):
        await page.goto(str(office.url) + path.lstrip("/"))
        assert await page.evaluate(TOO_SMALL.replace(EVERYTHING, TAPPED)) == [], path


async def test_a_poster_is_one_sheet(browser: Browser, office: Office) -> None:
    """Printed, only the poster is left, on one page of A4."""
    page = await window(browser, office, 1280)
    await page.goto(f"{office.url}console/codes/poster?{UNIT}")
    pdf = await page.pdf(format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    await page.emulate_media(media="print")
    assert not await page.locator(".heading").is_visible()
    assert await page.locator(".poster-code svg").is_visible()
