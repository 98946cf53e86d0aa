"""Reading the bot's passive reply as strictly as the platform does: what it shows, or why the fault line appears."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import msgspec

from bot.emulator.account import Account
from bot.emulator.envelope import BadEnvelope, Envelope, parse
from bot.emulator.media import Media
from bot.emulator.pushes import Push

TEXT_LIMIT = 2048  # bytes of UTF-8


class BadAnswer(ValueError):
    """A reply the platform does not take; the text says why."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that holds. `kind` is the MsgType, or empty where the bot chose to say nothing; `xml` is decrypted."""

    kind: str = ""
    text: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    picture: str = ""
    media_id: str = ""
    xml: str = ""


class Judge:
    """Decides on replies for one account."""

    def __init__(self, account: Account, envelope: Envelope, media: Media) -> None:
        self._account = account
        self._envelope = envelope
        self._media = media
        self._readers: dict[str, Callable[[ElementTree.Element], Answer]] = {
            "text": _read_text,
            "image": lambda root: self._read_media(root, "image"),
            "voice": lambda root: self._read_media(root, "voice"),
            "video": lambda root: self._read_media(root, "video"),
            "music": self._read_music,
            "news": _read_news,
            "transfer_customer_service": lambda root: Answer(),
        }

    def read(self, body: bytes, push: Push, openid: str) -> Answer:
        """The reply to `push` of `openid`; BadAnswer where it is malformed."""
        if body in (b"", b"success"):
            return Answer(xml=body.decode())
        try:
            xml = self._open(body)
            root = parse(xml)
        except BadEnvelope as error:
            raise BadAnswer(str(error)) from error
        kind = self._head(root, openid)
        if kind == "transfer_customer_service" and push.event:
            raise BadAnswer("only messages can be handed to staff, not events")
        return msgspec.structs.replace(self._readers[kind](root), kind=kind, xml=xml)

    def _open(self, body: bytes) -> str:
        root = parse(body)
        sealed = root.find("Encrypt") is not None
        if sealed and self._account.mode == "plain":
            raise BadEnvelope("encrypted, but the account is in plain mode")
        if not sealed and self._account.mode == "safe":
            raise BadEnvelope("not encrypted, but the account is in safe mode")
        return self._envelope.unpack(root) if sealed else body.decode()

    def _head(self, root: ElementTree.Element, openid: str) -> str:
        names = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
        to, sender, created, kind = (root.findtext(name) or "" for name in names)
        if to != openid:
            raise BadAnswer("ToUserName is not the openid that wrote")
        if sender != self._account.original_id:
            raise BadAnswer("FromUserName is not the account's gh_ id")
        if not (created.isascii() and created.isdecimal()):
            raise BadAnswer("CreateTime is not a whole number")
        if kind not in self._readers:
            raise BadAnswer(f"MsgType {kind!r} is not one a reply can have")
        return kind

    def _read_media(self, root: ElementTree.Element, kind: str) -> Answer:
        node = root.find(kind.capitalize())
        if node is None:
            raise BadAnswer(f"<{kind.capitalize()}> is missing")
        media_id = self._known(node.findtext("MediaId"), kind)
        return Answer(
            media_id=media_id, title=node.findtext("Title") or "", description=node.findtext("Description") or ""
        )

    def _read_music(self, root: ElementTree.Element) -> Answer:
        node = root.find("Music")
        if node is None:
            raise BadAnswer("<Music> is missing")
        media_id = self._known(node.findtext("ThumbMediaId"), "thumb", "image")
        title, description = node.findtext("Title") or "", node.findtext("Description") or ""
        url = node.findtext("MusicUrl") or node.findtext("HQMusicUrl") or ""
        return Answer(media_id=media_id, title=title, description=description, url=url)

    def _known(self, media_id: str | None, *kinds: str) -> str:
        asset = self._media.find(media_id or "")
        if asset is None or asset.kind not in kinds:
            raise BadAnswer(f"no {kinds[0]} has this media id")
        return asset.media_id


def _read_text(root: ElementTree.Element) -> Answer:
    content = root.findtext("Content") or ""
    if not content:
        raise BadAnswer("Content is empty; silence is the word success")
    size = len(content.encode())
    if size > TEXT_LIMIT:
        raise BadAnswer(f"Content has {size} bytes, over {TEXT_LIMIT}")
    return Answer(text=content)


def _read_news(root: ElementTree.Element) -> Answer:
    items = root.findall("Articles/item")
    if root.findtext("ArticleCount") != "1" or len(items) != 1:
        raise BadAnswer("exactly one article may be sent")
    names = ("Title", "Description", "PicUrl", "Url")
    title, description, picture, url = (items[0].findtext(name) or "" for name in names)
    if not title:
        raise BadAnswer("the article has no title")
    return Answer(title=title, description=description, picture=picture, url=url)
