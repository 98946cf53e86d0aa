"""A worker is killed in the middle of twenty thousand sends, and another takes over: nobody is missed."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
from aiohttp.test_utils import TestServer

from bot.clock import SystemClock
from bot.emulator.platform import Platform
from bot.outbox import LEASE, WINDOW
from bot.store.database import Database, migrate
from bot.store.letters import Letter, Letters
from tests.scenarios.programs import free_port, run, started, write_settings
from tests.scenarios.stage import ACCOUNT

PEOPLE = 10_000  # each is sent a template message, which has an id of ours, and a customer-service one, which has none
KILLED_AT = 2_500  # messages of each kind taken in
FIELDS = {"thing1": "政策", "thing2": "变化"}
DATA = {"thing1": {"value": "鼓励技术改造"}, "thing2": {"value": "上限 600万元→800万元"}}
BODIES = {
    "template": msgspec.json.encode({"template_id": "T_CHANGED", "data": DATA}),
    "custom": msgspec.json.encode({"msgtype": "text", "text": {"content": "技改上限 600万元→800万元"}}),
}
PATIENCE = 300.0  # seconds for all of it, on a machine that does much else; 20 on one that does not
PACE = "\n[push]\npace = 20000.0\n"


def openid(number: int) -> str:
    """A follower's."""
    return f"oCrash_{number:021d}"


class Crash:
    """The platform, the database, and the worker that is killed."""

    def __init__(self, folder: Path, platform: Platform) -> None:
        self.platform = platform
        self.path = folder / "huiqi.sqlite3"
        self._ends = time.monotonic() + PATIENCE

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What another program reads in the database, or writes."""
        with closing(sqlite3.connect(self.path, timeout=60.0)) as connection:
            rows = connection.execute(query).fetchall()
            connection.commit()
            return rows

    def states(self) -> dict[tuple[str, str], int]:
        """How many rows of each channel are in each state."""
        rows = self.ask("SELECT channel, state, count(*) FROM outbox GROUP BY channel, state")
        return {(channel, state): count for channel, state, count in rows}

    def taken(self, kind: str) -> Counter[str]:
        """How many messages of a kind the platform took in for each follower."""
        return Counter({who: count for (what, who), count in self.platform.sent.items() if what == kind})

    async def until(self, done: Callable[[], bool]) -> None:
        """Let the platform answer until it is so."""
        while not done():
            assert time.monotonic() < self._ends, self.states()
            await asyncio.sleep(0.05)

    def finished(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not any(state in ("waiting", "sending") for _, state in self.states())

    def let_time_pass(self) -> None:
        """As if the dead worker's lease were over: all that it left is so much older."""
        self.ask(f"UPDATE outbox SET lease = lease - {LEASE}, tried = tried - {LEASE} WHERE state = 'sending'")  # noqa: S608


async def prepare(path: Path, platform: Platform) -> None:
    """Everybody follows and wrote lately, and is to be sent both messages."""
    await migrate(f"sqlite:///{path}")
    clock, until = SystemClock(), time.time() + 40 * 3600
    with closing(sqlite3.connect(path)) as connection:
        rows = ((openid(n), 1.0, until, 5) for n in range(PEOPLE))
        names = "openid, followed, window_until, window_left"
        connection.executemany(f"INSERT INTO followers ({names}) VALUES (?, ?, ?, ?)", rows)  # noqa: S608
        connection.commit()
    for number in range(PEOPLE):
        platform.followers.follow(openid(number))
        platform.followers.speak(openid(number))
    database = await Database.open(f"sqlite:///{path}")
    for channel, body in BODIES.items():
        letter = Letter(key=channel, channel=channel, body=body, due=0.0, expires=time.time() + 3600)
        assert await Letters(database).spread(letter, clock) == PEOPLE
    await database.close()


async def in_thread(call: Callable[[], Any]) -> Any:
    """Something that waits for another process, while the platform goes on answering."""
    return await asyncio.get_running_loop().run_in_executor(None, call)


def numbers(rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """What to write after the command that sends rows again."""
    return [word for (number, *_) in rows for word in ("--retry", str(number))]


async def test_nobody_is_missed_when_a_worker_is_killed(tmp_path: Path) -> None:
    """Every receiver has one settled row. Where the platform knows our id everybody got exactly one message; where it
    knows none, who may have got it waits for a person, and nobody else got it twice or not at all."""
    async with Platform(ACCOUNT, seed=1) as platform:
        platform.jobs.delay = 3600.0  # what is reported afterwards is another story
        platform.add_template("T_CHANGED", FIELDS)
        server = await start(platform)
        config = write_settings(tmp_path, ACCOUNT, port=free_port(), api=str(server.make_url("")).rstrip("/"))
        config.write_text(config.read_text(encoding="utf-8") + PACE, encoding="utf-8")
        crash = Crash(tmp_path, platform)
        await prepare(crash.path, platform)
        with started("worker", "--config", str(config)) as worker:
            await crash.until(lambda: min(crash.taken(kind).total() for kind in BODIES) >= KILLED_AT)
            worker.process.kill()
            await in_thread(worker.process.wait)
        await check_the_wreck(crash)
        crash.let_time_pass()
        with started("worker", "--config", str(config)) as worker:
            await crash.until(crash.finished)
            assert await in_thread(worker.stop) == 0
        held = check_the_rest(crash)
        await check_the_held(crash, config, held)
        await server.close()


async def start(platform: Platform) -> TestServer:
    """The platform at an address."""
    server = TestServer(platform.app(), shutdown_timeout=0.0)
    await server.start_server()
    return server


async def check_the_wreck(crash: Crash) -> None:
    """Both channels are in the middle; no more is in doubt than was under way."""
    states = crash.states()
    for channel in BODIES:
        assert 0 < states.get((channel, "sending"), 0) <= WINDOW
    assert sum(count for (_, state), count in states.items() if state == "waiting") > 0


def check_the_rest(crash: Crash) -> list[tuple[Any, ...]]:
    """What was left is done; the rows that are held, each with its follower."""
    states = crash.states()
    assert states.pop(("template", "sent")) == PEOPLE
    sent, held = states.pop(("custom", "sent")), states.pop(("custom", "unknown"), 0)
    assert states == {}
    assert sent + held == PEOPLE
    assert held <= WINDOW
    template, custom = crash.taken("template"), crash.taken("custom")
    assert len(template) == PEOPLE
    assert set(template.values()) == {1}
    rows = crash.ask("SELECT id, openid FROM outbox WHERE state = 'unknown'")
    settled = crash.ask("SELECT openid FROM outbox WHERE state = 'sent' AND channel = 'custom'")
    assert {custom[who] for (who,) in settled} == {1}
    assert {custom[who] for _, who in rows} <= {0, 1}
    return rows


async def check_the_held(crash: Crash, config: Path, held: list[tuple[Any, ...]]) -> None:
    """A person lets them go again: now everybody has it, and twice only those for whom nobody could know."""
    before = crash.taken("custom")
    if held:
        done = await in_thread(lambda: run("outbox", "--config", str(config), *numbers(held)))
        assert done.returncode == 0, done
        assert f"{len(held)}条将重新发送" in done.stdout.decode()
    with started("worker", "--config", str(config)) as worker:
        await crash.until(crash.finished)
        assert await in_thread(worker.stop) == 0
    after = crash.taken("custom")
    assert len(after) == PEOPLE
    assert {who for who, count in after.items() if count > 1} == {who for _, who in held if before[who]}
    assert crash.states() == {("custom", "sent"): PEOPLE, ("template", "sent"): PEOPLE}
