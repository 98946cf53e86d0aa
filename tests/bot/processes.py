"""Processes that send, and what they send from and to, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import Table, insert, select

from bot.channels.custom import Custom
from bot.clock import ManualClock
from bot.config import Push
from bot.errors import StoreError
from bot.limits import Limits
from bot.outbox import Channel, Outbox
from bot.store.calls import Claimed, Entry, Limit
from bot.store.database import Database
from bot.store.driver import Script, Store, T, Upsert
from bot.store.limits import Usage
from bot.store.outbox import OutboxRows
from bot.store.tables import followers, outbox
from bot.store.tokens import TokenRows
from bot.wechat.client import Client
from bot.wechat.token import StableToken
from bot.wechat.wire import Wire
from tests.bot.wechat.platform import APP_ID, APP_SECRET, Platform, connected
from tests.databases import MARKING

PUSH = Push()
HELLO = '{"msgtype": "text", "text": {"content": "您好"}}'.encode()


def build(store: Store, clock: ManualClock, *channels: Channel) -> Outbox:
    """A process with these channels."""
    return Outbox(rows=OutboxRows(store), limits=Limits(store, clock=clock), channels=channels, clock=clock)


@asynccontextmanager
async def sending(platform: Platform, database: Database, *, seconds: float = 10.0) -> AsyncIterator[Outbox]:
    """A process that sends customer-service messages to the platform."""
    async with connected(platform, seconds=seconds) as wire:
        yield build(database, platform.clock, Custom(client(wire, platform, database), PUSH))


def client(wire: Wire, platform: Platform, database: Database) -> Client:
    """The API with the shared token."""
    tokens = StableToken(wire, TokenRows(database), app_id=APP_ID, app_secret=APP_SECRET, clock=platform.clock)
    return Client(wire, tokens, clock=platform.clock)


async def wait_for(
    database: Database, clock: ManualClock, *openids: str, channel: str = "custom", life: float = 86_400.0
) -> None:
    """A message for each follower named, whose windows are open."""
    rows, time = OutboxRows(database), clock.time()
    entries = [
        Entry(key=f"{number}", openid=openid, channel=channel, body=HELLO, due=time, expires=time + life)
        for number, openid in enumerate(openids)
    ]
    windows = [
        {"openid": who, "followed": 1.0, "window_left": 5, "window_until": time + 48 * 3600} for who in set(openids)
    ]
    async with database.write() as connection:
        await connection.execute(insert(followers), windows)
    await database.run(lambda: rows.add(entries, time=time))


async def states(database: Database) -> list[tuple[str, int, str]]:
    """State, errcode and reason of each row, in the order they were entered."""
    async with database.read() as connection:
        query = select(outbox.c.state, outbox.c.errcode, outbox.c.reason).order_by(outbox.c.id)
        return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def left(database: Database, openid: str = "oA") -> int:
    """How many messages the follower's window still has."""
    async with database.read() as connection:
        found = await connection.execute(select(followers.c.window_left).where(followers.c.openid == openid))
        return int(found.scalar_one())


async def usage(database: Database, clock: ManualClock, channel: str = "custom") -> Usage:
    """How the channel stands."""
    return await Limits(database, clock=clock).usage(channel)


def receivers(platform: Platform) -> list[str]:
    """Who got a message, in order."""
    return [call.json["touser"] for call in platform.done]


class Elsewhere:
    """A channel of another kind, for what no platform call shows."""

    name = "elsewhere"

    def __init__(self, limit: Limit = Limit(per_second=10.0, burst=4, per_day=100)) -> None:  # noqa: B008
        self.limit = limit
        self.sent: list[int] = []
        self.fails: list[Exception] = []
        self.gate: asyncio.Event | None = None
        self.began = asyncio.Event()

    async def send(self, row: Claimed) -> str:
        """Keep the row, fail if told to, wait if told to."""
        self.sent.append(row.id)
        self.began.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise self.fails.pop()
        return ""


class Away:
    """A database that is away for some of the time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.refusals = 0

    dialect = "sqlite"
    marking = MARKING

    def insert(self, table: Table) -> Upsert:
        """As the database's own."""
        return self._database.insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """As the database's own, where it is there."""
        if self.refusals:
            self.refusals -= 1
            raise StoreError("the database refused or is away")
        return await self._database.run(script)
