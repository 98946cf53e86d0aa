"""Hours of steady load with faults in turn on the real program: does it hold on to memory, files or tasks, and do its
queues drain?

An instance and a worker of their own share one database, the platform is emulated in this process. Between faults it
is calm for as long as a fault lasts. What grows is told by a straight line through the samples of the instance, which
is never restarted; its bound is twice the error of the slope, from means over a twentieth of the time each, since
samples that follow one another are no new evidence.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp

from benchmarks.measuring import Table
from benchmarks.picture import picture
from benchmarks.stores import KINDS, SqliteStore, Stores, opened
from benchmarks.wreck import TEMPLATE, Wreck, wrecked
from bot.clock import SystemClock
from bot.emulator.phone import Seen
from bot.store.database import Database
from bot.store.letters import Letter, Letters
from tests.scoring import read_rated

MINUTES = 120.0
PEOPLE = 200
RATE = 5.0  # messages a second
LETTER_EVERY = 30.0  # seconds between template messages to everybody
FAULT = 30.0  # seconds that each fault lasts, and the calm after it
LOOK_EVERY = 5.0  # seconds between samples
WARM = 0.2  # of the time, in which is built what is built at first need
BLOCKS = 20
LOCKED, BREATH = 3.0, 4.0  # seconds that another process holds the database, and lets go of it
DRAIN = 600.0  # seconds that the queues have at the end
BODY = b'{"template_id":"%s","data":{"thing1":{"value":"A"},"thing2":{"value":"B"}}}' % TEMPLATE.encode()
SWITCHES = ("slow", "busy", "down", "lost", "timeout", "retry")
TASKS = re.compile(r"^huiqi_tasks (\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One look, `at` so many seconds after the start; NaN where the instance did not tell."""

    at: float
    memory: float  # megabytes
    handles: float
    tasks: float
    waiting: float  # rows of inbox and outbox that are to be worked on


@dataclass
class Record:
    """What was seen: samples, faults as (name, from, to), and what became of the messages."""

    samples: list[Sample] = field(default_factory=list)
    faults: list[tuple[str, float, float]] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    workers: int = 1
    drained: float = float("nan")
    left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Slope:
    """How much a figure grows in an hour, by at most how much that may be wrong, and its mean."""

    hourly: float
    bound: float
    mean: float

    @property
    def is_flat(self) -> bool:
        """Whether it does not grow, as far as can be told, or by less than a hundredth of itself in an hour."""
        return self.hourly - self.bound <= 0 or self.hourly <= 0.01 * self.mean


