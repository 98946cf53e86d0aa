"""我能报什么: what fits, what hangs on a fact, what does not and why; one question at a time."""

from __future__ import annotations

import re

import pytest

from bot.conversation import REMEMBERED
from bot.policies import Status
from bot.replies import Answer
from handlers.eligibility import WHY
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, at, check, said, written

LAOSHAN = "我们崂山的软件公司，规上，营收5个亿，有高企，能报什么"
ENTRY = re.compile(r"^(\d+)\. ([✅❓❌]) (.+?)（(.+?)[，）]", re.MULTILINE)
CAVEAT = "以责任单位审核为准"


def entries(answer: Answer) -> list[tuple[str, str]]:
    """Mark and level of each line of a page."""
    return [(mark, level) for _, mark, _, level in ENTRY.findall(said(answer))]


def question(answer: Answer) -> str:
    """The fact that is asked for."""
    return next((line for line in said(answer).splitlines() if line.startswith("👉")), "")


@pytest.mark.parametrize(
    "words",
    [
        "我能报什么",
        "我们符合哪些",
        "我们厂能申请啥",
        "看看我够不够格",
        "俺能领哪些补贴",
        "我们公司可以申报哪些政策？",
        "适合我们的有哪些",
        "推荐几个适合我们的政策",
        "我的企业能报什么",
        "能报啥",
    ],
)
async def test_of_whom_nothing_is_known(words: str) -> None:
    """The district is asked first, with choices to tap and a way round; no policy is guessed."""
    answer = await Talk().say(words)
    check(answer)
    assert (answer.intent, answer.policies) == ("list", ())
    assert question(answer) == "👉 企业在哪个区（市）？"
    assert "崂山区 ｜ 平度市 ｜ 高新区 ｜ 西海岸新区 ｜ 其他区（市） ｜ 跳过" in said(answer)
    assert CAVEAT in said(answer)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("崂山区能申请哪些", "list"),
        ("技改能报什么", "policy"),
        ("我能订阅什么", "subscribe"),
        ("我能问什么", "help"),
        ("我要投诉，问我们能报什么都没人理", "complaint"),
        ("公司在济南，我们能报什么", "offtopic"),
        ("俺平度的厂能沾光的，甭管啥，都给俺拉个单子", "list"),
        ("2024年能不能报技改", "expiry"),
    ],
)
async def test_other_questions_stay_what_they_are(words: str, intent: str) -> None:
    """A district's list, a matter, another city, the account itself: none is taken for a question of oneself."""
    answer = await Talk().say(words)
    assert answer.intent == intent
    assert "条件对得上" not in said(answer)
    assert not question(answer).startswith("👉 企业")


async def test_several_facts_in_one_message() -> None:
    """All are taken: first what fits, by its most, then what hangs on one fact; no percentages anywhere."""
    talk = Talk()
    answer = await talk.say(LAOSHAN)
    check(answer, LAOSHAN)
    assert said(answer).startswith("按您说的（崂山区、软件和互联网、规上、年营业收入5亿元）：")
    assert {"district", "sector", "scale", "turnover"} == set(talk.conversation.facts if talk.conversation else ())
    marks = [mark for mark, _ in entries(answer)]
    assert marks == sorted(marks, key="✅❓".index)
    assert "q91-55" in answer.policies
    assert "您还说到“高企”：看相关政策" in said(answer)
    assert "%" not in said(answer)
    districts = {the_corpus().policies[policy].district for policy in answer.policies}
    assert districts == {"崂山区", "市"}


async def test_what_is_ruled_out_gives_no_maximum() -> None:
    """Growth of large firms gives up to 3 million from a turnover of a billion on: not to a firm of 500 million."""
    assert "促进高成长软件企业持续发展（崂山区，最高250万元）" in said(await Talk().say(LAOSHAN))
    large = said(await Talk().say(LAOSHAN.replace("5个亿", "12亿")))
    assert "促进高成长软件企业持续发展（崂山区，最高300万元）" in large


async def test_one_fact_at_a_time() -> None:
    """Each answer settles more; what could not be told is not asked again; in the end nothing is asked."""
    talk = Talk()
    answer = await talk.say("我能报什么")
    asked = []
    for reply in ("崂山", "软件", "规上", "跳过", "没有"):
        asked.append(question(answer))
        answer = await talk.say(reply)
        check(answer, reply)
    assert len(set(asked)) == len(asked)
    assert "年营业收入" in asked[3]
    assert question(answer) == ""
    assert talk.conversation
    assert talk.conversation.skipped == ("turnover",)
    assert talk.conversation.facts == {
        "district": "崂山区",
        "sector": "软件和互联网",
        "scale": "规上",
        "certified": "否",
    }


@pytest.mark.parametrize("words", ["不清楚", "跳过", "不知道", "说不清", "我不想说"])
async def test_a_question_may_be_skipped(words: str) -> None:
    """The next one comes."""
    talk = Talk()
    await talk.say("我能报什么")
    assert question(await talk.say(words)) == "👉 企业做哪一行？"


