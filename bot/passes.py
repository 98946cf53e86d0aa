"""A pass: who may read what is kept of one follower, for half an hour. It is sealed, so that it names nobody and nobody
can make one; nothing of it is stored. When it was made is sealed too: it shows nothing of after an erasure."""

from __future__ import annotations

import hashlib
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes
LONGEST = 400  # characters of a pass that are looked at
PURPOSE = b"huiqi export"
LASTS = 30 * 60.0  # seconds


class Pass(msgspec.Struct, frozen=True):
    """Whose data it opens, and when it was made, seconds since 1970."""

    openid: str
    made: float


class Passes:
    """Makes and reads passes; `secret` is the account's own, known to every process."""

    def __init__(self, secret: str) -> None:
        self._box = AESGCM(hashlib.blake2b(secret.encode(), digest_size=32, person=PURPOSE).digest())

    def make(self, openid: str, made: float) -> str:
        """A pass for a follower's own data, good for LASTS from a time in seconds since 1970."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._box.encrypt(nonce, struct.pack(">d", made) + openid.encode(), PURPOSE)
        return _spelled(nonce + sealed)

    def read(self, text: str, time: float) -> Pass | None:
        """What a text is a pass for; None where it is none, or no longer good at `time`."""
        try:
            data = urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4))
            if _spelled(data) != text:  # the decoder passes over what is no letter of its own, and takes / for _
                return None
            opened = self._box.decrypt(data[:NONCE], data[NONCE:], PURPOSE)
        except (ValueError, InvalidTag):
            return None
        (made,) = struct.unpack(">d", opened[:8])
        return Pass(opened[8:].decode(), made) if time < made + LASTS else None


def _spelled(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