def slope(points: Sequence[tuple[float, float]]) -> Slope:
    """The line through the means of BLOCKS spans of time; `points` are seconds and figures."""
    points = [point for point in points if point[1] == point[1]]
    many = max(3, min(BLOCKS, len(points)))
    spans = [points[len(points) * n // many : len(points) * (n + 1) // many] for n in range(many)]
    blocks = [(statistics.fmean(x for x, _ in span), statistics.fmean(y for _, y in span)) for span in spans if span]
    x_mean, y_mean = statistics.fmean(x for x, _ in blocks), statistics.fmean(y for _, y in blocks)
    spread = sum((x - x_mean) ** 2 for x, _ in blocks)
    rise = sum((x - x_mean) * (y - y_mean) for x, y in blocks) / spread
    rest = sum((y - y_mean - rise * (x - x_mean)) ** 2 for x, y in blocks)
    error = (rest / (len(blocks) - 2) / spread) ** 0.5
    return Slope(hourly=rise * 3600, bound=2 * error * 3600, mean=y_mean)


class Soak:
    """The load, the faults and the looks, side by side."""

    def __init__(self, wreck: Wreck, worker: Wreck, *, seconds: float, say: Callable[[str], None]) -> None:
        self._wreck = wreck
        self._worker = worker
        self._seconds = seconds
        self._say = say
        self._began = time.monotonic()
        self._chance = random.Random(9)
        self._talks: set[asyncio.Task[None]] = set()
        self.record = Record()

    @property
    def at(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    async def run(self) -> Record:
        """All of it, to the last queue."""
        looking = asyncio.create_task(self._look())
        async with asyncio.TaskGroup() as group:
            for job in (self._talk(), self._write_letters(), self._break()):
                group.create_task(job)
        await asyncio.gather(*self._talks)
        ended = self.at
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                await self._wreck.until(self._wreck.is_drained, 2 * DRAIN)
                self.record.drained = self.at - ended
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        self.record.left = self._wreck.standing()
        return self.record

    async def _talk(self) -> None:
        """Followers ask, so many a second, whoever has been answered or not."""
        questions = [rated.text for rated in read_rated("dev")]
        phones = [self._wreck.platform.phone(openid(number)) for number in range(PEOPLE)]
        number = 0
        while self.at < self._seconds:
            task = asyncio.create_task(self._ask(phones[number % PEOPLE].say(questions[number % len(questions)])))
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
            number += 1
            await asyncio.sleep(max(0.0, number / RATE - self.at))

    async def _ask(self, saying: object) -> None:
        began = time.monotonic()
        seen = await saying  # type: ignore[misc]
        assert isinstance(seen, Seen)
        self.record.messages["asked"] += 1
        self.record.messages["answered"] += bool(seen.bubbles) and not seen.fault
        self.record.messages["pushed later"] += not seen.bubbles and not seen.fault
        self.record.messages["given up"] += bool(seen.fault)
        self.record.messages["repeated"] += seen.attempts > 1
        self.record.waits.append(time.monotonic() - began)

    async def _write_letters(self) -> None:
        """Everybody gets a template message, again and again."""
        database = await Database.open(self._wreck.store.url, patience=30.0)
        number, clock = 0, SystemClock()
        while self.at < self._seconds - LETTER_EVERY:
            now = clock.time()
            letter = Letter(key=f"soak-{number}", channel="template", body=BODY, due=now, expires=now + 7200)
            await Letters(database).spread(letter, clock)
            number += 1
            await asyncio.sleep(LETTER_EVERY)
        await database.close()

    async def _break(self) -> None:
        """One fault after another, with calm between; the last part of the time is calm."""
        faults = [*SWITCHES, "locked", "killed"]
        number = 0
        while self.at + 2 * FAULT < self._seconds * 0.97:
            name, began = faults[number % len(faults)], self.at
            self._say(f"{self.at:6.0f} s  {name}")
            if name == "locked":
                await self._lock()
            elif name == "killed":
                await self._kill()
            else:
                self._wreck.platform.faults.set(name, True)
                await asyncio.sleep(FAULT)
                self._wreck.platform.faults.set(name, False)
            self.record.faults.append((name, began, self.at))
            number += 1
            await asyncio.sleep(FAULT)

    async def _lock(self) -> None:
        """Another process holds the database, and lets go of it, by turns."""
        ends = self.at + FAULT
        while self.at < ends:
            with suppress(OSError), self._wreck.store.hold():  # who is waited for is waited for elsewhere too
                await asyncio.sleep(LOCKED)
            await asyncio.sleep(BREATH)

    async def _kill(self) -> None:
        """The worker is killed twice, and started again each time."""
        for _ in range(2):
            await self._worker.kill()
            await asyncio.sleep(FAULT / 4)
            await self._worker.start("worker")
            self.record.workers += 1
            await asyncio.sleep(FAULT / 4)

    async def _look(self) -> None:
        """Sample, again and again."""
        process = self._wreck.process.pid
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOOK_EVERY)) as session:
            while True:
                tasks = await self._tasks(session)
                standing = self._wreck.standing()
                states = ("inbox running", "outbox waiting", "outbox sending")
                waiting = sum(standing.get(state, 0) for state in states)
                memory, handles = held(process)
                sample = Sample(at=self.at, memory=memory, handles=handles, tasks=tasks, waiting=waiting)
                self.record.samples.append(sample)
                if len(self.record.samples) % 12 == 0:
                    self._say(f"{sample}")
                await asyncio.sleep(LOOK_EVERY)

    async def _tasks(self, session: aiohttp.ClientSession) -> float:
        """What the instance says of its tasks."""
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.get(f"http://127.0.0.1:{self._wreck.port}/metrics") as response:
                found = TASKS.search(await response.text())
                return float(found[1]) if found else float("nan")
        return float("nan")


def held(process: int) -> tuple[float, float]:
    """Megabytes and file handles of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, float(len(list(Path(f"/proc/{process}/fd").iterdir())))


def openid(number: int) -> str:
    """A follower's."""
    return f"oSoaked_{number:020d}"


@asynccontextmanager
async def soaking(folder: Path, stores: Stores = SqliteStore) -> AsyncIterator[tuple[Wreck, Wreck]]:
    """An instance and a worker on one database with its followers, both at work."""
    async with wrecked(folder, stores) as wreck:
        for number in range(PEOPLE):
            wreck.platform.followers.follow(openid(number))
            wreck.ask("INSERT INTO followers (openid, followed) VALUES (?, 1)", openid(number))
        await wreck.start("serve")
        (folder / "worker").mkdir()
        worker = Wreck(folder / "worker", wreck.platform, wreck.config, port=0, store=wreck.store)
        wreck.alone = worker.alone = False
        await worker.start("worker")
        try:
            yield wreck, worker
            await worker.stop()
            await wreck.stop()
        finally:
            if worker.process.poll() is None:
                await worker.kill()


async def soaked(minutes: float, say: Callable[[str], None], *, stores: Stores) -> Record:
    """What was seen in so many minutes."""
    with tempfile.TemporaryDirectory(prefix="huiqi-soak-") as folder:
        async with soaking(Path(folder), stores) as (wreck, worker):
            return await Soak(wreck, worker, seconds=minutes * 60, say=say).run()


def table(record: Record, minutes: float) -> Table:
    """The figures."""
    warm = [one for one in record.samples if one.at >= WARM * minutes * 60]
    rows: dict[str, dict[str, float]] = {}
    for name in ("memory", "handles", "tasks"):
        found = slope([(one.at, getattr(one, name)) for one in warm])
        rows[name] = {
            "mean": found.mean, "an hour": found.hourly, "±": found.bound, "flat": float(found.is_flat),
            "most": max(getattr(one, name) for one in warm if getattr(one, name) == getattr(one, name)),
        }  # fmt: skip
    rows["queues"] = {"most": max(one.waiting for one in record.samples), "drained s": record.drained}
    said, waits = record.messages, sorted(record.waits)
    told = ", ".join(f"{count:,} {what}" for what, count in said.items())
    return Table(
        title=f"{minutes:g} minutes, {RATE:g} messages a second, {len(record.faults)} faults of {FAULT:g} seconds",
        rows=rows,
        note=f"messages: {told}; half of them within {waits[len(waits) // 2] * 1000:.0f} ms, 99 % within "
        f"{waits[int(len(waits) * 0.99)]:.1f} s\nat the end: {record.left}; workers started: {record.workers}\n"
        "memory in megabytes of the instance, which was never restarted. flat: 1 where it does not grow, as far as\n"
        "can be told, or by less than a hundredth in an hour.",
    )


def soak(minutes: float = MINUTES, out: Path = Path("soak.svg"), database: str = KINDS[0]) -> Table:
    """The table; the picture goes to `out`."""
    with opened(database) as stores:
        record = asyncio.run(soaked(minutes, partial(print, file=sys.stderr, flush=True), stores=stores))
    series = {
        "memory, MB": [(one.at, one.memory) for one in record.samples],
        "file handles": [(one.at, one.handles) for one in record.samples],
        "tasks": [(one.at, one.tasks) for one in record.samples],
        "rows that wait": [(one.at, one.waiting) for one in record.samples],
    }
    out.write_text(picture(series, record.faults), encoding="utf-8")
    return table(record, minutes)
