"""Simulations run beside the answers, write down how far they are, and keep no text."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.editions.trials import AT_ONCE, GRACE, LONGEST, Trials, as_it_is, distinct
from bot.messages import AnyMessage, Followed, Text
from bot.replies import Answer, Silence
from bot.store.database import Database
from bot.store.inbox import Inbox, Settlement
from bot.store.questions import Questions
from bot.store.simulations import DONE, FAILED, RUNNING, STOPPED, Simulation, Simulations
from tests.bot.presses import Printing


async def asked(database: Database, clock: ManualClock, *texts: str) -> None:
    """Followers ask, and are answered."""
    inbox = Inbox(database)
    for number, text in enumerate(texts):
        message = Text(key=f"m{number}", openid=f"o{number}", account="gh_1", created=int(clock.time()), text=text)
        await inbox.claim(message, owner="p", lease=60.0, time=clock.time())
        await inbox.settle(message, Settlement(answer=Answer(reply=Silence())), owner="p", time=clock.time())
    await inbox.close()


@pytest.fixture
async def printing(database: Database, tmp_path: Path, clock: ManualClock) -> Printing:
    """A press whose first edition is imported."""
    printing = Printing(database, tmp_path, clock)
    await printing.press.read()
    return printing


async def run(database: Database, printing: Printing, **body: Any) -> Simulation:
    """A simulation of a draft of q91-2, run to its end."""
    simulations = Simulations(database)
    trials = Trials(printing.press, Questions(database), simulations, clock=printing.clock)
    number = await trials.start(await printing.draft("policy", "q91-2", body=body), "li")
    await trials.settle()
    found = await simulations.get(number)
    assert found is not None
    return found


async def test_the_questions_of_the_last_months_are_asked(
    database: Database, printing: Printing, clock: ManualClock
) -> None:
    """Each way of asking once, with how many did; what was erased is not among them."""
    await asked(database, clock, "备用电源", "备用电源！", "充电宝", "你好", "套装")
    found = await run(database, printing, keywords=["首台套", "套装", "充电宝"])
    assert (found.state, found.done, found.total) == (DONE, 4, 4)
    assert sorted((o.kind, o.times, o.before, o.after) for o in found.outcomes) == [
        ("lost", 2, "q91-2", ""),
        ("won", 1, "", "q91-2"),
    ]


async def test_a_draft_that_does_not_load_fails_with_its_reason(
    database: Database, printing: Printing, clock: ManualClock
) -> None:
    """The reason is the corpus's own complaint."""
    await asked(database, clock, "备用电源")
    found = await run(database, printing, related=["q91-77"])
    assert (found.state, found.outcomes) == (FAILED, ())
    assert "q91-77 does not exist" in found.reason


class Held(Questions):
    """Questions that are not to be had before they are let go, and then perhaps break."""

    def __init__(self, database: Database, error: Exception | None = None, *, many: int = 1) -> None:
        super().__init__(database)
        self.asked, self._many = 0, many
        self.came = asyncio.Event()  # so many have asked
        self.go = asyncio.Event()
        self._error = error

    async def recent(self, since: float, many: int) -> list[tuple[str, AnyMessage]]:
        """The questions, or the error."""
        self.asked += 1
        if self.asked == self._many:
            self.came.set()
        await self.go.wait()
        if self._error:
            raise self._error
        return await super().recent(since, many)


async def state(trials: Trials, database: Database, number: int) -> str:
    """Where a simulation is."""
    found = await Simulations(database).get(number)
    assert found is not None
    return found.state


async def test_what_runs_is_not_begun_again(database: Database, printing: Printing) -> None:
    """Who asks for the same joins it; who asks for another gives their own up; another text is another."""
    held = Held(database)
    trials = Trials(printing.press, held, Simulations(database), clock=printing.clock)
    first, second = [await printing.draft("policy", key, body={"title": "甲"}) for key in ("q91-1", "q91-2")]
    numbers = await asyncio.gather(*(trials.start(first, who) for who in ("li", "li", "zhao")))
    assert len(set(numbers)) == 1
    other = await trials.start(second, "li")
    assert await state(trials, database, numbers[0]) == STOPPED
    again = await trials.start(msgspec.structs.replace(second, edits=second.edits + 1), "zhao")
    assert again != other
    held.go.set()
    await trials.settle()
    assert [await state(trials, database, number) for number in (other, again)] == [DONE, DONE]


async def test_few_run_at_once(database: Database, printing: Printing, clock: ManualClock) -> None:
    """The others wait for their turn, and not for ever."""
    held = Held(database, many=AT_ONCE)
    trials = Trials(printing.press, held, Simulations(database), clock=printing.clock)
    draft = await printing.draft("policy", "q91-1", body={"title": "甲"})
    drafts = [msgspec.structs.replace(draft, edits=n) for n in range(AT_ONCE + 2)]
    numbers = [await trials.start(one, f"editor{one.edits}") for one in drafts]
    await held.came.wait()
    await clock.advance(LONGEST + 1)
    held.go.set()
    await trials.settle()
    assert held.asked == AT_ONCE
    assert [await state(trials, database, number) for number in numbers[AT_ONCE:]] == [STOPPED, STOPPED]


async def test_whatever_breaks_ends_it(database: Database, printing: Printing) -> None:
    """Also what nobody thought of: it failed, and nobody waits for it."""
    held = Held(database, RecursionError("too deep"))
    held.go.set()
    trials = Trials(printing.press, held, Simulations(database), clock=printing.clock)
    number = await trials.start(await printing.draft("policy", "q91-2", body={"title": "甲"}), "li")
    await trials.settle()
    assert await state(trials, database, number) == FAILED


async def test_the_end_of_the_process_ends_it(database: Database, printing: Printing) -> None:
    """It says that it was stopped; what could not say so is shown as cut off once its time is over."""
    held = Held(database)
    trials = Trials(printing.press, held, Simulations(database), clock=printing.clock)
    number = await trials.start(await printing.draft("policy", "q91-2", body={"title": "甲"}), "li")
    await held.came.wait()
    await trials.close()
    assert await state(trials, database, number) == STOPPED
    killed = Simulation(revision=1, edits=0, author="li", created=100.0)
    shown = [as_it_is(killed, 100.0 + seconds).state for seconds in (0.0, LONGEST, LONGEST + GRACE + 1)]
    assert shown == [RUNNING, RUNNING, STOPPED]


def test_questions_are_told_apart_by_their_folded_text() -> None:
    """The most frequent come first; what says nothing is no question."""

    def text(key: str, words: str) -> tuple[str, Text]:
        return key, Text(key=key, openid="o", account="gh", created=0, text=words)

    messages: list[tuple[str, AnyMessage]] = [
        text("a", "技改"),
        text("b", "首台套"),
        text("c", "首台套？"),
        text("d", "！！"),
        ("e", Followed(key="e", openid="o", account="gh", created=0)),
    ]
    assert [(q.key, q.text, q.times) for q in distinct(messages)] == [("b", "首台套", 2), ("a", "技改", 1)]
