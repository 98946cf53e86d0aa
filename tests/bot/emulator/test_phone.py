"""A follower's phone: what it sends, and what it shows."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.replies import ImageReply, MusicReply, TransferCustomerServiceReply, VideoReply, VoiceReply

from bot.clock import ManualClock
from bot.emulator.chats import Bubble
from bot.emulator.phone import NotFollowing, Phone, Seen
from bot.emulator.platform import Platform
from tests.patience import PATIENCE

from .conftest import ACCOUNT, PLAIN, Stage, Staging

MENU = [
    {"name": "政策", "sub_button": [{"type": "click", "name": "技改", "key": "TECH"}]},
    {"type": "view", "name": "网页", "url": "https://e.cn/"},
    {
        "name": "更多",
        "sub_button": [
            {"type": "scancode_waitmsg", "name": "扫码", "key": "SCAN"},
            {"type": "pic_weixin", "name": "相册", "key": "PIC"},
            {"type": "location_select", "name": "位置", "key": "PLACE"},
            {"type": "miniprogram", "name": "小程序", "url": "https://e.cn", "appid": "wx1", "pagepath": "pages/i"},
            {"type": "media_id", "name": "图", "media_id": "m"},
        ],
    },
]


@pytest.fixture
async def phone(stage: Stage) -> Phone:
    """A follower's phone."""
    phone = stage.platform.phone()
    await phone.follow()
    return phone


def _same(reply: Any, message: Any) -> Any:
    return reply


def _heard(stage: Stage) -> tuple[str, str]:
    message = stage.listener.messages[-1]
    return message.type, getattr(message, "event", "")


async def test_following_is_welcomed(stage: Stage) -> None:
    """Following shows the bot's answer, and opens the short window."""
    stage.listener.answer = lambda message: f"welcome by {message.event}"
    phone = stage.platform.phone()
    assert (await phone.follow()).text == "welcome by subscribe"
    assert phone.window.left == 3
    assert [bubble.sender for bubble in phone.bubbles] == ["system", "account"]
    assert await phone.follow() == Seen()


async def test_a_scene_comes_with_following_and_with_scanning(stage: Stage) -> None:
    """The same QR code is a subscribe for newcomers and a SCAN for followers."""
    phone = stage.platform.phone()
    await phone.follow("desk-7")
    assert _heard(stage) == ("event", "subscribe_scan")
    assert stage.listener.messages[-1].scene_id == "desk-7"
    assert stage.listener.messages[-1].ticket
    await phone.follow("desk-8")
    assert _heard(stage) == ("event", "scan")
    assert stage.listener.messages[-1].scene_id == "desk-8"
    other = stage.platform.phone("oOther")
    await other.scan("desk-9")
    assert _heard(stage) == ("event", "subscribe_scan")


async def test_leaving_is_told_and_ends_the_talk(stage: Stage, phone: Phone) -> None:
    """An unsubscribe event goes out once, its answer shows nothing, and then nothing can be said."""
    stage.listener.answer = lambda message: "goodbye"
    assert (await phone.unfollow()).bubbles == ()
    assert _heard(stage) == ("event", "unsubscribe")
    assert await phone.unfollow() == Seen()
    for act in (phone.say("hi"), phone.image(), phone.click("K"), phone.view("https://e.cn")):
        with pytest.raises(NotFollowing):
            await act


async def test_every_kind_of_message_arrives(stage: Stage, phone: Phone) -> None:
    """All that can be sent is sent, and stands on one's own side of the chat."""
    for act, kind in (
        (phone.say("hi"), "text"),
        (phone.voice("你好"), "voice"),
        (phone.image(), "image"),
        (phone.video(), "video"),
        (phone.video(short=True), "shortvideo"),
        (phone.location(36.1, 120.4, "崂山"), "location"),
        (phone.location(), "location"),
        (phone.link(), "link"),
        (phone.link("t", "d", "https://e.cn"), "link"),
        (phone.file(), "unknown"),
        (phone.something(), "text"),
    ):
        await act
        assert _heard(stage)[0] == kind
    mine = [bubble for bubble in phone.bubbles if bubble.sender == "me"]
    assert len(mine) == 11
    assert not any(bubble.pending for bubble in mine)


