"""The callback on the open internet: what is not the platform's gets a bare status, and nobody learns why."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.demo import Demo
from bot.emulator import pushes
from bot.emulator.account import Account
from bot.emulator.envelope import Envelope, Packet, sign
from bot.wechat.protocol import MAX_BODY, WINDOW

OPENID = "oStranger_000000000000000001"
BOMB = """<?xml version="1.0"?>
<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<xml><Content>&c;</Content></xml>"""
FILE = '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>'


@dataclass
class Stranger:
    """Somebody who can reach the demo's callback and, where a test lets them, knows the account's keys."""

    demo: Demo
    session: aiohttp.ClientSession
    clock: ManualClock

    @property
    def account(self) -> Account:
        """The account that is attacked."""
        return self.demo.platform.account

    def packet(self, text: str = "技改", *, xml: str = "", account: Account | None = None, age: float = 0.0) -> Packet:
        """A push as the platform seals it; `account` holds the keys it is sealed with."""
        now = int(self.clock.time() - age)
        composed = pushes.compose(
            pushes.text(text), to=self.account.original_id, sender=OPENID, created=now, message_id=secrets.randbits(60)
        )
        salt, nonce = secrets.token_bytes(16), secrets.token_hex(8)
        return Envelope(account or self.account).pack(
            xml or composed, openid=OPENID, timestamp=now, nonce=nonce, salt=salt
        )

    async def post(self, packet: Packet) -> tuple[int, bytes]:
        """Send it; status and body."""
        return await self.send(packet.query, packet.body.encode())

    async def send(self, query: Mapping[str, str], body: Any) -> tuple[int, bytes]:
        """Send anything."""
        async with self.session.post(f"{self.demo.url}/wechat", params=query, data=body) as response:
            return response.status, await response.read()


@pytest.fixture
async def stranger(still: Demo, clock: ManualClock) -> AsyncIterator[Stranger]:
    """Somebody on the internet."""
    async with aiohttp.ClientSession() as session:
        yield Stranger(still, session, clock)


async def test_the_platform_itself_is_answered(stranger: Stranger) -> None:
    """A push with the right keys gets a sealed answer, so that all refusals below are for their own reasons."""
    status, body = await stranger.post(stranger.packet())
    assert status == 200
    assert b"<Encrypt>" in body
    assert "技改".encode() not in body


@pytest.mark.parametrize(
    "wrong", [{"token": "anothertoken"}, {"aes_key": "A" * 42 + "E"}, {"app_id": "wx9999999999999999"}]
)
async def test_other_keys_are_refused(stranger: Stranger, wrong: dict[str, str]) -> None:
    """Whoever does not know token, key or app id gets 403 and an empty body, whichever of them is wrong."""
    forged = stranger.packet(account=msgspec.structs.replace(stranger.account, **wrong))
    assert await stranger.post(forged) == (403, b"")


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature"])
async def test_every_signed_part_counts(stranger: Stranger, name: str) -> None:
    """A query with one part changed, emptied or left out is refused."""
    packet = stranger.packet()
    without = {key: value for key, value in packet.query.items() if key != name}
    for query in ({**packet.query, name: packet.query[name][::-1] + "1"}, {**packet.query, name: ""}, without):
        assert await stranger.send(query, packet.body.encode()) == (403, b"")


@pytest.mark.parametrize("age", [WINDOW + 1, 86_400.0, -WINDOW - 1])
async def test_old_and_early_requests_are_refused(stranger: Stranger, age: float) -> None:
    """A request signed outside the window of five minutes, past or future, is refused though its signature is right."""
    assert await stranger.post(stranger.packet(age=age)) == (403, b"")


async def test_a_captured_request_is_worth_nothing(stranger: Stranger) -> None:
    """Repeated as often as the platform would, it is answered; once more, or a minute later, it is refused."""
    captured, kept = stranger.packet(), stranger.packet("单项冠军")
    assert (await stranger.post(kept))[0] == 200
    assert [(await stranger.post(captured))[0] for _ in range(4)] == [200, 200, 200, 403]
    await stranger.clock.advance(61)
    assert await stranger.post(kept) == (403, b"")


async def test_a_captured_signature_fits_no_other_words(stranger: Stranger) -> None:
    """The query of a captured request does not carry another body."""
    one, other = stranger.packet(), stranger.packet("单项冠军")
    assert (await stranger.post(one))[0] == 200
    assert await stranger.send(one.query, other.body.encode()) == (403, b"")


async def test_a_clear_body_is_refused(stranger: Stranger) -> None:
    """In safe mode nothing that the query says makes an unsealed message acceptable."""
    plain = msgspec.structs.replace(stranger.account, mode="plain")
    packet = stranger.packet(account=plain)
    for query in (packet.query, {**packet.query, "encrypt_type": "raw"}, {**packet.query, "encrypt_type": "aes"}):
        assert await stranger.send(query, packet.body.encode()) == (403, b"")


async def test_another_accounts_message_is_refused(stranger: Stranger) -> None:
    """What is addressed to another account is refused though it is sealed with our keys."""
    composed = pushes.compose(pushes.text("技改"), to="gh_another", sender=OPENID, created=0, message_id=1)
    assert await stranger.post(stranger.packet(xml=composed)) == (403, b"")


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "not xml",
        "{}",
        "<xml>",
        "<xml></xml>",
        "<html></html>",
        "<xml><ToUserName>gh</ToUserName></xml>",
        BOMB,
        FILE,
        "<xml><Encrypt>" + "<a>" * 5000 + "</xml>",
        "<xml><Encrypt></Encrypt><Encrypt></Encrypt></xml>",
        "\x00<xml/>",
    ],
)
async def test_malformed_bodies(stranger: Stranger, xml: str) -> None:
    """Under the platform's own signature what is no message is a 400, an entity bomb too, or a 403 if unsealed."""
    status, body = await stranger.send(stranger.packet().query, xml.encode())
    assert (status in (400, 403), body) == (True, b"")
    sealed = stranger.packet(xml=xml or " ")
    assert await stranger.post(sealed) == (400, b"")


