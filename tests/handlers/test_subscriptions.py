"""订阅, 退订, 我的订阅: what is said is done, and what is not certain is asked about."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from bot.context import Office
from bot.person import SetRhythm, Subscribe, Unsubscribe
from bot.replies import Answer
from handlers.subscriptions import MOST
from tests.corpus import the_corpus
from tests.handlers.talk import Talk, check, said, written

TAP = re.compile(r"msgmenucontent=([^&\"]*)&msgmenuid=([^\"]*)\"")


def taps(answer: Answer) -> list[str]:
    """What the links of an answer say when they are tapped."""
    return [unquote(words) for words, _ in TAP.findall(written(answer))]


def held(talk: Talk) -> list[tuple[str, str]]:
    """What they are subscribed to, oldest first."""
    return [(one.kind, one.value) for one in talk.person.wanted]


async def subscribed(*words: str) -> Talk:
    """Somebody who said all this."""
    talk = Talk()
    for one in words:
        check(await talk.say(one))
    return talk


@pytest.mark.parametrize(
    ("words", "interest"),
    [
        ("订阅 技改", ("topic", "技术改造")),
        ("我要订阅技改的政策", ("topic", "技术改造")),
        ("订阅崂山区", ("district", "崂山区")),
        ("订阅 市级", ("district", "市")),
        ("订阅 首台套", ("topic", "首台套")),
        ("订阅消费品产业处", ("unit", "市工业和信息化局消费品产业处")),
        ("订阅全部", ("all", "")),
        ("有新政策告诉我", ("all", "")),
        ("到期提醒", ("expiring", "")),
        ("订阅到期提醒", ("expiring", "")),
        ("订阅 氢能", ("word", "氢能")),
        ("氢能有了告诉我", ("word", "氢能")),
        ("订阅 叉车", ("word", "叉车")),
        ("订阅即墨区", ("word", "即墨区")),
        ("关注一下人工智能方面的，有消息通知我", ("topic", "人工智能")),
        ("往后有渔业的新政策直接发我手机上吧，订一个", ("topic", "渔业")),
        ("訂閱 技改", ("topic", "技术改造")),
    ],
)
async def test_what_is_certain_is_done(words: str, interest: tuple[str, str]) -> None:
    """One thing is named, and that is what they are told of from now on."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert (answer.intent, answer.policies) == ("subscribe", ())
    assert held(talk) == [interest]


