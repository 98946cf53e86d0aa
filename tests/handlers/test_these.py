"""What is asked of a list at hand, without naming any of it."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize("words", ["分别找谁", "电话多少", "contact phone please"])
async def test_the_desk_of_each_is_told(words: str) -> None:
    """By its number, and the list stays to be picked from."""
    talk = Talk()
    await talk.say("技改和智能工厂能叠加吗")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1", "q91-3")
    assert "1. 鼓励企业设备更新和技术改造（市级）：市工业和信息化局技术改造与投资处 85911248" in said(answer)
    assert "2. 推进智能工厂梯度培育（市级）：市工业和信息化局装备产业处 85912660" in said(answer)
    assert (await talk.say("2")).policies[0] == "q91-3"


@pytest.mark.parametrize("words", ["什么时候截止", "deadline?"])
async def test_the_end_of_each_is_told(words: str) -> None:
    """The list again, by its states; it is not asked which policy is meant."""
    talk = Talk()
    await talk.say("首台套")
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "expiry"
    assert "1. 加快“三首”产品推广应用（市级·剩39天）" in said(answer)


@pytest.mark.parametrize(
    ("words", "lead"), [("能补多少", "先选一条，按您的情况算："), ("要什么条件", "先选一条，看它的条件：")]
)
async def test_what_is_another_of_each_is_asked_which(words: str, lead: str) -> None:
    """A choice, which is then answered with what was asked."""
    talk = Talk()
    await talk.say("首台套")
    answer = await talk.say(words)
    check(answer)
    assert said(answer).startswith(lead)
    assert (await talk.say("2")).policies[0] == "xh49-4"


@pytest.mark.parametrize("words", ["这些加起来一共能拿多少", "两个加起来多少"])
async def test_no_sum_of_all_is_made_up(words: str) -> None:
    """It is said why not, and how to ask for a sum that can be worked out."""
    talk = Talk()
    await talk.say("技改和智能工厂能叠加吗")
    answer = await talk.say(words)
    check(answer, "设备投了800万")
    assert "没法直接算" in said(answer)
    asked = "设备投了800万，评上单项冠军，一共能拿多少"
    assert asked in said(answer)
    assert "合计296万元" in said(await Talk().say(asked))


async def test_what_a_sum_leaves_out_is_named() -> None:
    """Of two that are asked for together the one that makes no sum yet is said to be left out."""
    answer = await Talk().say("小巨人和高企一共能拿多少")
    check(answer)
    assert "· 还没算进来：鼓励企业加大研发投入·高企（平度市），请单独问" in said(answer)


async def test_one_policy_at_hand_is_meant_before_a_list() -> None:
    """After a card its own desk is told."""
    talk = Talk()
    await talk.say("技改")
    assert (await talk.say("找谁")).policies[0] == "q91-1"


async def test_more_of_one_policy_is_what_is_related() -> None:
    """还有别的吗 after one policy shows what is on the same matter, and not that there is no list."""
    talk = Talk()
    for words in ("技改", "设备投了800万能补多少", "在平度"):
        await talk.say(words)
    answer = await talk.say("还有别的吗")
    check(answer)
    assert "相关的政策共" in said(answer)
