"""Conversations at rest: in the row of their follower, replaced by each answer that moves the conversation on.

A message that may be talked about is written together with what else it tells of its follower (`bot.store.followers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, func, select, update

from bot.conversation import Conversation
from bot.store.driver import Script, Values
from bot.store.tables import followers

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)

_who = followers.c.openid == bindparam("who", type_=String)
_READ = select(followers.c.talk).where(_who)
_KEEP = update(followers).where(_who)
_piece = (
    select(followers.c.openid)
    .where(followers.c.openid > bindparam("after", type_=String))
    .order_by(followers.c.openid)
    .limit(bindparam("many", type_=Integer))
    .subquery()
)
_END = select(func.max(_piece.c.openid))
# Whose row somebody else has locked talks again: nobody waits for that, and the next round comes by.
_over = (
    select(followers.c.openid)
    .where(followers.c.openid > bindparam("after", type_=String), followers.c.openid <= bindparam("end", type_=String))
    .where(followers.c.talk.is_not(None), followers.c.talk_until < bindparam("before", type_=Float))
    .with_for_update(skip_locked=True)
)
_FORGET = update(followers).where(followers.c.openid.in_(_over)).values(talk=None, talk_until=0.0)


def read(openid: str) -> Script[bytes | None]:
    """What is kept for a follower."""
    rows = yield _READ, [{"who": openid}]
    return rows[0][0] if rows else None


def keep(rows: Sequence[Values]) -> Script[None]:
    """Keep what `pack` made for those who have a row, in the order of followers: two processes that do the same then
    never wait for each other."""
    yield _KEEP, sorted(rows, key=itemgetter("who"))


def forget(before: float, after: str, many: int) -> Script[str]:
    """Forget what ended before a time, of as many followers behind a place in their order; the next place, empty at
    the end. An index by time would cost each message more than all these looks."""
    ((end,),) = yield _END, [{"after": after, "many": many}]
    if end is None:
        return ""
    yield _FORGET, [{"after": after, "end": end, "before": before}]
    return str(end)


def columns(conversation: Conversation) -> dict[str, Any]:
    """A conversation as the columns of its follower's row."""
    return {"talk": _encoder.encode(conversation), "talk_until": conversation.expires}


def pack(openid: str, conversation: Conversation) -> Values:
    """What `keep` takes."""
    return {"who": openid, **columns(conversation)}


def unpack(data: bytes | None) -> Conversation | None:
    """The conversation of a row's data."""
    return None if data is None else _decoder.decode(data)
