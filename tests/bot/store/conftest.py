"""Databases to copy from and to."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a backup is to be."""
    return tmp_path / "kept.huiqi"
