"""Signatures and encryption, against the platform's own examples and wechatpy."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.emulator.account import Account
from bot.emulator.envelope import BadEnvelope, Envelope, parse, sign, sign_page

from .conftest import ACCOUNT

XML = (
    "<xml><ToUserName><![CDATA[gh_0a1b2c3d4e5f]]></ToUserName>"
    "<FromUserName><![CDATA[oTest-OpenId_0000000000000001]]></FromUserName><CreateTime>1767225600</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>23000000000000001</MsgId></xml>"
)
SEALED = (
    "B2yGn7kE3nDyRso+xhlT9vZueHVonY0wnm+ToQKPVBuxbwSpxrDKbWWaZ+gzZxSktsY4DYmTAPDAChd+i4i53sPF32Wu7vT19aytei5q4+owh1Tz"
    "AanssLabJsnF2GsL2IDx+TZ74+29rValhS2p1k422onCCy1sYl1cF9I0S1qREkXVh1/axt/9RkOXIjuyIJEVXq8U8sKBBJoLMRVVT4m0n53xeG1w"
    "2yZ8KO5XIKNJ8cOhnZMgZ71nMkIxcn2lCErRe3PcJeUuH1gNbQY7ErDpPOg7TMG/GGbsQmPy88buOTA9f4JTex0HExq3j2YlPJszyrbp8lK2N9BQ"
    "7Jkbox7fIB94ZeKawaBsCKQ+jjvCf8XxtlgzyixV2l+jlT34QQqatfBAAQqWmwETKbyfvIQ9VFBcM+p0D4GXQtLzu+k="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_signs_as_the_platform_page(timestamp: str, nonce: str, signature: str) -> None:
    """The worked examples of the platform's page on message push come out."""
    assert sign("AAAAA", timestamp, nonce) == signature


def test_signs_pages_as_the_platform_page() -> None:
    """The worked example of the JS-SDK page comes out, with or without a fragment."""
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    for url in ("http://mp.weixin.qq.com?params=value", "http://mp.weixin.qq.com?params=value#top"):
        signature = sign_page(ticket=ticket, noncestr="Wm3WZYTPz0wzccnW", timestamp=1414587457, url=url)
        assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_seals_the_known_message(account: Account) -> None:
    """The worked message encrypts to the known text, is signed as known, and opens again."""
    envelope = Envelope(account)
    packet = envelope.pack(XML, openid="o1", timestamp=1767225600, nonce="1320562132", salt=b"ABCDEFGHIJKLMNOP")
    assert parse(packet.body).findtext("Encrypt") == SEALED
    assert packet.query["signature"] == "15b76b7e761f8d973063bbc0ceaf8d5943ce28ea"
    assert packet.query["msg_signature"] == "8e5a149ca190faa53e8c7753a5b19f185bbd4a52"
    assert envelope.decrypt(SEALED) == XML


@given(st.text(max_size=300))
def test_opens_what_it_seals(message: str) -> None:
    """Any text survives sealing and opening."""
    envelope = Envelope(ACCOUNT)
    text = message.encode(errors="ignore").decode()
    assert envelope.decrypt(envelope.encrypt(text, b"0" * 16)) == text


def test_safe_mode_shows_nothing_in_the_clear(account: Account) -> None:
    """In safe mode only the account's gh_ id stands beside the sealed text."""
    packet = Envelope(account).pack(XML, openid="o1", timestamp=1, nonce="2", salt=b"0" * 16)
    assert [node.tag for node in parse(packet.body)] == ["ToUserName", "Encrypt"]
    assert packet.query["encrypt_type"] == "aes"


def test_compatible_mode_shows_both(account: Account) -> None:
    """In compatible mode the clear nodes and the sealed text stand side by side."""
    envelope = Envelope(msgspec.structs.replace(account, mode="compatible"))
    root = parse(envelope.pack(XML, openid="o1", timestamp=1, nonce="2", salt=b"0" * 16).body)
    assert root.findtext("Content") == "你好"
    assert envelope.decrypt(root.findtext("Encrypt") or "") == XML


def test_plain_mode_seals_nothing(account: Account) -> None:
    """In plain mode the XML goes as it is, with the three-part signature alone."""
    packet = Envelope(msgspec.structs.replace(account, mode="plain")).pack(
        XML, openid="o1", timestamp=1, nonce="2", salt=b"0" * 16
    )
    assert packet.body == XML
    assert set(packet.query) == {"signature", "timestamp", "nonce", "openid"}


def _reply(account: Account, **changes: str) -> ElementTree.Element:
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    root = parse(crypto.encrypt_message(XML, "77", "1767225601"))
    for name, value in changes.items():
        node = root.find(name)
        assert node is not None
        node.text = value
    return root


def test_opens_replies_of_wechatpy(account: Account) -> None:
    """A reply that wechatpy encrypted opens to what it was."""
    assert Envelope(account).unpack(_reply(account)) == XML


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"MsgSignature": "0" * 40}, "MsgSignature does not fit"),
        ({"Nonce": "78"}, "MsgSignature does not fit"),
        ({"TimeStamp": "soon"}, "TimeStamp is not a whole number"),
        ({"Nonce": ""}, "lacks Nonce"),
    ],
)
def test_refuses_a_forged_reply(account: Account, changes: dict[str, str], why: str) -> None:
    """Each part of the reply's envelope is checked."""
    with pytest.raises(BadEnvelope, match=why):
        Envelope(account).unpack(_reply(account, **changes))


def test_refuses_another_app_id(account: Account) -> None:
    """A text sealed for another app id does not open."""
    other = Envelope(msgspec.structs.replace(account, app_id="wx9999999999999999"))
    with pytest.raises(BadEnvelope, match="app id"):
        Envelope(account).decrypt(other.encrypt("hello", b"0" * 16))


@pytest.mark.parametrize("text", ["", "!!!", "AAAA", "A" * 44, SEALED[:64], SEALED[:-4] + "AAAA"])
def test_refuses_broken_ciphertext(account: Account, text: str) -> None:
    """What is no ciphertext of ours is refused, not crashed on."""
    with pytest.raises(BadEnvelope):
        Envelope(account).decrypt(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "<a/>",
        "<xml>",
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>',
        b"<xml>\xff</xml>",
        "<xml>\x01</xml>",
    ],
)
def test_refuses_what_is_not_the_xml_of_the_protocol(text: str | bytes) -> None:
    """Only a well-formed <xml> without a document type is read."""
    with pytest.raises(BadEnvelope):
        parse(text)


def test_has_no_key_in_plain_mode(account: Account) -> None:
    """An account without key opens nothing."""
    plain = msgspec.structs.replace(account, mode="plain", aes_key="")
    with pytest.raises(BadEnvelope, match="no key"):
        Envelope(plain).decrypt(SEALED)
