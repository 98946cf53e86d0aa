"""What no policy is for, though a word of one stands in it."""

from __future__ import annotations

import pytest

from tests.corpus import the_corpus
from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("2026青岛国际海洋装备展火热招展中 标展9800元 联系李经理", "不接招展"),
        ("机器人博览会诚邀参展，光地800元一平，详询王女士", "不接招展"),
        ("贵单位您好，我司做智能工厂整体方案十二年，盼能上门拜访交流", "不接招展"),
        ("您好，我们做工业互联网平台的，想跟您约个时间当面介绍，上门演示", "不接招展"),
        ("会PLC 干过五年自动化产线 求一份青岛的活", "不介绍工作"),
        ("我学机械的 明年六月毕业 高新区哪些厂招人", "不介绍工作"),
        ("数控机床专业应届，想找份工作", "不介绍工作"),
        ("儿子学工业机器人的 哪家厂收实习生", "不介绍工作"),
        ("青岛人工智能大会门票早鸟价199 赠午餐 报名找小刘", "不接招展"),
        ("专注智能仓储15年 可免费上门出方案 王工13800000000", "不接招展"),
        ("新能源汽车充电桩坏了找谁报修", "报修、维修不归这里管"),
        ("二类医疗器械经营备案在哪儿办", "“经营备案”是审批、备案的事"),
        ("海参加工的食品生产许可证怎么申请", "是审批、备案的事"),
        ("厂房租金有没有减免 我们是小微", "资料里没有减免或补贴厂房、办公用房租金的政策"),
        ("软件园租办公室有优惠吗", "资料里没有减免或补贴厂房、办公用房租金的政策"),
    ],
)
async def test_it_is_said_for_what_it_is(words: str, reason: str) -> None:
    """An advertisement, a job, a permit, rent: named, and no policy is shown."""
    answer = await Talk().say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("offtopic", ())
    assert reason in said(answer)


@pytest.mark.parametrize(
    "words",
    [
        "我要找个活人说话",
        "自动化产线改造有补贴吗",
        "招大学生来干活给补吗",
        "二类医疗器械拿到注册证奖多少",
        "智能工厂怎么申报",
        "院士工作站补多少",
        "GPU租金太贵，算力券能用吗",
        "参加海洋装备展有补贴吗",
        "GPU租金有补贴吗",
        "俺有活找能人，能人找不着活，谁给牵头",
        "药品生产许可证刚办好，厂建完了",
        "给初创企业免房租的孵化园,平度",
        "平度园子租金低赚不着,认定了有奖不",
        "租厂房做技改有补贴吗",
        "租厂房上新生产线有补贴没",
        "我们提供工业检测服务，电话13800000000，想问检测平台怎么申报",
    ],
)
async def test_a_question_about_a_policy_is_answered(words: str) -> None:
    """The same words in a question that asks for support, or for a person."""
    assert (await Talk().say(words)).intent != "offtopic", words


def test_what_is_said_to_be_absent_is() -> None:
    """No policy of the corpus speaks of rent of premises."""
    texts = ["".join((p.title, p.summary, *p.who, *p.conditions, *p.offers)) for p in the_corpus().policies.values()]
    assert [text for text in texts if "租金" in text or "房租" in text] == []


@pytest.mark.parametrize(
    ("words", "answered"),
    [
        ("海洋牧场钓鱼一天多少钱", "游玩、门票、住宿的事不归这里管"),
        ("水电费有补贴吗", "没有减免或补贴水费、电费、燃气费的政策"),
        ("我们厂电费能不能补", "没有减免或补贴水费、电费、燃气费的政策"),
    ],
)
async def test_what_is_no_matter_of_ours(words: str, answered: str) -> None:
    """Leisure, and bills that no paper pays for, are said to be that, and no policy is shown for a word in passing."""
    answer = await Talk().say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("offtopic", ())
    assert answered in said(answer)
