"""Whole stories: the real bot behind its sealed callback, with WeChat in a box on the other side."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from bot.clock import ManualClock, ShiftedClock
from bot.demo import Demo, open_demo
from handlers import ROUTER, WORDS

CHROMIUM = Path("/usr/bin/chromium")
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
    async with open_demo(ROUTER, WORDS, clock=ShiftedClock(THE_DAY)) as demo:
        yield demo


@pytest.fixture
async def still(clock: ManualClock) -> AsyncIterator[Demo]:
    """A running demo whose clock only moves when `clock` is told to."""
    async with open_demo(ROUTER, WORDS, clock=clock) as demo:
        yield demo


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium without a window; skipped loudly where none is installed, never in CI."""
    if not CHROMIUM.exists():
        reason = f"no browser at {CHROMIUM}: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield chromium
        await chromium.close()
