"""What is told of a figure with a doubt: that it is about so much, that it was spent in another year."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, at, check, said


@pytest.mark.parametrize(
    ("words", "quoted", "sum_"),
    [
        ("将近500万买设备能补多少", "将近500万", "60万元"),
        ("设备投了500万左右能补多少", "500万左右", "60万元"),
        ("大概500万买设备能补多少", "大概500万", "60万元"),
        ("设备大概投了500万能补多少", "大概投了500万", "60万元"),
        ("设备投了快500万能补多少", "快500万", "60万元"),
        ("鱿鱼运回大概500吨能补多少", "大概500吨", "30万元"),
        ("鱿鱼运回500吨左右能补多少", "500吨左右", "30万元"),
    ],
)
async def test_a_rough_figure_is_reckoned_with_and_said_to_be_rough(words: str, quoted: str, sum_: str) -> None:
    """The sum is of the figure as it stands, and the words that made it a rough one are said again."""
    answer = await Talk().say(words)
    check(answer, words)
    assert f"“{quoted}”是约数，先按" in said(answer)
    assert f"可得{sum_}" in said(answer)


@pytest.mark.parametrize(
    "words",
    ["设备投了500万能补多少", "最近花了500万买设备能补多少", "设备投了800多万能补多少", "500万设备大概能补多少"],
)
async def test_a_firm_figure_is_no_rough_one(words: str) -> None:
    """最近 is no 近, a little more has a line of its own, and 大概 may be of what is asked."""
    text = said(await Talk().say(words))
    assert "可得" in text
    assert "约数" not in text


@pytest.mark.parametrize(
    ("words", "year", "rule"),
    [
        ("去年买设备花了500万能补多少", 2025, "年度设备投资额"),
        ("前年买的设备花了500万能补多少", 2024, "年度设备投资额"),
        ("平度去年设备投了700万能补多少", 2025, "当年设备投资超过500万元"),
        ("去年云服务花了200万能补多少", 2025, "年度购买云服务的实际费用"),
    ],
)
async def test_what_was_spent_in_an_earlier_year_is_told_by_which_year_the_rule_counts(
    words: str, year: int, rule: str
) -> None:
    """Where a rule counts a year, it is quoted, and whether an earlier one may still be applied for is not guessed."""
    answer = await Talk().say(words)
    check(answer, words)
    line = next(line for line in said(answer).split("\n") if line.startswith("🗓"))
    assert f"您说的是{year}年花的：规则按" in line
    assert rule in line
    assert "资料没有写，请先问责任单位" in line


async def test_what_was_spent_before_the_policy_began_is_told_so() -> None:
    """Pingdu's paper holds from 2023 on: said of what was spent before, and of nothing that was spent later."""
    words = "平度前年设备投了700万能补多少"
    assert "自2023年1月1日起施行，那年还没有" in said(await Talk(now=at("2024-06-01")).say(words))
    assert "那年还没有" not in said(await Talk().say(words))


@pytest.mark.parametrize(
    "words",
    ["设备投了500万能补多少", "去年营收5亿，今年设备投了500万能补多少", "今年设备投了500万能补多少"],
)
async def test_what_was_spent_this_year_needs_no_word(words: str) -> None:
    """A turnover of last year makes no machine of last year."""
    text = said(await Talk().say(words))
    assert "可得60万元" in text
    assert "🗓" not in text


@pytest.mark.parametrize(("words", "year"), [("去年投的行不行", 2025), ("前年买的算吗", 2024)])
async def test_whether_an_earlier_year_counts_is_asked_of_the_policy_at_hand(words: str, year: int) -> None:
    """Its own words for the year are quoted; its conditions are not told all over."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    check(answer)
    assert f"规则按“年度设备投资额”算，{year}年的现在还能不能报，资料没有写" in said(answer)


@pytest.mark.parametrize(
    "words", ["去年买的设备能申请技改吗", "我们公司去年买了一批设备大概花了七八百万在胶州能不能申请那个技改"]
)
async def test_whether_an_earlier_year_counts_is_asked_of_the_policy_that_is_named(words: str) -> None:
    """It is the year of the purchase that is asked about, and not a day on which the policy was in force."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1",)
    assert "2025年的现在还能不能报，资料没有写" in said(answer)
    after = await talk.say("就是那个七百五十万左右")
    check(after, "七百五十万，平度另加22.5万")
    assert "可得90万元" in said(after)


@pytest.mark.parametrize(
    ("first", "words", "line"),
    [
        ("做强工业互联网平台", "去年的收入算不算", "看平台上一年度服务企业上云用平台的实际收入"),
        ("单项冠军", "去年评上的能报吗", "新认定的国家制造业单项冠军企业"),
        ("保种单位", "去年的任务算吗", "保种单位须完成年度保种任务"),
    ],
)
async def test_what_any_text_says_of_time_is_quoted(first: str, words: str, line: str) -> None:
    """That no year is written is not said where a condition names one."""
    talk = Talk()
    await talk.say(first)
    answer = await talk.say(words)
    check(answer)
    assert line in said(answer)
    assert "没有写算哪一年" not in said(answer)


async def test_where_no_text_speaks_of_time_that_is_said() -> None:
    """Of the vouchers for computing no year is told."""
    talk = Talk()
    await talk.say("算力券")
    assert "规则没有写算哪一年的，2025年的现在还能不能报，资料没有写" in said(await talk.say("去年买的算力能报吗"))


@pytest.mark.parametrize(
    ("first", "words", "rule"),
    [
        ("", "前年买的设备能报平度技改吗", "“当年设备投资超过500万元”"),
        ("平度营收首次突破", "去年的产值算吗", "“当年产值占年营业收入80%以上”"),
        ("研发补助平度", "去年的研发算吗", "“比上年度新增享受的研发费用加计扣除费用总额”"),
    ],
)
async def test_a_rule_is_quoted_to_the_end_of_its_clause(first: str, words: str, rule: str) -> None:
    """Neither cut in the middle nor with a 的 that leads on."""
    talk = Talk()
    if first:
        await talk.say(first)
    assert f"规则按{rule}算" in said(await talk.say(words))


async def test_of_what_is_over_it_is_not_said_that_nobody_knows() -> None:
    """现在不能再报 and 现在还能不能报没有写 do not stand in one answer."""
    text = said(await Talk(now=at("2027-01-15")).say("去年技改设备投了500万能拿多少"))
    assert "现在不能再报" in text
    assert "您说的是2026年花的：规则按“年度设备投资额”算。" in text
    assert "还能不能报" not in text


async def test_an_earlier_year_is_not_forgotten_with_the_next_fact() -> None:
    """The year stands beside the sum as long as that sum does, and no longer."""
    talk = Talk()
    first = said(await talk.say("去年设备投了800万"))
    warning = next(line for line in first.split("\n") if line.startswith("🗓"))
    assert "您说的是2025年花的" in warning
    assert warning in said(await talk.say("规上"))
    assert "🗓" not in said(await talk.say("如果是4900000元呢"))
    assert "🗓" not in said(await talk.say("规上"))
