"""A question about a matter: the card, a choice, conditions, what is related."""

from __future__ import annotations

import re

import pytest

from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, check, everything, said, written


@pytest.mark.parametrize(
    "asked", ["技改", "技术改造", "厂里换了新设备能补钱吗", "買新設備有補貼嗎", "jigai", "技 改 补 贴"]
)
async def test_a_matter_gets_its_card(asked: str) -> None:
    """However it is put, the matter gets the card of its policy first."""
    answer = await Talk().say(asked)
    assert answer.policies[0] == "q91-1", said(answer)
    assert "【鼓励企业设备更新和技术改造】" in said(answer) or "1. 鼓励企业设备更新和技术改造" in said(answer)


async def test_even_ones_are_a_choice() -> None:
    """Where several fit as well a list is shown instead of a guess, and the number brings the card."""
    found = 0
    for policy in everything():
        talk = Talk()
        answer = await talk.say(policy.keywords[0] if policy.keywords else policy.title)
        if "与您问的相近的政策共" not in said(answer):
            continue
        found += 1
        chosen = await talk.say("2")
        assert (chosen.intent, chosen.policies[0]) == ("policy", answer.policies[1])
    assert found


async def test_conditions_of_every_policy() -> None:
    """Who qualifies and on what conditions is told in full, with the desk that says when to apply."""
    for policy in everything():
        answer = await Talk().say("申报条件", policy.id)
        check(answer)
        text = said(answer)
        assert all(f"· {who}" in text for who in policy.who), policy.id
        assert all(f"· {condition}" in text for condition in policy.conditions), policy.id
        assert "申报材料和时间资料里没有写" in text


async def test_conditions_of_a_matter() -> None:
    """Asked with the matter they need no card before."""
    answer = await Talk().say("单项冠军申报条件")
    assert (answer.intent, answer.policies[0]) == ("policy", "q91-2")
    assert "👤 谁能报：" in said(answer)


@pytest.mark.parametrize("asked", ["考驾照要什么条件", "北京的申报条件", "足球俱乐部的申请条件"])
async def test_conditions_of_something_else(asked: str) -> None:
    """After a card, conditions of a foreign matter are not answered with the card's."""
    talk = Talk()
    await talk.say("技改")
    assert (await talk.say(asked)).intent == "offtopic"


async def test_related_ones() -> None:
    """相关政策 lists exactly what the corpus relates, those in force first, or says that there is nothing."""
    for policy in everything():
        answer = await Talk().say("相关政策", policy.id)
        check(answer)
        assert set(answer.policies) == set(policy.related)
        if not policy.related:
            assert "没有" in said(answer)
        marks = re.findall(r"·([^·）]+)）$", said(answer), re.MULTILINE)
        assert marks == sorted(marks, key=lambda mark: mark == "已到期")


async def test_without_a_card_nothing_is_related() -> None:
    """相关政策 and 申报条件 out of the blue mean nothing in particular."""
    for words in ("相关政策", "申报条件"):
        assert (await Talk().say(words)).policies == ()


async def test_the_focus_moves_with_the_talk() -> None:
    """Each card is what the next words are about; a list alone does not take that away."""
    talk = Talk()
    await talk.say("技改")
    await talk.say("单项冠军")
    assert (await talk.say("申报条件")).policies[0] == "q91-2"
    assert talk.conversation is not None
    assert talk.conversation.focus == "q91-2"
    assert the_corpus().policies["q91-2"].title in said(await talk.say("能补多少"))


@pytest.mark.parametrize("words", ["全文", "详细", "再说一遍"])
async def test_once_more(words: str) -> None:
    """The card of the policy at hand comes again, with the link to its page; without one there is nothing to repeat."""
    talk = Talk()
    await talk.say("q91-1")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies == ("q91-1",)
    assert "/p/q91-1" in written(answer)
    assert (await Talk().say(words)).intent == "offtopic"


