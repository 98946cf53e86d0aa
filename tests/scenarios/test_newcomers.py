"""A newcomer: from the QR code to the first answer."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator import pushes
from bot.emulator.chats import links
from bot.emulator.phone import Phone
from tests.scenarios.stage import Stage

EXAMPLES = ["技改能补多少", "崂山区有哪些政策", "哪些政策快到期了"]


@pytest.fixture
async def stranger(stage: Stage) -> Phone:
    """Somebody who has not followed yet."""
    await stage.start()
    return stage.platform.phone()


async def test_who_follows_is_welcomed(stranger: Phone) -> None:
    """One message says who we are and what to ask, with three examples to tap."""
    seen = await stranger.follow()
    (bubble,) = seen.bubbles
    assert "惠企政策助手" in bubble.text
    assert "140条" in bubble.text
    assert [link.words for link in links(bubble)] == EXAMPLES


@pytest.mark.parametrize(
    ("example", "answer"),
    [
        ("技改能补多少", "年度设备投资额×12%，一家一年最多600万元"),
        ("崂山区有哪些政策", "崂山区政策共10条"),
        ("哪些政策快到期了", "快要到期的政策共"),
    ],
)
async def test_a_tapped_example_is_answered(stranger: Phone, example: str, answer: str) -> None:
    """Each example says its words for the newcomer and shows what the bot can do."""
    await stranger.follow()
    seen = await stranger.tap(example)
    assert stranger.bubbles[-2].text == example
    assert answer in seen.text
    assert (seen.attempts, seen.fault) == (1, "")


@pytest.mark.parametrize(
    ("scene", "shown"),
    [
        ("市工业和信息化局技术改造与投资处", "市工业和信息化局技术改造与投资处的政策共1条"),
        ("首台套", "首台套的政策共"),
        ("平度市", "平度市的政策共11条"),
        ("q91-3", "【推进智能工厂梯度培育】"),
        ("xh49-36", "【"),
    ],
)
async def test_a_code_leads_to_its_matter(stranger: Phone, scene: str, shown: str) -> None:
    """Who scans the code of a unit, a topic, a district or a policy sees that at once, with a word of welcome."""
    seen = await stranger.follow(scene)
    assert seen.text.startswith("您好，这里是惠企政策助手。")
    assert shown in seen.text
    again = await stranger.scan(scene)
    assert shown in again.text
    assert "您好" not in again.text


async def test_what_a_code_showed_can_be_talked_about(stranger: Phone) -> None:
    """The policy of a scanned code is the one that the next words are about; the list of a code is chosen from."""
    await stranger.follow("q91-3")
    assert "85912660" in (await stranger.say("找谁办")).text
    await stranger.scan("崂山区")
    assert "【支持软件业务剥离】" in (await stranger.say("2")).text


@pytest.mark.parametrize("scene", ["77", "hall-2", "火星", "q91-999", "qrscene_", "<b>", "a" * 64])
async def test_an_unknown_code_still_welcomes(stranger: Phone, scene: str) -> None:
    """A code that names nothing of ours is a plain welcome, to newcomers and to followers."""
    for seen in (await stranger.follow(scene), await stranger.scan(scene)):
        assert [link.words for link in links(seen.bubbles[0])] == EXAMPLES


@pytest.mark.parametrize("key", ["last_trade_no_4200001", "scanbarcode|EAN_13|690", "scanimage|3", "q91-1", ""])
async def test_odd_keys_are_no_scene(stranger: Phone, stage: Stage, key: str) -> None:
    """What else the platform writes into a follow, after a payment or a search, is not taken for a code."""
    stage.platform.followers.follow(stranger.openid)
    seen = await stranger.push(pushes.event("subscribe", {"EventKey": key}))
    assert [link.words for link in links(seen.bubbles[0])] == EXAMPLES
    assert [row["scene"] for row in stage.rows("followers")] == [""]


async def test_who_comes_back_is_welcomed_again(stranger: Phone, clock: ManualClock) -> None:
    """Leaving leaves nothing behind: the second welcome is the first, and nothing is remembered."""
    first = await stranger.follow()
    await stranger.say("崂山区有哪些政策")
    assert (await stranger.unfollow()).fault == ""
    await clock.advance(60)
    assert (await stranger.follow()).text == first.text
    assert "没有可选的列表" in (await stranger.say("2")).text
