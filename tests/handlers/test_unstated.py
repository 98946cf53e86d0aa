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


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("多久能拿到钱", "什么时候到账，大多数政策没有写"),
        ("谁给发钱", "从哪里拨，大多数政策没有写"),
        ("材料交到哪个窗口", "能不能网上报，资料里没有写"),
    ],
)
async def test_of_no_policy_it_is_said_of_all(words: str, line: str) -> None:
    """No policy is picked by pieces of the words, and what one of them states is not said to stand nowhere."""
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


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("精密仪器补链强链谁出钱", "　· 市级财政补助资金每年不超过1000万元"),
        ("产业链促进机构好评吗", "　· 每年择优不超过3个"),
        ("海洋人才好评吗", "　· 要经过评选活动评定"),
    ],
)
async def test_what_any_text_says_near_it_is_quoted(words: str, line: str) -> None:
    """It is not said that nothing is written where a condition speaks of it."""
    answer = await Talk().say(words)
    check(answer)
    assert line in said(answer)
    assert "别的没有写，请问责任单位" in said(answer)
    assert "资料里没有写" not in said(answer)


@pytest.mark.parametrize("words", ["技改谁出钱", "平度技改多久到账", "高新区技改谁出钱"])
async def test_what_is_not_near_it_is_not_quoted(words: str) -> None:
    """财政奖补 of the way it is given, 再按 of a rate, and what a rate is taken of say nothing of it."""
    assert "资料里没有写" in said(await Talk().say(words))


@pytest.mark.parametrize("words", ["技改多久能拿到钱", "技改先垫钱吗", "技改什么时候给钱", "技改几个月能批下来"])
async def test_the_citys_policy_stands_before_a_districts(words: str) -> None:
    """钱 and 吗 behind it pick no other."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ("q91-1",)


@pytest.mark.parametrize(
    ("words", "first"),
    [("高企多久能拿到钱", "q91-68"), ("小巨人多久到账", "q91-69"), ("小巨人在哪个平台申报", "q91-69")],
)
async def test_of_several_of_one_name_none_is_picked(words: str, first: str) -> None:
    """What none of them states is said of all, over the list."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies[0] == first
    assert len(answer.policies) > 2
    assert "资料里没有写，请问责任单位。\n" in said(answer)


@pytest.mark.parametrize(
    ("words", "intent"),
    [("技改交材料截止什么时候", "expiry"), ("交材料截止到什么时候", "expiry"), ("技改交材料还来得及吗", "expiry")],
)
async def test_until_when_is_no_question_of_where(words: str, intent: str) -> None:
    """A deadline is asked for, and no desk."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.intent == intent
    assert "哪个窗口" not in said(answer)


@pytest.mark.parametrize(
    "words", ["什么平台能申报奖励", "哪个平台能报双跨", "工业互联网什么平台能申请", "哪个平台能申请双跨奖励"]
)
async def test_which_platforms_may_apply_is_no_question_of_where(words: str) -> None:
    """The policies on platforms."""
    answer = await Talk().say(words)
    check(answer)
    assert "q91-38" in answer.policies
    assert "哪个窗口" not in said(answer)


@pytest.mark.parametrize("words", ["单项冠军在哪个系统报", "去哪个平台报材料", "哪个平台可以交材料", "用什么系统报"])
async def test_on_which_platform_one_files_is(words: str) -> None:
    """在 and 去 before it, or the papers that are handed in."""
    assert "能不能网上报，资料里没有写" in said(await Talk().say(words))


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


async def test_whose_phone_is_asked_for_is_told_the_desk() -> None:
    """Where to file is not stated; the desk that is asked for with it is."""
    answer = await Talk().say("会计问下，技改材料交哪个处，座机多少")
    check(answer)
    assert answer.policies[0] == "q91-1"
    assert "85911248" in said(answer)