@pytest.mark.parametrize("words", ["能说简单点吗", "说简单点", "太长了", "说人话"])
async def test_in_short(words: str) -> None:
    """The summary and the desks, and no more."""
    answer = await Talk().say(words, "q91-1")
    check(answer)
    policy = the_corpus().policies["q91-1"]
    assert policy.summary in said(answer)
    assert policy.contacts[0].phone in said(answer)
    assert "💰" not in said(answer)


async def test_whoever_says_who_they_are_is_answered_by_what_they_ask() -> None:
    """A name before the question is no matter, however much of it sounds like one."""
    for asked in ("我是鲁企数控的小王，想问小巨人", "我们公司叫青岛海华机械，想申请小巨人"):
        answer = await Talk().say(asked)
        assert answer.policies[0] == "q91-69", asked


async def test_may_we_apply_picks_by_what_they_are() -> None:
    """Several fit 小巨人我们能报吗: those in force to choose from, and the choice is judged, not just shown."""
    talk = Talk()
    text = said(await talk.say("小巨人我们能报吗"))
    assert "已到期" not in text
    assert "👉 企业在哪个区（市）？" in said(await talk.say("1"))


@pytest.mark.parametrize(
    ("words", "then", "told"),
    [
        ("俺想换几台数控车床 大概八百万", "那俺能补多少", "可得96万元"),
        ("我们是崂山的软件公司，今年招了18个双一流应届生 培训费能补吗", "能补多少", "最多可得9万元"),
        ("鱿鱼拉回来给钱不", "三百吨", "可得18万元"),
        ("医疗器械三类证还没下来 临床做完了", "投了两千万研发", "您说的是还没有取得"),
    ],
)
async def test_a_case_that_was_told_is_worked_out_when_the_sum_is_asked_for(words: str, then: str, told: str) -> None:
    """What somebody said of their own case beside a card need not be said again."""
    talk = Talk()
    check(await talk.say(words))
    assert told in said(await talk.say(then))


async def test_together_is_no_sum() -> None:
    """一块 beside a case makes no yuan of it, and asking again changes no sum."""
    talk = Talk()
    await talk.say("虾池子二百五十亩连片改造 花了一百五十万能报多少")
    assert "0.6元" not in said(await talk.say("尾水也一块弄了"))
    talk = Talk()
    await talk.say("虾池子三百亩想改造 花了二百万")
    assert "可得120万元" in said(await talk.say("给多少"))


@pytest.mark.parametrize("words", ["银行不给我贷款怎么办", "银行不肯贷款", "贷款批不下来咋整"])
async def test_who_is_refused_a_loan(words: str) -> None:
    """What helps private enterprises to loans comes first, not what is for one trade."""
    assert (await Talk().say(words)).policies[0] == "xh49-18"


@pytest.mark.parametrize(("word", "policy"), [("海域使用金", "xh49-14"), ("即申即享", "xh49-34")])
async def test_what_has_the_word_in_its_title_is_meant(word: str, policy: str) -> None:
    """A rare word alone means the policy that is called so: it is shown, with the others below."""
    answer = await Talk().say(word)
    check(answer)
    assert answer.policies[0] == policy
    assert said(answer).startswith("【")


