"""Time stands still until it is moved, and waiting has an end."""

from __future__ import annotations

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock, ShiftedClock, SystemClock, now, within


async def wake(clock: ManualClock, name: str, *waits: float, log: list[tuple[str, float]]) -> None:
    """Sleep some times, writing down when each sleep was over."""
    for wait in waits:
        await clock.sleep(wait)
        log.append((name, clock.time()))


async def test_sleepers_wake_in_order_each_at_its_moment() -> None:
    """The nearest wakes first; of two for one moment the first to sleep; a sleep begun on waking counts from there."""
    clock, log = ManualClock(100.0), list[tuple[str, float]]()
    tasks = [
        asyncio.create_task(wake(clock, "late", 9, log=log)),
        asyncio.create_task(wake(clock, "twice", 3, 4, log=log)),
        asyncio.create_task(wake(clock, "also", 3, log=log)),
    ]
    await clock.advance(8)
    assert log == [("twice", 103.0), ("also", 103.0), ("twice", 107.0)]
    assert clock.time() == 108.0
    await clock.advance(1)
    assert log[-1] == ("late", 109.0)
    await asyncio.gather(*tasks)


async def test_nobody_wakes_early() -> None:
    """A sleeper sleeps until its moment, however often the clock is moved."""
    clock, log = ManualClock(0.0), list[tuple[str, float]]()
    task = asyncio.create_task(wake(clock, "one", 10, log=log))
    for _ in range(9):
        await clock.advance(1)
    assert log == []
    await clock.advance(1)
    assert log == [("one", 10.0)]
    await task


async def test_no_time_is_slept_at_once() -> None:
    """Zero and negative seconds return without the clock being moved."""
    clock = ManualClock(5.0)
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.time() == 5.0
    await SystemClock().sleep(-1)


async def test_a_cancelled_sleeper_holds_nobody_up() -> None:
    """Time goes on past a sleeper that has gone."""
    clock, log = ManualClock(0.0), list[tuple[str, float]]()
    gone = asyncio.create_task(clock.sleep(1))
    stays = asyncio.create_task(wake(clock, "stays", 2, log=log))
    await clock.advance(0)
    gone.cancel()
    await clock.advance(5)
    assert log == [("stays", 2.0)]
    assert gone.cancelled()
    await stays


@given(st.lists(st.floats(0.25, 100), max_size=12), st.lists(st.floats(0, 60), max_size=8))
def test_waking_is_sorted_by_time(waits: list[float], moves: list[float]) -> None:
    """Whatever the waits and however the clock is moved, those are awake whose moment has come, in order."""

    async def run() -> None:
        clock, log = ManualClock(0.0), list[tuple[str, float]]()
        tasks = [asyncio.create_task(wake(clock, str(n), wait, log=log)) for n, wait in enumerate(waits)]
        for move in moves:
            await clock.advance(move)
        moments = [moment for _, moment in log]
        assert moments == sorted(wait for wait in waits if wait <= clock.time() and moves)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


async def test_within_tells_whether_a_task_is_done_in_time() -> None:
    """Done in time is true, done at once is true without waiting, too late is false."""
    clock = ManualClock(0.0)
    task = asyncio.ensure_future(clock.sleep(2))
    watch = asyncio.create_task(within(clock, task, 5))
    await clock.advance(2)
    assert watch.done()
    assert await watch
    assert await within(clock, task, 0)
    slow = asyncio.ensure_future(clock.sleep(9))
    watch = asyncio.create_task(within(clock, slow, 5))
    await clock.advance(5)
    assert not await watch
    assert not slow.done()
    await clock.advance(9)
    assert slow.done()


async def test_within_leaves_the_task_alone() -> None:
    """Who stops waiting does not stop the task; a task that fails is done."""
    clock = ManualClock(0.0)
    task = asyncio.ensure_future(clock.sleep(9))
    watch = asyncio.create_task(within(clock, task, 5))
    await clock.advance(1)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    assert not task.cancelled()
    await clock.advance(9)
    assert task.done()

    async def fail() -> None:
        raise ValueError

    failing = asyncio.ensure_future(fail())
    assert await within(clock, failing, 5)
    assert isinstance(failing.exception(), ValueError)


def test_now_is_told_in_shanghai() -> None:
    """The manual clock begins at ten in the morning of 22 November 2026, eight hours before Greenwich's noon."""
    moment = now(ManualClock())
    assert moment.isoformat() == "2026-11-22T10:00:00+08:00"


async def test_a_shifted_clock_runs_on_from_another_moment() -> None:
    """It begins where it is told to and goes on as the machine's clock does; sleeping takes real time."""
    clock = ShiftedClock(1_000_000.0)
    first = clock.time()
    await clock.sleep(0.01)
    assert 1_000_000.0 <= first < 1_000_005.0
    assert first + 0.009 < clock.time() < first + 5.0


def test_the_system_clock_tells_the_systems_time() -> None:
    """Seconds since 1970."""
    before = time.time()
    assert before <= SystemClock().time() <= time.time()


async def test_setting_a_clock_lets_no_time_pass() -> None:
    """It shows another time; whoever sleeps, sleeps as long as before."""
    clock, log = ManualClock(100.0), list[tuple[str, float]]()
    before = clock.monotonic()
    task = asyncio.create_task(wake(clock, "one", 10, log=log))
    await clock.advance(4)
    clock.set_forward(3600)
    assert (clock.time(), clock.monotonic() - before) == (3704.0, 4.0)
    await clock.advance(5)
    assert log == []
    await clock.advance(1)
    assert log == [("one", 3710.0)]
    await task
    assert SystemClock().monotonic() <= SystemClock().monotonic()
