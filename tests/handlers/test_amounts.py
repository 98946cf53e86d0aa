"""How much a policy gives."""

from __future__ import annotations

import pytest

from bot.context import Office
from bot.person import Person
from bot.policies import Policy, Pool, Status, figures
from bot.replies import TEXT_LIMIT
from tests.corpus import the_corpus
from tests.handlers.talk import NUMBER, SUNDAY, Talk, check, everything, phones, said, written
from tests.handlers.talk import figures as sums_of

HANGS = "💰 可得360万元；规上、制造业或生物医药的话再加90万元，合计450万元\n"


async def test_every_sum_of_a_policy_is_told() -> None:
    """Where the rules fit into one message, each sum that the policy states stands in the answer, and who decides."""
    cut = 0
    for policy in everything():
        text = said(await Talk().say("能补多少", policy.id))
        assert "能不能报、给多少，由责任单位审核决定。" in text
        if "……其余" in text:
            cut += 1
        else:
            assert {float(figure) for figure in figures(policy)} <= sums_of(text), policy.id
    assert cut < 5


async def test_what_is_over_is_told_as_it_was() -> None:
    """The sums of a policy that is over are said to be those of before."""
    for policy in everything():
        over = the_corpus().status(policy, SUNDAY.date()) is Status.EXPIRED
        text = said(await Talk().say("能补多少", policy.id))
        assert ("下面是到期前的标准，现在不能再报：" in text) == over, policy.id


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("瞪羚企业奖励多少", "省工信厅首次认定的瞪羚、独角兽企业也有一定支持，金额没有写明"),
        ("独角兽企业认定奖励多少", "省工信厅首次认定的瞪羚、独角兽企业也有一定支持，金额没有写明"),
        ("履约评估给多少", "按年度履约评估结果给远洋渔业企业奖补，金额没有写明"),
    ],
)
async def test_what_is_named_and_states_no_amount_comes_first(words: str, offer: str) -> None:
    """The sums of other benefits do not stand in for what was asked: that it states none is said above them."""
    lines = said(await Talk().say(words)).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(("🔎", "💰")))
    assert lines[first : first + 2] == [f"🔎 您问的：{offer}", "同一条里写了金额的是别的："]


async def test_a_policy_without_sums() -> None:
    """Where no sum is written that is what is said, with what is offered otherwise."""
    bare = next(policy for policy in everything() if not policy.benefits and policy.offers)
    text = said(await Talk().say("能补多少", bare.id))
    assert "这项政策在资料里没有写具体金额。" in text
    assert all(f"· {offer}" in text for offer in bare.offers)


async def test_a_budget_is_nobodys_award() -> None:
    """The money of a whole scheme is said not to be one enterprise's."""
    pools = [policy for policy in everything() if any(isinstance(b, Pool) for b in policy.benefits)]
    assert pools
    for policy in pools:
        assert "不是给单个企业的数" in said(await Talk().say("能补多少", policy.id))


async def test_each_tier_has_a_line() -> None:
    """A scale of three steps and more is told step by step."""
    text = said(await Talk().say("能补多少", "q91-73"))
    assert text.count("　· ") >= 3


async def test_asked_with_the_matter() -> None:
    """单项冠军奖多少 is answered for the best policy, with close ones to tap by their numbers."""
    answer = await Talk().say("单项冠军奖多少")
    assert (answer.intent, answer.policies[0]) == ("amount", "q91-2")
    assert "国家制造业单项冠军企业奖励：200万元，一次性" in said(answer)
    if len(answer.policies) > 1:
        assert f'msgmenucontent=2&msgmenuid={answer.policies[1]}">2. ' in written(answer)


async def test_a_close_one_is_told_by_its_sums() -> None:
    """Chosen by its number, a close policy is answered with its sums too."""
    talk = Talk()
    first = await talk.say("技改能补多少")
    second = await talk.say("2")
    assert (second.intent, second.policies) == ("amount", first.policies[1:2])


async def test_which_policy() -> None:
    """Without a matter the follower is asked for one."""
    answer = await Talk().say("能补多少")
    assert (answer.intent, answer.policies) == ("amount", ())
    assert "您想问哪项政策的金额" in said(answer)


