"""A deployment goes from one database to another: every table, page by page, and both sides compared at the end.

Until then the target's version says that it is unfinished, so that nothing but another look at it opens it. The source
is read as it was at one moment, and only read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy import table as named
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.store
from bot.clock import Clock
from bot.errors import StoreError
from bot.store import schema
from bot.store.database import PATIENCE, Database
from bot.store.presence import holder, signs_of_work
from bot.store.tables import metadata

NAME = "huiqi copy"  # of its sessions, so that it does not take itself for another process
PAGE = 2000  # rows of a page at most,
BYTES = 4 * 1024 * 1024  # and about as many bytes
FIRST = 50  # rows of a table's first page: how large they are is not known yet
WORDS = 2**128  # a sum of checksums stays below
LARGEST = 2**31 - 1  # an integer of PostgreSQL
FORMER = frozenset({"conversations"})  # tables that earlier versions had: a backup of one of those has them too
START_ANEW = "what is in the target is unfinished and `serve` refuses it; remove it and copy again"

Row = tuple[Any, ...]
Tell = Callable[[str, str, int, int], None]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """A table that is the same on both sides: how many rows, and the sum of their checksums, whatever their order."""

    table: str
    rows: int
    digest: str


class Tally:
    """Rows counted, with a sum of checksums that does not depend on their order."""

    def __init__(self) -> None:
        self.rows = 0
        self.total = 0

    def add(self, rows: Iterable[Row]) -> int:
        """Take in rows; how many bytes they are, about."""
        size = 0
        for row in rows:
            # SQLite keeps no minus before a zero.
            plain = msgspec.msgpack.encode([value + 0.0 if type(value) is float else value for value in row])
            self.total = (self.total + int.from_bytes(blake2b(plain, digest_size=16).digest(), "big")) % WORDS
            self.rows += 1
            size += len(plain)
        return size

    @property
    def digest(self) -> str:
        """The sum as it is shown."""
        return f"{self.total:032x}"


def every_table() -> list[Table]:
    """All tables of the store, whichever module they stand in, what others refer to first."""
    for module in pkgutil.iter_modules(bot.store.__path__):
        if module.name.endswith("tables"):
            importlib.import_module(f"bot.store.{module.name}")
    return list(metadata.sorted_tables)


async def copy(source: str, target: str, *, clock: Clock, tell: Tell) -> list[Copied]:
    """Fill the database at `target`, which must be empty, with all that the one at `source` has.

    `tell` hears of each page: "copied" or "compared", the table, rows so far, and about how many it has. Raises
    StoreError where another process works on the source, where the target has rows, and where the sides differ.
    """
    file = Database.file(source)
    _refuse_open_file(file)
    origin = await Database.open(source, name=NAME)
    goal = Database(target, patience=PATIENCE, create=True, name=NAME)
    try:
        await _refuse_work(origin, clock)
        async with goal.write() as connection:
            await connection.run_sync(prepare)
        try:
            taken = await _take(origin, goal, clock, tell=tell)
            _refuse_open_file(file)
            return await _settle(goal, taken, tell=tell)
        except StoreError as error:
            raise StoreError(f"{error}; {START_ANEW}") from error
    finally:
        await goal.close()
        await origin.close()


async def _take(origin: Database, goal: Database, clock: Clock, *, tell: Tell) -> dict[str, Tally]:
    """Copy all rows; what they sum up to."""
    async with origin.snapshot() as reading:
        taken = {table.name: await _copy_table(reading, goal, table, tell=tell) for table in every_table()}
    await _refuse_work(origin, clock)  # what somebody wrote meanwhile is not in the copy
    await origin.close()
    return taken


async def _settle(goal: Database, taken: dict[str, Tally], *, tell: Tell) -> list[Copied]:
    """Hold the target against what was copied, and open it."""
    copied = [await _compare(goal, table, taken[table.name], tell=tell) for table in every_table()]
    async with goal.write() as connection:
        await connection.run_sync(finish)
    return copied


def _refuse_open_file(path: Path | None) -> None:
    process = holder(path) if path is not None else None
    if process is not None:
        who = f"process {process}" if process else "a process of another container"
        raise StoreError(f"{who} has the source open; stop every `serve` and `worker` first")


async def _refuse_work(origin: Database, clock: Clock) -> None:
    async with origin.read() as connection:
        signs = await signs_of_work(connection, clock.time())
    if signs:
        raise StoreError(
            f"the source is in use: {', '.join(signs)}; stop every `serve` and `worker` first. What a process that was"
            " killed held is free after three minutes"
        )


def prepare(connection: Connection, version: str = "") -> None:
    """The target's tables as of a version, or the newest, without a row, and the word that they are not all there yet.

    What stands there without a row, of another version, is made anew.
    """
    version = version or schema.revisions()[-1]
    _refuse_strangers(connection)
    found = schema.revision(connection)
    if found:
        schema.check(connection, older=True)
        _refuse_rows(connection)
    if found not in ("", version):
        _clear(connection)
    schema.upgrade(connection, version)
    _refuse_rows(connection)
    schema.mark(connection, schema.UNFINISHED)


def tables_of(connection: Connection, version: str) -> list[Table]:
    """The tables that a database of a version has, what others refer to first."""
    if version == schema.revisions()[-1]:
        return every_table()
    names = _every_name()
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in names)
    return list(found.sorted_tables)


def _every_name() -> set[str]:
    """What tables of the store are called, and were called in an earlier version."""
    return {table.name for table in every_table()} | FORMER


def _refuse_strangers(connection: Connection) -> None:
    if strangers := set(inspect(connection).get_table_names()) - _every_name() - {"alembic_version"}:
        raise StoreError(
            f"the target holds tables of something else: {', '.join(sorted(strangers))}; take an empty one"
        )


def _refuse_rows(connection: Connection) -> None:
    for name in sorted(_every_name() & set(inspect(connection).get_table_names())):
        if connection.execute(select(literal(1)).select_from(named(name)).limit(1)).first():
            raise StoreError(f"the target is not empty: there are rows in {name}; take an empty database")


def _clear(connection: Connection) -> None:
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


def finish(connection: Connection) -> None:
    """Let new rows be numbered after those copied, and the target, which has the newest tables, be opened."""
    if connection.dialect.name == "postgresql":
        for table in every_table():
            column = table.autoincrement_column
            if column is not None:
                place = {"table": table.name, "column": column.name}
                last = connection.execute(select(func.max(column))).scalar()
                if last:
                    connection.execute(
                        text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), {**place, "last": last}
                    )
    schema.mark(connection, schema.revisions()[-1])


async def _copy_table(reading: AsyncConnection, goal: Database, table: Table, *, tell: Tell) -> Tally:
    total, tally = await about(reading, table), Tally()
    names = [column.name for column in table.c]
    async for rows in pages(reading, table, tally):
        values = [dict(zip(names, row, strict=True)) for row in rows]
        try:
            async with goal.write() as connection:
                await connection.execute(insert(table), values)
        except StoreError as error:
            raise StoreError(f"{table.name}: {misfit(list(table.c), rows) or error}") from error
        tell("copied", table.name, tally.rows, total)
    return tally


async def _compare(goal: Database, table: Table, taken: Tally, *, tell: Tell) -> Copied:
    found = Tally()
    async with goal.snapshot() as connection:
        async for _ in pages(connection, table, found):
            tell("compared", table.name, found.rows, taken.rows)
    if (found.rows, found.total) != (taken.rows, taken.total):
        raise StoreError(
            f"{table.name} is not the same on both sides: {taken.rows} rows {taken.digest} in the source,"
            f" {found.rows} rows {found.digest} in the target"
        )
    return Copied(table=table.name, rows=taken.rows, digest=taken.digest)


async def pages(
    connection: AsyncConnection, table: Table, tally: Tally, names: Sequence[str] = ()
) -> AsyncIterator[list[Row]]:
    """All rows by primary key, counted, with these columns in this order, or with all; pages shrink where rows are
    large."""
    columns = [table.c[name] for name in names] or list(table.c)
    places = [columns.index(column) for column in table.primary_key]
    after: Row | None = None
    limit = FIRST
    binary = [number for number, column in enumerate(columns) if isinstance(column.type, LargeBinary)]
    while rows := [_plain(row, binary) for row in await connection.execute(_page(table, columns, after, limit=limit))]:
        size = tally.add(rows)
        yield rows
        if len(rows) < limit:
            return
        after = tuple(rows[-1][place] for place in places)
        limit = max(1, min(PAGE, 4 * limit, limit * BYTES // max(1, size)))


def _plain(row: Sequence[Any], binary: Sequence[int]) -> Row:
    """A row as values; what SQLite put into a binary column as the column's default is text there."""
    values = list(row)
    for place in binary:
        if isinstance(values[place], str):
            values[place] = values[place].encode()
    return tuple(values)


