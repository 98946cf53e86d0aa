"""A pass: who may read what is kept of one follower, until when. It is sealed, so that it names nobody and nobody can
make one; nothing of it is stored."""

from __future__ import annotations

import hashlib
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes
LONGEST = 400  # characters of a pass that are looked at
PURPOSE = b"huiqi export"


class Passes:
    """Makes and reads passes; `secret` is the account's own, known to every process."""

    def __init__(self, secret: str) -> None:
        self._box = AESGCM(hashlib.blake2b(secret.encode(), digest_size=32, person=PURPOSE).digest())

    def make(self, openid: str, until: float) -> str:
        """A pass for a follower's own data, good until a time in seconds since 1970."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._box.encrypt(nonce, struct.pack(">d", until) + openid.encode(), PURPOSE)
        return urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def read(self, text: str, time: float) -> str:
        """The follower a pass is for; empty where it is none, or no longer good at `time`."""
        try:
            data = urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4))
            opened = self._box.decrypt(data[:NONCE], data[NONCE:], PURPOSE)
        except (ValueError, InvalidTag):
            return ""
        (until,) = struct.unpack(">d", opened[:8])
        return opened[8:].decode() if time < until else ""
