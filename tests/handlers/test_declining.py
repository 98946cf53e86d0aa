"""退订公告, 恢复公告: in all spellings, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from bot.person import DECLINED, Subscribe, Unsubscribe
from handlers.pushes import HEADING
from tests.handlers.talk import Talk, check, said

OFF = (
    *("退订公告", "不要公告", "不想收公告", "别发公告了", "别再给我发公告", "不要再给我发群发消息了", "取消公告"),
    *("请退订单位公告", "公告不要了", "公告别发了", "公告退订", "我不想再收到公告", "把公告退订掉", "停止推送公告"),
    *("拒收公告", "公告我不想收了", "不需要公告", "关闭公告", "屏蔽群发", "别给我群发", "以后不要给我发公告了"),
    *("退订公告，谢谢！", "退訂公告", "退订 公告", "取消订阅公告", "别订公告", "删除公告订阅", "公告太多了"),
)
ON = (
    *("恢复公告", "重新接收公告", "想收公告", "订阅公告", "继续收公告", "取消退订公告", "我要收公告", "给我发公告"),
    *("公告恢复", "公告还是要收", "再给我发公告吧", "恢复接收公告", "開啟公告", "我想收到公告"),
)
NEITHER = (
    "公告",
    "群发",
    "有什么公告",
    "公告期多少天",
    "公示公告在哪看",
    "退订技改",
    "绿色工厂名单公告什么时候发",
    "公告 12",
)


@pytest.mark.parametrize("words", OFF)
async def test_who_wants_none_is_heard(words: str) -> None:
    """However they say it; emergencies still come, and the answer says so and how to take it back."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert talk.changes == [Subscribe(kind=DECLINED)]
    assert answer.intent == "unsubscribe"
    assert "紧急" in said(answer)
    assert "恢复公告" in said(answer)
    await talk.say(words)
    assert len(talk.changes) == 1


@pytest.mark.parametrize("words", ON)
async def test_who_wants_them_again_is_heard(words: str) -> None:
    """And who never declined is told that they come."""
    talk = Talk()
    assert "没有退订过" in said(await talk.say(words))
    assert talk.changes == []
    await talk.say("退订公告")
    assert "已恢复" in said(await talk.say(words))
    assert talk.changes[1:] == [Unsubscribe(kind=DECLINED)]
    assert not talk.person.declines


@pytest.mark.parametrize("words", NEITHER)
async def test_other_words_are_no_such_wish(words: str) -> None:
    """They are answered as before."""
    talk = Talk()
    await talk.say(words)
    assert not any(isinstance(one, Subscribe | Unsubscribe) and one.kind == DECLINED for one in talk.changes)


async def test_subscriptions_are_another_matter() -> None:
    """A wish for none ends no subscription, counts as none, has no number, and outlives their end."""
    talk = Talk()
    await talk.say("退订公告")
    await talk.say("订阅 技改")
    listed = said(await talk.say("我的订阅"))
    assert "您订阅了1项" in listed
    assert "1. 技术改造" in listed
    assert "单位公告：您已退订" in listed
    assert "没有这个序号" in said(await talk.say("2"))
    assert "恢复公告" in said(await talk.say("全部退订"))
    assert talk.person.declines
    assert talk.person.wanted == ()
    assert "单位公告：您已退订" in said(await talk.say("我的订阅"))
    assert "每天" not in said(await talk.say("我的订阅"))


async def test_who_ends_all_is_told_of_announcements() -> None:
    """退订 means what it meant, and its answer says what still comes and how to stop that."""
    talk = Talk()
    assert "退订公告" in said(await talk.say("退订"))
    await talk.say("订阅 技改")
    for words in ("退订", "我的订阅"):
        assert "退订公告" in said(await talk.say(words))
    assert not talk.person.declines


async def test_the_wish_is_shown_among_their_data() -> None:
    """And before all is deleted they are told that it goes too."""
    talk = Talk()
    await talk.say("退订公告")
    assert "单位公告：您已退订" in said(await talk.say("我的数据"))
    assert "订阅：没有" in said(await talk.say("我的数据"))
    asked = said(await talk.say("删除我的数据"))
    assert "0项订阅" in asked
    assert "退订单位公告的要求也会一起删除" in asked


async def test_a_long_text_is_no_such_wish() -> None:
    """What repeats itself without end is answered at once, as anything else."""
    talk = Talk()
    await talk.say("我想要" * 300 + "公告")
    assert talk.changes == []


async def test_what_stands_over_an_announcement_says_how_to_end_them() -> None:
    """The words that it gives, typed as they stand there, end announcements."""
    words = HEADING.partition("“")[2].partition("”")[0]
    talk = Talk()
    assert (await talk.say(words)).intent == "unsubscribe"
    assert talk.person.declines
    assert len(HEADING.encode()) < 100


@pytest.mark.parametrize(
    "words",
    [
        "以后别给我发了，把我从名单里去掉",
        "什么消息都别再发给我",
        "别再给我发任何东西了",
        "把我从群发列表里删掉",
        "往后别往我这儿发了",
    ],
)
@pytest.mark.parametrize("before", [(), ("订阅 技改", "订阅 首台套")])
async def test_who_wants_nothing_gets_no_announcement_either(words: str, before: tuple[str, ...]) -> None:
    """Struck off the list they are told of nothing, announcements too, and how to have them again."""
    talk = Talk()
    for wish in before:
        await talk.say(wish)
    answer = await talk.say(words)
    check(answer)
    assert (answer.intent, talk.person.wanted, talk.person.declines) == ("unsubscribe", (), True)
    assert "恢复公告" in said(answer)


@pytest.mark.parametrize("words", ["全部退订", "退订", "取消订阅吧 天天发太烦了"])
async def test_what_was_subscribed_ends_alone(words: str) -> None:
    """Who ends a subscription has said nothing of announcements: it is said that they still come."""
    talk = Talk()
    await talk.say("订阅 技改")
    answer = await talk.say(words)
    assert (talk.person.wanted, talk.person.declines) == ((), False)
    assert "退订公告" in said(answer)
