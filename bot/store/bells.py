"""What one process rings so that the others look at once, and which of them keeps house.

PostgreSQL carries both: NOTIFY in the transaction of what is told (https://www.postgresql.org/docs/current/sql-notify.html)
and a lock that lasts as long as the session that took it. On SQLite there is nobody far away: looking every few seconds
does, and every process may keep house, since each of its steps is won by one.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sqlalchemy import String, bindparam, func, literal_column, select

from bot.store.database import PATIENCE, Database
from bot.store.driver import Script, Store

logger = structlog.get_logger(__name__)

CORPUS = "corpus"  # rung when an edition came into force
CHANNEL = "huiqi"
HOUSE = 0x4855_4951_4A  # the lock of whoever keeps house: any number of our own
CHECK = 20.0  # seconds between looks whether a connection that hears nothing still stands
LONGEST_CHECK = 5.0  # seconds one may take
_RING: Any = select(func.pg_notify(literal_column(f"'{CHANNEL}'"), bindparam("the_name", type_=String)))


def ring(store: Store, name: str) -> Script[None]:
    """Let the other processes look, once this transaction is committed."""
    if store.dialect == "postgresql":
        yield _RING, [{"the_name": name}]


class Bells:
    """The bells of one process: an event each, set whenever any process rings it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._resting = asyncio.Event()
        self._connection: Any = None  # hears, also between two rounds

    def bell(self, name: str) -> asyncio.Event:
        """The bell of that name; whoever hears it clears it."""
        return self._events[name]

    def rest(self) -> None:
        """Listen no more."""
        self._resting.set()

    async def listen(self) -> int:
        """See to it that what is rung is heard, for a while. What was rung while nobody listened is as good as heard:
        all bells ring when that begins."""
        if self._database.dialect != "postgresql" or self._resting.is_set():
            return 0
        if self._connection is None:
            self._connection = await self._database.connect()
            await self._connection.add_listener(CHANNEL, self._heard)
            for event in self._events.values():
                event.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK):
                await self._resting.wait()
        if not await _stands(self._connection):
            logger.warning("connection for bells is lost")
            await self.close()
        return 0

    async def close(self) -> None:
        """Hear nothing more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await _part(connection)

    def _heard(self, connection: Any, process: int, channel: str, name: str) -> None:
        self._events[name].set()


class House:
    """Which process keeps house: one of all that share a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None  # holds the lock while it stands
        self._turn = asyncio.Lock()

    async def keeps(self) -> bool:
        """Whether this one does, from now on until it dies or loses its connection."""
        if self._database.dialect != "postgresql":
            return True
        async with self._turn:
            if self._connection is not None and await _stands(self._connection):
                return True
            await self.close()
            connection = await self._database.connect()
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", HOUSE):
                await _part(connection)
                return False
            self._connection = connection
            logger.info("this process keeps house")
            return True

    async def close(self) -> None:
        """Let another process keep house."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await _part(connection)


@asynccontextmanager
async def alone(url: str, lock: int) -> AsyncIterator[bool]:
    """Whether nobody else holds a lock of the PostgreSQL database at `url`; then it is ours until the end of the block,
    or of the process, however that ends. Raises StoreError where the database is away."""
    database = Database(url, patience=PATIENCE)
    try:
        connection = await database.connect()
        try:
            yield bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock))
        finally:
            await _part(connection)
    finally:
        await database.close()


async def _stands(connection: Any) -> bool:
    """Whether a connection still answers."""
    try:
        async with asyncio.timeout(LONGEST_CHECK):
            await connection.execute("SELECT 1")
    except _losses() as error:
        logger.debug("connection does not answer", error=type(error).__name__)
        return False
    return True


async def _part(connection: Any) -> None:
    with suppress(*_losses()):
        await connection.close(timeout=LONGEST_CHECK)


def _losses() -> tuple[type[Exception], ...]:
    """What is raised where a connection is of no more use."""
    from asyncpg import InterfaceError, PostgresError  # who works on SQLite need not load it

    return (InterfaceError, PostgresError, OSError, TimeoutError)
