"""The callback over real HTTP: what the platform gets for each request, and what a stranger does not learn."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from structlog.testing import capture_logs
from wechatpy.crypto import WeChatCrypto
from wechatpy.parser import xmltodict

from bot.callback import DELIVERY_SECONDS, READ_SECONDS, REMEMBERED, Callback, Deliveries, Told
from bot.clock import ManualClock
from bot.errors import Forged, Overloaded, StoreError
from bot.messages import AnyMessage, Text
from bot.replies import Answer, AnyReply, Say, Silence
from bot.store.database import Database
from bot.store.signatures import Signatures
from bot.wechat.protocol import MAX_BODY, Received, Wire
from tests.patience import PATIENCE

TOKEN, APP, ACCOUNT, KEY = "pamplemousse", "wx0123456789abcdef", "gh_0a1b2c3d4e5f", "A" * 43
Client: TypeAlias = TestClient[web.Request, web.Application]
Connect: TypeAlias = Callable[[web.Application], Awaitable[Client]]


class Echo:
    """An engine that says one reply, or fails in one way, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[AnyMessage] = []
        self.reply: AnyReply | None = Say(text="您好")
        self.failure: Exception | None = None

    async def handle(self, message: AnyMessage) -> Answer | None:
        """The reply it was given."""
        self.asked.append(message)
        if self.failure is not None:
            raise self.failure
        return None if self.reply is None else Answer(reply=self.reply)


class Office:
    """A running callback with its engine and its clock."""

    def __init__(self, *, mode: str = "plain", signatures: Signatures | None = None) -> None:
        self.clock = ManualClock()
        self.engine = Echo()
        wire = Wire(app_id=APP, token=TOKEN, encoding_aes_key=KEY, original_id=ACCOUNT, mode=mode)
        callback = self.callback = Callback(wire=wire, engine=self.engine, clock=self.clock, signatures=signatures)
        self.app = web.Application()
        self.app.router.add_get("/wechat", callback.verify)
        self.app.router.add_post("/wechat", callback.receive)

    def sign(self, nonce: str = "1") -> dict[str, str]:
        """The query of a request of now."""
        stamp = str(int(self.clock.time()))
        signature = hashlib.sha1("".join(sorted((TOKEN, stamp, nonce))).encode()).hexdigest()  # noqa: S324
        return {"signature": signature, "timestamp": stamp, "nonce": nonce}