@pytest.mark.parametrize(("url", "rest"), [("https://x.cn", "……其余见全文。"), ("", "……其余请问责任单位。")])
async def test_what_does_not_fit_is_said_to_be_elsewhere(url: str, rest: str) -> None:
    """A cut answer says where the rest is, and never names a page that is not there."""
    answers = [said(await Talk(office=Office(public_url=url)).say("能补多少", policy.id)) for policy in everything()]
    cut = [text for text in answers if "……其余" in text]
    assert all(rest in text for text in cut)
    assert ("全文" in "".join(answers)) == bool(url)


ARITHMETIC = [
    ("设备投资3000万技改能补多少", "q91-1", "3000万×12%=360万元，未超一年600万元上限", "汇编第1条"),
    (
        "我们今年买设备花了8000万 能拿多少技改补贴",
        "q91-1",
        "8000万×12%=960万元，超过一年600万元上限，按600万元",
        "汇编第1条",
    ),
    ("国产替代的重大技改项目 设备投了1.2亿，最多能拿多少", "q91-1", "最多1440万元，未超2000万元上限", "汇编第1条第3句"),
    ("算力费一共付了300万，算力券补多少", "q91-18", "300万×最高20%=最多60万元，未超100万元上限", "汇编第18条"),
    (
        "我们在崂山，一年买云服务60万，能补几个钱",
        "q91-63",
        "60万×40%=24万元，超过一年20万元上限，按20万元",
        "汇编第63条",
    ),
    (
        "工厂化养殖基地改造，配套设备600万，新增总投资1200万，最多补多少",
        "xh49-38",
        "1200万×30%=360万元",
        "摘编第38条第1句",
    ),
    (
        "连片池塘300亩标准化改造总投资400万 能补多少",
        "xh49-38",
        "每亩6000元×300亩=180万元的上限，按180万元",
        "摘编第38条第2句",
    ),
    ("远洋捕的鱿鱼运回来500吨，补多少", "xh49-39", "500吨×600元=30万元", "摘编第39条"),
    (
        "我们是平度的技术合同登记服务机构 今年登记了25个亿 奖多少",
        "q91-70",
        "25×1万=25万元，超过一年20万元上限，按20万元",
        "汇编第70条",
    ),
    (
        "崂山做互联网的，1-11月营收去年12亿，今年15亿，能奖多少",
        "q91-55",
        "3亿，每满1亿奖50万：3×50万=150万元",
        "汇编第55条",
    ),
    ("平度三个产品进了山东创新工业产品目录，一共给多少", "q91-67", "3个产品×1万=3万元，未超5万元上限", "汇编第67条"),
    ("1类新药II期临床做完，研发实际投入1500万，按规定能支持多少", "q91-27", "1500万×30%=450万元", "汇编第27条第1项"),
    ("GLP过了三大项，奖多少", "q91-31", "达到三大项一档：50万元", "汇编第31条"),
]


@pytest.mark.parametrize(("text", "policy", "line", "clause"), ARITHMETIC, ids=[a[0] for a in ARITHMETIC])
async def test_the_arithmetic_in_one_line(text: str, policy: str, line: str, clause: str) -> None:
    """What was told, the product, the limit that bit or did not, the clause, the paper, who decides."""
    answer = await Talk().say(text)
    reply = said(answer)
    assert (answer.intent, answer.policies[0]) == ("amount", policy)
    assert line in reply
    assert clause in reply
    assert "按您说的：" in reply
    assert the_corpus().paper(the_corpus().policies[policy]).title in reply
    assert "能不能报、给多少，由责任单位审核决定。" in reply
    assert len(written(answer).encode()) <= TEXT_LIMIT


async def test_city_and_district_together() -> None:
    """Both parts with their arithmetic, the sum of them, and that the district goes by what the city really paid."""
    reply = said(await Talk().say("平度规上制造企业，今年技改设备投了3000万，市里加平度一共能拿多少？"))
    assert "💰 合计可得450万元" in reply
    assert "360万×25%=90万元，未超100万元上限" in reply
    assert "合计：360万元＋90万元＝450万元" in reply
    assert "实际以上级拨付的数为准" in reply


async def test_levels_that_no_text_joins() -> None:
    """The city's award and the district's for the same title are added with the doubt said."""
    reply = said(await Talk().say("崂山的平台今年新入选国家级双跨，市里区里加一起多少钱"))
    assert "合计：1000万元＋600万元＝1600万元" in reply
    assert "两级能不能都拿，文件没有写明" in reply


