"""The custom-message channel against a platform on a real port."""

from __future__ import annotations

import msgspec
import pytest

from bot.channels import CHANNELS
from bot.channels.custom import Custom
from bot.clock import ManualClock
from bot.errors import Refused, Unreachable
from bot.replies import Say, ShowArticle
from bot.store.outbox import Claimed
from tests.bot.wechat.platform import Platform, calling, refuses


def row(body: bytes, openid: str = "oA") -> Claimed:
    """A claimed row."""
    return Claimed(id=1, openid=openid, body=body, due=0.0, expires=9e9, attempts=1)


@pytest.mark.parametrize(
    "reply", [Say(text="您好 & 再见\n<b>"), ShowArticle(title="政策", url="https://example.org/p/1")]
)
async def test_a_reply_reaches_the_rows_follower_as_it_is(reply: Say | ShowArticle, clock: ManualClock) -> None:
    """One call, the reply's own spelling, and the receiver."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        await Custom(client).send(row(msgspec.json.encode(reply.active())))
    (call,) = platform.done
    assert call.path == "/cgi-bin/message/custom/send"
    assert call.json == {"touser": "oA", **(reply.active() or {})}


async def test_the_row_says_who_receives_it(clock: ManualClock) -> None:
    """A receiver inside the body does not count."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        await Custom(client).send(row(b'{"touser": "oSomebodyElse", "msgtype": "text"}'))
    assert platform.done[0].json["touser"] == "oA"


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"text"', b'{"a": "\xff"}'])
async def test_a_row_without_a_message_is_refused_before_anything_is_sent(body: bytes, clock: ManualClock) -> None:
    """The platform never hears of it."""
    platform = Platform(clock=clock)
    async with calling(platform) as (client, _):
        with pytest.raises(Refused):
            await Custom(client).send(row(body))
    assert platform.calls == []


async def test_what_the_platform_says_is_passed_on(clock: ManualClock) -> None:
    """The outbox decides what it means."""
    platform = Platform(clock=clock)
    platform.faults.append(refuses(45015))
    async with calling(platform) as (client, _):
        with pytest.raises(Unreachable):
            await Custom(client).send(row(b"{}"))


def test_every_channel_has_a_name_of_its_own_that_fits_its_column() -> None:
    """Rows and limits are kept by that name."""
    names = [channel.name for channel in CHANNELS]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 16 for name in names)
    assert all(channel.limit.burst >= 1 and channel.limit.per_day >= 1 for channel in CHANNELS)
