"""What the one secret of the console makes: sealed values, keyed hashes, and tokens that forms carry."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  # bytes, as AES-GCM wants them
TOKEN = 32  # bytes of a token nobody can guess


class Keys:
    """Seals and hashes. Another secret opens nothing that this one sealed."""

    def __init__(self, secret: str) -> None:
        self._sealing = AESGCM(_derive(secret, b"huiqi console: sealing"))
        self._hashing = _derive(secret, b"huiqi console: hashing")

    def seal(self, text: str, *, owner: str) -> bytes:
        """A text that only this secret opens, and only as this owner's."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._sealing.encrypt(nonce, text.encode(), owner.encode())

    def unseal(self, sealed: bytes, *, owner: str) -> str | None:
        """The text; None where it was sealed with another secret, for another owner, or touched."""
        try:
            return self._sealing.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def digest(self, purpose: str, text: str) -> str:
        """A hash by which a token is found again without being kept: 64 hexadecimal digits."""
        data = f"{purpose}:{text}".encode(errors="surrogatepass")  # a header may hold any bytes
        return hmac.new(self._hashing, data, hashlib.sha256).hexdigest()

    def sign(self, purpose: str, text: str) -> str:
        """A text with a proof that we wrote it, for this purpose."""
        return f"{text}.{self.digest(f'signed {purpose}', text)}"

    def verified(self, purpose: str, signed: str) -> str | None:
        """The text, if we wrote it for this purpose."""
        text, _, proof = signed.rpartition(".")
        right = self.digest(f"signed {purpose}", text)
        return text if hmac.compare_digest(right.encode(), proof.encode(errors="replace")) else None

    def form_token(self, cookie: str) -> str:
        """A new spelling of the token that forms of the browser with this cookie must carry.

        Each answer spells it otherwise, so that the length of a compressed page tells nothing about it.
        """
        proof, pad = self._proof(cookie), secrets.token_bytes(TOKEN)
        return base64.urlsafe_b64encode(pad + _mixed(proof, pad)).decode().rstrip("=")

    def is_form_token(self, token: str, cookie: str) -> bool:
        """Whether a form came from a page that this browser was given."""
        try:
            raw = base64.urlsafe_b64decode(token.encode() + b"==")
        except ValueError:
            return False
        if not cookie or len(raw) != 2 * TOKEN:
            return False
        return hmac.compare_digest(_mixed(raw[TOKEN:], raw[:TOKEN]), self._proof(cookie))

    def _proof(self, cookie: str) -> bytes:
        return bytes.fromhex(self.digest("form", cookie))


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(TOKEN)


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
