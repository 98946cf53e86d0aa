"""Who wants no more of it: nobody is struck off who asks to be told, and nothing is deleted on a doubt."""

from __future__ import annotations

import re
import time
from asyncio import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import hearing, leaving
from tests.handlers.talk import Talk, check, said


def held(talk: Talk) -> list[str]:
    """What they are subscribed to, oldest first."""
    return [one.value for one in talk.person.wanted]


async def subscribed() -> Talk:
    """Somebody who is told of two things."""
    talk = Talk()
    await talk.say("订阅海洋")
    await talk.say("订阅平度")
    return talk


@pytest.mark.parametrize(
    "words",
    [
        "厂里老设备停了，有改造政策提醒我",
        "生产线停了想换新的，有消息提醒我",
        "生产线停掉了，有改造政策通知我",
        "厂子退了租，有新厂房政策通知我",
        "条件够了，到期提醒我",
        "烦你有新政策提醒我",
        "烦请通知我新政策",
        "不用发邮件，微信提醒我就行",
        "不要发短信，微信上通知我",
        "企业轰炸机模型 订阅",
        "想屏蔽门技术的政策，订阅",
        "生产线关了 订阅技改",
        "营收够了 升规提醒我",
        "设备停了要改造，订阅技改",
        "公司关了一条线，想订阅技改的政策",
        "关了门的店能报吗，有消息告诉我",
    ],
)
async def test_a_wish_outweighs_a_sour_word(words: str) -> None:
    """Who asks to be told of news keeps what they have, and is answered as one who subscribes."""
    talk = await subscribed()
    answer = await talk.say(words)
    check(answer, words)
    assert (held(talk)[:2], answer.intent) == (["海洋", "平度市"], "subscribe")


@pytest.mark.parametrize(
    "words",
    [
        "把企业资质信息取消了",
        "纸质材料不用发送了",
        "任何材料都不用发吗",
        "什么时候不用收费",
        "企业从失信名单里移除怎么办",
        "我们被从高企名单里删除了",
        "甲方尾款不收了，还能报技改吗",
        "货别发了，客户取消订单",
        "停止生产的企业能报技改吗",
        "申报通知取消了吗",
    ],
)
async def test_what_is_sent_to_others_is_not_meant(words: str) -> None:
    """Another thing that is cancelled or not sent ends no subscription and is not taken for leaving."""
    talk = await subscribed()
    answer = await talk.say(words)
    check(answer, words)
    assert held(talk) == ["海洋", "平度市"]
    assert answer.intent != "unsubscribe"


@pytest.mark.parametrize(
    "words",
    [
        "重复的不用发",
        "晚上别发",
        "别给我发短信了",
        "你们发得太勤了",
        "受够了你们的推送",
        "退订金能退吗",
        "退订平度，订阅崂山",
        "崂山的别推了，有首台套的通知我",
        "td",
        "退了吧",
        "只要海洋的，别的别发",
        "除了海洋的都别推了",
        "不要退订海洋",
        "别取消我的订阅",
        "提醒停了吗",
        "怎么退订",
        "不用天天推，有大政策再推",
        "别天天给我发",
    ],
)
async def test_a_doubt_is_asked_with_taps(words: str) -> None:
    """Nothing is deleted, not even the only one, and each subscription can be ended by a tap."""
    talk = await subscribed()
    answer = await talk.say(words)
    check(answer, words)
    assert (held(talk), answer.intent) == (["海洋", "平度市"], "unsubscribe")
    assert "全部退订" in said(answer)


async def test_the_only_one_does_not_end_on_a_doubt() -> None:
    """Where it is not plain that the sending is refused, one subscription is as safe as two."""
    for words in (
        "晚上别发",
        "重复的不用发",
        "退订金能退吗",
        "你们发得太勤了",
        "不想退订",
        "怎么退订",
        "只要海洋的，别的别发",
    ):
        talk = Talk()
        await talk.say("订阅海洋")
        check(await talk.say(words))
        assert held(talk) == ["海洋"], words


@pytest.mark.parametrize(
    "words",
    [
        "别推了",
        "以后别发了，烦死了",
        "消息太多了，退订",
        "天天推送，烦死了，关了吧",
        "把推送关了",
        "不想再收到任何消息",
        "别骚扰我了",
        "不用再提醒我了",
        "我们公司注销了，别再给我发了",
        "换岗位了，这些消息不用再发给我",
        "求职的，别再给我发了",
        "所有订阅都取消",
    ],
)
async def test_all_of_it_plainly(words: str) -> None:
    """Where the sending itself is refused and nothing else is named, all of it ends."""
    talk = await subscribed()
    answer = await talk.say(words)
    check(answer, words)
    assert (held(talk), answer.intent) == ([], "unsubscribe")


