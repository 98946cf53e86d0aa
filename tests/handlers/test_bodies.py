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


@pytest.mark.parametrize(
    ("words", "policy", "line"),
    [
        ("海洋突出贡献人才个人能拿吗", "xh49-36", "按人算：海洋领域突出贡献人才奖补：最高30万元/人"),
        ("个人能领海洋人才奖吗", "xh49-36", "按人算：海洋领域突出贡献人才奖补：最高30万元/人"),
        ("分支机构可以吗 蓝色金融", "xh49-49", "在青设立海洋特色专营分支机构"),
        ("高校能报概念验证吗", "xh49-26", "与新区企业和高校、科研机构开展产学研合作"),
    ],
)
async def test_all_texts_of_a_policy_are_looked_through(words: str, policy: str, line: str) -> None:
    """What conditions, offers and benefits say of them is quoted; it is not said that there is nothing."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == (policy,)
    assert line in said(answer)
    assert "没有写" not in said(answer)


async def test_two_that_are_named_at_once_are_looked_for_together() -> None:
    """高校科研院所: what any policy says of either."""
    answer = await Talk().say("高校科研院所能拿啥")
    check(answer)
    assert {"xh49-33", "xh49-2", "xh49-26", "q91-9"} <= set(answer.policies)
    assert "别的没有写“高校、科研院所”能不能报" in said(answer)


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("can a foreign company apply for technical renovation", "q91-1"),
        ("are foreign invested enterprises eligible for new equipment subsidy", "q91-1"),
        ("个体工商户可以申请算力券吗", "q91-18"),
    ],
)
async def test_the_policy_that_is_named_is_not_forgotten(words: str, policy: str) -> None:
    """In English too, and where the word for them stands among those that are not ours."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == (policy,)
    assert "能不能报。写的对象是：" in said(answer)


@pytest.mark.parametrize(
    ("words", "policy"),
    [("个人独资企业能报技改吗", "q91-1"), ("收购上市公司能拿啥", "xh49-47"), ("和高校合作能补啥", "xh49-26")],
)
async def test_an_enterprise_and_what_it_buys_are_no_such_body(words: str, policy: str) -> None:
    """A sole proprietor's firm is an enterprise; a listed company that is bought asks for nothing."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies[0] == policy
    assert "“个人”" not in said(answer)
    assert "“上市公司”" not in said(answer)


@pytest.mark.parametrize("words", ["个人信息能删不", "个人数据能删吗"])
async def test_what_is_kept_of_a_person_is_no_person(words: str) -> None:
    """It is about erasing."""
    assert "删除" in said(await Talk().say(words))


async def test_fishermen_are_no_talents() -> None:
    """No text names them: nobody is sent to awards for experts."""
    answer = await Talk().say("养殖户能报啥")
    check(answer)
    assert answer.policies == ()
    assert "没有一条写到“养殖户”" in said(answer)
