"""A place that has no policy of its own on the matter."""

import pytest

from tests.handlers.talk import Talk, check, said


async def test_a_district_without_it_is_told_so_and_whose_there_are() -> None:
    """Laoshan has no award for little giants: no policy of it is shown, and the others' stand as a list of theirs."""
    talk = Talk()
    answer = await talk.say("崂山小巨人奖多少")
    check(answer)
    text = said(answer)
    assert text.startswith("📍 资料里没有崂山区自己的“小巨人”政策。\n别的区（市）有，只给当地企业：")
    assert "工业互联网改造" not in text
    assert "小巨人（平度市·施行中）" in text
    chosen = said(await talk.say("1"))
    assert "：30万元" in chosen
    assert "这是平度市的政策" in chosen


async def test_the_citys_holds_there_too() -> None:
    """Where the city has it, it is answered with what was asked, under a line that says that the district has none."""
    text = said(await Talk().say("崂山技改投了3000万能补多少"))
    assert text.startswith("📍 资料里没有崂山区自己的“技改”政策。下面是市级的，全市企业都能用：\n")
    assert "可得360万元" in text


@pytest.mark.parametrize("asked", ["青岛市即墨区有什么政策", "即墨技改能补多少", "即墨技改找谁", "即墨有小巨人奖励吗"])
async def test_a_district_that_is_not_covered_is_always_told_so(asked: str) -> None:
    """Whatever is asked of it: list, sum, desk or card."""
    answer = await Talk().say(asked)
    check(answer)
    assert said(answer).startswith("即墨")
    assert "自己的政策，资料里还没有收录；市级政策全市企业都能问。" in said(answer)


async def test_a_district_that_has_it_is_answered_at_once() -> None:
    """Nothing is said of lacking."""
    assert "资料里没有" not in said(await Talk().say("平度小巨人奖多少"))


async def test_what_is_over_elsewhere_is_shown_as_such() -> None:
    """A subsidy that only another district had, and has no more, does not hide what holds here instead."""
    answer = await Talk().say("平度买机器人补不补")
    check(answer)
    assert answer.policies[0] == "q91-65"
    assert "q91-1" in answer.policies
    text = said(await Talk().say("高新区买机器人"))
    assert "这一条现在不能再报。还可以看：鼓励企业设备更新和技术改造（市级）\n" in text


async def test_a_district_whose_text_makes_up_the_word_has_it() -> None:
    """What another district's policy is known by may stand in this one's in pieces: then it lacks nothing."""
    answer = await Talk().say("高新区 纳统第二年 正增长")
    check(answer)
    assert answer.policies[0] == "q91-79"
    assert "资料里没有" not in said(answer).split("\n")[0]


async def test_of_several_matters_that_which_is_lacking_is_listed() -> None:
    """Elsewhere's policies of the matter are named, not those of what was told beside it."""
    answer = await Talk().say("我公司在崂山，去年认定高企，研发投入800多万")
    check(answer)
    assert set(answer.policies) == {"q91-68", "xh49-17"}
    assert "资料里没有崂山区自己的“高企”政策" in said(answer)


async def test_under_a_line_of_the_citys_no_other_place_is_listed() -> None:
    """崂山首台套: 崂山 has none, its reward for software is none, and the city's alone is told."""
    answer = await Talk().say("崂山首台套")
    check(answer)
    assert answer.policies[0] == "q91-10"
    assert said(answer).startswith(
        "📍 资料里没有崂山区自己的“首台套”政策。下面是市级的，全市企业都能用：\n【加快“三首”"
    )
    assert "高新区" not in said(answer)
    assert "西海岸新区" not in said(answer)


async def test_what_stands_above_is_true_of_all_that_stands_below() -> None:
    """Where a park's policies stand below the city's, it is not said that all are for everybody."""
    for asked in ("平度算力券", "平度人工智能", "崂山虚拟现实补多少"):
        answer = await Talk().say(asked)
        check(answer)
        first = said(answer).split("\n")[0]
        assert "下面的市级政策全市企业都能用；为产业园定的只给园区：" in first, asked
    assert said(await Talk().say("崂山技改")).split("\n")[0].endswith("下面是市级的，全市企业都能用：")


async def test_what_the_city_had_is_not_called_a_districts() -> None:
    """A park of the city whose paper is over was the city's."""
    first = said(await Talk().say("崂山仪器仪表")).split("\n")[0]
    assert first == "📍 资料里没有崂山区自己的“仪器仪表”政策。市级有过，已到期，只作参考："


@pytest.mark.parametrize("asked", ["崂山虚拟现实补多少", "崂山单项冠军奖多少"])
async def test_a_place_alone_makes_no_sum(asked: str) -> None:
    """Of the city's, what is given is said; that they get it is not: they told no more than where they are."""
    answer = await Talk().say(asked)
    check(answer)
    assert "可得" not in said(answer)


@pytest.mark.parametrize(
    "asked", ["凭什么平度有我们没有", "为什么只有平度有", "别的区为啥没有小巨人", "凭啥崂山有我们城阳没有"]
)
async def test_why_one_has_it_and_another_has_not_is_not_known(asked: str) -> None:
    """No list of the other's policies is the answer to that, but what holds for all."""
    answer = await Talk().say(asked)
    check(answer)
    assert answer.policies == ()
    assert "为什么有的有、有的没有，资料里没有写" in said(answer)


@pytest.mark.parametrize("asked", ["我在城阳", "我们在胶州"])
async def test_a_place_without_policies_leads_on(asked: str) -> None:
    """Who says no more than that is told what they may ask."""
    answer = await Talk().say(asked)
    check(answer)
    assert "市级有哪些政策" in said(answer)
    assert "我们能报什么" in said(answer)


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("怎么才能有崂山区的补贴", "q91-55"),
        ("怎么才有平度高企奖", "q91-68"),
        ("咋才有平度的技改补助", "q91-65"),
        ("平度的怎么没有标准", "q91-73"),
        ("为什么平度的技改才有10%", "q91-65"),
        ("平度技改怎么没有写金额", "q91-65"),
        ("怎么申请平度有的政策", "q91-65"),
    ],
)
async def test_the_way_to_it_and_a_part_of_it_are_no_question_why(words: str, policy: str) -> None:
    """The policy or the list is told, as it is without those words."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies[0] == policy


@pytest.mark.parametrize(
    "words", ["凭啥西海岸有高企奖", "为什么崂山没有技改", "怎么平度有崂山没有", "胶州怎么没有", "咋就平度有啊"]
)
async def test_why_is_heard_in_other_words(words: str) -> None:
    """With what they have, and with no more than the place."""
    assert "为什么有的有、有的没有，资料里没有写" in said(await Talk().say(words))


@pytest.mark.parametrize(
    ("first", "words", "policy"),
    [
        ("", "我说的不是平度，是崂山的技改", "q91-1"),
        ("", "不是崂山，是平度的高企", "q91-68"),
        ("平度技改", "不是平度，是崂山", "q91-1"),
        ("平度高企", "我说的不是平度，是西海岸的", "xh49-10"),
    ],
)
async def test_a_place_is_put_right(first: str, words: str, policy: str) -> None:
    """What they mean is told, and of the place that they do not mean nothing; a place alone is one for the policy at
    hand."""
    talk = Talk()
    if first:
        await talk.say(first)
    answer = await talk.say(words)
    check(answer)
    assert answer.policies[0] == policy
    assert "q91-65" not in answer.policies
