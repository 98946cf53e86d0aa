"""A peak, played with numbers: how long followers wait at N instances, and how many are not answered in time.

Nothing is measured here. The same numbers give the same table on any machine: messages come by a seeded generator, time
is counted and not waited for. What is put in stands in `Model`; docs/scale.md says which of it was measured.

A delivery goes to the instances by turns and waits for the one core of its own. Reading and claiming take a part of the
processor time, then the message waits for a commit that all ready messages of the instance share, then answering takes
the rest, then comes a second commit. After five seconds the platform hangs up and delivers again, three times in all; a
message in work costs another delivery the reading alone, and one that another instance works on is looked for every
quarter of a second. What an instance that dies had in hand goes to another at once, which takes over what the dead one
had claimed when its lease ends.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring import Table
from bot.engine import DELIVERIES, LEASE, POLL, RETRY_SECONDS

MONTH = 30 * 86_400.0  # seconds
FOLLOWERS = 100_000_000
PEAK = 10.0  # messages of the busiest minute, by those of the mean one: assumed
SERVICE = 0.00094  # seconds of processor time for a message, on PostgreSQL: `capacity`
FULL_ENOUGH = 0.6  # how busy a core may be at the peak


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is put in.

    rate       messages a second, all instances together
    instances  each with one core
    service    seconds of processor time a message takes, of which `claiming` is the share before its first commit
    commit     seconds of a commit, and `row` more for each message in it
    seconds    in which messages come; it is played until each is decided
    dies       when the first instance dies, for good; never where it is infinite
    """

    rate: float
    instances: int
    service: float = SERVICE
    claiming: float = 0.4
    commit: float = 0.005
    row: float = 0.0001
    seconds: float = 20.0
    dies: float = math.inf
    seed: int = 8


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it: seconds from the first delivery to the answer, of those answered within five of a delivery, in
    order; how many were not; how many deliveries were repeats; and the work there was by what the cores could do."""

    waits: tuple[float, ...]
    late: int
    repeats: int
    load: float

    def wait(self, part: float) -> float:
        """Within how many seconds such a part of the answered was; NaN where none was."""
        return self.waits[min(len(self.waits) - 1, int(part * len(self.waits)))] if self.waits else math.nan

    @property
    def lost(self) -> float:
        """The share that no delivery brought an answer to."""
        return self.late / max(1, self.late + len(self.waits))


@dataclass
class Message:
    """One message: when it came, who works on it and until when that holds, and when it was ready and answered."""

    came: float
    owner: int = -1
    lease: float = 0.0
    ready: bool = False
    answered: float = -1.0
    open: list[tuple[float, int]] = field(default_factory=list)  # deliveries that wait: since when, and where


@dataclass
class Instance:
    """One process: until when its core has work, what waits for its next commit, and what it has taken in."""

    free: float = 0.0
    waiting: list[int] = field(default_factory=list)
    committing: list[int] = field(default_factory=list)
    taken: dict[tuple[int, float], None] = field(default_factory=dict)
    alive: bool = True


class Play:
    """The events of one peak, in the order of their time."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._events: list[tuple[float, int, Callable[..., None], tuple[float | int, ...]]] = []
        self._order = 0
        self._turn = 0
        self._repeats = 0
        self._work = 0.0
        self._instances = [Instance() for _ in range(model.instances)]
        self._messages: list[Message] = []
        self._claimed: set[int] = set()

    def run(self) -> Outcome:
        """Play until everything is decided."""
        chance, time, model = random.Random(self._model.seed), 0.0, self._model
        while (time := time + chance.expovariate(model.rate)) < model.seconds:
            self._at(time, self._deliver, len(self._messages), 1)
            self._messages.append(Message(came=time))
        if model.dies < model.seconds:
            self._at(model.dies, self._die, 0)
        while self._events:
            now, _, happens, what = heapq.heappop(self._events)
            happens(now, *what)
        waits = tuple(sorted(one.answered - one.came for one in self._messages if one.answered >= 0))
        load = self._work / (model.seconds * model.instances)
        return Outcome(waits=waits, late=len(self._messages) - len(waits), repeats=self._repeats, load=load)

    def _at(self, time: float, happens: Callable[..., None], *what: float | int) -> None:
        self._order += 1
        heapq.heappush(self._events, (time, self._order, happens, what))

    def _deliver(self, now: float, number: int, count: int) -> None:
        """The platform delivers a message, unless a delivery of it was answered."""
        if self._messages[number].answered >= 0:
            return
        self._repeats += count > 1
        if count < DELIVERIES:
            self._at(now + RETRY_SECONDS, self._deliver, number, count + 1)
        self._send(now, number, now)

    def _send(self, now: float, number: int, since: float) -> None:
        """A delivery reaches the instance whose turn it is, and waits for its core."""
        living = [place for place, instance in enumerate(self._instances) if instance.alive]
        if not living:
            return
        self._turn += 1
        place = living[self._turn % len(living)]
        self._instances[place].taken[number, since] = None
        self._at(self._compute(now, place, self._model.claiming), self._read, number, since, place)

    def _compute(self, now: float, place: int, part: float) -> float:
        """When the core of an instance has done a part of the work on a message."""
        instance, seconds = self._instances[place], part * self._model.service
        instance.free = max(now, instance.free) + seconds
        self._work += seconds
        return instance.free

    def _read(self, now: float, number: int, since: float, place: int) -> None:
        """A delivery is read: its message is new, in work here or elsewhere, or ready."""
        message = self._messages[number]
        if not self._instances[place].alive:
            return
        if message.ready:
            self._answer(now, number, since, place)
        elif message.owner < 0 and now < message.lease:
            self._at(message.lease, self._read, number, since, place)
        else:
            message.open.append((since, place))
            if message.owner < 0:
                message.owner, message.lease = place, now + LEASE
                self._commit(now, number, place)

    def _commit(self, now: float, number: int, place: int) -> None:
        instance = self._instances[place]
        instance.waiting.append(number)
        if not instance.committing:
            self._begin(now, place)

    def _begin(self, now: float, place: int) -> None:
        instance = self._instances[place]
        instance.committing, instance.waiting = instance.waiting, []
        if instance.committing:
            took = self._model.commit + self._model.row * len(instance.committing)
            self._at(now + took, self._committed, place)

    def _committed(self, now: float, place: int) -> None:
        """What was claimed is answered next; an answer that is kept goes to every delivery that waits."""
        if not self._instances[place].alive:
            return
        for number in self._instances[place].committing:
            message = self._messages[number]
            if number not in self._claimed:
                self._claimed.add(number)
                self._at(self._compute(now, place, 1 - self._model.claiming), self._thought, number, place)
                continue
            message.ready = True
            for since, where in message.open:
                self._answer(now if where == place else now + POLL, number, since, where)
        self._begin(now, place)

    def _thought(self, now: float, number: int, place: int) -> None:
        if self._instances[place].alive:
            self._commit(now, number, place)

    def _answer(self, now: float, number: int, since: float, place: int) -> None:
        """An answer leaves; it counts where the platform still waits for it."""
        message = self._messages[number]
        self._instances[place].taken.pop((number, since), None)
        if now - since <= RETRY_SECONDS and (message.answered < 0 or now < message.answered):
            message.answered = now

    def _die(self, now: float, place: int) -> None:
        """An instance is gone: its connections break, and nginx sends what it had to another."""
        instance = self._instances[place]
        instance.alive = False
        for message in self._messages:
            message.open = [held for held in message.open if held[1] != place]
            if message.owner == place and not message.ready:
                message.owner = -1
        for number, since in instance.taken:
            self._claimed.discard(number)
            if now - since < RETRY_SECONDS:
                self._send(now, number, since)


