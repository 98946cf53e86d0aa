"""How much where only districts give it and nobody said which."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize("words", ["就是那个评什么专精特新的能给多少钱啊谢谢你", "专精特新能给多少钱", "小巨人奖多少"])
async def test_each_district_with_its_own_sum(words: str) -> None:
    """No city award stands for another title: the districts' sums, those in force first, what is over as over."""
    answer = await Talk().say(words)
    check(answer, words)
    reply = said(answer)
    assert (answer.intent, answer.policies) == ("amount", ("q91-69", "xh49-7", "q91-86"))
    assert reply.index("平度市：") < reply.index("西海岸新区：") < reply.index("高新区：")
    assert "首次认定国家级专精特新“小巨人”企业：30万元" in reply
    assert "最高100万元" in reply
    assert "到期前：工信部专精特新“小巨人”企业：50万元" in reply
    assert "200万" not in reply


async def test_a_number_chooses_the_district() -> None:
    """The districts are numbered: a number is answered with the sums of that one."""
    talk = Talk()
    await talk.say("专精特新能给多少钱")
    answer = await talk.say("2")
    assert (answer.intent, answer.policies[0]) == ("amount", "xh49-7")


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("平度小巨人奖多少", "q91-69"),
        ("单项冠军奖多少", "q91-2"),
        ("心脏支架，三类证，临床做完了也准备量产，研发投入能报多少比例", "q91-28"),
    ],
)
async def test_what_is_settled_is_answered_itself(words: str, policy: str) -> None:
    """A named district, an award of the city, a matter that the topic is only a word of: each is its own policy."""
    assert (await Talk().say(words)).policies[0] == policy


@pytest.mark.parametrize("words", ["怎么申报", "找谁", "到什么时候"])
async def test_which_district_is_asked_first(words: str) -> None:
    """What is asked of several districts, of which none was named, is answered for the one that is picked."""
    talk = Talk()
    listed = (await talk.say("小巨人补多少")).policies
    answer = await talk.say(words)
    check(answer)
    assert "先选企业所在地的那一条" in said(answer)
    assert (await talk.say("2")).policies == (listed[1],)
    assert "先选企业所在地" not in said(await talk.say(words))


@pytest.mark.parametrize("words", ["平度的呢", "1", "我们在平度"])
async def test_a_district_is_settled(words: str) -> None:
    """Once it is said which, it is not asked again."""
    talk = Talk()
    listed = (await talk.say("小巨人补多少")).policies
    await talk.say(words)
    assert (await talk.say("怎么申报")).policies[0] == listed[0]


async def test_when_it_is_paid_hides_no_sum() -> None:
    """Both halves of a question are answered: the sums of each district, and that no day is written."""
    words = "专精特新小巨人奖励多少，什么时候到账"
    answer = await Talk().say(words)
    check(answer, words)
    text = said(answer)
    assert "什么时候到账，资料里没有写" in text
    assert (answer.intent, answer.policies) == ("amount", ("q91-69", "xh49-7", "q91-86"))
    both = said(await Talk().say("技改能补多少，多久到账"))
    assert "年度设备投资额×12%" in both
    assert "什么时候到账，资料里没有写" in both


@pytest.mark.parametrize("words", ["小巨人奖励多少", "专精特新小巨人奖励多少"])
async def test_no_district_leads_alone(words: str) -> None:
    """By whatever name it is called, what several districts pay is told of each of them."""
    assert (await Talk().say(words)).policies == ("q91-69", "xh49-7", "q91-86")


async def test_a_district_that_was_just_named_is_theirs() -> None:
    """平度, and then a sum of their own: it is worked out there, and said so."""
    talk = Talk()
    await talk.say("平度")
    text = said(await talk.say("我们去年设备投了800万"))
    assert "如果企业在" not in text
    assert "按您说的：设备投资额800万元，平度市" in text
    other = Talk()  # to ask what a district has is no word of one's own
    await other.say("平度有哪些政策")
    assert "如果企业在平度市" in said(await other.say("我们去年设备投了800万"))


async def test_a_district_that_is_denied_is_not_theirs() -> None:
    """不在平度在崂山 is 崂山; two districts that are asked for are both named above their list."""
    answer = await Talk().say("我不在平度在崂山")
    assert said(answer).startswith("崂山区政策共10条")
    assert "按您说的（西海岸新区）" in said(await Talk().say("我们不是平度的，是西海岸的，能报什么"))
    assert said(await Talk().say("崂山和平度的政策有哪些")).startswith("崂山区、平度市政策共21条")
    talk = Talk()
    await talk.say("不在平度能报平度的吗")
    assert "，平度市" not in said(await talk.say("我们设备投了800万"))
