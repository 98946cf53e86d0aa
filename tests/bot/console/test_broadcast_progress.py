"""How far an announcement is: once, and as events while somebody looks."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.clock import ManualClock
from bot.console.broadcast_progress import LIFE, TICK, Pace
from bot.console.headers import POLICY
from bot.limits import Limits
from tests.bot.console.announcing import HERE, act, approved, followers, work
from tests.bot.console.client import Office, Visitor

STREAM = {"Accept": "text/event-stream"}
HOUR = 3600.0  # after which a session ends in which nobody moves
MOMENT, LOOKS = 0.05, 5000  # seconds between looks, and how many at most
TURN = 0.003  # seconds of real time that a look may take


async def figures(visitor: Visitor, number: int) -> dict[str, Any]:
    """How it stands, asked for once."""
    async with visitor.session.get(visitor.url.with_path(f"{HERE}/{number}/progress")) as response:
        found: dict[str, Any] = await response.json()
    return found


async def line(response: aiohttp.ClientResponse, clock: ManualClock, *, moment: float = MOMENT) -> str:
    """The next line; time goes on until it is there."""
    reading = asyncio.ensure_future(response.content.readline())
    for _ in range(LOOKS):
        if reading.done():
            return (await reading).decode()
        await clock.advance(moment)
        await asyncio.wait({reading}, timeout=TURN)  # the database answers in a thread: its look must not be outrun
    reading.cancel()
    raise AssertionError("nothing was told")


async def event(response: aiohttp.ClientResponse, clock: ManualClock) -> dict[str, Any]:
    """What is told next."""
    while not (told := await line(response, clock)).startswith("data: {"):
        assert told, "it ended"
    found: dict[str, Any] = json.loads(told.removeprefix("data: "))
    return found


@pytest.fixture
async def running(office: Office) -> int:
    """An announcement to four people that has its audience."""
    await followers(office, 4)
    number = await approved(office, urgent="1", reason="台风")
    await work(office, 3)
    return number


async def test_figures_are_given_once_to_whoever_takes_no_events(office: Office, running: int) -> None:
    """State, people by state, share: what the page shows."""
    found = await figures(await office.sign_in("viewer"), running)
    assert (found["state"], found["audience"], found["done"], found["why"]) == ("running", 4, 0, "")
    assert found["counts"]["queued"] + found["counts"]["planned"] == 4
    assert "发送中" in found["html"]


async def test_events_follow_it_to_its_end(office: Office, running: int, clock: ManualClock) -> None:
    """What changes is told; at the end the stream ends. Its headers are those of every answer."""
    viewer, editor = await office.sign_in("viewer"), await office.sign_in("editor")
    async with viewer.session.get(viewer.url.with_path(f"{HERE}/{running}/progress"), headers=STREAM) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Content-Security-Policy"] == POLICY
        assert response.headers["Cache-Control"] == "no-store"
        assert (await event(response, clock))["state"] == "running"
        await act(editor, running, "cancel")
        assert (await event(response, clock))["state"] == "cancelling"
        await work(office, 3)
        last = await event(response, clock)
        assert (last["state"], last["counts"]["skipped"], last["done"]) == ("cancelled", 4, 100)
        assert (await response.content.read()).decode().strip() == "event: over\ndata: {}"


async def test_a_stream_does_not_live_for_ever_nor_keep_a_session(
    office: Office, running: int, clock: ManualClock
) -> None:
    """After five minutes the browser asks anew; whoever only has the page open is signed out as any other."""
    came, viewer = clock.time(), await office.sign_in("viewer")
    path = viewer.url.with_path(f"{HERE}/{running}/progress")
    async with viewer.session.get(path, headers=STREAM) as response:
        await event(response, clock)
        began, beats = clock.time(), 0
        while told := await line(response, clock, moment=TICK / 2):
            beats += told == ": here\n"
        assert beats
        assert LIFE - TICK < clock.time() - began < 2 * LIFE
    for left, status in ((HOUR - 1.0, 200), (HOUR, 303)):
        await clock.advance(came + left - clock.time())
        async with viewer.session.get(path, allow_redirects=False) as response:
            assert response.status == status


async def test_the_end_of_the_program_ends_a_stream(office: Office, running: int, clock: ManualClock) -> None:
    """It holds up no stop."""
    viewer = await office.sign_in("viewer")
    async with viewer.session.get(viewer.url.with_path(f"{HERE}/{running}/progress"), headers=STREAM) as response:
        await event(response, clock)
        await office.app.shutdown()
        assert (await response.content.read()).strip() == b""


async def test_channels_that_stand_still_are_told(office: Office, running: int, clock: ManualClock) -> None:
    """Until when, or until a person sees to it; and that nothing goes out meanwhile."""
    limits = Limits(office.services.database, clock=clock)
    await limits.pause("custom", clock.time() + 600.0, reason="45009 reach max api daily quota limit")
    viewer = await office.sign_in("viewer")
    found = await figures(viewer, running)
    assert found["rests"] == "channels"
    assert list(found["stops"]) == ["custom"]
    page = await viewer.get(f"{HERE}/{running}")
    assert "客服消息停着： 到 2026-11-22 10:10" in page.text
    assert "用的方式都停着" in page.text


async def test_what_waits_for_its_hour_says_when_that_is(office: Office) -> None:
    """Approved on a Sunday, it begins on Monday morning."""
    await followers(office, 1)
    number = await approved(office)
    page = await (await office.sign_in("viewer")).get(f"{HERE}/{number}")
    assert "到 2026-11-23 08:30 自动开始" in page.text


def test_the_rate_is_that_of_the_last_minute() -> None:
    """Of the looks within it; where people are tried again it is counted anew."""
    pace = Pace()
    assert pace.rate == 0
    for second in range(0, 121, 10):
        pace.note(float(second), second * (2 if second > 60 else 1))
    assert pace.rate == round((240 - 60) * 60 / 60)
    pace.note(130.0, 10)
    assert pace.rate == 0
    pace.note(140.0, 20)
    assert pace.rate == 60
