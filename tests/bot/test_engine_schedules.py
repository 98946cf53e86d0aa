"""The engine under any schedule: slow answers, lost replies, retries here and there, processes that die.

Each example is a small world with a platform that behaves as the real one: it delivers a message up to three times,
five seconds apart, takes the first reply that arrives in time, and forgets the rest.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.clock import ManualClock, within
from bot.conversation import Conversation
from bot.engine import Engine, Outcome
from bot.messages import AnyMessage, Text
from bot.replies import Answer, Say
from bot.store.driver import once
from bot.store.inbox import Inbox
from bot.store.tables import inbox, outbox
from tests.bot.inline import InlineStore

TIMES = st.sampled_from([0.0, 0.5, 3.0, 4.4, 4.6, 4.9, 5.1, 7.0, 9.4, 9.6, 12.0, 14.0, 20.0])


@dataclass(frozen=True)
class Sent:
    """A message: when and by whom it is sent, how long answers take, which replies get lost, who gets deliveries."""

    at: float
    follower: int
    takes: tuple[float, ...]  # the first answer, and the one after a restart
    lost: tuple[bool, ...]  # of each delivery
    instance: tuple[int, ...]  # of each delivery


@dataclass
class World:
    """Two processes on one database, the platform, and what reached the follower."""

    clock: ManualClock
    store: InlineStore
    can_push: bool
    takes: dict[str, list[float]] = field(default_factory=dict)
    given: dict[str, list[Answer]] = field(default_factory=dict)  # what `handle` returned, whoever received it
    received: dict[str, list[Answer]] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)  # the platform did not deliver what we gave it, or gave up
    asked: int = 0

    def __post_init__(self) -> None:
        self.started = 0
        self.engines = [self.start(), self.start()]

    def start(self) -> Engine:
        """One more process."""
        self.started += 1
        return Engine(
            inbox=Inbox(self.store),
            answer=self.answer,
            apology=Answer(reply=Say(text="sorry")),
            slower=Answer(reply=Say(text="slower")),
            clock=self.clock,
            can_push=self.can_push,
            owner=f"p{self.started}",
        )

    async def answer(self, message: AnyMessage, conversation: Conversation, time: float) -> Outcome:
        """No two answers are alike, so that a second one would be seen."""
        self.asked += 1
        text, left = f"{message.key} {self.asked}", self.takes[message.key]
        await self.clock.sleep(left.pop(0) if len(left) > 1 else left[0])
        return Outcome(answer=Answer(reply=Say(text=text)))

    async def deliver(self, sent: Sent, key: str) -> None:
        """The platform's part in one message."""
        await self.clock.sleep(sent.at)
        created = int(self.clock.time())
        message = Text(key=key, openid=f"o{sent.follower}", account="gh_1", created=created, text="?")
        self.takes[key], self.given[key], self.received[key] = list(sent.takes), [], []
        for lost, instance in zip(sent.lost, sent.instance, strict=True):
            began = self.clock.time()
            request = asyncio.create_task(self.request(message, instance))
            arrived = await within(self.clock, request, 5.0) and not lost and request.exception() is None
            if arrived:
                answer = request.result()
                if answer is not None:
                    self.received[key].append(answer)
                return
            await self.clock.sleep(began + 5.0 - self.clock.time())
        self.excused.add(key)

    async def request(self, message: AnyMessage, instance: int) -> Answer | None:
        """One delivery, whether or not somebody still listens to the reply."""
        answer = await self.engines[instance].handle(message)
        if answer is not None:
            self.given[message.key].append(answer)
        return answer

    async def die(self, instance: int, at: float) -> None:
        """A process stops in the middle of everything, and another one takes its place."""
        await self.clock.sleep(at)
        await self.engines[instance].close(0)
        self.engines[instance] = self.start()

    async def lose_database(self, at: float, seconds: float) -> None:
        """The database is away for a while."""
        await self.clock.sleep(at)
        self.store.away = True
        await self.clock.sleep(seconds)
        self.store.away = False

    async def recover(self) -> None:
        """What the worker does all the time."""
        until = self.clock.time() + 120.0
        while self.clock.time() < until:
            await self.clock.sleep(5.0)
            await asyncio.gather(*(engine.recover() for engine in self.engines), return_exceptions=True)


sent = st.builds(
    Sent,
    at=TIMES,
    follower=st.integers(0, 1),
    takes=st.tuples(TIMES, TIMES),
    lost=st.tuples(*[st.booleans()] * 3),
    instance=st.tuples(*[st.integers(0, 1)] * 3),
)
deaths = st.lists(st.tuples(st.integers(0, 1), TIMES), max_size=2)
outages = st.lists(st.tuples(TIMES, st.sampled_from([0.3, 2.0, 6.0])), max_size=1)


@dataclass(frozen=True)
class Schedule:
    """All that happens in one world."""

    messages: list[Sent]
    deaths: list[tuple[int, float]]
    outages: list[tuple[float, float]]
    can_push: bool


schedules = st.builds(
    Schedule,
    messages=st.lists(sent, min_size=1, max_size=3),
    deaths=deaths,
    outages=outages,
    can_push=st.booleans(),
)


async def run(path: Path, schedule: Schedule) -> None:
    """One world from beginning to end, and what must be true of it."""
    clock, store = ManualClock(), InlineStore(path)
    world = World(clock, store, schedule.can_push)
    keys = [f"k{number}" for number in range(len(schedule.messages))]
    tasks = [asyncio.create_task(world.deliver(one, key)) for one, key in zip(schedule.messages, keys, strict=True)]
    tasks += [asyncio.create_task(world.die(*death)) for death in schedule.deaths]
    tasks += [asyncio.create_task(world.lose_database(*outage)) for outage in schedule.outages]
    tasks.append(asyncio.create_task(world.recover()))
    await clock.advance(200.0)
    assert all(task.done() for task in tasks), "everything comes to an end"
    await asyncio.gather(*tasks)
    for engine in world.engines:
        await engine.close(0)
    stored = {row[0]: row for row in await store.run(lambda: once(select(inbox.c.key, inbox.c.state, inbox.c.answer)))}
    pushed = [row[0] for row in await store.run(lambda: once(select(outbox.c.key)))]
    await store.close()
    for key in keys:
        told, pushes = world.given[key], pushed.count(f"late:{key}")
        assert len(world.received[key]) + pushes <= 1, "no answer is delivered twice"
        assert len(set(told)) <= 1, "every delivery is given the same answer"
        assert not (pushes and told), "what is pushed is not said as well"
        if key in world.excused and key not in stored:
            continue  # the database was away whenever it came
        assert stored[key][1] == "answered", "every message is answered in the end"
        for answer in told:
            assert isinstance(answer.reply, Say)
            assert answer.reply.text.encode() in stored[key][2], "what is said is what is stored"
        if schedule.can_push and key not in world.excused:
            assert len(world.received[key]) + pushes == 1, "no answer is lost"


@settings(max_examples=100)
@given(schedule=schedules)
def test_any_schedule(schedule: Schedule, sqlite_template: Path) -> None:
    """Whatever happens, each message gets one answer, and it reaches the follower at most once, and once if it can."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite3"
        shutil.copy(sqlite_template, path)
        asyncio.run(run(path, schedule))