async def test_a_district_is_offered_where_nobody_named_one() -> None:
    """What a district in force would add can be tapped; one whose policy is over is not offered."""
    talk = Talk()
    answer = await talk.say("设备投了3000万技改能补多少")
    assert "如果企业在平度市，规上、制造业或生物医药的话，还可叠加90万元（汇编第65条）" in said(answer)
    assert "高新区" not in said(answer)
    assert HANGS in said(await talk.say("平度市", "q91-1"))


async def test_what_is_over_is_left_out_and_named() -> None:
    """The city's 5G factory award ended: Laoshan's counts, the city's is told with what it gave."""
    reply = said(await Talk().say("崂山企业新认定5G工厂，现在一共能领多少"))
    assert "💰 可得60万元" in reply
    assert "没有计入（到期前可给100万元，汇编第35条）" in reply


async def test_where_the_policy_at_hand_is_over() -> None:
    """What the city gives still counts, and the district's share is named as over."""
    reply = said(await Talk().say("市级和区级的技改能不能一起拿，投了3000万，在高新区"))
    assert "💰 可得360万元" in reply
    assert "高新区的「鼓励企业加大技术改造力度」已到期，没有计入（到期前可给180万元，汇编第80条）" in reply


async def test_several_matters_in_one_question() -> None:
    """Each is worked out by its own policy, and whether they go together is left to the desk."""
    answer = await Talk().say("平度的小巨人和高企，首次，规上，一共能拿多少")
    assert "合计：30万元＋15万元＝45万元" in said(answer)
    assert "几项能不能同时拿，请先问责任单位" in said(answer)
    assert set(answer.policies[:2]) == {"q91-68", "q91-69"}


async def test_a_case_told_without_a_question() -> None:
    """Nothing but facts of one matter asks for its sum."""
    assert HANGS in said(await Talk().say("设备投资：３０００万元；所在地：平度"))


async def test_as_of_a_year() -> None:
    """A sum of an earlier year is worked out by what was in force then."""
    then = said(await Talk().say("2025年崂山企业新认定5G工厂一共能领多少"))
    assert "合计：100万元＋60万元＝160万元" in then
    before = said(await Talk().say("2023年技改投了3000万能拿多少"))
    assert "2023年不在有效期内，不能这样算" in before


async def test_a_policy_that_is_over() -> None:
    """Its sum is told as what it would have been."""
    reply = said(await Talk().say("高新区企业拿了市里技改奖补400万，区里还能再配多少"))
    assert "现在不能再报，下面按到期前的标准算：" in reply
    assert "💰 到期前可得200万元" in reply


@pytest.mark.parametrize("policy", [policy for policy in everything() if policy.restates], ids=lambda p: p.id)
async def test_the_same_money_is_never_added(policy: Policy) -> None:
    """A restatement stands for what it restates, whichever is asked for."""
    for words in (f"{policy.district}{policy.title}，设备投了3000万，国家级，能补多少", "能补多少"):
        reply = said(await Talk().say(words, policy.id))
        assert "合计" not in reply


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("技改投了负3000万补多少", "不能是负数"),
        ("技改投了200-300万，能补多少", "是个范围"),
        ("设备投了9万亿，技改能补多少", "大得不像一家企业的数"),
        ("设备投了3000，技改能补多少", "没有带单位"),
        ("技改设备3000万，设备5000万，能补多少", "对不上"),
    ],
)
async def test_a_figure_that_cannot_be_is_asked_about(text: str, told: str) -> None:
    """No sum is told, and the question is put again with an example."""
    answer = await Talk().say(text)
    assert told in said(answer)
    assert "比如“设备投了3000万”" in said(answer)
    assert "可得" not in said(answer)


async def test_what_their_facts_fail() -> None:
    """The need that stands against it is told beside what they said, and no sum."""
    reply = said(await Talk().say("营收10亿 平度 倍增 奖多少"))
    assert "年营业收入10亿元，还没到最低一档“首次超过10亿元”" in reply
    assert "可得" not in reply
    small = said(await Talk().say("连片池塘100亩标准化改造总投资400万 能补多少"))
    assert "要求池塘面积200亩（含）以上；您说的是池塘面积100亩" in small


