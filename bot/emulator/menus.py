"""The menu under the chat: what the platform takes for one, and finding a button in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.emulator.refusals import Refusal

Button = dict[str, Any]

# Button type -> the fields it needs.
NEEDS: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
KEY, URL = 128, 1024  # bytes
NAMES = {False: 16, True: 60}  # bytes of a name: at the top, in a list
# What is wrong -> code: (at the top, in a list).
CODES = {"count": (40016, 40023), "type": (40017, 40024), "name": (40018, 40025), "key": (40019, 40026)}
CODES["url"] = (40020, 40027)


class Menu:
    """The account's default menu; `buttons` as they were created."""

    def __init__(self) -> None:
        self.buttons: list[Button] = []
        self.menu_id = 0

    def create(self, buttons: object, menu_id: int) -> None:
        """Replace the menu; Refusal where it breaks a rule, and then nothing is changed."""
        self.buttons = _check(buttons)
        self.menu_id = menu_id

    def delete(self) -> None:
        """No menu any more."""
        self.buttons, self.menu_id = [], 0

    def find(self, name: str) -> Button | None:
        """The button with this key or name."""
        return next((b for b in self._leaves() if name in (b.get("key"), b["name"])), None)

    def at(self, top: int, sub: int | None = None) -> Button | None:
        """The button at a place, counted from 0."""
        try:
            button = self.buttons[top]
            return button if sub is None else button["sub_button"][sub]
        except (LookupError, TypeError):
            return None

    def _leaves(self) -> Iterator[Button]:
        for button in self.buttons:
            yield from button.get("sub_button") or [button]


def _check(buttons: object) -> list[Button]:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise _refusal("count", False)
    for button in buttons:
        _check_name(button, within=False)
        subs = button.get("sub_button") or []
        if not isinstance(subs, list) or len(subs) > 5:
            raise _refusal("count", True)
        if not subs:
            _check_action(button, within=False)
        for sub in subs:
            _check_name(sub, within=True)
            _check_action(sub, within=True)
    return buttons


def _check_name(button: object, *, within: bool) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not name or len(name.encode()) > NAMES[within]:
        raise _refusal("name", within)


def _check_action(button: Button, *, within: bool) -> None:
    needs = NEEDS.get(str(button.get("type")))
    if needs is None or button.get("sub_button"):
        raise _refusal("type", within)
    for name in needs:
        value = button.get(name)
        size = len(value.encode()) if isinstance(value, str) else 0
        if not 1 <= size <= (URL if name == "url" else KEY):
            raise _refusal("url" if name == "url" else "key", within)
    if "url" in needs and not str(button["url"]).startswith(("http://", "https://")):
        raise Refusal(40055)


def _refusal(what: str, within: bool) -> Refusal:
    return Refusal(CODES[what][within])
