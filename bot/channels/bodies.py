"""The body of a row, read again: the JSON object of one call."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.errors import Refused
from bot.store.calls import Claimed

_objects = msgspec.json.Decoder(dict[str, Any])


def body_of(row: Claimed) -> dict[str, Any]:
    """What the row says; Refused where that is no object."""
    try:
        return _objects.decode(row.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(0, "the row holds no message") from error
