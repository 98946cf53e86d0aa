"""The log of exchanges."""

from __future__ import annotations

from bot.clock import ManualClock
from bot.emulator.feed import Feed
from bot.emulator.wire import KEPT, SHOWN, Wire


async def test_an_exchange_is_timed_and_cut(clock: ManualClock) -> None:
    """It lasts from its start to now; long bodies are shown in part; listeners get it at once."""
    feed = Feed()
    wire = Wire(clock, feed)
    started = clock.time()
    await clock.advance(1.5)
    with feed.listen("anyone") as queue:
        wire.note("api", "/x", started=started, outcome="200 ok", request="r" * 2 * SHOWN, reply="{}")
        event = queue.get_nowait()
    (exchange,) = wire.exchanges
    assert event == {"type": "log", "exchange": exchange}
    assert (exchange.ms, exchange.time, exchange.attempt, len(exchange.request)) == (1500, started, 1, SHOWN)


def test_only_the_last_are_kept(clock: ManualClock) -> None:
    """The log is bounded and its ids rise."""
    wire = Wire(clock, Feed())
    for _ in range(KEPT + 3):
        wire.note("push", "text", started=0, outcome="200", request="", reply="")
    assert [wire.exchanges[0].id, wire.exchanges[-1].id, len(wire.exchanges)] == [4, KEPT + 3, KEPT]
