"""What is not words: each kind gets something useful, or a polite hint, or silence, and never the fault line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.clock import ManualClock
from bot.emulator import pushes
from bot.emulator.phone import Phone, Seen
from bot.menu import read_menu
from tests.corpus import DATA
from tests.handlers.talk import at
from tests.scenarios.conftest import Staging
from tests.scenarios.stage import Stage

Act = Callable[[Phone], Awaitable[Seen]]


@pytest.mark.parametrize(
    ("act", "hint"),
    [
        (lambda phone: phone.voice(), "这段语音没能转成文字"),
        (lambda phone: phone.voice(""), "这段语音没能转成文字"),
        (lambda phone: phone.image(), "图片我还看不懂"),
        (lambda phone: phone.video(), "视频我还看不懂"),
        (lambda phone: phone.video(short=True), "视频我还看不懂"),
        (lambda phone: phone.file(), "文件我还读不了"),
        (lambda phone: phone.link("", "", "https://example.com/a"), "链接我打不开"),
        (lambda phone: phone.click("OLD_BUTTON"), "这个菜单项暂时没有内容"),
        (lambda phone: phone.click({"type": "scancode_push", "key": "k"}), "这个码里没有惠企政策"),
        (lambda phone: phone.click({"type": "scancode_waitmsg", "key": "k"}), "这个码里没有惠企政策"),
        (lambda phone: phone.click({"type": "pic_weixin", "key": "k"}), "图片我还看不懂"),
        (lambda phone: phone.something(), "我只回答青岛市及区（市）惠企政策"),
        (lambda phone: phone.say("  "), "请用文字说您想问的事"),
        (lambda phone: phone.say("？？？"), "请直接说想问的惠企政策"),
        (lambda phone: phone.say("😀"), "请直接说想问的惠企政策"),
    ],
)
async def test_a_hint(phone: Phone, act: Act, hint: str) -> None:
    """What the bot cannot read is answered with what can be done instead."""
    seen = await act(phone)
    assert (seen.attempts, seen.fault) == (1, "")
    assert hint in seen.text


async def test_recognised_speech_is_words(phone: Phone) -> None:
    """Where the platform recognised the words of a recording they are answered as if typed."""
    spoken = await phone.voice("技改找谁。")
    assert "市工业和信息化局技术改造与投资处 85911248" in spoken.text
    assert "【推进智能工厂梯度培育】" in (await phone.voice("国家级智能工厂")).text


async def test_a_shared_article_is_asked_about_by_its_title(phone: Phone) -> None:
    """An article about a matter of ours gets that matter."""
    seen = await phone.link("重磅！技改设备更新补贴来了", "点击查看", "https://example.com/a")
    assert "鼓励企业设备更新和技术改造" in seen.text


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("青岛市崂山区海尔路1号", "您在崂山区，崂山区的政策共10条"),
        ("山东省青岛市平度市红旗路", "您在平度市，平度市的政策共11条"),
        ("青岛市黄岛区长江中路", "您在西海岸新区，西海岸新区的政策共34条"),
        ("青岛市高新区火炬路100号", "您在高新区，高新区的政策共16条"),
        ("青岛市市南区香港中路11号", "市南区本区的政策资料里还没有收录"),
        ("胶州市福州南路", "胶州市本区的政策资料里还没有收录"),
        ("济南市高新区舜华路", "没看出您在哪个区（市）"),
        ("江苏省苏州市高新区狮山路", "没看出您在哪个区（市）"),
        ("崂山区深圳路88号", "您在崂山区，崂山区的政策共10条"),
        ("", "没看出您在哪个区（市）"),
    ],
)
async def test_a_place(phone: Phone, label: str, answer: str) -> None:
    """A place in a covered district gets that district's policies; elsewhere the follower is told what can be asked."""
    for seen in (
        await phone.location(36.1, 120.4, label),
        await phone.push(pushes.picked_location("k", 36.1, 120.4, label=label)),
    ):
        assert answer in seen.text
        assert seen.fault == ""


async def test_the_list_of_a_place_is_chosen_from(phone: Phone) -> None:
    """After a place a number means its list."""
    await phone.location(36.1, 120.4, "青岛市崂山区海尔路1号")
    assert "【支持软件业务剥离】" in (await phone.say("2")).text


@pytest.mark.parametrize(
    "push",
    [
        pushes.viewed("https://huiqi.example.gov.cn/policies", 7),
        pushes.opened("pages/index", 7),
        pushes.position(36.07, 120.38),
        pushes.picked_pictures("pic_weixin", "k", digests=["0f"]),
        pushes.template_report(2**60, "success"),
        pushes.mass_report(2**60, "send success", total=1, filtered=1, sent=1, errors=0),
        pushes.answered_notice({"T1": True}),
        pushes.changed_notice(["T1"]),
        pushes.notice_report("T1", 2**60, code=0, status="success"),
        pushes.event("debug_demo", {"debug_str": "x"}),
        pushes.event("kf_create_session", {"KfAccount": "anna@shop"}),
        pushes.event("user_authorization_revoke", {"OpenID": "oX", "RevokeInfo": "205"}),
        pushes.event("verify_expired", {"ExpiredTime": 1798761600}),
        pushes.Push(kind="device_event", nodes={"DeviceType": "x"}),
    ],
    ids=lambda push: push.what,
)
async def test_silence(phone: Phone, push: pushes.Push) -> None:
    """Where nobody said anything nothing is said: entering the chat, opening a page, reports of the platform."""
    assert await phone.push(push) == Seen(attempts=1)


@pytest.mark.parametrize("kind", ["miniprogrampage", "finder_share", "hardware", "新种类"])
async def test_kinds_yet_unknown(phone: Phone, kind: str) -> None:
    """Whoever sends a kind of message that nobody has heard of is asked for words."""
    seen = await phone.push(pushes.Push(kind=kind, nodes={"Title": "技改", "Whatever": {"Inner": "x"}}))
    assert (seen.attempts, seen.fault) == (1, "")
    assert "请用文字说您想问的事" in seen.text


async def test_every_menu_button_is_answered(phone: Phone) -> None:
    """Each button of our own menu that asks something gets an answer to it."""
    buttons = read_menu(DATA / "menu.toml", "https://huiqi.example.gov.cn")
    leaves = [leaf for button in buttons for leaf in button.get("sub_button", [button])]
    asking = [leaf for leaf in leaves if leaf["type"] == "click"]
    assert len(asking) >= 5
    for leaf in asking:
        seen = await phone.click(leaf)
        assert seen.text, leaf["name"]
        assert "没有找到" not in seen.text, leaf["name"]
        assert "抱歉" not in seen.text, leaf["name"]


async def test_the_menu_hands_nobody_over(staging: Staging, clock: ManualClock) -> None:
    """In office hours typed words reach a person; a menu button cannot, since the platform takes no event there."""
    await clock.advance(at("2026-11-23T10:00").timestamp() - clock.time())
    stage: Stage = await staging(transfer=True)
    await stage.start()
    phone = stage.platform.phone()
    await phone.follow()
    assert (await phone.say("转人工")).handed_over
    clicked = await phone.click({"type": "click", "key": "ask:转人工"})
    assert (clicked.handed_over, clicked.fault) == (False, "")
    assert (await phone.tap("转人工")).handed_over
