"""What is asked of every policy and stands in none."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said

ASKED = [
    ("多久能拿到钱", "什么时候到账，资料里没有写"),
    ("谁给发钱", "从哪里拨，资料里没有写"),
    ("材料交到哪个窗口", "能不能网上报，资料里没有写"),
    ("这钱要交税吗", "要不要交税，资料里没有写"),
    ("好批吗", "通过率多少，资料里没有写"),
]


@pytest.mark.parametrize(("words", "line"), ASKED)
async def test_of_the_policy_at_hand_it_is_said_that_it_is_not_stated(words: str, line: str) -> None:
    """With the desk that knows; nothing is guessed, and no other policy comes up."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1",)
    assert line in said(answer)
    assert "85911248" in said(answer)


@pytest.mark.parametrize(("words", "line"), ASKED[:2])
async def test_of_no_policy_it_is_said_of_all(words: str, line: str) -> None:
    """No policy is picked by pieces of the words."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert line in said(answer)


async def test_what_is_stated_of_it_is_quoted() -> None:
    """Who pays, where the text says it; that it is given after production began, where the text says so."""
    text = said(await Talk().say("VR项目引进什么时候到账"))
    assert "　· 竣工投产后才给" in text
    assert "资金：市、区两级按1:1负担" in said(await Talk().say("VR项目引进谁出钱"))


async def test_whether_money_comes_before_or_after_is_told_where_it_is_written() -> None:
    """A condition that says so is quoted; of any other it is said that it is not stated."""
    talk = Talk()
    await talk.say("VR项目引进")
    assert "先后在条件里写着：\n　· 竣工投产后才给" in said(await talk.say("要先垫钱吗"))
    await talk.say("渔船更新")
    assert "是先给还是做完再给，资料里没有写" in said(await talk.say("要先垫钱吗"))


async def test_an_award_that_is_paid_at_once_is_not_called_unstated_alone() -> None:
    """即申即享 of the talents' policy is quoted where it is asked how long it takes."""
    assert "即申即享" in said(await Talk().say("急需紧缺人才补贴多久能到账"))


async def test_who_wants_to_apply_is_told_whom_to_ask() -> None:
    """我要报, right after a policy: nothing is handed in here, and its desk is named."""
    talk = Talk()
    await talk.say("技改")
    await talk.say("申报条件")
    answer = await talk.say("我要报")
    check(answer)
    assert answer.policies == ("q91-1",)
    assert "收不了申报" in said(answer)
    assert "85911248" in said(answer)
