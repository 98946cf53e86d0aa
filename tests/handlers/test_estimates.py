"""Every rule told in words: the facts of the worked examples are read, the benefit is found, the sum comes out."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

from bot.clock import SHANGHAI
from bot.context import Context, Office
from bot.messages import Text
from handlers.arithmetic import told
from handlers.estimates import Estimate, estimate
from tests.bot.reckoning.test_benefits import WORKED
from tests.bot.reckoning.test_benefits import told as spelled
from tests.corpus import the_corpus
from tests.each import of_each
from tests.handlers.talk import Talk, figures, said

CORPUS = the_corpus()
PAID = [example for example in WORKED if str(example["expect"]).removeprefix("up_to:").isdecimal()]


def said_of(example: dict[str, Any]) -> str:
    """A worked example as somebody would type it, stiffly: the benefit, each fact by its name, the question."""
    facts = []
    for key, value in example["facts"].items():
        fact = CORPUS.facts[key]
        facts.append(fact.no[0] if value == "否" else told(fact, value if isinstance(value, str) else float(value)))
    return "，".join((example["benefit"], *facts, "能补多少"))


async def worked_out(policy: str, words: str, day: date) -> Estimate:
    """What a policy comes to by these words on a day."""
    now = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
    message = Text(**Talk(now=now).header(), text=words)
    ctx = Context(message=message, words=words, corpus=CORPUS, now=now, office=Office())
    return await estimate(ctx, CORPUS.policies[policy])


@of_each({f"{n}-{e['policy']}": e for n, e in enumerate(PAID)})
def test_a_worked_example_told_in_words(example: dict[str, Any]) -> None:
    """Each fact is read as what it is, nothing stands against the policy, and the sum is the one worked by hand."""
    found = asyncio.run(worked_out(example["policy"], said_of(example), example.get("date", date(2026, 11, 22))))
    assert (found.odd, found.own.unmet, found.own.over) == ((), (), False)
    parts = {part.outcome.benefit.name: spelled(part.outcome) for part in found.own.parts}
    assert parts.get(example["benefit"]) == str(example["expect"])
    counted = {key: value for key, value in example["facts"].items() if not isinstance(value, str)}
    assert {key: found.told.facts.get(key) for key in counted} == counted


async def test_worked_examples_asked_of_the_bot() -> None:
    """Asked with a word of the policy before them, as good as all are found, worked out and told with their sum."""
    missed = []
    asked = [example for example in PAID if not CORPUS.policies[example["policy"]].restates]
    for example in asked:
        policy, day = CORPUS.policies[example["policy"]], example.get("date", date(2026, 11, 22))
        now = datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)
        place = "" if policy.level == "city" else policy.district
        answer = await Talk(now=now).say(f"{place}{policy.keywords[0]}，{said_of(example)}")
        wanted = float(str(example["expect"]).removeprefix("up_to:"))
        if wanted and wanted not in figures(said(answer)):
            missed.append((example["policy"], example["facts"]))
    assert len(missed) <= 0.01 * len(asked), missed


async def test_the_place_is_known_by_all_its_names() -> None:
    """沙子口 is in Laoshan: the lexicon knows more names than the question's options."""
    found = await worked_out("q91-63", "沙子口的，云服务花了30万能补多少", date(2026, 11, 22))
    assert found.facts["district"] == "崂山区"
    assert found.own.sum == 120_000


async def test_parts_are_their_sum() -> None:
    """What is told together is the sum of the awards in force, each the sum of its parts."""
    found = await worked_out("q91-1", "平度，设备投了3000万技改能补多少", date(2026, 11, 22))
    assert found.whole.sum == found.own.sum + sum(award.sum for award in found.beside) == 4_500_000
    assert found.own.sum == sum(part.sum for part in found.own.parts)
