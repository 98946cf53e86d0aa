"""How a day goes: the messages that followers typed since some moment, and how many of them found no answer."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import inbox

MANY = 5000  # messages that are looked at: more would take longer than a page may
UNANSWERED = "offtopic"  # what an answer's intent is where nothing was found

_SINCE = (
    select(inbox.c.message, inbox.c.answer, inbox.c.openid)
    .where(inbox.c.received >= bindparam("since"), inbox.c.state == "answered")
    .order_by(inbox.c.received.desc())
    .limit(MANY)
)


class Reader(Protocol):
    """What this asks of the database: to read beside the bot's own work, not in its way."""

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that can only read. Raises StoreError."""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed: how many messages, how many without an answer; `full` where there were more than MANY.
    `people` are all who typed, `in_vain` those of the unanswered, `answered` those of the others."""

    asked: int = 0
    unanswered: int = 0
    full: bool = False
    people: int = 0
    in_vain: int = 0
    answered: int = 0


class _Kind(msgspec.Struct):
    type: str = ""


class _Intent(msgspec.Struct):
    intent: str = ""


_kinds, _intents = msgspec.json.Decoder(_Kind), msgspec.json.Decoder(_Intent)


class Days:
    """The inbox as staff count it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def since(self, time: float) -> Day:
        """What was typed since a time. Raises StoreError."""
        async with self._reader.read() as connection:
            rows: list[Any] = list((await connection.execute(_SINCE, {"since": time})).all())
        typed = [(_intents.decode(bytes(a)).intent, o) for m, a, o in rows if _kinds.decode(bytes(m)).type == "Text"]
        vain = [who for intent, who in typed if intent == UNANSWERED]
        return Day(
            asked=len(typed),
            unanswered=len(vain),
            full=len(rows) == MANY,
            people=len({who for _, who in typed}),
            in_vain=len(set(vain)),
            answered=len({who for intent, who in typed if intent != UNANSWERED}),
        )
