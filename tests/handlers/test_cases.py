"""Their own case as people tell it: without a word of asking, a little more than said, one thing after another."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


async def test_a_figure_of_a_thing_that_is_not_known_is_not_that_of_the_last() -> None:
    """海蜇皮呢 800吨 after a sum for squid is told every rule, and no sum that was squid's."""
    talk = Talk()
    await talk.say("鱿鱼拉回来给钱不")
    assert "300吨×600元=18万元" in said(await talk.say("三百吨"))
    answer = await talk.say("海蜇皮呢 800吨")
    check(answer)
    assert "可得" not in said(answer)
    assert "其他自捕水产品运回奖补：每吨200元" in said(answer)


async def test_a_figure_of_something_else_leaves_what_was_meant_before() -> None:
    """A ship's price after tons of squid is worked out by itself: the squid is not told again."""
    talk = Talk()
    await talk.say("鱿鱼拉回来给钱不")
    await talk.say("三百吨")
    answer = await talk.say("一条船造价4200万")
    check(answer, "4200万")
    assert "4200万×30%=1260万元，超过200万元上限" in said(answer)
    assert "鱿鱼300吨" not in said(answer)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ("我们在平度，今年买设备花了1200万", "1200万×12%=144万元"),
        ("第二家平度食品厂，设备花了1200万，已经投产", "144万×25%=36万元"),
        ("公司今年首次被认定为国家小巨人，注册在平度", "可得30万元"),
        ("杂鱼两千吨运回青岛报关", "2000吨×200元=40万元"),
        ("秋刀鱼两千吨运回青岛报关", "2000吨×200元=40万元"),  # the paper: all but squid and the deep-frozen tuna
        ("机床买了420万，我们在平度，规上机械厂", "420万×12%=50.4万元"),
        ("我们崂山的公司今年买云服务一共38万", "38万×40%=15.2万元"),
    ],
)
async def test_a_case_that_is_told_is_worked_out(told: str, line: str) -> None:
    """Nobody has to ask how much, where what they have done makes a sum."""
    answer = await Talk().say(told)
    check(answer, told)
    assert line in said(answer)


async def test_a_case_that_lacks_one_fact_is_asked_for_it() -> None:
    """The question for it stands in the answer, and the fact alone makes the sum."""
    talk = Talk()
    assert "企业是规模以上（规上）还是规模以下（规下）？" in said(await talk.say("我公司在平度，去年首次认定高企"))
    assert "可得15万元" in said(await talk.say("规上"))


@pytest.mark.parametrize("wish", ["我们公司准备评高企，在平度", "平度设备花了1200万有什么奖"])
async def test_a_wish_is_no_case(wish: str) -> None:
    """Who has not done it yet, or asks what there is, is shown the policy."""
    assert "按您说的" not in said(await Talk().say(wish))


async def test_what_is_over_is_not_reckoned_on_a_guess_at_the_trade() -> None:
    """A sum of research alone is not worked out by a policy that is over and perhaps of another trade."""
    assert "可得" not in said(await Talk().say("我公司在崂山，去年营收2亿多，研发投入800多万"))


@pytest.mark.parametrize(
    ("told", "note"),
    [
        ("技改设备3000多万能补多少", "“3000多万”先按3000万元算，多出来的没算进去"),
        ("技改设备3000万出头能补多少", "“3000万出头”先按3000万元算，多出来的没算进去"),
        ("MES上线花了一百来万，高新区", "“一百来万”先按100万元算，多出来的没算进去"),
    ],
)
async def test_a_little_more_is_the_least(told: str, note: str) -> None:
    """What is said to be a little more is reckoned with without it, which is said; a plain sum has no such line."""
    assert note in said(await Talk().say(told))
    assert "多出来的" not in said(await Talk().say("技改设备3000万能补多少"))


@pytest.mark.parametrize("told", ["500多万", "500余万元", "500万出头", "500万挂零", "超过500万"])
async def test_a_little_more_is_beyond_a_bound(told: str) -> None:
    """Pingdu adds to what is above 5 million: 500多万 is, and 500万, like 五百来万 that may be less, is not."""
    assert "平度市·技术改造叠加奖励" in said(await Talk().say(f"平度设备投了{told}能补多少"))
    for short in ("500万", "五百来万"):
        assert "要求设备投资额超过500万元" in said(await Talk().say(f"平度设备投了{short}能补多少"))


@pytest.mark.parametrize("told", ["2000万不到", "2000万元不到", "2000万以下", "2000万以内", "不到2000万"])
async def test_less_than_a_sum_is_not_that_sum(told: str) -> None:
    """What is said to be less is asked about, on whichever side it is said; what stands behind a time is not less."""
    answer = said(await Talk().say(f"技改设备投了{told}能补多少"))
    assert "240万" not in answer
    assert "到底是多少？" in answer
    assert "可得60万元" in said(await Talk().say("技改设备投了500万不到一年能补多少"))


@pytest.mark.parametrize("told", ["五六十万", "一百五六十万", "三千五六百万", "两千三百五六十万"])
async def test_what_lies_between_is_quoted_whole(told: str) -> None:
    """“五六十万” is not what somebody said of 1.5 or 1.6 million."""
    assert f"“{told}”是个范围，算不准。" in said(await Talk().say(f"技改设备投了{told}能补多少"))


@pytest.mark.parametrize("told", ["我们租了1200万的设备", "租设备花了1200万能补多少", "我们前年买设备花了1200万"])
async def test_what_is_no_investment_of_these_years_is_not_reckoned(told: str) -> None:
    """Equipment that is rented is not invested in, and what was bought years ago is told of without a sum."""
    answer = said(await Talk().say(told))
    assert "144万" not in answer
    assert "技术改造" in answer


async def test_computing_power_that_is_rented_is_reckoned() -> None:
    """What a rule takes is what was paid for it."""
    assert "可得" in said(await Talk().say("租算力花了200万能补多少"))


async def test_where_they_are_decides_whose_sum() -> None:
    """Who said where they are is told the sum of that place, and is not refused by another's."""
    talk = Talk()
    await talk.say("我们是西海岸新区的规上制造企业")
    answer = await talk.say("高企首次认定多少钱")
    assert answer.policies[0] == "xh49-10"
    assert "对不上" not in said(answer)


async def test_how_much_in_many_words() -> None:
    """那个能补多少钱啊你给我算算 asks of the policy at hand."""
    talk = Talk()
    await talk.say("平度技改")
    assert (await talk.say("那个能补多少钱啊你给我算算")).intent == "amount"


@pytest.mark.parametrize("said_so", ["大概一百五六十万", "150到160万吧"])
async def test_a_range_alone_is_asked_about(said_so: str) -> None:
    """After a card a sum that is none is asked about, and is no other policy's."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(said_so)
    assert answer.policies[0] == "q91-1"
    assert "是个范围，算不准" in said(answer)


async def test_a_sum_that_may_be_several_is_taken_for_none() -> None:
    """What a district pays by the city's award is not paid by a sum that nobody named: it is asked for."""
    talk = Talk()
    await talk.say("平度技改")
    answer = await talk.say("大概1200万")
    assert answer.policies[0] == "q91-65"
    assert "可得" not in said(answer)
    assert "上级（市级）已给的奖补是多少" in said(answer)
