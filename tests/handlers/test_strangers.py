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
        ("危化品经营许可证过期了怎么换证", "是审批、备案的事"),
        ("机床坏了，哪里能维修", "报修、维修不归这里管"),
        ("电梯故障报修电话", "报修、维修不归这里管"),
        ("我司是做投资基金的，想上门拜访", "不接招展"),
        ("儿子大专毕业求一份工作", "不介绍工作"),
        ("办公室租赁费减免吗", "资料里没有减免或补贴厂房、办公用房租金的政策"),
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


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("旧设备坏了，维修花300万，能拿多少技改", "q91-1"),
        ("机器坏了要换，维修费算设备投资吗", "q91-1"),
        ("机床故障率高 找谁维修 换新", "q91-1"),
        ("我们搞设备故障诊断和远程维修服务的，服务型制造给多少", "q91-13"),
        ("海洋化妆品原料生产备案怎么拿30万", "xh49-43"),
        ("食品生产许可涉海新食品原料怎么领50万", "xh49-43"),
        ("生产许可到期 换设备 技改 给钱吗", "q91-1"),
        ("技改项目安全许可办理流程", "q91-1"),
        ("我公司想和您洽谈重大技改项目", "q91-1"),
        ("应聘院士工作站", "xh49-32"),
        ("博士后出站来青岛找工作给多少钱", "xh49-32"),
        ("引进人才找工作多少钱", "q91-22"),
        ("高校毕业生应聘到我们厂每人给多少", "q91-60"),
        ("早鸟计划 人才引进", "q91-22"),
    ],
)
async def test_who_names_a_policy_or_asks_for_a_sum_is_answered(words: str, policy: str) -> None:
    """A repair, a permit, a visit, a job beside it turns nobody away."""
    answer = await Talk().say(words)
    check(answer, words)
    assert answer.policies[0] == policy


@pytest.mark.parametrize(
    "words",
    [
        "设备故障预测性维修系统投了300万 给多少",
        "拿到药品生产许可怎么领钱",
        "网络安全备案 智能工厂 材料",
        "设备租赁费补贴多少",
        "光地自动化改造5万元",
        "本公司想投资10亿建新能源汽车厂，盼与您面谈落户",
        "我们是外地企业想来平度投资建厂，能否当面洽谈",
        "设备老坏，想技改",
        "设备融资租赁有补贴吗",
    ],
)
async def test_something_of_it_is_shown(words: str) -> None:
    """Support is asked for, or somebody comes to invest: policies are shown and not the door."""
    answer = await Talk().say(words)
    check(answer, words)
    assert answer.policies


async def test_a_guest_without_a_policy_is_led_to_people() -> None:
    """Who wants to come and meet is told how to reach somebody."""
    answer = await Talk().say("我们外地企业想迁到青岛，能否面谈")
    check(answer)
    assert answer.intent == "help"
    assert "回复人工" in said(answer)
    assert "12345" in said(answer)


async def test_a_machine_tool_is_no_work() -> None:
    """工作母机 is looked for by an enterprise, not by somebody without work."""
    assert "不介绍工作" not in said(await Talk().say("我们公司是做软件的，想找工作母机的项目"))


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("求职的，别再给我发了", "unsubscribe"),
        ("房租减免 不要了 退订", "unsubscribe"),
        ("机器坏了没人管维修，我要投诉", "complaint"),
        ("厂房租金没减免，我要投诉", "complaint"),
        ("食品许可怎么还没办下来，投诉", "complaint"),
        ("我司想上门拜访，请转人工", "staff"),
    ],
)
async def test_what_is_said_to_the_account_goes_first(words: str, intent: str) -> None:
    """Leaving, a complaint, a call for a person: kept and answered as that, whatever it is about."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer, words)
    assert answer.intent == intent
    assert [remark.text for remark in talk.remarks] == ([] if intent == "unsubscribe" else [words])