def words(text: str = "你好", msgid: int = 23000000000000001) -> bytes:
    """A text message in clear."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[oTest]]></FromUserName>"
        f"<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{msgid}</MsgId></xml>"
    ).encode()


def sealed(office: Office, xml: bytes, nonce: str = "1") -> tuple[dict[str, str], bytes]:
    """Query and envelope of a sealed message of now."""
    query = office.sign(nonce)
    envelope = WeChatCrypto(TOKEN, KEY, APP).encrypt_message(xml.decode(), query["nonce"], query["timestamp"])
    proof = xmltodict.parse(envelope)["xml"]["MsgSignature"]
    return query | {"encrypt_type": "aes", "msg_signature": proof}, envelope.encode()


async def seen(response: ClientResponse) -> tuple[int, bytes]:
    """Status and body."""
    return response.status, await response.read()


async def test_the_console_gets_its_echo_and_nothing_else(aiohttp_client: Connect) -> None:
    """The echo comes back byte for byte, as often as it is asked for, however old the question."""
    office = Office(mode="safe")
    client = await aiohttp_client(office.app)
    query = {**office.sign(), "echostr": "4375120948345356249"}
    for _ in range(5):
        response = await client.get("/wechat", params=query)
        assert await seen(response) == (200, b"4375120948345356249")
        assert response.content_type == "text/plain"
        await office.clock.advance(600)


async def test_a_forged_verification_learns_nothing(aiohttp_client: Connect) -> None:
    """403, and no word of why."""
    client = await aiohttp_client(Office().app)
    assert await seen(await client.get("/wechat")) == (403, b"")
    assert await seen(await client.get("/wechat", params={"signature": "é", "echostr": "x"})) == (403, b"")


async def test_a_message_is_answered_in_xml(aiohttp_client: Connect) -> None:
    """The engine gets the message, the platform the reply, as UTF-8 XML."""
    office = Office()
    client = await aiohttp_client(office.app)
    response = await client.post("/wechat", params=office.sign(), data=words())
    assert (response.status, response.content_type, response.charset) == (200, "application/xml", "utf-8")
    assert xmltodict.parse(await response.read())["xml"]["Content"] == "您好"
    assert [message.text for message in office.engine.asked if isinstance(message, Text)] == ["你好"]


async def test_a_sealed_message_is_answered_sealed(aiohttp_client: Connect) -> None:
    """In safe mode an independent implementation reads our answer over HTTP."""
    office = Office(mode="safe")
    client = await aiohttp_client(office.app)
    query, envelope = sealed(office, words())
    crypto = WeChatCrypto(TOKEN, KEY, APP)
    response = await client.post("/wechat", params=query, data=envelope)
    answer = await response.read()
    nodes = xmltodict.parse(answer)["xml"]
    xml = crypto.decrypt_message(answer, nodes["MsgSignature"], nodes["TimeStamp"], nodes["Nonce"])
    assert xmltodict.parse(xml)["xml"]["Content"] == "您好"
    assert await seen(await client.post("/wechat", params=office.sign("2"), data=words())) == (403, b"")


@pytest.mark.parametrize("reply", [None, Silence()])
async def test_nothing_to_say_is_success(aiohttp_client: Connect, reply: AnyReply | None) -> None:
    """The bare word, as plain text, so that the platform neither retries nor shows a fault."""
    office = Office()
    office.engine.reply = reply
    client = await aiohttp_client(office.app)
    response = await client.post("/wechat", params=office.sign(), data=words())
    assert await seen(response) == (200, b"success")
    assert response.content_type == "text/plain"


@pytest.mark.parametrize("body", [b"", b"hello", b"<xml></xml>", words()[:-1], b"<!DOCTYPE xml []>" + words()])
async def test_a_broken_message_is_a_bad_request(aiohttp_client: Connect, body: bytes) -> None:
    """400 with an empty body, and the engine never hears of it."""
    office = Office()
    client = await aiohttp_client(office.app)
    assert await seen(await client.post("/wechat", params=office.sign(), data=body)) == (400, b"")
    assert office.engine.asked == []


async def test_a_forged_message_learns_nothing(aiohttp_client: Connect) -> None:
    """Without a signature, with another's, or too late: 403 with an empty body."""
    office = Office()
    client = await aiohttp_client(office.app)
    query = office.sign()
    for parameters in ({}, query | {"signature": "0" * 40}, query | {"nonce": "2"}):
        assert await seen(await client.post("/wechat", params=parameters, data=words())) == (403, b"")
    await office.clock.advance(301)
    assert await seen(await client.post("/wechat", params=query, data=words())) == (403, b"")
    assert office.engine.asked == []


async def test_an_oversized_body_is_refused(aiohttp_client: Connect) -> None:
    """413 with an empty body, and the engine never hears of it."""
    office = Office()
    client = await aiohttp_client(office.app)
    too_large = b" " * (MAX_BODY + 1)
    assert await seen(await client.post("/wechat", params=office.sign(), data=too_large)) == (413, b"")
    assert office.engine.asked == []


async def test_a_body_in_pieces_is_read(aiohttp_client: Connect) -> None:
    """A body that arrives bit by bit, of unannounced length, is a body."""
    office = Office()
    client = await aiohttp_client(office.app)

    async def pieces() -> AsyncIterator[bytes]:
        for place in range(0, len(words()), 40):
            yield words()[place : place + 40]
            await asyncio.sleep(0)

    assert (await client.post("/wechat", params=office.sign(), data=pieces())).status == 200
    assert len(office.engine.asked) == 1


