"""A deployment in one file: what is in it, what damage it tells of, and where it can be put back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot.clock import ManualClock
from bot.errors import BackupRefused, NewerDatabase, StoreError, UnfinishedCopy
from bot.store import schema
from bot.store.backups import DIGEST, LEFT_OUT, MANIFEST, check_backup, read_manifest, restore_backup, write_backup
from bot.store.backups import _seal as seal
from bot.store.database import Database
from bot.store.staff_tables import sessions
from bot.store.tables import followers
from bot.version import VERSION
from tests.bot.store.deployments import TODAY, Rows, content, fill, follower, read, silent, token
from tests.bot.store.test_copying import DEPLOYMENTS

CHANGED = ("channels", "backups")  # by a restore: it halts the ones, and is noted in the other
ITS_OWN = (*CHANGED, *LEFT_OUT)
HALTED = {"halted": True, "paused": "restored"}
CLOCK = ManualClock(TODAY)
save = partial(write_backup, clock=CLOCK, tell=silent)
restore = partial(restore_backup, halting=("custom", "mass"), tell=silent)


def put(path: Path, content: bytes) -> Path:
    """A file with this in it."""
    path.write_bytes(content)
    return path


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> list[str]:
    """What is beside a file, that is hidden too, databases excepted."""
    return sorted(one.name for one in path.parent.iterdir() if ".sqlite3" not in one.name)


def without(rows: Rows, *tables: str) -> Rows:
    """All but some tables."""
    return {name: found for name, found in rows.items() if name not in tables}


@pytest.mark.postgres
@settings(max_examples=6)
@given(rows=DEPLOYMENTS)
async def test_out_and_in_again(rows: Rows, file: Callable[[], str], server: Callable[[], str], tmp_path: Path) -> None:
    """Whatever a deployment holds is in a backup, and in a database of the other kind after it, keys and notes not."""
    first, second, third = file(), server(), file()
    paths = [tmp_path / f"{os.urandom(4).hex()}.huiqi" for _ in range(2)]
    await fill(first, rows)
    there = await save(first, paths[0])
    await restore(paths[0], second)
    back = await save(second, paths[1])
    await restore(paths[1], third)
    expected = without(await read(first), *ITS_OWN)
    assert without(await read(second), *ITS_OWN) == expected
    assert without(await read(third), *ITS_OWN) == expected
    counted = {kept.table: kept.rows for kept in there.tables}
    assert counted == {name: 0 if name in LEFT_OUT else len(found) for name, found in rows.items()}
    same = [kept for kept in there.tables if kept.table not in CHANGED]
    assert [kept for kept in back.tables if kept.table not in CHANGED] == same


async def test_what_a_backup_says_of_itself(file: Callable[[], str], path: Path) -> None:
    """The program, the version of the tables, the time, and counts and checksums of each table, readable by anybody;
    the file is its owner's alone and nothing else is left in the folder."""
    await fill(source := file(), {"followers": [follower(1), follower(2)]})
    written = await save(source, path)
    assert read_manifest(path) == check_backup(path, tell=silent) == written
    with zipfile.ZipFile(path) as archive:
        said = msgspec.json.decode(archive.read(MANIFEST))
    assert (said["program"], said["schema"], said["dialect"]) == (VERSION, schema.revisions()[-1], "sqlite")
    assert (said["taken"], written.moment) == (TODAY, "2026-10-21 14:00:00+08:00")
    (kept,) = [one for one in written.tables if one.rows]
    assert (kept.table, kept.rows) == ("followers", 2)
    assert len(kept.digest) == 32
    assert mode(path) == 0o600
    assert names(path) == [path.name]


async def test_keys_are_not_in_it(file: Callable[[], str], path: Path) -> None:
    """Neither the token of the account nor a session of the console stands in the file."""
    signed_in = {column.name: column.type.python_type() for column in sessions.c}
    await fill(source := file(), {"sessions": [signed_in]})
    await fill(source, {"tokens": [token("access_token")]})
    written = await save(source, path)
    assert {kept.table for kept in written.tables if kept.table in LEFT_OUT} == LEFT_OUT
    assert [kept.table for kept in written.tables if kept.rows] == []
    await restore(path, target := file())
    assert (await read(target))["tokens"] == []


