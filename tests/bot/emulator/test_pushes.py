"""The XML of every push, as wechatpy and the platform's pages read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from bot.emulator import pushes
from bot.emulator.envelope import parse
from bot.emulator.pushes import Push, compose

ME, ACCOUNT = "oTest-OpenId_0000000000000001", "gh_0a1b2c3d4e5f"
NUMBER = 7250021412600020992


def _xml(push: Push) -> str:
    return compose(push, to=ACCOUNT, sender=ME, created=1767225600, message_id=NUMBER)


def _flat(push: Push) -> dict[str, str]:
    root = parse(_xml(push))
    return {node.tag: node.text or "" for node in root.iter() if not len(node)}


def test_a_text_is_written_as_on_the_page() -> None:
    """The order of nodes and the use of CDATA follow the platform's example."""
    assert _xml(pushes.text("天气", "201")) == (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{ME}]]></FromUserName>"
        "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[天气]]></Content>"
        f"<bizmsgmenuid>201</bizmsgmenuid><MsgId>{NUMBER}</MsgId></xml>"
    )


@given(st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\x7f￾￿"), max_size=80))
def test_any_words_survive(words: str) -> None:
    """Whatever a follower writes arrives unchanged."""
    assert _flat(pushes.text(words))["Content"] == words


@pytest.mark.parametrize(
    ("push", "kind", "fields"),
    [
        (pushes.text("hi"), "text", {"content": "hi", "id": NUMBER}),
        (pushes.image("m1", "http://p"), "image", {"media_id": "m1", "image": "http://p"}),
        (pushes.voice("m1", "你好"), "voice", {"media_id": "m1", "format": "amr", "recognition": "你好"}),
        (pushes.video("m1", "t1"), "video", {"media_id": "m1", "thumb_media_id": "t1"}),
        (pushes.video("m1", "t1", short=True), "shortvideo", {"media_id": "m1"}),
        (
            pushes.location(36.0671, 120.3826, label="市南"),
            "location",
            {"location": ("36.067100", "120.382600"), "scale": "16", "label": "市南"},
        ),
        (pushes.link("t", "d", url="http://l"), "link", {"title": "t", "description": "d", "url": "http://l"}),
        (pushes.file("a.docx", "k", md5="0f", size=9), "unknown", {}),
        (pushes.followed(), "event", {"event": "subscribe"}),
        (pushes.followed("order77", "gQ"), "event", {"event": "subscribe_scan", "scene_id": "order77", "ticket": "gQ"}),
        (pushes.left(), "event", {"event": "unsubscribe"}),
        (pushes.scanned("order77", "gQ"), "event", {"event": "scan", "scene_id": "order77", "ticket": "gQ"}),
        (pushes.clicked("HELP"), "event", {"event": "click", "key": "HELP"}),
        (pushes.viewed("http://v", 4), "event", {"event": "view", "url": "http://v"}),
        (pushes.position(31.2, 121.4), "event", {"event": "location", "latitude": 31.2, "longitude": 121.4}),
        (
            pushes.scanned_code("K", "https://e.cn/1", waiting=True),
            "event",
            {"event": "scancode_waitmsg", "scan_type": "qrcode", "scan_result": "https://e.cn/1"},
        ),
        (pushes.scanned_code("K", "1", waiting=False), "event", {"event": "scancode_push", "key": "K"}),
        (pushes.picked_pictures("pic_weixin", "K", digests=["0f", "1f"]), "event", {"event": "pic_weixin", "count": 2}),
        (
            pushes.picked_location("K", 31.2, 121.4, label="人民广场", place="站"),
            "event",
            {"event": "location_select", "label": "人民广场", "poiname": "站"},
        ),
        (
            pushes.template_report(NUMBER, "failed:user block"),
            "event",
            {"event": "templatesendjobfinish", "status": "failed:user block"},
        ),
        (
            pushes.mass_report(NUMBER, "send success", total=9, filtered=7, sent=6, errors=1),
            "event",
            {"event": "masssendjobfinish", "total_count": 9, "filter_count": 7, "sent_count": 6, "error_count": 1},
        ),
    ],
)
def test_wechatpy_reads_every_push(push: Push, kind: str, fields: dict[str, object]) -> None:
    """wechatpy takes each push for what it is, with all its fields."""
    message = parse_message(_xml(push))
    assert message.type == kind
    assert {name: getattr(message, name) for name in fields} == fields
    assert int(message.time) == 1767225600


def test_messages_have_an_id_and_events_have_none() -> None:
    """Only messages carry MsgId; reports carry MsgID in other letters."""
    assert "MsgId" in _flat(pushes.image("m", "u"))
    assert "MsgId" not in _flat(pushes.clicked("K"))
    assert _flat(pushes.template_report(NUMBER, "success"))["MsgID"] == str(NUMBER)


def test_recognition_can_be_missing_or_empty() -> None:
    """Voice recognition is left out, or present and empty."""
    assert "Recognition" not in _flat(pushes.voice("m"))
    assert _flat(pushes.voice("m", ""))["Recognition"] == ""


def test_notices_nest_as_on_the_page() -> None:
    """Subscription events have a wrapper of their own and repeat List for every template."""
    root = parse(_xml(pushes.answered_notice({"A": True, "B": False})))
    items = root.findall("SubscribeMsgPopupEvent/List")
    assert [[node.text for node in item] for item in items] == [["A", "accept", "1"], ["B", "reject", "1"]]
    root = parse(_xml(pushes.changed_notice(["A"])))
    assert root.findtext("SubscribeMsgChangeEvent/List/SubscribeStatusString") == "reject"
    root = parse(_xml(pushes.notice_report("A", NUMBER, code=0, status="success")))
    assert root.findtext("SubscribeMsgSentEvent/List/MsgID") == str(NUMBER)


def test_a_mini_program_button_tells_its_page() -> None:
    """Opening a mini-program carries the page and the menu."""
    assert _flat(pushes.opened("pages/index", 4))["EventKey"] == "pages/index"


def test_only_what_a_follower_waits_for_shows_the_fault_line() -> None:
    """Messages and buttons fail audibly; leaving, opening a page and reports do not."""
    assert all(push.audible for push in (pushes.text("hi"), pushes.clicked("K"), pushes.followed()))
    silent = pushes.left(), pushes.viewed("u", 1), pushes.template_report(1, "success"), pushes.position(1, 2)
    assert not any(push.audible for push in silent)
