"""A deployment copied from one database to another: all of it, or a target that says it is unfinished."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
)

from bot.clock import ManualClock
from bot.errors import StoreError, UnfinishedCopy
from bot.store.copying import BYTES, PAGE, Copied, Tally, copy, every_table, misfit
from bot.store.database import Database, migrate
from bot.store.feedback import Feedback
from bot.store.tables import feedback, followers, metadata

Rows = dict[str, list[dict[str, Any]]]
Step = tuple[str, str, int, int]

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ODD_FLOATS = st.sampled_from((0.0, -0.0, 1e308, -1e308, 5e-324, 0.1, 1792562400.123456, float("inf"), 2.0**53 + 2))
HELD = {"lease", "refreshing_until"}  # a time to come in these is a process at work
TODAY = 1_792_562_400.0


def values(column: Column[Any], table: Table) -> st.SearchStrategy[Any]:
    """What a column may hold, and the oddest of it."""
    found: st.SearchStrategy[Any]
    if column.name in HELD:
        found = st.floats(max_value=TODAY, allow_nan=False)
    elif isinstance(column.type, Boolean):
        found = st.booleans()
    elif isinstance(column.type, Integer):
        found = st.integers(1, 10**6) if column is table.autoincrement_column else st.integers(-(2**31) + 1, 2**31 - 1)
    elif isinstance(column.type, Float):
        found = ODD_FLOATS | st.floats(allow_nan=False)
    elif isinstance(column.type, LargeBinary):
        found = st.just(b"") | st.just(bytes(range(256))) | st.binary(max_size=40)
    else:
        assert isinstance(column.type, Text | String)
        found = st.just("") | st.text(CHARACTERS, max_size=column.type.length or 60)
    return st.none() | found if column.nullable else found


def rows_of(table: Table) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Some rows of a table, apart where they must be."""
    apart = [[column.name for column in table.primary_key]]
    apart += [[c.name for c in rule.columns] for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    apart += [[c.name for c in index.columns] for index in table.indexes if index.unique]
    keys = tuple((lambda row, names=names: tuple(row[name] for name in names)) for names in apart)
    row = st.fixed_dictionaries({column.name: values(column, table) for column in table.c})
    return st.lists(row, max_size=3, unique_by=keys)


DEPLOYMENTS = st.fixed_dictionaries({table.name: rows_of(table) for table in every_table()})


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands where leases are counted from."""
    return ManualClock(TODAY)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """The address of one migrated PostgreSQL database after another."""
    postgres, made = request.getfixturevalue("postgres"), []

    def make() -> str:
        made.append(f"copy_{uuid.uuid4().hex}")
        postgres.psql(f"CREATE DATABASE {made[-1]} TEMPLATE template")
        return str(postgres.get_uri(database=made[-1]))

    yield make
    for name in made:
        postgres.psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Callable[[], str]:
    """The address of one migrated SQLite file after another."""

    def make() -> str:
        path = tmp_path / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture
def other(tmp_path: Path) -> str:
    """An address where there is nothing yet."""
    return f"sqlite:///{tmp_path}/other.sqlite3"


async def fill(url: str, rows: Rows) -> None:
    """Put rows into a database."""
    database = await Database.open(url)
    async with database.write() as connection:
        for table in every_table():
            if rows.get(table.name):
                await connection.execute(insert(table), rows[table.name])
    await database.close()


async def read(url: str) -> Rows:
    """All rows of a database, by table, in some order of their own."""
    database, found = await Database.open(url), {}
    async with database.read() as connection:
        for table in every_table():
            rows = [dict(row) for row in (await connection.execute(select(table))).mappings()]
            found[table.name] = sorted(rows, key=lambda row: repr(sorted(row.items())))
    await database.close()
    return found


def content(url: str) -> bytes:
    """What is in a file, nothing where it is missing."""
    path = Path(url.removeprefix("sqlite:///"))
    return path.read_bytes() if path.exists() else b""


def silent(*_: Any) -> None:
    """Hear nothing."""


def follower(number: int) -> dict[str, Any]:
    """A row of one."""
    return {"openid": f"o{number:06}", "followed": number + 0.5}


@pytest.mark.postgres
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=DEPLOYMENTS)
async def test_there_and_back(
    rows: Rows, file: Callable[[], str], server: Callable[[], str], clock: ManualClock
) -> None:
    """Whatever a deployment on SQLite holds is on PostgreSQL after a copy, and on SQLite again after another."""
    first, second, third = file(), server(), file()
    await fill(first, rows)
    there = await copy(first, second, clock=clock, tell=silent)
    back = await copy(second, third, clock=clock, tell=silent)
    expected = await read(first)
    assert {name: len(found) for name, found in expected.items()} == {name: len(rows[name]) for name in expected}
    assert await read(second) == expected
    assert await read(third) == expected
    assert {one.table: one.rows for one in there} == {name: len(found) for name, found in rows.items()}
    assert there == back


def test_every_table_there_is() -> None:
    """Tables of every module of the store are known, in an order in which they can be filled."""
    assert {"inbox", "staff", "imports"} <= {table.name for table in every_table()}
    assert every_table() == list(metadata.sorted_tables)
    assert all(list(table.primary_key) for table in every_table())


async def test_a_target_is_made_and_migrated(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """Where there is nothing yet the target is made; afterwards it opens, and the source's file is as it was."""
    source = file()
    await fill(source, {"followers": [follower(1)]})
    before = content(source)
    copied = await copy(source, other, clock=clock, tell=silent)
    assert [one for one in copied if one.rows] == [Copied(table="followers", rows=1, digest=copied_digest(follower(1)))]
    assert await read(other) == await read(source)
    assert content(source) == before


def copied_digest(row: dict[str, Any]) -> str:
    """The checksum of a table with this one follower."""
    tally = Tally()
    tally.add([(row["openid"], row["followed"], "", 0.0, 0.0, 0, 0.0)])
    return tally.digest


@pytest.mark.postgres
async def test_new_rows_are_numbered_after_the_copied(
    file: Callable[[], str], server: Callable[[], str], clock: ManualClock
) -> None:
    """On PostgreSQL the next id follows the largest copied one; a table without rows begins at one."""
    source, target = file(), server()
    said = {"key": "k", "openid": "o1", "created": 1.0, "kind": "staff", "text": "t"}
    await fill(source, {"feedback": [{**said, "id": 41}]})
    await copy(source, target, clock=clock, tell=silent)
    database = await Database.open(target)
    async with database.write() as connection:
        added = insert(feedback).values({**said, "key": "l"}).returning(feedback.c.id)
        assert await connection.scalar(added) == 42
        assert (
            await connection.scalar(
                text("INSERT INTO canned (title, text, changed, who) VALUES ('', '', 0, '') RETURNING id")
            )
            == 1
        )
    assert len(await Feedback(database).newest(10)) == 2
    await database.close()


async def test_a_target_with_rows(file: Callable[[], str], clock: ManualClock) -> None:
    """A target that holds a deployment is refused and stays as it is."""
    source, target = file(), file()
    await fill(source, {"followers": [follower(1)]})
    await fill(target, {"followers": [follower(2)]})
    with pytest.raises(StoreError, match="the target is not empty: there are rows in followers"):
        await copy(source, target, clock=clock, tell=silent)
    assert [row["openid"] for row in (await read(target))["followers"]] == ["o000002"]


async def test_a_target_of_somebody_else(file: Callable[[], str], store_url: str, clock: ManualClock) -> None:
    """A database with tables that are not ours is no place to copy to."""
    database = await Database.open(store_url)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    await database.close()
    with pytest.raises(StoreError, match="tables of something else: invoices"):
        await copy(file(), store_url, clock=clock, tell=silent)


async def test_a_break_in_the_middle(file: Callable[[], str], store_url: str, clock: ManualClock) -> None:
    """A target that was not filled to the end says so: it is neither opened, nor migrated, nor copied into again."""
    source = file()
    await fill(source, {"followers": [follower(n) for n in range(3000)], "conversations": []})

    def breaks(what: str, table: str, rows: int, about: int) -> None:
        if (what, table) == ("copied", "followers") and rows > 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy(source, store_url, clock=clock, tell=breaks)
    with pytest.raises(UnfinishedCopy, match="under way or broke off"):
        await Database.open(store_url)
    with pytest.raises(UnfinishedCopy):
        await migrate(store_url)
    with pytest.raises(UnfinishedCopy):
        await copy(source, store_url, clock=clock, tell=silent)
    with pytest.raises(UnfinishedCopy):
        await copy(store_url, source, clock=clock, tell=silent)
    database = Database(store_url, patience=1.0)
    async with database.read() as connection:
        assert 0 < len((await connection.execute(select(followers))).all()) < 3000
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"openid": "a\0b"}, "followers: openid has a NUL character"),
        ({"openid": "x" * 65}, "followers: openid has 65 characters where 64 have room"),
        ({"window_left": 2**40}, "followers: window_left has a number that is too large"),
    ],
    ids=["nul", "long", "large"],
)
async def test_what_postgresql_does_not_keep(
    row: dict[str, Any], why: str, file: Callable[[], str], server: Callable[[], str], clock: ManualClock
) -> None:
    """A value that only SQLite takes is named by its column, and leaves the target unfinished."""
    source, target = file(), server()
    await fill(source, {"followers": [{**follower(1), **row}]})
    with pytest.raises(StoreError, match=f"{why}.*unfinished"):
        await copy(source, target, clock=clock, tell=silent)
    with pytest.raises(UnfinishedCopy):
        await Database.open(target)


