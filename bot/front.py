"""The short way of a push: one that is complete and spelled as usual is taken off the wire without a web framework.

A connection begins here. What arrives whole, in one piece, and in the ordinary spelling of a push is read, answered and
written here, at a third of the cost. Whatever else comes, a page, a slow body, a chunked one, an odd header, hands the
connection to aiohttp for good, from that request's first byte on; so all limits and timeouts of the long way stand, and
nothing is ever half read here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

from aiohttp import web

from bot.callback import Callback, Told
from bot.clock import Clock, within
from bot.errors import ConfigError
from bot.wechat.protocol import MAX_BODY

PATH = "/wechat"
IDLE = 3630.0  # seconds a silent connection may stay, as aiohttp has it: longer than a proxy keeps one
AHEAD = 2 * MAX_BODY  # bytes that may wait while a request is answered; then nothing more is read
# What is not spelled like this goes the long way, and so does a header whose name is not known to be harmless.
_HARMLESS = (
    rb"accept|accept-encoding|accept-language|cache-control|content-type|pragma|user-agent|via|x-forwarded-for|"
    rb"x-forwarded-host|x-forwarded-port|x-forwarded-proto|x-real-ip|x-request-id"
)
_PLAIN = rb"(?:\r\n(?:(?:" + _HARMLESS + rb"): [\x20-\x7e]{0,400}|connection: keep-alive)){0,12}+"
_HOST = rb"\r\nhost: [a-z0-9.:_-]{1,300}"
_LENGTH = rb"\r\ncontent-length: ([1-9][0-9]{0,4})"
_REQUEST = re.compile(
    rb"POST " + PATH.encode() + rb"\?(?P<query>[A-Za-z0-9_=&.-]{1,1000}) HTTP/1\.1"
    rb"(?i:" + _PLAIN + rb"(?:" + _HOST + _PLAIN + _LENGTH + rb"|" + _LENGTH + _PLAIN + _HOST + rb")" + _PLAIN + rb")"
    rb"\r\n\r\n"
)  # fmt: skip
_HEAD = b"%bContent-Length: %d\r\nDate: %b\r\n%b\r\n"


class Door:
    """All connections of one address: where pushes go, and `server`, which makes the long way."""

    def __init__(self, callback: Callback, server: web.Server, clock: Clock) -> None:
        self.callback = callback
        self.server = server
        self.fronts: set[Front] = set()
        self.closing = False
        self._clock = clock
        self._second, self._date = 0, b""

    def head(self, told: Told) -> bytes:
        """The first lines of a response."""
        second = int(self._clock.time())
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        return _HEAD % (
            _first_lines(told.status, told.kind),
            len(told.body),
            self._date,
            b"Connection: close\r\n" if self.closing else b"",
        )

    async def close(self, seconds: float) -> None:
        """Hang up where nobody waits, and elsewhere once they are answered or the time is over."""
        self.closing = True
        for front in list(self.fronts):
            front.leave()
        answering = [front.answering for front in self.fronts if front.answering is not None]
        if answering:
            await within(self._clock, asyncio.gather(*answering, return_exceptions=True), seconds)
        for front in list(self.fronts):
            front.abort()


class Front(asyncio.Protocol):
    """One connection, for as long as what comes is spelled as usual."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._transport: asyncio.Transport | None = None
        self._waiting = b""  # what came while a request was answered
        self._choked = False  # whoever is there does not read what we write
        self._loop = asyncio.get_running_loop()
        self._seen = self._loop.time()
        self._idle: asyncio.TimerHandle | None = None
        self.answering: asyncio.Future[Any] | None = None  # the request that is answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no asyncio.Transport
        self._door.fronts.add(self)
        self._idle = self._loop.call_later(IDLE, self._look)

    def connection_lost(self, _: Exception | None) -> None:
        """They are gone; what is being answered is answered for the next delivery."""
        self._let_go()
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        """A request, if it is whole; else the long way begins."""
        if self.answering is None and not self._choked:
            self._take(data)
            return
        self._waiting += data
        if len(self._waiting) > AHEAD and self._transport is not None:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Take nothing more from somebody who does not read."""
        self._choked = True

    def resume_writing(self) -> None:
        """They read again."""
        self._choked = False
        if self.answering is None:
            self._go_on()

    def leave(self) -> None:
        """Hang up, unless a request is being answered."""
        if self.answering is None and self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, data: bytes) -> None:
        found = _REQUEST.match(data)
        if found is None:
            self._hand_over(data)
            return
        words, first, second = found.groups()
        query, start, length = _query(words.decode("ascii")), found.end(), int(first or second)
        end = start + length
        if query is None or length > MAX_BODY or end > len(data):
            self._hand_over(data)
            return
        self._waiting = data[end:]
        self._seen = self._loop.time()
        self.answering = self._door.callback.begin(query, data[start:end], self._told)

    def _told(self, told: Told) -> None:
        self.answering = None
        if self._transport is None:
            return
        self._transport.write(self._door.head(told) + told.body)
        if self._door.closing:
            self._transport.close()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """The next request, where it came already."""
        if self._waiting and self._transport is not None and not self._choked:
            data, self._waiting = self._waiting, b""
            self._transport.resume_reading()
            self._take(data)

    def _hand_over(self, data: bytes) -> None:
        transport = self._transport
        assert transport is not None
        self._let_go()
        handler = self._door.server()
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(data)

    def _let_go(self) -> None:
        self._door.fronts.discard(self)
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def _look(self) -> None:
        """Hang up where nothing was heard for long."""
        rest = self._seen + IDLE - self._loop.time()
        if self.answering is None and rest <= 0:
            self.leave()
        else:
            self._idle = self._loop.call_later(max(rest, 1.0), self._look)


@lru_cache(maxsize=64)
def _first_lines(status: int, kind: str) -> bytes:
    typed = f"Content-Type: {kind}; charset=utf-8\r\n" if kind else ""
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{typed}".encode()


def _query(text: str) -> dict[str, str] | None:
    """The fields of a query; None where one is there twice, or has no name or no value."""
    fields = text.split("&")
    try:
        query = dict([field.split("=", 1) for field in fields])
    except ValueError:  # one that is no field
        return None
    return query if len(query) == len(fields) and "" not in query and "" not in query.values() else None


@asynccontextmanager
async def listening(
    runner: web.AppRunner, callback: Callback, clock: Clock, *, host: str, port: int, patience: float
) -> AsyncIterator[Door]:
    """Take requests at an address, and at the end let those that are under way be answered for at most `patience`
    seconds. ConfigError where that cannot be, as when another program has the port."""
    assert runner.server is not None
    door = Door(callback, runner.server, clock)
    try:
        server = await asyncio.get_running_loop().create_server(lambda: Front(door), host, port, backlog=128)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}") from error
    try:
        yield door
    finally:
        server.close()
        await door.close(patience)
