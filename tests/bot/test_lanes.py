"""The window of sends of a channel: who holds up whom, when it is written down, and how it comes to an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.errors import Refused, StoreError, Temporary, Unreachable
from bot.outbox import LEASE, PAUSE, SEND_SECONDS, TICK, WINDOW, Ended, judge
from bot.store.calls import LIFE_SPARED, Allowance, Claimed, Entry, Limit, State, Window
from bot.store.database import Database
from bot.store.outbox import OutboxRows
from bot.store.tables import outbox
from tests.bot.processes import build, states, usage, wait_for
from tests.bot.wechat.platform import finish
from tests.patience import PATIENCE

FAST = Limit(per_second=1e6, burst=1_000_000, per_day=1_000_000)
MANY = 3000  # rows that take ten minutes at the pace of a slow channel


class Gated:
    """A channel whose sends end when they are let go, by their follower; it counts how many are under way."""

    def __init__(self, name: str = "elsewhere") -> None:
        self.name = name
        self.limit = FAST
        self.gates: dict[str, asyncio.Event] = {}
        self.sent: list[str] = []
        self.under_way = 0
        self.most = 0

    async def send(self, row: Claimed) -> str:
        """Wait at the follower's gate, if there is one."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if row.openid in self.gates:
                await self.gates[row.openid].wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        self.sent.append(row.openid)
        return ""