def test_what_fits_is_no_misfit() -> None:
    """Rows that PostgreSQL keeps are not blamed."""
    row = ("o" * 64, 1e300, "", 0.0, 0.0, 2**31 - 1, 0.0)
    assert misfit(followers, [row]) == ""


async def test_sides_that_differ(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """A target that somebody changes before the end is found out by one value of one row, and stays unfinished."""
    source, target = file(), other.removeprefix("sqlite:///")
    await fill(source, {"followers": [follower(n) for n in range(10)], "tokens": [token("a")]})

    def meddle(what: str, table: str, rows: int, about: int) -> None:
        if (what, table) == ("copied", "tokens"):
            with closing(sqlite3.connect(target)) as connection, connection:
                connection.execute("UPDATE followers SET followed = followed + 1e-6 WHERE openid = 'o000003'")

    with pytest.raises(StoreError, match=r"followers is not the same on both sides: 10 rows .* unfinished"):
        await copy(source, other, clock=clock, tell=meddle)
    with pytest.raises(UnfinishedCopy):
        await Database.open(other)


def token(name: str) -> dict[str, Any]:
    """A row of one."""
    return {"name": name, "value": "v", "expires": 1.0, "version": 1}


async def test_many_rows_go_by_pages(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """However many rows a table has, and however large they are, no more than a page is in memory."""
    source = file()
    large = [{"openid": f"o{n}", "data": bytes([n]) * (BYTES // 8), "expires": 1.0} for n in range(100)]
    key = [{"kind": "word", "value": f"v{n % 7}", "openid": f"o{n}", "since": 1.0} for n in range(3 * PAGE)]
    await fill(source, {"conversations": large, "subscriptions": key})
    steps: list[Step] = []
    copied = await copy(source, other, clock=clock, tell=lambda *step: steps.append(step))
    assert {one.table: one.rows for one in copied if one.rows} == {"conversations": 100, "subscriptions": 3 * PAGE}
    sizes = {table: grown(steps, table) for table in ("conversations", "subscriptions")}
    assert PAGE in sizes["subscriptions"]
    assert max(sizes["subscriptions"]) <= PAGE
    assert max(sizes["conversations"][1:]) <= 8  # once the first page has shown how large they are
    assert {(what, table, about) for what, table, _, about in steps} >= {("copied", "subscriptions", 3 * PAGE)}


def grown(steps: list[Step], table: str) -> list[int]:
    """How many rows each page of a table had."""
    rows = [0, *(step[2] for step in steps if step[:2] == ("copied", table))]
    return [after - before for before, after in pairwise(rows)]


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM inbox").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_file(file: Callable[[], str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a file that another process has open, and that process."""
    url = file()
    program = [sys.executable, "-c", HOLD, url.removeprefix("sqlite:///")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield url, process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock on a file")
async def test_a_file_that_is_open(
    open_file: tuple[str, subprocess.Popen[bytes]], other: str, clock: ManualClock
) -> None:
    """While a process has the source's file open nothing is copied, and nothing is made; afterwards it is."""
    source, process = open_file
    with pytest.raises(StoreError, match=f"process {process.pid} has the source open; stop every `serve`"):
        await copy(source, other, clock=clock, tell=silent)
    assert content(other) == b""
    process.communicate()
    await copy(source, other, clock=clock, tell=silent)


@pytest.mark.postgres
async def test_sessions_that_are_open(server: Callable[[], str], other: str, clock: ManualClock) -> None:
    """While a process of the bot is at the source's server nothing is copied; afterwards it is."""
    source = server()
    database = await Database.open(source)
    with pytest.raises(StoreError, match="the source is in use: 1 sessions of the bot are open"):
        await copy(source, other, clock=clock, tell=silent)
    await database.close()
    await copy(source, other, clock=clock, tell=silent)


@pytest.mark.postgres
async def test_a_process_that_begins_meanwhile(server: Callable[[], str], other: str, clock: ManualClock) -> None:
    """What began to work on the source during the copy leaves the target unfinished."""
    source, running = server(), Database.open
    await fill(source, {"followers": [follower(1)]})
    began: list[asyncio.Task[Database]] = []

    def begin(what: str, table: str, rows: int, about: int) -> None:
        began.extend([asyncio.ensure_future(running(source))] if not began else [])

    with pytest.raises(StoreError, match=r"in use: 1 sessions .* unfinished"):
        await copy(source, other, clock=clock, tell=begin)
    await (await began[0]).close()
    with pytest.raises(UnfinishedCopy):
        await Database.open(other)


def message(state: str, lease: float) -> dict[str, Any]:
    """A row of one."""
    return {"key": "k", "openid": "o", "received": 1.0, "state": state, "owner": "p", "lease": lease, "message": b""}


def call(state: str, lease: float) -> dict[str, Any]:
    """A row of one."""
    times = {"created": 1.0, "due": 1.0, "expires": 1.0}
    return {"key": "k", "openid": "o", "channel": "custom", "body": b"", "state": state, "lease": lease, **times}


@pytest.mark.parametrize(
    ("table", "row", "sign"),
    [
        ("inbox", message("running", TODAY + 3), "a message is being answered"),
        ("outbox", call("sending", TODAY + 90), "a call is being sent"),
        ("tokens", {**token("access"), "refreshing_until": TODAY + 5}, "a token is being fetched"),
    ],
    ids=["inbox", "outbox", "tokens"],
)
async def test_what_a_process_holds(
    table: str, row: dict[str, Any], sign: str, store_url: str, other: str, clock: ManualClock
) -> None:
    """What a process works on shows that it runs, until it would be taken for dead."""
    await fill(store_url, {table: [row]})
    with pytest.raises(StoreError, match=sign):
        await copy(store_url, other, clock=clock, tell=silent)
    await clock.advance(100)
    await copy(store_url, other, clock=clock, tell=silent)


async def test_what_is_done_holds_nothing(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """An answered message, a call that went out: their leases are over, whatever they say."""
    source = file()
    await fill(source, {"inbox": [message("answered", TODAY + 3)], "outbox": [call("sent", TODAY + 3)]})
    assert sum(one.rows for one in await copy(source, other, clock=clock, tell=silent)) == 2


@pytest.mark.postgres
async def test_what_sqlite_fills_in(file: Callable[[], str], server: Callable[[], str], clock: ManualClock) -> None:
    """The text that is the default of SQLite's binary columns is the empty bytes that PostgreSQL's are."""
    source, target = file(), server()
    await fill(source, {"inbox": [message("answered", 0.0)]})
    await copy(source, target, clock=clock, tell=silent)
    (row,) = (await read(target))["inbox"]
    assert row["answer"] == b""


async def test_a_source_that_is_not_there(other: str, tmp_path: Path, clock: ManualClock) -> None:
    """A missing source is said to be missing, and neither side is made."""
    with pytest.raises(StoreError, match="there is no such database"):
        await copy(f"sqlite:///{tmp_path}/none.sqlite3", other, clock=clock, tell=silent)
    assert content(other) + content(f"sqlite:///{tmp_path}/none.sqlite3") == b""


def test_checksums_do_not_depend_on_order() -> None:
    """The sum of rows is the same in any order, and another where one value, its type or the number of rows is."""
    rows = [("a", 1.5, b"", None, True, 1), ("b", 0.0, b"\0", "", False, 2)]
    assert summed(rows) == summed(rows[::-1]) == summed([rows[0], ("b", -0.0, b"\0", "", False, 2)])
    others = [
        rows[:1],
        [*rows, rows[0]],
        [rows[0], ("b", 0.0, b"", "", False, 2)],
        [rows[0], ("b", 0.0, b"\0", None, False, 2)],
    ]
    assert len({summed(found) for found in (rows, *others)}) == 5


def summed(rows: list[tuple[Any, ...]]) -> tuple[int, str]:
    """Rows and checksum."""
    tally = Tally()
    tally.add(rows)
    return tally.rows, tally.digest