def _page(table: Table, columns: Sequence[Column[Any]], after: Row | None, *, limit: int) -> Select[Any]:
    key = list(table.primary_key)
    statement = select(*columns).order_by(*key).limit(limit)
    if after is None:
        return statement
    values = [literal(value, column.type) for column, value in zip(key, after, strict=True)]
    if len(key) == 1:
        return statement.where(key[0] > values[0])
    return statement.where(tuple_(*key) > tuple_(*values))


async def about(connection: AsyncConnection, table: Table) -> int:
    """About how many rows a table has; PostgreSQL would take long to count a large one."""
    if connection.dialect.name == "postgresql":
        guess = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)")
        return max(0, int(await connection.scalar(guess, {"table": table.name}) or 0))
    return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


def misfit(columns: Sequence[Column[Any]], rows: Sequence[Row]) -> str:
    """Which column has a value that PostgreSQL does not keep and SQLite does; empty where none has."""
    for number, column in enumerate(columns):
        for value in (row[number] for row in rows):
            if isinstance(value, str) and "\0" in value:
                return f"{column.name} has a NUL character, which PostgreSQL does not keep"
            if (
                isinstance(column.type, String)
                and value is not None
                and len(value) > (column.type.length or len(value))
            ):
                return f"{column.name} has {len(value)} characters where {column.type.length} have room"
            if isinstance(column.type, Integer) and value is not None and not -LARGEST <= value <= LARGEST:
                return f"{column.name} has a number that is too large"
    return ""
