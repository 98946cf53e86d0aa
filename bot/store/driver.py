"""Statements run on the bare driver, many rows to one transaction: the way of the inbox, where microseconds count.

A script says what to run and in which order, and does no I/O itself: it yields a statement with its rows and is sent
what the rows returned. So one script serves both databases; on SQLite all of it happens in one hop to a thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Column, ColumnElement, Delete, Insert, Select, Table, Update, literal_column
from sqlalchemy.dialects import registry
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler

from bot.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

T = TypeVar("T")

Upsert: TypeAlias = "SqliteInsert | PostgresInsert"
Values = Mapping[str, Any]
Row = Sequence[Any]
Statement = Insert | Update | Delete | Select[Any]


@dataclass(frozen=True, eq=False)
class Changes:
    """A write whose script wants to know which of its rows took effect, and is sent the key of each that did.

    `key` is the column that tells them apart, `name` what it is called among the values. It costs less than RETURNING,
    which on SQLite takes as long as the write itself.
    """

    statement: Insert | Update | Delete
    key: Column[Any]
    name: str


Step = tuple[Statement | Changes, Sequence[Values]]
Pick = Callable[[Values], tuple[Any, ...]]  # the values of a row in the order of a statement's placeholders
Script = Generator[Step, list[Row], T]


class Store(Protocol):
    """What a noun of the store asks of the database."""

    @property
    def dialect(self) -> str:
        """Which kind of database it is: sqlite or postgresql."""

    @property
    def marking(self) -> bytes:
        """What marks of people are keyed with: without it nobody finds out whose a mark is, even with a list of all."""

    def insert(self, table: Table) -> Upsert:
        """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update(index_elements=…, set_=…)`."""

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of a script, run in one transaction: all of it or nothing. Raises StoreError."""


def once(statement: Statement, **values: Any) -> Script[list[Row]]:
    """The script of one statement with one row of values."""
    return (yield statement, [values])


def spelled(*values: str) -> list[ColumnElement[Any]]:
    """Plain words of ours for an IN, written into the statement: a bound list is spelled only when it is run."""
    return [literal_column(f"'{value}'") for value in values]


class Driver(Protocol):
    """What runs scripts."""

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of one script, run in one transaction: all of it or nothing."""

    async def close(self) -> None:
        """Let go of the database."""


class Compiler:
    """Statements as a dialect spells them, each compiled once and kept: a script has no statements made for one use.

    Every row of a statement has the same keys.
    """

    def __init__(self, dialect: Dialect, *, returning: bool) -> None:
        """`returning` where Changes are told by RETURNING."""
        self._dialect = dialect
        self._returning = returning
        self._known: dict[Statement | Changes, tuple[str, Pick]] = {}

    def spell(self, step: Step) -> tuple[str, list[tuple[Any, ...]]]:
        """The SQL text, and each row of values in the order of its placeholders."""
        statement, rows = step
        if not rows:
            return "", []
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = self._compile(statement, rows[0])
        text, pick = known
        return text, [pick(row) for row in rows]

    def _compile(self, step: Statement | Changes, row: Values) -> tuple[str, Pick]:
        statement = step.statement if isinstance(step, Changes) else step
        if isinstance(step, Changes) and self._returning:
            statement = step.statement.returning(step.key)
        compiled = statement.compile(dialect=self._dialect, column_keys=list(row))
        assert isinstance(compiled, SQLCompiler)
        return str(compiled), _picking([(name, compiled.params[name]) for name in compiled.positiontup or ()], row)


def _picking(places: Sequence[tuple[str, Any]], row: Values) -> Pick:
    """What puts the values of a row like this one into the order of the placeholders, with the statement's own."""
    if len(places) > 1 and all(name in row for name, _ in places):
        return itemgetter(*(name for name, _ in places))
    return lambda values: tuple([values.get(name, default) for name, default in places])


class SqliteDriver:
    """A connection of its own in a thread of its own. Callers take turns; the database sees to that."""

    # What a statement may have to put back stays in memory, not in a file. Whoever commits copies the log only where
    # the copier does not come after: at 32 000 pages, 128 MB, which takes a flood of messages.
    PRAGMAS = (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "wal_autocheckpoint=32000",
        "temp_store=MEMORY",
        "cache_size=-8000",
    )

    def __init__(self, path: Path, *, timeout: float, thread: Executor | None = None) -> None:
        self._path = path.absolute()
        self._file: tuple[int, int] | None = None  # the one that is open, whatever stands at the path by now
        self._timeout = timeout  # seconds to wait for another process
        self._thread = thread or ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None
        self._copier = Copier(self._connect)
        self._closed = False
        self._compiler = Compiler(registry.load("sqlite")(), returning=False)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of one script, run in one transaction: all of it or nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, script)

    async def close(self) -> None:
        """Let go of the file, after what is running. The driver is not to be used again."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
            self._thread.shutdown(wait=False)

    def _transact(self, script: Callable[[], Script[T]]) -> T:
        if self._connection is None:
            self._connection, self._file = self._connect(), self._identity()
        connection = self._connection
        if self._identity() != self._file:
            raise StoreError("the database file was replaced")  # what is written now would be lost with the old one
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = self._follow(connection, script())
            connection.execute("COMMIT")
            self._copier.follow(connection.total_changes)
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw",  # never make a file: an empty one would stand for what was lost
            uri=True,
            timeout=self._timeout,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        for pragma in self.PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _identity(self) -> tuple[int, int]:
        """Which file is at the path; FileNotFoundError where none is."""
        status = self._path.stat()
        return status.st_dev, status.st_ino

    def _disconnect(self) -> None:
        self._copier.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _follow(self, connection: sqlite3.Connection, script: Script[T]) -> T:
        rows: list[Row] = []
        try:
            step = next(script)
            while True:
                text, values = self._compiler.spell(step)
                rows = self._execute(connection, step, text=text, values=values) if values else []
                step = script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result

    @staticmethod
    def _execute(connection: sqlite3.Connection, step: Step, *, text: str, values: Sequence[Row]) -> list[Row]:
        statement, rows = step
        if isinstance(statement, Changes):
            return SqliteDriver._change(connection, statement, rows, text=text, values=values)
        if len(values) > 1 and isinstance(statement, Insert | Update | Delete) and "RETURNING" not in text:
            connection.executemany(text, values)
            return []
        cursor = connection.cursor()
        return [row for one in values for row in cursor.execute(text, one)]

    @staticmethod
    def _change(
        connection: sqlite3.Connection, step: Changes, rows: Sequence[Values], *, text: str, values: Sequence[Row]
    ) -> list[Row]:
        """The keys of the rows that took effect. One by one: all at once, counted, would need a SAVEPOINT for where not
        all of them do, which takes longer."""
        cursor = connection.cursor()
        done = zip(rows, values, strict=True)
        return [(row[step.name],) for row, one in done if cursor.execute(text, one).rowcount]


class Copier:
    """Copies what is committed from SQLite's log into its file, in a thread beside those who write.

    Else whoever makes the log full copies all of it, and everybody waits for that and for the disk, for a tenth of a
    second. A page is copied once, however often it was written, so the copy does not follow each commit.
    """

    EVERY = 1000  # changed rows, about as many pages: some milliseconds of work

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="copier")
        self._connection: sqlite3.Connection | None = None
        self._copied = 0
        self.copying: Future[None] | None = None

    def follow(self, changed: int) -> None:
        """Copy, where so many rows were changed by now that it is worth it. It never fails: they are committed."""
        if changed - self._copied >= self.EVERY and (self.copying is None or self.copying.done()):
            self._copied = changed
            with suppress(RuntimeError):  # no thread is to be had: whoever makes the log full copies it
                self.copying = self._thread.submit(self._copy)

    def close(self) -> None:
        """Wait for the copy under way, and let go of the file."""
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()

    def _copy(self) -> None:
        with suppress(sqlite3.Error):  # whoever makes the log full copies it then, and meets the fault again
            self._connection = self._connection or self._connect()
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


class PostgresDriver:
    """A connection of the pool for each script; the rows of one step travel together."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._compiler = Compiler(engine.dialect, returning=True)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """The result of one script, run in one transaction: all of it or nothing."""
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                async with driver.transaction():
                    return await self._follow(driver, script())
            except Exception as error:
                if driver.is_closed():
                    await connection.invalidate(error)
                raise

    async def close(self) -> None:
        """Nothing of its own to let go of."""

    async def _follow(self, driver: Any, script: Script[T]) -> T:
        rows: list[Row] = []
        try:
            step = next(script)
            while True:
                text, values = self._compiler.spell(step)
                rows = await driver.fetchmany(text, values) if values else []
                step = script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result
