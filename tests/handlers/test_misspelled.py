"""Names with a slip in them, of which nothing is found as they are typed."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("typed", "name", "policy"),
    [
        ("单贯军", "单项冠军", "q91-2"),
        ("单贯军奖多少", "单项冠军", "q91-2"),
        ("高qi", "高企", "q91-68"),
        ("技盖", "技改", "q91-1"),
        ("技gai找谁", "技改", "q91-1"),
    ],
)
async def test_one_slip_is_understood(typed: str, name: str, policy: str) -> None:
    """What it was taken for is said, and what was asked of it is answered."""
    answer = await Talk().say(typed)
    check(answer)
    assert answer.policies[0] == policy
    assert f"按“{name}”找到的：" in said(answer).split("\n")[0]


async def test_what_was_asked_of_it_is_answered() -> None:
    """The name alone is put right: a sum is a sum, a phone a phone."""
    assert (await Talk().say("单贯军奖多少")).intent == "amount"
    assert (await Talk().say("技gai找谁")).intent == "contact"


async def test_the_talk_goes_on_from_there() -> None:
    """What was understood is at hand for the next question."""
    talk = Talk()
    await talk.say("技gai")
    assert (await talk.say("找谁办")).policies[0] == "q91-1"


@pytest.mark.parametrize(
    "words", ["大桥", "食堂", "海水浴场", "你是谁呀", "房子", "小朋友", "abc", "qqq", "高", "深圳技盖"]
)
async def test_what_is_near_no_name_is_not_bent_to_one(words: str) -> None:
    """Two slips, a foreign matter or another city's are no misspelling."""
    assert (await Talk().say(words)).policies == ()
