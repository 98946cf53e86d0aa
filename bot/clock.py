"""Now and sleep: the only place that touches time."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """What tells the time and waits."""

    def time(self) -> float:
        """Seconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment, for telling how long something takes: whoever sets the clock does not move it."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class SystemClock:
    """The machine's clock."""

    def time(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`, at once where they are over already."""
        await asyncio.sleep(max(0.0, seconds))


class ShiftedClock(SystemClock):
    """A clock that runs as the machine's does, from another moment: for drills on another day."""

    def __init__(self, start: float) -> None:
        self._ahead = start - time.time()

    def time(self) -> float:
        """Seconds since 1970 as this clock has them."""
        return time.time() + self._ahead


class ManualClock:
    """A clock that stands still until `advance` moves it; sleepers wake in order. For tests and drills."""

    def __init__(self, start: float = 1_795_312_800.0) -> None:  # 2026-11-22 10:00 in Shanghai
        self._now = start
        self._set = 0.0  # by how many seconds it was set forward
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def time(self) -> float:
        """The moment it stands at."""
        return self._now

    def monotonic(self) -> float:
        """How far `advance` has moved it, from some moment on."""
        return self._now - self._set

    def set_forward(self, seconds: float) -> None:
        """Show another time, as after a correction by the network's, while none passes; back where it is negative."""
        self._now += seconds
        self._set += seconds
        self._sleepers = [(due + seconds, order, waiter) for due, order, waiter in self._sleepers]

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has moved the clock by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), waiter))
        await waiter

    async def advance(self, seconds: float) -> None:
        """Move time on, waking each sleeper at its own moment and letting it run."""
        target = self._now + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, waiter = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not waiter.done():
                waiter.set_result(None)
            await self._settle()
        self._now = target
        await self._settle()

    @staticmethod
    async def _settle() -> None:
        for _ in range(20):  # enough turns of the loop for a chain of awaits to come to rest
            await asyncio.sleep(0)


def now(clock: Clock) -> datetime:
    """The time in Shanghai, where every date of the corpus is meant."""
    return datetime.fromtimestamp(clock.time(), UTC).astimezone(SHANGHAI)


async def within(clock: Clock, task: asyncio.Future[T], seconds: float) -> bool:
    """Whether `task` is done before `seconds` are over; it is never cancelled."""
    if task.done():
        return True
    timer = asyncio.ensure_future(clock.sleep(seconds))
    racing: set[asyncio.Future[Any]] = {task, timer}
    try:
        await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
        return task.done()
    finally:
        timer.cancel()
