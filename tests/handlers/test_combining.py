"""Having both levels' money for one thing."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, everything, said


@pytest.mark.parametrize("words", ["能同时拿市里和区里的吗", "市里的拿了区里还能拿吗", "市级和区级可以叠加吗"])
async def test_of_no_matter_those_that_say_so(words: str) -> None:
    """Without a matter, the policies whose text adds to the city's are named; of no other anything is promised."""
    answer = await Talk().say(words)
    check(answer)
    assert set(answer.policies) == {"q91-65", "q91-80", "q91-88"}
    assert "请先问清楚再报" in said(answer)


@pytest.mark.parametrize("words", ["市里和平度的技改能同时拿吗", "平度的技改奖励和市级的能叠加吗"])
async def test_what_adds_to_the_citys(words: str) -> None:
    """A district's share of the city's award is told as such, with both desks."""
    answer = await Talk().say(words)
    check(answer)
    assert set(answer.policies) == {"q91-65", "q91-1"}
    assert "写明平度市的按市级奖补的数再给一份" in said(answer)
    assert "85911248" in said(answer)
    assert "87361949" in said(answer)


async def test_what_is_the_same_money() -> None:
    """A restatement is no second award."""
    text = said(await Talk().say("黄岛技改和市级的能同时拿吗"))
    assert "是同一笔钱，不重复拿" in text
    assert "再给一份" not in text


async def test_what_is_over_is_not_to_be_had() -> None:
    """What a text said before its end is no promise."""
    assert "已经到期，现在不能都拿" in said(await Talk().say("高新区的技改和市里的能叠加吗"))


async def test_of_the_policy_at_hand() -> None:
    """After a sum the question is of its matter."""
    talk = Talk()
    await talk.say("技改补多少")
    answer = await talk.say("能同时拿市里和区里的吗")
    assert answer.policies[0] == "q91-1"
    assert "平度市" in said(answer)


async def test_every_policy_can_be_asked_of() -> None:
    """Whatever is at hand, the answer fits into a message and makes nothing up."""
    for policy in everything():
        check(await Talk().say("能同时拿市里和区里的吗", policy.id))


@pytest.mark.parametrize("words", ["市里和平度的技改一共能拿多少", "市里和区里都有哪些政策"])
async def test_no_question_of_both(words: str) -> None:
    """Who asks how much, or for a list, is answered that."""
    assert (await Talk().say(words)).intent in ("amount", "list")
