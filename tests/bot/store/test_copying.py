"""A deployment copied from one database to another: all of it, or a target that says it is unfinished."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
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
from tests.bot.store.deployments import TODAY, Rows, content, fill, follower, message, read, silent, token

Step = tuple[str, str, int, int]

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ODD_FLOATS = st.sampled_from((0.0, -0.0, 1e308, -1e308, 5e-324, 0.1, 1792562400.123456, float("inf"), 2.0**53 + 2))
HELD = {"lease", "refreshing_until"}  # a time to come in these is a process at work


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


@pytest.mark.postgres
@settings(max_examples=8)
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
    tally.add([(row["openid"], row["followed"], "", 0.0, 0.0, 0, 0.0, None, 0.0)])
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
    await fill(source, {"followers": [follower(n) for n in range(3000)]})

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
    row = ("o" * 64, 1e300, "", 0.0, 0.0, 2**31 - 1, 0.0, None, 0.0)
    assert misfit(list(followers.c), [row]) == ""


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


async def test_many_rows_go_by_pages(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """However many rows a table has, and however large they are, no more than a page is in memory."""
    source = file()
    large = [{"openid": f"o{n}", "facts": bytes([n]) * (BYTES // 8), "consented": 1.0} for n in range(100)]
    key = [{"kind": "word", "value": f"v{n % 7}", "openid": f"o{n}", "since": 1.0} for n in range(3 * PAGE)]
    await fill(source, {"enterprises": large, "subscriptions": key})
    steps: list[Step] = []
    copied = await copy(source, other, clock=clock, tell=lambda *step: steps.append(step))
    assert {one.table: one.rows for one in copied if one.rows} == {"enterprises": 100, "subscriptions": 3 * PAGE}
    sizes = {table: grown(steps, table) for table in ("enterprises", "subscriptions")}
    assert PAGE in sizes["subscriptions"]
    assert max(sizes["subscriptions"]) <= PAGE
    assert max(sizes["enterprises"][1:]) <= 8  # once the first page has shown how large they are
    assert {(what, table, about) for what, table, _, about in steps} >= {("copied", "subscriptions", 3 * PAGE)}


def grown(steps: list[Step], table: str) -> list[int]:
    """How many rows each page of a table had."""
    rows = [0, *(step[2] for step in steps if step[:2] == ("copied", table))]
    return [after - before for before, after in pairwise(rows)]


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