async def until(done: Callable[[], bool]) -> None:
    """Let everything run until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110 - in the database's thread, or in another process
            await asyncio.sleep(0.001)


async def test_no_more_are_under_way_than_the_window_holds(database: Database, clock: ManualClock) -> None:
    """And all go, in one round."""
    channel = Gated()
    await wait_for(database, clock, *[f"o{number}" for number in range(3 * WINDOW)], channel="elsewhere")
    assert await finish(clock, build(database, clock, channel).run_once(), tick=0.01) == 3 * WINDOW
    assert len(set(channel.sent)) == 3 * WINDOW
    assert channel.most <= WINDOW


async def test_a_send_that_hangs_holds_up_nobody(database: Database, clock: ManualClock) -> None:
    """Those beside it are written down, and those after it go, while it is still out."""
    channel = Gated()
    channel.gates["o0"] = asyncio.Event()
    await wait_for(database, clock, *[f"o{number}" for number in range(2 * WINDOW)], channel="elsewhere")
    running = asyncio.create_task(build(database, clock, channel).run_once())
    await until(lambda: len(channel.sent) == 2 * WINDOW - 1)
    async with asyncio.timeout(PATIENCE):
        while await OutboxRows(database).counts() != {"sent": 2 * WINDOW - 1, "sending": 1}:
            await clock.advance(TICK)
            await asyncio.sleep(0.02)  # the database is not to be outrun
    assert not running.done()
    channel.gates["o0"].set()
    assert await finish(clock, running) == 2 * WINDOW


async def test_what_comes_due_meanwhile_goes_too(database: Database, clock: ManualClock) -> None:
    """A round with one slow send in it takes what is entered later."""
    channel = Gated()
    channel.gates["oSlow"] = asyncio.Event()
    await wait_for(database, clock, "oSlow", channel="elsewhere")
    running = asyncio.create_task(build(database, clock, channel).run_once())
    await until(lambda: channel.under_way == 1)
    await database.run(lambda: OutboxRows(database).add(_later("oNew", clock), time=clock.time()))
    await clock.advance(2 * TICK)
    await until(lambda: channel.sent == ["oNew"])
    channel.gates["oSlow"].set()
    assert await finish(clock, running) == 2


async def test_one_channel_does_not_wait_for_another(database: Database, clock: ManualClock) -> None:
    """A long broadcast on one, an answer on the other."""
    slow, quick = Gated("slow"), Gated("quick")
    slow.gates["oA"] = asyncio.Event()
    await wait_for(database, clock, "oA", channel="slow")
    await database.run(lambda: OutboxRows(database).add(_later("oB", clock, channel="quick"), time=clock.time()))
    process = build(database, clock, slow, quick)
    long = asyncio.create_task(process.lanes[0].run_once())
    await until(lambda: slow.under_way == 1)
    assert await process.lanes[1].run_once() == 1
    assert not long.done()
    slow.gates["oA"].set()
    assert await finish(clock, long) == 1


async def test_a_lane_that_is_to_rest_finishes_what_is_out_and_takes_no_more(
    database: Database, clock: ManualClock
) -> None:
    """So that a process stops without leaving anything in doubt."""
    channel = Gated()
    everybody = [f"o{number:03}" for number in range(2 * WINDOW)]
    channel.gates = {who: asyncio.Event() for who in everybody}
    await wait_for(database, clock, *everybody, channel="elsewhere")
    process = build(database, clock, channel)
    running = asyncio.create_task(process.run_once())
    await until(lambda: channel.under_way == WINDOW)
    process.lanes[0].rest()
    for gate in channel.gates.values():
        gate.set()
    assert await finish(clock, running) == WINDOW
    assert await OutboxRows(database).counts() == {"sent": WINDOW, "waiting": WINDOW}


async def test_a_row_behind_a_slow_one_is_not_sent_beyond_its_lease(database: Database, clock: ManualClock) -> None:
    """Its time went by while the one before it hung: it waits again, and was not tried."""
    channel = Gated()
    channel.gates["oA"] = asyncio.Event()
    await wait_for(database, clock, "oA", channel="elsewhere")
    await database.run(lambda: OutboxRows(database).add(_later("oA", clock), time=clock.time()))
    running = asyncio.create_task(build(database, clock, channel).run_once())
    await until(lambda: channel.under_way == 1)
    await clock.advance(LEASE)
    channel.gates["oA"].set()
    await asyncio.wait_for(running, PATIENCE)
    assert await states(database) == [("sent", 0, ""), ("waiting", 0, "no time left")]
    assert channel.sent == ["oA"]


def _later(openid: str, clock: ManualClock, *, channel: str = "elsewhere") -> list[Entry]:
    return [
        Entry(
            key=f"later {openid}",
            openid=openid,
            channel=channel,
            body=b"{}",
            due=clock.time(),
            expires=clock.time() + 3600,
        )
    ]


def claimed(*, attempts: int = 1, unsure: float = 0.0, at: float = 1000.0) -> Claimed:
    """A row claimed at a time."""
    return Claimed(
        id=1, key="k", openid="oA", body=b"{}", due=0.0, expires=9e9, attempts=attempts, lease=at + LEASE, unsure=unsure
    )


LOST = Temporary(0, "reset", sent=True)
BUSY = Temporary(-1, "busy")


def test_without_an_id_an_unknown_outcome_waits_for_a_person() -> None:
    """At once, and its window counts as spent."""
    settlement, stop = judge(Ended(claimed(), error=LOST), time=1001.0)
    assert (settlement.state, settlement.window, stop) == (State.UNKNOWN, Window.SPENT, None)


def test_with_an_id_it_goes_again_soon() -> None:
    """Dated from the claim, since it may have left at once."""
    settlement, _ = judge(Ended(claimed(), error=LOST), time=1010.0, life=600.0)
    assert (settlement.state, settlement.due, settlement.unsure) == (State.WAITING, 1012.0, 1000.0)


def test_the_first_unknown_attempt_dates_all_that_follow() -> None:
    """A busy platform in between changes nothing of that."""
    row = claimed(attempts=3, unsure=700.0)
    for error in (LOST, BUSY, StoreError("away")):
        settlement, _ = judge(Ended(row, error=error), time=1010.0, life=600.0)
        assert (settlement.state, settlement.unsure) == (State.WAITING, 700.0)


attempts = st.integers(1, 40)
errors = st.sampled_from([LOST, BUSY, StoreError("away")])


@given(attempts, st.floats(0, 2000), st.floats(0, 2000), st.sampled_from([0.0, 600.0, 86_400.0]), errors)
def test_nothing_in_doubt_is_ever_due_beyond_the_life_of_its_id(
    tried: int, before: float, after: float, life: float, error: Exception
) -> None:
    """Whenever the first attempt was, however often it was tried since: it goes again inside, or not by itself."""
    at = 10_000.0 + before
    row = claimed(attempts=tried, unsure=10_000.0 if before else 0.0, at=at)
    settlement, _ = judge(Ended(row, error=error), time=at + after, life=life)
    if settlement.state is State.WAITING and settlement.unsure:
        assert at + after < settlement.due < settlement.unsure + life - LIFE_SPARED
    if error is LOST and not life:
        assert settlement.state is State.UNKNOWN


def test_a_refused_consent_closes_what_it_came_from() -> None:
    """As a closed window does, and as one does who is gone; who is blocked leaves both as they were."""
    closed = [(why, Window.CLOSED) for why in ("window", "refused", "gone", "unknown")]
    for why, window in (*closed, ("blocked", Window.UNTOUCHED)):
        settlement, _ = judge(Ended(claimed(), error=Unreachable(1, reason=why)), time=1.0)
        assert (settlement.state, settlement.reason, settlement.window) == (State.SKIPPED, why, window)


def test_a_sent_row_keeps_the_platforms_id() -> None:
    """For the report that follows."""
    settlement, stop = judge(Ended(claimed(), "3717005636572528642"), time=1.0)
    assert (settlement.state, settlement.msgid, stop) == (State.SENT, "3717005636572528642", None)


def test_a_wrong_request_is_a_dead_letter() -> None:
    """It would be wrong again."""
    settlement, _ = judge(Ended(claimed(), error=Refused(47003, "argument invalid!")), time=1.0, life=600.0)
    assert (settlement.state, settlement.errcode, settlement.reason) == (State.FAILED, 47003, "argument invalid!")


class Silent(Gated):
    """A channel on which nobody answers, while it is out of order."""

    broken = True

    async def send(self, row: Claimed) -> str:
        """No answer, or a good one."""
        await super().send(row)
        if self.broken:
            raise LOST
        return ""


async def test_an_outage_does_not_put_everything_in_doubt(database: Database, clock: ManualClock) -> None:
    """After a window without a clear answer the channel pauses by itself, then tries one row at a time until one is
    answered; the rest goes when the platform is back."""
    channel = Silent()
    await wait_for(database, clock, *[f"o{number:03}" for number in range(3 * WINDOW)], channel="elsewhere")
    process = build(database, clock, channel)
    await finish(clock, process.run_once(), tick=0.01)
    assert await OutboxRows(database).counts() == {"unknown": WINDOW, "waiting": 2 * WINDOW}
    stands = await usage(database, clock, "elsewhere")
    assert stands.paused == f"{WINDOW} sends without an answer"
    await clock.advance(PAUSE)
    await finish(clock, process.run_once(), tick=0.01)
    assert await OutboxRows(database).counts() == {"unknown": WINDOW + 1, "waiting": 2 * WINDOW - 1}
    channel.broken = False
    await clock.advance(PAUSE)
    await finish(clock, process.run_once(), tick=0.01)
    assert await OutboxRows(database).counts() == {"unknown": WINDOW + 1, "sent": 2 * WINDOW - 1}


async def test_a_round_that_only_waits_for_the_pace_asks_nothing(database: Database, clock: ManualClock) -> None:
    """The next one does not look before something may go."""
    channel = Gated()
    channel.limit = Limit(per_second=2.0, burst=2, per_day=1000)
    await wait_for(database, clock, *[f"o{number}" for number in range(6)], channel="elsewhere")
    process = build(database, clock, channel)
    assert [await process.run_once(), await process.run_once()] == [2, 0]
    await clock.advance(0.5)
    assert [await process.run_once(), await process.run_once()] == [1, 0]
    await clock.advance(1.0)
    assert await process.run_once() == 2


async def test_setting_the_clock_breaks_nothing_off(database: Database, clock: ManualClock) -> None:
    """A call under way goes on to its end; the clock's new time says nothing of how long it has taken."""
    channel = Gated()
    channel.gates["oA"] = asyncio.Event()
    await wait_for(database, clock, "oA", channel="elsewhere")
    running = asyncio.create_task(build(database, clock, channel).run_once())
    await until(lambda: channel.under_way == 1)
    clock.set_forward(SEND_SECONDS + 1)
    for _ in range(10):
        await clock.advance(TICK)
        await asyncio.sleep(0.005)
    channel.gates["oA"].set()
    await finish(clock, running)
    assert await states(database) == [("sent", 0, "")]


