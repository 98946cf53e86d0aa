"""The worker: jobs that come again and again, side by side, none stopping another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.worker import AFTER_FAILURE, LONGEST, Job, Worker

IDLE = 2.0  # seconds


@dataclass
class Work:
    """Has `left` pieces to do, one a round; each round takes `seconds`, and fails while `broken`."""

    clock: ManualClock
    left: int = 0
    seconds: float = 0.0
    broken: bool = False
    rounds: list[float] = field(default_factory=list)
    finished: int = 0

    async def run(self) -> int:
        """One round."""
        self.rounds.append(self.clock.time())
        await self.clock.sleep(self.seconds)
        if self.broken:
            raise LookupError("out of order")
        self.finished += 1
        done, self.left = min(self.left, 1), max(0, self.left - 1)
        return done

    def job(self, name: str = "work") -> Job:
        """As a job."""
        return Job(name=name, run=self.run, idle=IDLE)

    def since(self, start: float) -> list[float]:
        """When its rounds began, in seconds from `start`."""
        return [time - start for time in self.rounds]


@pytest.fixture
def work(clock: ManualClock) -> Work:
    """Something to do."""
    return Work(clock)


async def begin(clock: ManualClock, *works: Work) -> Worker:
    """A worker on its first rounds."""
    worker = Worker(*(work.job(f"work {number}") for number, work in enumerate(works)), clock=clock)
    worker.start()
    await clock.advance(0)
    return worker


async def test_with_nothing_to_do_a_job_rests(work: Work, clock: ManualClock) -> None:
    """A round that found nothing is followed by the job's idle time."""
    start = clock.time()
    worker = await begin(clock, work)
    await clock.advance(IDLE * 2.5)
    assert work.since(start) == [0, IDLE, 2 * IDLE]
    await worker.stop(1.0)


async def test_while_there_is_work_a_job_goes_on(work: Work, clock: ManualClock) -> None:
    """Rounds that did something follow one another at once."""
    work.left = 3
    start = clock.time()
    worker = await begin(clock, work)
    await clock.advance(IDLE / 2)
    assert work.since(start) == [0, 0, 0, 0]
    await worker.stop(1.0)


async def test_a_failure_stops_nothing(work: Work, clock: ManualClock) -> None:
    """A failed round is logged and the job comes again after a while; the others never notice."""
    start, other = clock.time(), Work(clock)
    work.broken = True
    with capture_logs() as logs:
        worker = await begin(clock, work, other)
        await clock.advance(AFTER_FAILURE)
    assert work.since(start) == [0, AFTER_FAILURE]
    assert other.since(start) == [0, IDLE, 2 * IDLE]
    assert [(log["event"], log["job"], log["log_level"]) for log in logs] == [("job failed", "work 0", "error")] * 2
    work.broken = False
    await clock.advance(AFTER_FAILURE + IDLE)
    assert work.finished == 2
    await worker.stop(1.0)


async def test_to_stop_is_to_finish(work: Work, clock: ManualClock) -> None:
    """What is running when the worker is stopped is finished, and no round begins any more."""
    work.seconds = 3.0
    worker = await begin(clock, work)
    stopping = asyncio.create_task(worker.stop(60.0))
    await clock.advance(2.9)
    assert not stopping.done()
    await clock.advance(0.2)
    await stopping
    assert (work.finished, len(work.rounds)) == (1, 1)


async def test_a_long_round_is_asked_to_come_to_an_end(clock: ManualClock) -> None:
    """A job whose rounds go on as long as there is work is told that it is time."""
    resting = asyncio.Event()

    async def run() -> int:
        await resting.wait()
        return 1

    worker = Worker(Job(name="long", run=run, idle=IDLE, rest=resting.set), clock=clock)
    worker.start()
    await asyncio.sleep(0)
    await worker.stop(5.0)
    assert resting.is_set()


async def test_a_resting_worker_stops_at_once(work: Work, clock: ManualClock) -> None:
    """Nobody waits for the end of a rest."""
    worker = await begin(clock, work)
    now = clock.time()
    await worker.stop(60.0)
    assert clock.time() == now
    assert len(work.rounds) == 1