@pytest.mark.parametrize(
    ("reply", "district"), [("胶州", "其他区（市）"), ("都不是", "其他区（市）"), ("黄岛", "西海岸新区")]
)
async def test_a_district_by_any_name(reply: str, district: str) -> None:
    """By what people call it, or as none of those named."""
    talk = Talk()
    await talk.say("我能报什么")
    await talk.say(reply)
    assert talk.conversation
    assert talk.conversation.facts == {"district": district}


async def test_a_nod_is_no_fact() -> None:
    """好的 after a question of yes and no is politeness, and 没有 an answer."""
    talk = Talk()
    assert "贯标" in question(await talk.say(LAOSHAN))
    assert (await talk.say("好的")).intent == "greeting"
    assert talk.conversation
    assert "certified" not in talk.conversation.facts
    await talk.say("没有")
    assert talk.conversation.facts["certified"] == "否"


async def test_a_figure_nobody_can_reckon_with() -> None:
    """A range is asked about, and not taken for either end."""
    talk = Talk()
    answer = await talk.say("我们规上的软件公司，营收5亿到6亿，能报什么")
    assert "年营业收入" in said(answer)
    assert "是个范围" in said(answer)
    assert talk.conversation
    assert talk.conversation is not None
    assert "turnover" not in talk.conversation.facts


@pytest.mark.parametrize(
    ("words", "name"),
    [("设备买了两千万", "设备投资额"), ("研发两千万", "实际投入研发费用"), ("厂房两千万", "固定资产投资额")],
)
async def test_a_figure_of_another_fact_is_no_answer(words: str, name: str) -> None:
    """A sum told with the word of another fact is not taken for the turnover that was asked for: it is reckoned with
    as what it is, or asked about."""
    talk = Talk()
    await talk.say("我们是平度的规上制造企业，能报什么")
    while "年营业收入" not in question(answer := await talk.say("跳过")):
        assert question(answer)
    text = said(await talk.say(words))
    assert "年营业收入2000万元" not in text
    assert name in text
    assert talk.conversation is not None
    assert "turnover" not in talk.conversation.facts


async def test_pages() -> None:
    """更多 goes on by number to the end, every policy once, and 返回 comes back to the beginning."""
    talk = Talk()
    answer = await talk.say(LAOSHAN)
    named = answer.policies
    numbers = [int(number) for number, *_ in ENTRY.findall(said(answer))]
    while "更多" in said(answer):
        answer = await talk.say("更多")
        check(answer)
        assert answer.policies == ()
        numbers += [int(number) for number, *_ in ENTRY.findall(said(answer))]
    assert numbers == list(range(1, len(named) + 1))
    assert (await talk.say("返回")).policies == named


async def test_why_not() -> None:
    """Those that do not fit stand with what they ask for: first what more than the place decides."""
    talk = Talk()
    await talk.say(LAOSHAN)
    answer = await talk.say("为什么不行")
    check(answer)
    assert f"不符合的共{len(answer.policies)}条" in said(answer)
    assert "支持远洋渔业发展（市级）要求行业：海洋渔业" in said(answer)
    assert {mark for mark, _ in entries(answer)} == {"❌"}
    assert (await talk.say(WHY)).policies == answer.policies
    levels = [level for _, level in entries(answer)]
    assert levels == sorted(levels, key=lambda level: level != "市级")
    assert "接着第" in said(await talk.say("更多"))


async def test_what_asks_nothing_of_the_enterprise() -> None:
    """It is told apart, since nothing they said speaks for it, and can be looked at."""
    talk = Talk()
    first = await talk.say(LAOSHAN)
    assert "q91-1" not in first.policies
    answer = await talk.say("不挑企业的有哪些")
    assert "q91-1" in answer.policies
    assert not set(answer.policies) & set(first.policies)
    check(answer)


async def test_nothing_over_is_offered() -> None:
    """What has ended is counted and not listed, on any day; nothing of another district is listed as fitting."""
    for day in ("2025-01-15", "2026-11-22", "2027-03-01"):
        talk = Talk(now=at(day))
        answer = await talk.say("我们平度的制造企业，规上，能报什么")
        for policy_id in answer.policies:
            policy = the_corpus().policies[policy_id]
            assert the_corpus().status(policy, at(day).date()) is not Status.EXPIRED
            assert policy.district in ("平度市", "市")
        assert answer.policies


async def test_a_number_shows_its_conditions() -> None:
    """A policy of the list, tapped or by number, is answered with every condition, met, failed or open."""
    talk = Talk()
    first = await talk.say(LAOSHAN)
    policy_id = "q91-55"
    number = str(first.policies.index(policy_id) + 1)
    for answer in (await talk.say(number), await talk.say(number, policy=policy_id)):
        check(answer)
        assert answer.policies == (policy_id,)
        assert "✅ 所在区（市）：崂山区\n✅ 行业：软件和互联网" in said(answer)
        assert "❌ 软件和互联网大企业营收增量奖励" in said(answer)
        assert "❓ 月度纳统奖励" in said(answer)
        assert "88999176" in said(answer)
        assert CAVEAT in said(answer)
    assert "接着第" in said(await talk.say("更多"))


