"""The commands under `broadcast` with staff, followers and a database, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import insert

from bot.announcements import Announcement
from bot.clock import ManualClock
from bot.commands.bulletins import Bulletins, open_bulletins
from bot.commands.wishes import Wish
from bot.config import Config
from bot.store.audit import Audit, Entry, Search, Written
from bot.store.broadcast_tables import recipients
from bot.store.database import Database, migrate
from bot.store.staff import Staff
from bot.store.tables import followers
from handlers.broadcasts import BROADCASTS

STAFF = (("zhang", "editor"), ("wang", "approver"), ("mei", "viewer"), ("chef", "admin"), ("old", "admin"))
PLAINLY = Wish(name="停电", text="明天停电", everyone=True)


@dataclass(kw_only=True)
class Room:
    """The commands, what they said, and the database they worked on."""

    bulletins: Bulletins
    database: Database
    clock: ManualClock
    lines: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """All of it, which is then forgotten."""
        text = "\n".join(self.lines)
        self.lines.clear()
        return text

    async def get(self, number: int) -> Announcement:
        """How an announcement stands."""
        return await self.bulletins.find(number)

    async def submitted(self, wish: Wish = PLAINLY) -> Announcement:
        """One that zhang submitted."""
        number = await self.bulletins.new(wish, "zhang")
        await self.bulletins.act("submit", number, "zhang", people=await self.people(number))
        return await self.get(number)

    async def people(self, number: int) -> int:
        """For how many it is."""
        return (await self.bulletins.broadcasts.reach(await self.get(number))).audience

    async def approved(self) -> Announcement:
        """One that wang approved."""
        one = await self.submitted()
        await self.bulletins.approve(one.id, one.digest, "wang", people=await self.people(one.id))
        return await self.get(one.id)

    async def enter(self, number: int, **people: str) -> None:
        """An audience: the state and reason of each. What was said before is forgotten."""
        self.lines.clear()
        values = {"began": 1.0, "audience": len(people), "state": "running"}
        one = await self.get(number)
        row = {name: v for name, v in values.items() if name != "state"}
        await self.database.run(lambda: self.bulletins.broadcasts.rows.move(one, values["state"], row))  # type: ignore[arg-type]
        async with self.database.write() as connection:
            for openid, stands in people.items():
                state, _, reason = stands.partition(" ")
                who = {"broadcast": number, "openid": openid, "state": state, "reason": reason, "channel": "custom"}
                await connection.execute(insert(recipients), {**who, "tries": 1, "changed": 2.0})

    async def log(self) -> list[Written]:
        """What was done with announcements, oldest first."""
        return list(reversed(await Audit(self.database).read(Search(action="broadcast."), 99)))


@asynccontextmanager
async def open_room(settings: Config, clock: ManualClock) -> AsyncIterator[Room]:
    """Staff of each role, one of whom is gone, and three followers, one of whom wrote lately."""
    await migrate(settings.database.url)
    database, lines = await Database.open(settings.database.url), list[str]()
    staff = Staff(database, Audit(database))
    for name, role in STAFF:
        entry = Entry(time=0.0, staff=0, who="", action="staff.invited", target=name)
        number = await staff.add(name, name, role=role, entry=entry)
    await staff.set_disabled(number, True, entry=entry)
    async with database.write() as connection:
        for n in range(3):
            until = clock.time() + 1e5 if n == 0 else 0.0
            row = {"openid": f"o{n}", "followed": 0.0, "window_until": until, "window_left": 5}
            await connection.execute(insert(followers), row)
    async with open_bulletins(settings, BROADCASTS, say=lines.append, clock=clock) as bulletins:
        yield Room(bulletins=bulletins, database=database, clock=clock, lines=lines)
    await database.close()
