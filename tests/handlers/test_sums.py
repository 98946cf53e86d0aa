"""An estimate in words: what is sure, what hangs on something untold, what the texts ask, and what is left out."""

from __future__ import annotations

import pytest

from bot.replies import TEXT_LIMIT
from tests.handlers.talk import Talk, at, check, said, written

PINGDU = "平度设备投了3000万能补多少"


async def test_what_hangs_on_an_untold_fact_is_said_as_such() -> None:
    """The headline is what is sure; the rest follows with what has to be so, and each fact told takes one away."""
    talk = Talk()
    first = await talk.say(PINGDU)
    check(first, PINGDU)
    assert "💰 可得360万元；规上、制造业或生物医药的话再加90万元，合计450万元\n" in said(first)
    assert "❓ 企业是规模以上（规上）还是规模以下（规下）？" in said(first)
    second = said(await talk.say("规上的"))
    assert "按您说的：设备投资额3000万元，平度市，规上\n" in second
    assert "💰 可得360万元；制造业或生物医药的话再加90万元，合计450万元\n" in second
    assert "💰 合计可得450万元\n" in said(await talk.say("制造业"))


@pytest.mark.parametrize(
    ("words", "more", "why"),
    [
        (PINGDU, "规下的", "没有计入：要求规上；您说的是规下"),
        ("设备投了400万在平度能补多少", "", "没有计入：要求设备投资额超过500万元；您说的是设备投资额400万元"),
    ],
)
async def test_what_the_district_does_not_add_is_named(words: str, more: str, why: str) -> None:
    """Where a fact fails their district's share it is said that it was left out, and by which fact."""
    talk = Talk()
    reply = said(await talk.say(words))
    reply = said(await talk.say(more)) if more else reply
    assert f"🚫 平度市的「鼓励企业加大研发投入·技改」{why}" in reply


async def test_each_level_has_its_state() -> None:
    """Beside the city's state stands that of the district's paper."""
    reply = said(await Talk(now=at("2026-11-26")).say(PINGDU))
    assert "✅ 有效，还剩35天（至2026年12月31日）" in reply
    assert "360万×25%=90万元，未超100万元上限\n　✅ 自2023年1月1日起施行，资料未列截止日期" in reply


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("设备投了3000万技改能补多少", ["技改项目须达到规定的标准"]),
        ("西海岸设备投了3000万能补多少", ["对接先进技术产品持有单位做技改的新区企业"]),
        ("买远洋渔船花了1500万补多少", ["渔船须经国家批准", "带配额购买"]),
    ],
)
async def test_the_conditions_stand_beside_the_sum(words: str, asked: list[str]) -> None:
    """What the texts ask and no figure decides is said with every sum."""
    answer = await Talk().say(words)
    assert len(written(answer).encode()) <= TEXT_LIMIT
    assert all(term in said(answer) for term in asked)


async def test_a_ship_that_would_get_more_is_named() -> None:
    """The same sentence gives more for another kind of ship: nobody said that it is not theirs."""
    reply = said(await Talk().say("买远洋渔船花了1500万补多少"))
    assert "💰 可得200万元\n" in reply
    assert "如果属于大型金枪鱼围网船奖补：1500万×30%=450万元" in reply


async def test_a_past_year_of_a_policy_without_a_first_day() -> None:
    """Nothing states when it began: no sum is promised for that year, and the year of its paper is told."""
    reply = said(await Talk().say("2024年设备投了3000万技改能拿多少"))
    assert "按2024年算，这条政策在截止日之前；依据的文件是2024年的，什么时候开始施行，资料没有写" in reply
    assert "💰 按这条的标准可得360万元；那时是否已经施行，资料没有写\n" in reply
    assert "在有效期内" not in reply


async def test_the_same_sum_for_another_year() -> None:
    """2024年能拿多少 after a sum works the same figures out again, for that year."""
    talk = Talk()
    await talk.say("设备投了3000万技改能补多少")
    reply = said(await talk.say("2024年能拿多少"))
    assert "按2024年算" in reply
    assert "3000万×12%=360万元" in reply


async def test_what_has_to_be_so_is_no_half_of_a_question() -> None:
    """是否 within the name of a fact becomes 是, not 否."""
    assert "云服务商是在市名录的驻区企业的话" in said(await Talk().say("云服务花了200万能补多少"))
