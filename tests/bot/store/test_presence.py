"""Whether somebody works on a database: no copy is made of one that changes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.errors import StoreError, UnfinishedCopy
from bot.store.copying import copy
from bot.store.database import Database
from tests.bot.store.deployments import TODAY, call, content, fill, follower, message, silent, token

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM inbox").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands where leases are counted from."""
    return ManualClock(TODAY)


@pytest.fixture
def open_file(file: Callable[[], str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a file that another process has open, and that process."""
    url = file()
    program = [sys.executable, "-c", HOLD, url.removeprefix("sqlite:///")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield url, process


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a lock on a file")
async def test_a_file_that_is_open(
    open_file: tuple[str, subprocess.Popen[bytes]], other: str, clock: ManualClock
) -> None:
    """While a process has the source's file open nothing is copied, and nothing is made; afterwards it is."""
    source, process = open_file
    with pytest.raises(StoreError, match=f"process {process.pid} has the source open; stop every `serve`"):
        await copy(source, other, clock=clock, tell=silent)
    assert content(other) == b""
    process.communicate()
    await copy(source, other, clock=clock, tell=silent)


@pytest.mark.postgres
async def test_sessions_that_are_open(server: Callable[[], str], other: str, clock: ManualClock) -> None:
    """While a process of the bot is at the source's server nothing is copied; afterwards it is."""
    source = server()
    database = await Database.open(source)
    with pytest.raises(StoreError, match="the source is in use: 1 sessions of the bot are open"):
        await copy(source, other, clock=clock, tell=silent)
    await database.close()
    await copy(source, other, clock=clock, tell=silent)


@pytest.mark.postgres
async def test_a_process_that_begins_meanwhile(server: Callable[[], str], other: str, clock: ManualClock) -> None:
    """What began to work on the source during the copy leaves the target unfinished."""
    source, running = server(), Database.open
    await fill(source, {"followers": [follower(1)]})
    began: list[asyncio.Task[Database]] = []

    def begin(what: str, table: str, rows: int, about: int) -> None:
        began.extend([asyncio.ensure_future(running(source))] if not began else [])

    with pytest.raises(StoreError, match=r"in use: 1 sessions .* unfinished"):
        await copy(source, other, clock=clock, tell=begin)
    await (await began[0]).close()
    with pytest.raises(UnfinishedCopy):
        await Database.open(other)


@pytest.mark.parametrize(
    ("table", "row", "sign"),
    [
        ("inbox", message("running", TODAY + 3), "a message is being answered"),
        ("outbox", call("sending", TODAY + 90), "a call is being sent"),
        ("tokens", {**token("access"), "refreshing_until": TODAY + 5}, "a token is being fetched"),
    ],
    ids=["inbox", "outbox", "tokens"],
)
async def test_what_a_process_holds(
    table: str, row: dict[str, Any], sign: str, store_url: str, other: str, clock: ManualClock
) -> None:
    """What a process works on shows that it runs, until it would be taken for dead."""
    await fill(store_url, {table: [row]})
    with pytest.raises(StoreError, match=sign):
        await copy(store_url, other, clock=clock, tell=silent)
    await clock.advance(100)
    await copy(store_url, other, clock=clock, tell=silent)


async def test_what_is_done_holds_nothing(file: Callable[[], str], other: str, clock: ManualClock) -> None:
    """An answered message, a call that went out: their leases are over, whatever they say."""
    source = file()
    await fill(source, {"inbox": [message("answered", TODAY + 3)], "outbox": [call("sent", TODAY + 3)]})
    assert sum(one.rows for one in await copy(source, other, clock=clock, tell=silent)) == 2