@pytest.mark.parametrize("words", ["太长了看不懂你说简单点", "你说简单点", "看不懂 说人话"])
async def test_in_short_in_many_words(words: str) -> None:
    """As people speak it, one wish after another."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say(words)
    assert answer.policies == ("q91-1",)
    assert "👤" not in said(answer)


@pytest.mark.parametrize("words", ["你再说一遍", "麻烦再说一遍", "请再发一遍"])
async def test_again_to_somebody(words: str) -> None:
    """Whom it is said to changes nothing."""
    talk = Talk()
    await talk.say("技改")
    assert (await talk.say(words)).policies == ("q91-1",)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("我们做VR零部件 不做整机，建厂房买设备补两成吗", "q91-43"),
        ("买新能源车免购置税的政策", "xh49-19"),
        ("俺厂老机器换新滴 公家给贴补不", "q91-1"),
        ("slq怎么领", "q91-18"),
    ],
)
async def test_the_nearest_comes_first(words: str, first: str) -> None:
    """Parts makers, buyers of cars, old machines and initials find the policy that is for them."""
    assert (await Talk().say(words)).policies[0] == first


async def test_initials_of_a_topic_put_what_is_over_last() -> None:
    """A topic that is said by its initials alone is listed as by its name: what is in force before what is over."""
    for words in ("zjtx", "slq有哪些"):
        answer = await Talk().say(words)
        over = [the_corpus().is_over(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies]
        assert over == sorted(over), words


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("那个绿色工厂的牌子拿下来是不是有五十万块钱啊你给我说说", "q91-14"),
        ("新成立一家做传感器的公司进高新区仪表园，设备补20%是吧", "q91-53"),
        ("没进科技型中小企业库，去大学做检测有券吗", "xh49-28"),
        ("还没进科技型中小企业库，买检测服务有券吗", "xh49-28"),
        ("我们不在科技型中小企业库里，去大学做检测有券吗", "xh49-28"),
        ("进了科技型中小企业库，去大学做检测有券吗", "xh49-27"),
        ("我们做AI质检的，想找工厂场景试用，市里有没有需求清单", "q91-16"),
        ("平度规下小厂 去年营收八百来万 今年涨了一成多 有奖吗", "q91-75"),
    ],
)
async def test_what_is_told_picks_the_first(asked: str, first: str) -> None:
    """A sum or share that is named, a fact that is told, and what is in force decide which policy leads."""
    answer = await Talk().say(asked)
    check(answer, asked)
    assert answer.policies[0] == first


async def test_what_was_not_asked_stands_last() -> None:
    """Who takes part and does not lead is told first what they get, and of whose laboratory."""
    text = said(await Talk().say("全国重点实验室我们是参与单位不是牵头，有钱吗"))
    theirs = "· 参与其他省市全国重点实验室建设奖补：最高300万元"
    assert text.index(theirs) < text.index("· 全国重点实验室牵头组建单位奖补")


async def test_what_it_rests_on_is_said() -> None:
    """What of the digest rests on the city's papers is not said to be for one district alone; what is its own is."""
    for asked in ("新能源车购置税减免还有吗", "知识产权质押贷款的利息补不补", "先投后股怎么个投法"):
        text = said(await Talk().say(asked))
        assert "摘自西海岸新区的政策摘编" in text
        assert "只给西海岸新区" not in text
    assert "只给西海岸新区的企业" in said(await Talk().say("大型仪器共享创新券"))


async def test_what_was_asked_of_stands_there() -> None:
    """A word of theirs that stands in what the paper offers is answered with that."""
    assert "数字技能类职业" in said(await Talk().say("听说企业搞技能培训政府给补贴，数字技能的算不算"))
    assert "按“一事一议”办理" in said(await Talk().say("想在黄岛投个重大产业化项目，能不能一事一议谈"))
    assert "没有“先进技术产品持有单位”这个条件" in said(await Talk().say("算力劵黄岛企业能不能领"))
    assert "建设费用×20%，最高300万元" in said(await Talk().say("标识解析二级节点今年刚接上国家顶级节点"))


@pytest.mark.parametrize(
    ("words", "policy"), [("作价入股有政策吗", "xh49-25"), ("只能工厂", "q91-3"), ("种子轮融资能补吗", "xh49-15")]
)
async def test_what_is_named_by_no_word_is_answered_by_what_is_in_force(words: str, policy: str) -> None:
    """Pieces of words, a slip of the ear, a name that policies have no word of: what is over does not lead."""
    answer = await Talk().say(words)
    assert answer.policies[0] == policy
    assert "已于" not in said(answer).split("\n")[1]
