"""The platform's side of the callback, pure: who sent it, what it says, and how our answer is written; no I/O."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.errors import ConfigError, Forged, TooLarge
from bot.messages import AnyMessage
from bot.replies import AnyReply
from bot.wechat.crypto import Seal, is_signed, sign
from bot.wechat.parsing import parse, sealed
from bot.wechat.rendering import write_envelope, write_reply

# Bytes of one push. The longest that the platform sends is a text of 2 048 characters: 6 KiB clear, 8 KiB sealed, and
# both at once in compatible mode. Four times that leaves room for reports with many articles.
MAX_BODY = 64 * 1024
WINDOW = 5 * 60  # seconds a signed request stays good; usual, and wider than clocks differ
SUCCESS = b"success"  # "we have it, and say nothing"; never sealed, even in safe mode


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A push that passed every check; `signature` is the one that covers most of it: a sealed body too."""

    message: AnyMessage
    encrypted: bool
    signature: str


class Wire:
    """One account's callback.

    `mode` is the console's: safe (sealed both ways), compatible (clear and sealed side by side) or plain (clear).
    `original_id` is the account's gh_… name. A wrong key or mode is a ConfigError.
    """

    def __init__(self, *, app_id: str, token: str, encoding_aes_key: str, original_id: str, mode: str) -> None:
        if mode not in ("safe", "compatible", "plain"):
            raise ConfigError(f"mode = {mode!r}: must be one of safe, compatible, plain")
        self._token = token
        self._original_id = original_id
        self._mode = mode
        self._seal = None if mode == "plain" else Seal(encoding_aes_key, app_id)

    def verify(self, query: Mapping[str, str]) -> str:
        """What the console wants echoed when an operator saves the address, or Forged.

        It may ask again with the same parameters, so neither their age nor their repetition counts. The echo is clear
        in every mode.
        """
        self._check_signature(query)
        if "echostr" not in query:
            raise Forged("there is nothing to echo")
        return query["echostr"]

    def read(self, query: Mapping[str, str], body: bytes, time: float) -> Received:
        """The message of a push that arrived at `time` (seconds since 1970); else Forged, Malformed or TooLarge."""
        if len(body) > MAX_BODY:
            raise TooLarge("the body is too large")
        _check_age(query, time)
        signature = self._check_signature(query)
        seal = self._seal_for(query)
        if seal is not None:  # two pushes of one second may share a nonce; what covers the body tells them apart
            signature = query.get("msg_signature", "")
        message = parse(body if seal is None else self._open(seal, query, body))
        if message.account != self._original_id:
            raise Forged("meant for another account")
        return Received(message=message, encrypted=seal is not None, signature=signature)

    def render(self, reply: AnyReply, received: Received, time: float) -> bytes:
        """The body of the answer sent at `time`, sealed as the push was, with fresh noise and nonce each time."""
        xml = write_reply(reply, received.message, time)
        if xml is None:
            return SUCCESS
        if self._seal is None or not received.encrypted:
            return xml
        encrypt, timestamp, nonce = (
            self._seal.close(xml),
            str(int(time)),
            str(int.from_bytes(self._seal.noise.take(8), "big")),
        )
        signature = sign(self._token, timestamp, nonce, encrypt)
        return write_envelope(encrypt, signature=signature, timestamp=timestamp, nonce=nonce)

    def _check_signature(self, query: Mapping[str, str]) -> str:
        signature = query.get("signature", "")
        if not is_signed(signature, self._token, query.get("timestamp", ""), query.get("nonce", "")):
            raise Forged("the signature differs")
        return signature

    def _seal_for(self, query: Mapping[str, str]) -> Seal | None:
        # In safe mode nothing that the query says makes a clear body acceptable.
        if self._mode == "safe" or query.get("encrypt_type") == "aes":
            return self._seal
        return None

    def _open(self, seal: Seal, query: Mapping[str, str], body: bytes) -> bytes:
        encrypt = sealed(body)
        if not encrypt:  # the plain signature does not cover the body: this is somebody else's under the platform's
            raise Forged("the body is not sealed")
        signed = (self._token, query.get("timestamp", ""), query.get("nonce", ""), encrypt)
        if not is_signed(query.get("msg_signature", ""), *signed):
            raise Forged("the signature of the body differs")
        return seal.open(encrypt)


def _check_age(query: Mapping[str, str], time: float) -> None:
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
        raise Forged("the timestamp is none")
    if abs(time - int(timestamp)) > WINDOW:
        raise Forged("the timestamp is outside the window")