async def test_pictures_can_be_fetched_by_the_bot(stage: Stage, phone: Phone) -> None:
    """What a follower sends is in the platform's store under its media id."""
    await phone.image()
    asset = stage.platform.media.find(stage.listener.messages[-1].media_id)
    assert asset is not None
    assert asset.content.startswith(b"\x89PNG")


async def test_tapping_a_speaking_link_says_its_words(stage: Stage, phone: Phone) -> None:
    """The tapped words come as a message with the link's id."""
    href = f"weixin://bizmsgmenu?msgmenucontent={quote('能补多少')}&msgmenuid=q91-1"
    stage.listener.answer = lambda message: f'<a href="{href}">算 &lt;一&gt; 算</a>'
    await phone.say("技改")
    stage.listener.answer = lambda message: f"{message.content} {message._data['bizmsgmenuid']}"
    assert (await phone.tap("算 <一> 算")).text == "能补多少 q91-1"


async def test_tapping_other_links_says_nothing(stage: Stage, phone: Phone) -> None:
    """A web link opens a page; a label that is not there is an error."""
    stage.listener.answer = lambda message: '<a href="https://e.cn/?a=1&amp;b=2">全文</a>'
    await phone.say("技改")
    count = len(stage.listener.messages)
    assert await phone.tap("全文") == Seen()
    assert phone.chat.find_link("全文").href == "https://e.cn/?a=1&b=2"
    assert len(stage.listener.messages) == count
    with pytest.raises(LookupError):
        await phone.tap("没有")


async def test_a_test_account_loses_the_links_id(staging: Staging) -> None:
    """In the sandbox a tapped link comes as bare words."""
    stage = await staging(msgspec.structs.replace(PLAIN, kind="test"))
    phone = stage.platform.phone()
    await phone.follow()
    await phone.say("hi", "201")
    assert "bizmsgmenuid" not in stage.listener.xml[-1]


async def test_every_kind_of_button_is_told_its_way(stage: Stage, phone: Phone) -> None:
    """Buttons are found by key or name; those that show an asset tell nothing."""
    stage.platform.menu.create(MENU, 419212345)
    for button, event in (
        ("TECH", "click"),
        ("技改", "click"),
        ("NOT_IN_THE_MENU", "click"),
        ("网页", "view"),
        ("扫码", "scancode_waitmsg"),
        ("PLACE", "location_select"),
        ("小程序", "view_miniprogram"),
    ):
        await phone.click(button)
        assert _heard(stage) in (("event", event), ("unknown", ""))
        assert f"[{event}]".lower() in stage.listener.xml[-1].lower()
    await phone.click("PIC")
    assert [message.type for message in stage.listener.messages[-2:]] == ["event", "image"]
    count = len(stage.listener.messages)
    assert await phone.click("图") == Seen()
    assert len(stage.listener.messages) == count


async def test_only_some_buttons_open_the_window(stage: Stage, phone: Phone, clock: ManualClock) -> None:
    """A key or the scanner gives three messages, a page gives none."""
    stage.platform.menu.create(MENU, 1)
    await clock.advance(61)
    await phone.view("https://e.cn/")
    assert phone.window.left == 0
    await phone.click("SCAN")
    assert phone.window.left == 3


