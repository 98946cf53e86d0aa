"""The client against a platform on a real port."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime

import aiohttp
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SHANGHAI, ManualClock
from bot.errors import (
    Forbidden,
    QuotaSpent,
    Refused,
    Temporary,
    TokenRejected,
    TooFast,
    Unreachable,
    WeChatError,
)
from bot.wechat.client import Client
from bot.wechat.wire import ANSWER_LIMIT, Upload, Wire, encode_json, read_answer
from tests.bot.wechat.platform import Fault, Platform, calling, finish, hangs, refuses, resets, says

NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
HELLO = {"touser": "oA", "msgtype": "text", "text": {"content": "你好 & <再见>"}}


async def refusal(call: Awaitable[object]) -> WeChatError:
    """The error a call ends with."""
    with pytest.raises(WeChatError) as caught:
        await call
    return caught.value


async def test_a_message_leaves_as_real_utf8() -> None:
    """Chinese, & and < travel as themselves, with the token in the query and nowhere else."""
    platform = Platform(clock=ManualClock())
    async with calling(platform) as (client, holder):
        await client.custom_send(HELLO)
    (call,) = platform.done
    assert call.path == "/cgi-bin/message/custom/send"
    assert call.query == {"access_token": holder.value}
    assert "你好 & <再见>".encode() in call.body
    assert b"\\u" not in call.body
    assert call.json == HELLO


@given(st.recursive(st.text() | st.integers(-(2**63), 2**64 - 1), lambda inner: st.lists(inner)))
def test_what_is_written_is_read_the_same_less_control_characters(value: object) -> None:
    """Encoding loses nothing but the characters JSON can only write as an escape."""

    def plain(part: object) -> object:
        if isinstance(part, list):
            return [plain(one) for one in part]
        return "".join(c for c in part if c >= " " or c in "\b\f\n\r\t") if isinstance(part, str) else part

    data = encode_json(value)
    assert msgspec.json.decode(data) == plain(value)
    assert msgspec.json.encode(plain(value)) == data


def test_a_backslash_before_a_u_is_words_and_stays() -> None:
    """What a follower typed as backslash-u is not taken for an escape."""
    assert encode_json("\\u0001\x01") == rb'"\\u0001"'


@given(st.binary(max_size=200), st.sampled_from((200, 302, 404, 429, 500, 502)))
def test_any_answer_is_an_object_or_one_of_our_errors(body: bytes, status: int) -> None:
    """Nothing the other side may say raises anything else."""
    with suppress(WeChatError):
        assert isinstance(read_answer(status, body, time=NOON), dict)


@pytest.mark.parametrize("body", [b"[1]", b"<html>", b"", b"[" * 100_000, b'{"errcode": "x"}', b'{"errcode": 1e999}'])
def test_an_unreadable_answer_leaves_the_outcome_unknown(body: bytes) -> None:
    """Garbage with HTTP 200 does not say whether the call was carried out."""
    with pytest.raises(Temporary) as caught:
        read_answer(200, body, time=NOON)
    assert caught.value.sent


def test_a_sloppy_answer_is_read() -> None:
    """A byte-order mark, broken UTF-8, bare control characters, ids above 2^53 and a string errcode all pass."""
    body = b'\xef\xbb\xbf{"errcode": "0", "name": "a\xff\x01b\n", "msgid": 7250021412600020992}'
    assert read_answer(200, body, time=NOON) == {"errcode": "0", "name": "a\x01b\n", "msgid": 7250021412600020992}


@pytest.mark.parametrize(
    ("fault", "kind", "sent"),
    [
        (refuses(-1), Temporary, False),
        (says(b"bad gateway", 502), Temporary, True),
        (says(b"unavailable", 503), Temporary, True),
        (says(b"{garbage"), Temporary, True),
        (says(b'{"a": "' + b"x" * ANSWER_LIMIT + b'"}'), Temporary, True),
        (resets, Temporary, True),
        (refuses(45011), TooFast, None),
        (says(b"slow down", 429), TooFast, None),
        (refuses(45009), QuotaSpent, None),
        (refuses(45015), Unreachable, None),
        (refuses(45047), Unreachable, None),
        (refuses(48001), Forbidden, None),
        (refuses(47001), Refused, None),
        (refuses(123456), Refused, None),
        (says(b"", 404), Refused, None),
        (says(b"", 302), Refused, None),
    ],
)
async def test_every_fault_of_a_send_becomes_the_error_that_says_what_to_do(
    fault: Fault, kind: type[WeChatError], sent: bool | None
) -> None:
    """A send is made once, and its error tells whether the platform may have carried it out."""
    platform = Platform(clock=ManualClock())
    platform.faults.append(fault)
    async with calling(platform) as (client, _):
        error = await refusal(client.custom_send(HELLO))
    assert type(error) is kind
    assert getattr(error, "sent", None) is sent
    assert len(platform.calls) == 1


async def test_the_errors_carry_what_to_do_next() -> None:
    """A spent quota says until when in Shanghai, an unreachable follower why."""
    platform = Platform(clock=ManualClock())
    platform.faults.extend([refuses(45009, "reach max api daily quota limit"), refuses(45015), refuses(43004)])
    async with calling(platform) as (client, _):
        spent, window, gone = [await refusal(client.custom_send(HELLO)) for _ in range(3)]
    assert isinstance(spent, QuotaSpent)
    assert spent.until == datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert spent.errmsg == "reach max api daily quota limit rid: 6f00-11-22"
    assert isinstance(window, Unreachable)
    assert window.reason == "window"
    assert isinstance(gone, Unreachable)
    assert gone.reason == "gone"


async def test_a_silent_platform_ends_the_call_and_may_have_carried_it_out() -> None:
    """A request that was read and never answered has an unknown outcome."""
    platform = Platform(clock=ManualClock())
    platform.faults.append(hangs)
    async with calling(platform, seconds=0.2) as (client, _):
        error = await refusal(client.custom_send(HELLO))
    assert isinstance(error, Temporary)
    assert error.sent


async def test_a_platform_that_is_not_there_has_carried_out_nothing() -> None:
    """Where no connection came about, nothing was sent."""
    clock = ManualClock()
    async with calling(Platform(clock=clock)) as (_, holder):
        pass
    async with aiohttp.ClientSession() as session:
        nowhere = Client(Wire(session, "http://127.0.0.1:1", clock=clock), holder, clock=clock)
        error = await refusal(nowhere.custom_send(HELLO))
    assert isinstance(error, Temporary)
    assert not error.sent


async def test_a_connection_reset_before_the_request_was_read_cannot_be_told_from_one_after() -> None:
    """Once there was a connection, the outcome is unknown; no error text names the token."""

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    clock = ManualClock()
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        wire = Wire(session, url, clock=clock)
        error = await refusal(wire.exchange("POST", "/x", query={"access_token": "SECRET"}, json=HELLO))
    assert isinstance(error, Temporary)
    assert error.sent
    assert "SECRET" not in f"{error} {error.__cause__}"


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_rejected_token_is_renewed_and_the_call_made_again(errcode: int) -> None:
    """The follower gets the message once, with the new token."""
    platform = Platform(clock=ManualClock())
    platform.faults.append(refuses(errcode))
    async with calling(platform) as (client, holder):
        await client.custom_send(HELLO)
    assert holder.renewed == ["TOKEN_001"]
    assert [call.query["access_token"] for call in platform.calls] == ["TOKEN_001", "TOKEN_002"]
    assert len(platform.done) == 1


async def test_a_token_rejected_for_ever_is_renewed_once() -> None:
    """No loop burns the allowance of tokens."""
    platform = Platform(clock=ManualClock(), always=refuses(40001))
    async with calling(platform) as (client, holder):
        error = await refusal(client.custom_send(HELLO))
    assert isinstance(error, TokenRejected)
    assert len(holder.renewed) == 1
    assert len(platform.calls) == 2


async def test_a_call_that_changes_nothing_twice_is_repeated_with_growing_delay() -> None:
    """Busy, then away, then well: the menu is set, after one and two seconds."""
    clock = ManualClock()
    platform = Platform(clock=clock)
    platform.faults.extend([refuses(-1), says(b"", 502)])
    async with calling(platform) as (client, _):
        await finish(clock, client.create_menu([{"type": "click", "name": "政策", "key": "k"}]))
    first, second, third = [call.time for call in platform.calls]
    assert second - first >= 1.0
    assert third - second >= 2.0
    assert platform.done[0].json == {"button": [{"type": "click", "name": "政策", "key": "k"}]}


async def test_repeating_has_an_end() -> None:
    """After three attempts the caller is told."""
    clock = ManualClock()
    platform = Platform(clock=clock, always=refuses(-1))
    async with calling(platform) as (client, _):
        with pytest.raises(Temporary):
            await finish(clock, client.get_callback_ips())
    assert len(platform.calls) == 3


async def test_no_menu_is_an_empty_menu() -> None:
    """46003 is an answer, not a failure; any other refusal is one."""
    platform = Platform(clock=ManualClock())
    platform.faults.extend([refuses(46003), refuses(48001), refuses(47001)])
    async with calling(platform) as (client, _):
        assert await client.get_menu() == {}
        assert isinstance(await refusal(client.get_menu()), Forbidden)
        assert isinstance(await refusal(client.get_menu()), Refused)


async def test_what_the_platform_lists_is_returned() -> None:
    """Menus as they are, addresses as a tuple, one bare address as a tuple of one."""
    platform = Platform(clock=ManualClock())
    platform.answers = {
        "/cgi-bin/menu/get": {"menu": {"button": []}},
        "/cgi-bin/get_current_selfmenu_info": {"is_menu_open": 1},
        "/cgi-bin/getcallbackip": {"ip_list": ["101.226.62.77", "101.226.62.0/24"]},
        "/cgi-bin/get_api_domain_ip": {"ip_list": "101.226.212.27"},
    }
    async with calling(platform) as (client, _):
        assert await client.get_menu() == {"menu": {"button": []}}
        assert await client.get_self_menu() == {"is_menu_open": 1}
        assert await client.get_callback_ips() == ("101.226.62.77", "101.226.62.0/24")
        assert await client.get_api_domain_ips() == ("101.226.212.27",)
    assert {call.method for call in platform.done} == {"GET"}


async def test_a_file_travels_with_its_name() -> None:
    """A multipart field keeps name, type and bytes, also on the second attempt after a rejected token."""
    platform = Platform(clock=ManualClock(), answers={"/cgi-bin/media/upload": {"media_id": "m1"}})
    platform.faults.append(refuses(40001))
    picture = Upload(filename="picture.png", content=b"\x89PNG", content_type="image/png")
    async with calling(platform) as (client, _):
        answer = await client.call("POST", "/cgi-bin/media/upload", query={"type": "image"}, files={"media": picture})
    assert answer == {"media_id": "m1"}
    first, second = platform.calls
    assert second.query == {"type": "image", "access_token": "TOKEN_002"}
    for call in (first, second):
        assert b'Content-Disposition: form-data; name="media"; filename="picture.png"\r\n' in call.body
        assert b"Content-Type: image/png\r\n" in call.body
        assert b"\r\n\r\n\x89PNG\r\n--" in call.body
