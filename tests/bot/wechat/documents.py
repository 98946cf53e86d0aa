"""Pushes in clear, as the platform writes them."""

from __future__ import annotations

ACCOUNT, OPENID, CREATED = "gh_0a1b2c3d4e5f", "oTest-OpenId_0000000000000001", "1767225600"


def document(kind: str, body: str, *, openid: str = OPENID, created: str = CREATED) -> bytes:
    """A push with the header that every kind has."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{body}</xml>"
    ).encode()


def words(text: str, after: str = "", *, msgid: str = "23000000000000001") -> bytes:
    """An ordinary text message."""
    return document("text", f"<Content><![CDATA[{text}]]></Content><MsgId>{msgid}</MsgId>{after}")
