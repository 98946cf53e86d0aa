"""GET and POST /wechat: the platform's requests go to the wire and the engine, and their answers back. Thin."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, Protocol

import structlog
from aiohttp import web

from bot.clock import Clock, within
from bot.errors import Forged, Malformed, Overloaded, ProtocolError, StoreError, TooLarge
from bot.messages import AnyMessage
from bot.replies import Answer, Silence
from bot.store.signatures import Signatures
from bot.wechat.protocol import MAX_BODY, SUCCESS, WINDOW, Received, Wire

logger = structlog.get_logger(__name__)

READ_SECONDS = 5.0  # for a whole body; the platform itself gives up on us after as long
DELIVERIES = 3  # the platform's first try and its retries, five seconds apart
DELIVERY_SECONDS = 60.0  # from the first to the last of them, with a wide margin
REMEMBERED = 10_000  # signatures in each of the two halves of the memory: 7 MB when both are full


class Handles(Protocol):
    """What answers messages: the engine."""

    def handle(self, message: AnyMessage) -> Awaitable[Answer | None]:
        """What to say, or None for nothing now. StoreError where nothing could be kept, so that a retry is wanted."""


class Told(NamedTuple):
    """What a push is told; `kind` is the type of the body, empty where there is none."""

    status: int = 200
    body: bytes = b""
    kind: str = ""


Measure = Callable[[float, int], None]  # how many seconds a delivery waited, and the status it was told


def _unmeasured(seconds: float, status: int) -> None:
    """Nobody wants to know."""


class Callback:
    """The two handlers of the callback's address.

    `signatures` keeps each signature with its message in every process; None where all bodies are sealed, and so signed
    themselves.
    """

    def __init__(
        self,
        *,
        wire: Wire,
        engine: Handles,
        clock: Clock,
        signatures: Signatures | None,
        measure: Measure = _unmeasured,
    ) -> None:
        self._wire = wire
        self._measure = measure
        self._engine = engine
        self._clock = clock
        self._signatures = signatures
        self._deliveries = Deliveries()

    async def verify(self, request: web.Request) -> web.Response:
        """GET: the console asks whether this address is ours."""
        try:
            return web.Response(text=self._wire.verify(request.query))
        except ProtocolError as error:
            return _response(_refuse(error))

    async def receive(self, request: web.Request) -> web.Response:
        """POST: a message or an event."""
        since = self._clock.monotonic()
        try:
            body = await self._body(request)
        except ProtocolError as error:
            told = _refuse(error)
        else:
            if body is not None:
                return _response(await self.take(request.query, body))
            told = Told(status=408)
        self._measure(self._clock.monotonic() - since, told.status)
        return _response(told)

    async def take(self, query: Mapping[str, str], body: bytes) -> Told:
        """What a push is told, whose body is here."""
        since = self._clock.monotonic()
        told = await self._take(query, body)
        self._measure(self._clock.monotonic() - since, told.status)
        return told

    def begin(self, query: Mapping[str, str], body: bytes, tell: Callable[[Told], None]) -> asyncio.Future[Any]:
        """The same without a task of its own, which costs as much as reading the message: `tell` is called in a later
        turn of the loop, before whoever waits for the future goes on."""
        since = self._clock.monotonic()
        waiting, word = self._start(query, body)

        def end(_: asyncio.Future[Any]) -> None:
            if not waiting.cancelled():
                try:
                    told = word(waiting)
                except Exception:  # nobody else would hear of it, and whoever is there would wait for ever
                    logger.exception("push not taken")
                    told = Told(status=500)
                self._measure(self._clock.monotonic() - since, told.status)
                tell(told)

        waiting.add_done_callback(end)
        return waiting

    def _start(
        self, query: Mapping[str, str], body: bytes
    ) -> tuple[asyncio.Future[Any], Callable[[asyncio.Future[Any]], Told]]:
        """What is waited for, and what makes of it the word that a push is told."""
        if self._signatures is not None:  # asks the database
            return asyncio.ensure_future(self._take(query, body)), asyncio.Future.result
        try:
            received = self._read(query, body)
        except ProtocolError as error:
            refused: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
            refused.set_result(_refuse(error))
            return refused, asyncio.Future.result
        return self._handle(received), partial(self._word, received)

    async def _take(self, query: Mapping[str, str], body: bytes) -> Told:
        try:
            received = self._read(query, body)
            await self._bind(received)
        except ProtocolError as error:
            return _refuse(error)
        except StoreError as error:
            return _ask_again(error)
        handling = self._handle(received)
        with suppress(Exception):  # of which `_word` makes something
            await handling
        return self._word(received, handling)

    def _handle(self, received: Received) -> asyncio.Future[Answer | None]:
        try:
            handled = self._engine.handle(received.message)
            return handled if isinstance(handled, asyncio.Future) else asyncio.ensure_future(handled)
        except StoreError as error:
            done: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
            done.set_exception(error)
        except Exception:
            logger.exception("message not answered")
            done = asyncio.get_running_loop().create_future()
            done.set_result(None)
        return done

    def _read(self, query: Mapping[str, str], body: bytes) -> Received:
        time = self._clock.time()
        received = self._wire.read(query, body, time)
        self._deliveries.admit(received, time)
        return received

    def _word(self, received: Received, handled: asyncio.Future[Answer | None]) -> Told:
        """What a push is told, from what became of its message."""
        try:
            answer = handled.result()
            body = self._wire.render(answer.reply if answer else Silence(), received, self._clock.time())
        except StoreError as error:
            return _ask_again(error)
        except Exception:
            # A retry would meet the same failure, and after the last one the platform shows the follower a fault line.
            logger.exception("message not answered")
            body = SUCCESS
        return Told(body=body, kind="text/plain" if body == SUCCESS else "application/xml")

    async def _bind(self, received: Received) -> None:
        """Forged where the signature came with another message before, here or at another process."""
        if self._signatures is None:
            return
        if not await self._signatures.belongs(received.signature, received.message.key, self._clock.time()):
            raise Forged("the signature came with another message")

    async def _body(self, request: web.Request) -> bytes | None:
        """The whole body, or None where it does not come in time."""
        if (request.content_length or 0) > MAX_BODY:
            raise TooLarge("the body is announced too large")
        if request.content.is_eof():  # all of it is here, as it nearly always is: no timer needed
            return await _collect(request)
        reading = asyncio.ensure_future(_collect(request))
        try:
            return reading.result() if await within(self._clock, reading, READ_SECONDS) else None
        finally:
            reading.cancel()
            await asyncio.wait({reading})  # two may not read one body, and aiohttp drains what is left


CALLBACK = web.AppKey("callback", Callback)


class Deliveries:
    """Which signed requests came lately, so that a captured one is worth nothing.

    The engine knows a message by its key and never handles it twice; but the plain signature does not cover the body,
    so that here a signature stays with the message it first came with. This is one process's memory, which
    `Signatures` outlives. It has two halves and forgets the older when the newer is full or too old: no more than twice
    REMEMBERED, and no less than a signature stays good.
    """

    def __init__(self) -> None:
        self._recent: dict[str, tuple[str, float, int]] = {}
        self._older: dict[str, tuple[str, float, int]] = {}
        self._since = 0.0

    def admit(self, received: Received, time: float) -> None:
        """Take note of a push, or Forged where the platform would not deliver it like this."""
        signature = received.signature
        self._forget(time)
        key, first, count = self._recent.get(signature) or self._older.get(signature) or (received.message.key, time, 0)
        if key != received.message.key:
            raise Forged("the signature came with another message")
        if count >= DELIVERIES or time - first > DELIVERY_SECONDS:
            raise Forged("the message was delivered before")
        self._recent[signature] = (key, first, count + 1)

    def __len__(self) -> int:
        return len(self._recent) + len(self._older)

    def _forget(self, time: float) -> None:
        # A clock may be behind the platform's by the window, so a signature may stay good for two of them.
        if len(self._recent) >= REMEMBERED or time - self._since > 2 * WINDOW:
            self._recent, self._older, self._since = {}, self._recent, time


async def _collect(request: web.Request) -> bytes:
    body = bytearray()
    try:
        while chunk := await request.content.readany():
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLarge("the body is too large")
    except web.RequestPayloadError as error:
        raise Malformed("the body is broken off") from error
    return bytes(body)


def _response(told: Told) -> web.Response:
    if not told.kind:
        return web.Response(status=told.status)
    return web.Response(body=told.body, content_type=told.kind, charset="utf-8")


def _ask_again(error: StoreError) -> Told:
    """The one failure where a retry helps: nothing was kept, and the platform comes again unless it reads 200."""
    if isinstance(error, Overloaded):  # by thousands: a traceback for each takes as long as an answer
        logger.warning("message turned away")
    else:
        logger.error("message not kept", exc_info=error)
    return Told(status=503)


def _refuse(error: ProtocolError) -> Told:
    """The bare status: a stranger learns nothing of why."""
    logger.info("callback refused", status=error.status, reason=str(error))
    return Told(status=error.status)
