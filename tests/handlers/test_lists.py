"""Several policies: lists, choosing from them, paging."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bot.assembly import answering
from bot.context import Office
from bot.conversation import REMEMBERED, Conversation
from bot.corpus import read_corpus
from bot.messages import Clicked, Text, Voice
from bot.policies import Status
from handlers import ROUTER, lists
from tests.corpus import the_corpus
from tests.handlers.talk import SUNDAY, Talk, check, everything, said, written
from tests.small import FILES, LEXICON, write_files


async def test_a_page_is_numbered_on() -> None:
    """Every list, paged to its end, shows each of its policies once, in order, within the limit."""
    for asked in ("都快到期了吗，哪些政策快到期了", "100万以上的", "市级有哪些政策", "青政发〔2024〕11号"):
        talk = Talk()
        answer = await talk.say(asked)
        found = re.findall(r"^(\d+)\. ", said(answer), re.MULTILINE)
        whole = len(answer.policies)
        assert whole > lists.PAGE
        while "更多" in said(answer):
            answer = await talk.say("更多")
            check(answer, asked)
            assert answer.intent == "more"
            found += re.findall(r"^(\d+)\. ", said(answer), re.MULTILINE)
        assert [int(number) for number in found] == list(range(1, whole + 1))


async def test_a_list_is_remembered_with_what_it_is_of() -> None:
    """The conversation holds all of the list in its order, how far it was shown, and its name."""
    talk = Talk()
    answer = await talk.say("崂山区有哪些政策")
    assert talk.conversation == Conversation(
        listed=answer.policies, shown=8, heading="崂山区", expires=SUNDAY.timestamp() + REMEMBERED
    )


async def test_every_line_leads_to_its_policy() -> None:
    """Each title carries its number and its id."""
    answer = await Talk().say("平度市有哪些政策")
    links = re.findall(r"msgmenucontent=(\d+)&msgmenuid=([\w-]+)", written(answer))
    assert [(int(number), policy) for number, policy in links] == list(enumerate(answer.policies[: len(links)], 1))
    assert len(links) == lists.PAGE


async def test_a_tap_means_its_own_list() -> None:
    """A title of an older list shows the card, whatever the newer list is for."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    await talk.say("技改找谁")
    assert (await talk.say("3", "q91-57")).intent == "policy"
    assert (await talk.say("2", "q91-65")).intent == "contact"


async def test_a_number_without_a_list() -> None:
    """A bare number out of the blue is explained; in other ways than typed it is not taken for a choice."""
    answer = await Talk().say("3")
    assert (answer.intent, answer.policies) == ("help", ())
    assert "没有可选的列表" in said(answer)
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    spoken = await talk.send(Voice(**talk.header(), recognition="第三个"))
    assert spoken.policies == ("q91-57",)


@pytest.mark.parametrize("beyond", ["11", "0", "99", "第九十九个"])
async def test_a_number_beyond_the_list(beyond: str) -> None:
    """The list says how far it goes, and stays."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    before = talk.conversation
    assert "请回复1到10之间的数字" in said(await talk.say(beyond))
    assert talk.conversation == before


async def test_more_of_nothing() -> None:
    """更多 without a list, and after its end, says what can be asked."""
    assert "没有可以往下翻的列表" in said(await Talk().say("更多"))
    talk = Talk()
    await talk.say("首台套有哪些政策")
    assert "后面没有了" in said(await talk.say("更多"))


async def test_more_by_a_menu_button() -> None:
    """A menu button that says 更多 goes on as well."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    assert "接着第9条" in said(await talk.send(Clicked(**talk.header(), button="ask:更多")))


async def test_the_memory_ends() -> None:
    """Half an hour later a number means nothing, a tap still its policy."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    talk.now += timedelta(seconds=REMEMBERED)
    assert "没有可选的列表" in said(await talk.say("3"))
    assert (await talk.say("3", "q91-57")).policies == ("q91-57",)


async def test_a_list_of_an_older_corpus(tmp_path: Path) -> None:
    """A list that names policies which a newer corpus has not is said to be of no use any more, and does no harm."""
    lexicon = LEXICON.replace("[intents]", '[intents]\nmore = ["更多"]')
    newer = read_corpus(write_files(tmp_path, {**FILES, "lexicon.toml": lexicon}))
    answer = answering(ROUTER, lambda: newer, Office())
    gone = Conversation(listed=("q91-77", "q91-1"), shown=1, focus="q91-77", expires=SUNDAY.timestamp() + 1)
    for words, told in (("1", "请重新问一次"), ("更多", "请重新问一次"), ("找谁", "您想问哪项政策")):
        message = Text(key="k", openid="o", account="gh_1", created=0, text=words)
        outcome = await answer(message, gone, SUNDAY.timestamp())
        assert told in said(outcome.answer)


async def test_the_overview_leads_everywhere() -> None:
    """都有哪些政策 names each district and the largest topics with their counts, and each can be tapped."""
    for url in ("", "https://a-rather-long-name.of-a-bureau.example.gov.cn/bot"):
        talk = Talk(office=Office(public_url=url))
        answer = await talk.say("都有哪些政策")
        check(answer)
        assert f"共{len(everything())}条政策" in said(answer)
        assert sum(int(count) for count in re.findall(r"（(\d+)条）", said(answer))) == len(everything())
        taps = re.findall(r'msgmenucontent=([^&"]+)&msgmenuid=[^>]*>[^<]*（(\d+)条?）</a>', written(answer))
        assert len(taps) >= len({policy.district for policy in everything()}) + 4


@pytest.mark.parametrize("topic", sorted({topic for policy in everything() for topic in policy.topics}))
async def test_every_topic_can_be_asked_for(topic: str) -> None:
    """The words that the overview offers for a topic bring the topic's policies."""
    answer = await Talk().say(f"{topic}有哪些")
    check(answer, topic)
    assert {policy.id for policy in everything() if topic in policy.topics} & set(answer.policies)


