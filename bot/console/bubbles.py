"""A text as the chat shows it: plain pieces, links that speak for the follower, links to pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

LINK = re.compile(r'<a\s+href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
SPEAKS = "weixin://bizmsgmenu"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece: `words` and `menu_id` of a link that speaks, `url` of one that opens a page, else neither."""

    text: str
    words: str = ""
    menu_id: str = ""
    url: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of a text as we send it, in their order."""
    place = 0
    for found in LINK.finditer(text):
        if found.start() > place:
            yield Piece(text=unescape(text[place : found.start()]))
        yield _link(unescape(found[1]), unescape(found[2]))
        place = found.end()
    if place < len(text):
        yield Piece(text=unescape(text[place:]))


def _link(target: str, label: str) -> Piece:
    if target.startswith(SPEAKS):
        query = parse_qs(urlsplit(target).query)
        return Piece(text=label, words=query.get("msgmenucontent", [""])[0], menu_id=query.get("msgmenuid", [""])[0])
    return Piece(text=label, url=target if target.startswith(("https://", "http://")) else "")
