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


@pytest.mark.parametrize(
    "words",
    [
        "new equipment 5 million yen",
        "new equipment 5 million HKD",
        "seawater desalination 2 million tons how much",
        "算力券 2 million GPU hours 补多少",
        "算力 3 million 次 补多少",
        "技改 3 million 吨 能补多少",
        "设备投了 5 million kWh",
        "new equipment 3 million units",
        "our output is 3 million tons, new equipment subsidy?",
        "technical renovation 5 million kWh saved",
        "max award 20 million yuan for technical renovation?",
        "is the cap for new equipment up to 6 million yuan",
        "new equipment subsidy of 5 million yuan possible?",
    ],
)
async def test_what_is_counted_in_something_else_makes_no_sum(words: str) -> None:
    """Yuan by name, or nothing right behind where money is plainly meant: of any other unit no sum is made, nor of what
    is given."""
    answer = await Talk().say(words)
    check(answer)
    assert "可得" not in said(answer)
    assert "按您说的" not in said(answer)


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("new equipment 5 to 8 million RMB", ("500万", "800万")),
        ("new equipment 5-8 million RMB how much", ("500万", "800万")),
        ("new equipment 2 or 3 million RMB how much", ("200万", "300万")),
        ("between 2 and 3 million RMB on new equipment how much", ("200万", "300万")),
        ("设备投了5 million到8 million能补多少", ("500万", "800万")),
    ],
)
async def test_a_range_is_said_to_be_one(words: str, ends: tuple[str, str]) -> None:
    """Neither end is reckoned with in silence."""
    answer = await Talk().say(words)
    check(answer, "".join(ends))
    assert "是个范围，算不准" in said(answer)
    assert any(end in said(answer) for end in ends)
    assert "可得" not in said(answer)


@pytest.mark.parametrize(
    ("words", "sum_"),
    [
        ("equipment 1.2 billion yuan how much", "600万元"),
        ("we bought equipment for 8 million RMB", "96万元"),
        ("we bought machines for 900 thousand RMB", "10.8万元"),
        ("new equipment ¥3 million", "36万元"),
        ("new equipment 3 million kuai", "36万元"),
        ("we spent 3 million on new machines", "36万元"),
        ("设备投了 5 million 能补多少", "60万元"),
        ("new machines cost 3 million", "36万元"),
    ],
)
async def test_money_is_heard_by_its_unit_or_by_what_stands_around(words: str, sum_: str) -> None:
    """Equipment is found by that word alone, and without a unit where it was spent on it."""
    answer = await Talk().say(words)
    check(answer, "500万，800万，平度另加24万、100万、300万、90万、12亿")
    assert f"可得{sum_}" in said(answer)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("new equipment about 3 million RMB", "“大概300万元”是约数"),
        ("new equipment more than 3 million RMB", "多出来的没算进去"),
        ("new equipment less than 3 million RMB", "到底是多少"),
    ],
)
async def test_a_doubt_is_kept(words: str, line: str) -> None:
    """About, more than, less than are said again as in Chinese."""
    assert line in said(await Talk().say(words))


async def test_other_questions_about_a_sum_stay_what_they_are() -> None:
    """Who is asked for is told."""
    assert (await Talk().say("who should I call about 5 million RMB new equipment")).intent == "contact"
