"""What we can send: each reply with its passive spelling (in the callback's answer) and its active one (custom send).

Both spellings are plain data: a passive one is a MsgType and nested nodes for the XML, an active one is the JSON body
without `touser`. A reply that has no active spelling returns None there.
"""

# ruff: noqa: D102  # the two spellings are explained once, at Reply

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import quote

import msgspec

TAG = re.compile(r"</?a\b[^>]*>")
LINK = re.compile(r"<a [^>]*>[^<]*</a>")

TEXT_LIMIT = 2048  # UTF-8 bytes of one text; longer ones are cut or fail at the platform

Nodes = dict[str, Any]


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Something to say to a follower."""

    def passive(self) -> tuple[str, Nodes] | None:
        """MsgType and nodes, or None for no reply."""
        raise NotImplementedError

    def active(self) -> dict[str, Any] | None:
        """Body of a customer-service message without its receiver, or None."""
        raise NotImplementedError


class Say(Reply, tag=True, frozen=True, kw_only=True):
    """Words, cut at TEXT_LIMIT bytes between characters and never inside a link."""

    text: str

    def passive(self) -> tuple[str, Nodes] | None:
        return "text", {"Content": fit(self.text)}

    def active(self) -> dict[str, Any] | None:
        return {"msgtype": "text", "text": {"content": fit(self.text)}}


class ShowImage(Reply, tag=True, frozen=True, kw_only=True):
    """A picture the platform holds."""

    media_id: str

    def passive(self) -> tuple[str, Nodes] | None:
        return "image", {"Image": {"MediaId": self.media_id}}

    def active(self) -> dict[str, Any] | None:
        return {"msgtype": "image", "image": {"media_id": self.media_id}}


class Speak(Reply, tag=True, frozen=True, kw_only=True):
    """A recording the platform holds."""

    media_id: str

    def passive(self) -> tuple[str, Nodes] | None:
        return "voice", {"Voice": {"MediaId": self.media_id}}

    def active(self) -> dict[str, Any] | None:
        return {"msgtype": "voice", "voice": {"media_id": self.media_id}}


class ShowVideo(Reply, tag=True, frozen=True, kw_only=True):
    """A film the platform holds and has reviewed. The thumbnail is needed for the active spelling alone."""

    media_id: str
    title: str = ""
    description: str = ""
    thumb_media_id: str = ""

    def passive(self) -> tuple[str, Nodes] | None:
        nodes = {"MediaId": self.media_id, "Title": self.title, "Description": self.description}
        return "video", {"Video": {name: value for name, value in nodes.items() if value}}

    def active(self) -> dict[str, Any] | None:
        if not self.thumb_media_id:
            return None
        body = {"media_id": self.media_id, "thumb_media_id": self.thumb_media_id}
        return {"msgtype": "video", "video": {**body, "title": self.title, "description": self.description}}


class PlayMusic(Reply, tag=True, frozen=True, kw_only=True):
    """A piece of music from the web with a thumbnail the platform holds."""

    thumb_media_id: str
    title: str = ""
    description: str = ""
    url: str = ""
    hq_url: str = ""

    def passive(self) -> tuple[str, Nodes] | None:
        nodes = {"Title": self.title, "Description": self.description, "MusicUrl": self.url, "HQMusicUrl": self.hq_url}
        kept = {name: value for name, value in nodes.items() if value}
        return "music", {"Music": {**kept, "ThumbMediaId": self.thumb_media_id}}

    def active(self) -> dict[str, Any] | None:
        body = {"title": self.title, "description": self.description, "musicurl": self.url, "hqmusicurl": self.hq_url}
        return {"msgtype": "music", "music": {**body, "thumb_media_id": self.thumb_media_id}}


class ShowArticle(Reply, tag=True, frozen=True, kw_only=True):
    """One article card; the platform takes exactly one (45008 beyond)."""

    title: str
    description: str = ""
    picture_url: str = ""
    url: str = ""

    def passive(self) -> tuple[str, Nodes] | None:
        item = {"Title": self.title, "Description": self.description, "PicUrl": self.picture_url, "Url": self.url}
        return "news", {"ArticleCount": 1, "Articles": {"item": item}}

    def active(self) -> dict[str, Any] | None:
        item = {"title": self.title, "description": self.description, "url": self.url, "picurl": self.picture_url}
        return {"msgtype": "news", "news": {"articles": [item]}}


class HandOver(Reply, tag=True, frozen=True, kw_only=True):
    """Pass the message to customer-service staff, to a named one where `staff` is set."""

    staff: str = ""

    def passive(self) -> tuple[str, Nodes] | None:
        return "transfer_customer_service", {"TransInfo": {"KfAccount": self.staff}} if self.staff else {}

    def active(self) -> dict[str, Any] | None:
        return None


class Silence(Reply, tag=True, frozen=True, kw_only=True):
    """Nothing: the platform gets its `success` and the follower sees no line."""

    def passive(self) -> tuple[str, Nodes] | None:
        return None

    def active(self) -> dict[str, Any] | None:
        return None


AnyReply = Say | ShowImage | Speak | ShowVideo | PlayMusic | ShowArticle | HandOver | Silence


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a handler says: the reply, what it took the question for, and the policies it names, best first."""

    reply: AnyReply
    intent: str = ""
    policies: tuple[str, ...] = ()
    version: str = ""


def fit(text: str, limit: int = TEXT_LIMIT) -> str:
    """The longest beginning of `text` within `limit` UTF-8 bytes that cuts no character and no `<a>…</a>`."""
    data = text.encode()
    if len(data) <= limit:
        return text
    cut = data[: limit - len("…".encode())].decode(errors="ignore")
    halved = next((link for link in LINK.finditer(text) if link.end() > len(cut)), None)
    if halved is not None:
        cut = cut[: halved.start()]
    return cut.rstrip() + "…"


def fitting(lines: Sequence[str], around: Sequence[str], spare: int = 100) -> int:
    """How many of `lines` fit into one text beside the lines `around` them, with `spare` bytes left over."""
    room = TEXT_LIMIT - spare - len("\n".join(around).encode())
    for number, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            return number
    return len(lines)


_quoted = lru_cache(maxsize=1024)(quote)  # most of what links say are titles


def say_link(label: str, words: str, menu_id: str = "1") -> str:
    """A link that, tapped, makes the follower's client send `words`. Tags in the label are shown, not obeyed."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={_quoted(words)}&msgmenuid={_quoted(menu_id)}">{escape(label)}</a>'


def web_link(label: str, url: str) -> str:
    """A link to a page. Tags in the label are shown, not obeyed."""
    return f'<a href="{escape(url)}">{escape(label)}</a>'


def visible(text: str) -> str:
    """A text as the follower sees it: links by their labels."""
    return unescape(TAG.sub("", text))
