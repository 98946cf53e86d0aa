"""Whole stories: the real bot behind its sealed callback, with WeChat in a box on the other side."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import Browser, async_playwright

from bot.clock import ManualClock, ShiftedClock
from bot.demo import Demo, open_demo
from bot.emulator.account import Account
from bot.emulator.phone import Phone
from handlers import ROUTER, WORDS
from tests.corpus import the_corpus
from tests.scenarios.stage import ACCOUNT, Stage, open_stage

CHROMIUM = Path("/usr/bin/chromium")
HAS_CHROMIUM = CHROMIUM.exists()
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


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    """A running demo on 22 November 2026, whose clock runs."""
    async with open_demo(ROUTER, WORDS, clock=ShiftedClock(THE_DAY), corpus=the_corpus()) as demo:
        yield demo


@pytest.fixture
async def still(clock: ManualClock) -> AsyncIterator[Demo]:
    """A running demo whose clock only moves when `clock` is told to."""
    async with open_demo(ROUTER, WORDS, clock=clock, corpus=the_corpus()) as demo:
        yield demo


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


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium without a window; skipped loudly where none is installed, never in CI."""
    if not HAS_CHROMIUM:
        reason = f"no browser at {CHROMIUM}: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield chromium
        await chromium.close()
