"""我的企业: told, read back, kept with consent, changed one by one, forgotten."""

from __future__ import annotations

import pytest

from bot.person import Facts, Person
from tests.handlers.talk import Talk, at, check, said

PINGDU = "我们是平度的规上制造企业，去年营收3亿"
TOLD: Facts = {"district": "平度市", "sector": "制造业", "scale": "规上", "last_turnover": 3e8}
OFFER = "存成“我的企业”"


async def kept(*words: str) -> Talk:
    """A talk with what was said and kept."""
    talk = Talk()
    for text in (*words, "同意保存"):
        check(await talk.say(text), "".join(words))
    assert talk.person.consented == talk.now.timestamp()
    return talk


async def test_facts_are_read_back_and_consent_is_asked() -> None:
    """Nothing is kept before they agree."""
    talk = Talk()
    answer = await talk.say(PINGDU)
    check(answer, PINGDU)
    assert answer.policies == ()
    assert "· 所在区（市）：平度市\n· 行业：制造业\n· 规上\n· 上一年度营业收入：3亿元" in said(answer)
    assert OFFER in said(answer)
    assert "同意保存 ｜ 不用" in said(answer)
    assert talk.person == Person()
    await talk.say("同意保存")
    assert talk.person.facts == TOLD


@pytest.mark.parametrize("words", ["同意保存", "同意", "可以保存", "我同意保存", "存起来吧"])
async def test_ways_to_agree(words: str) -> None:
    """After the question any clear yes keeps the facts."""
    talk = Talk()
    await talk.say(PINGDU)
    assert "存好了" in said(await talk.say(words))
    assert talk.person.facts == TOLD


@pytest.mark.parametrize("words", ["不用", "不用了", "不同意", "先不存", "不保存"])
async def test_ways_to_decline(words: str) -> None:
    """Nothing is kept, and it is not asked for again in this conversation; what was told still serves it."""
    talk = Talk()
    await talk.say(PINGDU)
    assert "不保存" in said(await talk.say(words))
    assert talk.person == Person()
    assert OFFER not in said(await talk.say("我们是科技型企业，规上"))
    assert "按您说的（平度市、制造业、规上" in said(await talk.say("我们能报什么"))


@pytest.mark.parametrize("words", ["同意", "好的", "不用", "是"])
async def test_a_nod_to_nothing_keeps_nothing(words: str) -> None:
    """Without the question a yes or a no is not about keeping."""
    talk = Talk()
    assert "我的企业" not in said(await talk.say(words))
    assert talk.person == Person()


async def test_nothing_to_keep() -> None:
    """同意保存 before anything was told says how to tell it."""
    talk = Talk()
    assert "还没有可以存的" in said(await talk.say("同意保存"))
    assert talk.person == Person()


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        ("营收改成6亿", "turnover", 6e8),
        ("我们搬到崂山了", "district", "崂山区"),
        ("我们规下了", "scale", "规下"),
        ("我们现在是软件公司", "sector", "软件和互联网"),
        ("我们已经通过两化融合贯标", "certified", "是"),
    ],
)
async def test_a_change_replaces_one_fact(words: str, key: str, value: float | str) -> None:
    """The others stay as they were."""
    talk = await kept(PINGDU)
    answer = await talk.say(words)
    check(answer, words + PINGDU)
    assert "已更新" in said(answer)
    assert talk.person.facts == {**TOLD, key: value}


async def test_facts_are_told_as_a_list_too() -> None:
    """Who is asked for their enterprise may answer as a form is filled in; a list of matters stays a question."""
    talk = Talk()
    await talk.say("我的企业")
    text = said(await talk.say("崂山区，制造业，规上"))
    assert "记下了" in text
    assert all(word in text for word in ("崂山区", "制造业", "规上", OFFER))
    assert "记下了" not in said(await Talk().say("技改，数字化，绿色工厂"))
    assert "记下了" not in said(await Talk().say("崂山区，制造业，规上，有补贴吗"))


async def test_what_is_kept_is_shown() -> None:
    """我的企业 shows what is kept, how to change and how to erase it; before, that nothing is."""
    assert "什么都没存" in said(await Talk().say("我的企业"))
    talk = await kept(PINGDU)
    text = said(await talk.say("我的企业"))
    assert "· 行业：制造业" in text
    assert "改" in text
    assert "删除" in text


@pytest.mark.parametrize(
    "words", ["忘掉我的企业", "删除我的企业", "删除我的企业信息", "把我的企业删掉", "我的企业信息删除"]
)
async def test_forgetting(words: str) -> None:
    """All of it is gone, of this conversation too."""
    talk = await kept(PINGDU)
    assert "已删除" in said(await talk.say(words))
    assert talk.person == Person()
    assert "什么都没存" in said(await talk.say("我的企业"))
    assert "先说说企业情况" in said(await talk.say("我们能报什么"))


async def test_what_is_kept_outlasts_the_conversation() -> None:
    """Days later the list is made of what is kept, and the sum of a technical renewal knows the district."""
    talk = await kept(PINGDU)
    talk.now = at("2026-12-01")
    answer = await talk.say("我们能报什么")
    assert said(answer).startswith("按您说的（平度市、制造业、规上、上一年度营业收入3亿元）")
    assert OFFER not in said(answer)


async def test_answers_are_added_to_what_is_kept() -> None:
    """Who agreed once need not agree again: the next fact is kept and it is said; another one is asked about."""
    talk = await kept("我们是规上制造企业")
    assert "👉 企业在哪个区（市）？" in said(await talk.say("我们能报什么"))
    answer = await talk.say("平度")
    assert "已记进“我的企业”：平度市" in said(answer)
    assert talk.person.facts["district"] == "平度市"
    answer = await talk.say("如果在崂山呢")
    assert "原来存的是平度市" in said(answer)
    assert talk.person.facts["district"] == "平度市"


