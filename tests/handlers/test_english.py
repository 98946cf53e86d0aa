"""Who asks in English, or for somebody who reads nothing else."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "sum_"),
    [
        ("new equipment 5 million RMB", "60万元"),
        ("how much subsidy for equipment of 8 million RMB", "96万元"),
        ("new equipment, 1.2 million yuan, how much", "14.4万元"),
    ],
)
async def test_millions_are_read_as_the_sum_they_are(words: str, sum_: str) -> None:
    """5 million is 500万."""
    answer = await Talk().say(words)
    check(answer, "500万，800万，平度另加24万，120万")
    assert f"可得{sum_}" in said(answer)


async def test_a_sum_alone_goes_on_with_the_policy_at_hand() -> None:
    """After a card, how much for 5 million is asked of it."""
    talk = Talk()
    await talk.say("Hi is there any subsidy for new equipment")
    answer = await talk.say("how much for 5 million RMB")
    check(answer, "500万")
    assert "可得60万元" in said(answer)


async def test_other_money_makes_no_sum() -> None:
    """Dollars are not taken for yuan."""
    assert "可得" not in said(await Talk().say("技改 2 million usd 能补多少"))


@pytest.mark.parametrize(
    "words", ["Do you speak English", "English version of the policy document", "我们老板问有没有英文版的政策"]
)
async def test_that_all_is_in_chinese_is_said_in_both(words: str) -> None:
    """With how to ask all the same."""
    answer = await Talk().say(words)
    check(answer)
    assert "there is no English version" in said(answer)
    assert "资料和回答都只有中文" in said(answer)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("how much, we spent about 2 million yuan", "amount"),
        ("is it valid in 2026", "expiry"),
        ("what documents are needed", "policy"),
        ("who should I call", "contact"),
    ],
)
async def test_follow_ups_in_english_are_of_the_policy_at_hand(words: str, intent: str) -> None:
    """How much, how long, what for, whom to call."""
    talk = Talk()
    await talk.say("Any grants for AI computing power?")
    answer = await talk.say(words)
    check(answer, "200万")
    assert answer.intent == intent
    assert answer.policies[0] == "q91-18"