@pytest.mark.parametrize(
    "words",
    [
        "订阅",
        "我要订阅",
        "订阅 补贴",
        "订阅 专精特新 崂山",
        "订阅改成平度的，崂山的不要了",
        "求推送！出新政策第一时间踢我一脚🦵",
        "秘书处想长期关注，麻烦以后工业互联网方面有更新就推送给我们",
        "订阅 鼓励企业设备更新和技术改造",
        "技改到期提醒我",
        "订阅 区块链 元宇宙",
        "订阅北京",
        "订阅 外卖优惠券",
        "订阅这类",
        "订阅 1",
        "把我们厂想要的都推送给我好吗我们做机加工的",
    ],
)
async def test_what_is_not_certain_is_asked(words: str) -> None:
    """Nothing is subscribed, and something can be tapped that would be."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert (talk.changes, answer.intent) == ([], "subscribe")
    assert any(tap.startswith("订阅") for tap in taps(answer))


async def test_choices_do_what_they_say() -> None:
    """Whatever is offered to tap subscribes to just that."""
    talk = Talk()
    for words in taps(await talk.say("订阅 专精特新 崂山"))[:2]:
        await talk.say(words)
    assert held(talk) == [("topic", "专精特新"), ("district", "崂山区")]


async def test_consent_is_said_in_a_line() -> None:
    """What is sent, how often, and how to stop it."""
    answer = await Talk().say("订阅 技改")
    assert "有新政策、有变化或快到期（前30天、7天、1天）时发给您，有了就发。不想再收，点退订 技术改造" in said(answer)
    assert "退订 技术改造" in taps(answer)


async def test_a_wish_is_kept_and_called_one() -> None:
    """Where there is no policy yet it is said so, and what may have been meant is offered."""
    answer = await Talk().say("订阅 叉车")
    assert "资料里还没有“叉车”的政策，已替您记下，一有就告诉您" in said(answer)


async def test_the_card_subscribes_to_its_topic() -> None:
    """订阅这类 below a card says in the chat what it subscribes to; the other topics of the policy are offered."""
    talk = Talk()
    card = await talk.say(the_corpus().policies["q91-3"].title)
    words, policy_id = next((unquote(w), p) for w, p in TAP.findall(written(card)) if unquote(w).startswith("订阅"))
    topics = the_corpus().policies[policy_id].topics
    assert words == f"订阅 {topics[0]}"
    answer = await talk.say(words, policy_id)
    assert held(talk) == [("topic", topics[0])]
    assert {f"订阅 {topic}" for topic in topics[1:]} <= set(taps(answer))


async def test_a_policy_at_hand_makes_news_uncertain() -> None:
    """After a card 有新政策告诉我 may mean this kind or all, so both are offered."""
    talk = Talk()
    await talk.say("技改")
    answer = await talk.say("有新政策告诉我")
    assert talk.changes == []
    assert {"订阅 技术改造", "订阅 全部政策"} <= set(taps(answer))


async def test_the_same_again() -> None:
    """What is subscribed already is said to be, and not twice in the list."""
    talk = await subscribed("订阅 技改")
    answer = await talk.say("订阅 设备更新")
    assert "您之前订过“技术改造”" in said(answer)
    assert len(talk.changes) == 1


async def test_there_is_an_end_to_it() -> None:
    """So many subscriptions and no more."""
    topics = list(the_corpus().topics)[: MOST + 1]
    talk = await subscribed(*(f"订阅 {topic}" for topic in topics))
    assert len(held(talk)) == MOST
    assert f"最多订阅{MOST}项" in said(await talk.say(f"订阅 {topics[-1]}"))


async def test_my_subscriptions() -> None:
    """All of them, numbered, each to be ended by a tap that says what it ends."""
    talk = await subscribed("订阅 技改", "订阅 叉车", "到期提醒")
    answer = await talk.say("我的订阅")
    check(answer)
    lines = said(answer).splitlines()
    assert [line.split("　")[0] for line in lines[1:4]] == [
        "1. 技术改造（5条政策）",
        "2. 叉车（还没有政策，有了就告诉您）",
        "3. 到期提醒",
    ]
    assert taps(answer)[:3] == ["退订 技术改造", "退订 叉车", "退订 到期提醒"]


async def test_a_full_list_fits() -> None:
    """Twenty subscriptions with long names fit into one message, or it is said how many are left out."""
    units = [unit for unit in the_corpus().departments if len(unit) > 12][:MOST]
    talk = await subscribed(*(f"订阅 {unit}" for unit in units))
    check(await talk.say("我的订阅"))


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("退订 技改", ["首台套", "崂山区"]),
        ("退订 2", ["技术改造", "崂山区"]),
        ("退订第二个", ["技术改造", "崂山区"]),
        ("取消订阅崂山", ["技术改造", "首台套"]),
        ("别给我发技改的了", ["首台套", "崂山区"]),
        ("退订技改和首台套", ["崂山区"]),
        ("全部退订", []),
        ("退订全部", []),
        ("别再给我发了", []),
        ("不想再收到你们的推送了", []),
        ("把我从推送名单里移除，谢谢，不需要了", []),
    ],
)
async def test_unsubscribing(words: str, left: list[str]) -> None:
    """One, several or all end, as is said."""
    talk = await subscribed("订阅 技改", "订阅 首台套", "订阅 崂山区")
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "unsubscribe"
    assert [value for _, value in held(talk)] == left


@pytest.mark.parametrize(
    "words", ["退订", "取消订阅", "退订 9", "退订 氢能", "退订 全部政策", "别再给我推送崂山的了，技改留着"]
)
async def test_an_uncertain_end_is_asked_about(words: str) -> None:
    """Nothing ends that was not named, and the list is shown to choose from."""
    talk = await subscribed("订阅 技改", "订阅 首台套")
    answer = await talk.say(words)
    check(answer)
    assert len(held(talk)) == 2
    assert answer.intent == "unsubscribe"
    assert {"退订 技术改造", "退订 首台套", "全部退订"} <= set(taps(answer))


async def test_a_number_after_the_question() -> None:
    """After 退订 a number ends that one; after 我的订阅 it is asked about first; neither chooses a policy."""
    talk = await subscribed("技改", "订阅 技改", "订阅 首台套", "退订")
    assert (await talk.say("2")).intent == "unsubscribe"
    assert [value for _, value in held(talk)] == ["技术改造"]
    await talk.say("我的订阅")
    answer = await talk.say("1")
    assert taps(answer) == ["退订 技术改造"]
    assert len(held(talk)) == 1


async def test_the_only_one_need_not_be_named() -> None:
    """退订 is clear where there is one subscription, and honest where there is none."""
    talk = await subscribed("订阅 技改", "退订")
    assert held(talk) == []
    answer = await talk.say("退订")
    assert (answer.intent, "您没有订阅政策消息" in said(answer)) == ("unsubscribe", True)


async def test_why_it_ended() -> None:
    """Whether somebody had too much of it is kept as the reason."""
    talk = await subscribed("订阅 技改", "取消订阅吧 天天发太烦了")
    assert talk.changes[-1] == Unsubscribe(reason="too_many")
    talk = await subscribed("订阅 技改", "退订")
    assert talk.changes[-1] == Unsubscribe(kind="topic", value="技术改造", reason="asked")


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [("每天发一次", "daily"), ("改成每周", "weekly"), ("每周发一次", "weekly"), ("每天推送一次吧", "daily")],
)
async def test_rhythms(words: str, rhythm: str) -> None:
    """How often is said at any time, and back again."""
    talk = await subscribed("订阅 技改", words)
    assert talk.changes[-1] == SetRhythm(rhythm=rhythm)
    await talk.say("马上发")
    assert talk.person.rhythm == "at_once"


async def test_rhythm_with_the_subscription() -> None:
    """Both in one sentence; and a rhythm for nothing asks what for."""
    talk = await subscribed("订阅 技改 每周发")
    assert talk.changes == [Subscribe(kind="topic", value="技术改造"), SetRhythm(rhythm="weekly")]
    talk = await subscribed("每天发一次")
    assert talk.changes == []


async def test_an_account_that_cannot_push() -> None:
    """It promises to tell on the next message, and no rhythm."""
    talk = Talk(office=Office(can_push=False))
    answer = await talk.say("订阅 技改")
    assert "下次您来问时告诉您" in said(answer)
    assert not {"每天发一次", "每周发一次"} & set(taps(answer))
    assert "下次您来问时告诉您" in said(await talk.say("我的订阅"))
    assert "不用设多久一次" in said(await talk.say("每天发一次"))
    assert talk.person.rhythm == "at_once"


@pytest.mark.parametrize(
    "words", ["每天", "每年能报几次", "马上到期的政策", "一周内能批下来吗", "首台套多久发一次奖励"]
)
async def test_other_questions_are_left_alone(words: str) -> None:
    """Words of time alone are not about being told of news."""
    talk = Talk()
    answer = await talk.say(words)
    assert answer.intent != "subscribe"
    assert talk.changes == []


async def test_a_place_and_a_topic_are_both_subscribed_by_a_tap() -> None:
    """订阅平度技改 offers each, and both: the link subscribes to the place and to the topic."""
    talk = Talk()
    answer = await talk.say("订阅平度技改")
    assert "分开都订（各收各的）" in said(answer)
    spoken = unquote(re.search(r"msgmenucontent=([^&]*)&msgmenuid=[^>]*>分开都订", written(answer))[1])  # type: ignore[index]
    assert "✅ 已订阅“技术改造”" in (both := said(await talk.say(spoken)))
    assert "✅ 已订阅“平度市”" in both
    assert {(one.kind, one.value) for one in talk.person.subscriptions} == {
        ("topic", "技术改造"),
        ("district", "平度市"),
    }


@pytest.mark.parametrize(
    "words",
    [
        "以后这种消息不用给我推了",
        "这类通知往后甭再给俺发了",
        "把平度的提醒给我关了",
        "推送帮我停掉吧",
        "崂山的消息我不想看了",
        "技改的推送给我停了",
        "提醒麻烦取消，谢谢",
        "一天给我推八遍 烦不烦 关了",
        "往后别往我这儿发了",
    ],
)
async def test_who_wants_to_leave_is_never_offered_more(words: str) -> None:
    """However it is put, nothing is subscribed and nothing is offered to subscribe to."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert (talk.person.wanted, answer.intent) == ((), "unsubscribe")
    assert [tap for tap in taps(answer) if tap.startswith("订阅")] == []


