"""A PostgreSQL database that was used is as good as new for the next test, or is not lent to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.postgres import Databases

pytestmark = pytest.mark.postgres


def told(server: Any, name: str, *statements: str) -> str:
    """What the database of this name says to statements."""
    said: str = server.psql(f"\\c {name}\n" + "".join(f"{statement};\n" for statement in statements))
    return said


def test_what_was_written_is_gone(postgres: Any, databases: Databases) -> None:
    """Rows are gone and numbers begin at 1 again, also those of rows that never stayed."""
    enter = "INSERT INTO endings (day, kind, value, reason) VALUES ('', '', '', '') RETURNING 'number ' || id"
    name = databases.lend()
    said = told(postgres, name, enter, "BEGIN", enter, "ROLLBACK")
    assert ("number 1" in said, "number 2" in said) == (True, True)
    databases.take_back(name)
    assert databases.lend() == name
    assert "number 1" in told(postgres, name, enter)
    assert "left 1" in told(postgres, name, "SELECT 'left ' || count(*) FROM endings")
    databases.take_back(name)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE tokens",
        "ALTER TABLE tokens ADD COLUMN more int",
        "CREATE INDEX more ON tokens (name)",
        "CREATE TABLE more (id int)",
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE alembic_version",
    ],
)
def test_what_was_changed_is_not_lent_again(postgres: Any, databases: Databases, change: str) -> None:
    """A database with other tables, columns, indexes or another version is dropped."""
    name = databases.lend()
    told(postgres, name, change)
    databases.take_back(name)
    assert name not in postgres.psql("SELECT datname FROM pg_database")
