"""Notices that are taken back: what has not gone out is told no more, what is going out is not tried again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.channels import CHANNELS
from bot.clock import ManualClock
from bot.errors import Temporary, Unreachable
from bot.outbox import Channel
from bot.person import Change, Unsubscribe
from bot.planner import Planner, PushPolicy
from bot.store.calls import Claimed, Limit
from bot.store.database import Database
from bot.store.notices import PLANNED, WAITING, Settled
from bot.store.recalls import take_back
from bot.store.tables import concerns, followers, notices, outbox
from tests.bot.channels.rows import PUSH
from tests.bot.engines import rows
from tests.bot.processes import build
from tests.bot.publishing import CAPPED, Process, change, edition, subscribe
from tests.bot.store.test_notices import keep, notice

WIDE = Limit(per_second=1e6, burst=10**6, per_day=10**6)
TOPIC, UNIT = ("topic", "技术改造"), ("unit", "市工信局投资处")
ALL = Unsubscribe()


class Post(Channel):
    """Template messages that go nowhere; `fails` what the next sends fail with, `changes` what happens meanwhile."""

    name = "template"
    limit = WIDE

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.sent: list[str] = []
        self.fails: list[Exception] = []
        self.changes: list[Change] = []

    async def send(self, row: Claimed) -> str:
        """Send one."""
        await asyncio.sleep(0)
        for one in self.changes:
            await change(self.database, self.clock, row.openid, one)
        self.changes = []
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(row.openid)
        return ""


class Office:
    """A process that publishes, plans and sends, to one follower who is told by template messages."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.news = Process(database, clock)
        self.post = Post(database, clock)
        policy = PushPolicy(ways={kind.name: kind.compose for kind in CHANNELS}, push=PUSH)
        limits = {kind.name: WIDE for kind in CHANNELS}
        self.planner = Planner(database, policy, limits=limits, clock=clock)
        self.outbox = build(database, clock, self.post)

    async def begin(self, *wanted: tuple[str, str]) -> None:
        """They follow and subscribe; then something changes, and a message about it waits to be sent."""
        await self.news.settle()
        async with self.database.write() as connection:
            await connection.execute(insert(followers), {"openid": "o1", "followed": 1.0})
        await subscribe(self.database, self.clock, "o1", *wanted)
        await self.news.settle(edition(CAPPED))
        await self.planner.run_once()
        (row,) = await rows(self.database, outbox)
        assert (row["channel"], row["state"]) == ("template", "waiting")

    async def go_on(self) -> list[str]:
        """All that there is to do, now and in a minute; who was sent something."""
        for _ in range(3):
            await self.news.settle()
            await self.planner.run_once()
            await self.outbox.run_once()
            await self.clock.advance(30.0)
        return self.post.sent


@pytest.fixture
async def office(database: Database, clock: ManualClock) -> Office:
    """One on a working day at ten."""
    await clock.advance(86_400.0)
    return Office(database, clock)


@pytest.mark.parametrize("ended", [ALL, Unsubscribe(kind="topic", value="技术改造")])
async def test_nothing_is_pushed_after_an_unsubscription(office: Office, ended: Unsubscribe) -> None:
    """Of all, or of the one by which it was theirs, though it was planned already."""
    await office.begin(TOPIC)
    await change(office.database, office.clock, "o1", ended)
    assert await office.go_on() == []
    assert await rows(office.database, outbox) == await rows(office.database, notices) == []
    assert await rows(office.database, concerns) == []


async def test_what_another_subscription_wants_is_pushed(office: Office) -> None:
    """Once."""
    await office.begin(TOPIC, UNIT)
    await change(office.database, office.clock, "o1", Unsubscribe(kind="topic", value="技术改造"))
    assert await office.go_on() == ["o1"]


@pytest.mark.parametrize("ended", [ALL, Unsubscribe(kind="topic", value="技术改造")])
async def test_what_is_going_out_is_not_tried_again(office: Office, ended: Unsubscribe) -> None:
    """The platform was busy, and they unsubscribed meanwhile."""
    await office.begin(TOPIC)
    office.post.changes, office.post.fails = [ended], [Temporary(-1, "system busy")]
    assert await office.go_on() == []
    (row,) = await rows(office.database, outbox)
    assert row["state"] == "skipped"


async def test_what_is_going_out_and_still_wanted_is_tried_again(office: Office) -> None:
    """Another subscription ended."""
    await office.begin(TOPIC, UNIT)
    office.post.changes = [Unsubscribe(kind="unit", value="市工信局投资处")]
    office.post.fails = [Temporary(-1, "system busy")]
    assert await office.go_on() == ["o1"]


async def test_a_notice_that_is_made_again_finds_its_way(office: Office) -> None:
    """It could not be sent, waited, and was looked at again when something else was unsubscribed; the row that failed
    is not taken for it."""
    await office.begin(TOPIC, UNIT)
    office.post.fails = [Unreachable(43101, reason="refused")]
    await office.outbox.run_once()
    async with office.database.write() as connection:
        window = {"window_left": 5, "window_until": office.clock.time() + 48 * 3600}
        await connection.execute(update(followers).values(window))
    await change(office.database, office.clock, "o1", Unsubscribe(kind="unit", value="市工信局投资处"))
    await office.news.settle()
    await office.planner.run_once()
    (kept,) = await rows(office.database, notices)
    assert [(row["channel"], row["state"]) for row in await rows(office.database, outbox)] == [
        ("template", "skipped"),
        ("custom", "waiting"),
    ]
    assert kept["state"] == PLANNED


async def prepare(database: Database) -> None:
    """Five notices and a correction for o1, one for o2: two not planned, the others with a row in every state."""
    kept = await keep(database, *(notice(n) for n in (1, 2, 3, 4, 5)), notice(6, kind="corrected"), notice(7, "o2"))
    states = {1: "pending", 2: WAITING, 3: PLANNED, 4: PLANNED, 5: PLANNED}
    await database.run(lambda: kept.take([Settled(key=f"new:{n}", state=state) for n, state in states.items()]))
    entries: list[dict[str, Any]] = [
        {"key": f"{n}", "notice": f"new:{n}", "state": state, "tried": tried}
        for n, state, tried in ((3, "waiting", 0.0), (4, "waiting", 1.0), (5, "sent", 0.0))
    ]
    same = {"openid": "o1", "channel": "template", "body": b"", "created": 0.0, "due": 0.0, "expires": 9.0}
    async with database.write() as connection:
        await connection.execute(insert(outbox), [{**same, **entry} for entry in entries])


async def test_what_is_taken_back(database: Database) -> None:
    """What has not gone out and has not been tried, with the news it was made of; corrections and others' stay."""
    await prepare(database)
    assert await database.run(lambda: take_back(["o1", "o3"])) == {"o1": [1, 2, 3]}
    assert await database.run(lambda: take_back(["o1"])) == {}
    assert {row["key"] for row in await rows(database, notices)} == {"new:4", "new:5", "corrected:6", "new:7"}
    assert {row["key"] for row in await rows(database, outbox)} == {"4", "5"}


async def test_only_what_is_made_of_some_news(database: Database) -> None:
    """The rest stays where it is."""
    await prepare(database)
    assert await database.run(lambda: take_back(["o1"], [2, 3, 99])) == {"o1": [2, 3]}
    assert {row["key"] for row in await rows(database, notices) if row["openid"] == "o1"} >= {"new:1", "new:4"}
