"""The second factor: codes of an app by the clock (RFC 6238), the picture to scan, and recovery codes; and the code by
which a phone is bound."""

from __future__ import annotations

import hmac
import secrets

import pyotp
import segno

STEP = 30  # seconds that a code is shown
DRIFT = 1  # steps that a phone's clock may be off, each way
RECOVERY = 10  # codes
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike
PHONE, PHONE_CODE, PHONE_LIFE = "phone", 8, 600.0  # what its hash is for, its characters, seconds it is good for
GROUP, GROUPS = 5, 3  # 15 letters are 74 bits: nobody guesses them, so a plain keyed hash keeps them


def new_secret() -> str:
    """A secret for an app: 160 bits in base32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, time: float) -> int | None:
    """The time step that a code belongs to, of those a phone may show now; None where it is none."""
    given = "".join(code.split())
    if not (given.isascii() and given.isdigit() and len(given) == 6):
        return None
    now, app, found = int(time // STEP), pyotp.TOTP(secret), None
    for step in range(max(0, now - DRIFT), now + DRIFT + 1):  # all of them, whichever fits: it takes the same time
        if hmac.compare_digest(app.at(step * STEP), given):
            found = step
    return found


def picture(secret: str, *, account: str, issuer: str) -> str:
    """The QR code that an app scans, as SVG to stand in a page."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
    drawn: str = segno.make(uri, error="m", micro=False).svg_inline(scale=5, border=2, dark="#14252c", light="#fff")
    return drawn


def new_recovery_codes() -> list[str]:
    """Codes that are shown once."""
    return ["-".join(_letters() for _ in range(GROUPS)) for _ in range(RECOVERY)]


def folded_recovery_code(text: str) -> str:
    """A recovery code as it is hashed, however it was typed."""
    return "".join(char for char in text.lower() if char in LETTERS)


def new_phone_code() -> str:
    """What is sent in the chat to bind a phone: 39 bits, for minutes."""
    return _letters(PHONE_CODE).upper()


def _letters(many: int = GROUP) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(many))
