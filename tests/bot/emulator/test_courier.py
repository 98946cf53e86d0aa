"""Delivery of pushes: three attempts of the same XML, five seconds each."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.emulator.account import Mode
from bot.emulator.phone import Seen
from tests.patience import PATIENCE

from .conftest import ACCOUNT, PLAIN, Stage, Staging
from .watching import exchanges


async def _came(stage: Stage) -> None:
    await asyncio.wait_for(stage.listener.came.acquire(), PATIENCE)


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_wechatpy_understands_and_is_understood(staging: Staging, mode: Mode) -> None:
    """In every mode wechatpy verifies, decrypts, parses and answers, and the follower sees the answer."""
    stage = await staging(msgspec.structs.replace(ACCOUNT, mode=mode))
    phone = stage.platform.phone()
    await phone.follow()
    assert (await phone.say("天气 & <b>")).text == "echo 天气 & <b>"
    stage.listener.answer = lambda message: "got it"  # wechatpy cannot write ]]> itself
    assert (await phone.say("]]>")).text == "got it"
    message = stage.listener.messages[-1]
    assert message.content == "]]>"
    assert (message.type, message.source, message.target) == ("text", phone.openid, ACCOUNT.original_id)
    assert message.id > 2**53
    query = stage.listener.queries[-1]
    assert query["openid"] == phone.openid
    assert ("msg_signature" in query) == (query.get("encrypt_type") == "aes") == (mode != "plain")


async def test_compatible_mode_takes_a_clear_reply(staging: Staging) -> None:
    """In compatible mode the bot may answer in the clear."""
    stage = await staging(msgspec.structs.replace(ACCOUNT, mode="compatible"))
    stage.listener.clear_reply = True
    phone = stage.platform.phone()
    await phone.follow()
    assert (await phone.say("hi")).text == "echo hi"


async def test_repeats_the_same_xml_at_five_and_ten_seconds(stage: Stage) -> None:
    """No answer in five seconds: the same message comes again, signed anew; the third answer still reaches the chat."""
    platform, listener, _, clock = stage
    phone = platform.phone()
    await phone.follow()
    await _came(stage)
    listener.gate.clear()
    began = clock.time()
    saying = asyncio.create_task(phone.say("slow"))
    moments = []
    for wait in (5, 5, 0):
        await _came(stage)
        moments.append(clock.time() - began)
        await clock.advance(wait)
    listener.gate.set()
    seen = await saying
    assert moments == [0, 5, 10]
    assert (seen.text, seen.attempts) == ("echo slow", 3)
    first, second, third = listener.xml[-3:]
    assert first == second == third
    queries = listener.queries[-3:]
    assert len({query["nonce"] for query in queries}) == 3
    assert [int(query["timestamp"]) - int(queries[0]["timestamp"]) for query in queries] == [0, 5, 10]


async def test_the_fault_line_follows_the_third_silence(stage: Stage) -> None:
    """After fifteen seconds the follower reads that the account is out of order, and no fourth push comes."""
    platform, listener, _, clock = stage
    phone = platform.phone()
    await phone.follow()
    await _came(stage)
    listener.gate.clear()
    saying = asyncio.create_task(phone.say("silence"))
    for _ in range(3):
        await _came(stage)
        assert not saying.done()
        await clock.advance(5)
    seen = await saying
    assert seen.text == "该公众号提供的服务出现故障，请稍后再试"
    assert seen.bubbles[0].sender == "system"
    assert seen.attempts == 3
    await clock.advance(60)
    assert len(listener.xml) == 4
    assert [exchange.outcome for exchange in platform.wire.exchanges][-3:] == ["timeout"] * 3


async def test_every_other_status_is_a_failure(stage: Stage) -> None:
    """A 500 or a redirect is tried again, at the fifth and the tenth second."""
    platform, listener, _, clock = stage
    phone = platform.phone()
    await phone.follow()
    listener.statuses = [500, 302]
    with exchanges(platform) as following:
        saying = asyncio.create_task(phone.say("hello"))
        assert (await following()).outcome == "500"
        await clock.advance(4.9)
        assert len(listener.xml) == 2
        await clock.advance(0.1)
        assert (await following()).outcome == "302"
        await clock.advance(5)
        assert (await following()).outcome == "200 text"
    assert (await saying).text == "echo hello"


async def test_an_unreachable_server_is_a_failure(stage: Stage) -> None:
    """A refused connection counts as no answer."""
    platform, _, _, clock = stage
    phone = platform.phone()
    await phone.follow()
    platform.callback_url = "http://127.0.0.1:9/wechat"
    with exchanges(platform) as following:
        saying = asyncio.create_task(phone.say("anyone?"))
        for attempt in (1, 2, 3):
            exchange = await following()
            assert exchange.outcome.startswith("unreachable")
            assert exchange.attempt == attempt
            await clock.advance(5)
    assert (await saying).fault == "no answer to three attempts"


async def test_passive_events_fail_in_silence(stage: Stage) -> None:
    """Leaving shows no line, whatever the bot answers to it."""
    phone = stage.platform.phone()
    await phone.follow()
    stage.listener.raw = b"{}"
    seen = await phone.unfollow()
    assert seen.bubbles == ()
    assert "not XML" in seen.fault


async def test_a_malformed_reply_shows_the_fault_line_without_a_retry(stage: Stage) -> None:
    """A 200 with nonsense is final."""
    phone = stage.platform.phone()
    await phone.follow()
    stage.listener.raw = b'{"errcode":0}'
    seen = await phone.say("hi")
    assert (seen.attempts, seen.text) == (1, "该公众号提供的服务出现故障，请稍后再试")
    assert stage.platform.wire.exchanges[-1].outcome.startswith("200 malformed: not XML")


@pytest.mark.parametrize("raw", [b"", b"success"])
async def test_success_and_nothing_are_silence(stage: Stage, raw: bytes) -> None:
    """The word success, or no body, is taken in the clear and shows nothing."""
    phone = stage.platform.phone()
    await phone.follow()
    stage.listener.raw = raw
    assert await phone.say("hi") == Seen(attempts=1)


async def test_retry_makes_each_push_come_twice(stage: Stage) -> None:
    """With the switch `retry` the first answer is lost, and the second one is shown, once."""
    platform, listener, _, clock = stage
    phone = platform.phone()
    await phone.follow()
    platform.faults.set("retry", True)
    with exchanges(platform) as following:
        saying = asyncio.create_task(phone.say("twice"))
        await following()
    await clock.advance(5)
    seen = await saying
    assert (seen.text, seen.attempts) == ("echo twice", 2)
    assert listener.xml[-1] == listener.xml[-2]
    assert [bubble.text for bubble in phone.bubbles].count("echo twice") == 1


async def test_verifies_the_server_as_the_console_does(stage: Stage) -> None:
    """A server that returns the echostr passes; a wrong address or one that is away does not."""
    assert await stage.platform.verify()
    stage.platform.callback_url = stage.platform.callback_url.replace("/wechat", "/elsewhere")
    assert not await stage.platform.verify()
    stage.platform.callback_url = "http://127.0.0.1:9/wechat"
    assert not await stage.platform.verify()


async def test_a_platform_that_is_not_started_reaches_nobody(staging: Staging) -> None:
    """Before `start` and after `close` every push fails, and says so in the log."""
    stage = await staging(PLAIN)
    await stage.platform.close()
    following = asyncio.create_task(stage.platform.phone().follow())
    await stage.clock.advance(15)
    assert (await following).attempts == 3


async def test_many_phones_write_at_once(stage: Stage) -> None:
    """No follower waits for another's answer."""
    phones = [stage.platform.phone(f"o{number:027}") for number in range(300)]
    await asyncio.gather(*(phone.follow() for phone in phones))
    seen = await asyncio.gather(*(phone.say(phone.openid) for phone in phones))
    assert all(one.text == f"echo {phone.openid}" for one, phone in zip(seen, phones, strict=True))
