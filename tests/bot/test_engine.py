"""The engine: once, in time, the same on a retry."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bot.clock import ManualClock
from bot.engine import ANSWER_LIMIT, Engine
from bot.errors import StoreError
from bot.messages import AnyMessage, Clicked, Left, Position
from bot.store.inbox import Inbox
from bot.store.tables import feedback, followers, outbox
from bot.store.tables import inbox as messages
from tests.bot.engines import APOLOGY, Handlers, build, rows, said, text
from tests.bot.inline import InlineStore


async def test_answered_at_once(engine: Engine, store: InlineStore, clock: ManualClock) -> None:
    """A message is answered, and all of its outcome is stored before the answer leaves."""
    assert said(await engine.handle(text(clock))) == "k1 answer 1"
    (row,) = await rows(store, messages)
    assert (row["state"], row["delivery"], row["owner"]) == ("answered", "passive", "p0")
    assert [row["text"] for row in await rows(store, feedback)] == ["k1 answer 1"]
    assert [bool(row["talk"]) for row in await rows(store, followers)] == [True]
    assert await rows(store, outbox) == []


async def test_retry_gets_the_stored_answer(engine: Engine, handlers: Handlers, clock: ManualClock) -> None:
    """A retry of an answered message gets the same answer, and nobody is asked again."""
    message = text(clock)
    first = await engine.handle(message)
    assert await engine.handle(message) == first
    assert handlers.asked == ["k1"]


async def test_too_late_is_pushed(engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """A delivery is told `success` at the deadline; the answer then goes to the outbox, to leave within the window."""
    handlers.seconds["k1"] = 6.0
    message = text(clock)
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(4.4)
    assert not delivery.done()
    await clock.advance(0.1)
    assert delivery.done()
    assert await delivery is None
    assert await rows(store, outbox) == []
    await clock.advance(2.0)
    (late,) = await rows(store, outbox)
    assert (late["key"], late["state"], late["expires"]) == ("late:k1", "waiting", message.created + 48 * 3600)
    body = {"touser": "o1", "msgtype": "text", "text": {"content": "k1 answer 1"}}
    assert msgspec.json.decode(late["body"]) == body


async def test_retry_of_a_pushed_answer_is_silent(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """What the outbox sends is not said a second time to a retry, in this process or another."""
    handlers.seconds["k1"] = 4.7
    message = text(clock)
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(5.0)
    assert await delivery is None
    assert await engine.handle(message) is None
    other = build(store, handlers, clock, owner="p1")
    assert await other.handle(message) is None
    assert len(await rows(store, outbox)) == 1
    await other.close(0)


async def test_retry_joins(engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """A retry that is waiting when the answer comes gets it, and nothing is pushed."""
    handlers.seconds["k1"] = 8.0
    message = text(clock)
    first = asyncio.ensure_future(engine.handle(message))
    await clock.advance(5.0)
    assert await first is None
    second = asyncio.ensure_future(engine.handle(message))
    await clock.advance(3.0)
    assert said(await second) == "k1 answer 1"
    assert handlers.asked == ["k1"]
    assert await rows(store, outbox) == []
    (row,) = await rows(store, messages)
    assert row["delivery"] == "passive"


async def test_promise_outlives_the_deadline(engine: Engine, store: InlineStore, clock: ManualClock) -> None:
    """An answer that is ready in time reaches its delivery even if the commit takes until after the deadline."""
    message = text(clock)
    slow = [0.0, 4.9]  # the claim, then the settlement
    store.gate = lambda: clock.sleep(slow.pop(0) if slow else 0.0)
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(4.8)
    assert not delivery.done()
    await clock.advance(0.2)
    assert said(await delivery) == "k1 answer 1"
    assert await rows(store, outbox) == []


async def test_retry_during_a_late_commit_is_silent(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A retry that comes between the decision to push and its commit does not get the answer a second time."""
    handlers.seconds["k1"] = 4.6
    slow = [0.0, 1.0]
    store.gate = lambda: clock.sleep(slow.pop(0) if slow else 0.0)
    message = text(clock)
    first = asyncio.ensure_future(engine.handle(message))
    await clock.advance(5.0)
    second = asyncio.ensure_future(engine.handle(message))
    await clock.advance(2.0)
    assert (await first, await second) == (None, None)
    assert len(await rows(store, outbox)) == 1


