"""Simulations as they run: beside the answers, a few questions at a time, each step written down for whoever waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec
import structlog

from bot.chinese import fold
from bot.clock import Clock, now
from bot.editions.press import Press
from bot.editions.simulator import Asked, simulate
from bot.errors import BotError, StoreError
from bot.messages import AnyMessage
from bot.revisions import Revision
from bot.routing import spoken
from bot.store.questions import Questions
from bot.store.simulations import DONE, FAILED, RUNNING, STOPPED, Simulation, Simulations, Turned

logger = structlog.get_logger(__name__)

DAYS, DAY = 90, 86_400.0
MESSAGES, DISTINCT = 20_000, 4_000  # how many are read, and how many different questions are asked
STEP = 50  # questions between two notes of how far it is
LONGEST, GRACE = 60.0, 30.0  # seconds that one may take, and for its last step
AT_ONCE = 2  # answers come first


@dataclass(kw_only=True)
class Run:
    """One simulation under way: which, for whom, until when, and how far it is."""

    number: int
    draft: Revision
    who: str
    until: float
    done: int = 0
    total: int = 0
    found: list[Turned] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        """Of what it is: the draft as it had been written by then."""
        return self.draft.id, self.draft.edits


class Trials:
    """Starts simulations and sees them to their end, or to the end of the process.

    One of a draft as it is written, one of a person, few at once: what is asked for again is the one that runs, and
    who asks for another gives theirs up. Waiting for a turn counts towards the time of each.
    """

    def __init__(self, press: Press, questions: Questions, simulations: Simulations, *, clock: Clock) -> None:
        self._press = press
        self._questions = questions
        self._simulations = simulations
        self._clock = clock
        self._running: dict[asyncio.Task[None], Run] = {}
        self._starting = asyncio.Lock()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def start(self, draft: Revision, who: str) -> int:
        """Begin a simulation of a draft, or join the one that runs; its number."""
        async with self._starting:
            place = (draft.id, draft.edits)
            for run in self._running.values():
                if run.place == place:
                    return run.number
            await self._stop([task for task, run in self._running.items() if run.who == who])
            time = self._clock.time()
            number = await self._simulations.begin(
                Simulation(revision=draft.id, edits=draft.edits, author=who, created=time)
            )
            run = Run(number=number, draft=draft, who=who, until=time + LONGEST)
            task = asyncio.create_task(self._run(run))
            self._running[task] = run
            task.add_done_callback(lambda ended: self._running.pop(ended, None))
            return number

    async def settle(self) -> None:
        """Return once nothing runs."""
        await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Give up what runs, and say so."""
        await self._stop(list(self._running))

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        runs = [self._running[task] for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for run in runs:
            await self._note(run, STOPPED)

    async def _run(self, run: Run) -> None:
        try:
            async with self._turn:
                await self._ask(run)
        except BotError as error:
            logger.warning("simulation failed", error=type(error).__name__)
            await self._note(run, FAILED, reason=str(error))
        except Exception:  # whatever it is, nobody waits for it any more
            logger.exception("simulation failed", number=run.number)
            await self._note(run, FAILED)

    async def _ask(self, run: Run) -> None:
        if self._is_late(run):
            return await self._note(run, STOPPED)
        before, after = await self._press.corpus_with([run.draft])
        messages = await self._questions.recent(self._clock.time() - DAYS * DAY, MESSAGES)
        questions = distinct(messages)[:DISTINCT]
        turning = simulate(questions, before, after, now(self._clock).date())
        run.total = len(questions)
        while run.done < run.total:
            if self._is_late(run):
                return await self._note(run, STOPPED)
            await self._note(run, RUNNING)
            run.found += [turned for turned in await asyncio.to_thread(lambda: list(islice(turning, STEP))) if turned]
            run.done = min(run.done + STEP, run.total)
        return await self._note(run, DONE)

    def _is_late(self, run: Run) -> bool:
        return self._clock.time() > run.until

    async def _note(self, run: Run, state: str, *, reason: str = "") -> None:
        """Write how far one is. Where the database is away its page says that it was cut off, once its time is over."""
        done, total = (0, 0) if state == FAILED else (run.done, run.total)
        outcomes = () if state == FAILED else run.found
        try:
            await self._simulations.note(
                run.number, state=state, done=done, total=total, outcomes=outcomes, reason=reason
            )
        except StoreError as error:
            if state == RUNNING:
                raise
            logger.warning("simulation not noted", number=run.number, state=state, reason=str(error))


def as_it_is(simulation: Simulation, time: float) -> Simulation:
    """A simulation as it is to be shown: one that says it runs when its time is long over was cut off."""
    is_cut_off = simulation.state == RUNNING and time > simulation.created + LONGEST + GRACE
    return msgspec.structs.replace(simulation, state=STOPPED) if is_cut_off else simulation


def distinct(messages: Sequence[tuple[str, AnyMessage]]) -> list[Asked]:
    """The questions of messages, each once with how many asked it, the most frequent first."""
    counts: dict[str, int] = {}
    first: dict[str, tuple[str, str]] = {}
    for key, message in messages:
        text = spoken(message)
        folded = fold(text).text
        if folded:
            counts[folded] = counts.get(folded, 0) + 1
            first.setdefault(folded, (key, text))
    asked = [Asked(key=key, text=text, times=counts[folded]) for folded, (key, text) in first.items()]
    return sorted(asked, key=lambda question: -question.times)