def needed(rate: float, service: float) -> int:
    """How many cores keep below FULL_ENOUGH."""
    return math.ceil(rate * service / FULL_ENOUGH)


def row(model: Model) -> dict[str, float]:
    """A line of the table."""
    outcome = Play(model).run()
    return {
        "msg/s": model.rate,
        "instances": model.instances,
        "load": outcome.load,
        "p50 ms": outcome.wait(0.5) * 1000,
        "p99 ms": outcome.wait(0.99) * 1000,
        "repeats": outcome.repeats,
        "late %": outcome.lost * 100,
    }


def scale(
    followers: int = FOLLOWERS,
    monthly: Sequence[int] = (1, 3, 10),
    *,
    service: float = SERVICE,
    seconds: float = 30.0,
) -> Table:
    """The peak at so many messages a month of each follower: half of the cores there is work for, enough, one dies."""
    rows: dict[str, dict[str, float]] = {}
    for each in monthly:
        rate = followers * each / MONTH * PEAK
        enough, few = needed(rate, service), max(1, round(rate * service / 2))
        for name, instances, dies in (
            ("half", few, math.inf),
            ("enough", enough, math.inf),
            ("one more, and one dies", enough + 1, seconds / 2),
        ):
            model = Model(rate=rate, instances=instances, service=service, seconds=seconds, dies=dies)
            rows[f"{each} a month: {name}"] = row(model)
    what = f"{followers:,} followers, {service * 1e6:.0f} µs a message"
    return Table(
        title=f"{seconds:.0f} seconds of a peak, simulated: {what}",
        rows=rows,
        note="late: not answered within 5 seconds of any of three deliveries. Load: work by what the cores could do.",
    )
