"""Whole stories: the real bot behind its sealed callback, with WeChat in a box on the other side."""

from __future__ import annotations

import io
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, async_playwright, expect

from bot.clock import ManualClock, ShiftedClock
from bot.demo import Demo, open_demo
from bot.emulator.account import Account
from bot.emulator.phone import Phone
from bot.logs import set_up_logs
from handlers import ROUTER, WORDS
from tests.bot.console.client import QUICK
from tests.browser import CHROMIUM, HOW_TO_GET_IT
from tests.corpus import the_corpus
from tests.databases import prepare, seeded
from tests.scenarios.stage import ACCOUNT, Stage, open_stage
from tests.scenarios.windows import MILLISECONDS

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
THE_DAY = ManualClock().time()  # 22 November 2026, 10:00 in Shanghai

expect.set_options(timeout=MILLISECONDS)


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """A running demo on 22 November 2026, whose clock runs, for a browser."""
    async with open_demo(
        ROUTER, WORDS, clock=ShiftedClock(THE_DAY), corpus=the_corpus(), database=new(tmp_path)
    ) as demo:
        yield demo


@pytest_asyncio.fixture(loop_scope="session")
async def staffed(tmp_path: Path) -> AsyncIterator[Demo]:
    """Such a demo with an editor and an approver, whose corpus is kept in the database, for a browser."""
    path = tmp_path / "demo.sqlite3"
    path.write_bytes(seeded())
    clock, url = ShiftedClock(THE_DAY), f"sqlite:///{path}"
    async with open_demo(ROUTER, WORDS, clock=clock, database=url, staffed=True, hasher=QUICK) as demo:
        yield demo


@pytest.fixture
async def still(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Demo]:
    """A running demo whose clock only moves when `clock` is told to."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=the_corpus(), database=new(tmp_path)) as demo:
        yield demo


def new(folder: Path) -> str:
    """The address of a fresh database."""
    path = folder / "demo.sqlite3"
    prepare(path)
    return f"sqlite:///{path}"


class Staging(Protocol):
    """Sets the stage for a kind of account."""

    async def __call__(self, account: Account = ACCOUNT, *, transfer: bool = False) -> Stage:
        """The platform with this account, and a fresh database."""


@pytest.fixture
async def staging(tmp_path: Path, sqlite_template: Path, clock: ManualClock) -> AsyncIterator[Staging]:
    """What sets the stage; processes of the bot are for the test to start."""
    async with AsyncExitStack() as stack:

        async def set_stage(account: Account = ACCOUNT, *, transfer: bool = False) -> Stage:
            path = tmp_path / f"{account.kind}-{account.mode}.sqlite3"
            shutil.copy(sqlite_template, path)
            return await stack.enter_async_context(open_stage(path, clock, account=account, transfer=transfer))

        yield set_stage


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, with the settings of a process that logs all it can; those of the tests again afterwards."""
    before, written = structlog.get_config(), io.StringIO()
    set_up_logs("debug", "json")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=written))
    handler = logging.StreamHandler(written)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


@pytest.fixture
async def stage(staging: Staging) -> Stage:
    """The platform with a certified service account in safe mode."""
    return await staging()


@pytest.fixture
async def phone(stage: Stage) -> Phone:
    """Somebody who follows the running bot."""
    await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    return phone


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real Chromium without a window for all tests; skipped loudly where none is installed, never in CI."""
    if not CHROMIUM:
        reason = f"no browser here: {HOW_TO_GET_IT}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """The browser as if it were new: no window is left of another test. What serves it is to run on its loop."""
    mark = request.node.get_closest_marker("asyncio")
    assert mark.kwargs.get("loop_scope") == "session", (
        "a test with a browser: pytest.mark.asyncio(loop_scope='session')"
    )
    assert chromium.contexts == []
    yield chromium
    for context in chromium.contexts:
        await context.close()
