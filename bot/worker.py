"""What goes on beside the answers: jobs that come again and again, each watched, none stopping another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.clock import Clock, within

logger = structlog.get_logger(__name__)

AFTER_FAILURE = 5.0  # seconds until a job that failed is tried again
LONGEST = 900.0  # seconds that a round may take; one that can be asked to end may take as long as it likes


@dataclass(frozen=True, kw_only=True)
class Job:
    """Something to do again and again: `run` returns how much it did; while that is something, it goes on at once.

    idle  seconds to rest where there was nothing to do
    rest  asks a long round to come to an end
    bell  ends the rest early when it rings
    alone whether only the process that keeps house is to do it
    """

    name: str
    run: Callable[[], Awaitable[int]]
    idle: float
    rest: Callable[[], None] | None = None
    bell: asyncio.Event | None = None
    alone: bool = False


async def always() -> bool:
    """Whoever works alone keeps house."""
    return True


@dataclass(kw_only=True)
class Rounds:
    """How a job's rounds went: when the last one ended well, or the job began, by the clock; how many failed; and since
    when one is running, if one is."""

    last: float
    failed: int = 0
    since: float | None = None


class Worker:
    """Runs jobs side by side until it is told to stop; what is running then is finished first."""

    def __init__(self, *jobs: Job, clock: Clock, keeps_house: Callable[[], Awaitable[bool]] = always) -> None:
        self.jobs = jobs
        self._keeps_house = keeps_house
        self._clock = clock
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.rounds: dict[str, Rounds] = {}

    def start(self) -> None:
        """Begin all jobs."""
        self.rounds.update({job.name: Rounds(last=self._clock.monotonic()) for job in self.jobs})
        self._tasks = [asyncio.create_task(self._repeat(job), name=job.name) for job in self.jobs]

    async def stop(self, seconds: float) -> None:
        """Let the running rounds end, for at most `seconds`."""
        self._stop.set()
        for job in self.jobs:
            if job.rest is not None:
                job.rest()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def stuck(self) -> list[str]:
        """Which jobs do nothing any more: their round does not end, or they ended although nobody told them to. One
        that fails and comes again is none of these."""
        if self._stop.is_set():
            return []
        now = self._clock.monotonic()
        found = {task.get_name() for task in self._tasks if task.done()}
        for job in self.jobs:
            since = self.rounds[job.name].since if job.name in self.rounds else None
            if job.rest is None and since is not None and now - since > LONGEST:
                found.add(job.name)
        return sorted(found)

    async def _repeat(self, job: Job) -> None:
        stopped = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                rest = await self._round(job)
                await self._pause(stopped, rest, job.bell)
        finally:
            stopped.cancel()

    async def _pause(self, stopped: asyncio.Task[bool], seconds: float, bell: asyncio.Event | None) -> None:
        """Rest, until it is to stop, or the bell rings."""
        if bell is None:
            await within(self._clock, stopped, seconds)
            return
        rung = asyncio.create_task(bell.wait())
        either = asyncio.ensure_future(asyncio.wait({stopped, rung}, return_when=asyncio.FIRST_COMPLETED))
        try:
            await within(self._clock, either, seconds)
        finally:
            either.cancel()
            rung.cancel()
            bell.clear()

    async def _round(self, job: Job) -> float:
        rounds = self.rounds[job.name]
        rounds.since = self._clock.monotonic()
        try:
            if job.alone and not await self._keeps_house():
                rounds.last = self._clock.monotonic()
                return job.idle
            done = await job.run()
            rounds.last = self._clock.monotonic()
            return 0.0 if done else job.idle
        except Exception:  # the border of the worker: one job's failure is logged, and it comes again
            rounds.failed += 1
            logger.exception("job failed", job=job.name)
            return AFTER_FAILURE
        finally:
            rounds.since = None
