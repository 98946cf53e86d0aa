"""Signatures and encryption as the platform does them, written from its pages and not from the bot's code."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from xml.etree import ElementTree

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.emulator.account import Account

BLOCK = 32  # bytes; the padding's block, twice the cipher's


class BadEnvelope(ValueError):
    """Something that cannot be opened; the text says why."""


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """One push as it goes over the wire."""

    query: dict[str, str]
    body: str


def sign(*parts: str) -> str:
    """SHA-1 in hex of the parts, sorted as strings and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform's choice


def sign_page(*, ticket: str, noncestr: str, timestamp: int, url: str) -> str:
    """The JS-SDK signature of a page; what follows `#` does not count."""
    text = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the platform's choice


def parse(text: str | bytes) -> ElementTree.Element:
    """The tree of an XML document in UTF-8, without document type, whose root is <xml>."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        if "<!DOCTYPE" in text:
            raise BadEnvelope("a document type is not allowed")
        root = ElementTree.fromstring(text)  # noqa: S314 - entities need the document type refused above
    except (ElementTree.ParseError, UnicodeError) as error:
        raise BadEnvelope(f"not XML: {error}") from error
    if root.tag != "xml":
        raise BadEnvelope(f"the root is <{root.tag}>, not <xml>")
    return root


class Envelope:
    """Seals pushes and opens replies for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._key = base64.b64decode(account.aes_key + "=") if account.aes_key else b""

    def query(self, timestamp: int, nonce: str, **more: str) -> dict[str, str]:
        """The signed query every request of the platform has."""
        signature = sign(self._account.token, str(timestamp), nonce)
        return {"signature": signature, "timestamp": str(timestamp), "nonce": nonce, **more}

    def pack(self, xml: str, *, openid: str, timestamp: int, nonce: str, salt: bytes) -> Packet:
        """`xml` as the account's mode wants it delivered."""
        if self._account.mode == "plain":
            return Packet(query=self.query(timestamp, nonce, openid=openid), body=xml)
        sealed = self.encrypt(xml, salt)
        proof = sign(self._account.token, str(timestamp), nonce, sealed)
        node = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
        if self._account.mode == "compatible":
            body = xml.removesuffix("</xml>") + node + "</xml>"
        else:
            body = f"<xml><ToUserName><![CDATA[{self._account.original_id}]]></ToUserName>{node}</xml>"
        query = self.query(timestamp, nonce, openid=openid, encrypt_type="aes", msg_signature=proof)
        return Packet(query=query, body=body)

    def unpack(self, root: ElementTree.Element) -> str:
        """The XML inside an encrypted reply."""
        names = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        fields = {name: (root.findtext(name) or "").strip() for name in names}
        missing = [name for name, value in fields.items() if not value]
        if missing:
            raise BadEnvelope(f"the encrypted reply lacks {', '.join(missing)}")
        if not fields["TimeStamp"].isdecimal():
            raise BadEnvelope("TimeStamp is not a whole number")
        parts = fields["TimeStamp"], fields["Nonce"], fields["Encrypt"]
        if sign(self._account.token, *parts) != fields["MsgSignature"]:
            raise BadEnvelope("MsgSignature does not fit")
        return self.decrypt(fields["Encrypt"])

    def encrypt(self, message: str, salt: bytes) -> str:
        """Base64 of AES-256-CBC over salt, length, message and app id."""
        data = message.encode()
        plain = salt + struct.pack(">I", len(data)) + data + self._account.app_id.encode()
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, text: str) -> str:
        """The message inside; every part of the frame is checked."""
        try:
            sealed = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise BadEnvelope("Encrypt is not base64") from error
        if not sealed or len(sealed) % BLOCK:
            raise BadEnvelope(f"Encrypt is not whole blocks of {BLOCK} bytes")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise BadEnvelope("the padding is wrong")
        plain = plain[:-pad]
        if len(plain) < 20:
            raise BadEnvelope("the encrypted frame is too short")
        end = 20 + struct.unpack(">I", plain[16:20])[0]
        if plain[end:] != self._account.app_id.encode():
            raise BadEnvelope("the app id inside is another one")
        try:
            return plain[20:end].decode()
        except UnicodeDecodeError as error:
            raise BadEnvelope("the message inside is not UTF-8") from error

    def _cipher(self) -> Cipher[modes.CBC]:
        if not self._key:
            raise BadEnvelope("the account has no key to decrypt with")
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
