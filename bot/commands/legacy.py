"""What an account had before the bot: replies by keyword and a menu, as the platform's console keeps them; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

Json = Mapping[str, Any]

# Which fields menu/create takes of a button, by its type.
TAKES: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    **dict.fromkeys(
        ("scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"),
        ("key",),
    ),
    **dict.fromkeys(("media_id", "view_limited"), ("media_id",)),
    **dict.fromkeys(("article_id", "article_view_limited"), ("article_id",)),
}
SHOWS = ("img", "voice")  # what the console calls a picture or a voice; menu/create takes them by media_id


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What a follower types: the whole message, where it is exact, else a part of it."""

    text: str
    exact: bool


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed, the texts that are said to it, and the kinds of what else is (image, voice, video, news)."""

    name: str
    typed: tuple[Typed, ...]
    texts: tuple[str, ...]
    others: tuple[str, ...]


class Replies(msgspec.Struct, frozen=True, kw_only=True):
    """All that the console answers: on following, to anything, and by rule. A reply that is no text is its kind in
    brackets; empty where there is none."""

    welcome: str
    default: str
    rules: tuple[Rule, ...]


def read_replies(answer: Json) -> Replies:
    """Of the answer of get_current_autoreply_info, in which everything may be missing."""
    listed = _under(answer, "keyword_autoreply_info", "list")
    return Replies(
        welcome=_said(answer.get("add_friend_autoreply_info")),
        default=_said(answer.get("message_default_autoreply_info")),
        rules=tuple(_rule(one) for one in listed),
    )


def _under(body: Any, *names: str) -> list[Json]:
    for name in names:
        body = body.get(name) if isinstance(body, Mapping) else None
    return [one for one in body if isinstance(one, Mapping)] if isinstance(body, list) else []


def _said(reply: Any) -> str:
    if not isinstance(reply, Mapping):
        return ""
    kind, content = str(reply.get("type") or ""), str(reply.get("content") or "").strip()
    return content if kind == "text" else f"[{kind}]"


def _rule(one: Json) -> Rule:
    replies = _under(one, "reply_list_info")
    typed = _under(one, "keyword_list_info")
    return Rule(
        name=str(one.get("rule_name") or ""),
        typed=tuple(
            Typed(text=str(word.get("content") or ""), exact=word.get("match_mode") == "equal")
            for word in typed
            if word.get("type") == "text"
        ),
        texts=tuple(_said(reply) for reply in replies if reply.get("type") == "text"),
        others=tuple(str(reply.get("type")) for reply in replies if reply.get("type") != "text"),
    )


def buttons_of(answer: Json) -> list[Any]:
    """The buttons of get_current_selfmenu_info, with those below each as menu/create has them; none where the menu is
    switched off."""
    if not answer.get("is_menu_open"):
        return []
    found = []
    for button in _under(answer, "selfmenu_info", "button"):
        below = _under(button, "sub_button", "list")
        plain = {name: value for name, value in button.items() if name != "sub_button"}
        found.append({**plain, "sub_button": below} if below else plain)
    return found


def put_back(buttons: Sequence[Json]) -> tuple[list[dict[str, Any]], list[str]]:
    """Buttons for menu/create, and the names of those that its call does not take: what the console made of a text, a
    film or an article can be made again on the console alone."""
    lost = [str(one.get("name", "")) for one in _leaves(buttons) if _taken(one) is None]
    kept = []
    for button in buttons:
        below = button.get("sub_button") or []
        if not below:
            kept.append(_taken(button))
        elif taken := [one for one in map(_taken, below) if one is not None]:
            kept.append({"name": button.get("name", ""), "sub_button": taken})
    return [one for one in kept if one is not None], lost


def _leaves(buttons: Sequence[Json]) -> Iterator[Json]:
    for button in buttons:
        yield from button.get("sub_button") or [button]


def _taken(button: Json) -> dict[str, Any] | None:
    kind, name = str(button.get("type", "")), button.get("name", "")
    if kind in SHOWS and button.get("value"):
        return {"type": "media_id", "name": name, "media_id": button["value"]}
    values = {field: button.get(field) or button.get("value") for field in TAKES.get(kind, ())}
    if not values or not all(values.values()):
        return None
    return {"type": kind, "name": name, **values}
