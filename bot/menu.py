"""The account's menu: what the corpus keeps of it, what the platform would refuse of it, what its menu call takes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import CorpusError
from bot.routing import ASK

TOP, BELOW = 3, 5  # buttons
TOP_NAME, BELOW_NAME, KEY, URL = 16, 60, 128, 1024  # bytes; the platform refuses more (40016–40022)
DOES = ("ask", "page", "url")  # what a button without others below it can do


class Button(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A button that asks, opens a page of ours or of others, or holds others."""

    name: str
    ask: str = ""
    page: str = ""
    url: str = ""
    below: tuple[Button, ...] = ()


class Menu(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file, and the part of the corpus."""

    button: tuple[Button, ...]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something the platform would refuse: at which button, as 0 or 0.2, at what of it, and why, as a key."""

    place: str
    field: str
    why: str
    said: str


def read_menu(path: Path, public_url: str) -> list[dict[str, Any]]:
    """The buttons of a file for menu/create; CorpusError says what the platform would refuse."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: {error}") from error
    return spell(menu_of(body, str(path)), public_url, origin=str(path))


def menu_of(body: Mapping[str, Any], origin: str) -> Menu:
    """The menu of a body as the corpus keeps it; CorpusError says what is no menu."""
    try:
        return msgspec.convert(dict(body), Menu)
    except msgspec.ValidationError as error:
        raise CorpusError(f"{origin}: {error}") from error


def spell(menu: Menu, public_url: str, *, origin: str) -> list[dict[str, Any]]:
    """The buttons for menu/create; CorpusError names the first thing the platform would refuse. Without an address of
    ours its pages have no buttons."""
    fault = next(faults(menu), None)
    if fault is not None:
        raise CorpusError(f"{origin}: {fault.said}")
    buttons = [_spelled(button, public_url) for button in menu.button]
    return [button for button in buttons if button]


def faults(menu: Menu) -> Iterator[Fault]:
    """All that the platform would refuse."""
    if not 1 <= len(menu.button) <= TOP:
        yield Fault(
            place="", field="", why="count", said=f"has {len(menu.button)} buttons; the platform takes 1 to {TOP}"
        )
    for number, button in enumerate(menu.button):
        yield from _faults(button, str(number), TOP_NAME)
        if len(button.below) > BELOW:
            said = f"{button.name}: has one level below it, with at most {BELOW} buttons"
            yield Fault(place=str(number), field="below", why="below", said=said)
        for inner, below in enumerate(button.below):
            yield from _faults(below, f"{number}.{inner}", BELOW_NAME)


def _faults(button: Button, place: str, limit: int) -> Iterator[Fault]:
    def fault(field: str, why: str, said: str) -> Fault:
        return Fault(place=place, field=field, why=why, said=f"{button.name}: {said}")

    if not button.name or len(button.name.encode()) > limit:
        yield fault("name", "name" if button.name else "missing", f"the name must have 1 to {limit} bytes")
    if sum(map(bool, (button.ask, button.page, button.url, button.below))) != 1:
        yield fault("value", "missing", "needs one of ask, page, url and below")
    if button.below and limit == BELOW_NAME:
        yield fault("below", "below", f"has one level below it, with at most {BELOW} buttons")
    if len(f"{ASK}{button.ask}".encode()) > KEY:
        yield fault("value", "ask", f"ask is longer than the platform's {KEY} bytes")
    if button.page and not button.page.startswith("/"):
        yield fault("value", "page", "page must begin with /")
    if button.url and not (button.url.startswith(("https://", "http://")) and len(button.url.encode()) <= URL):
        yield fault("value", "url", f"url must begin with https:// and have at most {URL} bytes")


def _spelled(button: Button, public_url: str) -> dict[str, Any]:
    if button.below:
        kept = [child for child in (_spelled(child, public_url) for child in button.below) if child]
        return {"name": button.name, "sub_button": kept} if kept else {}
    if button.page:
        return {"type": "view", "name": button.name, "url": f"{public_url}{button.page}"} if public_url else {}
    if button.url:
        return {"type": "view", "name": button.name, "url": button.url}
    return {"type": "click", "name": button.name, "key": f"{ASK}{button.ask}"}


def told(buttons: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Buttons as the platform has them, line by line: place, name, and what each does, as click:key or view:url."""
    for number, button in enumerate(buttons):
        below = button.get("sub_button") or []
        yield str(number), str(button.get("name", "")), "" if below else _does(button)
        for inner, child in enumerate(below):
            yield f"{number}.{inner}", str(child.get("name", "")), _does(child)


def _does(button: Mapping[str, Any]) -> str:
    what = next((str(button[key]) for key in ("key", "url", "media_id", "article_id") if button.get(key)), "")
    return f"{button.get('type', '')}:{what}"
