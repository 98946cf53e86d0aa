"""A follower who floods the bot: their messages wait for each other, a few at most, and for nobody else's; and a flood
of all of them together, of which no more is taken in than can be answered."""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import ManualClock
from bot.engine import MOST, MOST_OF_ONE, Engine
from bot.errors import Overloaded
from bot.messages import Left, Viewed
from bot.store.tables import inbox, outbox
from tests.bot.engines import SLOWER, Handlers, build, rows, said, text
from tests.bot.inline import InlineStore

FLOOD, SLOW = 150, 0.4  # messages, and seconds that each answer takes


async def test_a_flood_holds_up_nobody_else(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Of a hundred and fifty messages at once the first are answered, once, in turn, the late ones by the outbox; the
    others are told to slow down, at once and for good, and ask nobody; whoever writes in the midst of it is answered as
    if nothing were; each has its row, and nothing of it stays in memory."""
    handlers.seconds = {f"flood{number}": SLOW for number in range(FLOOD)}
    flood = [asyncio.ensure_future(engine.handle(text(clock, f"flood{number}", "oFlooder"))) for number in range(FLOOD)]
    await clock.advance(0.0)
    assert [said(await one) for one in flood[MOST_OF_ONE:]] == [said(SLOWER)] * (FLOOD - MOST_OF_ONE)
    await clock.advance(2.0)
    for number in range(5):
        other = asyncio.ensure_future(engine.handle(text(clock, f"k{number}", f"o{number}")))
        await clock.advance(0.0)
        assert other.done(), "somebody else waits for the flood"
        assert said(await other).startswith(f"k{number} ")
    await clock.advance(FLOOD * SLOW + 60.0)
    told = [await one for one in flood]
    late = [row for row in await rows(store, outbox) if row["openid"] == "oFlooder"]
    assert sum(answer is not None for answer in told) + len(late) == FLOOD
    assert late
    found = await rows(store, inbox)
    assert {row["state"] for row in found} == {"answered"}
    assert len(found) == FLOOD + 5
    mine = [key for key in handlers.asked if key.startswith("flood")]
    assert mine == [f"flood{number}" for number in range(MOST_OF_ONE)]
    assert engine.turned_away == {"follower": FLOOD - MOST_OF_ONE, "process": 0}
    assert not engine._running
    assert not engine._unanswered


async def test_who_was_told_to_slow_down_may_go_on(engine: Engine, handlers: Handlers, clock: ManualClock) -> None:
    """A retry of what was too much is told the same; once the others are answered the follower's next is answered."""
    handlers.seconds = {f"k{number}": SLOW for number in range(MOST_OF_ONE)}
    waiting = [asyncio.ensure_future(engine.handle(text(clock, f"k{number}"))) for number in range(MOST_OF_ONE)]
    await clock.advance(0.0)
    much = text(clock, "much")
    assert said(await engine.handle(much)) == said(await engine.handle(much)) == said(SLOWER)
    await clock.advance(MOST_OF_ONE * SLOW + 1.0)
    await asyncio.gather(*waiting)
    assert said(await engine.handle(much)) == said(SLOWER)
    assert said(await engine.handle(text(clock, "next"))).startswith("next ")


async def test_too_much_is_never_pushed(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """A flood does not become calls to the platform: who is told to slow down and does not listen is not written to,
    and what shows nothing in the chat is told nothing."""
    handlers.seconds = {f"k{number}": SLOW for number in range(MOST_OF_ONE)}
    waiting = [asyncio.ensure_future(engine.handle(text(clock, f"k{number}"))) for number in range(MOST_OF_ONE)]
    await clock.advance(0.0)
    shut = asyncio.Event()
    store.gate = shut.wait
    unheard = asyncio.ensure_future(engine.handle(text(clock, "unheard")))
    tapped = Viewed(key="tapped", openid="o1", account="gh_1", created=int(clock.time()), url="https://example.cn/")
    tap = asyncio.ensure_future(engine.handle(tapped))
    await clock.advance(6.0)
    assert await unheard is None
    assert await tap is None
    store.gate = None
    shut.set()
    await clock.advance(60.0)
    await asyncio.gather(*waiting)
    assert "late:unheard" not in {row["key"] for row in await rows(store, outbox)}
    assert {row["key"]: row["state"] for row in await rows(store, inbox)}["unheard"] == "answered"
    assert await engine.handle(tapped) is not None


async def test_more_than_can_be_answered_is_sent_back(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """With so many in work one more is refused without a row, so that the platform brings it again; a retry of what is
    in work joins it; who leaves is heard all the same; and as room comes the next is answered."""
    handlers.seconds = {f"k{number}": SLOW for number in range(MOST)}
    crowd = [asyncio.ensure_future(engine.handle(text(clock, f"k{n}", f"o{n}"))) for n in range(MOST)]
    await clock.advance(0.0)
    with pytest.raises(Overloaded):  # a StoreError, which the callback tells as 503
        await engine.handle(text(clock, "more", "oMore"))
    left = asyncio.ensure_future(
        engine.handle(Left(key="left", openid="oOther", account="gh_1", created=int(clock.time())))
    )
    again = asyncio.ensure_future(engine.handle(text(clock, "k0", "o0")))
    await clock.advance(SLOW + 0.1)
    assert await left is None
    assert (await again) == (await crowd[0])
    assert all(said(answer).startswith(f"k{n} ") for n, answer in enumerate(await asyncio.gather(*crowd)))
    assert "more" not in {row["key"] for row in await rows(store, inbox)}
    assert engine.turned_away == {"follower": 0, "process": 1}
    assert said(await engine.handle(text(clock, "more", "oMore"))).startswith("more ")


async def test_what_a_dead_process_left_is_answered_all_the_same(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """What was taken in by a process that died is answered by the next, each of it, however many wait there."""
    handlers.seconds = {f"k{number}": 600.0 for number in range(MOST_OF_ONE)}
    lost = [asyncio.ensure_future(engine.handle(text(clock, f"k{number}"))) for number in range(MOST_OF_ONE)]
    await clock.advance(0.0)
    await engine.close(0)
    await asyncio.gather(*lost, return_exceptions=True)
    handlers.seconds = {}
    await clock.advance(60.0)
    other = build(store, handlers, clock, owner="p1")
    assert await other.recover() == MOST_OF_ONE
    assert {row["state"] for row in await rows(store, inbox)} == {"answered"}
    assert not other.turned_away["follower"]
    await other.close(0)
