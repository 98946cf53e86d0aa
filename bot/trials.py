"""Simulations as they run: beside the answers, a few questions at a time, each step written down for whoever waits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice

import structlog

from bot.chinese import fold
from bot.clock import Clock, now
from bot.corpus import Corpus
from bot.errors import BotError
from bot.messages import AnyMessage
from bot.press import Press
from bot.revisions import Revision
from bot.routing import spoken
from bot.simulator import Asked, simulate
from bot.store.questions import Questions
from bot.store.simulations import DONE, FAILED, RUNNING, STOPPED, Simulation, Simulations, Turned

logger = structlog.get_logger(__name__)

DAYS, DAY = 90, 86_400.0
MESSAGES, DISTINCT = 20_000, 4_000  # how many are read, and how many different questions are asked
STEP = 50  # questions between two notes of how far it is
LONGEST = 60.0  # seconds


class Trials:
    """Starts simulations and sees them to their end, or to the end of the process."""

    def __init__(self, press: Press, questions: Questions, simulations: Simulations, *, clock: Clock) -> None:
        self._press = press
        self._questions = questions
        self._simulations = simulations
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, draft: Revision, who: str) -> int:
        """Begin a simulation of a draft; its number."""
        number = await self._simulations.begin(
            Simulation(revision=draft.id, edits=draft.edits, author=who, created=self._clock.time())
        )
        task = asyncio.create_task(self._run(number, draft))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return number

    async def settle(self) -> None:
        """Return once nothing runs."""
        await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Give up what runs."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, number: int, draft: Revision) -> None:
        found: list[Turned] = []
        try:
            before, after = await self._press.corpus_with([draft])
            messages = await self._questions.recent(self._clock.time() - DAYS * DAY, MESSAGES)
            questions = distinct(messages)[:DISTINCT]
            await self._ask(number, questions, before, after, found)
        except BotError as error:
            logger.warning("simulation failed", error=type(error).__name__)
            await self._simulations.note(number, state=FAILED, done=0, total=0, outcomes=(), reason=str(error))

    async def _ask(
        self, number: int, questions: Sequence[Asked], before: Corpus, after: Corpus, found: list[Turned]
    ) -> None:
        total, until = len(questions), self._clock.time() + LONGEST
        turning = simulate(questions, before, after, now(self._clock).date())
        for done in range(0, total, STEP):
            if self._clock.time() > until:
                await self._simulations.note(number, state=STOPPED, done=done, total=total, outcomes=found)
                return
            await self._simulations.note(number, state=RUNNING, done=done, total=total, outcomes=found)
            found += [turned for turned in await asyncio.to_thread(lambda: list(islice(turning, STEP))) if turned]
        await self._simulations.note(number, state=DONE, done=total, total=total, outcomes=found)


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
