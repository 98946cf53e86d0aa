"""Windows of a real browser, and how a test moves about in them without outrunning it, however slow the machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Locator, Page

from tests.bot.console.client import Office, Visitor
from tests.patience import PATIENCE

MILLISECONDS = 1000 * PATIENCE


async def open_window(browser: Browser, *, width: int = 1280, height: int = 900, **more: Any) -> Page:
    """An empty window of its own, in which nothing slides or fades: what is tapped is where it was looked for."""
    more = {"locale": "zh-CN", "reduced_motion": "reduce", **more}
    context = await browser.new_context(viewport={"width": width, "height": height}, **more)
    context.set_default_timeout(MILLISECONDS)
    return await context.new_page()


async def let_in(page: Page, office: Office, visitor: Visitor) -> None:
    """Give a window the session of somebody who is signed in already."""
    cookie = {"name": "huiqi", "value": visitor.cookie("huiqi"), "domain": office.url.host or "", "path": "/console"}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]


@asynccontextmanager
async def turning(page: Page) -> AsyncIterator[None]:
    """What is done in this block leads to another page, or to the same anew: it ends once that is loaded.

    Before that the old page may still be there to be read, and what a page does at its end, as moving to a place or
    putting the cursor somewhere, comes in between a tap and what was to be tapped.
    """
    async with page.expect_navigation():
        yield


async def tap(what: Locator) -> None:
    """Tap a link or a button that leads to another page, and wait for that."""
    async with turning(what.page):
        await what.click()


async def enter(page: Page) -> None:
    """Press Enter where that leads to another page, and wait for that."""
    async with turning(page):
        await page.keyboard.press("Enter")
