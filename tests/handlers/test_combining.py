"""Having both levels' money for one thing."""

from __future__ import annotations

import pytest

from tests.corpus import the_corpus
from tests.handlers.talk import Talk, check, everything, said


@pytest.mark.parametrize("words", ["能同时拿市里和区里的吗", "市里的拿了区里还能拿吗", "市级和区级可以叠加吗"])
async def test_of_no_matter_those_that_say_so(words: str) -> None:
    """Without a matter, the policies whose text adds to the city's are named; of no other anything is promised."""
    answer = await Talk().say(words)
    check(answer)
    assert set(answer.policies) == {"q91-65", "q91-80", "q91-81", "q91-87", "q91-88", "q91-90"}
    assert "请先问清楚再报" in said(answer)


@pytest.mark.parametrize("words", ["同一个项目能报两个政策吗", "就高不重复是啥意思", "不同政策之间能不能叠加享受"])
async def test_in_general_there_is_no_rule(words: str) -> None:
    """No clause of the papers holds for all policies; those that speak of it for themselves are named."""
    answer = await Talk().say(words)
    check(answer)
    assert "没有一条管所有政策的“不重复”规定" in said(answer)
    assert {"q91-57", "q91-58", "q91-59", "q91-61", "xh49-38", "q91-65"} <= set(answer.policies)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("工厂化养殖补贴能叠加吗", "工厂化养殖的两种算法只能选一种"),
        ("DCMM和首版次能同时拿吗 崂山", "同一企业只享受一次"),
        ("DCMM和首版次能同时拿吗 崂山", "同一项目一家企业每年只奖一次"),
        ("首台套配套和购买奖励能同时拿吗 高新区", "首台（套）认定配套扶持：市级奖补资金的50%，在上级奖补之外"),
    ],
)
async def test_whatever_the_text_says_of_once_or_on_top_is_told(words: str, line: str) -> None:
    """A choice of one, a reward that is given once and a share of another are said as the papers have them."""
    answer = await Talk().say(words)
    check(answer)
    assert line in said(answer)


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


@pytest.mark.parametrize("words", ["小巨人和高企能同时拿吗", "评了小巨人还能拿高企的钱吗", "高企跟小巨人只能选一个吗"])
async def test_of_two_things(words: str) -> None:
    """Two matters are one of each, of one district, with both desks, and it is said that nothing is said of it."""
    answer = await Talk().say(words)
    check(answer)
    assert set(answer.policies) == {"q91-69", "q91-68"}
    assert "资料里没有写能同时拿，也没有写只能拿一项" in said(answer)
    assert "87364327" in said(answer)
    assert "87362741" in said(answer)
    assert "只给平度市的企业" in said(answer)


async def test_of_two_things_here() -> None:
    """Where they are decides whose policies are told of."""
    talk = Talk()
    await talk.say("我们是西海岸新区的规上制造企业")
    assert set((await talk.say("小巨人和高企能同时拿吗")).policies) == {"xh49-6", "xh49-10"}


async def test_of_two_things_of_two_districts() -> None:
    """Each is that of the district which is named before it, and that one enterprise is not in both is said; what a
    district has not got is not taken from another."""
    answer = await Talk().say("平度的高企和西海岸的小巨人能同时拿吗")
    districts = [the_corpus().policies[policy].district for policy in answer.policies]
    assert districts == ["平度市", "西海岸新区"]
    assert "同一家企业拿不全" in said(answer)
    assert "q91-69" not in (await Talk().say("平度的高企和崂山的小巨人能同时拿吗")).policies


async def test_of_a_grant_and_a_loan() -> None:
    """The best of each by its own words, though both words speak for both."""
    assert (await Talk().say("技改拿了还能再拿设备贷款贴息吗")).policies == ("q91-1", "xh49-21")


async def test_what_the_text_says_of_two_is_told() -> None:
    """A condition that speaks of having both stands in the answer."""
    text = said(await Talk().say("高新区小巨人和省专精特新能叠加吗"))
    assert "同时有“小巨人”和山东省“专精特新”称号的，就高不重复奖励" in text


async def test_of_one_thing() -> None:
    """技改能叠加吗 asks of all levels, and is not answered with the conditions alone."""
    answer = await Talk().say("技改能叠加吗")
    check(answer)
    assert {"q91-1", "q91-65"} <= set(answer.policies)
    assert "写明平度市的按市级奖补的数再给一份" in said(answer)


async def test_of_what_was_just_shown() -> None:
    """两个都能拿吗 is asked of the matters that were told one by one; without any it is of none."""
    talk = Talk()
    before = await talk.say("技改和算力券")
    answer = await talk.say("两个都能拿吗")
    check(answer)
    assert answer.policies == before.policies
    assert said(await talk.say("2")).startswith("【提供普惠算力服务】")
    assert (await Talk().say("两个都能拿吗")).policies == ()


@pytest.mark.parametrize("words", ["研发费用加计扣除和高企能同时享受吗", "高企和加计扣除可以同时享受吗"])
async def test_what_a_grant_only_reckons_by_is_not_taken_for_the_thing(words: str) -> None:
    """Pingdu's grant is a share of the deduction; the deduction itself is in one policy, which states no sum."""
    answer = await Talk().say(words)
    check(answer)
    assert set(answer.policies) == {"xh49-17", "xh49-10"}
    assert "研发补助" not in said(answer)


async def test_that_a_policy_states_no_more_of_it_is_said() -> None:
    """What is offered without a figure is named as just that, and a grant reckoned by it is told apart from it."""
    assert "只写了：企业研发费用加计扣除，金额没有写明" in said(await Talk().say("研发费用加计扣除和高企能同时享受吗"))
    text = said(await Talk().say("平度加计扣除和高企能同时享受吗"))
    assert "这是按“加计扣除”的数算的，“加计扣除”本身这条没有写" in text


@pytest.mark.parametrize("words", ["高企和绿电补贴能叠加吗", "绿电补贴和高企能叠加吗", "绿电补贴和高企能同时拿吗"])
async def test_what_is_not_in_the_corpus_is_said_by_name(words: str) -> None:
    """Of two things the one that no policy is about is named as missing; the other is answered."""
    answer = await Talk().say(words)
    check(answer)
    assert "资料里没有“绿电补贴”的政策，和它能不能一起拿，这里答不了。" in said(answer)
    assert answer.policies[0] == "q91-68"
