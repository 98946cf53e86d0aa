"""A backup each night by a process of its own: at its time, at once where one was missed, and again after a failure."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.clock import SHANGHAI, ManualClock
from bot.commands.nightly import following, save_nightly, time_of_day
from bot.config import Config, read_config
from bot.errors import ConfigError
from bot.store.backups import read_manifest
from tests.bot.operating import ended, followed
from tests.scenarios.programs import started, write_settings
from tests.scenarios.stage import ACCOUNT

HOUR = 3600.0
# Whoever may do everything is denied nothing: a program of theirs is started without that.
PLAIN = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Path:
    """The settings of a deployment, beside its database."""
    followed(tmp_path / "huiqi.sqlite3", sqlite_template)
    (tmp_path / "backups").mkdir()
    return write_settings(tmp_path, ACCOUNT, port=1)


def noted(settings: Path) -> tuple[float, float, str]:
    """What the database says of its backups; noughts where it says nothing."""
    with closing(sqlite3.connect(settings.parent / "huiqi.sqlite3")) as connection:
        row: tuple[float, float, str] | None = connection.execute("SELECT good, tried, failed FROM backups").fetchone()
    return row or (0.0, 0.0, "")


def waits(logs: list[EventDict]) -> list[str]:
    """Until when it has waited, from the first time on."""
    return [log["until"] for log in logs if log["event"] == "backup waits"]


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what a thread brings about."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - a thread has no event to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def saving(settings: Path, clock: ManualClock, *, keep: int = 2) -> AsyncIterator[Path]:
    """It runs, at three at night; the folder it writes to."""
    config: Config = read_config(settings)
    folder = settings.parent / "backups"
    going = save_nightly(config, f"{folder}/h-{{time}}.huiqi", at=time(3), keep=keep, clock=clock)
    task = asyncio.create_task(going)
    try:
        yield folder
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def taken(folder: Path) -> list[str]:
    """When the backups that are there were taken, in Shanghai."""
    files = sorted(folder.glob("h-*.huiqi"))
    return [f"{datetime.fromtimestamp(read_manifest(path).taken, UTC).astimezone(SHANGHAI):%d %H:%M}" for path in files]


async def test_each_night_and_at_once_where_one_was_missed(settings: Path, clock: ManualClock) -> None:
    """The first comes with the start, for there was none; the next ones at their time, and the oldest go."""
    with capture_logs() as logs:
        async with saving(settings, clock) as folder:
            await until(lambda: waits(logs) == ["2026-11-23T03:00+08:00"])
            assert (taken(folder), noted(settings)[0]) == (["22 10:00"], clock.time())
            await clock.advance(17 * HOUR - 1)
            assert taken(folder) == ["22 10:00"]
            await clock.advance(1)
            await until(lambda: len(waits(logs)) == 2)
            assert (taken(folder), noted(settings)[0]) == (["22 10:00", "23 03:00"], clock.time())
        await clock.advance(8 * HOUR)
        async with saving(settings, clock) as folder:  # a start in the morning after: nothing was missed
            await until(lambda: len(waits(logs)) == 3)
            assert taken(folder) == ["22 10:00", "23 03:00"]
            await clock.advance(16 * HOUR)
            await until(lambda: len(waits(logs)) == 4)
            assert taken(folder) == ["23 03:00", "24 03:00"]


async def test_a_night_that_failed_is_noted_and_the_next_one_tried(settings: Path, clock: ManualClock) -> None:
    """The folder is not there: the database knows why; it goes on, and is well once the folder is there."""
    (settings.parent / "backups").rmdir()
    with capture_logs() as logs:
        async with saving(settings, clock) as folder:
            await until(lambda: len(waits(logs)) == 1)
            assert "there is no such folder" in noted(settings)[2]
            folder.mkdir()
            await clock.advance(17 * HOUR)
            await until(lambda: len(waits(logs)) == 2)
            assert noted(settings) == (clock.time(), clock.time(), "")
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["backup failed"]


async def test_a_folder_that_nobody_may_look_into_is_a_night_that_failed(settings: Path, clock: ManualClock) -> None:
    """The system says no where it is asked whether the folder is there: noted and logged like any failure, and it goes
    on. A name that is too long is refused to every user, as a folder of somebody else is to this one."""
    config: Config = read_config(settings)
    to = f"{settings.parent}/{'x' * 300}/h-{{time}}.huiqi"
    with capture_logs() as logs:
        task = asyncio.create_task(save_nightly(config, to, at=time(3), keep=2, clock=clock))
        await until(lambda: len(waits(logs)) == 1 or task.done())
        assert not task.done()
        assert "File name too long: cannot write" in noted(settings)[2]
        await clock.advance(17 * HOUR)
        await until(lambda: len(waits(logs)) == 2 or task.done())
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["backup failed"] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="files of two users are made by the superuser alone")
def test_old_ones_that_cannot_be_removed_are_noted_and_it_waits_for_the_next_night(settings: Path) -> None:
    """In a folder where each may remove only their own, and the old one is somebody else's: the new one is good, and
    that nothing is removed is known."""
    folder = settings.parent / "backups"
    old = folder / "h-20200101-030000.huiqi"
    old.write_bytes(b"theirs")
    for path in (old, folder):
        os.chown(path, 1, 1)
    folder.chmod(0o1777)
    options = ("--to", f"{folder}/h-{{time}}.huiqi", "--keep", "1", "--nightly", "03:00")
    with started("backup", "--config", str(settings), *options, before=PLAIN) as program:
        program.until("backup waits")
        good, _, failed = noted(settings)
        assert program.stop() == 0
    assert good > 0, failed
    assert failed.startswith("Operation not permitted: cannot remove older ones")
    assert len(list(folder.glob("h-*.huiqi"))) == 2


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-22T02:59", "2026-11-22T03:00"),
        ("2026-11-22T03:00", "2026-11-23T03:00"),
        ("2026-12-31T12:00", "2027-01-01T03:00"),
    ],
)
def test_the_next_time(moment: str, due: str) -> None:
    """Today's where that is to come, else tomorrow's."""
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert following(at, time(3)) == datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("written", ["", "3", "25:00", "03:00:00", "night"])
def test_a_time_that_is_none(written: str) -> None:
    """Hour and minute, as the clock has them."""
    with pytest.raises(ConfigError, match="must be a time such as 03:00"):
        time_of_day(written)


def test_it_ends_when_it_is_told_to(settings: Path) -> None:
    """Started as the container starts it, it saves, waits, and stops with 0 at a signal."""
    folder = settings.parent / "backups"
    options = ("--to", f"{folder}/h-{{time}}.huiqi", "--keep", "2", "--nightly", "03:00")
    with started("backup", "--config", str(settings), *options) as program:
        program.until("backup waits")
        assert len(list(folder.glob("h-*.huiqi"))) == 1
        assert program.stop() == 0
    assert list(folder.glob(".*")) == []


@pytest.mark.parametrize("night", ["25:00", "now"])
def test_a_command_with_a_wrong_time_saves_nothing(settings: Path, night: str) -> None:
    """Exit code 2, and nothing is written."""
    folder = settings.parent / "backups"
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi", "--nightly", night) == 2
    assert list(folder.iterdir()) == []
