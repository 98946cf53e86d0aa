"""Pace, day, pause: what may go out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import insert

from bot.clock import SHANGHAI, ManualClock
from bot.config import Push
from bot.limits import Limits
from bot.store.calls import Entry, Limit
from bot.store.database import Database
from bot.store.driver import Script, T, Upsert
from bot.store.limits import Usage
from bot.store.outbox import OutboxRows
from tests.bot.processes import Elsewhere, build
from tests.databases import MARKING

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


async def test_what_was_planned_by_day_does_not_go_at_midnight(database: Database) -> None:
    """When the quota of a new day lets it: it waits for the morning."""
    clock = ManualClock(datetime(2026, 11, 23, 20, tzinfo=SHANGHAI).timestamp())
    entry = Entry(key="k", openid="oA", channel="elsewhere", body=b"{}", due=0.0, expires=9e9, notice="changed:1")
    await database.run(lambda: OutboxRows(database).add([entry], time=0.0))
    channel = Elsewhere()
    process = build(database, clock, channel)
    midnight = datetime(2026, 11, 24, tzinfo=SHANGHAI).timestamp()
    await Limits(database, clock=clock).pause("elsewhere", midnight, reason="45009")
    sent = []
    for until in (midnight + 1, midnight + 8.5 * 3600 - 1, midnight + 8.5 * 3600):
        await clock.advance(until - clock.time())
        await process.run_once()
        sent.append(len(channel.sent))
    assert sent == [0, 0, 1]


@pytest.mark.parametrize(
    ("day", "hour", "workdays", "asleep", "resting"),
    [
        (23, 10, True, "23 10:00", "23 10:00"),  # a Monday
        (23, 21, True, "24 08:30", "24 08:30"),
        (28, 10, True, "28 10:00", "30 08:30"),  # a Saturday
        (28, 10, False, "28 10:00", "28 10:00"),
        (28, 3, True, "28 08:30", "30 08:30"),
    ],
)
def test_quiet_hours_are_part_of_what_may_go(day: int, hour: int, workdays: bool, asleep: str, resting: str) -> None:
    """From when on notices may go at all, and those that can wait for a working day."""
    clock = ManualClock(datetime(2026, 11, day, hour, tzinfo=SHANGHAI).timestamp())
    limits = Limits(Unused(), clock=clock, push=Push(workdays=workdays))
    allowed = limits.allow("custom", LIMIT, most=1)
    shown = [f"{datetime.fromtimestamp(time, SHANGHAI):%d %H:%M}" for time in (allowed.asleep, allowed.resting)]
    assert shown == [asleep, resting]


class Unused:
    """A database that is not asked."""

    dialect = "sqlite"
    marking = MARKING

    def insert(self, table: Table) -> Upsert:
        """Only statements are made of it."""
        return insert(table)

    async def run(self, script: Callable[[], Script[T]]) -> T:
        """Never."""
        raise AssertionError(script)
