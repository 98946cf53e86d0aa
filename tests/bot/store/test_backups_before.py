"""Backups of databases of earlier versions: whole, and restored by this program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, text

from bot.errors import StoreError
from bot.store import schema
from bot.store.copying import tables_of
from bot.store.database import Database
from tests.bot.store.deployments import fill, follower, message, read
from tests.bot.store.test_backups import restore, save


async def begin(url: str, version: str) -> None:
    """Make a database of an earlier version, with a follower, what they talk of, and a remark."""
    database = Database(url, patience=5.0, create=True)
    async with database.write() as connection:
        await connection.run_sync(lambda c: schema.upgrade(c, version))
        tables = {table.name: table for table in await connection.run_sync(tables_of, version)}
        await connection.execute(insert(tables["followers"]).values(openid="o1", followed=1.5))
        await connection.execute(insert(tables["conversations"]).values(openid="o1", data=b"\2\3", expires=2.5))
        said = {"key": "k", "openid": "o1", "created": 1.0, "kind": "staff", "text": "t", "id": 41}
        await connection.execute(insert(tables["feedback"]).values(**said))
        row = {**message("answered", 0.0), "message": b"\0\1"}
        await connection.execute(insert(tables["inbox"]).values(**row))
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("version", ["0001", "0005", "0009", "0012"])
async def test_an_earlier_version(
    version: str, empty: Callable[[], str], file: Callable[[], str], server: Callable[[], str], path: Path
) -> None:
    """A backup of an earlier version, made by this program before it migrates, is put into either kind of database and
    has this version then; an empty database of this version is made anew for it."""
    for make, targets in ((empty, (server,)), (lambda: f"sqlite:///{path.parent}/old.sqlite3", (file, server))):
        await begin(source := make(), version)
        with pytest.raises(StoreError, match="this program needs"):
            await Database.open(source)
        kept = path.with_name(f"{make.__name__}.huiqi")
        assert (await save(source, kept)).schema == version
        for target in targets:
            await restore(kept, url := target())
            found = await read(url)
            assert [(row["openid"], bytes(row["talk"] or b"")) for row in found["followers"]] == [("o1", b"\2\3")]
            assert [bytes(row["message"]) for row in found["inbox"]] == [b"\0\1"]
            assert {row["name"]: row["halted"] for row in found["channels"]} == {"custom": True, "mass": True}
            database = await Database.open(url)
            async with database.write() as connection:
                said = "INSERT INTO feedback (key, openid, created, kind, text) VALUES ('l', 'o', 1, 'staff', '')"
                assert await connection.scalar(text(f"{said} RETURNING id")) == 42
            await database.close()


async def test_an_empty_target_of_an_earlier_version(file: Callable[[], str], path: Path) -> None:
    """What an earlier version made and nobody used is made anew; a row in a table that is no more is a row."""
    await fill(source := file(), {"followers": [follower(1)]})
    await save(source, path)
    for used in (False, True):
        database = Database(url := f"sqlite:///{path.parent}/{used}.sqlite3", patience=5.0, create=True)
        async with database.write() as connection:
            await connection.run_sync(lambda c: schema.upgrade(c, "0012"))
            if used:
                await connection.execute(text("INSERT INTO conversations VALUES ('o1', '', 1)"))
        await database.close()
        if used:
            with pytest.raises(StoreError, match="there are rows in conversations"):
                await restore(path, url)
        else:
            await restore(path, url)
            assert len((await read(url))["followers"]) == 1


def test_every_table_of_every_version_is_known() -> None:
    """No version has a table that a backup of it would leave out."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        for version in schema.revisions():
            schema.upgrade(connection, version)
            known = {table.name for table in tables_of(connection, version)}
            assert set(inspect(connection).get_table_names()) - {"alembic_version"} <= known, version
    engine.dispose()


@pytest.fixture
def empty(request: pytest.FixtureRequest, server: Callable[[], str]) -> Callable[[], str]:
    """The address of one PostgreSQL database after another that has no tables yet."""
    postgres = request.getfixturevalue("postgres")

    def make() -> str:
        url = server()
        name = url.partition("?")[0].rpartition("/")[2]
        postgres.psql(f"DROP DATABASE {name} WITH (FORCE)")
        postgres.psql(f"CREATE DATABASE {name}")
        return url

    return make
