"""What every way to push owes the outbox, on each of them: against a platform on a real port."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels import CHANNELS
from bot.channels.custom import Custom
from bot.channels.mass import Mass
from bot.channels.subscribe import Subscribe
from bot.channels.template import Template
from bot.clock import ManualClock
from bot.errors import Forbidden, QuotaSpent, Refused, Temporary, TooFast, Unreachable, WeChatError
from bot.outbox import Channel
from bot.wechat.client import Client
from tests.bot.channels.rows import NOTICE, PUSH, json, row
from tests.bot.wechat.platform import Fault, Platform, calling, refuses, resets, says

DATA = {"thing1": {"value": "鼓励技术改造"}, "thing2": {"value": "上限 & <600万元>"}}
PATHS: dict[type[Any], str] = {
    Custom: "/cgi-bin/message/custom/send",
    Template: "/cgi-bin/message/template/send",
    Subscribe: "/cgi-bin/message/subscribe/bizsend",
    Mass: "/cgi-bin/message/mass/send",
}
BODIES: dict[type[Any], dict[str, Any]] = {
    Custom: {"msgtype": "text", "text": {"content": "您好 & 再见\n<b>"}},
    Template: {"template_id": "T", "url": "https://a.cn/p/1", "data": DATA},
    Subscribe: {"template_id": "N", "page": "https://a.cn/p/1", "data": DATA},
    Mass: {"msgtype": "text", "text": {"content": "您好 & 再见"}},
}
OURS: dict[type[Any], str] = {Template: "client_msg_id", Mass: "clientmsgid"}
HUGE = 3_717_005_636_572_528_642  # above 2^53, as the platform's ids are
IDS = {"errcode": 0, "errmsg": "ok", "msgid": HUGE, "msg_id": HUGE}
SEVERAL = ("oA", "oB")
every = pytest.mark.parametrize("kind", CHANNELS)


def build(kind: type[Any], client: Client) -> Channel:
    """The channel of a kind, held against what the outbox asks of one."""
    channel: Channel = kind(client, PUSH)
    return channel


@every
async def test_a_row_becomes_one_call_as_it_is(kind: type[Any], clock: ManualClock) -> None:
    """Real UTF-8, the row's own body, and the receivers that the row names."""
    platform = Platform(clock=clock, answers={PATHS[kind]: IDS})
    async with calling(platform) as (client, _):
        await build(kind, client).send(row(json(BODIES[kind]), openids=SEVERAL))
    (call,) = platform.done
    assert call.path == PATHS[kind]
    assert b"\\u" not in call.body
    sent = {name: value for name, value in call.json.items() if name not in ("touser", "client_msg_id", "clientmsgid")}
    assert sent == BODIES[kind]
    assert call.json["touser"] == (list(SEVERAL) if kind is Mass else "oA")


@every
async def test_a_receiver_inside_the_body_does_not_count(kind: type[Any], clock: ManualClock) -> None:
    """Nor does an id of another row."""
    platform = Platform(clock=clock)
    body = {**BODIES[kind], "touser": "oSomebodyElse", **({OURS[kind]: "x"} if kind in OURS else {})}
    async with calling(platform) as (client, _):
        await build(kind, client).send(row(json(body), openids=SEVERAL))
    sent = platform.done[0].json
    assert "oSomebodyElse" not in str(sent)
    assert all(sent[name] != "x" for of, name in OURS.items() if of is kind)


@every
@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"text"', b'{"a": "\xff"}'])
async def test_a_row_without_a_message_is_refused_before_anything_is_sent(
    body: bytes, kind: type[Any], clock: ManualClock
) -> None:
    """The platform never hears of it."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        with pytest.raises(Refused):
            await build(kind, client).send(row(body, openids=SEVERAL))
    assert platform.calls == []


@every
@pytest.mark.parametrize(
    ("fault", "error", "sent"),
    [
        (refuses(45015), Unreachable, None),
        (refuses(43101), Unreachable, None),
        (refuses(47003), Refused, None),
        (refuses(45009), QuotaSpent, None),
        (refuses(45011), TooFast, None),
        (refuses(48001), Forbidden, None),
        (refuses(-1), Temporary, False),
        (resets, Temporary, True),
        (says(b"", 502), Temporary, True),
    ],
)
async def test_what_the_platform_says_is_passed_on(
    fault: Fault, error: type[WeChatError], sent: bool | None, kind: type[Any], clock: ManualClock
) -> None:
    """The outbox decides what it means; no channel tries again by itself."""
    platform = Platform(clock=clock)
    platform.faults.append(fault)
    async with calling(platform) as (client, _):
        with pytest.raises(error) as caught:
            await build(kind, client).send(row(json(BODIES[kind]), openids=SEVERAL))
    assert getattr(caught.value, "sent", None) is sent
    assert len(platform.calls) == 1


@every
async def test_an_id_of_ours_is_the_rows_own_and_the_same_at_every_attempt(kind: type[Any], clock: ManualClock) -> None:
    """Where the platform knows a repeat the channel says for how long; another row has another id. At most 32 bytes."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        channel = build(kind, client)
        for key in ("k1", "k1", "k2"):
            await channel.send(row(json(BODIES[kind]), key=key, openids=SEVERAL))
    found = [call.json.get("client_msg_id") or call.json.get("clientmsgid") for call in platform.done]
    assert (found[0] is not None) == (channel.limit.life > 0)
    if found[0] is not None:
        assert found[0] == found[1] != found[2]
        assert len(found[0].encode()) <= 32


@every
async def test_an_id_of_the_platform_stays_as_it_is(kind: type[Any], clock: ManualClock) -> None:
    """Beyond 2^53, so it is text; empty where the platform gives none."""
    platform = Platform(clock=clock, answers={PATHS[kind]: IDS})
    async with calling(platform) as (client, _):
        given = await build(kind, client).send(row(json(BODIES[kind]), openids=SEVERAL))
        platform.answers = {}
        none = await build(kind, client).send(row(json(BODIES[kind]), openids=SEVERAL))
    assert given == ("" if kind is Custom else str(HUGE))
    assert none == ""


@every
async def test_a_composed_notice_is_a_row_it_can_send(kind: type[Any], clock: ManualClock) -> None:
    """What a channel makes of a notice reaches the platform; a mass message is none for one person."""
    platform = Platform(clock=clock)
    body = kind.compose(NOTICE, PUSH)
    if kind is Mass:
        assert body is None
        return
    async with calling(platform) as (client, _):
        await build(kind, client).send(row(body))
    assert "鼓励技术改造" in platform.done[0].body.decode() or "技改补助" in platform.done[0].body.decode()


def test_every_channel_has_a_name_of_its_own_that_fits_its_column() -> None:
    """Rows and limits are kept by that name; a limit lets something go."""
    names = [kind.name for kind in CHANNELS]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 16 for name in names)


@every
async def test_every_channel_may_send_something(kind: type[Any], clock: ManualClock) -> None:
    """Its pace is above nothing, and so is its day."""
    async with calling(Platform(clock=clock)) as (client, _):
        limit = build(kind, client).limit
    assert limit.burst >= 1
    assert limit.per_day >= 1
    assert limit.per_second > 0
