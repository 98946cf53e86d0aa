"""The engine in several processes: restarts, deaths, retries that reach another one, and a graceful stop."""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import ManualClock
from bot.engine import Engine
from bot.errors import StoreError
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.tables import inbox as messages
from bot.store.tables import outbox
from tests.bot.engines import Handlers, build, rows, said, text
from tests.bot.inline import InlineStore


async def test_retry_after_a_restart(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A retry gets the same answer from another process on the same database."""
    message = text(clock)
    first = await engine.handle(message)
    other = build(store, handlers, clock, owner="p1")
    assert await other.handle(message) == first
    await other.close(0)


async def test_process_died_and_the_retry_takes_over(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A message whose process died is answered by whoever gets the retry, as soon as the lease is over."""
    handlers.seconds["k1"] = 2.0
    message = text(clock)
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(0.5)
    await engine.close(0)
    with pytest.raises(StoreError, match="closing"):
        await delivery
    other = build(store, handlers, clock, owner="p1")
    again = asyncio.ensure_future(other.handle(message))
    await clock.advance(3.0)
    assert handlers.asked == ["k1"]
    handlers.seconds["k1"] = 0.5
    await clock.advance(1.4)
    assert said(await again) == "k1 answer 2"
    await other.close(0)


async def test_slow_process_is_not_taken_for_dead(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A retry that reaches another process waits for the first one, which keeps its message while it is alive."""
    handlers.seconds["k1"] = 7.0
    message = text(clock)
    first = asyncio.ensure_future(engine.handle(message))
    await clock.advance(5.0)
    other = build(store, handlers, clock, owner="p1")
    second = asyncio.ensure_future(other.handle(message))
    await clock.advance(5.0)
    assert (await first, await second) == (None, None)
    assert handlers.asked == ["k1"]
    assert len(await rows(store, outbox)) == 1
    await other.close(0)


async def test_retry_elsewhere_without_push(store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """Where nothing can be pushed the retry gets the first process's answer from the second one."""
    engines = [build(store, handlers, clock, can_push=False, owner=f"p{i}") for i in range(2)]
    handlers.seconds["k1"] = 7.0
    message = text(clock)
    first = asyncio.ensure_future(engines[0].handle(message))
    await clock.advance(5.0)
    second = asyncio.ensure_future(engines[1].handle(message))
    await clock.advance(3.0)
    assert said(await second) == "k1 answer 1"
    assert await first is None
    for engine in engines:
        await engine.close(0)


async def test_recovery(engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """Messages of a dead process are answered through the outbox, once, in their order, when nobody asks again."""
    handlers.seconds.update(k1=1.0, k2=1.0)
    deliveries = [asyncio.ensure_future(engine.handle(text(clock, key))) for key in ("k1", "k2")]
    await clock.advance(0.5)
    await engine.close(0)
    await asyncio.wait(deliveries)
    assert all(delivery.exception() for delivery in deliveries)
    others = [build(store, handlers, clock, owner=f"p{i}") for i in (1, 2)]
    assert await others[0].recover() == 0
    await clock.advance(5.0)
    recoveries = [asyncio.create_task(other.recover()) for other in others]
    await clock.advance(9.0)
    assert [await recovery for recovery in recoveries] == [2, 2]
    assert sorted(row["key"] for row in await rows(store, outbox)) == ["late:k1", "late:k2"]
    kept = await Inbox(store).conversation("o1")
    assert kept is not None
    assert kept.listed == ("k1", "k2")
    assert await others[0].recover() == 0
    for other in others:
        await other.close(0)


async def test_closing_lets_answers_finish(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A graceful stop waits for what is running, and no longer than it is told."""
    handlers.seconds.update(k1=1.0, k2=9.0)
    quick = asyncio.ensure_future(engine.handle(text(clock, "k1", "o1")))
    slow = asyncio.ensure_future(engine.handle(text(clock, "k2", "o2")))
    await clock.advance(0.1)
    closing = asyncio.create_task(engine.close(3.0))
    await clock.advance(3.0)
    await closing
    assert said(await quick) == "k1 answer 1"
    with pytest.raises(StoreError, match="closing"):
        await slow
    assert {row["key"]: row["state"] for row in await rows(store, messages)} == {"k1": "answered", "k2": "running"}


async def test_on_a_real_database(database: Database, clock: ManualClock, handlers: Handlers) -> None:
    """Two processes on one database answer a flood of messages and their retries, each message once."""
    engines = [build(database, handlers, clock, owner=f"p{i}") for i in range(2)]
    flood = [text(clock, f"k{i}", f"o{i % 7}") for i in range(70)]
    firsts = await asyncio.gather(*(engines[i % 2].handle(message) for i, message in enumerate(flood)))
    retries = await asyncio.gather(*(engine.handle(message) for message in flood for engine in engines))
    assert [said(answer)[:3].strip() for answer in firsts] == [message.key for message in flood]
    assert retries == [answer for answer in firsts for _ in engines]
    assert len(handlers.asked) == len(flood)
    for engine in engines:
        await engine.close(1)
