"""Is it still in force."""

from __future__ import annotations

import pytest

from bot.chinese import day
from bot.policies import Status
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, check, everything, said


async def test_every_last_day_is_told() -> None:
    """Each policy's answer names the last day that its papers state, and none where they state none."""
    for policy in everything():
        answer = await Talk().say("还有效吗", policy.id)
        check(answer)
        end = the_corpus().period(policy)[1]
        assert answer.intent == "expiry"
        assert (end is not None and day(end) in said(answer)) or (end is None and "资料未列" in said(answer)), policy.id


@pytest.mark.parametrize(
    "asked",
    [
        "2024年能报吗",
        "2024年能不能报",
        "2024年可以申报吗",
        "2024还能申请吗",
        "2024年还有效吗",
        "２０２４年能报吗",
        "2024年呢",
    ],
)
async def test_a_year_of_the_last_card(asked: str) -> None:
    """A year asked about after a card is told for its policy."""
    answer = await Talk().say(asked, "q91-1")
    assert (answer.intent, answer.policies) == ("expiry", ("q91-1",))
    assert "2024年：" in said(answer)


@pytest.mark.parametrize("asked", ["申报条件", "怎么申请", "2024年怎么申请", "要什么材料"])
async def test_conditions_are_not_periods(asked: str) -> None:
    """How to apply is not whether one may."""
    assert "📌" in said(await Talk().say(asked, "q91-1"))


@pytest.mark.parametrize(
    "asked", ["考驾照2024年能报吗", "英语四级明年还能报吗", "北京2024年能报吗", "2024年报名费能退吗"]
)
async def test_foreign_matters_stay_foreign(asked: str) -> None:
    """A year in a question about something else is no question about the last card."""
    assert (await Talk().say(asked, "q91-1")).intent == "offtopic"


async def test_this_year_is_today() -> None:
    """Asked about this year the answer is today's, without a second line."""
    text = said(await Talk().say("今年还能报吗", "q91-1"))
    assert f"{SUNDAY.year}年：" not in text
    assert "✅ 有效" in text


async def test_a_set_is_told_in_groups() -> None:
    """A paper's, a topic's or a district's periods are told once for all that share them; all add up."""
    for asked in ("青政办发〔2023〕12号还有效吗", "首台套政策还有效吗", "高新区政策到什么时候"):
        answer = await Talk().say(asked)
        check(answer, asked)
        assert answer.intent == "expiry"
        assert len(answer.policies) > 1


async def test_close_ones_are_told_with_their_own_state() -> None:
    """Beside the best policy each close one stands with its own period."""
    answer = await Talk().say("设备更新明年还能报吗")
    text = said(answer)
    for policy_id in answer.policies[1:5]:
        policy = the_corpus().policies[policy_id]
        line = next(line for line in text.splitlines() if line.startswith(f"· {policy.title}"))
        assert ("❌" in line) == (the_corpus().status(policy, SUNDAY.date()) is Status.EXPIRED)


async def test_a_close_one_is_told_by_its_period() -> None:
    """Chosen by its number, a close policy is answered with its period."""
    talk = Talk()
    first = await talk.say("国家级智能工厂还有效吗")
    if len(first.policies) > 1:
        second = await talk.say("2")
        assert (second.intent, second.policies) == ("expiry", first.policies[1:2])
