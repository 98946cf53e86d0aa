"""A process dies, another takes over, a delivery comes twice, a follower leaves: one answer each, and nothing left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.clock import ManualClock
from bot.emulator import pushes
from bot.emulator.phone import Phone, Seen
from bot.emulator.wire import Exchange
from tests.bot.emulator.watching import exchanges
from tests.patience import PATIENCE
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import SILENT_ACCOUNT, Slow, Stage

CARD = "【鼓励企业设备更新和技术改造】"
LEASE_IS_OVER = 5.0  # seconds after which nobody believes a silent process alive; also when the platform asks again
NOWHERE = "http://127.0.0.1:9/wechat"  # where nobody listens
Act = Callable[[Phone], Awaitable[Seen]]


def reply(exchange: Exchange) -> str:
    """The words of a reply on the wire."""
    return ElementTree.fromstring(exchange.reply).findtext("Content") or ""  # noqa: S314 - our own


def cards(phone: Phone) -> int:
    """How often the card stands in the chat."""
    return sum(bubble.text.startswith(CARD) for bubble in phone.bubbles)


def kept(stage: Stage, words: str) -> set[str]:
    """The tables in which a row holds these words, in any column."""
    return {table for table in stage.tables() for row in stage.rows(table) if words in told(row)}


def told(row: dict[str, Any]) -> str:
    """All columns of a row as one text."""
    return " ".join(value.decode() if isinstance(value, bytes) else str(value) for value in row.values())


async def follow(stage: Stage) -> Phone:
    """A follower of the running bot."""
    phone = stage.platform.phone()
    await phone.follow()
    return phone


async def die_over(stage: Stage, phone: Phone, text: str) -> asyncio.Task[Seen]:
    """A process dies between taking the follower's words in and answering them."""
    slow = Slow(stage.clock, 3600.0)
    process = await stage.start(slow.router())
    with exchanges(stage.platform) as following:
        saying = asyncio.create_task(phone.say(text))
        await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
        await process.die()
        assert not (await following()).outcome.startswith("200")
    assert [row["state"] for row in stage.rows("inbox")][-1] == "running"
    return saying


async def test_the_next_delivery_finds_another_process(stage: Stage, clock: ManualClock) -> None:
    """Whoever gets the platform's second delivery takes over from the dead process and answers, once."""
    first = await stage.start()
    phone = await follow(stage)
    await first.stop()
    saying = await die_over(stage, phone, "技改")
    second = await stage.start()
    await clock.advance(LEASE_IS_OVER)
    seen = await saying
    assert (seen.text[: len(CARD)], seen.attempts) == (CARD, 2)
    assert await second.services.engine.recover() == 0
    assert (await second.services.outbox.run_once(), cards(phone)) == (0, 1)
    assert "85911248" in (await phone.say("找谁办")).text


async def test_a_message_nobody_asks_for_any_more(stage: Stage, clock: ManualClock) -> None:
    """Where no delivery comes after the crash the message is found in the database, and its answer pushed, once."""
    first = await stage.start()
    phone = await follow(stage)
    await first.stop()
    saying = await die_over(stage, phone, "技改")
    stage.platform.callback_url = NOWHERE
    with exchanges(stage.platform) as following:
        for _ in range(2):
            await clock.advance(5.0)
            assert (await following()).outcome.startswith("unreachable")
    assert (await saying).fault
    second = await stage.start()
    assert await second.services.engine.recover() == 1
    assert await second.services.outbox.run_once() == 1
    assert (await second.services.engine.recover(), await second.services.outbox.run_once()) == (0, 0)
    assert cards(phone) == 1


async def test_the_worker_finds_it_too(stage: Stage, clock: ManualClock) -> None:
    """A process that only works, and does not listen, finishes what the dead one began."""
    first = await stage.start()
    phone = await follow(stage)
    await first.stop()
    saying = await die_over(stage, phone, "技改")
    second = await stage.start()
    stage.platform.callback_url = NOWHERE
    second.services.worker.start()

    async def has_come() -> bool:
        await clock.advance(0.5)
        await second.services.inbox.counts()
        return cards(phone) > 0

    await second.until(has_come)
    await clock.advance(60.0)
    await saying
    assert cards(phone) == 1


async def test_a_graceful_stop_finishes_what_runs(stage: Stage, clock: ManualClock) -> None:
    """A process that is told to stop answers what it has begun before it goes."""
    slow = Slow(clock, 0.0)
    process = await stage.start(slow.router())
    phone = await follow(stage)
    slow.seconds = 2.0
    slow.thinking.clear()
    saying = asyncio.create_task(phone.say("技改"))
    await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
    closing = asyncio.create_task(process.services.engine.close(8.0))
    await clock.advance(2.0)
    await closing
    assert (await saying).text.startswith(CARD)


async def test_two_processes_share_the_work(stage: Stage, clock: ManualClock) -> None:
    """While one process thinks, a delivery that reaches the other waits for the same answer; nobody is asked twice."""
    slow, other = Slow(clock, 0.0), Slow(clock, 0.0)
    await stage.start(slow.router())
    phone = await follow(stage)
    slow.seconds = 3.0
    slow.thinking.clear()
    stage.platform.faults.set("retry", True)
    with exchanges(stage.platform) as following:
        saying = asyncio.create_task(phone.say("技改"))
        await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
        await stage.start(other.router())
        await clock.advance(3.0)
        first = await following()
        await clock.advance(2.0)
        second = await following()
    assert (await saying).attempts == 2
    assert reply(first) == reply(second)
    assert (slow.asked, other.asked) == (2, 0)