async def test_policies_of_one_title_are_told_apart() -> None:
    """Where titles are shared a list adds what the policy is called otherwise."""
    titles = [policy.title for policy in everything()]
    shared = next(title for title in titles if titles.count(title) > 1)
    answer = await Talk().say(shared)
    named = re.findall(r"^\d+\. (.*)（", said(answer), re.MULTILINE)
    assert len(set(named)) == len(named) >= titles.count(shared)


async def test_the_heading_says_what_the_list_is_of() -> None:
    """Unit, phone, paper, district, topic, state and sum stand in the first lines of their lists."""
    for asked, heading in {
        "装备产业处管什么": "市工业和信息化局装备产业处负责的政策共",
        "崂山区有哪些政策": "崂山区政策共10条",
        "首台套有哪些政策": "“首台套”方面政策共",
        "600万的": "写明600万元的政策共",
        "100万以上的": "最高能给100万元以上的政策共",
        "崂投促〔2024〕4号": "（崂投促〔2024〕4号）政策共10条",
        "哪些政策已经到期": "已经到期的政策共",
    }.items():
        assert heading in said(await Talk().say(asked)), asked


def test_nothing_is_remembered_of_an_empty_conversation() -> None:
    """A conversation without a list is as short as it can be, so that rows stay small."""
    assert msgspec.json.encode(Conversation()) == b"{}"


@pytest.mark.parametrize("several", ["1、2", "1-3", "1/2", "½", "二三", "七八个", "-3"])
async def test_one_at_a_time(several: str) -> None:
    """Several numbers open nothing; the list stays."""
    talk = Talk()
    await talk.say("市级有哪些政策")
    before = talk.conversation
    answer = await talk.say(several)
    assert (answer.intent, answer.policies) == ("help", ())
    assert said(answer) == "一次看一条，请回复一个数字。"
    assert talk.conversation == before


@pytest.mark.parametrize("words", ["1", "能补多少", "某项旧政策"])
async def test_a_link_to_a_policy_that_is_gone(words: str) -> None:
    """It does not lead to another policy; a link that belongs to none is answered by its words."""
    talk = Talk()
    await talk.say("崂山区有哪些政策")
    answer = await talk.say(words, "q91-999")
    assert answer.policies == ()
    assert "资料已经更新" in said(answer)
    assert (await talk.say("1", "1")).policies == ("q91-55",)


@pytest.mark.parametrize("words", ["列表", "返回", "上一页", "返回列表。"])
async def test_back_to_the_list(words: str) -> None:
    """After a card, or further down, the list is shown from its beginning; without one it says so."""
    talk = Talk()
    first = said(await talk.say("崂山区有哪些政策"))
    await talk.say("更多")
    await talk.say("2")
    answer = await talk.say(words)
    check(answer)
    assert said(answer) == first
    assert (await Talk().say(words)).intent == "help"


