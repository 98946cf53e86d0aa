"""Where followers stand when they write: one look for all that a claim asks of them; most have hardly anything."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import String, bindparam, exists, literal_column, or_, select

from bot.messages import AnyMessage
from bot.store.departures import digest
from bot.store.driver import Script
from bot.store.notices import WAITING
from bot.store.tables import conversations, departures, enterprises, notices, rhythms, subscriptions

_who = bindparam("who", type_=String)
_told = exists().where(notices.c.openid == _who, notices.c.state == literal_column(f"'{WAITING}'"))
_kept = or_(*(exists().where(table.c.openid == _who) for table in (enterprises, subscriptions, rhythms)))
_LOOK = select(
    _who.label("openid"),
    select(departures.c.time).where(departures.c.digest == bindparam("digest", type_=String)).scalar_subquery(),
    select(conversations.c.data).where(conversations.c.openid == _who).scalar_subquery(),
    _told.label("told"),
    _kept.label("kept"),
)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a follower: when they last left, their conversation, whether they are to be told something, and
    whether anything is kept because they asked for it."""

    left: float | None
    talk: bytes | None
    told: bool
    kept: bool


def look(messages: Iterable[AnyMessage]) -> Script[dict[str, Standing]]:
    """Where each sender of these messages stands."""
    openids = dict.fromkeys(message.openid for message in messages)
    rows = yield _LOOK, [{"who": openid, "digest": digest(openid)} for openid in openids]
    return {row[0]: Standing(left=row[1], talk=row[2], told=bool(row[3]), kept=bool(row[4])) for row in rows}
