"""What is asked about this account itself."""

from __future__ import annotations

import pytest

from tests.handlers.talk import Talk, check, said, written


@pytest.mark.parametrize(
    "words",
    [
        "你们这个号的答案是deepseek编的吗",
        "你这答案是不是用大模型生成的",
        "你是豆包吗",
        "你是真人还是机器",
        "真人还是机器",
        "对面是真人在回吗",
        "你回的话是现编的吧",
        "这些数字你从哪抄的",
        "你的回答准不准",
    ],
)
async def test_who_answers_is_said(words: str) -> None:
    """That it is a program, and from what it answers; how to reach a person."""
    answer = await Talk().say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("help", ())
    assert "查政策的程序，不是真人" in said(answer)
    assert "人工" in written(answer)


@pytest.mark.parametrize(
    "words",
    [
        "你们会不会把我的信息给别人",
        "我在这儿打的字你们领导看得到不 会不会泄露我公司信息",
        "我说的话会不会外传",
        "俺公司的数据你们保密吗",
        "你们会不会卖我的手机号",
        "你们后台能看见我聊天记录不",
        "隐私政策",
    ],
)
async def test_what_becomes_of_what_they_say(words: str) -> None:
    """Where it is kept, that staff can read it, and how to see and erase it."""
    answer = await Talk().say(words)
    check(answer, words)
    assert (answer.intent, answer.policies) == ("help", ())
    assert "工作人员看得到" in said(answer)
    assert "删除我的数据" in said(answer)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("我们用deepseek做的大模型有补贴吗", "policy"),
        ("数据安全防护项目有支持吗", "policy"),
        ("我要找真人客服，别自动回复", "staff"),
        ("你们有人工吗", "staff"),
        ("有人吗", "greeting"),
        ("机器人补贴是真的吗", "policy"),
        ("可信数据空间你们支持吗", "policy"),
        ("您好，可靠性实验室怎么申请", "policy"),
        ("隐私保护技术研发有钱吗", "policy"),
        ("机器人还是软件", "policy"),
        ("你们会不会收集我们公司数据，能不能退订", "unsubscribe"),
    ],
)
async def test_other_questions_with_such_words(words: str, intent: str) -> None:
    """Support for a model, or a call for a person, is no question about the account."""
    assert (await Talk().say(words)).intent == intent
