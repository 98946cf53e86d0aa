"""Where followers stand when they write: one look for all that a claim asks of them; most have hardly anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import (
    Float,
    FromClause,
    Select,
    String,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from bot.messages import AnyMessage
from bot.store.departures import digest
from bot.store.driver import Script, Store, Values
from bot.store.notices import WAITING
from bot.store.tables import departures, enterprises, followers, notices, rhythms, subscriptions


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a follower: when they last left, if that may matter, their conversation, whether they are to be
    told something, and whether anything is kept because they asked for it."""

    left: float | None = None
    talk: bytes | None = None
    told: bool = False
    kept: bool = False


NOTHING = Standing()  # of most

_encoder = msgspec.json.Encoder()
_who = bindparam("who", type_=String)
_LISTED = func.json_each(_who).table_valued("value", name="listed")
_ONE = select(_who.label("value")).subquery("listed")
# Hardly anybody left since the oldest message of a batch was sent; an earlier departure says nothing of it.
_LEFT = select(departures.c.digest, departures.c.time).where(departures.c.time >= bindparam("since", type_=Float))


class Standings:
    """The script that looks."""

    def __init__(self, store: Store) -> None:
        self._together = store.dialect == "sqlite"
        self._look = _look(_LISTED if self._together else _ONE)

    def look(self, messages: Sequence[AnyMessage]) -> Script[Mapping[str, Standing]]:
        """Where the senders of these messages stand, those of whom there is anything."""
        openids = {message.openid for message in messages}
        rows = yield self._look, self._asked(openids)
        found = {row[0]: Standing(talk=row[1], told=bool(row[2]), kept=bool(row[3])) for row in rows}
        left = yield _LEFT, [{"since": min([message.created for message in messages])}]
        times: dict[str, float] = {row[0]: row[1] for row in left}
        for openid in openids if times else ():
            if (time := times.get(digest(openid))) is not None:
                found[openid] = msgspec.structs.replace(found.get(openid, NOTHING), left=time)
        return found

    def _asked(self, openids: Collection[str]) -> list[Values]:
        """One look for all costs SQLite less than one for each. PostgreSQL would read whole tables for a list of which
        it does not know how short it is; there the looks for each travel together."""
        if self._together:
            return [{"who": _encoder.encode(list(openids)).decode()}]
        return [{"who": openid} for openid in openids]


def _look(listed: FromClause) -> Select[tuple[str, bytes | None, bool, bool]]:
    who = listed.c.value
    told = exists().where(notices.c.openid == who, notices.c.state == literal_column(f"'{WAITING}'"))
    kept = or_(*(exists().where(table.c.openid == who) for table in (enterprises, subscriptions, rhythms)))
    found = (
        select(who.label("openid"), followers.c.talk, told.label("told"), kept.label("kept"))
        .select_from(listed.outerjoin(followers, followers.c.openid == who))
        .subquery("found")
    )
    something = or_(found.c.talk.is_not(None), found.c.told, found.c.kept)
    return select(found.c.openid, found.c.talk, found.c.told, found.c.kept).where(something)
