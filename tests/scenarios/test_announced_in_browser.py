"""The pages of announcements in a browser, by day and by night, on a phone and on a desk."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.clock import ManualClock
from tests.bot.console.client import Office
from tests.scenarios.announced import open_announced, tell_much
from tests.scenarios.stage import open_stage
from tests.scenarios.test_announcing import Scene
from tests.scenarios.test_pages_in_browser import TOO_FAINT
from tests.scenarios.windows import let_in, open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
HERE = "/console/broadcasts"
PAGES = (
    f"{HERE}/1/ledger", f"{HERE}/2/ledger?state=failed", f"{HERE}/1/report", f"{HERE}/2/report", f"{HERE}/3/report",
    f"{HERE}/calendar", f"{HERE}/calendar?month=2026-10", f"{HERE}/samples", f"{HERE}/samples/1", f"{HERE}/samples/2",
    f"{HERE}/samples/new?form=card", f"{HERE}/samples/new?form=notice", f"{HERE}/samples/1/edit", f"{HERE}/tags",
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def opened(tmp_path: Path, sqlite_template: Path, clock: ManualClock) -> AsyncIterator[tuple[Scene, Office]]:
    """A service account, and staff, for a browser."""
    path = tmp_path / "announced.sqlite3"
    shutil.copy(sqlite_template, path)
    async with open_stage(path, clock) as stage, open_announced(stage) as both:
        yield both


async def test_everything_can_be_read_on_a_phone_and_on_a_desk(browser: Browser, opened: tuple[Scene, Office]) -> None:
    """Nothing overflows, breaks the page's own policy or is too faint, in the light and in the dark."""
    scene, office = opened
    await tell_much(scene)
    await look(browser, office, 390, dark=False)
    await look(browser, office, 1280, dark=True)


async def look(browser: Browser, office: Office, width: int, *, dark: bool) -> None:
    """Open every page in a window of this width."""
    visitor = await office.sign_in("approver")
    page = await open_window(browser, width=width, color_scheme="dark" if dark else "light")
    await let_in(page, office, visitor)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in PAGES:
        answer = await page.goto(str(office.url) + path.lstrip("/"))
        assert answer is not None
        assert answer.status == 200, path
        assert said == [], path
        await page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert await page.evaluate(TOO_FAINT) == [], (path, dark)
        said.clear()  # of how the check itself reads colours
