"""The machine's clock is set back while calls wait or a process lies dead: nothing waits until it is where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.errors import Temporary, WeChatError
from bot.outbox import LEASE, LONGEST_DELAY, RECLAIM_EVERY, Ended, Outbox, judge
from bot.store.calls import APART, Allowance, Claimed, Limit
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.tables import outbox
from tests.bot.processes import build, states, wait_for
from tests.bot.wechat.platform import finish

HOUR = 3600.0
LIFE = 600.0
PLAIN = Limit(per_second=1e6, burst=1_000_000, per_day=1_000_000)
KNOWN = Limit(per_second=1e6, burst=1_000_000, per_day=1_000_000, life=LIFE)


class Faulty:
    """A channel that fails so often before it sends."""

    def __init__(self, *errors: WeChatError, limit: Limit = PLAIN) -> None:
        self.name = "elsewhere"
        self.limit = limit
        self.errors = list(errors)
        self.sent: list[str] = []

    async def send(self, row: Claimed) -> str:
        """Fail, or send."""
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(row.openid)
        return ""


async def die_over(database: Database, clock: ManualClock, limit: Limit = PLAIN) -> None:
    """A process claims what waits, and is never heard of again."""
    allowance = Allowance(channel="elsewhere", most=10, day="2026-11-22", limit=limit)
    await OutboxRows(database).claim(allowance, owner="dead", time=clock.time(), lease=LEASE)


async def go_on(clock: ManualClock, process: Outbox, seconds: float) -> None:
    """Let a process work for so long."""
    for _ in range(int(seconds / RECLAIM_EVERY) + 1):
        await process.run_once()
        await clock.advance(RECLAIM_EVERY)


async def dues(database: Database) -> Sequence[Any]:
    """When each row is due, in the order they were entered."""
    async with database.read() as connection:
        return (await connection.execute(select(outbox.c.due).order_by(outbox.c.id))).scalars().all()


@pytest.mark.parametrize("began", ["before", "after"])
async def test_what_a_dead_process_had_is_taken_up(database: Database, clock: ManualClock, began: str) -> None:
    """Its lease ends when one of now would, whether who looks saw the clock being set or began afterwards."""
    process = build(database, clock, Faulty())
    await process.run_once()
    await wait_for(database, clock, "oA", channel="elsewhere")
    await die_over(database, clock)
    clock.set_forward(-HOUR)
    if began == "after":
        process = build(database, clock, Faulty())
    await clock.advance(RECLAIM_EVERY)
    await go_on(clock, process, LEASE - 3 * RECLAIM_EVERY)
    assert await states(database) == [("sending", 0, "")]  # it may be alive
    await go_on(clock, process, 4 * RECLAIM_EVERY)
    assert await states(database) == [("unknown", 0, "interrupted")]


async def test_what_was_to_be_tried_again_goes_at_once(database: Database, clock: ManualClock) -> None:
    """Nothing of it went out, so it goes when it is next looked for and not an hour later."""
    channel = Faulty(Temporary(0, "away", sent=False))
    process = build(database, clock, channel)
    await wait_for(database, clock, "oA", channel="elsewhere")
    await process.run_once()
    assert channel.sent == []
    clock.set_forward(-HOUR)
    await clock.advance(RECLAIM_EVERY)
    await process.run_once()
    assert channel.sent == ["oA"]


async def test_what_is_of_unknown_age_goes_to_nobody_twice(database: Database, clock: ManualClock) -> None:
    """A call in doubt is repeated while the platform knows it; where nobody can tell any more a person looks."""
    channel = Faulty(Temporary(0, "lost", sent=True), limit=KNOWN)
    process = build(database, clock, channel)
    await wait_for(database, clock, "oA", channel="elsewhere")
    await process.run_once()
    assert [state for state, _, _ in await states(database)] == ["waiting"]
    clock.set_forward(-HOUR)
    await go_on(clock, process, 2 * HOUR)
    assert channel.sent == []
    assert [state for state, _, _ in await states(database)] == ["unknown"]


@pytest.mark.parametrize("back", [LIFE, LIFE + APART, HOUR])
async def test_what_is_older_than_it_looks_goes_to_nobody_twice(
    database: Database, clock: ManualClock, back: float
) -> None:
    """A clock that was set back by as much as a call in doubt has waited makes it look as if it were of now: the
    platform has forgotten it all the same."""
    channel = Faulty(Temporary(0, "lost", sent=True), limit=KNOWN)
    process = build(database, clock, channel)
    await wait_for(database, clock, "oA", channel="elsewhere")
    await process.run_once()
    await clock.advance(back)  # as long as the channel stood still
    clock.set_forward(-back)
    await go_on(clock, process, 2 * LIFE)
    assert channel.sent == []
    assert [state for state, _, _ in await states(database)] == ["unknown"]


async def test_a_dead_process_left_what_is_older_than_it_looks(database: Database, clock: ManualClock) -> None:
    """What it may have sent is no younger for a clock that was set back since."""
    channel = Faulty(limit=KNOWN)
    process = build(database, clock, channel)
    await process.run_once()
    await wait_for(database, clock, "oA", channel="elsewhere")
    await die_over(database, clock, KNOWN)
    await clock.advance(LIFE)
    clock.set_forward(-LIFE)
    await go_on(clock, process, 2 * LIFE)
    assert channel.sent == []
    assert [state for state, _, _ in await states(database)] == ["unknown"]


async def test_a_dead_process_may_have_sent_at_a_time_that_has_not_come(database: Database, clock: ManualClock) -> None:
    """Such a call too waits for a person, though the platform knows repeats."""
    channel = Faulty(limit=KNOWN)
    process = build(database, clock, channel)
    await process.run_once()
    await wait_for(database, clock, "oA", channel="elsewhere")
    await die_over(database, clock, KNOWN)
    clock.set_forward(-HOUR)
    await clock.advance(RECLAIM_EVERY)
    await go_on(clock, process, LEASE + 2 * RECLAIM_EVERY)
    assert channel.sent == []
    assert [state for state, _, _ in await states(database)] == ["unknown"]


async def test_a_call_that_is_being_made_ends_as_it_ends(database: Database, clock: ManualClock) -> None:
    """Another process that sees the clock set back takes nothing from one that is alive."""

    class Gated(Faulty):
        """Sends when it may."""

        gate = asyncio.Event()

        async def send(self, row: Claimed) -> str:
            """Wait."""
            await self.gate.wait()
            return await super().send(row)

    channel, other = Gated(), build(database, clock, Faulty())
    await other.run_once()
    await wait_for(database, clock, "oA", channel="elsewhere")
    running = asyncio.create_task(build(database, clock, channel).run_once())
    while [state for state, _, _ in await states(database)] != ["sending"]:  # noqa: ASYNC110 - in the database's thread
        await asyncio.sleep(0.001)
    clock.set_forward(-HOUR)
    await clock.advance(RECLAIM_EVERY)
    await other.run_once()
    channel.gate.set()
    await finish(clock, running)
    assert await states(database) == [("sent", 0, "")]


async def test_what_waits_for_its_day_keeps_it(database: Database, clock: ManualClock) -> None:
    """What was never tried, what brings a notice and may have been put off, and what is due soon enough stays."""
    process = build(database, clock, Faulty())
    await process.run_once()
    await wait_for(database, clock, "oA", "oB", "oC", channel="elsewhere")
    time = clock.time()
    later: list[dict[str, Any]] = [
        {"due": time + HOUR, "attempts": 0},
        {"due": time + HOUR, "attempts": 2, "notice": "news:1"},
        {"due": time + LONGEST_DELAY - HOUR + APART, "attempts": 2},
    ]
    async with database.write() as connection:
        for number, values in enumerate(later, 1):
            await connection.execute(outbox.update().where(outbox.c.openid == f"o{'ABC'[number - 1]}").values(**values))
    clock.set_forward(-HOUR)
    await clock.advance(RECLAIM_EVERY)
    await process.run_once()
    assert list(await dues(database)) == [values["due"] for values in later]


@pytest.mark.parametrize("step", [-APART + 1, 0.5, HOUR])
async def test_a_clock_that_is_a_little_off_changes_nothing(
    database: Database, clock: ManualClock, step: float
) -> None:
    """A second, or an hour on, is no reason to look at what waits."""
    process = build(database, clock, Faulty(Temporary(0, "away", sent=False)))
    await wait_for(database, clock, "oA", channel="elsewhere")
    await process.run_once()
    async with database.write() as connection:
        await connection.execute(outbox.update().values(due=clock.time() + 3 * HOUR))
    before = await dues(database)
    clock.set_forward(step)
    await clock.advance(RECLAIM_EVERY)
    await process.run_once()
    assert await dues(database) == before


@pytest.mark.parametrize(("began", "state"), [(1_000_000.0, "waiting"), (1_000_030.0, "unknown")])
def test_a_clock_that_is_set_back_while_a_call_is_made(began: float, state: str) -> None:
    """Where a call seems to have begun later than it ended, nobody knows how old an earlier try is."""
    row = Claimed(id=1, key="k", openid="oA", body=b"{}", due=0, expires=2e9, attempts=2, began=began, unsure=999_900.0)
    settlement, _ = judge(Ended(row, error=Temporary(0, "lost", sent=True)), time=1_000_010.0, life=LIFE)
    assert settlement.state.value == state
