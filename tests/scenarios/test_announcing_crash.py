"""A worker is killed again and again in the midst of an announcement: nobody gets it twice, all have an outcome."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer
from sqlalchemy import insert

from bot.announcements import CUSTOM, EVERYONE, MASS, Announcement, Content, Criterion, Plan
from bot.broadcasts import Broadcasts
from bot.clock import SystemClock
from bot.config import read_config
from bot.emulator.platform import Platform
from bot.outbox import LEASE, WINDOW
from bot.store.audiences import Audience
from bot.store.database import Database
from bot.store.ledgers import Ledgers
from bot.store.tables import followers
from tests.databases import prepare as prepare_file
from tests.scenarios.programs import free_port, started, write_settings
from tests.scenarios.stage import ACCOUNT

PEOPLE = 3_000  # half of them wrote lately
KILLED_AT = (1, 300, 900)  # recipients in the ledger, then messages taken in
PATIENCE = 300.0  # seconds for all of it, on a machine that does much else
PACE = "\n[push]\npace = 20000.0\n"
URGENT = Plan(ways=(CUSTOM, MASS), urgent=True, reason="演练", stop_at=100)  # at whatever hour this test runs


def openid(number: int) -> str:
    """A follower's."""
    return f"oCrash_{number:021d}"


async def prepare(url: str, config: Path, platform: Platform, *, people: int = PEOPLE) -> None:
    """Everybody follows, the even ones wrote lately; an announcement to all is approved."""
    now = time.time()
    windows = [(now + 40 * 3600, 5), (0.0, 0)]
    names = ("openid", "followed", "window_until", "window_left")
    rows = [dict(zip(names, (openid(n), 1.0, *windows[n % 2]), strict=True)) for n in range(people)]
    database = await Database.open(url)
    async with database.write() as connection:
        await connection.execute(insert(followers), rows)
    for number in range(people):
        platform.followers.follow(openid(number))
        platform.followers.speak(openid(number))
    settings, ledgers, clock = read_config(config), Ledgers(database), SystemClock()
    office = Broadcasts(database, config=settings, audience=Audience(database), ledgers=ledgers, clock=clock)
    one = Announcement(
        name="演练",
        content=Content(text="台风将至，请加固设备。"),
        criteria=(Criterion(kind=EVERYONE),),
        plan=URGENT,
        author="zhang",
        created=now,
        changed=now,
    )
    number = await office.compose(one)
    for who in ("zhang", "wang"):
        found = await office.rows.get(number)
        assert found is not None
        if who == "zhang":
            await office.submit(found, who)
        else:
            await office.approve(found, who, digest=found.digest)
    await database.close()


class Wreck:
    """The database between the deaths."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ends = time.monotonic() + PATIENCE

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What another program reads, or writes."""
        with closing(sqlite3.connect(self._path, timeout=60.0)) as connection:
            rows = connection.execute(query).fetchall()
            connection.commit()
            return rows

    def states(self) -> Counter[tuple[str, str]]:
        """How many of the audience are in each state, by way."""
        rows = self.ask("SELECT state, channel, count(*) FROM recipients GROUP BY state, channel")
        return Counter({(state, channel): count for state, channel, count in rows})

    async def until(self, done: Callable[[], bool]) -> None:
        """Let the platform answer until it is so."""
        while not done():
            assert time.monotonic() < self._ends, (self.states(), self.ask("SELECT state, why FROM broadcasts"))
            await asyncio.sleep(0.02)

    def let_time_pass(self) -> None:
        """As if the dead worker's lease were over."""
        self.ask(f"UPDATE outbox SET lease = lease - {LEASE}, tried = tried - {LEASE} WHERE state = 'sending'")  # noqa: S608

    def is_over(self) -> bool:
        """Whether the announcement is finished."""
        return self.ask("SELECT state FROM broadcasts") == [("finished",)]


async def test_an_announcement_survives_its_workers(tmp_path: Path) -> None:
    """Killed while it enters its audience and while it sends: each row is settled, those it may have reached are
    unknown and wait for a person, and the platform took in nobody's message twice."""
    async with Platform(ACCOUNT, seed=1) as platform:
        platform.jobs.delay = 3600.0  # what is reported afterwards is another story
        server = TestServer(platform.app(), shutdown_timeout=0.0)
        await server.start_server()
        config = write_settings(tmp_path, ACCOUNT, port=free_port(), api=str(server.make_url("")).rstrip("/"))
        config.write_text(config.read_text(encoding="utf-8") + PACE, encoding="utf-8")
        wreck = Wreck(tmp_path / "huiqi.sqlite3")
        prepare_file(tmp_path / "huiqi.sqlite3")
        await prepare(f"sqlite:///{tmp_path}/huiqi.sqlite3", config, platform)
        loop = asyncio.get_running_loop()
        for killed_at in KILLED_AT:
            with started("worker", "--config", str(config)) as worker:
                await wreck.until(lambda at=killed_at: reached(wreck, platform) >= at)  # type: ignore[misc]
                worker.process.kill()
                await loop.run_in_executor(None, worker.process.wait)
            wreck.let_time_pass()
        with started("worker", "--config", str(config)) as worker:
            await wreck.until(wreck.is_over)
            assert await loop.run_in_executor(None, worker.stop) == 0
        check(wreck, platform)
        await server.close()


def reached(wreck: Wreck, platform: Platform) -> int:
    """How far it is: messages taken in, or, before there is one, whether anybody is in the ledger."""
    sent = sum(count for (kind, _), count in platform.sent.items() if kind == "custom")
    return sent or int(bool(wreck.states()))


def check(wreck: Wreck, platform: Platform) -> None:
    """It adds up, and nobody was written to twice."""
    states = wreck.states()
    unknown = states.pop(("unknown", "custom"), 0)
    assert states.pop(("sent", "custom")) + unknown == PEOPLE // 2
    assert states.pop(("sent", "mass")) == PEOPLE // 2
    assert not states
    assert unknown <= WINDOW * len(KILLED_AT)
    assert wreck.ask("SELECT audience FROM broadcasts") == [(PEOPLE,)]
    taken = Counter({who: count for (kind, who), count in platform.sent.items() if kind == "custom"})
    assert max(taken.values()) == 1
    settled = wreck.ask("SELECT openid FROM recipients WHERE state = 'sent' AND channel = 'custom'")
    assert {taken[who] for (who,) in settled} == {1}
    (job,) = platform.jobs.masses.values()
    assert sorted(job.audience) == [openid(number) for number in range(1, PEOPLE, 2)]
