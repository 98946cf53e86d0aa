"""The account's menu: data/menu.toml becomes what the platform's menu call takes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import CorpusError
from bot.routing import ASK

TOP, BELOW = 3, 5  # buttons
TOP_NAME, BELOW_NAME, KEY = 16, 60, 128  # bytes; the platform refuses more (40016–40022)


class Button(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A button that asks, opens a page or holds others."""

    name: str
    ask: str = ""
    page: str = ""
    below: tuple[Button, ...] = ()


class Menu(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    button: tuple[Button, ...]


def read_menu(path: Path, public_url: str) -> list[dict[str, Any]]:
    """The buttons for menu/create; CorpusError says what the platform would refuse."""
    try:
        menu = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Menu)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise CorpusError(f"{path}: {error}") from error
    if not 1 <= len(menu.button) <= TOP:
        raise CorpusError(f"{path}: has {len(menu.button)} buttons; the platform takes 1 to {TOP}")
    buttons = [_spelled(path, button, public_url, TOP_NAME) for button in menu.button]
    return [button for button in buttons if button]


def _spelled(path: Path, button: Button, public_url: str, name_limit: int) -> dict[str, Any]:
    where = f"{path}: {button.name}"
    if not button.name or len(button.name.encode()) > name_limit:
        raise CorpusError(f"{where}: the name must have 1 to {name_limit} bytes")
    if sum(map(bool, (button.ask, button.page, button.below))) != 1:
        raise CorpusError(f"{where}: needs one of ask, page and below")
    if button.below:
        if name_limit == BELOW_NAME or len(button.below) > BELOW:
            raise CorpusError(f"{where}: has one level below it, with at most {BELOW} buttons")
        below = [_spelled(path, child, public_url, BELOW_NAME) for child in button.below]
        kept = [child for child in below if child]
        return {"name": button.name, "sub_button": kept} if kept else {}
    if button.page:
        return {"type": "view", "name": button.name, "url": f"{public_url}{button.page}"} if public_url else {}
    key = f"{ASK}{button.ask}"
    if len(key.encode()) > KEY:
        raise CorpusError(f"{where}: ask is longer than the platform's {KEY} bytes")
    return {"type": "click", "name": button.name, "key": key}
