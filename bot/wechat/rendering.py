"""What we say, as the platform's XML: passive replies and the envelope they are sealed in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.messages import AnyMessage
from bot.replies import AnyReply, Nodes

# Characters that no XML document may hold. One of them in a reply, and the follower sees the platform's fault line.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WORDLESS = re.compile(r"<Content><!\[CDATA\[\s*\]\]></Content>")


def write_reply(reply: AnyReply, message: AnyMessage, time: float) -> bytes | None:
    """The reply to `message`, sent at `time` (seconds since 1970), or None where there is nothing to say.

    Empty words are nothing to say: the platform takes an empty Content for a fault.
    """
    body = _spelled(reply)
    if body is None:
        return None
    # A name is letters and digits, and the account is ours: nothing in them to escape.
    head = (
        f"<xml><ToUserName><![CDATA[{message.openid}]]></ToUserName>"
        f"<FromUserName><![CDATA[{message.account}]]></FromUserName>"
        f"<CreateTime>{int(time)}</CreateTime>"
    )
    return head.encode() + body


@lru_cache(maxsize=512)
def _spelled(reply: AnyReply) -> bytes | None:
    """A document from MsgType on to its end, or None: many are told the same."""
    passive = reply.passive()
    if passive is None:
        return None
    kind, nodes = passive
    body = _write(nodes)
    if kind == "text" and _WORDLESS.fullmatch(body):
        return None
    return f"<MsgType>{_cdata(kind)}</MsgType>{body}</xml>".encode()


def write_envelope(sealed: str, *, signature: str, timestamp: str, nonce: str) -> bytes:
    """The envelope of a sealed reply. None of the values needs escaping: base64, hex and digits."""
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


def _write(nodes: Nodes) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in nodes.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _write(value)
    return _cdata(value) if isinstance(value, str) else str(value)


def _cdata(text: str) -> str:
    # A section cannot hold its own end, so the end is cut in two and each half has a section.
    text = _FORBIDDEN.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"
