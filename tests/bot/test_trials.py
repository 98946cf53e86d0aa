"""Simulations run beside the answers, write down how far they are, and keep no text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.messages import AnyMessage, Followed, Text
from bot.replies import Answer, Silence
from bot.store.database import Database
from bot.store.inbox import Inbox, Settlement
from bot.store.questions import Questions
from bot.store.simulations import DONE, FAILED, Simulation, Simulations
from bot.trials import Trials, distinct
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