@pytest.mark.parametrize("words", ["把平度的提醒给我关了", "平度的消息不想再收了", "平度市的推送给我停了"])
async def test_one_of_several_is_left_in_other_words(words: str) -> None:
    """What is named goes, and the other stays."""
    talk = await subscribed("订阅平度", "订阅 技改")
    answer = await talk.say(words)
    check(answer)
    assert held(talk) == [("topic", "技术改造")]


async def test_messages_of_no_kind_are_left_altogether() -> None:
    """Of one subscription that one; of several all, but where one kind of them is meant it is asked which."""
    talk = await subscribed("订阅 技改")
    await talk.say("以后这种消息不用给我推了")
    assert held(talk) == []
    talk = await subscribed("订阅平度", "订阅 技改")
    assert "全部退订" in taps(await talk.say("以后这种消息不用给我推了"))
    assert len(held(talk)) == 2
    await talk.say("以后消息不用给我推了")
    assert held(talk) == []


@pytest.mark.parametrize(
    "words", ["奖励通知收到了", "不用发票能报技改吗", "政策取消了吗", "过期的不要发", "推送是什么意思"]
)
async def test_what_only_sounds_like_leaving(words: str) -> None:
    """A word of it in another sentence ends no subscription."""
    talk = await subscribed("订阅 技改", "订阅平度")
    await talk.say(words)
    assert len(held(talk)) == 2


