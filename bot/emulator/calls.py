"""What an API call is: its address, who may make it, and what it works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from bot.emulator.world import World

Json = dict[str, Any]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file sent in the multipart field `media`."""

    name: str
    content: bytes


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request that passed the door. `address` is the caller's IP."""

    query: Mapping[str, str]
    body: Json
    upload: Upload | None
    address: str


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is not JSON."""

    content: bytes
    content_type: str
    name: str = ""
    status: int = 200


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `ability` is one of account.RIGHTS; `token` is false for the few that need no access token.

    `upload` calls take a file instead of JSON; `bodiless` ones may come without any body.
    """

    path: str
    work: Callable[[World, Ask], Json | Blob]
    method: Literal["GET", "POST"] = "POST"
    ability: str = "basic"
    token: bool = True
    upload: bool = False
    bodiless: bool = False


OK: Json = {"errcode": 0, "errmsg": "ok"}
