"""An answer that takes longer than the platform waits: it comes by another way, once, or where it must not, not at all.

The handlers are the real ones behind one that thinks for so many seconds of the test's own clock.
"""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import ManualClock
from bot.emulator.phone import Phone, Seen
from bot.engine import ANSWER_LIMIT
from bot.replies import visible
from tests.bot.emulator.watching import exchanges
from tests.patience import PATIENCE
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT, Process, Slow, Stage

CARD = "【鼓励企业设备更新和技术改造】"
CUSTOM_SEND = "/cgi-bin/message/custom/send"


class Play:
    """A follower of a bot whose handlers are slow, and what went over the wire."""

    def __init__(self, stage: Stage, process: Process, slow: Slow, phone: Phone) -> None:
        self.stage = stage
        self.process = process
        self.slow = slow
        self.phone = phone
        self.clock = stage.clock

    async def ask(self, seconds: float, text: str = "技改") -> asyncio.Task[Seen]:
        """Say something that is thought about for so many seconds; the thinking has begun."""
        self.slow.seconds = seconds
        self.slow.thinking.clear()
        saying = asyncio.create_task(self.phone.say(text))
        await self.process.arrival()
        await asyncio.wait_for(self.slow.thinking.wait(), PATIENCE)
        return saying

    async def sent(self) -> int:
        """How many customer-service messages the outbox now sends, once no message is being worked on."""
        await self.process.settled()
        before = self.calls()
        await self.process.services.outbox.run_once()
        return self.calls() - before

    def calls(self) -> int:
        """How many customer-service messages were tried so far."""
        return sum(exchange.what == CUSTOM_SEND for exchange in self.stage.platform.wire.exchanges)

    def cards(self) -> int:
        """How often the card stands in the chat."""
        return sum(bubble.text.startswith(CARD) for bubble in self.phone.bubbles)


async def play(stage: Stage) -> Play:
    """Everybody in place, and the follower following."""
    slow = Slow(stage.clock, 0.0)
    process = await stage.start(slow.router())
    phone = stage.platform.phone()
    await phone.follow()
    await process.arrival()
    return Play(stage, process, slow, phone)


@pytest.fixture
async def able(stage: Stage) -> Play:
    """With an account that may write first."""
    return await play(stage)


@pytest.fixture
async def silent(staging: Staging) -> Play:
    """With an account that may only answer."""
    return await play(await staging(SILENT_ACCOUNT))


async def test_in_time_is_an_ordinary_answer(able: Play, clock: ManualClock) -> None:
    """Four seconds are not too long: the first delivery carries the answer, and nothing is pushed."""
    saying = await able.ask(4.0)
    await clock.advance(4.0)
    seen = await saying
    assert (seen.text[: len(CARD)], seen.attempts) == (CARD, 1)
    assert await able.sent() == 0


async def test_too_late_is_pushed_once(able: Play, clock: ManualClock) -> None:
    """Before the platform gives up it is told to wait no longer; the answer follows as a message of its own, once."""
    saying = await able.ask(7.0)
    await clock.advance(4.5)
    seen = await saying
    assert (seen.bubbles, seen.attempts, seen.fault) == ((), 1, "")
    await clock.advance(2.5)
    assert await able.sent() == 1
    assert [await able.sent() for _ in range(3)] == [0, 0, 0]
    assert able.cards() == 1
    assert able.slow.asked == 2  # with the follow
    assert able.phone.window.left == 5 + 3 - 1


async def test_a_pushed_answer_is_remembered(able: Play, clock: ManualClock) -> None:
    """After an answer that came late the next words go on from it."""
    saying = await able.ask(7.0)
    await clock.advance(7.0)
    await saying
    await able.sent()
    assert able.cards() == 1
    able.slow.seconds = 0.0
    assert "85911248" in (await able.phone.say("找谁办")).text


async def test_the_worker_sends_it(able: Play, clock: ManualClock) -> None:
    """With the worker running nobody has to ask for it: the answer is in the chat soon after it is ready."""
    able.process.services.worker.start()
    saying = await able.ask(7.0)
    await clock.advance(7.0)
    await saying

    async def has_come() -> bool:
        await clock.advance(0.5)
        await able.process.services.inbox.counts()
        return able.cards() > 0

    await able.process.until(has_come)
    await clock.advance(5.0)
    assert (able.cards(), able.calls()) == (1, 1)


async def test_the_second_delivery_carries_it(able: Play, clock: ManualClock) -> None:
    """Where the first `success` was lost the platform asks again; that delivery gets the answer, no push does."""
    able.stage.platform.faults.set("retry", True)
    with exchanges(able.stage.platform) as following:
        saying = await able.ask(7.0)
        await clock.advance(4.5)
        assert (await following()).outcome == "200 success"
        await clock.advance(0.5)
        await able.process.arrival()
        await clock.advance(2.0)
    seen = await saying
    assert (seen.text[: len(CARD)], seen.attempts) == (CARD, 2)
    assert await able.sent() == 0
    assert able.cards() == 1


