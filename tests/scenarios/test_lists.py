"""Several policies: the list, choosing from it, and how long it is remembered, and by whom."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.conversation import REMEMBERED
from bot.emulator.chats import links
from bot.emulator.phone import Phone
from bot.replies import visible
from tests.scenarios.stage import Stage

QUESTION = "崂山区有哪些政策"
THIRD = "【大力推进“名园”建设】"
SECOND = "【支持软件业务剥离】"
FORGOTTEN = "没有可选的列表"


def numbers(text: str) -> list[int]:
    """The numbers of the lines of a list."""
    heads = (line.partition(". ") for line in visible(text).splitlines())
    return [int(number) for number, dot, _ in heads if dot and number.isdecimal()]


async def test_a_district_is_a_list(phone: Phone) -> None:
    """Eight of ten are shown by number with level and state, with how to see the rest."""
    seen = await phone.say(QUESTION)
    text = visible(seen.text)
    assert text.startswith("崂山区政策共10条：\n1. 促进高成长软件企业持续发展（崂山区·剩39天）")
    assert numbers(seen.text) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "还有2条，更多" in text
    assert "点标题或回复数字看详情" in text


async def test_more_goes_on(phone: Phone) -> None:
    """更多, typed or tapped, shows the rest; after the last there is no more, and it is said so."""
    await phone.say(QUESTION)
    seen = await phone.tap("更多")
    assert numbers(seen.text) == [9, 10]
    assert "崂山区政策共10条，接着第9条" in visible(seen.text)
    assert "更多" not in visible(seen.text)
    assert "后面没有了" in (await phone.say("更多")).text
    assert "【激发工业互联网企业创新活力】" in (await phone.say("10")).text


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("三", THIRD),
        ("3", THIRD),
        ("３", THIRD),
        ("第三个", THIRD),
        ("看第3条", THIRD),
        ("第二个", SECOND),
        ("②", SECOND),
        ("2。", SECOND),
        ("第2项吧", SECOND),
        ("两", SECOND),
        ("99", "这个列表只有10条，请回复1到10之间的数字。"),
        ("0", "这个列表只有10条"),
        ("11", "这个列表只有10条"),
    ],
)
async def test_a_number_chooses(phone: Phone, reply: str, shown: str) -> None:
    """A number in any of its spellings chooses from the list; one beyond it is answered with how far it goes."""
    await phone.say(QUESTION)
    assert shown in (await phone.say(reply)).text


async def test_choosing_does_not_lose_the_list(phone: Phone) -> None:
    """After one card the next number still means the same list, and 更多 still goes on where it stood."""
    await phone.say(QUESTION)
    assert THIRD in (await phone.say("3")).text
    assert SECOND in (await phone.say("2")).text
    assert numbers((await phone.say("更多")).text) == [9, 10]


async def test_a_title_can_be_tapped_for_ever(phone: Phone, clock: ManualClock) -> None:
    """A tapped title shows its policy, also after another list and after the memory has ended."""
    seen = await phone.say(QUESTION)
    title = next(link for link in links(seen.bubbles[0]) if link.label == "大力推进“名园”建设")
    await phone.say("平度市有哪些政策")
    assert THIRD in (await phone.tap(title)).text
    await clock.advance(2 * REMEMBERED)
    assert THIRD in (await phone.tap(title)).text


async def test_what_was_asked_is_kept_for_the_choice(phone: Phone) -> None:
    """Where a desk was asked for, the number of a close policy is answered with its desk."""
    await phone.say("技改找谁")
    seen = await phone.say("2")
    assert "平度市工业和信息化局工业信息化科 87361949" in seen.text
    assert "💰" not in seen.text


async def test_the_list_is_forgotten_after_half_an_hour(phone: Phone, clock: ManualClock) -> None:
    """Up to thirty minutes a number means the list, each use of it counting anew; then no more."""
    await phone.say(QUESTION)
    await clock.advance(REMEMBERED - 1)
    assert THIRD in (await phone.say("3")).text
    await clock.advance(REMEMBERED - 1)
    assert numbers((await phone.say("更多")).text) == [9, 10]
    await clock.advance(REMEMBERED)
    assert FORGOTTEN in (await phone.say("3")).text
    assert "没有可以往下翻的列表" in (await phone.say("更多")).text


async def test_the_last_card_is_forgotten_with_it(phone: Phone, clock: ManualClock) -> None:
    """After thirty minutes 找谁办 asks which policy is meant instead of guessing."""
    await phone.say("技改")
    await clock.advance(REMEMBERED + 1)
    seen = await phone.say("找谁办")
    assert "您想问哪项政策" in seen.text
    assert "市工业和信息化局技术改造与投资处" not in seen.text


async def test_the_list_survives_a_restart(stage: Stage) -> None:
    """A new process on the same database goes on where the old one stopped."""
    first = await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    await phone.say(QUESTION)
    await first.stop()
    await stage.start()
    assert numbers((await phone.say("更多")).text) == [9, 10]
    assert THIRD in (await phone.say("三")).text


async def test_each_follower_has_a_list_of_their_own(stage: Stage, phone: Phone) -> None:
    """Another follower has no part in it, and their own questions do not disturb it."""
    other = stage.platform.phone("oAnotherFollower_00000000002")
    await other.follow()
    await phone.say(QUESTION)
    assert FORGOTTEN in (await other.say("3")).text
    await other.say("平度市有哪些政策")
    assert THIRD in (await phone.say("3")).text
    assert "平度市" in (await other.say("3")).text


async def test_a_whole_set_is_paged_to_its_end(phone: Phone) -> None:
    """All 25 policies of one paper come, each once, in order, page by page."""
    seen = await phone.say("青政发〔2024〕11号")
    found = numbers(seen.text)
    for _ in range(25):
        if "更多" not in visible(seen.text):
            break
        seen = await phone.say("更多")
        found += numbers(seen.text)
    assert found == list(range(1, 26))


async def test_everything_is_offered_by_district_and_topic(phone: Phone) -> None:
    """都有哪些政策 is too many to list: the districts and topics stand there to be tapped."""
    seen = await phone.say("都有哪些政策")
    assert "共140条政策" in seen.text
    assert "平度市政策共11条" in (await phone.tap("平度市（11条）")).text