@pytest.mark.parametrize(
    ("words", "pace"),
    [
        ("改成一周发一次行不 别天天发", "weekly"),
        ("推送能改成每个礼拜一回吗", "weekly"),
        ("能不能一天就给我发一次", "daily"),
        ("通知调成每天推一条", "daily"),
        ("推送换成周一发就行", "weekly"),
    ],
)
async def test_another_rhythm_in_other_words(words: str, pace: str) -> None:
    """How often is changed and nothing ended; who has no subscription is told that there is such a rhythm."""
    talk = await subscribed("订阅 技改", "每周发一次" if pace == "daily" else "每天发一次")
    check(await talk.say(words))
    assert (talk.person.rhythm, held(talk)) == (pace, [("topic", "技术改造")])
    assert ("每周一次" if pace == "weekly" else "每天最多一次") in said(await Talk().say(words))


@pytest.mark.parametrize(
    ("words", "interest"),
    [
        ("海洋这块出了新东西记得喊我", ("topic", "海洋")),
        ("绿色制造那块有动静捎个信", ("topic", "绿色低碳")),
        ("崂山区一有新政策就跟我们说一声", ("district", "崂山区")),
        ("dingyue shoutaitao", ("topic", "首台套")),
    ],
)
async def test_news_are_asked_for_in_other_words(words: str, interest: tuple[str, str]) -> None:
    """What is to be told when it comes is subscribed, whatever the telling is called, and in letters too."""
    talk = Talk()
    answer = await talk.say(words)
    check(answer)
    assert answer.intent == "subscribe"
    assert held(talk) == [interest]


async def test_a_question_that_ends_in_telling() -> None:
    """Who asks to be told now is answered now."""
    for words in ("技改有什么政策告诉我", "算力券怎么领跟我说说"):
        assert (await Talk().say(words)).intent != "subscribe", words


async def test_a_word_within_a_topic_is_not_lost() -> None:
    """It is said what topic the word belongs to, and that last days are told of it."""
    answer = await Talk().say("快过期的提前跟我说声 绿色工厂")
    check(answer)
    assert "“绿色工厂”归在主题“绿色低碳”里" in said(answer)
    assert "快到期（前30天、7天、1天）会提醒" in said(answer)
    assert "订阅 绿色低碳" in taps(answer)
