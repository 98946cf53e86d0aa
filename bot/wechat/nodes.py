"""The strict reading of the platform's XML: bytes become named nodes, or Malformed. The only user of wechatpy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.parsers.expat import ExpatError

from bot.errors import Malformed

# Nothing but a declaration may stand before the root. A document type has its place only there, so this refuses DTDs,
# and with them entities of one's own: bombs, files, addresses. A follower may still send the words "<!DOCTYPE html>".
_START = re.compile(r"(?:<\?xml[ \t\r\n][^<>]*\?>[ \t\r\n]*)?<xml[ \t\r\n/>]")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,30})?")
_INT64 = 2**63  # what the platform's ids and our columns hold
_DEPTH = 4  # levels below the root that are kept of unknown messages; known ones need three


class Nodes:
    """The children of one element, found by name whatever its case: the platform writes MsgId and MsgID, openid and
    OpenID. A leaf's text is without surrounding space; an empty leaf and an absent one are the same.
    """

    def __init__(self, children: Mapping[str, Any]) -> None:
        self._children = {name.lower(): child for name, child in children.items()}
        self._written = children

    def text(self, name: str) -> str:
        """The text of a leaf, or an empty one. Malformed where the node is repeated, or is none of the platform's."""
        child = self._children.get(name.lower())
        if child is None:
            return ""
        if not isinstance(child, str):
            raise Malformed(f"{name} is not one text")
        return child

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number within 64 bits; where there is none the default, or without a default Malformed."""
        text = self.text(name)
        if _INTEGER.fullmatch(text) and -_INT64 <= int(text) < _INT64:
            return int(text)
        if default is None:
            raise Malformed(f"{name} is not a whole number")
        return default

    def decimal(self, name: str, default: float | None = None) -> float:
        """A number with a point; where there is none the default, or without a default Malformed."""
        text = self.text(name)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if default is None:
            raise Malformed(f"{name} is not a number")
        return default

    def texts(self, name: str) -> list[str]:
        """The texts of a leaf that may stand several times."""
        return [child for child in self._all(name) if isinstance(child, str)]

    def inner(self, name: str) -> Nodes:
        """The children of an element, none where it is absent or empty. Malformed where it is repeated."""
        found = self.several(name)
        if len(found) > 1:
            raise Malformed(f"{name} is repeated")
        return found[0] if found else Nodes({})

    def several(self, name: str) -> list[Nodes]:
        """The children of each element of this name."""
        return [Nodes(child) for child in self._all(name) if isinstance(child, dict)]

    def leaves(self) -> dict[str, str]:
        """Every text as it is written, under its path: `Info.Type`, and `Info.1.Type` for the second of several."""
        return dict(_walk(self._written))

    def _all(self, name: str) -> list[Any]:
        child = self._children.get(name.lower())
        return child if isinstance(child, list) else [child]


def read_nodes(body: bytes) -> Nodes:
    """The children of the root `xml` of any document."""

    def parse(text: str) -> Any:
        from wechatpy.parser import xmltodict  # its own parser; late, because wechatpy takes 0.2 s and 29 MB to import

        return xmltodict.parse(text)["xml"]

    return _read(body, parse)


def read_message(body: bytes) -> Nodes:
    """The nodes of a message, as wechatpy reads them.

    It tells the ways of following apart: Event is `subscribe_scan` for our own QR codes, with their prefix taken off
    EventKey, `subscribe_scan_product` for goods, and else `subscribe`. An event whose name is empty, which it cannot
    read, is read without it.
    """

    def parse(text: str) -> Any:
        from wechatpy import parse_message  # late, as above
        from wechatpy.parser import xmltodict

        try:
            return parse_message(text)._data
        except AttributeError:
            children = xmltodict.parse(text)["xml"]
            if isinstance(children["MsgType"], str) and children.get("Event", "") is None:
                return children
            raise

    return _read(body, parse)


def _read(body: bytes, parse: Callable[[str], Any]) -> Nodes:
    try:
        text = body.decode().lstrip("\ufeff \t\r\n")  # some senders begin with a mark or a line
        if not _START.match(text):
            raise Malformed("does not begin as the platform's documents do")
        children = parse(text)
    # What wechatpy raises at broken XML, and at a root or a MsgType, Event or EventKey that is missing or no text.
    except (ExpatError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("is not a document of the platform's") from error
    if not isinstance(children, dict):
        raise Malformed("has no nodes")
    return Nodes(children)


def _walk(children: Mapping[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, child in children.items():
        for place, item in enumerate(child if isinstance(child, list) else [child]):
            here = f"{path}{name}.{place}" if place else f"{path}{name}"
            if isinstance(item, str):
                yield here, item
            elif isinstance(item, dict) and depth < _DEPTH:
                yield from _walk(item, f"{here}.", depth + 1)
