"""The platform's API on a real port: tokens and codes as its pages say, faults one by one on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import ManualClock
from bot.wechat.client import Client
from bot.wechat.wire import Wire

APP_ID, APP_SECRET = "wx0123456789abcdef", "s" * 32
LIFE, OVERLAP = 7200.0, 300.0  # seconds

T = TypeVar("T")
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request as the platform saw it."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    time: float

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)


def says(answer: dict[str, Any] | bytes, status: int = 200) -> Fault:
    """A fault that is an answer."""
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)

    async def fault(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type="text/plain")

    return fault


def refuses(errcode: int, errmsg: str = "no") -> Fault:
    """A fault that is an errcode, with HTTP 200 as the platform always does."""
    return says({"errcode": errcode, "errmsg": f"{errmsg} rid: 6f00-11-22"})


async def resets(request: web.Request) -> web.StreamResponse:
    """The connection is reset after the request was read."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hangs(request: web.Request) -> web.StreamResponse:
    """No answer ever comes."""
    await asyncio.Event().wait()
    return web.Response()


async def finish(clock: ManualClock, call: Awaitable[T], *, tick: float = 0.05, moment: float = 0.0) -> T:
    """The result of a call, time running on in ticks until it is there.

    A tick takes `moment` seconds of real time at most: a server in another process works in those, and a lease that
    ends while it does, on a machine with other work, would be this clock's doing.
    """
    task = asyncio.ensure_future(call)
    for _ in range(20_000):
        if task.done():
            break
        await clock.advance(tick)
        if moment:
            await asyncio.wait({task}, timeout=moment)
    return task.result()


@dataclass(kw_only=True)
class Platform:
    """One account: its stable token, what it was asked, and which faults come next."""

    clock: ManualClock
    tokens: dict[str, float] = field(default_factory=dict)  # value → when it ends
    issued: int = 0
    newest: str = ""
    calls: list[Call] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    token_faults: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: list[Call] = field(default_factory=list)
    stubborn: bool = False  # whether a forced refresh, too, brings the same token

    @property
    def token_calls(self) -> list[Call]:
        """The requests for a token."""
        return [call for call in self.calls if call.path == "/cgi-bin/stable_token"]

    @property
    def api_calls(self) -> list[Call]:
        """The other requests."""
        return [call for call in self.calls if call.path != "/cgi-bin/stable_token"]

    def issue(self) -> str:
        """A new token, the older ones living on for a while at most."""
        self.issued += 1
        ends = self.clock.time() + OVERLAP
        self.tokens = {value: min(end, ends) for value, end in self.tokens.items()}
        self.newest = f"TOKEN_{self.issued:03}"
        self.tokens[self.newest] = self.clock.time() + LIFE
        return self.newest

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        body = await request.read()
        time = self.clock.time()
        self.calls.append(
            Call(method=request.method, path=request.path, query=dict(request.query), body=body, time=time)
        )
        if request.path == "/cgi-bin/stable_token":
            return await (self.token_faults.popleft() if self.token_faults else self._token)(request)
        ends = self.tokens.get(request.query.get("access_token", ""))
        if ends is None or ends <= self.clock.time():
            return await refuses(40001 if ends is None else 42001, "invalid credential")(request)
        if self.always or self.faults:
            return await (self.always or self.faults.popleft())(request)
        self.done.append(self.calls[-1])
        return await says(self.answers.get(request.path, {"errcode": 0, "errmsg": "ok"}))(request)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        asked = self.token_calls[-1].json
        if (asked["grant_type"], asked["appid"]) != ("client_credential", APP_ID):
            return await refuses(40013)(request)
        if asked["secret"] != APP_SECRET:
            return await refuses(40125)(request)
        if asked.get("force_refresh") and not self.stubborn:
            self.tokens.clear()
            self.issue()
        elif self.tokens.get(self.newest, 0.0) - self.clock.time() <= OVERLAP:
            self.issue()
        left = int(self.tokens[self.newest] - self.clock.time())
        return await says({"access_token": self.newest, "expires_in": left})(request)


@dataclass(kw_only=True)
class Holder:
    """A token provider without a store: it asks the platform's own hand for another."""

    platform: Platform
    value: str = ""
    renewed: list[str] = field(default_factory=list)

    async def current(self) -> str:
        """The token held, the first one on the first call."""
        self.value = self.value or self.platform.issue()
        return self.value

    async def renew(self, rejected: str) -> str:
        """A new token."""
        self.renewed.append(rejected)
        self.value = self.platform.issue()
        return self.value


@asynccontextmanager
async def running(platform: Platform) -> AsyncIterator[str]:
    """The platform's base URL while it runs."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.receive)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


@asynccontextmanager
async def connected(platform: Platform, *, seconds: float = 10.0) -> AsyncIterator[Wire]:
    """A wire to the platform while it runs; `seconds` is how long an answer may take."""
    async with running(platform) as url, aiohttp.ClientSession() as session:
        yield Wire(session, url, clock=platform.clock, timeout=aiohttp.ClientTimeout(total=seconds, connect=3.0))


@asynccontextmanager
async def calling(platform: Platform, *, seconds: float = 10.0) -> AsyncIterator[tuple[Client, Holder]]:
    """A client to the platform while it runs, and who holds its token."""
    async with connected(platform, seconds=seconds) as wire:
        holder = Holder(platform=platform)
        yield Client(wire, holder, clock=platform.clock), holder