async def test_without_push_the_platform_is_kept_delivering(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Where nothing can be pushed a late delivery is held until the platform hangs up, and the next one answered."""
    engine = build(store, handlers, clock, can_push=False)
    handlers.seconds["k1"] = 7.0
    message = text(clock)
    first = asyncio.ensure_future(engine.handle(message))
    await clock.advance(5.1)
    assert not first.done()
    second = asyncio.ensure_future(engine.handle(message))
    await clock.advance(2.0)
    assert said(await second) == "k1 answer 1"
    assert await first is None
    assert await rows(store, outbox) == []
    await engine.close(0)


async def test_without_push_the_last_delivery_is_ended(
    store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """The third delivery is told `success` in time, so that the follower sees no fault; the answer is kept."""
    engine = build(store, handlers, clock, can_push=False)
    handlers.seconds["k1"] = 20.0
    message = text(clock)
    deliveries = []
    for _ in range(3):
        deliveries.append(asyncio.ensure_future(engine.handle(message)))
        await clock.advance(5.0)
    assert deliveries[2].done()
    assert [await delivery for delivery in deliveries] == [None, None, None]
    await clock.advance(10.0)
    assert said(await engine.handle(message)) == "k1 answer 1"
    await engine.close(0)


@pytest.mark.parametrize("kind", ["silent", "position"])
async def test_nothing_to_push(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock, kind: str
) -> None:
    """A late silence, and a late answer to what opens no window, are stored and not pushed."""
    message: AnyMessage = text(clock)
    if kind == "silent":
        handlers.silent.add("k1")
    else:
        message = Position(
            key="k1", openid="o1", account="gh_1", created=int(clock.time()), latitude=1.0, longitude=1.0
        )
    handlers.seconds["k1"] = 12.0
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(13.0)
    assert await delivery is None
    assert await rows(store, outbox) == []
    assert (await engine.handle(message)) is not None


async def test_window_of_a_click(engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """A late answer to a menu click must leave within the minute the click opened, and is dropped after it."""
    for key, seconds in (("k1", 6.0), ("k2", 29.0)):
        handlers.seconds[key] = seconds
    early = Clicked(key="k1", openid="o1", account="gh_1", created=int(clock.time()), button="MENU")
    late = Clicked(key="k2", openid="o2", account="gh_1", created=int(clock.time()) - 40, button="MENU")
    deliveries = [asyncio.ensure_future(engine.handle(message)) for message in (early, late)]
    await clock.advance(30.0)
    assert [await delivery for delivery in deliveries] == [None, None]
    assert [(row["key"], row["expires"]) for row in await rows(store, outbox)] == [("late:k1", early.created + 60)]


async def test_failing_handlers(engine: Engine, handlers: Handlers, clock: ManualClock) -> None:
    """Where the handlers fail the follower gets the apology, and so does a retry."""
    handlers.failing.add("k1")
    message = text(clock)
    assert await engine.handle(message) == APOLOGY
    assert await engine.handle(message) == APOLOGY
    assert handlers.asked == ["k1"]


async def test_endless_handlers(engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock) -> None:
    """An answer that does not come to an end is given up, and the follower gets the apology."""
    handlers.seconds["k1"] = 10 * ANSWER_LIMIT
    delivery = asyncio.ensure_future(engine.handle(text(clock)))
    await clock.advance(ANSWER_LIMIT + 1)
    assert await delivery is None
    (late,) = await rows(store, outbox)
    assert "抱歉" in late["body"].decode()
    assert said(await engine.handle(text(clock, "k2"))) == "k2 answer 2"


async def test_messages_of_one_follower_take_turns(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Messages of one follower are answered in their order, each with the conversation that the one before left."""
    handlers.seconds.update(k1=2.0, k2=1.0)
    deliveries = [asyncio.ensure_future(engine.handle(text(clock, key))) for key in ("k1", "k2", "k3")]
    await clock.advance(4.0)
    assert [said(await delivery) for delivery in deliveries] == [f"k{i} answer {i}" for i in (1, 2, 3)]
    kept = await Inbox(store).conversation("o1")
    assert kept is not None
    assert kept.listed == ("k1", "k2", "k3")


async def test_turns_wait_for_retries_too(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A retry of an answered message does not let the next message overtake one that is still being answered."""
    old = text(clock, "k0")
    await engine.handle(old)
    handlers.seconds["k1"] = 2.0
    deliveries = [
        asyncio.ensure_future(engine.handle(message)) for message in (text(clock, "k1"), old, text(clock, "k2"))
    ]
    await clock.advance(3.0)
    assert [said(await delivery)[:2] for delivery in deliveries] == ["k1", "k0", "k2"]
    kept = await Inbox(store).conversation("o1")
    assert kept is not None
    assert kept.listed == ("k0", "k1", "k2")


async def test_forgotten_conversation(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A conversation that is over is not remembered to the next message."""
    await engine.handle(text(clock, "k1"))
    await clock.advance(61.0)
    await engine.handle(text(clock, "k2"))
    kept = await Inbox(store).conversation("o1")
    assert kept is not None
    assert kept.listed == ("k2",)


async def test_followers_do_not_wait_for_each_other(engine: Engine, handlers: Handlers, clock: ManualClock) -> None:
    """A slow answer to one follower delays no other."""
    handlers.seconds["k1"] = 3.0
    slow = asyncio.ensure_future(engine.handle(text(clock, "k1")))
    await clock.advance(0.1)
    assert said(await engine.handle(text(clock, "k2", "o2"))) == "k2 answer 2"
    assert not slow.done()
    await clock.advance(3.0)
    assert said(await slow) == "k1 answer 1"


async def test_patience_with_the_one_before_ends(engine: Engine, handlers: Handlers, clock: ManualClock) -> None:
    """However many slow messages a follower sent, each is answered after a while."""
    for number in range(4):
        handlers.seconds[f"k{number}"] = ANSWER_LIMIT - 1
    deliveries = [asyncio.ensure_future(engine.handle(text(clock, f"k{number}"))) for number in range(4)]
    await clock.advance(2 * ANSWER_LIMIT + 1)
    assert sorted(handlers.asked) == ["k0", "k1", "k2", "k3"]
    assert [await delivery for delivery in deliveries] == [None] * 4


async def test_leaving_is_not_answered(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Who left is answered no more: no handler is asked, what was under way is dropped, a retry stays silent."""
    handlers.seconds["k1"] = 2.0
    message = text(clock)
    running = asyncio.ensure_future(engine.handle(message))
    await clock.advance(1.0)
    assert await engine.handle(Left(key="k2", openid="o1", account="gh_1", created=1)) is None
    await clock.advance(2.0)
    assert await running is None
    assert await engine.handle(message) is None
    assert handlers.asked == ["k1"]
    for table in (feedback, followers, outbox):
        assert await rows(store, table) == []


async def test_nothing_stored_nothing_said(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Without the database there is no answer but an error, so that the platform delivers again; then there is one."""
    message = text(clock)
    store.away = True
    with pytest.raises(StoreError):
        await engine.handle(message)
    store.away = False
    handlers.seconds["k1"] = 1.0
    delivery = asyncio.ensure_future(engine.handle(message))
    await clock.advance(0.5)
    store.away = True
    await clock.advance(1.0)
    with pytest.raises(StoreError):
        await delivery
    store.away = False
    again = asyncio.ensure_future(engine.handle(message))
    await clock.advance(1.0)
    assert said(await again) == "k1 answer 2"


async def test_slow_answers_renew_their_leases_together(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """One transaction for all of them, and no second one while it waits: a database that is behind is not drowned."""
    sent = [text(clock, f"k{number}", f"o{number}") for number in range(50)]
    handlers.seconds = {message.key: 20.0 for message in sent}
    deliveries = [asyncio.ensure_future(engine.handle(message)) for message in sent]
    await clock.advance(1.0)
    asked, free = 0, asyncio.Event()

    async def wait() -> None:
        nonlocal asked
        asked += 1
        await free.wait()

    store.gate = wait
    await clock.advance(8.0)
    assert asked == 1
    free.set()
    store.gate = None
    await clock.advance(3.0)
    leases = {row["lease"] for row in await rows(store, messages)}
    assert min(leases) > clock.time()
    await clock.advance(12.0)
    assert [await delivery for delivery in deliveries] == [None] * 50
