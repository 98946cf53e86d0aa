"""Sending to many: with a durable row for each beside a bare client without any, and entering a million rows."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
import msgspec
import structlog
import uvloop

from benchmarks.measuring import STATM, Table, resident
from bot.channels.template import LIFE
from bot.clock import SystemClock
from bot.limits import Limits
from bot.outbox import Outbox
from bot.store.calls import Claimed, Limit
from bot.store.database import Database, migrate
from bot.store.letters import PAGE, Letter, Letters
from bot.store.outbox import OutboxRows
from bot.wechat.client import Client
from bot.wechat.wire import Wire

CONNECTIONS = 50  # of the bare client: more make it slower
TEXT = "【鼓励企业技术改造】有变化：补助上限 600万元→800万元。详情请看全文，或回复“技改找谁”。"
FOREVER = 9e9


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many messages of a round, how many rounds, and how many receivers are entered."""

    messages: int = 12_000
    rounds: int = 5
    receivers: int = 1_000_000


FULL = Size()


class Holder:
    """A token that never ends."""

    async def current(self) -> str:
        """The token."""
        return "90_" + "t" * 133

    async def renew(self, rejected: str) -> str:
        """The token."""
        return rejected


class Channel:
    """Template messages without a pace: how fast rows go is what is measured."""

    name = "template"
    limit = Limit(per_second=1e9, burst=1_000_000, per_day=100_000_000, life=LIFE)

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, row: Claimed) -> str:
        """As the channel of the program does."""
        body = msgspec.json.decode(row.body)
        return await self._client.send_template({**body, "touser": row.openid, "client_msg_id": row.client_id})


@contextmanager
def sinking() -> Iterator[str]:
    """The address of a sink in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(sink.stdout.readline())}"
        finally:
            sink.kill()


def body() -> bytes:
    """What everybody is sent: some 300 bytes."""
    data = {"thing1": {"value": "鼓励企业技术改造"}, "thing2": {"value": TEXT}, "date3": {"value": "2026年12月31日"}}
    return msgspec.json.encode({"template_id": "T" * 43, "url": "https://huiqi.example.gov.cn/p/q91-3", "data": data})


def openid(number: int) -> str:
    """A follower's."""
    return f"o{number:027d}"


@contextmanager
def quietly() -> Iterator[None]:
    """Log from warnings on, as the program does at its default or above."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(**before)


def settle_down() -> None:
    """As the program does once it is built."""
    gc.collect()
    gc.freeze()


async def bare(url: str, messages: int) -> float:
    """Seconds that aiohttp's client takes for so many messages, nothing kept of any."""
    content, numbers = json.loads(body()), iter(range(messages))
    address = f"{url}/cgi-bin/message/template/send"
    query = {"access_token": await Holder().current()}

    async def send(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            text = json.dumps({**content, "touser": openid(number)}, ensure_ascii=False).encode()
            headers = {"Content-Type": "application/json"}
            async with session.post(address, params=query, data=text, headers=headers) as response:
                assert (await response.json())["errcode"] == 0

    async with aiohttp.ClientSession() as session:
        settle_down()
        start = time.perf_counter()
        await asyncio.gather(*(send(session) for _ in range(CONNECTIONS)))
        return time.perf_counter() - start


async def durable(url: str, messages: int, template: Path) -> float:
    """Seconds that the outbox takes: claimed, sent and settled, one row for each, as the program does it."""
    async with enter(messages, template) as database, aiohttp.ClientSession() as session:
        clock = SystemClock()
        client = Client(Wire(session, url, clock=clock), Holder(), clock=clock)
        outbox = Outbox(
            rows=OutboxRows(database), limits=Limits(database, clock=clock), channels=[Channel(client)], clock=clock
        )
        settle_down()
        start = time.perf_counter()
        sent = await outbox.run_once()
        seconds = time.perf_counter() - start
        assert sent == messages
        assert await OutboxRows(database).counts() == {"sent": messages}
        return seconds


@asynccontextmanager
async def enter(messages: int, template: Path) -> AsyncIterator[Database]:
    """A database in which so many rows wait."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        shutil.copy(template, path)
        _follow(path, messages)
        database = await Database.open(f"sqlite:///{path}")
        try:
            await Letters(database).spread(LETTER, SystemClock())
            yield database
        finally:
            await database.close()


def _follow(path: Path, people: int) -> None:
    rows = ((openid(number), 1.0) for number in range(people))
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO followers (openid, followed) VALUES (?, ?)", rows)
        connection.commit()


LETTER = Letter(key="bench", channel="template", body=body(), due=0.0, expires=FOREVER)


def sending(size: Size = FULL) -> Table:
    """Messages a second, durable and bare by turns against the same sink, and the ratio within a round."""
    bares: list[float] = []
    durables: list[float] = []
    with tempfile.TemporaryDirectory() as folder, sinking() as url, quietly():
        template = Path(folder) / "template.sqlite3"
        asyncio.run(migrate(f"sqlite:///{template}"))
        uvloop.run(bare(url, min(1000, size.messages)))  # what is built at first need is built now
        for _ in range(size.rounds):
            bares.append(uvloop.run(bare(url, size.messages)))
            durables.append(uvloop.run(durable(url, size.messages, template)))
        bares.append(uvloop.run(bare(url, size.messages)))
    around = [(one + other) / 2 for one, other in pairwise(bares)]
    ratios = [beside / seconds for beside, seconds in zip(around, durables, strict=True)]
    return Table(
        title=f"Sending {size.messages:,} template messages to a local sink, {size.rounds} rounds by turns",
        rows={
            "bare aiohttp client, nothing kept": {"msg/s": size.messages / statistics.median(bares), "÷ bare": 1.0},
            "the outbox, a durable row each": {
                "msg/s": size.messages / statistics.median(durables),
                "÷ bare": statistics.median(ratios),
            },
        },
        note="÷ bare is the median over rounds of its speed by the mean of the bare client's before and after.",
    )


def entering(size: Size = FULL) -> Table:
    """Rows for all followers, page by page: how long, for how long nobody else could write, and the memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        asyncio.run(migrate(f"sqlite:///{path}"))
        _follow(path, size.receivers)
        before = resident()

        async def enter_all() -> float:
            database = await Database.open(f"sqlite:///{path}")
            start = time.perf_counter()
            assert await Letters(database).spread(LETTER, SystemClock()) == size.receivers
            seconds = time.perf_counter() - start
            await database.close()
            return seconds

        with watching(path) as locks:
            seconds = uvloop.run(enter_all())
        grown = resident() - before
    return Table(
        title=f"Entering {size.receivers:,} rows by pages of {PAGE:,}",
        rows={
            "INSERT … SELECT": {
                "seconds": seconds,
                "longest lock ms": max(locks, default=0.0) * 1000,
                "memory MB": grown / 1e6 if STATM.exists() else float("nan"),
            }
        },
        note="The lock is how long another connection, which tried every half millisecond, was kept from writing.",
    )


@contextmanager
def watching(path: Path) -> Iterator[list[float]]:
    """For how many seconds another connection could not write, each time, while the block runs."""
    locks: list[float] = []
    stop = threading.Event()

    def look() -> None:
        since: float | None = None
        with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as connection:
            while not stop.wait(0.0005):
                before = time.perf_counter()
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    since = before if since is None else since
                    continue
                connection.execute("ROLLBACK")
                if since is not None:
                    locks.append(before - since)
                since = None

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield locks
    finally:
        stop.set()
        thread.join()