async def test_answers_of_every_kind_are_shown(stage: Stage, phone: Phone) -> None:
    """Cards, pictures, films and music become bubbles of their kind, with what they show."""
    media = stage.platform.media
    ids = {kind: media.put(kind, f"a.{kind}", content=b"1").media_id for kind in ("image", "voice", "video", "thumb")}
    named = {"title": "t", "description": "d"}
    music = {**named, "thumb_media_id": ids["thumb"], "music_url": "http://m", "hq_music_url": ""}
    film = {**named, "media_id": ids["video"]}
    for reply, expected in (
        ([{**named, "image": "http://p", "url": "http://u"}], ("news", "http://u", "http://p")),
        (ImageReply(image=ids["image"]), ("image", "", f"/emulator/api/media/{ids['image']}")),
        (VoiceReply(voice=ids["voice"]), ("voice", f"/emulator/api/media/{ids['voice']}", "")),
        (VideoReply(video=film), ("video", f"/emulator/api/media/{ids['video']}", "")),
        (MusicReply(music=music), ("music", "http://m", f"/emulator/api/media/{ids['thumb']}")),
    ):
        stage.listener.answer = partial(_same, reply)
        (bubble,) = (await phone.say("show me")).bubbles
        assert (bubble.kind, bubble.url, bubble.picture) == expected


async def test_handing_over_shows_nothing(stage: Stage, phone: Phone) -> None:
    """The follower sees no bubble, the test sees that staff have it."""
    stage.listener.answer = lambda message: TransferCustomerServiceReply(message=message)
    assert await phone.say("人工") == Seen(attempts=1, handed_over=True)


async def test_the_own_bubble_waits_while_the_bot_thinks(stage: Stage, phone: Phone) -> None:
    """What one said is pending until its push has ended."""
    await asyncio.wait_for(stage.listener.came.acquire(), PATIENCE)
    stage.listener.gate.clear()
    saying = asyncio.create_task(phone.say("hm"))
    await asyncio.wait_for(stage.listener.came.acquire(), PATIENCE)
    assert phone.bubbles[-1].pending
    stage.listener.gate.set()
    await saying
    assert not any(bubble.pending for bubble in phone.bubbles)


async def test_notices_are_granted_and_refused_from_the_phone(stage: Stage, phone: Phone) -> None:
    """Both words of a follower are told, with the template; of a refused template message nothing is told."""
    stage.platform.add_template("N", kind="notice", long_term=True)
    stage.platform.add_template("T")
    await phone.answer_notice("N")
    assert "<![CDATA[accept]]>" in stage.listener.xml[-1]
    assert phone.follower.always == {"N"}
    await phone.answer_notice("N", accept=False)
    assert "<![CDATA[reject]]>" in stage.listener.xml[-1]
    await phone.refuse("N")
    assert "subscribe_msg_change_event" in stage.listener.xml[-1]
    count = len(stage.listener.xml)
    await phone.refuse("T")
    assert phone.follower.refused == {"N", "T"}
    assert len(stage.listener.xml) == count


async def test_positions_are_reported_to_those_who_may_know(staging: Staging) -> None:
    """A certified service account hears where a follower is, a subscription account does not."""
    for kind, expected in (("service", 2), ("subscription", 1)):
        stage = await staging(msgspec.structs.replace(ACCOUNT, kind=kind))
        phone = stage.platform.phone()
        await phone.follow()
        await phone.report_position(36.1, 120.4)
        assert len(stage.listener.messages) == expected


@given(st.text(max_size=60))
def test_any_text_can_be_said(text: str) -> None:
    """Characters that XML cannot hold are left out, all others stand in the bubble; nothing fails but the delivery."""

    async def play() -> None:
        clock = ManualClock()
        phone = Platform(PLAIN, clock=clock).phone()
        following = asyncio.create_task(phone.follow())
        saying = asyncio.create_task(phone.say(text))
        await clock.advance(15)
        await asyncio.gather(following, saying)
        said = next(bubble for bubble in phone.bubbles if bubble.sender == "me")
        assert said.text == "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))

    asyncio.run(play())


def test_seen_reads_cards_and_words() -> None:
    """The text of what is seen is every title, description and text."""
    seen = Seen(bubbles=(Bubble(title="t", description="d"), Bubble(text="w")))
    assert seen.text == "t\nd\nw"
