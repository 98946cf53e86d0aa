"""What an account had before, read from the platform's answers, whatever is missing in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.legacy import Replies, Rule, Typed, buttons_of, put_back, read_replies

NAMES = (
    *("keyword_autoreply_info", "list", "reply_list_info", "keyword_list_info", "type", "content", "rule_name"),
    *("add_friend_autoreply_info", "is_menu_open", "selfmenu_info", "button", "sub_button", "name", "value", "url"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(("text", "view", "click", "img")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=30,
)
ANSWERS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6)


@given(ANSWERS)
def test_any_answer_can_be_read(answer: dict[str, Any]) -> None:
    """Nothing that could be in an answer breaks the reading, and every button kept has a type or others below it."""
    assert isinstance(read_replies(answer), Replies)
    kept, _ = put_back(buttons_of(answer))
    assert all(button.get("type") or button.get("sub_button") for button in kept)


def test_a_rule() -> None:
    """Words with how they are matched, texts, and the kinds of the rest."""
    rule = {
        "rule_name": "r",
        "keyword_list_info": [
            {"type": "text", "match_mode": "contain", "content": "a"},
            {"type": "text", "match_mode": "equal", "content": "b"},
        ],
        "reply_list_info": [{"type": "text", "content": " t "}, {"type": "news", "news_info": {}}, {"type": "voice"}],
    }
    found = read_replies({"keyword_autoreply_info": {"list": [rule]}})
    typed = (Typed(text="a", exact=False), Typed(text="b", exact=True))
    assert found.rules == (Rule(name="r", typed=typed, texts=("t",), others=("news", "voice")),)
    assert read_replies({"add_friend_autoreply_info": {"type": "img", "content": "id"}}).welcome == "[img]"


@pytest.mark.parametrize(
    ("button", "kept"),
    [
        ({"type": "view", "name": "n", "url": "https://e.cn"}, {"url": "https://e.cn"}),
        ({"type": "click", "name": "n", "key": "k"}, {"key": "k"}),
        ({"type": "miniprogram", "name": "n", "url": "u", "appid": "a", "pagepath": "p"}, {"appid": "a"}),
        ({"type": "voice", "name": "n", "value": "m"}, {"type": "media_id", "media_id": "m"}),
        ({"type": "text", "name": "n", "value": "t"}, None),
        ({"type": "video", "name": "n", "value": "http://film"}, None),
        ({"type": "news", "name": "n", "value": "m", "news_info": {}}, None),
        ({"type": "view", "name": "n"}, None),
    ],
)
def test_what_the_call_takes(button: dict[str, Any], kept: dict[str, Any] | None) -> None:
    """What menu/create knows is kept with its fields; what it does not is named."""
    found, lost = put_back([{"name": "top", "sub_button": [button]}])
    if kept is None:
        assert (found, lost) == ([], ["n"])
    else:
        assert lost == []
        assert found[0]["sub_button"][0].items() >= kept.items()


def test_a_menu_that_is_switched_off() -> None:
    """Followers see none, so none was there."""
    menu = {"button": [{"type": "view", "name": "n", "url": "u"}]}
    assert buttons_of({"is_menu_open": 0, "selfmenu_info": menu}) == []
    assert len(buttons_of({"is_menu_open": 1, "selfmenu_info": menu})) == 1
