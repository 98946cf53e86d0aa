"""The engine where an answer is known: the message is entered with it, without a task, and all promises stay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, update

from bot.clock import ManualClock
from bot.conversation import Conversation
from bot.engine import Engine
from bot.errors import StoreError
from bot.messages import AnyMessage
from bot.replies import Answer, Say
from bot.store.database import Database
from bot.store.driver import once
from bot.store.entries import AtOnce, Ready
from bot.store.tables import followers, inbox, outbox
from tests.bot.engines import Handlers, build, rows, said, text
from tests.bot.inline import InlineStore

KNOWN = Answer(reply=Say(text="known"))


def knows(*keys: str, stands: Callable[[Conversation], bool] = lambda _: True) -> Any:
    """What knows the answer to these messages, where their follower stands so."""

    def ready(conversation: Conversation) -> Ready | None:
        moved = Conversation(listed=(*conversation.listed, "known"), expires=2e9)
        return (
            Ready(answer=KNOWN, encoded=msgspec.json.encode(KNOWN), conversation=moved)
            if stands(conversation)
            else None
        )

    def at_once(message: AnyMessage, time: float) -> AtOnce | None:
        return ready if message.key in keys else None

    return at_once


def idle(engine: Engine) -> bool:
    """Whether nothing of any message is left in memory."""
    return not engine._running and not engine._unanswered


async def test_what_is_known_is_answered_unasked(database: Database, clock: ManualClock) -> None:
    """The answer is stored before it is told, with the conversation it leads to; a retry is told it from there."""
    handlers = Handlers(clock)
    engine = build(database, handlers, clock, at_once=knows("k1"))
    deliveries = [engine.handle(text(clock)), engine.handle(text(clock))]
    assert [said(await delivery) for delivery in deliveries] == ["known", "known"]
    (row,) = await rows(database, inbox)
    assert (row["state"], row["delivery"], row["owner"]) == ("answered", "passive", "p0")
    assert [row["openid"] for row in await rows(database, followers) if row["talk"]] == ["o1"]
    assert said(await engine.handle(text(clock))) == "known"
    assert said(await build(database, handlers, clock, at_once=None).handle(text(clock))) == "known"
    assert (handlers.asked, await rows(database, outbox)) == ([], [])
    assert idle(engine)
    await engine.close(0)


async def test_a_follower_who_stands_elsewhere_is_answered_anew(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Where the answer turns out to be for others it is worked out, and may then be late as any."""
    engine = build(store, handlers, clock, at_once=knows("k1", stands=lambda conversation: bool(conversation.listed)))
    handlers.seconds["k1"] = 6.0
    delivery = engine.handle(text(clock))
    await clock.advance(4.5)
    assert delivery.done()
    assert await delivery is None
    await clock.advance(2.0)
    assert handlers.asked == ["k1"]
    assert [row["key"] for row in await rows(store, outbox)] == ["late:k1"]
    assert idle(engine)
    await engine.close(0)


async def test_messages_of_one_follower_stay_in_order(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """What comes behind a known one sees where it led; a known one behind another waits for that and is asked about."""
    engine = build(store, handlers, clock, at_once=knows("k1", "k3"))
    handlers.seconds["k2"] = 1.0
    deliveries = [engine.handle(text(clock, key)) for key in ("k1", "k2", "k3")]
    await clock.advance(2.0)
    assert [said(await delivery) for delivery in deliveries] == ["known", "k2 answer 1", "k3 answer 2"]
    (row,) = await rows(store, followers)
    assert msgspec.json.decode(row["talk"])["listed"] == ["known", "k2", "k3"]
    assert idle(engine)
    await engine.close(0)


async def test_what_cannot_be_stored_is_not_told(store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """A known answer that is not committed is not given; the next delivery begins anew."""
    engine = build(store, handlers, clock, at_once=knows("k1"))
    store.away = True
    deliveries = [engine.handle(text(clock)), engine.handle(text(clock))]
    for delivery in deliveries:
        with pytest.raises(StoreError):
            await delivery
    assert idle(engine)
    store.away = False
    assert said(await engine.handle(text(clock))) == "known"
    await engine.close(0)


async def test_what_another_process_works_on_is_its_own(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A known message that another process has begun is answered by that one."""
    other = build(store, handlers, clock, owner="p1")
    engine = build(store, handlers, clock, at_once=knows("k1"))
    handlers.seconds["k1"] = 1.0
    first = other.handle(text(clock))
    await clock.advance(0.5)
    second = engine.handle(text(clock))
    await clock.advance(2.0)
    assert said(await first) == said(await second) == "k1 answer 1"
    for one in (other, engine):
        assert idle(one)
        await one.close(0)


async def test_a_known_answer_that_fails_is_no_message_lost(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """What goes wrong where the answer is looked for leaves nothing behind that a retry would wait for."""

    def broken(message: AnyMessage, time: float) -> AtOnce | None:
        raise LookupError("out of order")

    engine = build(store, handlers, clock, at_once=broken)
    with pytest.raises(LookupError):
        await engine.handle(text(clock))
    assert idle(engine)
    await engine.close(0)


async def test_closing_waits_for_what_is_entered(store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """A program that stops lets a known answer be stored and told."""
    engine = build(store, handlers, clock, at_once=knows("k1"))
    delivery = engine.handle(text(clock))
    closing = asyncio.ensure_future(engine.close(5.0))
    await clock.advance(1.0)
    assert closing.done()
    assert said(await delivery) == "known"
    assert idle(engine)


async def test_a_row_that_cannot_be_read_holds_nobody_up(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Where a later version has answered in a way that this one cannot read, the delivery fails, and what the follower
    sends next waits for nothing."""
    first = build(store, handlers, clock, owner="p1")
    assert said(await first.handle(text(clock))) == "k1 answer 1"
    unread = update(inbox).values(answer=bindparam("later"))
    await store.run(lambda: once(unread, later=b'{"reply": {"type": "hologram"}}'))
    engine = build(store, handlers, clock, at_once=knows("k1"))
    delivery = engine.handle(text(clock))
    await clock.advance(1.0)
    assert isinstance(delivery.exception(), msgspec.DecodeError)
    assert idle(engine)
    assert said(await engine.handle(text(clock, "k2"))) == "k2 answer 2"
    await engine.close(0)


class Giving(ManualClock):
    """A clock on which `LAST` seconds are over when somebody says so."""

    LAST = 5.0

    def __init__(self) -> None:
        super().__init__()
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Return when it is time."""
        if seconds == self.LAST:
            await self.over.wait()
        else:
            await super().sleep(seconds)


@pytest.mark.parametrize("turns", range(12))
async def test_what_closing_finds_half_way_is_given_up_too(store: InlineStore, turns: int) -> None:
    """What is entered in the very turn of the loop in which the engine gives up, and must be worked out, is given up
    with the rest."""
    clock, opened = Giving(), asyncio.Event()
    handlers = Handlers(clock, seconds={"k1": 60.0})
    engine = build(store, handlers, clock, at_once=knows("k1", stands=lambda _: False))
    store.gate = opened.wait
    delivery = engine.handle(text(clock))
    closing = asyncio.ensure_future(engine.close(Giving.LAST))
    await clock.advance(0)
    opened.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    clock.over.set()
    await closing
    assert idle(engine)
    with pytest.raises(StoreError):
        await delivery
