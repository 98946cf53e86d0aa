"""The machine's clock is set while a message is answered, or a process lies dead: nobody waits for the wrong time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.engine import ANSWER_LIMIT, LEASE
from bot.store.inbox import FAR, Inbox
from bot.store.tables import inbox, outbox
from tests.bot.engines import Handlers, build, rows, said, text
from tests.bot.inline import InlineStore
from tests.databases import migrated
from tests.patience import PATIENCE

HOUR, DAY = 3600.0, 86_400.0
jumps = pytest.mark.parametrize("jump", [DAY, -HOUR, 0.5, -0.5], ids=["a day on", "an hour back", "a step", "back"])


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[InlineStore]:
    """A database in the loop itself."""
    path = tmp_path / "store.sqlite3"
    path.write_bytes(migrated())
    store = InlineStore(path)
    yield store
    await store.close()


@jumps
async def test_a_jump_amid_an_answer_changes_nothing(store: InlineStore, clock: ManualClock, jump: float) -> None:
    """What was to be in time is, to the delivery that waits, and the next message too."""
    handlers = Handlers(clock, seconds={"k1": 2.0})
    engine = build(store, handlers, clock)
    delivery = asyncio.ensure_future(engine.handle(text(clock)))
    await clock.advance(1.0)
    clock.set_forward(jump)
    await clock.advance(1.2)
    assert said(await asyncio.wait_for(delivery, PATIENCE)) == "k1 answer 1"
    assert said(await engine.handle(text(clock, "k2"))) == "k2 answer 2"
    assert await rows(store, outbox) == []
    await engine.close(0.0)


@jumps
async def test_a_late_answer_is_late_whatever_the_clock_shows(
    store: InlineStore, clock: ManualClock, jump: float
) -> None:
    """The delivery is let go when its seconds are over, not an hour later, and the answer goes by the outbox, once."""
    handlers = Handlers(clock, seconds={"k1": 6.0})
    engine = build(store, handlers, clock)
    message = text(clock)
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(1.0)
    clock.set_forward(jump)
    await clock.advance(3.7)
    assert delivery.done()
    assert await delivery is None
    await clock.advance(2.0)
    assert [row["key"] for row in await rows(store, outbox)] == ["late:k1"]
    assert await engine.handle(message) is None
    assert handlers.asked == ["k1"]
    await engine.close(0.0)


async def test_what_never_ends_is_excused_in_its_time(store: InlineStore, clock: ManualClock) -> None:
    """A clock that is set back gives no answer an hour more."""
    engine = build(store, Handlers(clock, seconds={"k1": 2 * HOUR}), clock)
    delivery = asyncio.ensure_future(engine.handle(text(clock)))
    await clock.advance(1.0)
    clock.set_forward(-HOUR)
    await clock.advance(ANSWER_LIMIT + 1.0)
    assert await delivery is None
    assert [row["key"] for row in await rows(store, outbox)] == ["late:k1"]
    await engine.close(0.0)


async def test_a_process_at_work_stays_alive(store: InlineStore, clock: ManualClock) -> None:
    """Its lease is renewed by the clock as it is now, so that nobody takes its message, before or after the jump."""
    engine = build(store, Handlers(clock, seconds={"k1": 20.0}), clock)
    delivery = asyncio.ensure_future(engine.handle(text(clock)))
    await clock.advance(1.0)
    clock.set_forward(-HOUR)
    await clock.advance(2.0)
    assert await Inbox(store).abandoned(clock.time(), 10) == []
    await clock.advance(18.0)
    assert await delivery is None
    await engine.close(0.0)


@pytest.mark.parametrize("jump", [DAY, -HOUR, -DAY])
async def test_the_dead_are_found_whatever_the_clock_shows(store: InlineStore, clock: ManualClock, jump: float) -> None:
    """A message whose process died before the clock was set is answered by the next one, without an hour's wait."""
    died = build(store, Handlers(clock, seconds={"k1": HOUR}), clock, owner="dead")
    delivery = asyncio.ensure_future(died.handle(text(clock)))
    await clock.advance(1.0)
    await died.close(0.0)
    await asyncio.gather(delivery, return_exceptions=True)
    clock.set_forward(jump)
    handlers = Handlers(clock)
    other = build(store, handlers, clock, owner="other")
    assert await other.recover() == 1
    assert [row["state"] for row in await rows(store, inbox)] == ["answered"]
    await other.close(0.0)


async def test_a_lease_that_differs_by_seconds_is_believed(store: InlineStore, clock: ManualClock) -> None:
    """Clocks of two machines that differ a little take nothing from one another."""
    await Inbox(store).claim(text(clock), owner="ahead", lease=LEASE, time=clock.time() + 30.0)
    assert FAR > 30.0 + LEASE
    assert await Inbox(store).abandoned(clock.time(), 10) == []
