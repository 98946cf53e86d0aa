"""One database, SQLite or PostgreSQL: who may read, who may write, and which version it must have.

SQLite has one writer per process, who waits in line inside it instead of on the file, and readers that it never blocks
(https://www.sqlite.org/wal.html). PostgreSQL has a pool. What the driver refuses leaves here as a StoreError.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Table, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError, StoreError
from bot.store import schema
from bot.store.driver import Driver, PostgresDriver, Script, SqliteDriver, Upsert, once
from bot.store.marks import enrol
from bot.store.tables import pulse

T = TypeVar("T")

NAME = "huiqi"  # of a process of the bot among the sessions of PostgreSQL
PATIENCE = 5.0  # seconds
PROBE = 2.0  # seconds a ping may take
COMMAND_LIMIT = 10.0  # seconds one statement may take on PostgreSQL
READERS = 4  # connections that read, on SQLite
CONNECTIONS = 10  # connections in all, on PostgreSQL
FAILURES = (DBAPIError, NoConnectionFree, OSError)  # OSError: nobody listens, or not in time
URLS = "sqlite:///file.sqlite3, sqlite:////folder/file.sqlite3 or postgresql://user@host/name"


class Database:
    """An open database. `write` and `read` give connections, `run` the fast way for the inbox."""

    def __init__(self, url: str, *, patience: float, create: bool = False, name: str = NAME) -> None:
        """Prepare for the database at `url` without touching it; `open` is what callers use. Only where `create` is
        true a SQLite file that is missing is made. `name` is what PostgreSQL calls its sessions."""
        self._url = _parse(url)
        self._patience = patience
        self._name = name
        self.marking = b""  # with which no mark of a person is made: `open` is given a key
        self._closed = False
        self.dialect = self._url.get_backend_name()
        if self.dialect == "sqlite":
            self._build_sqlite(create)
        else:
            self._build_postgres()
        beat = self.insert(pulse)
        self._beat = beat.on_conflict_do_update(index_elements=["id"], set_={"beats": pulse.c.beats + 1})

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        migrate: bool = False,
        older: bool = False,
        patience: float = PATIENCE,
        name: str = NAME,
        marking: bytes = b"",
    ) -> Database:
        """The database at `url`, brought to this version first where `migrate` is true, and whatever earlier version it
        has where `older` is.

        `patience` is how many seconds to wait for another process, a lock or a connection; `marking` the key of the
        marks of people, for who makes any. Raises ConfigError for a url of another kind, NewerDatabase for a database
        of a later version, StoreError for one that must be migrated.
        """
        database = cls(url, patience=patience, create=migrate, name=name)
        try:
            await database._open(migrate, older)
            if marking:
                database.marking = await enrol(database, marking)
        except BaseException:
            await database.close()
            raise
        return database

    async def ping(self, seconds: float = PROBE) -> None:
        """Write a row the way a message is written; StoreError where that fails, or takes longer than `seconds`.

        Reading would not do: a full disk, a lock and a deleted file all leave readers content.
        """
        with self._refusals():
            async with asyncio.timeout(seconds):
                await self.run(lambda: once(self._beat, id=1, beats=1))

    async def connect(self) -> Any:
        """A connection of PostgreSQL's driver that is nobody else's: for what lasts as long as a connection does."""
        import asyncpg

        _, options = self._writer.dialect.create_connect_args(self._writer.url)
        settings = {"application_name": "huiqi"}
        with self._refusals():
            return await asyncpg.connect(**options, timeout=self._patience, server_settings=settings)

    async def close(self) -> None:
        """Give every connection back. Closing twice is no harm."""
        self._closed = True
        await self._driver.close()
        await self._writer.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end of the block and rolled back on an exception."""
        with self._refusals():
            async with self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that can only read."""
        with self._refusals():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection that can only read, and sees the database as it was at its first look, however long it reads."""
        async with self.read() as connection:
            if self.dialect == "postgresql":  # SQLite's readers see one moment in any case
                await connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of a script run as one transaction on the bare driver: for the hot path alone."""
        with self._refusals():
            async with self._turn:
                return await self._driver.run(script)

    @staticmethod
    def file(url: str) -> Path | None:
        """The file that a url names, None where it names a server. Raises ConfigError for a url of another kind."""
        parsed = _parse(url)
        return Path(parsed.database or "").absolute() if parsed.get_backend_name() == "sqlite" else None

    def insert(self, table: Table) -> Upsert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update(index_elements=…, set_=…)`."""
        if self.dialect == "sqlite":
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            return sqlite_insert(table)
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        return postgres_insert(table)

    def _build_sqlite(self, create: bool) -> None:
        path = Path(self._url.database or "").absolute()

        def url(mode: str) -> URL:  # a missing file is an error, not an empty database
            return URL.create("sqlite+aiosqlite", database=path.as_uri(), query={"mode": mode, "uri": "true"})

        arguments = {"timeout": self._patience, "isolation_level": None}
        common: dict[str, Any] = {"connect_args": arguments, "hide_parameters": True, "pool_timeout": self._patience}
        self._writer = create_async_engine(url("rwc" if create else "rw"), pool_size=1, max_overflow=0, **common)
        self._reader = create_async_engine(url("rw"), pool_size=READERS, max_overflow=0, **common)
        # The driver's own BEGIN comes too late and takes no lock; ours is the first word of the transaction:
        # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#sqlite-transactions
        _begin_with(self._writer, "BEGIN IMMEDIATE", pragmas=("journal_mode=WAL", *SqliteDriver.PRAGMAS))
        _begin_with(self._reader, "BEGIN", pragmas=("query_only=ON",))
        self._turn: AbstractAsyncContextManager[None] = asyncio.Lock()
        self._driver: Driver = SqliteDriver(path, timeout=self._patience)
        self._failures: tuple[type[Exception], ...] = (*FAILURES, sqlite3.Error)

    def _build_postgres(self) -> None:
        from asyncpg import InterfaceError, PostgresError

        arguments = {
            "timeout": self._patience,
            "command_timeout": COMMAND_LIMIT,
            "server_settings": {"application_name": self._name, "lock_timeout": f"{self._patience * 1000:.0f}ms"},
        }
        self._writer = create_async_engine(
            self._url.set(drivername="postgresql+asyncpg"),
            connect_args=arguments,
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=self._patience,
            pool_pre_ping=True,
        )
        self._reader = self._writer.execution_options(postgresql_readonly=True)
        self._turn = nullcontext()
        self._driver = PostgresDriver(self._writer)
        self._failures = (*FAILURES, PostgresError, InterfaceError)

    async def _open(self, migrate: bool, older: bool) -> None:
        if migrate:
            self._make_file()
            async with self.write() as connection:
                await connection.run_sync(schema.upgrade)
        else:
            self._refuse_missing_file()
            async with self.read() as connection:
                await connection.run_sync(partial(schema.check, older=older))

    def _make_file(self) -> None:
        """Make the file of SQLite where there is none, for what the system refuses then has a reason and a name."""
        if self.dialect != "sqlite":
            return
        path = Path(self._url.database or "").absolute()
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            reason = error.strerror if path.parent.exists() else f"there is no folder {path.parent}"
            raise StoreError(f"{path}: the database cannot be made: {reason}") from error

    def _refuse_missing_file(self) -> None:
        if self.dialect == "sqlite" and not Path(self._url.database or "").exists():  # to open it would create it
            raise StoreError(f"{self._url.database}: there is no such database; {schema.HOW_TO_MIGRATE}")

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        if self._closed:
            raise StoreError("the database is closed")
        try:
            yield
        except self._failures as error:
            # Only the kind of error: its text may hold values, and values may name a follower.
            cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
            raise StoreError(f"the database refused or is away: {type(cause.__cause__ or cause).__name__}") from error


async def migrate(url: str) -> None:
    """Bring the database at `url` to this version, creating its tables if it has none."""
    await (await Database.open(url, migrate=True)).close()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"[database] url: is not an address; write {URLS}") from error
    if parsed.drivername == "sqlite":
        name = parsed.database or ":memory:"
        if name == ":memory:" or name.startswith("file:") or parsed.host:
            raise ConfigError(f"[database] url: must name a file, since what is in memory is lost; write {URLS}")
        return parsed
    if parsed.drivername in ("postgresql", "postgres"):
        # asyncpg calls libpq's sslmode ssl and takes the same words.
        query = {("ssl" if key == "sslmode" else key): value for key, value in parsed.query.items()}
        return parsed.set(drivername="postgresql", query=query)
    raise ConfigError(f"[database] url: {parsed.drivername}:// is not known; write {URLS}")


def _begin_with(engine: AsyncEngine, statement: str, *, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
