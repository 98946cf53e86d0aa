"""Replies as XML that the platform can read, whatever their words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.parser import xmltodict

from bot.messages import Text
from bot.replies import AnyReply, HandOver, PlayMusic, Say, ShowArticle, ShowImage, ShowVideo, Silence, Speak
from bot.wechat.rendering import write_envelope, write_reply

MESSAGE = Text(key="k", openid="oTest", account="gh_1", created=1767225600, text="x")


def written(reply: AnyReply) -> Any:
    """The nodes of a written reply, read by another parser with space kept."""
    xml = write_reply(reply, MESSAGE, 1767225601.9)
    assert xml is not None
    return xmltodict.parse(xml, strip_whitespace=False)["xml"]


def test_sender_and_receiver_change_places() -> None:
    """The follower is addressed by the account, in whole seconds."""
    nodes = written(Say(text="好"))
    assert nodes == {
        "ToUserName": "oTest",
        "FromUserName": "gh_1",
        "CreateTime": "1767225601",
        "MsgType": "text",
        "Content": "好",
    }


@pytest.mark.parametrize(
    ("reply", "kind", "body"),
    [
        (ShowImage(media_id="m"), "image", {"Image": {"MediaId": "m"}}),
        (Speak(media_id="m"), "voice", {"Voice": {"MediaId": "m"}}),
        (ShowVideo(media_id="m", title="t"), "video", {"Video": {"MediaId": "m", "Title": "t"}}),
        (
            PlayMusic(thumb_media_id="m", url="https://e.cn/a?b&c"),
            "music",
            {"Music": {"MusicUrl": "https://e.cn/a?b&c", "ThumbMediaId": "m"}},
        ),
        (
            ShowArticle(title="<b>", description="d", picture_url="p", url="u"),
            "news",
            {
                "ArticleCount": "1",
                "Articles": {"item": {"Title": "<b>", "Description": "d", "PicUrl": "p", "Url": "u"}},
            },
        ),
        (HandOver(), "transfer_customer_service", {}),
        (HandOver(staff="anna@s"), "transfer_customer_service", {"TransInfo": {"KfAccount": "anna@s"}}),
    ],
)
def test_each_reply_has_its_nodes(reply: AnyReply, kind: str, body: dict[str, Any]) -> None:
    """Every kind of reply, in the platform's names and case."""
    nodes = written(reply)
    assert nodes["MsgType"] == kind
    assert {name: nodes[name] for name in list(nodes)[4:]} == body


@pytest.mark.parametrize("reply", [Silence(), Say(text=""), Say(text=" \n\u3000"), Say(text="\x00 \x1f")])
def test_nothing_to_say_is_not_written(reply: AnyReply) -> None:
    """Silence and wordless words are no reply: an empty Content would show the follower a fault."""
    assert write_reply(reply, MESSAGE, 0.0) is None


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_words_can_be_read(text: str) -> None:
    """Markup, section ends and control characters neither break the XML nor change other characters."""
    kept = "".join(c for c in text if (c >= " " or c in "\t\n\r") and c not in "\ufffe\uffff")
    if kept.strip():
        # A parser turns every kind of line end into one.
        assert written(Say(text=text))["Content"] == kept.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("text", ["]]>", "]]>]]>", "a]]", "]]]]>>", "<![CDATA[x]]>", "&amp;</Content></xml>"])
def test_a_section_end_is_cut_in_two(text: str) -> None:
    """Words that look like the end of their section stay words."""
    assert written(Say(text=text))["Content"] == text


def test_a_lone_surrogate_is_dropped() -> None:
    """Half a character, which no encoding can carry, does not spoil the rest."""
    assert written(ShowArticle(title="a\ud800b"))["Articles"]["item"]["Title"] == "ab"


def test_the_envelope_has_the_platforms_names() -> None:
    """Encrypt, MsgSignature, TimeStamp and Nonce, in this spelling."""
    envelope = write_envelope("QQ==", signature="0f", timestamp="1767225601", nonce="7")
    assert envelope == (
        b"<xml><Encrypt><![CDATA[QQ==]]></Encrypt><MsgSignature><![CDATA[0f]]></MsgSignature>"
        b"<TimeStamp>1767225601</TimeStamp><Nonce><![CDATA[7]]></Nonce></xml>"
    )
