"""Versions of the database, and the way from one to the next."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy import text as sql

from bot.errors import NewerDatabase, StoreError
from bot.store import schema
from bot.store.database import Database
from bot.store.tables import metadata
from tests.patience import PATIENCE


async def test_migrations_build_the_tables(database: Database) -> None:
    """What the migrations build is what tables.py says, down to types, defaults and indexes."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(connection: Connection) -> object:
        # Alembic reads SQLite's empty defaults back differently; PostgreSQL's answer for both.
        options = {"compare_type": True, "compare_server_default": database.dialect == "postgresql"}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    async with database.write() as connection:
        assert await connection.run_sync(differences) == []


async def test_indexes_of_few_rows_have_their_conditions(database: Database) -> None:
    """An index that tables.py limits to some rows is limited in the database, of either kind, and no other is."""

    def limited(connection: Connection) -> set[str]:
        found = [index for indexes in inspect(connection).get_multi_indexes().values() for index in indexes]
        conditions = {str(i["name"]): i.get("dialect_options", {}).get(f"{database.dialect}_where") for i in found}
        return {name for name, condition in conditions.items() if condition is not None}

    indexes = [index for table in metadata.tables.values() for index in table.indexes]
    declared = {index.name for index in indexes if index.dialect_options["sqlite"]["where"] is not None}
    async with database.read() as connection:
        assert await connection.run_sync(limited) == declared
    assert declared


def test_revisions_are_a_chain() -> None:
    """The numbers of the files are the versions, in one line without a branch."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(chain)) == schema.revisions()


def test_migrations_can_be_undone() -> None:
    """Each migration takes away what it built."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.downgrade(config, "base")
        assert schema.revision(connection) == ""
        metadata.create_all(connection)
    engine.dispose()


def test_the_days_to_look_again_move_out_of_the_revisions() -> None:
    """Each part keeps the day of what stands; a draft that has it, or none, sets none; back, it stands where it was."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    engine = create_engine("sqlite://")
    rows = [  # id, key, state, edition, based_on, review_by
        (1, "a", "published", 1, 0, "2026-01-01"), (2, "a", "published", 2, 1, "2027-01-01"),
        (3, "a", "draft", 0, 2, "2027-01-01"), (4, "b", "published", 1, 0, ""), (5, "b", "draft", 0, 4, "2028-01-01"),
        (6, "c", "published", 1, 0, "2029-01-01"), (7, "c", "draft", 0, 6, ""),
    ]  # fmt: skip
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        for row in rows:
            connection.exec_driver_sql(
                "INSERT INTO revisions (id, kind, key, body, state, author, hands, created, changed, edition, based_on,"
                " review_by) VALUES (?, 'topic', ?, '', ?, 'li', '[]', 0, 0, ?, ?, ?)",
                row,
            )
        command.upgrade(config, "0009")
        days = connection.exec_driver_sql("SELECT key, day FROM review_dates ORDER BY key").fetchall()
        assert [tuple(row) for row in days] == [("a", "2027-01-01"), ("c", "2029-01-01")]
        sets = connection.exec_driver_sql("SELECT id FROM revisions WHERE review_by <> review_was ORDER BY id")
        assert [row[0] for row in sets] == [1, 2, 5, 6]
        connection.exec_driver_sql("UPDATE review_dates SET day = '2030-01-01' WHERE key = 'a'")
        command.downgrade(config, "0008")
        back = connection.exec_driver_sql("SELECT review_by FROM revisions ORDER BY id").fetchall()
        assert [row[0] for row in back] == ["2026-01-01", "2030-01-01", *(row[5] for row in rows[2:])]
    engine.dispose()


async def test_conversations_move_into_the_rows_of_followers(database: Database) -> None:
    """Each stands in the row of its follower, and goes back from there; one of somebody who has no row is gone."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))

    def move(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.downgrade(config, "0012")
        for openid in ("o1", "o2", "o3"):
            connection.execute(sql("INSERT INTO followers (openid, followed) VALUES (:who, 1)"), {"who": openid})
        for openid, data in (("o1", b"one"), ("o3", b"three"), ("nobody", b"none")):
            kept = sql("INSERT INTO conversations (openid, data, expires) VALUES (:who, :data, 7)")
            connection.execute(kept, {"who": openid, "data": data})
        schema.upgrade(connection)
        found = connection.execute(sql("SELECT openid, talk, talk_until FROM followers ORDER BY openid")).all()
        assert [tuple(row) for row in found] == [("o1", b"one", 7.0), ("o2", None, 0.0), ("o3", b"three", 7.0)]
        command.downgrade(config, "0012")
        back = connection.execute(sql("SELECT openid, data, expires FROM conversations ORDER BY openid")).all()
        assert [tuple(row) for row in back] == [("o1", b"one", 7.0), ("o3", b"three", 7.0)]
        schema.upgrade(connection)

    async with database.write() as connection:
        await connection.run_sync(move)


@pytest.mark.parametrize(
    ("found", "error"), [("9999", NewerDatabase), ("0000", NewerDatabase), ("", StoreError)], ids=["new", "odd", "none"]
)
def test_only_our_version_passes(found: str, error: type[Exception]) -> None:
    """A database passes if its version is the newest we know, and no other way."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        schema.upgrade(connection)
        schema.check(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (found,))
        with pytest.raises(error):
            schema.check(connection)
    engine.dispose()


def test_alembic_is_not_loaded_to_open() -> None:
    """A process that has nothing to migrate starts without Alembic and without the other database's driver."""
    code = "import sys, bot.store.database; print([m for m in ('alembic', 'asyncpg') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert done.stdout.strip() == "[]"
