"""取消: what is open is dropped, and else it is said what can be cancelled and how."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said


@pytest.mark.parametrize("words", ["取消", "取消吧", "我要取消", "那就取消了吧", "帮我取消一下", "取 消"])
async def test_cancelling_alone_says_what_can_be_cancelled(words: str) -> None:
    """Whoever has nothing is told so, and nothing is changed."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "unsubscribe"
    assert "您没有订阅，不用取消" in said(answer)
    assert "退订公告" in said(answer)
    assert talk.changes == []


async def test_cancelling_offers_what_they_have() -> None:
    """Somebody with subscriptions is shown the way to end them; nothing ends without their saying which."""
    talk = Talk()
    await talk.say("订阅 技改")
    before = list(talk.person.wanted)
    answer = await talk.say("取消")
    check(answer)
    assert "订阅的政策消息（1项）：我的订阅　全部退订" in said(answer)
    assert list(talk.person.wanted) == before


async def test_cancelling_drops_an_open_question() -> None:
    """In the middle of a sum the question is dropped, and a figure said later answers it no more."""
    talk = Talk()
    await talk.say("技改能补多少")
    assert talk.conversation is not None
    assert talk.conversation.asked
    assert "先不问了" in said(await talk.say("算了不要了"))
    assert talk.conversation.asked == ""


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("取消订阅技改", "unsubscribe"),
        ("这个政策取消了吗", "expiry"),
        ("取消高企资格", "policy"),
        ("取消推送", "unsubscribe"),
    ],
)
async def test_cancelling_of_something_is_another_matter(words: str, intent: str) -> None:
    """What says more than that is left to whoever knows of it."""
    answer = await Talk().say(words)
    assert "您要取消什么" not in said(answer)
    assert answer.intent == intent


async def test_enough_is_said_without_a_list() -> None:
    """算了 ends a talk in a friendly way."""
    answer = await Talk().say("算了")
    check(answer)
    assert answer.intent == "greeting"


async def test_what_they_see_is_not_offered_again() -> None:
    """我的订阅 leads everywhere but to itself."""
    assert "我的订阅" not in said(await Talk().say("我的订阅"))
