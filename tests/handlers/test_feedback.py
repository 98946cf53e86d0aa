"""答非所问, 人工: kept for staff, and a person where there is one."""

from __future__ import annotations

import pytest

from bot.context import Office
from bot.messages import Clicked
from bot.replies import HandOver
from bot.store.feedback import Remark
from tests.handlers.talk import Talk, at, check, said

OPEN, SHUT = "2026-11-23T10:00", "2026-11-23T20:00"
SEATS = Office(can_transfer=True)


@pytest.mark.parametrize("words", ["答非所问", "我要投诉", "你答错了"])
async def test_a_complaint_is_kept(words: str) -> None:
    """What was said is noted as it was said, and the follower thanked."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "complaint"
    assert talk.remarks == [Remark(kind="complaint", text=words)]


async def test_a_complaint_knows_what_it_is_about() -> None:
    """After a card the note names its policy, and the answer the desk that can be called instead."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say("答非所问")
    assert talk.remarks == [Remark(kind="complaint", text="答非所问", about="q91-1")]
    assert "市工业和信息化局技术改造与投资处 85911248" in said(answer)


@pytest.mark.parametrize(
    ("office", "moment", "handed"),
    [(SEATS, OPEN, True), (SEATS, SHUT, False), (Office(), OPEN, False), (Office(), SHUT, False)],
)
async def test_a_person_in_office_hours(office: Office, moment: str, handed: bool) -> None:
    """With manned seats and in office hours the message is handed over; else it is kept, and when they open is told."""
    talk = Talk(office=office, now=at(moment))
    answer = await talk.say("转人工")
    assert answer.intent == "staff"
    assert isinstance(answer.reply, HandOver) == handed
    assert [remark.kind for remark in talk.remarks] == ([] if handed else ["staff"])
    if not handed:
        check(answer)
        assert "上班" in said(answer)


async def test_a_menu_button_asks_for_the_words() -> None:
    """An event cannot be handed over, so the follower is given something to tap that can."""
    talk = Talk(office=SEATS, now=at(OPEN))
    answer = await talk.send(Clicked(**talk.header(), button="ask:转人工"))
    assert "转人工" in said(answer)
    assert talk.remarks == []


async def test_the_desk_of_what_was_looked_at() -> None:
    """After a card, who asks for a person gets the number to call; without one, how to find it."""
    talk = Talk(now=at(SHUT))
    assert "技改找谁" in said(await talk.say("人工"))
    await talk.say("单项冠军")
    assert "85911315" in said(await talk.say("人工"))


async def test_a_call_within_a_longer_word_calls_nobody() -> None:
    """人工 in the name of a product is no call for a person."""
    answer = await Talk().say("人工关节三类证批下来了，要投八千万建产线，有支持吗")
    assert answer.intent == "policy"
    assert answer.policies[0] in ("q91-28", "q91-29")


async def test_each_complaint_is_answered_by_what_it_is_of() -> None:
    """A fraud, money that does not come, an office that is silent, this talk: each its own way, with a phone."""
    for asked, answered in (
        ("我要举报有人骗补", "这里不受理举报"),
        ("我要投诉你们补贴不发", "补贴没发到位"),
        ("电话打不通没人管", "由他们转办"),
        ("什么破玩意", "抱歉没帮上忙"),
    ):
        text = said(await Talk().say(asked))
        assert answered in text, asked
        assert "12345" in text


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("不是这个，我问的是招大学生", "q91-60"),
        ("答非所问，我问的是算力券", "q91-18"),
        ("你答错了，我是问算力券", "q91-18"),
    ],
)
async def test_what_was_meant_is_answered(words: str, policy: str) -> None:
    """Who says what they asked is answered that, and the remark is kept for staff all the same."""
    talk = Talk()
    await talk.say("技改补多少")
    answer = await talk.say(words)
    check(answer)
    assert answer.policies[0] == policy
    assert [(remark.kind, remark.text) for remark in talk.remarks] == [("complaint", words)]


async def test_what_was_meant_is_not_known() -> None:
    """Where there is nothing of it, the remark is answered as any."""
    assert (await Talk().say("答非所问，我问的是另外那个")).intent == "complaint"


@pytest.mark.parametrize("words", ["我是记者，想采访一下你们的负责人", "我是青岛日报的，想采访专精特新政策"])
async def test_the_press_is_led_to_people(words: str) -> None:
    """Whoever wants an interview is kept for staff, whatever it is about."""
    talk = Talk()
    answer = await talk.say(words)
    assert (answer.intent, answer.policies) == ("staff", ())
    assert "采访的事要由工作人员答复" in said(answer)
    assert [remark.kind for remark in talk.remarks] == ["staff"]


@pytest.mark.parametrize(
    ("words", "policy", "said_so"),
    [
        ("我说的不是平度，是崂山的技改", "q91-1", "没有崂山区自己的“技改”政策"),
        ("我要的不是崂山 是平度的高企", "q91-68", "平度市"),
    ],
)
async def test_a_correction_is_taken(words: str, policy: str, said_so: str) -> None:
    """What was not meant is left aside, and what was is answered."""
    answer = await Talk().say(words)
    check(answer, words)
    assert answer.policies[0] == policy
    assert said_so in said(answer)
