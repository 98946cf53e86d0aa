"""What an operator watches: how long the oldest of each queue waits, and how the channels stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert

from bot.clock import ManualClock, now
from bot.store.broadcast_tables import broadcasts
from bot.store.database import Database
from bot.store.saved import Saved
from bot.store.signs import STANDINGS, Signs, Watch
from bot.store.staff_tables import revisions
from bot.store.tables import channels, inbox, news, notices, outbox

NAMES = ("custom", "template")


async def put(database: Database, table: Table, **values: Any) -> None:
    """One row."""
    async with database.write() as connection:
        await connection.execute(insert(table), values)


async def message(database: Database, key: str, received: float, state: str) -> None:
    """A row of the inbox."""
    values = {"openid": "o", "owner": "p", "lease": 0.0, "message": b"m"}
    await put(database, inbox, key=key, received=received, state=state, **values)


async def call(database: Database, key: str, channel: str, due: float, state: str) -> None:
    """A row of the outbox."""
    values = {"openid": "o", "body": b"b", "created": 1.0, "expires": 9e9}
    await put(database, outbox, key=key, channel=channel, due=due, state=state, **values)


async def test_nothing_waits(database: Database, clock: ManualClock) -> None:
    """A new database has no queue that waits and no channel that is stopped."""
    assert await Watch(database, clock, names=NAMES).look() == Signs(
        oldest={"inbox": 0.0, "notices": 0.0, "outbox custom": 0.0, "outbox template": 0.0},
        paused={"custom": False, "template": False},
        halted={"custom": False, "template": False},
        used={"custom": 0, "template": 0},
        news={},
        broadcasts=dict.fromkeys(STANDINGS, 0),
        reviews={"announcement": 0.0, "draft": 0.0},
        saved=Saved(),
    )


async def test_the_oldest_of_each_queue(database: Database, clock: ManualClock) -> None:
    """The row that is due longest counts, of those in work alone; what is due later is not late."""
    time = clock.time()
    for key, age, state in (("a", 90.0, "answered"), ("b", 30.0, "running"), ("c", 3.0, "running")):
        await message(database, key, time - age, state)
    await call(database, "a", "custom", time - 50, "sent")
    await call(database, "b", "custom", time - 20, "waiting")
    await call(database, "c", "template", time + 60, "waiting")
    pending = {"openid": "o", "kind": "news", "data": b"", "news": b"", "created": 1.0}
    await put(database, notices, key="n", state="pending", due=time - 11, **pending)
    await put(database, notices, key="m", state="told", due=time - 99, **pending)
    found = await Watch(database, clock, names=NAMES).look()
    assert found.oldest == {"inbox": 30.0, "notices": 11.0, "outbox custom": 20.0, "outbox template": 0.0}


async def test_how_channels_stand(database: Database, clock: ManualClock) -> None:
    """A pause counts until it is over, calls on their own day, a halt until a person ends it."""
    time, day = clock.time(), now(clock).date().isoformat()
    await put(database, channels, name="custom", day=day, used=7, paused_until=time + 60, paused="quota")
    await put(database, channels, name="template", day="2026-01-01", used=9, paused_until=time - 1, halted=True)
    found = await Watch(database, clock, names=NAMES).look()
    assert found.paused == {"custom": True, "template": False}
    assert found.halted == {"custom": False, "template": True}
    assert found.used == {"custom": 7, "template": 0}


async def test_news_by_state(database: Database, clock: ManualClock) -> None:
    """Facts that could not be told are counted beside the others."""
    for key, state in (("a", "failed"), ("b", "spread"), ("c", "failed")):
        await put(database, news, key=key, data=b"", created=1.0, state=state)
    assert (await Watch(database, clock, names=NAMES).look()).news == {"failed": 2, "spread": 1}


async def test_announcements_by_state(database: Database, clock: ManualClock) -> None:
    """What is over does not count; what stopped by itself is told from what somebody paused, and what should have begun
    while it waits for approval from what may wait."""
    time = clock.time()
    common: dict[str, object] = {
        "name": "a",
        "content": b"",
        "criteria": b"",
        "plan": b"",
        "author": "li",
        "hands": "[]",
    }
    common |= {"created": time, "changed": time}
    rows: tuple[tuple[str, dict[str, object]], ...] = (
        ("draft", {}),
        ("in_review", {"submitted": time - 50}),
        ("in_review", {"submitted": time - 90, "start": time + 1}),
        ("in_review", {"submitted": time - 20, "start": time - 1}),
        ("paused", {"why": "errors", "submitted": time - 999}),
        ("paused", {"why": ""}),
        ("running", {}),
        ("finished", {"why": "errors"}),
    )
    for state, more in rows:
        await put(database, broadcasts, state=state, **common, **more)
    found = await Watch(database, clock, names=NAMES).look()
    counted = {"in_review": 2, "late": 1, "paused": 1, "stopped": 1, "running": 1}
    assert found.broadcasts == dict.fromkeys(STANDINGS, 0) | counted
    assert found.reviews == {"announcement": 90.0, "draft": 0.0}


async def test_the_oldest_draft_in_review(database: Database, clock: ManualClock) -> None:
    """A part of the corpus waits since it was submitted; what is written on, or published, waits for nobody."""
    time = clock.time()
    for key, state, age in (
        ("a", "draft", 90.0),
        ("b", "in_review", 40.0),
        ("c", "in_review", 60.0),
        ("d", "published", 99.0),
    ):
        more = {"body": b"{}", "author": "li", "hands": "[]", "created": 1.0, "changed": time - age}
        await put(database, revisions, kind="policy", key=key, state=state, **more)
    found = await Watch(database, clock, names=NAMES).look()
    assert found.reviews == {"announcement": 0.0, "draft": 60.0}
