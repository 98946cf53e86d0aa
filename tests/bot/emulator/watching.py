"""Waiting for what happens elsewhere, without looking again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.clock import ManualClock
from bot.emulator.platform import Platform
from bot.emulator.wire import Exchange
from tests.patience import PATIENCE


class WatchedClock(ManualClock):
    """A clock that tells when someone goes to sleep."""

    def __init__(self) -> None:
        super().__init__()
        self._asleep: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self._asleep.put_nowait(seconds)
        await super().sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Return once someone sleeps for `seconds`."""
        while await asyncio.wait_for(self._asleep.get(), PATIENCE) != seconds:
            pass


@contextmanager
def exchanges(platform: Platform) -> Iterator[Callable[[], Awaitable[Exchange]]]:
    """What to await for the next exchange of the log that ends within the block."""
    with platform.world.feed.listen("nobody") as queue:

        async def following() -> Exchange:
            while (event := await asyncio.wait_for(queue.get(), PATIENCE))["type"] != "log":
                pass
            exchange = event["exchange"]
            assert isinstance(exchange, Exchange)
            return exchange

        yield following
