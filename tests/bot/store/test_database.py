"""Opening, reading, writing and losing a database."""

from __future__ import annotations

import asyncio
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bot.errors import ConfigError, NewerDatabase, StoreError
from bot.store.database import PROBE, Database, migrate
from bot.store.driver import once
from bot.store.tables import metadata, pulse, tokens

TOKEN = {"name": "access", "value": "secret", "expires": 1.0, "version": 1}


def modes(folder: Path) -> dict[str, int]:
    """Who may read the files of a folder."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def names(database: Database) -> list[str]:
    """The names in the tokens table."""
    async with database.read() as connection:
        return [row[0] for row in await connection.execute(select(tokens.c.name))]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "sqlite://host/x"])
async def test_memory_refused(url: str) -> None:
    """A database that would be lost at the end of the process is refused, with what to write instead."""
    with pytest.raises(ConfigError, match=r"must name a file.*sqlite:///file\.sqlite3"):
        await Database.open(url, migrate=True)


@pytest.mark.parametrize("url", ["mysql://user:pass@host/name", "sqlite+pysqlite:///x", "oracle://x", "nonsense"])
async def test_other_databases_refused(url: str) -> None:
    """An address of another kind is refused, without repeating the password in it."""
    with pytest.raises(ConfigError, match="postgresql://") as caught:
        await Database.open(url)
    assert "pass" not in str(caught.value)


async def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """With the reason: no such folder, or one that takes no files."""
    path = tmp_path / "nope" / "dir" / "x.sqlite3"
    with pytest.raises(StoreError, match=f"^{path}: the database cannot be made: there is no folder {path.parent}$"):
        await migrate(f"sqlite:///{path}")
    assert not path.parent.parent.exists()
    with pytest.raises(StoreError, match=r"^/proc/x\.sqlite3: the database cannot be made: No such file"):
        await migrate("sqlite:////proc/x.sqlite3")


async def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds what followers wrote: it and what stands beside it are read by nobody else."""
    database = await Database.open(f"sqlite:///{tmp_path}/x.sqlite3", migrate=True)
    try:
        await database.ping()
        files = modes(tmp_path)
    finally:
        await database.close()
    assert files == dict.fromkeys(("x.sqlite3", "x.sqlite3-wal", "x.sqlite3-shm"), 0o600)


async def test_missing_file_is_not_created(tmp_path: Path) -> None:
    """Opening a database that is not there says so, and leaves no empty file behind."""
    path = tmp_path / "none.sqlite3"
    with pytest.raises(StoreError, match=r"no such database; run: \.venv/bin/python main\.py migrate --config FILE"):
        await Database.open(f"sqlite:///{path}")
    assert not path.exists()


async def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three slashes name a file beside the process, four an absolute path."""
    monkeypatch.chdir(tmp_path)
    await migrate("sqlite:///here.sqlite3")
    assert (tmp_path / "here.sqlite3").exists()


async def test_written_is_read(database: Database) -> None:
    """What a transaction wrote is there for readers, in this process and the next."""
    async with database.write() as connection:
        await connection.execute(insert(tokens), TOKEN)
    assert await names(database) == ["access"]


async def test_exception_undoes(database: Database) -> None:
    """A block that raises has changed nothing, and what it raised comes out as it is."""

    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(insert(tokens), TOKEN)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await names(database) == []


async def test_readers_cannot_write(database: Database) -> None:
    """A reading connection refuses to change anything, and a later writer is not affected by it."""
    with pytest.raises(StoreError):
        async with database.read() as connection:
            await connection.execute(insert(tokens), TOKEN)
    async with database.write() as connection:
        await connection.execute(insert(tokens), TOKEN)
    assert await names(database) == ["access"]


async def test_reading_while_writing(database: Database) -> None:
    """A reader inside somebody's transaction is not blocked, and sees what was there before it."""
    async with database.write() as connection:
        await connection.execute(insert(tokens), TOKEN)
        assert await names(database) == []
    assert await names(database) == ["access"]


async def test_writers_take_turns(database: Database) -> None:
    """Writers at the same time all succeed, on either way into the database."""
    statement = database.insert(tokens)

    async def write(name: str) -> None:
        async with database.write() as connection:
            await connection.execute(database.insert(tokens), {**TOKEN, "name": name})

    async def run(name: str) -> None:
        await database.run(lambda: once(statement, **{**TOKEN, "name": name}))

    await asyncio.gather(*(write(f"a{i}") for i in range(10)), *(run(f"b{i}") for i in range(10)))
    assert len(await names(database)) == 20


async def test_upsert(database: Database) -> None:
    """One spelling of an upsert works on both databases."""
    upsert = database.insert(tokens)
    upsert = upsert.on_conflict_do_update(index_elements=["name"], set_={"version": upsert.excluded.version})
    async with database.write() as connection:
        await connection.execute(upsert, TOKEN)
        await connection.execute(upsert, {**TOKEN, "version": 2})
        await connection.execute(database.insert(tokens).on_conflict_do_nothing(index_elements=["name"]), TOKEN)
        assert (await connection.execute(select(tokens.c.version))).scalars().all() == [2]


async def test_refusals_keep_their_cause_and_no_values(database: Database) -> None:
    """What the database refuses is a StoreError that knows its cause and tells no values."""
    async with database.write() as connection:
        await connection.execute(insert(tokens), TOKEN)
    with pytest.raises(StoreError) as caught:
        async with database.write() as connection:
            await connection.execute(insert(tokens), TOKEN)
    assert caught.value.__cause__ is not None
    assert "secret" not in str(caught.value)
    assert "Unique" in str(caught.value) or "Integrity" in str(caught.value)


