"""Which version a database has, and how it comes to ours. Alembic is loaded only where something is to be changed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.errors import NewerDatabase, StoreError, UnfinishedCopy

MIGRATIONS = Path(__file__).parent / "migrations"
HOW_TO_MIGRATE = "run: .venv/bin/python main.py migrate --config FILE"
UNFINISHED = "copying"  # stands for the version until everything is copied and checked
LOCK = 0x4855_4951_49  # any number of our own: two processes that migrate at once take turns on PostgreSQL


def revisions() -> tuple[str, ...]:
    """The versions this program knows, oldest first: the numbers its migrations begin with."""
    return tuple(sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def revision(connection: Connection) -> str:
    """The version of a database, empty if it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def check(connection: Connection, *, older: bool = False) -> None:
    """Refuse a database of another version: NewerDatabase for one we do not know, UnfinishedCopy for one that another
    is being copied into, StoreError for an older one, unless `older` is true, or for one without tables."""
    found, known = revision(connection), revisions()
    if found == UNFINISHED:
        raise UnfinishedCopy(
            "a copy into this database is under way or broke off; if none runs, remove it and copy again"
        )
    if found and found not in known:
        raise NewerDatabase(f"the database has version {found}, this program knows {known[-1]} at most; update it")
    if not found:
        raise StoreError(f"the database has no tables yet; {HOW_TO_MIGRATE}")
    if found != known[-1] and not older:
        raise StoreError(f"the database has version {found}, this program needs {known[-1]}; {HOW_TO_MIGRATE}")


def upgrade(connection: Connection, version: str = "") -> None:
    """Bring the database to a version, or to the newest, inside the caller's transaction."""
    version = version or revisions()[-1]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    found = revision(connection)
    if found == version:
        return
    if found and found not in revisions():
        check(connection)

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def mark(connection: Connection, version: str) -> None:
    """Write down the version of a database that has one."""
    connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
