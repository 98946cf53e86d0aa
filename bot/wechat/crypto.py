"""The platform's signature and its AES sealing, checked step by step; no I/O.

Facts are from the platform's pages on message encryption. Padding, length and application id are verified here rather
than by a library, because each of them is what tells our account's messages from another's.
"""

from __future__ import annotations

import hmac
import os
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.errors import ConfigError, Forged

BLOCK = 32  # bytes; the platform pads to twice AES's own block, so that common unpadders refuse 17 to 32
NOISE = 16  # random bytes in front, AES's own block, so that equal messages do not look equal
LENGTH = 4  # bytes of the message's length, big-endian, after the noise


def sign(*parts: str) -> str:
    """SHA-1 in hex over the parts, sorted as strings and joined. The algorithm is the platform's choice."""
    # Code points sort as their UTF-8 bytes do. A surrogate, which only a crooked request holds, is hashed as it is.
    return sha1("".join(sorted(parts)).encode(errors="surrogatepass")).hexdigest()  # noqa: S324


def is_signed(signature: str, *parts: str) -> bool:
    """Whether `signature` is that of the parts; takes the same time wherever it differs."""
    return signature.isascii() and hmac.compare_digest(sign(*parts), signature)


class Noise:
    """Random bytes of the system's, fetched many at a time: asking for them costs more than sealing a message."""

    FETCHED = 4096

    def __init__(self) -> None:
        self._bytes, self._next = b"", 0

    def take(self, many: int) -> bytes:
        """So many that nobody had before."""
        if self._next + many > len(self._bytes):
            self._bytes, self._next = os.urandom(max(self.FETCHED, many)), 0
        taken = self._bytes[self._next : self._next + many]
        self._next += many
        return taken


class Seal:
    """Opens what the platform sealed for one application, and seals answers for it.

    `encoding_aes_key` is the console's 43 characters; another length is a ConfigError.
    """

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        try:
            key = a2b_base64(encoding_aes_key + "=")  # the console shows it without its padding
        except ValueError:
            key = b""
        if len(key) != BLOCK:
            raise ConfigError("encoding_aes_key: must be 43 letters and digits")
        self._app_id = app_id.encode()
        self.noise = Noise()
        # One chain of blocks for all messages each way, since to begin one costs more than a message does. What went
        # before reaches no further than into a message's first block; that is noise, which is random whatever it is
        # mixed with, and which nobody reads.
        cipher = Cipher(AES(key), CBC(key[:NOISE]))
        self._encryptor, self._decryptor = cipher.encryptor(), cipher.decryptor()

    def open(self, sealed: str) -> bytes:
        """The message inside, or Forged.

        Every failure is the same error: whoever signs with our token, but seals with another key or for another
        application, learns nothing about how far they got.
        """
        content = _unpad(self._decrypt(sealed))
        start = NOISE + LENGTH
        end = start + int.from_bytes(content[NOISE:start], "big")
        if end > len(content):
            raise Forged("the sealed length exceeds the content")
        if content[end:] != self._app_id:
            raise Forged("sealed for another application")
        return content[start:end]

    def close(self, message: bytes) -> str:
        """The message sealed with fresh noise, as the text of an Encrypt node."""
        content = b"".join((self.noise.take(NOISE), len(message).to_bytes(LENGTH, "big"), message, self._app_id))
        pad = BLOCK - len(content) % BLOCK
        sealed = self._encryptor.update(content + bytes((pad,)) * pad)
        return b2a_base64(sealed, newline=False).decode("ascii")

    def _decrypt(self, sealed: str) -> bytes:
        try:
            data = a2b_base64(sealed, strict_mode=True)
        except (Base64Error, ValueError) as error:
            raise Forged("the sealed text is not base64") from error
        if not data or len(data) % (AES.block_size // 8):
            raise Forged("the sealed text is not whole blocks")
        return self._decryptor.update(data)  # whole blocks, so that nothing of it stays behind


def _unpad(content: bytes) -> bytes:
    pad = content[-1]
    if not 1 <= pad <= BLOCK or not content.endswith(bytes((pad,)) * pad):
        raise Forged("the padding is wrong")
    return content[:-pad]
