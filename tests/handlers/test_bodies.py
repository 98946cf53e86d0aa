"""Who asks and is no plain enterprise."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "body"),
    [("我是个体户能报啥", "个体户"), ("合作社能报吗", "合作社"), ("can foreign-invested companies apply", "外资企业")],
)
async def test_what_names_them_nowhere_is_said_to(words: str, body: str) -> None:
    """No policy in force names them as those it is for: that is said, and it is not said that they may not."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert f"没有一条写到“{body}”" in said(answer)
    assert "请问责任单位" in said(answer)


@pytest.mark.parametrize(
    ("first", "words", "body", "policy"),
    [
        ("技改", "个体户行吗", "个体户", "q91-1"),
        ("海水养殖", "合作社能报吗", "合作社", "xh49-38"),
        ("", "医院能不能报算力券", "医院", "q91-18"),
    ],
)
async def test_of_a_policy_its_own_words_are_told(first: str, words: str, body: str, policy: str) -> None:
    """Of the one that is named or at hand: that it does not speak of them, and of whom it does."""
    talk = Talk()
    if first:
        await talk.say(first)
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == (policy,)
    assert f"资料里没有写“{body}”能不能报。写的对象是：" in said(answer)


async def test_those_that_name_them_are_listed() -> None:
    """Whatever any text of a policy says of schools; whom it is for comes first, and of the rest it is said that they
    do not speak of them."""
    answer = await Talk().say("大学能申请吗")
    check(answer)
    assert answer.policies[0] == "xh49-33"
    assert "xh49-2" in answer.policies  # in its title
    assert "xh49-13" not in answer.policies  # 大学科技园
    assert said(answer).startswith("下面的写到了，不等于都发给“高校”，点开看对象；别的没有写“高校”能不能报")


@pytest.mark.parametrize("words", ["招大学生能补吗", "高校毕业生能补吗", "在高新区办研究院能补吗", "招三个人能补吗"])
async def test_whom_they_hire_or_found_is_not_who_asks(words: str) -> None:
    """A graduate is no school, and three people are no private person."""
    assert "能不能报" not in said(await Talk().say(words)).split("\n")[0]
