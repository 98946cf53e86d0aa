"""What stands in a follower's chat, and what it links to."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

import msgspec

from bot.clock import Clock
from bot.emulator.feed import Feed

KEPT = 200  # bubbles of one chat


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a template message."""

    label: str
    value: str


class Bubble(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """One entry. `sender` is me, account or system; `time` in seconds since 1970; `pending` while its push runs.

    `kind` is text, image, voice, video, music, news, location, link, template, notice, mass or system.
    """

    id: int = 0
    sender: str = "account"
    kind: str = "text"
    text: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    picture: str = ""
    fields: tuple[Field, ...] = ()
    time: float = 0.0
    pending: bool = False


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tap: what it says, where it leads, and the words it speaks, if it speaks."""

    label: str
    href: str
    words: str = ""
    menu_id: str = ""


class Chat:
    """A follower's history, newest last, bounded; every change is published."""

    def __init__(self, openid: str, *, clock: Clock, feed: Feed) -> None:
        self._openid = openid
        self._clock = clock
        self._feed = feed
        self._last = int(clock.time() * 1000)  # so that ids rise across chats begun anew
        self.bubbles: deque[Bubble] = deque(maxlen=KEPT)

    def add(self, bubble: Bubble) -> Bubble:
        """Put an entry at the end; it gets its id and time here."""
        self._last += 1
        bubble = msgspec.structs.replace(bubble, id=self._last, time=self._clock.time())
        self.bubbles.append(bubble)
        self._publish(bubble)
        return bubble

    def recall(self, bubbles: Iterable[Bubble]) -> None:
        """Put back what stood in it before."""
        self.bubbles.extend(bubbles)
        self._last = max([self._last, *(bubble.id for bubble in self.bubbles)])

    def settle(self, bubble: Bubble) -> Bubble:
        """Take away an entry's waiting mark."""
        settled = msgspec.structs.replace(bubble, pending=False)
        if bubble in self.bubbles:
            self.bubbles[self.bubbles.index(bubble)] = settled
        self._publish(settled)
        return settled

    def find_link(self, label: str) -> Link:
        """The newest link that says `label`; LookupError where there is none."""
        for bubble in reversed(self.bubbles):
            for link in links(bubble):
                if label in (link.label, link.href):
                    return link
        raise LookupError(f"no link says {label!r}")

    def _publish(self, bubble: Bubble) -> None:
        self._feed.publish({"type": "bubble", "bubble": bubble}, self._openid)


class Chats:
    """The chat of everyone who has one."""

    def __init__(self, clock: Clock, feed: Feed) -> None:
        self._clock = clock
        self._feed = feed
        self._all: dict[str, Chat] = {}

    def of(self, openid: str) -> Chat:
        """The chat with `openid`, begun where there was none."""
        if openid not in self._all:
            self._all[openid] = Chat(openid, clock=self._clock, feed=self._feed)
        return self._all[openid]

    def all(self) -> dict[str, Chat]:
        """Every chat, by whose it is."""
        return dict(self._all)

    def clear(self) -> None:
        """Begin all anew."""
        self._all.clear()


def links(bubble: Bubble) -> list[Link]:
    """Everything in a bubble that can be tapped, in order."""
    found = [_link(html.unescape(href), html.unescape(label)) for href, label in _anchors(bubble.text)]
    if bubble.url:
        found.append(Link(label=bubble.title, href=bubble.url))
    return found


def _anchors(text: str) -> list[tuple[str, str]]:
    return re.findall(r"""<a\s[^>]*?href=["']([^"'>]*)["'][^>]*>(.*?)</a>""", text, re.DOTALL)


def _link(href: str, label: str) -> Link:
    parts = urlsplit(href)
    if (parts.scheme, parts.netloc) != ("weixin", "bizmsgmenu"):
        return Link(label=label, href=href)
    query = parse_qs(parts.query)
    words, menu_id = query.get("msgmenucontent", [""])[0], query.get("msgmenuid", [""])[0]
    return Link(label=label, href=href, words=words, menu_id=menu_id)
