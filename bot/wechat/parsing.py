"""One document of the platform becomes one message: a short way for ordinary words, a strict one for everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

from bot.errors import Malformed
from bot.messages import AnyMessage, File, Image, Link, Location, Text, Unknown, Video, Voice
from bot.wechat.events import EVENTS, Header
from bot.wechat.nodes import Nodes, read_message, read_nodes

MESSAGES: dict[str, Callable[[Header, Nodes], AnyMessage]] = {
    "text": lambda h, n: Text(**h, text=n.text("Content"), menu_id=n.text("bizmsgmenuid")),
    "image": lambda h, n: Image(**h, media_id=n.text("MediaId"), url=n.text("PicUrl")),
    "voice": lambda h, n: Voice(
        **h, media_id=n.text("MediaId"), format=n.text("Format"), recognition=n.text("Recognition")
    ),
    "video": lambda h, n: Video(**h, media_id=n.text("MediaId"), thumb_media_id=n.text("ThumbMediaId")),
    "shortvideo": lambda h, n: Video(
        **h, media_id=n.text("MediaId"), thumb_media_id=n.text("ThumbMediaId"), short=True
    ),
    "location": lambda h, n: Location(
        **h,
        latitude=n.decimal("Location_X"),
        longitude=n.decimal("Location_Y"),
        scale=n.integer("Scale", 0),
        label=n.text("Label"),
    ),
    "link": lambda h, n: Link(**h, title=n.text("Title"), description=n.text("Description"), url=n.text("Url")),
    "file": lambda h, n: File(
        **h, title=n.text("Title"), description=n.text("Description"), file_key=n.text("FileKey")
    ),
}

# What tells apart two documents of one follower in one second, besides MsgId: the platform's own rule, FromUserName
# and CreateTime, takes a scan and the click it causes for one. Nested ids are those of reports and of withdrawals.
_TELLING = {"msgtype", "event", "eventkey", "msgid", "publish_id", "templateid", "openid", "content", "mediaid"}
_TELLING |= {"subscribestatusstring"}  # yes to a notice, and no in the same second
_KEPT_ELSEWHERE = {"ToUserName", "FromUserName", "CreateTime", "Encrypt"}
_LATEST = 9_999_999_999  # seconds, the year 2286: what every calendar downstream can show
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # an openid, or an account; our columns hold 64

# The short ways below read what the platform sends day in, day out, at a tenth of the cost. Each takes nothing that the
# strict way refuses and reads nothing otherwise: whatever is spelled in any other way does not match.
_SPACE = r"[ \t\r\n]*"
# Characters that XML allows, less the carriage return, which a parser rewrites; the first "]]>" ends a CDATA section.
_WORDS = r"(?P<text>[^\]\x00-\x08\x0b-\x1f\ufffe\uffff]*+(?:\](?!\]>)[^\]\x00-\x08\x0b-\x1f\ufffe\uffff]*+)*+)"
_ORDINARY = re.compile(
    rf"{_SPACE}<xml>"
    rf"{_SPACE}<ToUserName><!\[CDATA\[(?P<account>{_NAME.pattern})\]\]></ToUserName>"
    rf"{_SPACE}<FromUserName><!\[CDATA\[(?P<openid>{_NAME.pattern})\]\]></FromUserName>"
    rf"{_SPACE}<CreateTime>(?P<created>[0-9]{{1,10}})</CreateTime>"
    rf"{_SPACE}<MsgType><!\[CDATA\[text\]\]></MsgType>"
    rf"{_SPACE}<Content><!\[CDATA\[{_WORDS}\]\]></Content>"
    rf"{_SPACE}<MsgId>(?P<msgid>[0-9]{{1,20}})</MsgId>"
    rf"(?:{_SPACE}<bizmsgmenuid>(?P<menu>[0-9]{{1,20}})</bizmsgmenuid>)?"
    rf"{_SPACE}</xml>{_SPACE}"
)
_ENVELOPE = re.compile(
    rf"{_SPACE}<xml>"
    rf"{_SPACE}<ToUserName><!\[CDATA\[{_NAME.pattern}\]\]></ToUserName>"
    rf"{_SPACE}<Encrypt><!\[CDATA\[(?P<sealed>[A-Za-z0-9+/=]++)\]\]></Encrypt>"
    rf"{_SPACE}</xml>{_SPACE}".encode()
)


def parse(body: bytes) -> AnyMessage:
    """The message in a clear document, or Malformed."""
    return parse_ordinary(body) or parse_any(body)


def sealed(body: bytes) -> str:
    """The text of the Encrypt node, empty where there is none; Malformed where the document is."""
    return sealed_ordinary(body) or sealed_any(body)


def parse_ordinary(body: bytes) -> Text | None:
    """The short way: follower's words in the platform's usual spelling, or None for the strict way."""
    try:
        found = _ORDINARY.fullmatch(body.decode())
    except UnicodeDecodeError:
        return None
    if found is None:
        return None
    account, openid, created, text, msgid, menu = found.groups()
    return Text(
        key=_key(int(created), openid, created, msgid),
        openid=openid,
        account=account,
        created=int(created),
        text=text.strip(),
        menu_id=menu or "",
    )


def parse_any(body: bytes) -> AnyMessage:
    """The strict way: any kind of message or event, in any spelling; kinds that we do not know are Unknown."""
    nodes = read_message(body)
    kind = nodes.text("MsgType").lower()
    header = _header(nodes, kind)
    if kind in MESSAGES:
        return MESSAGES[kind](header, nodes)
    event = nodes.text("Event").lower()
    if kind == "event" and event in EVENTS:
        return EVENTS[event](header, nodes)
    if kind == "event" or kind.startswith("device_"):  # nobody said anything, so nobody waits for words
        kind = f"event:{event or kind}"
    fields = {name: text for name, text in nodes.leaves().items() if name not in _KEPT_ELSEWHERE}
    return Unknown(**header, kind=kind, fields=fields)


def sealed_ordinary(body: bytes) -> str | None:
    """The short way: an envelope in the platform's usual spelling, or None for the strict way."""
    found = _ENVELOPE.fullmatch(body)
    return found["sealed"].decode("ascii") if found else None


def sealed_any(body: bytes) -> str:
    """The strict way: any document."""
    return read_nodes(body).text("Encrypt")


def _header(nodes: Nodes, kind: str) -> Header:
    openid, account, created = nodes.text("FromUserName"), nodes.text("ToUserName"), nodes.integer("CreateTime")
    if not _NAME.fullmatch(openid):
        raise Malformed("FromUserName is no openid")
    if not 0 <= created <= _LATEST:
        raise Malformed("CreateTime is no time")
    msgid = nodes.text("MsgId")
    telling = [msgid] if msgid and kind != "event" else _telling(nodes)
    key = _key(created, openid, nodes.text("CreateTime"), *telling)
    return Header(key=key, openid=openid, account=account, created=created)


def _telling(nodes: Nodes) -> Iterator[str]:
    for name, text in nodes.leaves().items():
        last = name.rpartition(".")[2].lower()
        if last in _TELLING:
            yield f"{last}={text.lower() if last == 'event' else text}"


def _key(created: int, *identity: str) -> str:
    # The second first: then what comes together stands together in the index, on a page or two instead of one for each.
    # The separator is a character that no XML document can hold, so no two identities are written alike.
    digest = blake2b("\x1f".join(identity).encode(), digest_size=12).hexdigest()
    return f"{created & 0xFFFFFFFF:08x}{digest}"
