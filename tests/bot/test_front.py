"""The short way of a push: the same answers as the long way, and whatever is unusual goes that one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from aiohttp import web

from bot.callback import Callback
from bot.clock import ManualClock, SystemClock
from bot.errors import ConfigError, StoreError
from bot.front import AHEAD, Door, listening
from bot.messages import AnyMessage
from bot.replies import Answer, Say
from bot.wechat.protocol import MAX_BODY, Wire
from tests.bot.test_callback import ACCOUNT, APP, KEY, Echo, Office, words
from tests.patience import PATIENCE
from tests.scenarios.programs import free_port


class Slow(Echo):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def handle(self, message: AnyMessage) -> Answer | None:
        """Wait, then the reply."""
        await self.go.wait()
        return await super().handle(message)


@dataclass
class Site:
    """An address with both ways, and what stands behind them; `long` counts the requests that aiohttp read."""

    office: Office
    port: int
    door: Door
    long: list[str]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection."""
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *pieces: bytes) -> tuple[int, dict[str, str], bytes]:
        """What one request on a connection of its own is told, which may come in pieces."""
        reader, writer = await self.connect()
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            for _ in range(20):
                await asyncio.sleep(0)
        found = await read(reader)
        writer.close()
        return found


async def until(happened: Callable[[], bool]) -> None:
    """Let the loop run until something has happened."""
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110  # what is awaited are sockets
            await asyncio.sleep(0)


async def read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """One response."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers.get("content-length", "0")))


@asynccontextmanager
async def opened(engine: Echo | None = None) -> AsyncIterator[Site]:
    """A site that listens."""
    office, long, port = Office(), list[str](), free_port()
    wire = Wire(app_id=APP, token="pamplemousse", encoding_aes_key=KEY, original_id=ACCOUNT, mode="plain")
    office.engine = engine or office.engine
    callback = Callback(wire=wire, engine=office.engine, clock=office.clock, signatures=None)

    @web.middleware
    async def counted(request: web.Request, handler: web.Handler) -> web.StreamResponse:  # type: ignore[name-defined]
        long.append(request.method)
        response: web.StreamResponse = await handler(request)
        return response

    app = web.Application(middlewares=[counted])
    app.router.add_get("/wechat", callback.verify)
    app.router.add_post("/wechat", callback.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    async with listening(runner, callback, SystemClock(), host="127.0.0.1", port=port, patience=0.2) as door:
        yield Site(office=office, port=port, door=door, long=long)
    await runner.cleanup()


def push(site: Site, body: bytes, *headers: str, query: dict[str, str] | None = None, nonce: str = "1") -> bytes:
    """A request as the platform spells it, with other headers beside."""
    text = urlencode(site.office.sign(nonce) if query is None else query)
    lines = [f"POST /wechat?{text} HTTP/1.1", "Host: bot.example.cn", "User-Agent: Mozilla/4.0", "Accept: */*"]
    lines += ["Content-Type: text/xml", f"Content-Length: {len(body)}", "Connection: Keep-Alive", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def test_an_ordinary_push_goes_the_short_way() -> None:
    """It is answered as XML, with its length and the day, and aiohttp never sees it."""
    async with opened() as site:
        status, headers, body = await site.ask(push(site, words()))
        assert (status, headers["content-type"]) == (200, "application/xml; charset=utf-8")
        assert "您好" in body.decode()
        assert headers["date"].endswith("GMT")
        assert site.long == []


async def test_both_ways_say_the_same() -> None:
    """Good pushes, forged ones, broken ones, and those that could not be kept: status, type and body."""
    bodies = [words(), words("二"), b"<xml></xml>", b"x", b"<xml>" + b"a" * 60_000]
    for failure in (None, StoreError("away"), LookupError("out of order")):
        async with opened() as site:
            site.office.engine.failure = failure
            for number, body in enumerate(bodies):
                good = site.office.sign(f"{number}")
                for query in (good, {**good, "signature": "0" * 40}, {**good, "timestamp": "7"}):
                    short = await site.ask(push(site, body, query=query))
                    before = len(site.long)
                    long = await site.ask(push(site, body, "X-Odd: 1", query=query))
                    assert len(site.long) == before + 1
                    assert (short[0], short[2]) == (long[0], long[2])
                    assert short[0] != 200 or short[1]["content-type"] == long[1]["content-type"]


@pytest.mark.parametrize(
    "header",
    [
        "Transfer-Encoding: chunked", "Connection: close", "Expect: 100-continue", "Content-Encoding: gzip",
        "Upgrade: websocket", "Content-Length: 5", "Host: other.example", "Cookie: a=b", "X\t: 1", " folded",
        "X-Forwarded-For : 1", "Accept: \x01",
    ],
)  # fmt: skip
async def test_an_odd_header_goes_the_long_way(header: str) -> None:
    """Whatever could mean that the body is not what it seems is aiohttp's to judge."""
    async with opened() as site:
        await asyncio.wait_for(site.ask(push(site, words(), header) + b"\r\n"), PATIENCE)
        assert [type(front) for front in site.door.fronts] == []
        assert site.office.engine.asked == [] or site.long == ["POST"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"POST", b"PUT"), (b"HTTP/1.1", b"HTTP/1.0"), (b"nonce=1", b"nonce=%31"), (b"nonce=1", b"nonce=1&nonce=1"),
        (b"nonce=1", b"nonce=1&x="), (b"/wechat?", b"/wechat/?"), (b"Host: bot.example.cn\r\n", b""),
    ],
)  # fmt: skip
async def test_an_odd_line_goes_the_long_way(old: bytes, new: bytes) -> None:
    """Another method, version, path, or a query that must be decoded."""
    async with opened() as site:
        status, _, _ = await asyncio.wait_for(site.ask(push(site, words()).replace(old, new, 1)), PATIENCE)
        assert len(site.long) == 1 or status == 400
        assert site.door.fronts == set()


