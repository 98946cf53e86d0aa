"""An office that announces, on a real database: followers, drafts, approvals, and a worker that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Select, insert, select

from bot import config
from bot.announcements import EVERYONE, WAYS, Announcement, Content, Criterion, Plan
from bot.broadcasts import Broadcasts
from bot.clock import ManualClock
from bot.errors import WeChatError
from bot.limits import Limits
from bot.outbox import Channel, Outbox
from bot.sender import Sender
from bot.store.audiences import Audience
from bot.store.broadcast_tables import recipients
from bot.store.calls import Claimed, Limit
from bot.store.database import Database
from bot.store.ledgers import Counts, Ledgers
from bot.store.outbox import OutboxRows
from bot.store.tables import followers

WORDS = "十二月三日举办技改说明会"
SETTINGS = config.Config(
    wechat=config.WeChat(app_id="wx0123456789abcdef", app_secret="s", token="t", original_id="gh_0"),
    push=config.Push(pace=1e5, workdays=False),
)
FIRST_IDS = {"template": 8000, "mass": 7000}  # of what the platform gives an id
WIDE = Limit(per_second=1e6, burst=10**6, per_day=10**6)


class Post:
    """A way that keeps what is sent; `fails` is what the next sends fail with."""

    def __init__(self, name: str, **limit: Any) -> None:
        self.name = name
        self.limit = msgspec.structs.replace(WIDE, **limit)
        self.sent: list[Claimed] = []
        self.fails: list[WeChatError] = []

    async def send(self, row: Claimed) -> str:
        """Keep it, or fail."""
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append(row)
        return str(FIRST_IDS[self.name] + len(self.sent)) if self.name in FIRST_IDS else ""


class Slow(Post):
    """A way that is in the middle of a call until it is let go on."""

    def __init__(self, name: str, **limit: Any) -> None:
        super().__init__(name, **limit)
        self.begun, self.let = asyncio.Event(), asyncio.Event()

    async def send(self, row: Claimed) -> str:
        """Wait, then keep it."""
        self.begun.set()
        await self.let.wait()
        return await super().send(row)


@dataclass(kw_only=True)
class Office:
    """The parts, on one database."""

    database: Database
    clock: ManualClock
    settings: config.Config = SETTINGS
    posts: Mapping[str, Post] = field(
        default_factory=lambda: {
            "custom": Post("custom", windowed=True),
            "subscribe": Post("subscribe", granted=True),
            "template": Post("template", life=600.0),
            "mass": Post("mass", listed=True, life=86_400.0),
        }
    )

    def __post_init__(self) -> None:
        self.ledgers = Ledgers(self.database)
        audience = Audience(self.database)
        self.broadcasts = Broadcasts(
            self.database, config=self.settings, audience=audience, ledgers=self.ledgers, clock=self.clock
        )

    def worker(self) -> Sender:
        """One more worker."""
        return Sender(self.database, config=self.settings, ledgers=self.ledgers, clock=self.clock)

    def outbox(self) -> Outbox:
        """What sends the calls."""
        limits = Limits(self.database, clock=self.clock, push=self.settings.push)
        return Outbox(
            rows=OutboxRows(self.database), limits=limits, channels=list[Channel](self.posts.values()), clock=self.clock
        )

    async def follow(self, *openids: str, window: int = 0) -> None:
        """People who follow since an hour; `window` messages may be written to each."""
        now = self.clock.time()
        row = {"followed": now - 3600.0, "window_until": now + 7200.0 if window else 0.0, "window_left": window}
        async with self.database.write() as connection:
            await connection.execute(insert(followers), [{"openid": openid, **row} for openid in openids])

    async def compose(self, **changed: Any) -> Announcement:
        """A draft of zhang's, to everybody by any way."""
        time = self.clock.time()
        one = Announcement(
            name="说明会",
            content=Content(text=WORDS),
            criteria=(Criterion(kind=EVERYONE),),
            plan=Plan(ways=WAYS),
            author="zhang",
            created=time,
            changed=time,
        )
        return await self.get(await self.broadcasts.compose(msgspec.structs.replace(one, **changed)))

    async def approved(self, **changed: Any) -> Announcement:
        """One that wang approved."""
        one = await self.compose(**changed)
        await self.broadcasts.submit(one, "zhang")
        one = await self.get(one.id)
        await self.broadcasts.approve(one, "wang", digest=one.digest)
        return await self.get(one.id)

    async def get(self, number: int) -> Announcement:
        """How one stands."""
        found = await self.broadcasts.rows.get(number)
        assert found is not None
        return found

    async def work(self, number: int, *states: str, worker: Sender | None = None, rounds: int = 50) -> Announcement:
        """Let a worker and the outbox work in turn until the announcement is in one of these states."""
        worker, outbox = worker or self.worker(), self.outbox()
        for _ in range(rounds):
            await worker.run_once()
            if (one := await self.get(number)).state in states:
                return one
            await outbox.run_once()
        raise AssertionError(f"it is {one.state}: {await self.counts(number)}")

    async def counts(self, number: int) -> Counts:
        """How many are in each state."""
        return await self.ledgers.counts(number)

    async def states(self, number: int) -> dict[str, tuple[str, str, str]]:
        """What became of each: state, way and reason."""
        columns = recipients.c
        query = select(columns.openid, columns.state, columns.channel, columns.reason)
        async with self.database.read() as connection:
            rows = (await connection.execute(query.where(columns.broadcast == number))).all()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}


def names(many: int, start: int = 0) -> Sequence[str]:
    """Openids in their order."""
    return [f"o{number:05d}" for number in range(start, start + many)]


async def plan_of(database: Database, query: Select[Any]) -> str:
    """How a database with thirty ledgers, of three hundred people each, goes about a query."""
    rows = [
        {"broadcast": n % 30 + 1, "openid": f"o{n}", "state": "sent", "errcode": n // 30 % 2, "changed": 1.0}
        for n in range(9000)
    ]
    async with database.write() as connection:
        await connection.execute(insert(recipients), rows)
        await connection.exec_driver_sql("ANALYZE recipients")
        spelled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if database.dialect == "sqlite" else "EXPLAIN"
        return " ".join(str(row) for row in await connection.exec_driver_sql(f"{explain} {spelled}"))