async def test_a_bomb_inside_and_outside_the_seal(stranger: Stranger) -> None:
    """Entities of one's own are refused before they are read, wherever they stand."""
    assert await stranger.send(stranger.packet().query, BOMB.encode()) == (400, b"")
    assert await stranger.post(stranger.packet(xml=BOMB)) == (400, b"")


async def test_large_bodies(stranger: Stranger) -> None:
    """More than the platform ever sends is a 413, whether its length is announced or it comes in pieces."""
    query, large = stranger.packet().query, b"x" * 100_000

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    assert await stranger.send(query, large) == (413, b"")
    assert await stranger.send(query, pieces()) == (413, b"")
    assert (await stranger.send(query, b"x" * MAX_BODY))[0] == 400


async def test_the_consoles_question(stranger: Stranger) -> None:
    """Only who knows the token gets an echo."""
    url, now = f"{stranger.demo.url}/wechat", str(int(stranger.clock.time()))
    good = {"timestamp": now, "nonce": "n1", "signature": sign(stranger.account.token, now, "n1"), "echostr": "<e>&1"}
    async with stranger.session.get(url, params=good) as response:
        assert (response.status, await response.text()) == (200, "<e>&1")
    for query in ({}, {"echostr": "x"}, {**good, "signature": "0" * 40}, {**good, "nonce": "n2"}):
        async with stranger.session.get(url, params=query) as response:
            assert (response.status, await response.read()) == (403, b"")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods(stranger: Stranger, method: str) -> None:
    """Nothing but GET and POST is known."""
    async with stranger.session.request(method, f"{stranger.demo.url}/wechat") as response:
        assert response.status == 405


async def test_a_broken_off_body(stranger: Stranger) -> None:
    """Who announces more than they send, and hangs up, harms nobody."""
    host, port = stranger.demo.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /wechat?signature=x HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>")
    await writer.drain()
    writer.close()
    assert (await stranger.post(stranger.packet()))[0] == 200


NOISE = settings(max_examples=60)


@NOISE
@given(
    st.dictionaries(st.sampled_from(("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")), st.text()),
    st.binary(max_size=300),
)
async def test_noise_is_refused(stranger: Stranger, query: dict[str, str], body: bytes) -> None:
    """Whatever a stranger sends, the answer is an empty refusal and never a failure of ours."""
    safe = {name: value.encode(errors="replace").decode() for name, value in query.items()}
    status, answer = await stranger.send(safe, body)
    assert (status, answer) == (403, b"")


@NOISE
@given(st.text(max_size=200))
async def test_whatever_a_seal_holds(stranger: Stranger, inside: str) -> None:
    """Also under a perfect seal what is no message is refused, and what is one is answered."""
    xml = inside.encode(errors="replace").decode() or "x"
    assert (await stranger.post(stranger.packet(xml=xml)))[0] == 400


async def test_logs_name_nobody(stranger: Stranger, caplog: pytest.LogCaptureFixture) -> None:
    """Of all this the logs hold statuses and reasons, but no openid, no words, no key and no signature."""
    caplog.set_level(logging.DEBUG)
    good = stranger.packet("紫色的大象")
    with capture_logs() as logs:
        await stranger.post(good)
        for _ in range(3):
            await stranger.post(good)
        await stranger.post(stranger.packet("紫色的大象", age=1e6))
        await stranger.post(stranger.packet(xml=BOMB))
        await stranger.send(good.query, b"x" * 100_000)
        await stranger.post(stranger.packet(account=msgspec.structs.replace(stranger.account, token="wrong")))
    refused = [(log["status"], log["reason"]) for log in logs if log["event"] == "callback refused"]
    assert [status for status, _ in refused] == [403, 403, 400, 413, 403]
    told = f"{logs} {caplog.text}"
    account = stranger.account
    secret = (account.token, account.secret, account.aes_key, good.query["signature"], good.query["msg_signature"])
    for word in (OPENID, "大象", *secret):
        assert word not in told