@pytest.mark.parametrize(
    "act",
    [
        lambda phone: phone.say("技改"),
        lambda phone: phone.say("崂山区有哪些政策"),
        lambda phone: phone.say("更多"),
        lambda phone: phone.say("2"),
        lambda phone: phone.say("答非所问"),
        lambda phone: phone.voice("技改找谁"),
        lambda phone: phone.image(),
        lambda phone: phone.location(36.1, 120.4, "青岛市崂山区海尔路1号"),
        lambda phone: phone.scan("q91-3"),
        lambda phone: phone.click({"type": "click", "key": "ask:怎么用"}),
        lambda phone: phone.push(pushes.Push(kind="miniprogrampage", nodes={})),
    ],
)
async def test_every_delivery_gets_the_same_words(stage: Stage, clock: ManualClock, act: Act) -> None:
    """The answer to the second delivery is the first to the letter, from another process too, and is done but once."""
    first = await stage.start()
    phone = await follow(stage)
    await phone.say("平度市有哪些政策")
    await clock.advance(1.0)
    stage.platform.faults.set("retry", True)
    with exchanges(stage.platform) as following:
        acting = asyncio.ensure_future(act(phone))
        one = await following()
        before = {table: stage.rows(table) for table in stage.tables()}
        await first.stop()
        await stage.start()
        await clock.advance(5.0)
        two = await following()
    assert reply(one) == reply(two)
    assert (await acting).text == reply(one)
    assert {table: stage.rows(table) for table in stage.tables()} == before


async def test_silence_is_the_same_silence(stage: Stage, clock: ManualClock) -> None:
    """What is met with silence is so on every delivery."""
    await stage.start()
    phone = await follow(stage)
    stage.platform.faults.set("retry", True)
    with exchanges(stage.platform) as following:
        pushing = asyncio.create_task(phone.push(pushes.position(36.1, 120.4)))
        assert (await following()).outcome == "200 success"
        await clock.advance(5.0)
        assert (await following()).outcome == "200 success"
    assert await pushing == Seen(attempts=2)


async def test_leaving_erases_everything(stage: Stage, clock: ManualClock) -> None:
    """After an unfollow no column of any table holds the openid or a word that was said; others keep theirs."""
    await stage.start()
    phone, other = await follow(stage), stage.platform.phone("oAnotherFollower_00000000002")
    await other.follow()
    for words in ("技改", "崂山区有哪些政策", "3", "答非所问，紫色的大象"):
        await phone.say(words)
        await other.say(words)
    await phone.location(36.1, 120.4, "紫色的大象路1号")
    await clock.advance(1.0)
    await phone.unfollow()
    assert kept(stage, phone.openid) == set()
    assert kept(stage, "紫色的大象路") == set()
    assert kept(stage, other.openid) == {"inbox", "followers", "feedback"}
    assert kept(stage, "紫色的大象") == {"inbox", "feedback"}


async def test_leaving_while_an_answer_waits(stage: Stage, clock: ManualClock) -> None:
    """Also an answer that was still to be pushed is gone with its follower."""
    slow = Slow(clock, 0.0)
    process = await stage.start(slow.router())
    phone = await follow(stage)
    slow.seconds = 7.0
    slow.thinking.clear()
    saying = asyncio.create_task(phone.say("技改"))
    await asyncio.wait_for(slow.thinking.wait(), PATIENCE)
    await clock.advance(7.0)
    await saying
    await process.settled()
    assert "outbox" in kept(stage, phone.openid)
    slow.seconds = 0.0
    await phone.unfollow()
    assert kept(stage, phone.openid) == set()


async def test_a_late_delivery_after_leaving_stays_silent(stage: Stage, clock: ManualClock) -> None:
    """A retry of something said before the follower left is met with silence and brings nothing back."""
    await stage.start()
    phone = await follow(stage)
    stage.platform.faults.set("retry", True)
    with exchanges(stage.platform) as following:
        saying = asyncio.create_task(phone.say("技改"))
        await following()
        stage.platform.faults.set("retry", False)
        await clock.advance(1.0)
        await phone.unfollow()
        stage.platform.followers.follow(phone.openid)
        await following()
        await clock.advance(4.0)
        assert (await following()).outcome == "200 success"
    assert (await saying).bubbles == ()
    assert kept(stage, phone.openid) == set()


async def test_an_account_that_may_only_answer_survives_it_too(staging: Staging, clock: ManualClock) -> None:
    """Also without pushes the second delivery brings what the dead process owed."""
    stage = await staging(SILENT_ACCOUNT)
    first = await stage.start()
    phone = await follow(stage)
    await first.stop()
    saying = await die_over(stage, phone, "技改")
    await stage.start()
    await clock.advance(LEASE_IS_OVER)
    assert (await saying).text.startswith(CARD)
    assert stage.rows("outbox") == []
