"""The database is full, held by another, or gone for a while: what comes then comes again, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.emulator.wire import Exchange
from bot.errors import StoreError
from tests.bot.emulator.watching import exchanges
from tests.bot.store.test_database import no_room
from tests.patience import PATIENCE
from tests.scenarios.stage import Process, Slow, Stage

CARD = "【鼓励企业设备更新和技术改造】"
Fault = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def full(path: Path) -> Iterator[None]:
    """No room: neither the file nor its log may grow."""
    with no_room(Path(f"{path}-wal").stat().st_size):
        yield


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """Somebody moves the file away, and puts it back."""
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@pytest.fixture(params=[full, held, gone])
def fault(request: pytest.FixtureRequest) -> Iterator[Fault]:
    """What is wrong with the database."""
    with capture_logs():  # what is logged is not drawn with all its variables, nor written where there is no room
        yield request.param


async def outcome(following: Callable[[], Awaitable[Exchange]]) -> str:
    """What came of the delivery under way; the bot waits five seconds for who holds the file."""
    for _ in range(6):
        with suppress(TimeoutError):
            return (await following()).outcome
    raise AssertionError("no outcome")


async def ready(process: Process) -> int:
    """What /readyz says."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(process.callback.replace("/wechat", "/readyz")) as response,
    ):
        return response.status


async def test_a_message_comes_again_and_is_answered(stage: Stage, clock: ManualClock, fault: Fault) -> None:
    """503 to the delivery and to /readyz while it lasts; the platform delivers again, and there is one answer."""
    process = await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    with exchanges(stage.platform) as following:
        with fault(stage.path):
            saying = asyncio.create_task(phone.say("技改"))
            assert await outcome(following) == "503"
            assert await ready(process) == 503
        assert await ready(process) == 200
        await clock.advance(5.0)
        seen = await asyncio.wait_for(saying, PATIENCE)
    assert (seen.attempts, seen.text[: len(CARD)], len(seen.bubbles)) == (2, CARD, 1)
    assert [row["state"] for row in stage.rows("inbox")] == ["answered"] * 2


async def test_what_was_begun_before_is_answered_after(stage: Stage, clock: ManualClock, fault: Fault) -> None:
    """The message is in, its answer cannot be written: the delivery is told to come again, and then it is answered."""
    slow = Slow(clock, 0.0)
    process = await stage.start(slow.router())
    phone = stage.platform.phone()
    await phone.follow()
    slow.seconds = 1.0
    slow.thinking.clear()
    with exchanges(stage.platform) as following:
        saying = asyncio.create_task(phone.say("技改"))
        await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
        with fault(stage.path):
            await clock.advance(1.0)
            assert await outcome(following) == "503"
        slow.seconds = 0.0
        await clock.advance(4.0)
        seen = await asyncio.wait_for(saying, PATIENCE)
    assert (seen.attempts, seen.text[: len(CARD)], len(seen.bubbles)) == (2, CARD, 1)
    assert await process.services.outbox.run_once() == 0


async def test_a_push_waits(stage: Stage, clock: ManualClock, fault: Fault) -> None:
    """What is to be sent is neither sent nor forgotten while it lasts, and sent once after."""
    slow = Slow(clock, 0.0)
    process = await stage.start(slow.router())
    phone = stage.platform.phone()
    await phone.follow()
    slow.seconds = 6.0
    slow.thinking.clear()
    saying = asyncio.create_task(phone.say("技改"))
    await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
    await clock.advance(6.0)
    await saying
    await process.settled()
    with fault(stage.path):
        with pytest.raises(StoreError):
            await process.services.outbox.run_once()
        assert stage.platform.sent.total() == 0
    assert await process.services.outbox.run_once() == 1
    assert await process.services.outbox.run_once() == 0
    assert stage.platform.sent == {("custom", phone.openid): 1}
    assert [row["state"] for row in stage.rows("outbox")] == ["sent"]