@pytest.mark.parametrize(
    "words",
    [
        "我想要最新的政策别给我过期的",
        "别给我过期的政策",
        "不要过期的政策",
        "过期的去掉，都有哪些政策",
        "技改政策，过期的别列",
    ],
)
async def test_what_is_over_is_not_wanted(words: str) -> None:
    """Who wants nothing that is over is shown what is in force, and nothing else."""
    answer = await Talk().say(words)
    check(answer)
    states = {the_corpus().status(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies}
    assert answer.intent == "list"
    assert answer.policies
    assert states <= {Status.VALID, Status.OPEN}


@pytest.mark.parametrize("words", ["过期的政策有哪些", "过期的不要紧，过期的政策有哪些"])
async def test_what_is_over_may_be_wanted(words: str) -> None:
    """Who asks for what is over, or does not mind, is shown it."""
    answer = await Talk().say(words)
    states = {the_corpus().status(the_corpus().policies[i], SUNDAY.date()) for i in answer.policies}
    assert states == {Status.EXPIRED}


async def test_the_one_before() -> None:
    """The one before that which is looked at, the list where none is; without a list it is said that there is none."""
    talk = Talk()
    assert (await talk.say("上一页")).intent == "help"
    listed = (await talk.say("有哪些技改政策")).policies
    assert said(await talk.say("上一个")).startswith("“技术改造”方面政策共5条")
    await talk.say("3")
    assert (await talk.say("上一个")).policies[0] == listed[1]
    assert (await talk.say("上一条")).policies[0] == listed[0]
    assert said(await talk.say("上一页")).startswith("“技术改造”方面政策共5条")


async def test_the_next_and_the_last() -> None:
    """下一条 is the one behind the one that was looked at, 最后一个 the list's last; behind the last there is none."""
    talk = Talk()
    listed = (await talk.say("崂山区有哪些政策")).policies
    await talk.say("2")
    assert (await talk.say("下一条")).policies[0] == listed[2]
    assert (await talk.say("上一条")).policies[0] == listed[1]
    assert (await talk.say("最后一个")).policies[0] == listed[-1]
    assert (await talk.say("下一个")).policies == ()


async def test_a_number_that_is_no_sum_leaves_the_list() -> None:
    """After a sum was asked for, two numbers are asked for one, and a number without a unit takes no list away."""
    talk = Talk()
    listed = (await talk.say("崂山区有哪些政策")).policies
    await talk.say("2")
    await talk.say("能补多少")
    assert said(await talk.say("1 2")) == "一次看一条，请回复一个数字。"
    assert "没有带单位" in said(await talk.say("20"))
    assert (await talk.say("最后一个")).policies[0] == listed[-1]


@pytest.mark.parametrize(
    ("words", "policies"),
    [
        ("做软件的能吃哪些补贴", {"q91-33", "q91-55", "q91-56", "q91-57", "q91-58", "q91-60"}),
        ("软件企业有哪些补贴", {"q91-33", "q91-55", "q91-56", "q91-57", "q91-58", "q91-60"}),
        ("水产捕捞的政策都列出来", {"xh49-37", "xh49-38", "xh49-39", "xh49-40"}),
        ("最多给两千万的有哪些", {"q91-1", "q91-27", "q91-29", "q91-46", "xh49-22", "xh49-26"}),
        ("刚成立的公司能申请什么", {"xh49-2", "xh49-15"}),
    ],
)
async def test_a_trade_and_a_sum_name_a_set(words: str, policies: set[str]) -> None:
    """Who asks what there is for their trade, or of a sum, gets the whole set by its numbers."""
    answer = await Talk().say(words)
    check(answer, words)
    assert policies <= set(answer.policies)
    assert "\n1. " in said(answer)
    assert "\n2. " in said(answer)


async def test_a_count_says_what_narrowed_it() -> None:
    """制造业 narrows nothing of an office for industry; what does narrow a set stands in its heading."""
    whole = await Talk().say("市级还在有效期内的政策有哪些")
    for words in ("目前还在有效期内的市级制造业政策有哪些", "市级还有效的制造企业政策有哪些"):
        assert sorted((await Talk().say(words)).policies) == sorted(whole.policies)
    narrowed = await Talk().say("西海岸摘编里区市场监管局牵头或负责的是哪几条")
    assert len(narrowed.policies) == 2
    assert "对得上的政策共" in said(narrowed)
    paper = await Talk().say("支持海洋经济的那15条，都摆出来我看看")  # what stands in its title picks nothing of it
    assert len(paper.policies) == 15
    both = await Talk().say("平度市小巨人和技改的政策有哪些")
    assert said(both).startswith("平度市“专精特新”“技术改造”方面政策共2条")


async def test_one_of_a_set_is_shown() -> None:
    """Where what is said leaves one of a set its card is shown, with its unit and phone."""
    answer = await Talk().say("做特钢的想进董家口园，有啥支持")
    check(answer)
    assert (answer.intent, answer.policies) == ("policy", ("q91-54",))
    assert "85911809" in said(answer)


@pytest.mark.parametrize("asked", ["首台套", "专精特新怎么申请", "城阳首台套"])
async def test_of_close_ones_those_in_force_come_first(asked: str) -> None:
    """Where it is asked which of several is meant, what is over stands at the end, marked."""
    answer = await Talk().say(asked)
    check(answer)
    lines = [line for line in said(answer).split("\n") if re.match(r"\d+\. ", line)]
    over = ["已到期" in line for line in lines]
    assert any(over)
    assert over == sorted(over)


async def test_no_piece_of_a_word_is_quoted() -> None:
    """What no word explains may be cut from another, as 场监管局 from 市场监管局: it is not quoted in a heading."""
    assert "里和您说的对得上的" in said(await Talk().say("西海岸摘编里区市场监管局牵头或负责的是哪几条"))


async def test_what_of_the_city_is_in_force_puts_the_city_first() -> None:
    """市级技改 is the city's own, and no district's on top of it."""
    assert (await Talk().say("哪些市级技改政策还有效")).policies[0] == "q91-1"
