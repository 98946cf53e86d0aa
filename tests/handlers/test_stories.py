"""Troubles told without a word of any policy."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said

MACHINES = (
    "套色不准想换德国机",
    "注塑机漏油天天修想换台新的",
    "织布机噪音大想换无梭的",
    "老叉车没劲了想换电的",
    "订单排不过来想加两条线",
    "工人招不来想上机器手",
    "裁床太慢工人跟不上想上自动的",
)
RECORDS = ("数据都记本子上想上个系统", "仓库全靠手工记账老出错想弄套系统")
NONE = (
    "想换手机",
    "换机会",
    "家里空调坏了想换新的",
    "俺船上柴油机冒黑烟，哪儿有好修理铺",
    "想买飞机票",
    "想换德国户籍",
    "小区门口装监控",
    "我想换工作",
    "饭店想上个点餐系统",
    "换窑洞住",
    "手工记账要交税吗",
    "上系统打卡",
)


@pytest.mark.parametrize("told", MACHINES)
async def test_a_machine_to_be_replaced(told: str) -> None:
    """What pays for equipment is told, and that it was understood so."""
    answer = await Talk().say(told)
    check(answer)
    assert answer.policies[0] == "q91-1"
    assert said(answer).startswith("您说的像是换设备、添设备，看这条：")


@pytest.mark.parametrize("told", RECORDS)
async def test_work_on_paper(told: str) -> None:
    """What pays for digital work is told, and what is in force leads."""
    answer = await Talk().say(told)
    check(answer)
    assert answer.policies
    assert "❌" not in said(answer)
    assert said(answer).startswith("您说的像是数字化改造，看这条：")


async def test_the_district_that_is_named_is_kept() -> None:
    """Of 平度 its own policy is told."""
    assert (await Talk().say("平度的厂，套色不准想换德国机")).policies[0] == "q91-65"


@pytest.mark.parametrize("told", NONE)
async def test_what_is_none_of_ours(told: str) -> None:
    """Homes, phones, tickets and repairs are nobody's equipment."""
    assert (await Talk().say(told)).policies == ()


async def test_a_line_that_was_built_is_worked_out_with_its_sum() -> None:
    """新上一条线花了320万: the sum is not lost on the way to what pays for it."""
    talk = Talk()
    assert "行业：制造业" in said(await talk.say("我开印刷厂的"))
    assert "320万×12%=38.4万元" in said(await talk.say("今年新上一条线花了320万"))
