"""What messages of the API hold."""

from __future__ import annotations

from typing import Any

import pytest

from bot.emulator.chats import links
from bot.emulator.contents import read_custom, read_mass
from bot.emulator.refusals import Refusal
from bot.emulator.world import World

ARTICLE = {"title": "t", "description": "d", "url": "https://u", "picurl": "https://p"}


def _fill(world: World, value: Any) -> Any:
    """Media ids for the words image, voice, video and thumb in a body."""
    if isinstance(value, dict):
        return {key: _fill(world, inner) for key, inner in value.items()}
    if isinstance(value, str) and value.startswith("$"):
        return world.media.put(value[1:], "a.bin", content=b"1").media_id
    return value


@pytest.mark.parametrize(
    ("kind", "branch"),
    [
        ("text", {"content": "技" * 682}),
        ("image", {"media_id": "$image"}),
        ("voice", {"media_id": "$voice"}),
        ("video", {"media_id": "$video", "thumb_media_id": "$thumb", "title": "t"}),
        ("music", {"musicurl": "https://m", "hqmusicurl": "", "thumb_media_id": "$thumb"}),
        ("news", {"articles": [ARTICLE]}),
    ],
)
def test_every_kind_becomes_its_bubble(world: World, kind: str, branch: dict[str, Any]) -> None:
    """A right message of a kind is a bubble of that kind."""
    assert read_custom(world, {"msgtype": kind, kind: _fill(world, branch)}).kind == kind


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({}, 40008),
        ({"msgtype": "poem", "poem": {}}, 40008),
        ({"msgtype": ["text"]}, 40008),
        ({"msgtype": "text"}, 44004),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": 7}}, 44004),
        ({"msgtype": "text", "text": {"content": "技" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "x"}}, 40007),
        ({"msgtype": "image", "image": {"media_id": "$voice"}}, 40007),
        ({"msgtype": "video", "video": {"media_id": "$video"}}, 40007),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": ["t"]}}, 44003),
        ({"msgtype": "news", "news": {"articles": [ARTICLE, ARTICLE]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40035),
        ({"msgtype": "msgmenu", "msgmenu": {"list": ["x"]}}, 40035),
    ],
)
def test_wrong_messages_have_a_code(world: World, body: dict[str, Any], errcode: int) -> None:
    """Each mistake is refused with its own code."""
    with pytest.raises(Refusal) as caught:
        read_custom(world, _fill(world, body))
    assert caught.value.errcode == errcode


def test_a_menu_message_is_a_text_with_links_that_speak(world: World) -> None:
    """Each choice says its content, with its id, when tapped."""
    menu = {"head_content": "满意吗", "list": [{"id": "s1", "content": "满意 & 好"}], "tail_content": "谢谢"}
    bubble = read_custom(world, {"msgtype": "msgmenu", "msgmenu": menu})
    (link,) = links(bubble)
    assert (link.label, link.words, link.menu_id) == ("满意 & 好", "满意 & 好", "s1")
    assert bubble.text.startswith("满意吗\n<a ")
    assert bubble.text.endswith("</a>\n谢谢")


@pytest.mark.parametrize(
    "body",
    [
        {"msgtype": "text", "text": {"content": "通知"}},
        {"msgtype": "image", "image": {"media_id": "$image"}},
        {"msgtype": "voice", "voice": {"media_id": "$voice"}},
        {"msgtype": "mpvideo", "mpvideo": {"media_id": "$video", "title": "t"}},
    ],
)
def test_mass_messages_are_one_kind_of_bubble(world: World, body: dict[str, Any]) -> None:
    """Whatever is mass-sent stands in the chat as such."""
    assert read_mass(world, _fill(world, body)).kind == "mass"


def test_mass_pictures_have_their_branch_in_the_plural(world: World) -> None:
    """A mass image names a list of pictures under `images`."""
    media_id = world.media.put("image", "a.png", content=b"1").media_id
    bubble = read_mass(world, {"msgtype": "image", "images": {"media_ids": [media_id]}})
    assert bubble.picture.endswith(media_id)


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "poem"}, 40008),
        ({"msgtype": "wxcard"}, 45113),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "image", "images": {"media_ids": []}}, 41006),
        ({"msgtype": "image", "images": {"media_ids": ["x"]}}, 40007),
        ({"msgtype": "video", "video": {"media_id": "$video"}}, 40008),
    ],
)
def test_wrong_mass_messages_have_a_code(world: World, body: dict[str, Any], errcode: int) -> None:
    """Each mistake is refused with its own code."""
    with pytest.raises(Refusal) as caught:
        read_mass(world, _fill(world, body))
    assert caught.value.errcode == errcode
