"""Pace, day, pause: what may go out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.limits import Bucket, Limit, Limits
from bot.store.database import Database
from bot.store.limits import Usage

LIMIT = Limit(per_second=2.0, burst=5, per_day=100, windowed=True)
STEPS = st.lists(st.tuples(st.floats(0, 10), st.integers(0, 20)), max_size=30)


async def test_a_burst_goes_at_once_and_then_the_pace_holds(clock: ManualClock) -> None:
    """Five at once, then two a second, and never more than a burst is saved up."""
    bucket = Bucket(LIMIT, clock)
    assert bucket.free() == 5
    bucket.take(5)
    assert bucket.free() == 0
    await clock.advance(0.75)
    assert bucket.free() == 1
    bucket.take(1)
    await clock.advance(0.25)
    assert bucket.free() == 1
    await clock.advance(3600)
    assert bucket.free() == 5


@given(STEPS)
async def test_no_pattern_of_calls_beats_the_pace(steps: list[tuple[float, int]]) -> None:
    """Over any time, what was taken is at most the burst and what dripped in meanwhile."""
    clock = ManualClock()
    bucket, started, taken = Bucket(LIMIT, clock), clock.time(), 0
    for wait, wanted in steps:
        await clock.advance(wait)
        going = min(wanted, bucket.free())
        bucket.take(going)
        taken += going
        assert taken <= LIMIT.burst + LIMIT.per_second * (clock.time() - started) + 1e-6


async def test_a_clock_set_back_gives_nothing_away() -> None:
    """Time that runs backwards drips nothing in and takes nothing out."""
    clock = ManualClock(1000.0)
    bucket = Bucket(LIMIT, clock)
    bucket.take(3)
    await clock.advance(-600)
    assert bucket.free() == 2
    await clock.advance(1)
    assert bucket.free() == 4


async def test_each_channel_has_a_pace_of_its_own(database: Database, clock: ManualClock) -> None:
    """What one channel sends does not slow another."""
    limits = Limits(database, clock=clock)
    limits.take("custom", LIMIT, count=4)
    assert limits.allow("custom", LIMIT, most=3).most == 1
    assert limits.allow("template", LIMIT, most=3).most == 3


async def test_the_day_is_that_of_shanghai(database: Database) -> None:
    """The platform's allowances begin anew at midnight there, whatever the machine's zone."""
    clock = ManualClock(1_795_363_199.0)  # 2026-11-22 15:59:59 UTC
    limits = Limits(database, clock=clock)
    assert limits.allow("custom", LIMIT, most=3).day == "2026-11-22"
    await clock.advance(1)
    allowed = limits.allow("custom", LIMIT, most=3)
    assert allowed.day == "2026-11-23"
    assert (allowed.channel, allowed.per_day, allowed.windowed) == ("custom", 100, True)


async def test_a_channel_nobody_used_may_be_asked_about(database: Database, clock: ManualClock) -> None:
    """It is neither used nor stopped."""
    limits = Limits(database, clock=clock)
    assert await limits.usage("custom") == Usage()
    assert await limits.usage("custom") == Usage()


async def test_a_pause_survives_a_restart_and_is_never_shortened(database: Database, clock: ManualClock) -> None:
    """The longer one stands with its reason, until somebody ends it."""
    await Limits(database, clock=clock).pause("custom", 500.0, reason="quiet hours")
    await Limits(database, clock=clock).pause("custom", 400.0, reason="45011")
    limits = Limits(database, clock=clock)
    assert await limits.usage("custom") == Usage(paused_until=500.0, paused="quiet hours")
    await limits.resume("custom")
    assert await limits.usage("custom") == Usage()


def test_a_stopped_channel_has_nothing_left() -> None:
    """A pause until its end, a halt for ever, a day until it is over."""
    paused, halted, used = Usage(paused_until=500.0), Usage(halted=True), Usage(day="2026-11-22", used=99)
    assert paused.left(100, day="2026-11-22", time=499.9) == 0
    assert paused.left(100, day="2026-11-22", time=500.0) == 100
    assert halted.left(100, day="2026-11-22", time=9e9) == 0
    assert used.left(100, day="2026-11-22", time=0.0) == 1
    assert used.left(90, day="2026-11-22", time=0.0) == 0
    assert used.left(100, day="2026-11-23", time=0.0) == 100
