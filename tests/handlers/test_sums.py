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


@pytest.mark.parametrize(
    ("words", "sums"),
    [
        ("院士工作站考核优秀给多少", "💰 在西海岸新区、是先进技术产品持有单位的话，可得20万元"),
        ("院士工作站和博士后站考核前10%给多少", "20万元＋30万元＝50万元"),
        ("崂山平台刚入选国家级特色专业型 市区两级一共多少", "合计：100万元＋60万元＝160万元"),
        ("青岛推荐目录进了四个产品，山东目录进了一个产品，平度给多少", "合计：1万元＋2万元＝3万元"),
        ("技改设备投了六千万 补满了没", "超过一年600万元上限，按600万元"),
        ("平度没进倍增计划 今年营收首次超过30亿 产值占八成五 奖多少", "产值占营业收入的比例85%"),
        ("DCMM通过了四级 崂山给多少", "按您说的：DCMM四级"),
        ("我们做船舶配套的 头一回船级社认证花了90万 报多少", "💰 可得45万元"),
        ("养海参的 新品种过了国审 能奖多少", "💰 可得100万元"),
    ],
)
async def test_what_was_told_is_reckoned_with(words: str, sums: str) -> None:
    """A trade, a grade, a share and a count are taken from the words that tell them; no other thing's sum is added."""
    answer = await Talk().say(words)
    check(answer, words)
    assert sums in said(answer)


async def test_a_way_of_giving_is_no_gift_without_a_sum() -> None:
    """The modes that an item names are how its sum is given: 1000万 a project, and not unstated."""
    for words in ("赋能基金最多给多少", "早期成果转化 股权直投能投多少"):
        text = said(await Talk().say(words))
        assert "最高1000万元/项目" in text
        assert "没有写明" not in text


@pytest.mark.parametrize(
    ("asked", "told", "silent"),
    [
        ("崂山企业 云服务一年买了38万 补多少", "云服务商是市名录里的驻区企业的话，可得15.2万元", "商否"),
        ("没入科技型中小企业库，一年付给大学检测费50万，创新券给多少", "不是科技型中小企业入库企业\n", "不是："),
        ("船级社首次认证一共花了130万，补多少", "💰 可得50万元", "哪一行"),
        ("连片虾塘260亩标准化改造，花了200万，能补几个钱", "💰 可得120万元", "哪一行"),
        ("海岛上的海水淡化，固定资产投资4800万，能奖多少", "💰 可得960万元", "海域使用金"),
        ("平度企业，在倍增计划里，目标完成了，营收头回过30亿，奖多少", "完成倍增目标\n", "是否已经完成"),
        ("新兽药二类证书补多少", "新兽药注册支持：2类 实际投入研发费用×20%、最高100万元", "您问了2件事"),
    ],
)
async def test_what_is_said_beside_a_sum(asked: str, told: str, silent: str) -> None:
    """What they told is used and not asked again, conditions are the paper's and of this sum, and all of it reads."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert told in said(answer)
    assert silent not in said(answer)


async def test_what_has_to_be_so_is_no_half_of_a_question() -> None:
    """是否 within the name of a fact becomes 是, not 否."""
    assert "云服务商是市名录里的驻区企业的话" in said(await Talk().say("云服务花了200万能补多少"))


@pytest.mark.parametrize(
    "words", ["研发投入300万能补多少", "平度研发费用350万补多少", "平度科技型企业研发花了300万补多少"]
)
async def test_what_was_spent_is_no_growth_of_a_deduction(words: str) -> None:
    """A sum that nobody called the growth of what is deducted is not reckoned as that."""
    answer = await Talk().say(words)
    check(answer)
    assert "q91-71" in answer.policies
    assert "比上年新增的加计扣除额3" not in said(answer)
    assert "最多18万元" not in said(answer)
    assert "300万×最高6%=最多18万元" in said(await Talk().say("平度加计扣除新增300万能补多少"))
