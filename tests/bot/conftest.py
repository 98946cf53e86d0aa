"""What tests of an engine may ask for: a process with its handlers, on a database that works without threads."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.engine import Engine
from bot.store.database import Database
from tests.bot.engines import Handlers, build
from tests.bot.inline import InlineStore
from tests.bot.presses import Printing


@pytest.fixture
async def store(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[InlineStore]:
    """A database that works without threads."""
    path = tmp_path / "inline.sqlite3"
    shutil.copy(sqlite_template, path)
    opened = InlineStore(path)
    yield opened
    await opened.close()


@pytest.fixture
async def printing(database: Database, tmp_path: Path, clock: ManualClock) -> Printing:
    """A press whose first edition is imported."""
    printing = Printing(database, tmp_path, clock)
    await printing.press.read()
    return printing


@pytest.fixture
def handlers(clock: ManualClock) -> Handlers:
    """What the engine asks."""
    return Handlers(clock)


@pytest.fixture
async def engine(store: InlineStore, handlers: Handlers, clock: ManualClock) -> AsyncIterator[Engine]:
    """An engine that may push."""
    built = build(store, handlers, clock)
    yield built
    await built.close(0)
