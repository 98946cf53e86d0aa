"""What every answer of the console carries, and how a file is named to whoever keeps it."""

from __future__ import annotations

import re
from urllib.parse import quote

PLAIN = re.compile(r"[^A-Za-z0-9._ -]")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}


def attachment(name: str) -> str:
    """The Content-Disposition of a file to keep, as RFC 6266 has it: whatever the name holds, it names one file in no
    folder and ends no header; what is not ASCII is spelled as RFC 8187 does, with a plain name beside it."""
    shown = "".join(char for char in name if char.isprintable()).replace("/", "_").replace("\\", "_").lstrip(".")
    plain = PLAIN.sub("_", shown) or "_"
    return f'attachment; filename="{plain}"' + (f"; filename*=UTF-8''{quote(shown, safe='')}" if plain != shown else "")