@pytest.mark.parametrize("words", ["海洋的别推了", "海洋的消息不要了", "取消海洋订阅", "海洋的，别再给我发了"])
async def test_one_of_it(words: str) -> None:
    """What is named ends and the other stays."""
    talk = await subscribed()
    check(await talk.say(words))
    assert held(talk) == ["平度市"]


async def test_whether_one_is_told_is_no_wish() -> None:
    """取消了会通知我们吗 subscribes to nothing before it is said to what."""
    talk = Talk()
    check(await talk.say("取消了高企资格会通知我们吗"))
    assert talk.changes == []


@pytest.mark.parametrize("words", ["审核有进展告诉我", "申报有结果通知我"])
async def test_progress_cannot_be_told(words: str) -> None:
    """How an application fares is not known here: nothing is subscribed, and who knows it is said."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer, words)
    assert talk.changes == []
    assert "办理进度这里查不到" in said(answer)


PACES = (
    ("改成一周发一次", "weekly"),
    ("一周发一次", "weekly"),
    ("一星期发一次就行", "weekly"),
    ("一天发一次", "daily"),
    ("一天给我发一条", "daily"),
    ("调成一天推一次", "daily"),
    ("立即通知我", "at_once"),
    ("随时通知我", "at_once"),
    ("有了就通知我", "at_once"),
    ("立刻告诉我", "at_once"),
)


@pytest.mark.parametrize(("words", "pace"), PACES)
async def test_how_often_in_other_words(words: str, pace: str) -> None:
    """Each is set for who has subscriptions, and who has none is told that there is such a rhythm."""
    talk = await subscribed()
    await talk.say("每周发一次" if pace == "daily" else "每天发一次")
    check(await talk.say(words))
    assert (talk.person.rhythm, held(talk)) == (pace, ["海洋", "平度市"])
    answer = await Talk().say(words)
    check(answer)
    assert "您还没有订阅" in said(answer)


async def test_how_often_beside_what() -> None:
    """A rhythm in the same sentence as the subscription is set with it."""
    talk = Talk()
    await talk.say("订阅海洋，一周发一次")
    assert talk.person.rhythm == "weekly"


PIECES = (
    "改成", "调成", "一周", "一星期", "每个礼拜", "一天", "每天", "立即", "立刻", "随时", "有了就", "马上",
    "实时", "给我", "我",
    "发", "推", "推送", "通知", "告诉", "提醒", "一次", "一条", "1回", "就行", "吧", "别", "不要", "再", "退订",
    "订阅", "取消", "海洋",
    "，", "晚上", "停了", "烦", "全部", "的", "到期",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_words_of_leaving_and_rhythm_break_it(words: str, holding: bool) -> None:
    """Whatever is put together of them is answered, with and without subscriptions."""

    async def told() -> None:
        talk = await subscribed() if holding else Talk()
        check(await talk.say(words), words)

    run(told())


LONGEST = 2048  # characters of a message
QUICK = 0.015  # seconds for one look at the longest; a second's tenth before repeats had bounds
WORDS = (
    "能",
    "给我",
    "推送",
    "都",
    "不要",
    "再",
    "通知我",
    "有了",
    "提醒一声",
    "别给",
    "订阅",
    "从名单",
    "任何",
    "把",
    "每天都",
    "一天给我",
)


@pytest.mark.parametrize(
    "pattern",
    [
        hearing.NO_MORE, hearing.STRUCK, hearing.TELLING, hearing.TOLD, hearing.PACE, hearing.LEADING,
        hearing.TOO_OFTEN,
        leaving.WISH, leaving.KEPT, leaving.ENDED, leaving.PESTERED, leaving.SWITCHED, leaving.SOUR,
    ],
    ids=lambda pattern: pattern.pattern[:12],
)  # fmt: skip
def test_a_long_message_is_looked_at_once(pattern: re.Pattern[str]) -> None:
    """No repeat of words makes a pattern look again and again at the whole of a message."""
    slowest = 0.0
    for word in WORDS:
        text = (word * LONGEST)[: LONGEST - 1] + "x"
        spent = []
        for _ in range(3):
            start = time.process_time()
            pattern.search(text)
            spent.append(time.process_time() - start)
        slowest = max(slowest, min(spent))
    assert slowest < QUICK
