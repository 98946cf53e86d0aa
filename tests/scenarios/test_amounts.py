"""Sums over several messages: a fact at a time, in any order, put right, after other questions, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

from tests.handlers.talk import Talk, said


async def test_the_missing_fact_is_asked_and_answered() -> None:
    """A bare figure answers the question, a place after it adds the district, another figure takes its place."""
    talk = Talk()
    assert "设备投资额是多少" in said(await talk.say("技改能补多少"))
    assert "3000万×12%=360万元" in said(await talk.say("3000万"))
    assert "合计：360万元＋90万元＝450万元" in said(await talk.say("平度的"))
    assert "合计：600万元＋100万元＝700万元" in said(await talk.say("那要是5000万呢"))


async def test_facts_in_any_order() -> None:
    """What tells the readings apart is asked first; each answer is remembered."""
    talk = Talk()
    first = said(await talk.say("平度高企认定给多少"))
    assert "首次认定，还是再次" in first
    assert "规上" in said(await talk.say("首次"))
    last = said(await talk.say("规下"))
    assert "规模以下一档：10万元" in last
    assert "💰 可得10万元" in last


async def test_a_figure_without_its_unit() -> None:
    """3000 is neither 3000元 nor 3000万 until they say which."""
    talk = Talk()
    await talk.say("技改能补多少")
    assert "没有带单位" in said(await talk.say("3000"))
    assert "360万元" in said(await talk.say("3000万"))


async def test_a_number_of_the_list_stays_one() -> None:
    """Where a list stands on the screen its numbers choose, also while a fact is asked for."""
    talk = Talk()
    first = await talk.say("技改能补多少")
    second = await talk.say("2")
    assert second.policies[0] == first.policies[1]
    assert "没有带单位" not in said(second)


async def test_after_another_question() -> None:
    """The phone in between ends nothing: a figure is still of the policy at hand."""
    talk = Talk()
    await talk.say("技改能补多少")
    assert "85911248" in said(await talk.say("电话多少"))
    assert "5000万×12%=600万元" in said(await talk.say("5000万"))


async def test_a_new_matter_is_a_new_matter() -> None:
    """A question with a matter of its own is no answer to what was asked."""
    talk = Talk()
    await talk.say("技改能补多少")
    answer = await talk.say("首台套找谁")
    assert answer.intent == "contact"
    assert "可得" not in said(answer)


async def test_what_was_told_is_forgotten_in_half_an_hour() -> None:
    """Later a bare figure means nothing."""
    talk = Talk()
    await talk.say("设备投了3000万技改能补多少")
    talk.now += timedelta(minutes=31)
    assert (await talk.say("平度的")).intent != "amount"
    later = said(await talk.say("技改能补多少"))
    assert "可得" not in later


async def test_told_facts_serve_the_next_policy() -> None:
    """Where they are need not be said twice."""
    talk = Talk()
    await talk.say("平度，设备投了3000万技改能补多少")
    assert "再加90万元，合计450万元" in said(await talk.say("技改一共能拿多少"))


async def test_another_count_of_the_same_policy() -> None:
    """那超低温金枪鱼100吨呢 after squid is worked out by its own rule; plain tuna may be either kind."""
    talk = Talk()
    assert "500吨×600元=30万元" in said(await talk.say("鱿鱼运回来500吨补多少"))
    plain = said(await talk.say("那金枪鱼100吨呢"))
    assert "超低温金枪鱼运回奖补：每吨800元" in plain
    assert "可得" not in plain
    assert "100吨×800元=8万元" in said(await talk.say("那超低温金枪鱼100吨呢"))


async def test_growth_follows_the_turnover() -> None:
    """A new turnover takes the old growth with it: what was worked out from the old one is not told of the new."""
    talk = Talk()
    assert "150万元" in said(await talk.say("崂山做互联网的，1-11月营收去年12亿，今年15亿，能奖多少"))
    reply = said(await talk.say("去年12亿今年20亿"))
    assert "超过300万元上限，按300万元" in reply


async def test_a_top_up_takes_off_what_was_received() -> None:
    """The benefit that was meant stays meant, and what they had before is taken off to the yuan."""
    talk = Talk()
    assert "只补差额" in said(await talk.say("高新区国家级制造业创新中心补多少"))
    assert "500万元，扣掉已拿的200万，补差额300万元" in said(await talk.say("以前拿过200万"))


async def test_a_question_of_its_own_is_not_taken_for_an_answer() -> None:
    """A district asked for its policies, its desk or its dates is not where they are."""
    for words, intent in (("崂山区有哪些政策", "list"), ("平度找谁", "contact"), ("2026年还有效吗", "expiry")):
        talk = Talk()
        await talk.say("设备投了3000万技改能补多少")
        assert (await talk.say(words)).intent == intent
