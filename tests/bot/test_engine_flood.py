"""A follower who floods the bot: their messages wait for each other, and for nobody else's."""

from __future__ import annotations

import asyncio

from bot.clock import ManualClock
from bot.engine import Engine
from bot.store.tables import inbox, outbox
from tests.bot.engines import Handlers, rows, said, text
from tests.bot.inline import InlineStore

FLOOD, SLOW = 150, 0.4  # messages, and seconds that each answer takes


async def test_a_flood_holds_up_nobody_else(
    engine: Engine, store: InlineStore, handlers: Handlers, clock: ManualClock
) -> None:
    """Of a hundred and fifty messages at once each is answered once, in turn, the late ones by the outbox; whoever
    writes in the midst of it is answered as if nothing were; and nothing of it stays in memory."""
    handlers.seconds = {f"flood{number}": SLOW for number in range(FLOOD)}
    flood = [asyncio.ensure_future(engine.handle(text(clock, f"flood{number}", "oFlooder"))) for number in range(FLOOD)]
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
    assert {row["state"] for row in await rows(store, inbox)} == {"answered"}
    mine = [key for key in handlers.asked if key.startswith("flood")]
    assert len(mine) == FLOOD
    assert not engine._running
    assert not engine._unanswered