async def test_a_clock_set_back_does_not_stop_a_lane(database: Database, clock: ManualClock) -> None:
    """It waits for its pace no longer than it takes."""
    channel = Gated()
    channel.limit = Limit(per_second=2.0, burst=2, per_day=1000)
    await wait_for(database, clock, *[f"o{number}" for number in range(6)], channel="elsewhere")
    async with database.write() as connection:
        await connection.execute(outbox.update().values(due=0.0))
    process = build(database, clock, channel)
    assert [await process.run_once(), await process.run_once()] == [2, 0]
    clock.set_forward(-3600.0)
    await clock.advance(TICK)
    await process.run_once()
    await clock.advance(1.0)
    assert await process.run_once() == 2


class Slow(Gated):
    """A channel on which something is always under way."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.limit = Limit(per_second=5.0, burst=5, per_day=10_000, life=600.0)
        self._clock = clock

    async def send(self, row: Claimed) -> str:
        """Take a while."""
        await self._clock.sleep(3.0)
        return await super().send(row)


async def test_what_others_left_is_taken_up_within_a_long_round(database: Database, clock: ManualClock) -> None:
    """A broadcast of hours is one round; what a killed process left has an id that the platform forgets in minutes."""
    channel = Slow(clock)
    rows, time = OutboxRows(database), clock.time()
    await wait_for(database, clock, "oLost", channel="elsewhere")
    allowance = Allowance(channel="elsewhere", most=1, day="2026-11-22", limit=channel.limit)
    await rows.claim(allowance, owner="dead", time=time, lease=LEASE)
    many = [entry for number in range(MANY) for entry in _later(f"o{number}", clock)]
    await database.run(lambda: rows.add(many, time=time))
    running = asyncio.create_task(build(database, clock, channel).run_once())
    async with asyncio.timeout(PATIENCE):
        while "oLost" not in channel.sent:
            await clock.advance(0.5)
            await asyncio.sleep(0.004)  # the database works in its thread, or elsewhere, and is not to be outrun
    assert len(channel.sent) < MANY
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