async def test_the_rules_without_figures_ask_for_one() -> None:
    """Without facts all rules are listed, and what would make a sum of them is asked with an example."""
    reply = said(await Talk().say("技改能补多少"))
    assert "💰 技术改造奖补：年度设备投资额×12%，一家一年最多600万元" in reply
    assert "🧮 告诉我就能算：设备投资额是多少？" in reply


async def test_every_policy_takes_whatever_is_told() -> None:
    """Figures of every kind said of every policy give an answer within the limit, and no phone from nowhere."""
    for policy in everything():
        text = f"{policy.title}，营收6亿，设备3000万，固投8000万，总投资5000万，研发900万，国家级，首次，能补多少"
        answer = await Talk().say(text, policy.id)
        assert len(written(answer).encode()) <= TEXT_LIMIT
        assert set(NUMBER.findall(said(answer).replace(the_corpus().version, ""))) <= phones()


async def test_what_is_kept_of_the_enterprise_is_used() -> None:
    """Facts they agreed to have kept count, and are named as theirs."""
    talk = Talk()
    talk.person = Person(facts={"district": "平度市"}, consented=1.0)
    reply = said(await talk.say("设备投了3000万技改能补多少"))
    assert "按“我的企业”：平度市" in reply
    assert HANGS in reply
    talk.person = Person(facts={"district": "平度市"})
    assert "合计" not in said(await Talk().say("设备投了3000万技改能补多少"))


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("设备2000万", "q91-1"),
        ("2000w设备", "q91-1"),
        ("2000万的设备", "q91-1"),
        ("黄岛设备2000w", "xh49-22"),
        ("2000w设备 黄岛", "xh49-22"),
    ],
)
async def test_a_thing_beside_its_price(text: str, policy: str) -> None:
    """A thing and what it costs, without any verb, is something bought: the sum is worked out."""
    answer = await Talk().say(text)
    check(answer, text)
    assert answer.policies[0] == policy
    assert "可得240万元" in said(answer)


async def test_what_is_asked_of_another_matter_is_no_fact_of_the_last() -> None:
    """科技型中小企业 is a fact of some policy, and with 有奖吗 a question of its own."""
    talk = Talk()
    await talk.say("招博士后给多少")
    assert (await talk.say("科技型中小企业入库有奖吗")).policies[0] == "xh49-27"


async def test_a_count_told_beside_a_matter_is_remembered() -> None:
    """养海参 有200亩, then what was spent: the sum is worked out and the area not asked for again."""
    talk = Talk()
    await talk.say("海参养殖 有200亩")
    answer = await talk.say("池塘改造花了60万")
    check(answer, "60万，36万，上限120万")
    assert "可得36万元" in said(answer)
    assert "池塘面积200亩" in said(answer)


@pytest.mark.parametrize("words", ["标准展位9800元给报多少", "标准展位费9800元能补多少"])
async def test_a_stand_at_a_fair_is_no_equipment(words: str) -> None:
    """标准 of the stand is not the standard that a project has to meet."""
    answer = await Talk().say(words)
    check(answer)
    assert answer.policies == ()
    assert "设备投资额" not in said(answer)


@pytest.mark.parametrize("grown", ["", "增长 20% ", "同比涨了20%，", "增速20% "])
async def test_how_much_it_grew_picks_no_share(grown: str) -> None:
    """A growth by 20% is no support of 20%, and what is over never leads by it."""
    answer = await Talk().say(f"研发费用 350万 {grown}补多少")
    check(answer)
    assert answer.policies[0] == "q91-71"
    assert "70万" not in said(answer)


async def test_machines_of_a_trade_are_equipment_and_what_falls_short_is_no_sum() -> None:
    """三台注塑机花了260万 is worked out; 不够500万 is not reckoned with as 500万."""
    talk = Talk()
    assert "260万×12%=31.2万元" in said(await talk.say("买了三台注塑机花了260万能补多少"))
    assert "60万元" not in said(await talk.say("不够500万是吧"))


@pytest.mark.parametrize("words", ["规上还没到", "规上没到", "还没规上", "不算规上"])
async def test_who_is_not_yet_of_scale_is_not_of_scale(words: str) -> None:
    """规上还没到 denies it: what is for enterprises of scale is not counted."""
    talk = Talk()
    await talk.say("设备花了600万，平度的")
    text = said(await talk.say(words))
    assert "可得72万元" in text
    assert "90万" not in text