@pytest.mark.parametrize(("seconds", "deliveries"), [(7.0, 2), (12.0, 3)])
async def test_an_account_that_may_only_answer(
    silent: Play, clock: ManualClock, seconds: float, deliveries: int
) -> None:
    """Such an account has three deliveries to answer in, and uses them: the last that waits gets the answer."""
    with exchanges(silent.stage.platform) as following:
        saying = await silent.ask(seconds)
        for _ in range(deliveries - 1):
            await clock.advance(5.0)
            assert (await following()).outcome == "timeout"
            await silent.process.arrival()
        await clock.advance(seconds - 5.0 * (deliveries - 1))
    seen = await saying
    assert (seen.text[: len(CARD)], seen.attempts) == (CARD, deliveries)
    assert (silent.slow.asked, silent.cards()) == (2, 1)
    assert silent.stage.rows("outbox") == []


async def test_nothing_can_follow_the_third_delivery(silent: Play, clock: ManualClock) -> None:
    """Where the account may not write first, an answer after all deliveries is kept to itself, without a fault line."""
    with exchanges(silent.stage.platform) as following:
        saying = await silent.ask(20.0)
        for _ in range(2):
            await clock.advance(5.0)
            assert (await following()).outcome == "timeout"
            await silent.process.arrival()
        await clock.advance(4.5)
    seen = await saying
    assert (seen.bubbles, seen.attempts, seen.fault) == ((), 3, "")
    await clock.advance(20.0)
    await silent.process.settled()
    assert silent.stage.rows("outbox") == []
    assert (silent.calls(), silent.cards()) == (0, 0)


@pytest.mark.parametrize("fault", ["quota", "window"])
async def test_a_spent_quota_is_respected(able: Play, clock: ManualClock, fault: str) -> None:
    """Where the platform says that this follower got enough, the answer is given up: it is not tried for ever."""
    able.stage.platform.faults.set(fault, True)
    saying = await able.ask(7.0)
    await clock.advance(7.0)
    await saying
    assert await able.sent() == 1
    (row,) = able.stage.rows("outbox")
    assert (row["state"], row["reason"]) == ("skipped", "window")
    able.stage.platform.faults.set(fault, False)
    await clock.advance(3600.0)
    assert (await able.sent(), able.cards()) == (0, 0)


async def test_a_window_known_to_be_spent_is_not_tried(able: Play, clock: ManualClock) -> None:
    """After five late answers the platform is not asked for a sixth, until the follower writes again."""
    for number in range(9):
        saying = await able.ask(7.0, text=f"技改 {number}")
        await clock.advance(7.0)
        await saying
        await able.process.settled()
    assert {row["state"] for row in able.stage.rows("outbox")} == {"waiting"}
    assert await able.sent() == 5
    assert sorted(row["state"] for row in able.stage.rows("outbox")) == ["sent"] * 5 + ["skipped"] * 4


async def test_who_left_meanwhile_is_left_alone(able: Play, clock: ManualClock) -> None:
    """Whoever stops following while their answer is worked on gets nothing, and nothing of it is kept."""
    saying = await able.ask(7.0)
    await clock.advance(4.5)
    await saying
    able.slow.seconds = 0.0
    leaving = asyncio.create_task(able.phone.unfollow())
    await clock.advance(3.0)
    await leaving
    assert await able.sent() == 0
    assert able.stage.rows("outbox") == []
    assert able.cards() == 0
    assert able.phone.openid not in {row["openid"] for row in able.stage.rows("inbox")}


async def test_who_leaves_after_it_is_ready(able: Play, clock: ManualClock) -> None:
    """An answer that waits to be sent is taken back when its follower leaves."""
    saying = await able.ask(7.0)
    await clock.advance(7.0)
    await saying
    await able.process.settled()
    assert len(able.stage.rows("outbox")) == 1
    able.slow.seconds = 0.0
    await able.phone.unfollow()
    assert able.stage.rows("outbox") == []
    assert await able.sent() == 0


async def test_who_never_comes_to_an_end_is_excused(able: Play, clock: ManualClock) -> None:
    """Where no answer comes at all the follower is told so, politely, once."""
    saying = await able.ask(3600.0)
    await clock.advance(4.5)
    await saying
    await clock.advance(ANSWER_LIMIT)
    assert await able.sent() == 1
    assert "抱歉" in able.phone.bubbles[-1].text


async def test_what_is_said_meanwhile_waits_its_turn(able: Play, clock: ManualClock) -> None:
    """A follower who goes on talking is answered in the order of their words, each from where the one before led."""
    first = await able.ask(3.0)
    able.slow.seconds = 0.0
    second = asyncio.create_task(able.phone.say("找谁办"))
    await able.process.arrival()
    await clock.advance(3.0)
    assert (await first).text.startswith(CARD)
    assert "85911248" in visible((await second).text)