@asynccontextmanager
async def raw(client: Client, head: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which a request has begun and waits for its body."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(f"POST /wechat HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    for _ in range(1000):  # turns of the loop, enough for the other end to come to rest
        await asyncio.sleep(0)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_body_that_does_not_come_is_given_up(aiohttp_client: Connect) -> None:
    """Whoever announces more than they send is let go of after READ_SECONDS, and not sooner."""
    office = Office()
    client = await aiohttp_client(office.app)
    async with raw(client, "Content-Length: 100") as (reader, writer):
        writer.write(b"<xml>")
        line = asyncio.ensure_future(reader.readline())
        await office.clock.advance(READ_SECONDS - 0.1)
        assert not line.done()
        await office.clock.advance(0.2)
        assert await asyncio.wait_for(line, PATIENCE) == b"HTTP/1.1 408 Request Timeout\r\n"


async def test_an_oversized_body_is_not_waited_for(aiohttp_client: Connect) -> None:
    """413 comes before a body that is announced too large, and before the end of one that turns out to be."""
    client = await aiohttp_client(Office().app)
    async with raw(client, f"Content-Length: {MAX_BODY + 1}") as (reader, _):
        assert b" 413 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    async with raw(client, "Transfer-Encoding: chunked") as (reader, writer):
        writer.write(f"{MAX_BODY + 1:x}\r\n".encode() + b" " * (MAX_BODY + 1) + b"\r\n")
        assert b" 413 " in await asyncio.wait_for(reader.readline(), PATIENCE)


async def test_a_broken_transfer_is_given_up(aiohttp_client: Connect) -> None:
    """Chunks that are none are the sender's fault, not ours, and hold nothing up beyond READ_SECONDS."""
    office = Office()
    client = await aiohttp_client(office.app)
    async with raw(client, "Transfer-Encoding: chunked") as (reader, writer):
        writer.write(b"5\r\n<xml>\r\nnot a size\r\n")
        await office.clock.advance(READ_SECONDS)
        line = await asyncio.wait_for(reader.readline(), PATIENCE)
        assert line.split()[1] in (b"400", b"408")
    assert (await client.post("/wechat", params=office.sign(), data=words())).status == 200


async def test_a_body_that_cannot_be_unpacked_is_a_bad_request(aiohttp_client: Connect) -> None:
    """So is a body that is not packed as it says."""
    client = await aiohttp_client(Office().app)
    headers = {"Content-Encoding": "gzip"}
    assert (await client.post("/wechat", params=Office().sign(), data=words(), headers=headers)).status == 400


async def test_a_caller_who_hangs_up_leaves_nothing_behind(aiohttp_client: Connect) -> None:
    """After a connection lost in the middle of a body the next message is answered."""
    office = Office()
    client = await aiohttp_client(office.app)
    async with raw(client, "Content-Length: 100") as (_, writer):
        writer.write(b"<xml>")
    assert (await client.post("/wechat", params=office.sign(), data=words())).status == 200


async def test_a_failing_engine_is_hidden_from_the_follower(aiohttp_client: Connect) -> None:
    """What parsed never gets a 5xx for a fault of ours: the platform would show its fault line."""
    office = Office()
    office.engine.failure = RuntimeError("a bug")
    client = await aiohttp_client(office.app)
    assert await seen(await client.post("/wechat", params=office.sign(), data=words())) == (200, b"success")


async def test_a_lost_database_asks_for_a_retry(aiohttp_client: Connect) -> None:
    """503 brings the message back; by then it may be kept, and the retry is answered."""
    office = Office()
    office.engine.failure = StoreError("away")
    client = await aiohttp_client(office.app)
    assert await seen(await client.post("/wechat", params=office.sign(), data=words())) == (503, b"")
    office.engine.failure = None
    assert (await client.post("/wechat", params=office.sign(), data=words())).status == 200


async def test_who_is_turned_away_is_told_so_in_one_line(aiohttp_client: Connect) -> None:
    """What comes by thousands is 503 too, and no traceback for each takes the time of those who are answered."""
    office = Office()
    office.engine.failure = Overloaded("too many")
    client = await aiohttp_client(office.app)
    with capture_logs() as lines:
        assert await seen(await client.post("/wechat", params=office.sign(), data=words())) == (503, b"")
    assert lines == [{"event": "message turned away", "log_level": "warning"}]


class Lost(Signatures):
    """Signatures whose keeper has a bug."""

    async def belongs(self, signature: str, key: str, time: float) -> bool:
        """Fail."""
        raise LookupError(key)


async def test_a_push_that_fails_on_the_way_is_told_so(database: Database) -> None:
    """On the short way nobody waits for ever either: a bug before the message is taken is a 500, as on the long way."""
    office = Office(signatures=Lost(database))
    told: list[Told] = []
    waiting = office.callback.begin(office.sign(), words(), told.append)
    await asyncio.wait([waiting])
    assert told == [Told(status=500)]


async def test_three_deliveries_of_one_message_are_taken_and_no_fourth(aiohttp_client: Connect) -> None:
    """The platform's retries reach the engine under the same key; a fourth is somebody's replay."""
    office = Office()
    client = await aiohttp_client(office.app)
    query = office.sign()
    statuses = []
    for _ in range(5):
        statuses.append((await client.post("/wechat", params=query, data=words())).status)
        await office.clock.advance(5)
    assert statuses == [200, 200, 200, 403, 403]
    assert len({message.key for message in office.engine.asked}) == 1


async def test_sealed_messages_that_share_a_nonce_are_all_taken(aiohttp_client: Connect) -> None:
    """The platform's nonces are short, and of many pushes in one second two may have the same."""
    office = Office(mode="safe")
    client = await aiohttp_client(office.app)
    for number in range(5):
        query, envelope = sealed(office, words(msgid=number))
        assert (await client.post("/wechat", params=query, data=envelope)).status == 200
    assert len({message.key for message in office.engine.asked}) == 5


async def test_a_signature_stays_with_its_message(aiohttp_client: Connect) -> None:
    """In plain mode a captured signature carries no other words, though it does not cover them."""
    office = Office()
    client = await aiohttp_client(office.app)
    query = office.sign()
    assert (await client.post("/wechat", params=query, data=words(msgid=1))).status == 200
    assert await seen(await client.post("/wechat", params=query, data=words(msgid=2))) == (403, b"")
    assert (await client.post("/wechat", params=office.sign("2"), data=words(msgid=2))).status == 200


async def test_a_signature_stays_with_its_message_everywhere(aiohttp_client: Connect, database: Database) -> None:
    """Another process knows it too: other words are refused there, a retry is taken; without the database neither."""
    offices = [Office(signatures=Signatures(database)) for _ in range(2)]
    first, second = [await aiohttp_client(office.app) for office in offices]
    query = offices[0].sign()
    assert (await first.post("/wechat", params=query, data=words(msgid=1))).status == 200
    assert await seen(await second.post("/wechat", params=query, data=words(msgid=2))) == (403, b"")
    assert len(offices[1].engine.asked) == 0
    third = await aiohttp_client(Office(signatures=Signatures(database)).app)
    assert (await third.post("/wechat", params=query, data=words(msgid=1))).status == 200
    await database.close()
    assert await seen(await third.post("/wechat", params=query, data=words(msgid=1))) == (503, b"")


async def test_a_retry_under_a_new_signature_is_the_engines_matter(aiohttp_client: Connect) -> None:
    """Whether retries are signed anew is not documented; either way they arrive."""
    office = Office()
    client = await aiohttp_client(office.app)
    statuses = [(await client.post("/wechat", params=office.sign(str(n)), data=words())).status for n in range(3)]
    assert statuses == [200, 200, 200]


def push(signature: str, key: str = "k") -> Received:
    """A push that passed the wire."""
    message = Text(key=key, openid="oTest", account=ACCOUNT, created=1, text="x")
    return Received(message=message, encrypted=False, signature=signature)


def test_a_late_delivery_is_a_replay() -> None:
    """Up to a minute after its first delivery a message may come again, later not."""
    deliveries = Deliveries()
    deliveries.admit(push("s"), 1000.0)
    deliveries.admit(push("s"), 1000.0 + DELIVERY_SECONDS)
    with pytest.raises(Forged):
        deliveries.admit(push("s"), 1000.1 + DELIVERY_SECONDS)


def test_a_delivery_is_remembered_as_long_as_its_signature_is_good() -> None:
    """A signature from a clock five minutes ahead stays good for ten; until then it is known."""
    for start in (0.0, 1.0, 250.0, 550.0, 600.0, 601.0):
        deliveries = Deliveries()
        deliveries.admit(push("first"), 0.0)
        deliveries.admit(push("s"), start)
        for later in range(1, 600, 7):
            deliveries.admit(push(f"other {later}"), start + later)
        with pytest.raises(Forged):
            deliveries.admit(push("s", "another"), start + 600.0)


def test_the_memory_of_deliveries_is_bounded() -> None:
    """However many signatures come, no more than twice REMEMBERED are kept, and the latest are among them."""
    deliveries = Deliveries()
    for number in range(3 * REMEMBERED):
        deliveries.admit(push(str(number)), 1000.0)
        assert len(deliveries) <= 2 * REMEMBERED
    for number in range(2 * REMEMBERED, 3 * REMEMBERED):
        with pytest.raises(Forged):
            deliveries.admit(push(str(number), "another"), 1000.0)


def test_what_is_forgotten_may_come_again() -> None:
    """A signature that no longer counts takes no room."""
    deliveries = Deliveries()
    deliveries.admit(push("s"), 1000.0)
    deliveries.admit(push("t"), 1601.0)
    deliveries.admit(push("u"), 2202.0)
    assert len(deliveries) == 2
