"""What a stranger may send to the callback, and what must be true of the answer whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from yarl import URL

from bot.callback import Callback
from bot.clock import ManualClock
from bot.emulator.account import Account
from bot.emulator.envelope import Envelope, sign
from bot.errors import Malformed
from bot.messages import AnyMessage, Text
from bot.replies import Answer, Say
from bot.wechat.parsing import parse, parse_any, parse_ordinary, sealed_any, sealed_ordinary
from bot.wechat.protocol import Wire

OPENID = "oStranger_000000000000000001"
MODES = ("plain", "safe", "compatible")
STATUSES = {200, 400, 403, 413}
SALT = b"0123456789abcdef"
NONCES = count()


@dataclass(frozen=True)
class Request:
    """All that the callback looks at of a request. The server's own takes ten times as long to make."""

    query: Mapping[str, str]
    content: StreamReader
    content_length: int


class Echo:
    """An engine that says what it was told, as far as it was told anything."""

    async def handle(self, message: AnyMessage) -> Answer | None:
        """The same words."""
        return Answer(reply=Say(text=message.text)) if isinstance(message, Text) and message.text else None


@cache
def account() -> Account:
    """The account that is attacked."""
    return Account(
        app_id="wx0123456789abcdef",
        secret="0" * 32,
        token="pamplemousse",
        original_id="gh_0a1b2c3d4e5f",
        aes_key="A" * 43,
        mode="safe",
    )


@cache
def clock() -> ManualClock:
    """A clock that stands."""
    return ManualClock()


@cache
def callback(mode: str) -> Callback:
    """A callback of each mode; what it remembers stays from one input to the next."""
    ours = account()
    wire = Wire(
        app_id=ours.app_id,
        token=ours.token,
        encoding_aes_key=ours.aes_key,
        original_id=ours.original_id,
        mode=mode,
    )
    return Callback(wire=wire, engine=Echo(), clock=clock(), signatures=None)


@cache
def reading() -> tuple[asyncio.AbstractEventLoop, BaseProtocol]:
    """One loop for all inputs, and what a body that is already here needs to be read."""
    loop = asyncio.new_event_loop()
    return loop, BaseProtocol(loop)


def receive(data: bytes) -> int:
    """The first byte says how much of the keys the sender knows, the rest is what they send.

    A sender may know nothing (their own query and body), the token (a signed query over any body), or all (any bytes
    in a perfect seal). Whatever it is: one of four statuses, no body with a refusal, no exception. The status.
    """
    how, rest = (data[0] if data else 0), data[1:]
    mode, knows = MODES[how % 3], how // 3 % 4
    known = _signed()
    if knows == 0:
        query, _, body = rest.partition(b"\n")
        return answered(mode, query.decode("utf-8", "replace"), body)
    if knows == 1:
        return answered(mode, urlencode(known), rest)
    if knows == 2:
        sealed = Envelope(account()).pack(
            rest.decode("utf-8", "replace"), openid=OPENID, timestamp=_now(), nonce=known["nonce"], salt=SALT
        )
        status = answered(mode, urlencode(sealed.query), sealed.body.encode())
        assert status != 403 or mode == "plain" or not names_us(rest), "our own seal was refused"
        return status
    # The envelope itself is theirs, under its true signature.
    text = rest.decode("utf-8", "replace")
    signature = sign(account().token, known["timestamp"], known["nonce"], text)
    body = f"<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>".encode()
    return answered(mode, urlencode({**known, "encrypt_type": "aes", "msg_signature": signature}), body)


def names_us(content: bytes) -> bool:
    """Whether a document is read, and is for our account."""
    try:
        return parse(content).account == account().original_id
    except Malformed:
        return False


def answered(mode: str, query: str, body: bytes) -> int:
    """The status of a request, once what must be true of its answer is."""
    loop, protocol = reading()
    payload = StreamReader(protocol, 2**16, loop=loop)
    payload.feed_data(body)
    payload.feed_eof()
    request: Any = Request(URL.build(path="/wechat", query_string=query).query, payload, len(body))
    posted = loop.run_until_complete(callback(mode).receive(request))
    asked = loop.run_until_complete(callback(mode).verify(request))
    for response in (posted, asked):
        assert response.status in STATUSES, response.status
        assert response.status == 200 or not response.body, "a refusal says something"
    assert posted.status != 200 or posted.body, "an answer is empty"
    return posted.status


def read_xml(data: bytes) -> None:
    """A document is a message or Malformed; and the short way, where it takes one, reads what the strict way reads."""
    message = _unless_malformed(lambda: parse_any(data))
    short = parse_ordinary(data)
    assert short is None or short == message, (short, message)
    inside = _unless_malformed(lambda: sealed_any(data))
    quick = sealed_ordinary(data)
    assert quick is None or quick == inside, (quick, inside)
    if message is not None:
        assert 0 < len(message.openid) <= 64
        assert len(message.key) == 32


def _unless_malformed(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Malformed:
        return None


def _signed() -> dict[str, str]:
    """A query that the platform could have sent, each time another: the fourth of the same would be a replay."""
    nonce, now = str(next(NONCES)), str(_now())
    return {"signature": sign(account().token, now, nonce), "timestamp": now, "nonce": nonce}


def _now() -> int:
    return int(clock().time())