async def test_closed(database: Database) -> None:
    """A closed database refuses work, and may be closed again."""
    await database.close()
    await database.close()
    with pytest.raises(StoreError, match="closed"):
        async with database.read():
            pass


async def test_locked_sqlite(tmp_path: Path, sqlite_template: Path) -> None:
    """A file that another process holds is a StoreError after the given patience, and well again after that."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    database = await Database.open(f"sqlite:///{path}", patience=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    statement = database.insert(tokens)
    with pytest.raises(StoreError, match="OperationalError"):
        async with database.write():
            pass
    with pytest.raises(StoreError, match="OperationalError"):
        await database.run(lambda: once(statement, **TOKEN))
    other.execute("ROLLBACK")
    other.close()
    await database.run(lambda: once(statement, **TOKEN))
    assert await names(database) == ["access"]
    await database.close()


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_ping(database: Database) -> None:
    """A database that takes what it is given answers, as often as it is asked, and keeps one row of it."""
    for _ in range(3):
        await database.ping()
    async with database.read() as connection:
        assert [tuple(row) for row in await connection.execute(select(pulse))] == [(1, 3)]


async def test_ping_of_a_full_disk(tmp_path: Path, sqlite_template: Path) -> None:
    """A disk that takes no more is a StoreError, and well again once there is room."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    database = await Database.open(f"sqlite:///{path}")
    await database.ping()
    with no_room((tmp_path / "store.sqlite3-wal").stat().st_size), pytest.raises(StoreError):
        await database.ping()
    await database.ping()
    await database.close()


async def test_ping_of_a_locked_file(tmp_path: Path, sqlite_template: Path) -> None:
    """Whoever asks hears soon that another process holds the file, however patient messages are."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    database = await Database.open(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError):
        await asyncio.wait_for(database.ping(0.05), PROBE)
    other.close()
    await database.ping()
    await database.close()


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_lost_file(tmp_path: Path, sqlite_template: Path, replaced: bool) -> None:
    """Nothing is written into a file that was deleted, or replaced by another, under an open database."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    database = await Database.open(f"sqlite:///{path}")
    await database.ping()
    path.unlink()
    if replaced:
        shutil.copy(sqlite_template, path)
    statement = database.insert(tokens)
    with pytest.raises(StoreError):
        await database.ping()
    with pytest.raises(StoreError):
        await database.run(lambda: once(statement, **TOKEN))
    await database.close()
    assert path.exists() == replaced


async def test_nobody_makes_a_lost_file_anew(tmp_path: Path, sqlite_template: Path) -> None:
    """Reader, writer and driver all fail where the file went before they came to it, and leave no empty one behind."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    database = await Database.open(f"sqlite:///{path}")
    async with database.read():  # the connection that was there already
        path.unlink()
        with pytest.raises(StoreError):
            await names(database)
    with pytest.raises(StoreError):
        async with database.write():
            pass
    with pytest.raises(StoreError):
        await database.ping()
    await database.close()
    assert not path.exists()


async def test_odd_names_of_files(tmp_path: Path) -> None:
    """A file may be called anything, also what means something in an address."""
    path = tmp_path / "惠企 50%25?#.sqlite3"
    url = "sqlite:///" + str(path).replace("%", "%25").replace("?", "%3F")
    await migrate(url)
    database = await Database.open(url)
    await database.ping()
    await database.close()
    assert path.exists()


async def test_sqlite_is_durable_and_open_to_readers(tmp_path: Path) -> None:
    """SQLite runs with a write-ahead log, so that readers and the writer do not wait for each other."""
    database = await Database.open(f"sqlite:///{tmp_path / 'x.sqlite3'}", migrate=True)
    async with database.read() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA busy_timeout"))).scalar() == 5000
    async with database.write() as connection:
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 1
    await database.close()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_lost_connections(database: Database) -> None:
    """Connections that PostgreSQL dropped cost one failure at most; then the pool has new ones."""
    statement = database.insert(tokens)
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :d")
    async with database.write() as connection:
        await connection.execute(insert(tokens), TOKEN)
        async with database.read() as other:
            name = (await other.execute(text("SELECT current_database()"))).scalar()
        await connection.execute(kill, {"d": name})
    await database.run(lambda: once(statement, **{**TOKEN, "name": "again"}))
    assert await names(database) == ["access", "again"]


async def test_nobody_listens() -> None:
    """A PostgreSQL server that is not there is a StoreError."""
    with pytest.raises(StoreError, match="ConnectionRefusedError"):
        await Database.open("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
async def test_no_such_postgres_database(store_url: str) -> None:
    """A PostgreSQL database that does not exist is a StoreError, and libpq's sslmode is understood."""
    url = store_url.replace("/test_", "/none_") + "&sslmode=disable"
    with pytest.raises(StoreError, match="InvalidCatalogName"):
        await Database.open(url)


async def test_newer_database(store_url: str) -> None:
    """A database written by a later version is refused, whether it is opened or migrated."""
    database = await Database.open(store_url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(NewerDatabase, match="9999"):
        await Database.open(store_url)
    with pytest.raises(NewerDatabase, match="9999"):
        await Database.open(store_url, migrate=True)


async def test_database_without_tables(store_url: str) -> None:
    """A database that was never migrated is refused with the command to run, and migrating twice is no harm."""
    database = await Database.open(store_url)
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
        for table in metadata.sorted_tables:
            await connection.execute(text(f"DROP TABLE {table.name}"))
    await database.close()
    with pytest.raises(StoreError, match=r"no tables yet; run: \.venv/bin/python main\.py migrate"):
        await Database.open(store_url)
    await asyncio.gather(migrate(store_url), migrate(store_url))
    await (await Database.open(store_url)).close()