async def test_what_takes_too_long_is_given_up(work: Work, clock: ManualClock) -> None:
    """A round that does not end in time is cancelled."""
    work.seconds = 3600.0
    worker = await begin(clock, work)
    await worker.stop(0.0)
    await clock.advance(7200.0)
    assert (work.finished, len(work.rounds)) == (0, 1)


async def test_a_worker_that_never_began_stops(clock: ManualClock) -> None:
    """Stopping is no harm where there is nothing to stop."""
    await Worker(clock=clock).stop(1.0)


async def test_a_bell_ends_the_rest(clock: ManualClock) -> None:
    """The job comes at once, and then rests as long as ever."""
    work, bell = Work(clock), asyncio.Event()
    worker = Worker(Job(name="work", run=work.run, idle=IDLE, bell=bell), clock=clock)
    worker.start()
    await clock.advance(0.5)
    bell.set()
    await clock.advance(0.5)
    assert len(work.rounds) == 2
    await clock.advance(IDLE - 1.0)
    assert len(work.rounds) == 2
    await clock.advance(0.5)
    assert len(work.rounds) == 3
    await worker.stop(0.0)


async def test_what_one_process_does_alone_rests_elsewhere(clock: ManualClock) -> None:
    """Until this one keeps house."""
    house = [False]

    async def keeps() -> bool:
        return house[0]

    alone, shared = Work(clock), Work(clock)
    jobs = (Job(name="alone", run=alone.run, idle=IDLE, alone=True), shared.job("shared"))
    worker = Worker(*jobs, clock=clock, keeps_house=keeps)
    worker.start()
    await clock.advance(IDLE)
    assert (len(alone.rounds), len(shared.rounds)) == (0, 2)
    house[0] = True
    await clock.advance(IDLE)
    assert len(alone.rounds) == 1
    await worker.stop(0.0)


async def test_rounds_are_remembered(clock: ManualClock, work: Work) -> None:
    """When a job's last round ended well is known, from its start on, and how many failed since."""
    worker = await begin(clock, work)
    start = clock.monotonic()
    assert (worker.rounds["work 0"].last, worker.rounds["work 0"].failed) == (start, 0)
    work.broken = True
    with capture_logs():
        await clock.advance(IDLE + AFTER_FAILURE)
    assert (worker.rounds["work 0"].last, worker.rounds["work 0"].failed) == (start, 2)
    work.broken = False
    await clock.advance(AFTER_FAILURE)
    assert worker.rounds["work 0"].last == start + IDLE + 2 * AFTER_FAILURE
    await worker.stop(1.0)


async def test_a_round_that_does_not_end(clock: ManualClock) -> None:
    """A job whose round takes too long is stuck until it ends; one that rests, or fails and comes again, is not."""
    slow, broken, idle = Work(clock, seconds=LONGEST + 60), Work(clock, broken=True), Work(clock)
    worker = await begin(clock, slow, broken, idle)
    assert worker.stuck() == []
    await clock.advance(LONGEST + 1)
    assert worker.stuck() == ["work 0"]
    await clock.advance(60)
    assert worker.stuck() == []
    await worker.stop(0)
    assert worker.stuck() == []


async def test_a_round_that_may_be_long(clock: ManualClock) -> None:
    """A job that can be asked to end its round may take as long as it likes."""
    slow = Work(clock, seconds=3 * LONGEST)
    worker = Worker(Job(name="lane", run=slow.run, idle=IDLE, rest=lambda: None), clock=clock)
    worker.start()
    await clock.advance(2 * LONGEST)
    assert worker.stuck() == []
    await worker.stop(0)


async def test_a_job_that_died(clock: ManualClock) -> None:
    """A job whose task ended although nobody told it to is stuck, for good."""

    async def die() -> int:
        raise asyncio.CancelledError

    worker = Worker(Job(name="gone", run=die, idle=IDLE), Work(clock).job(), clock=clock)
    worker.start()
    await clock.advance(1.0)
    assert worker.stuck() == ["gone"]
    await worker.stop(0)
