"""What is dear to find out is found out seldom."""

from __future__ import annotations

import asyncio

from bot.clock import ManualClock
from bot.sparing import Sparing


class Well:
    """Takes some seconds to answer, and counts how often it was asked."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        self.clock, self.seconds, self.asked = clock, seconds, 0

    async def ask(self) -> int:
        """How often, this time included."""
        self.asked += 1
        await self.clock.sleep(self.seconds)
        return self.asked


async def test_what_is_dear_is_asked_for_a_tenth_of_the_time(clock: ManualClock) -> None:
    """By however many: those who come while it is asked get the same answer. Other keys are other things."""
    well, sparing = Well(clock, 2.0), Sparing(clock)
    looks = [asyncio.ensure_future(sparing.get("a", well.ask)) for _ in range(5)]
    await clock.advance(2.0)
    assert await asyncio.gather(*looks) == [1] * 5
    await clock.advance(19.0)
    assert await sparing.get("a", well.ask) == 1
    other = asyncio.ensure_future(sparing.get("b", well.ask))
    await clock.advance(2.0)
    assert await other == 2
    again = asyncio.ensure_future(sparing.get("a", well.ask))
    await clock.advance(2.0)
    assert await again == 3


async def test_what_is_cheap_is_asked_each_time(clock: ManualClock) -> None:
    """It is as it is now."""
    well, sparing = Well(clock, 0.0), Sparing(clock)
    assert [await sparing.get("a", well.ask) for _ in range(3)] == [1, 2, 3]


async def test_an_error_is_not_remembered(clock: ManualClock) -> None:
    """Whoever asks next asks anew."""
    sparing, answers = Sparing(clock), iter((False, True))

    async def ask() -> str:
        if not next(answers):
            raise OSError
        return "x"

    first = await asyncio.gather(sparing.get("a", ask), return_exceptions=True)
    assert isinstance(first[0], OSError)
    assert await sparing.get("a", ask) == "x"