async def test_what_comes_in_pieces_goes_the_long_way() -> None:
    """Cut anywhere, it is answered; a body above the limit is refused before it is read."""
    async with opened() as site:
        for cut in (1, 20, 200, 420):
            request = push(site, words(), nonce=str(cut))
            status, _, _ = await site.ask(request[:cut], request[cut:])
            assert status == 200
        assert site.long == ["POST"] * 4
        status, _, _ = await site.ask(push(site, b"a" * (MAX_BODY + 1)))
        assert status == 413


async def test_a_page_goes_the_long_way_and_stays_there() -> None:
    """After one, pushes on the same connection are answered too."""
    async with opened() as site:
        reader, writer = await site.connect()
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await read(reader))[0] == 404
        writer.write(push(site, words()))
        assert (await read(reader))[0] == 200
        assert site.long == ["GET", "POST"]
        writer.close()


async def test_requests_in_a_row_are_answered_in_their_order() -> None:
    """Sent at once, without waiting, the last of them a page."""
    async with opened() as site:
        reader, writer = await site.connect()
        writer.write(
            b"".join(push(site, words(msgid=n), nonce=f"{n}") for n in range(8)) + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert [(await read(reader))[0] for _ in range(9)] == [200] * 8 + [404]
        assert len(site.office.engine.asked) == 8
        writer.close()


async def test_a_flood_is_not_read() -> None:
    """While one request is answered no more than AHEAD waits, and all of it is answered later."""
    async with opened(Slow()) as site:
        assert isinstance(site.office.engine, Slow)
        reader, writer = await site.connect()
        many = 3 * AHEAD // len(push(site, words()))
        writer.write(b"".join(push(site, words(msgid=n), nonce=f"{n}") for n in range(many)))
        await until(lambda: any(len(front._waiting) > AHEAD for front in site.door.fronts))
        (front,) = site.door.fronts
        assert len(front._waiting) <= AHEAD + 256 * 1024
        site.office.engine.go.set()
        assert {(await read(reader))[0] for _ in range(many)} == {200}
        writer.close()


async def test_closing_lets_those_be_answered_who_wait() -> None:
    """A silent connection is hung up on, a busy one after its answer, or when the time is over."""
    for answered in (True, False):
        engine = Slow()
        async with opened(engine) as site:
            idle, silent = await site.connect()
            busy, writer = await site.connect()
            writer.write(push(site, words()))
            await until(lambda: any(front.answering for front in site.door.fronts))
            closing = asyncio.create_task(site.door.close(60.0 if answered else 0.2))
            assert await idle.read() == b""
            if answered:
                engine.go.set()
                status, headers, _ = await read(busy)
                assert (status, headers["connection"]) == (200, "close")
            await closing
            for one in (silent, writer):
                one.close()
            await asyncio.sleep(0)
            assert site.door.fronts == set()
            engine.go.set()


async def test_whoever_hangs_up_is_not_waited_for() -> None:
    """The message is handled all the same, for the next delivery."""
    engine = Slow()
    async with opened(engine) as site:
        _, writer = await site.connect()
        writer.write(push(site, words()))
        await until(lambda: any(front.answering for front in site.door.fronts))
        writer.close()
        await until(lambda: not site.door.fronts)
        engine.go.set()
        await until(lambda: len(engine.asked) == 1)


async def test_a_taken_port_is_said_to_be() -> None:
    """Where another program listens, the address and the reason are told."""
    async with opened() as site:
        runner = web.AppRunner(web.Application())
        await runner.setup()
        callback = Callback(
            wire=Wire(app_id=APP, token="pamplemousse", encoding_aes_key=KEY, original_id=ACCOUNT, mode="plain"),
            engine=Echo(),
            clock=ManualClock(),
            signatures=None,
        )
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1 port {site.port}: .*in use"):
            async with listening(runner, callback, ManualClock(), host="127.0.0.1", port=site.port, patience=0.0):
                pass
        await runner.cleanup()


def test_the_reply_is_what_the_engine_said() -> None:
    """The echo engine of these tests says this."""
    assert Echo().reply == Say(text="您好")