async def test_written_while_the_bot_works(store_url: str, file: Callable[[], str], path: Path) -> None:
    """What is written during a backup waits for nothing, and the backup is of one moment: of two rows that are always
    changed together it never has one changed and one not."""
    many = [follower(number) for number in range(6000)]
    await fill(store_url, {"followers": many})
    database = await Database.open(store_url)
    begun, told, done = asyncio.Event(), 0, 0

    def tell(what: str, table: str, rows: int, total: int) -> None:
        nonlocal told
        told += (what, table) == ("saved", "followers")
        begun.set()

    async def work() -> None:
        nonlocal done
        await begun.wait()
        while not saving.done():
            async with database.write() as connection:
                ends = followers.c.openid.in_(("o000000", "o005999"))
                await connection.execute(update(followers).where(ends).values(last_message=float(done + 1)))
                await connection.execute(insert(followers).values(follower(10_000 + done)))
            done += 1

    saving = asyncio.create_task(write_backup(store_url, path, clock=CLOCK, tell=tell))
    await asyncio.gather(saving, work())
    await database.close()
    assert done > 0
    assert told > 3
    await restore(path, target := file())
    found = (await read(target))["followers"]
    assert len(found) == 6000
    assert len({row["last_message"] for row in found if row["openid"] in ("o000000", "o005999")}) == 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> bytes:
    """The bytes of a backup with a few rows."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "a.sqlite3").write_bytes(sqlite_template.read_bytes())

    async def make() -> None:
        await fill(url := f"sqlite:///{folder}/a.sqlite3", {"followers": [follower(number) for number in range(50)]})
        await save(url, folder / "a.huiqi")

    asyncio.run(make())
    return (folder / "a.huiqi").read_bytes()


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_byte_anywhere(whole: bytes, path: Path, data: st.DataObject) -> None:
    """One byte that is not as it was written, wherever it stands, and the file is refused."""
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    put(path, whole[:place] + bytes([other]) + whole[place + 1 :])
    with pytest.raises(BackupRefused, match="is damaged, cut off, or no backup"):
        check_backup(path, tell=silent)


@settings(max_examples=60)
@given(data=st.data())
def test_a_file_that_was_cut_off(whole: bytes, path: Path, data: st.DataObject) -> None:
    """However much is missing at the end, or was added, the file is refused."""
    length = data.draw(st.integers(0, len(whole) - 1))
    put(path, whole[:length])
    with pytest.raises(BackupRefused, match="cut off"):
        check_backup(path, tell=silent)
    put(path, whole + whole[:length] + b"0")
    with pytest.raises(BackupRefused, match="cut off"):
        check_backup(path, tell=silent)


async def test_a_damaged_file_touches_nothing(whole: bytes, path: Path, other: str) -> None:
    """A target is not even made for a file that cannot be used."""
    put(path, whole[:-1])
    with pytest.raises(BackupRefused):
        await restore(path, other)
    assert content(other) == b""
    with pytest.raises(BackupRefused, match="cannot be read: No such file"):
        await restore(path.with_name("none.huiqi"), other)


def forge(whole: bytes, path: Path, **changed: Any) -> None:
    """A backup whose manifest says something else, with its checksum right."""
    put(path, whole)
    manifest = read_manifest(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[MANIFEST] = msgspec.json.encode(msgspec.structs.replace(manifest, **changed))
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = b"0" * DIGEST
    seal(path)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"schema": "9999", "program": "7.0"}, "version 7.0 of the program wrote it, with tables of version 9999"),
        ({"format": 2}, "Restore it with that program"),
    ],
)
async def test_of_a_later_version(whole: bytes, path: Path, other: str, changed: dict[str, Any], why: str) -> None:
    """Tables or a format that this program does not know are refused, and said to be of a later one."""
    forge(whole, path, **changed)
    with pytest.raises(BackupRefused, match=why):
        await restore(path, other)


async def test_a_manifest_that_is_wrong(whole: bytes, path: Path, other: str) -> None:
    """Rows that are not those of the manifest are damage, though the checksum of the file is right; and so is a file
    that is no zip."""
    put(path, whole)
    tables = read_manifest(path).tables
    lying = tuple(msgspec.structs.replace(kept, digest="0" * 32) for kept in tables)
    forge(whole, path, tables=lying)
    with pytest.raises(BackupRefused, match="has not the rows its manifest says"):
        await restore(path, other)
    forge(whole, path, tables=(msgspec.structs.replace(tables[0], table="elsewhere"),))
    with pytest.raises(BackupRefused, match="is damaged, or no backup"):
        await restore(path, other)
    put(path, b"x" * 100 + b"0" * DIGEST)
    seal(path)
    with pytest.raises(BackupRefused, match="no backup"):
        await restore(path, other)


async def test_columns_that_are_not_there(whole: bytes, path: Path, other: str) -> None:
    """A backup whose tables are not those of its version leaves a target that says it is unfinished."""
    put(path, whole)
    tables = tuple(
        msgspec.structs.replace(kept, columns=(*kept.columns, "more")) if kept.table == "followers" else kept
        for kept in read_manifest(path).tables
    )
    forge(whole, path, tables=tables)
    with pytest.raises(StoreError, match=r"followers: the backup has other columns.*remove it and restore again"):
        await restore(path, other)
    with pytest.raises(UnfinishedCopy):
        await Database.open(other)


async def test_a_target_with_rows(whole: bytes, path: Path, store_url: str) -> None:
    """A database that holds a deployment is refused and stays as it is."""
    put(path, whole)
    await fill(store_url, {"followers": [follower(99)]})
    with pytest.raises(StoreError, match="the target is not empty: there are rows in followers"):
        await restore(path, store_url)
    assert [row["openid"] for row in (await read(store_url))["followers"]] == ["o000099"]


async def test_a_source_that_is_not_there(tmp_path: Path, path: Path) -> None:
    """No file is left where there was nothing to save."""
    with pytest.raises(StoreError, match="there is no such database"):
        await save(f"sqlite:///{tmp_path}/none.sqlite3", path)
    assert names(path) == []


async def test_a_backup_replaces_nothing(file: Callable[[], str], path: Path) -> None:
    """A file that is there stays, and so does the folder where nobody may write."""
    put(path, b"precious")
    with pytest.raises(BackupRefused, match="is there already"):
        await save(file(), path)
    assert content(f"sqlite:///{path}") == b"precious"
    with pytest.raises(BackupRefused, match="cannot be written: No such file"):
        await save(file(), path.parent / "missing" / "a.huiqi")


async def test_nobody_is_written_to_afterwards(file: Callable[[], str], store_url: str, path: Path) -> None:
    """Every channel named stands still, one that the backup has and one that it has not: what waited may have gone out
    since."""
    await fill(source := file(), {"channels": [{"name": "custom", "used": 7, "day": "2026-10-21"}]})
    await save(source, path)
    await restore(path, store_url)
    found = {row["name"]: row for row in (await read(store_url))["channels"]}
    assert set(found) == {"custom", "mass"}
    for row in found.values():
        assert {name: row[name] for name in HALTED} == HALTED
    assert found["custom"]["used"] == 7


async def test_a_source_of_a_later_version(file: Callable[[], str], path: Path) -> None:
    """A database that this program does not know, or that is unfinished, is not saved as if it were one."""
    for version, error in (("9999", NewerDatabase), ("copying", UnfinishedCopy)):
        source = file()
        with closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        with pytest.raises(error):
            await save(source, path)
    assert names(path) == []


async def test_many_rows_go_by_pages(file: Callable[[], str], path: Path) -> None:
    """However many rows a table has, only a page of them is in hand at once, out and in."""
    large = [{"openid": f"o{n}", "facts": bytes([n]) * 500_000, "consented": 1.0} for n in range(60)]
    await fill(source := file(), {"enterprises": large})
    steps: list[tuple[str, str, int, int]] = []
    await write_backup(source, path, clock=CLOCK, tell=lambda *step: steps.append(step))
    await restore_backup(path, file(), halting=(), tell=lambda *step: steps.append(step))
    for what in ("saved", "checked", "restored", "compared"):
        rows = [0, *(step[2] for step in steps if step[:2] == (what, "enterprises"))]
        assert rows[-1] >= 60
        assert max(after - before for before, after in pairwise(rows[1:])) <= 10
