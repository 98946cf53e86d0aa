"""What stories play on: the emulated platform of any kind of account, and processes of the bot that come and go."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from bot import config
from bot.app import Services, build_app, open_services
from bot.clock import ManualClock
from bot.context import Context
from bot.emulator.account import Account
from bot.emulator.platform import Platform
from bot.replies import Answer
from bot.routing import Router
from handlers import ROUTER, WORDS
from tests.corpus import DATA, the_corpus
from tests.patience import PATIENCE

ACCOUNT = Account(
    app_id="wx0123456789abcdef",
    secret="0123456789abcdef0123456789abcdef",
    token="pamplemousse",
    original_id="gh_0a1b2c3d4e5f",
    aes_key="0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
)
TEST_ACCOUNT = msgspec.structs.replace(ACCOUNT, mode="plain", aes_key="", kind="test")
SILENT_ACCOUNT = msgspec.structs.replace(ACCOUNT, kind="subscription", certified=False)  # may only answer
LOOKS = 2000  # questions to the database until a test gives up


class Process:
    """One process of the bot: its parts and the address it listens on."""

    def __init__(self, services: Services, stack: AsyncExitStack) -> None:
        app = build_app(services, WORDS)
        app.middlewares.append(self._watch)
        self.services = services
        self._server = TestServer(app, shutdown_timeout=0.0)
        self._stack = stack
        self._came = asyncio.Semaphore(0)

    async def listen(self) -> None:
        """Take requests from now on."""
        await self._stack.enter_async_context(self._server)

    @property
    def callback(self) -> str:
        """Where it wants the platform's pushes."""
        return str(self._server.make_url("/wechat"))

    async def arrival(self) -> None:
        """Return once one more request than were waited for before is here, all of it."""
        await asyncio.wait_for(self._came.acquire(), PATIENCE)

    async def die(self) -> None:
        """Stop at once, in the midst of everything, as a process that is killed does: nothing is finished."""
        await self.services.worker.stop(0.0)
        await self.services.engine.close(0.0)
        await self.stop()

    async def stop(self) -> None:
        """Finish what runs, then close."""
        await self._stack.aclose()

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Return once `done` says so, which asks the database."""
        for _ in range(LOOKS):
            if await done():
                return
        raise AssertionError("it never came about")

    async def settled(self) -> None:
        """Return once no message is being worked on."""
        await self.until(self._nothing_runs)

    @web.middleware
    async def _watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.content.wait_eof()
        self._came.release()
        return await handler(request)

    async def _nothing_runs(self) -> bool:
        return not (await self.services.inbox.counts()).get("running")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A platform, its API at an address, and a database file. `start` begins a process, which gets the pushes."""

    platform: Platform
    settings: config.Config
    path: Path
    clock: ManualClock
    stack: AsyncExitStack

    async def start(self, router: Router = ROUTER) -> Process:
        """A process on the database; the worker rests until `services.worker.start()`."""
        parts = AsyncExitStack()
        services = await parts.enter_async_context(
            open_services(self.settings, router, words=WORDS, clock=self.clock, corpus=the_corpus())
        )
        process = Process(services, parts)
        await process.listen()
        self.stack.push_async_callback(process.stop)
        self.platform.callback_url = process.callback
        return process

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as another program reads them."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608

    def tables(self) -> list[str]:
        """The names of all tables."""
        with closing(sqlite3.connect(self.path)) as connection:
            return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


@asynccontextmanager
async def open_stage(
    path: Path, clock: ManualClock, *, account: Account = ACCOUNT, transfer: bool = False
) -> AsyncIterator[Stage]:
    """The platform of `account`; the bot's data is to be in the migrated file at `path`."""
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform(account, clock=clock, seed=1))
        api = await stack.enter_async_context(TestServer(platform.app(), shutdown_timeout=0.0))
        settings = config.Config(
            server=config.Server(public_url="https://huiqi.example.gov.cn"),
            wechat=config.WeChat(
                app_id=account.app_id,
                app_secret=account.secret,
                token=account.token,
                encoding_aes_key=account.aes_key,
                original_id=account.original_id,
                mode=account.mode,
                account=account.kind,
                certified=account.certified,
                api_base_url=str(api.make_url("")).rstrip("/"),
            ),
            database=config.Database(url=f"sqlite:///{path}"),
            corpus=config.Corpus(path=str(DATA)),
            replies=config.Replies(transfer=transfer),
        )
        yield Stage(platform=platform, settings=settings, path=path, clock=clock, stack=stack)


class Slow:
    """A handler that thinks for so many seconds about each message and then leaves it to the next handlers."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self.asked = 0
        self.thinking = asyncio.Event()

    async def answer(self, ctx: Context) -> Answer | None:
        """Think."""
        self.asked += 1
        self.thinking.set()
        await self._clock.sleep(self.seconds)
        return None

    def router(self) -> Router:
        """The bot's handlers, with this one asked before them."""
        return Router(self.answer, *ROUTER.handlers, apology=ROUTER.apology)
