"""A process that sends on every channel to the emulated platform, and what it sends and to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from sqlalchemy import insert, select

from bot.channels import CHANNELS
from bot.clock import ManualClock
from bot.config import Push
from bot.emulator.platform import Platform
from bot.limits import Limits
from bot.outbox import Outbox
from bot.store.calls import Entry
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.tables import followers, grants, outbox
from bot.store.tokens import TokenRows
from bot.wechat.client import Client
from bot.wechat.token import StableToken
from bot.wechat.wire import Wire
from tests.scenarios.stage import Stage

WHO, OTHER = "oReceiver_000000000000000001", "oReceiver_000000000000000002"
PUSH = Push(
    pace=1000.0,
    template_id="T_CHANGED",
    template_fields={"thing1": "title"},
    notice_id="N_CHANGED",
    notice_fields={"thing1": "title"},
)
DATA = {"thing1": {"value": "鼓励技术改造"}}
TEXT = {"msgtype": "text", "text": {"content": "技改上限 600万元→800万元"}}
BODIES: dict[str, dict[str, Any]] = {
    "custom": TEXT,
    "template": {"template_id": PUSH.template_id, "data": DATA},
    "subscribe": {"template_id": PUSH.notice_id, "data": DATA},
    "mass": TEXT,
}
PATHS = {
    "custom": "/cgi-bin/message/custom/send",
    "template": "/cgi-bin/message/template/send",
    "subscribe": "/cgi-bin/message/subscribe/bizsend",
    "mass": "/cgi-bin/message/mass/send",
}
LIFE = 20 * 86_400.0  # seconds a row may wait: longer than any pause


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The process, its database, and the platform it sends to."""

    outbox: Outbox
    client: Client
    database: Database
    platform: Platform
    clock: ManualClock

    async def enter(self, channel: str) -> None:
        """A row waits on this channel: for one follower, or, of a mass message, for two."""
        rows, time = OutboxRows(self.database), self.clock.time()
        entry = Entry(
            key=f"{channel}-1",
            openid="" if channel == "mass" else WHO,
            channel=channel,
            body=msgspec.json.encode(BODIES[channel]),
            due=time,
            expires=time + LIFE,
            template=BODIES[channel].get("template_id", ""),
        )
        await self.database.run(lambda: rows.add([entry], time=time))
        if channel == "mass":
            await self.database.run(lambda: rows.address(entry.key, [WHO, OTHER]))

    async def row(self, channel: str) -> dict[str, Any]:
        """The row as it is."""
        async with self.database.read() as connection:
            found = await connection.execute(select(outbox).where(outbox.c.channel == channel))
            return dict(found.mappings().one())

    async def left(self) -> tuple[int, int, bool]:
        """What the follower still allows: messages of the window, sends of the notice, and whether it is refused."""
        async with self.database.read() as connection:
            window = await connection.execute(select(followers.c.window_left).where(followers.c.openid == WHO))
            held = await connection.execute(
                select(grants.c.sends, grants.c.refused).where(grants.c.template == PUSH.notice_id)
            )
            sends, refused = held.one()
            return window.scalar_one(), sends, bool(refused)

    def taken(self, channel: str) -> int:
        """How many messages of the channel the platform took in."""
        if channel == "mass":
            return len(self.platform.jobs.masses)
        return self.platform.sent["notice" if channel == "subscribe" else channel, WHO]


@asynccontextmanager
async def open_sender(stage: Stage, *, seconds: float = 10.0) -> AsyncIterator[Sender]:
    """A process whose calls may take so many seconds; both people follow, wrote lately and granted the notice."""
    platform, clock = stage.platform, stage.clock
    platform.add_template(PUSH.template_id, {"thing1": "政策"})
    platform.add_template(PUSH.notice_id, {"thing1": "政策"}, kind="notice")
    platform.jobs.delay = 0.0
    for who in (WHO, OTHER):
        platform.followers.follow(who)
        platform.followers.speak(who)
        platform.followers.grant(who, PUSH.notice_id)
    wechat = stage.settings.wechat
    database = await Database.open(stage.settings.database.url)
    people = [
        {"openid": who, "followed": 1.0, "window_left": 5, "window_until": clock.time() + LIFE} for who in (WHO, OTHER)
    ]
    async with database.write() as connection:
        await connection.execute(insert(followers), people)
        held = {"openid": WHO, "template": PUSH.notice_id, "sends": 1, "refused": False, "changed": 1.0}
        await connection.execute(insert(grants), held)
    async with closing(database), aiohttp.ClientSession() as session:
        limit = aiohttp.ClientTimeout(total=seconds, connect=3.0)
        wire = Wire(session, wechat.api_base_url, clock=clock, timeout=limit)
        tokens = StableToken(wire, TokenRows(database), app_id=wechat.app_id, app_secret=wechat.app_secret, clock=clock)
        client = Client(wire, tokens, clock=clock)
        outbox = Outbox(
            rows=OutboxRows(database),
            limits=Limits(database, clock=clock),
            channels=[kind(client, PUSH) for kind in CHANNELS],
            clock=clock,
        )
        yield Sender(outbox=outbox, client=client, database=database, platform=platform, clock=clock)


@asynccontextmanager
async def closing(database: Database) -> AsyncIterator[None]:
    """Close it, whatever happens."""
    try:
        yield
    finally:
        await database.close()