async def test_a_named_policy() -> None:
    """平度技改我们能报吗: its conditions, what is told so far, and the next fact; the last one settles it."""
    talk = Talk()
    answer = await talk.say("平度技改我们能报吗")
    check(answer)
    assert answer.policies[0] == "q91-65"
    assert "✅ 所在区（市）：平度市\n❓ 规上\n❓ 行业：制造业或生物医药\n❓ 设备投资额超过500万元" in said(answer)
    answer = await talk.say("我们规上，制造业")
    assert "👉 设备投资额是多少？" in said(answer)
    settled = said(await talk.say("800万"))
    assert "按您说的，能对照的都对得上；是不是下面写的对象、条件，还要看：" in settled
    assert "· 奖励叠加在上级补助之上，以上级补助额为计算基数" in settled


async def test_a_named_policy_that_is_not_for_them() -> None:
    """What fails stands with what they said; exactly the bound is not above it."""
    talk = Talk()
    await talk.say("平度技改我们能报吗")
    answer = await talk.say("我们规上，制造业，设备投了500万")
    assert "按您说的，报不了这一项" in said(answer)
    assert "❌ 设备投资额超过500万元（您：500万元）" in said(answer)
    check(answer, "500万")


async def test_a_project_told_for_one_policy_is_not_anothers() -> None:
    """The equipment of one matter is no fact of the enterprise: it decides nothing in the list."""
    talk = Talk()
    await talk.say("平度技改我们能报吗")
    await talk.say("我们规上，制造业，设备投了100万")
    answer = await talk.say("我们能报什么")
    assert "设备投资额" not in said(answer).splitlines()[0]
    assert "q91-65" in answer.policies


async def test_a_policy_that_asks_nothing_shows_whom_it_is_for() -> None:
    """Where no condition can be marked, the paper's own are told, and no verdict."""
    answer = await Talk().say("算力券我们能报吗")
    assert "条件对得上" not in said(answer)
    assert "👤 谁能报" in said(answer)


async def test_what_was_told_is_forgotten_after_half_an_hour() -> None:
    """Within it the same question is answered with what was told; then the district is asked again."""
    talk = Talk()
    await talk.say(LAOSHAN)
    talk.now = at("2026-11-22T10:20")
    assert "崂山区、软件和互联网" in said(await talk.say("我们能报什么"))
    talk.now = SUNDAY.fromtimestamp(talk.now.timestamp() + REMEMBERED, talk.now.tzinfo)
    assert question(await talk.say("我们能报什么")) == "👉 企业在哪个区（市）？"


async def test_every_answer_fits_one_message() -> None:
    """Whatever they are, the list with its question is not cut by the platform."""
    for district in ("崂山", "平度", "高新区", "西海岸", "城阳"):
        for sector in ("制造企业", "软件公司", "生物医药", "海洋渔业", "贸易公司"):
            talk = Talk()
            for words in (f"我们是{district}的{sector}，能报什么", "规上", "更多", "为什么不行", "不挑企业的有哪些"):
                answer = await talk.say(words)
                check(answer, words)
                assert written(answer)


async def test_the_words_of_the_links_can_be_typed() -> None:
    """看看 and 为什么 after such a list are those of its links, and 都有哪些是能报的 asks for it again."""
    for typed, answered in (("看看", "不挑企业"), ("为什么", "不符合的共"), ("都有哪些是能报的", "按您说的（崂山区")):
        talk = Talk()
        await talk.say("我们是崂山的规上软件公司，能报什么")
        assert answered in said(await talk.say(typed)), typed


async def test_a_trade_is_heard_beside_what_belongs_to_a_project() -> None:
    """机械 and 仪器仪表 are manufacturing, and research spent beside them does not end in an expired park."""
    for asked in (
        "我们在崂山，做仪器仪表的，营收8000万，研发投入500万，能报什么",
        "我们公司是平度做机械的，规上，能报什么",
    ):
        assert "、制造业" in said(await Talk().say(asked)).splitlines()[0]


@pytest.mark.parametrize(
    ("words", "topic", "first"),
    [
        ("我们是城阳的制造企业，规上，能报什么", "技术改造", "鼓励企业设备更新和技术改造"),
        ("我们公司在胶州，能报什么", "技术改造", "鼓励企业设备更新和技术改造"),
        ("我们是崂山的软件公司，规上，能报什么", "算力", "提供普惠算力服务"),
    ],
)
async def test_what_asks_nothing_of_them_is_named_by_their_trade(words: str, topic: str, first: str) -> None:
    """What a trade does most is not hidden behind a count, and stands first behind it."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer, words)
    assert f"条（{topic}、" in said(answer)
    page = await talk.say("不挑企业的有哪些")
    check(page)
    assert f"1. ✅ {first}" in said(page)
