"""Messages that lead a reckoner astray: each is worked out by its own rule to the yuan, or asked about."""

from __future__ import annotations

import re

import pytest

from bot.replies import Say, visible
from tests.handlers.talk import Talk, figures
from tests.scoring import ask, read_rated
from tests.scoring import figures as rated_figures

HEADLINE = re.compile("💰 .*可得(.+)")


async def headline(words: str) -> frozenset[float]:
    """The sum that an answer puts first; nothing where it asks or lists rules."""
    answer = await Talk().say(words)
    assert isinstance(answer.reply, Say)
    lines = (HEADLINE.fullmatch(line) for line in visible(answer.reply.text).splitlines())
    return next((figures(line[1]) for line in lines if line), frozenset())


@pytest.mark.parametrize(
    ("words", "yuan"),
    [
        ("技改买设备花了2150万,条件都符合,能补多少", 2_580_000),
        ("技改投了三千万人民币能补多少", 3_600_000),
        ("技改买了20台设备，每台30万，能补多少", 720_000),
        ("去年技改设备投了2000万，今年投了3000万，今年能补多少", 3_600_000),
        ("技改总投资5000万，其中设备3200万，能补多少", 3_840_000),
        ("技改设备投资分别是800万、1500万和2200万，能补多少", 5_400_000),
        ("平度规上制造企业，设备投资2400万，市级技改已补288万，平度再给多少", 720_000),
        ("高新区，设备投了3000万，区里还能再给多少", 1_800_000),
        ("设备投了3000万，已经拿了360万，平度还能给多少", 900_000),
        ("三个品种过了FDA，认证费各花了8万、15万、22万，合计能补多少", 280_000),
        ("6个产品过FDA，认证费每个12万，共补多少", 500_000),
        ("三类医疗器械两个项目，研发分别花了1000万和2000万，能补多少", 8_000_000),
        ("新造一条远洋鱿鱼钓船花了600万，能补多少", 1_800_000),
        ("买金枪鱼围网船5000万，又买鱿钓船600万，一共补多少", 11_800_000),
        ("两个海洋保健食品新获批，三个海洋化妆品新原料也备案了，加起来能拿多少", 1_900_000),
        ("俺260亩连片虾池子，改造加尾水治理拢共花了300万，能给多少", 1_560_000),
        ("池塘300亩改造，每亩花了1.5万，能补多少", 1_800_000),
        ("新建海水淡化项目不在海岛上，固定资产投了8000万，能给多少", 8_000_000),
        ("高新区企业首破10亿时高管团队已领60万元，今年首破20亿且正增长，能领多少", 400_000),
        ("高新区 国家级智能制造标杆，以前省级的拿了50万，现在能拿多少", 500_000),
        ("未入全国科技型中小企业信息库，向古镇口的高校付了检测费46万元，创新券给多少", 138_000),
        ("崂山市级数字化车间今年新评，有两化融合贯标，市里加区里多少", 500_000),
        ("高新区买机器人，上级补了60万，机器人就是高新区本地厂造的，区里再给多少", 600_000),
        ("高新区上年营收2亿，承诺3年倍增，今年增量6000万，奖多少", 1_200_000),
        ("崂山软件企业，今年1-11月营收15亿，去年12.5亿，能拿多少", 1_000_000),
    ],
)
async def test_a_sum_to_the_yuan(words: str, yuan: int) -> None:
    """The headline is the sum that the papers give, and no other."""
    assert await headline(words) == {float(yuan)}


@pytest.mark.parametrize(
    "words",
    [
        "技改设备投了300万美元能补多少",
        "设备投了$500万，技改补多少",
        "技改设备每台30万，能补多少",
        "技改设备投了3000万到5000万，补多少",
        "听说技改给360万，我们能拿多少",
        "我朋友厂技改拿了360万，我能拿多少",
        "技改设备不到500万，平度规上，市里补了50万，平度给多少",
        "算力费每月20万，能补多少",
        "虾池子260亩，一年挣300万，改造能补多少",
        "鱿鱼100吨，鱿鱼200吨，能补多少",
        "远洋渔船买了两条，每条900万，能补多少",
        "新建2条远洋鱿鱼钓船每条1500万能补多少",
        "VR园体验中心投了5000万，其中基建3000万，能补多少",
        "药品产业化固定资产投资1.5亿，含土地费3000万，能给多少",
        "二类和三类器械各一个，研发费分别400万和1500万，一共补多少",
        "2个产品过FDA，认证费分别8万、15万、22万，能补多少",
        "平度规下企业设备投了800万，市里补96万，平度再给多少",
        "技改设备投了3000，能补多少",
        "设备3000万，设备5000万，技改补多少",
        "研发费用8000万，研发投入奖补能拿多少",
        "研发费用8000万能补多少",
        "高新区买机器人花了120万，能补多少",
    ],
)
async def test_no_sum_where_there_is_none(words: str) -> None:
    """Other money, ranges, sums of others and what does not fit together are asked about and never reckoned with."""
    assert await headline(words) == set()


async def test_what_is_not_said_is_not_taken_for_said() -> None:
    """A step that nobody said was paid is named as taken for paid; a district without policies is said to have none."""
    paid = visible(str((await Talk().say("去年营收8亿今年11亿，高新区，首次突破能奖多少")).reply.text))  # type: ignore[union-attr]
    assert "当作已拿过" in paid
    other = visible(str((await Talk().say("胶州企业技改设备投了5500万，能补多少")).reply.text))  # type: ignore[union-attr]
    assert "资料里没有您所在区（市）自己的政策" in other


@pytest.mark.parametrize("words", ["研发费用8000万，研发投入奖补能拿多少", "研发费用8000万能补多少"])
async def test_a_figure_is_not_turned_into_another_fact(words: str) -> None:
    """What was told is named as what it is, and so is what the sum is taken of; what is over is not reckoned with."""
    text = visible(str((await Talk().say(words)).reply.text))  # type: ignore[union-attr]
    assert "按您说的" not in text
    assert "您说的像是“实际投入研发费用”，这项按“比上年新增的加计扣除额”算" in text
    assert "到期前" not in text


async def test_no_headline_differs_from_the_rated_sum() -> None:
    """Of all rated messages with a sum of their own none is told another one: a question is no wrong figure."""
    everything = read_rated("sums", "independent-e", "independent-f", "independent-g", "independent-h")
    rated = [message for message in everything if message.intent == "amount" and rated_figures(message.answer or "")]
    wrong = []
    for message, given in zip(rated, await ask(rated), strict=True):
        lines = [line for line in given.reply.splitlines() if HEADLINE.fullmatch(line)]
        over = [line for line in given.reply.splitlines() if line.startswith("🚫")]  # named with what it gave
        if lines and not any(rated_figures(message.answer or "") <= rated_figures(line) for line in (*lines, *over)):
            wrong.append(message.id)
    assert wrong == []
