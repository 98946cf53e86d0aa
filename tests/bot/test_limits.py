"""Pace, day, pause: what may go out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.limits import Limits
from bot.store.calls import Limit
from bot.store.database import Database
from bot.store.limits import Usage

LIMIT = Limit(per_second=2.0, burst=5, per_day=100, windowed=True)
STEPS = st.lists(st.tuples(st.floats(-5, 10), st.integers(0, 20)), max_size=30)


def test_a_burst_goes_at_once_and_then_the_pace_holds() -> None:
    """Five at once, then two a second, and never more than a burst is saved up."""
    assert Usage().free(LIMIT, 1000.0) == 5.0
    spent = Usage(level=0.0, filled=1000.0)
    assert [spent.free(LIMIT, 1000.0 + seconds) for seconds in (0.0, 0.75, 1.0, 3600.0)] == [0.0, 1.5, 2.0, 5.0]


@given(STEPS)
def test_no_pattern_of_calls_beats_the_pace(steps: list[tuple[float, int]]) -> None:
    """Over any time, what was taken is at most the burst and what dripped in meanwhile; a clock set back gives nothing
    away and takes nothing."""
    usage, time, taken, passed = Usage(level=5.0, filled=1000.0), 1000.0, 0, 0.0
    for wait, wanted in steps:
        time, passed = time + wait, passed + max(0.0, wait)
        going = min(wanted, int(usage.free(LIMIT, time)))
        usage = Usage(level=usage.free(LIMIT, time) - going, filled=time)
        taken += going
        assert taken <= LIMIT.burst + LIMIT.per_second * passed + 1e-6


async def test_the_day_is_that_of_shanghai(database: Database) -> None:
    """The platform's allowances begin anew at midnight there, whatever the machine's zone."""
    clock = ManualClock(1_795_363_199.0)  # 2026-11-22 15:59:59 UTC
    limits = Limits(database, clock=clock)
    assert limits.allow("custom", LIMIT, most=3).day == "2026-11-22"
    await clock.advance(1)
    allowed = limits.allow("custom", LIMIT, most=3)
    assert allowed.day == "2026-11-23"
    assert (allowed.channel, allowed.most, allowed.limit) == ("custom", 3, LIMIT)


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