@pytest.mark.parametrize(
    "words",
    [
        "我们是平度的技术合同登记服务机构，一年登了8个亿",
        "我们做的工业APP想上市里的综合服务平台推广",
        "我们在崂山，一年买云服务60万，能补几个钱",
        "我们平台刚入选国家级双跨，青岛市级给多少？",
        "我公司在济南，规上制造企业",
        "崂山区规上软件企业",
    ],
)
async def test_questions_are_not_taken_for_tales(words: str) -> None:
    """Facts beside a matter or a question belong to it; facts of elsewhere or of nobody are not read back."""
    answer = await Talk().say(words)
    assert "记下了" not in said(answer)


async def test_what_cannot_be_reckoned_with_is_asked() -> None:
    """A range is no turnover; the other facts are taken."""
    talk = Talk()
    answer = await talk.say("我们是平度的规上制造企业，营收5亿到6亿")
    assert "是个范围" in said(answer)
    assert talk.conversation
    assert talk.conversation.facts == {"district": "平度市", "sector": "制造业", "scale": "规上"}


async def test_a_matter_beside_the_facts_is_offered() -> None:
    """高企 is no condition of any policy here: it is offered as a matter."""
    answer = await Talk().say("我们崂山的软件公司，规上，营收5个亿，有高企")
    assert "年营业收入：5亿元" in said(answer)
    assert "您还说到“高企”：看相关政策" in said(answer)


async def test_the_own_district_comes_first() -> None:
    """Of a matter that several districts pay for, theirs is shown, and it is said why; nothing is left out."""
    stranger, talk = Talk(), await kept(PINGDU)
    before, after = await stranger.say("小巨人"), await talk.say("小巨人")
    check(after)
    assert after.policies[0] == "q91-69"
    assert set(before.policies) == set(after.policies)
    assert "📍 您在平度市" in said(after)
    assert "您在" not in said(before)


async def test_a_named_district_goes_before_the_own() -> None:
    """Who asks for another district gets it."""
    talk = await kept(PINGDU)
    assert (await talk.say("西海岸的小巨人奖励")).policies[0].startswith("xh49-")


@pytest.mark.parametrize("words", ["我们在黄岛", "你好我是会计 公司在黄岛"])
async def test_where_they_are_is_remembered_beside_the_list(words: str) -> None:
    """A place alone asks for its policies, and the next question is answered for it."""
    talk = Talk()
    assert (await talk.say(words)).intent == "list"
    answer = await talk.say("研发费用加计扣除")
    assert answer.policies[0] == "xh49-17"
    assert "您在西海岸新区" in said(answer)


BOUGHT = "我们是平度的规上制造企业，今年买设备花了3000万"


@pytest.mark.parametrize("then", ["能拿多少", "能补多少", "3000万"])
async def test_a_sum_of_a_project_is_kept_with_its_matter(then: str) -> None:
    """What they spent is read back beside what they are, is no part of what they agree to have kept, and is reckoned
    with in the next answer."""
    talk = Talk()
    answer = await talk.say(BOUGHT)
    check(answer, BOUGHT)
    assert "设备投资额3000万元" in said(answer)
    assert "合计可得450万元" in said(await talk.say(then))
    await talk.say("同意保存")
    assert talk.person.facts == {"district": "平度市", "sector": "制造业", "scale": "规上"}


async def test_a_turnover_is_no_project() -> None:
    """What an enterprise turns over leads to no policy by itself."""
    talk = Talk()
    await talk.say(PINGDU)
    assert not (await talk.say("能拿多少")).policies


async def test_a_little_more_is_kept_as_said() -> None:
    """3亿多 is kept as 3亿, and it is said what became of the rest; a project's sum beside it is worked out at once."""
    text = said(await Talk().say("我们是平度的规上制造企业，去年营收3亿多，今年买设备花了3000万"))
    assert "“3亿多”记作上一年度营业收入：3亿元" in text
    assert "合计可得450万元：" in text
    assert "360万×25%=90万元" in text


@pytest.mark.parametrize("words", ["崂山区、软件、规上", "软件，规上，崂山区", "规上、崂山、软件"])
async def test_a_row_of_facts_is_taken_whatever_its_order(words: str) -> None:
    """软件 in a row of facts is the trade, by a part of its name."""
    answer = await Talk().say(words)
    check(answer)
    for line in ("· 所在区（市）：崂山区", "· 行业：软件和互联网", "· 规上"):
        assert line in said(answer)


@pytest.mark.parametrize(
    "words", ["崂山区、软件、规上", "软件、崂山区、规上", "规上 软件 崂山区", "规上，崂山，软件", "软件 规上 崂山"]
)
async def test_a_row_of_facts_answers_what_they_were_asked(words: str) -> None:
    """Whatever the order and whatever parts them, all of them are taken as the answer."""
    talk = Talk()
    await talk.say("我们能报什么")
    answer = await talk.say(words)
    check(answer)
    assert said(answer).startswith("按您说的（崂山区、软件和互联网、规上）：")


@pytest.mark.parametrize(
    ("words", "said_as"), [("一年营业额三百来万", "300万元"), ("营收5亿", "5亿元"), ("去年营收大概8000万", "8000万元")]
)
async def test_a_figure_of_a_year_is_told_without_a_word_of_whose(words: str, said_as: str) -> None:
    """It is kept as theirs, and no policy that is over comes up."""
    answer = await Talk().say(words)
    check(answer, words)
    assert answer.policies == ()
    assert said_as in said(answer)


async def test_renewing_a_ship_changes_no_fact() -> None:
    """更新 is renewal unless what is renewed is what was told."""
    assert (await Talk().say("渔船更新")).policies[0] == "xh49-39"
