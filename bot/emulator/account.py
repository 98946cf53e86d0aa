"""The official account as the platform's console knows it, and which calls its kind may make."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Kind = Literal["service", "subscription", "test"]
Mode = Literal["plain", "compatible", "safe"]

# Ability -> who has it: (subscription, certified subscription, service, certified service). The platform's table of
# interface rights as of 2026; a test account counts as a certified service account that cannot mass-send.
RIGHTS: dict[str, tuple[bool, bool, bool, bool]] = {
    "basic": (True, True, True, True),
    "custom": (False, True, False, True),
    "mass": (False, True, False, True),
    "mass_list": (False, False, False, True),
    "template": (False, False, False, True),
    "notice": (False, False, False, True),
    "menu": (False, True, False, True),
    "users": (False, True, False, True),
    "location": (False, False, False, True),
    "codes": (False, False, False, True),
    "media": (False, True, False, True),
}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the console holds of one account. `original_id` is its gh_ id; `aes_key` is 43 characters.

    Raises ValueError where the console would not save the settings.
    """

    app_id: str
    secret: str
    token: str
    original_id: str
    aes_key: str = ""
    name: str = ""
    mode: Mode = "safe"
    kind: Kind = "service"
    certified: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]{3,32}", self.token):
            raise ValueError("token: 3 to 32 letters and digits")
        if self.aes_key and not re.fullmatch(r"[A-Za-z0-9]{43}", self.aes_key):
            raise ValueError("aes_key: 43 letters and digits")
        if self.mode != "plain" and not self.aes_key:
            raise ValueError(f"aes_key: needed in mode {self.mode}")
        if self.mode != "plain" and self.kind == "test":
            raise ValueError("mode: a test account has no encryption, plain mode only")

    @property
    def is_test(self) -> bool:
        """Whether it is the sandbox account of the platform."""
        return self.kind == "test"

    def may(self, ability: str) -> bool:
        """Whether this kind of account has `ability`, one of RIGHTS."""
        if self.is_test:
            return not ability.startswith("mass") and RIGHTS[ability][3]
        return RIGHTS[ability][2 * (self.kind == "service") + self.certified]
