"""What followers want to be told of, and how often; and who wants to be told of something.

A subscription that ends leaves its kind, value, day and reason, and not whose it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Float, String, bindparam, delete, literal_column, select

from bot.clock import SHANGHAI
from bot.person import AT_ONCE, DECLINED, Subscription
from bot.store.driver import Row, Script, Store, once
from bot.store.tables import endings, rhythms, subscriptions
from bot.store.turnover import LOST, WON, note

UNNAMED = frozenset({"word"})  # kinds whose value stays out of the endings
LONGEST_VALUE = 64  # characters

_who = bindparam("who", type_=String)
_kind, _value = bindparam("the_kind", type_=String), bindparam("the_value", type_=String)
_READ = (
    select(subscriptions.c.kind, subscriptions.c.value, subscriptions.c.since)
    .where(subscriptions.c.openid == _who)
    .order_by(subscriptions.c.since, subscriptions.c.kind, subscriptions.c.value)
)
_RHYTHM = select(rhythms.c.rhythm).where(rhythms.c.openid == _who)
_END = (
    delete(subscriptions).where(subscriptions.c.openid == _who).returning(subscriptions.c.kind, subscriptions.c.value)
)
_END_WANTED = _END.where(subscriptions.c.kind != literal_column(f"'{DECLINED}'"))
_END_ONE = _END.where(subscriptions.c.kind == _kind, subscriptions.c.value == _value)
_FORGET_RHYTHM = delete(rhythms).where(rhythms.c.openid == _who)
_WORDS = select(subscriptions.c.value).where(subscriptions.c.kind == "word").distinct()
_AUDIENCE = (
    select(subscriptions.c.openid, rhythms.c.rhythm)
    .join(rhythms, rhythms.c.openid == subscriptions.c.openid, isouter=True)
    .where(
        subscriptions.c.kind == _kind,
        subscriptions.c.value == _value,
        subscriptions.c.openid > bindparam("after", type_=String),
        subscriptions.c.since <= bindparam("before", type_=Float),
    )
    .order_by(subscriptions.c.openid)
    .limit(bindparam("many"))
    # Who leaves meanwhile is erased after they were written down, not before.
    .with_for_update(read=True, of=subscriptions)
)


class Subscriptions:
    """Scripts that keep them, and what reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        names = ["kind", "value", "openid"]
        kept = store.insert(subscriptions).on_conflict_do_nothing(index_elements=names)
        self._add = kept.returning(subscriptions.c.openid)
        upsert = store.insert(rhythms)
        self._set = upsert.on_conflict_do_update(index_elements=["openid"], set_={"rhythm": upsert.excluded.rhythm})
        self._ended = store.insert(endings)

    def read(self, openid: str) -> Script[tuple[tuple[Subscription, ...], str]]:
        """A follower's subscriptions, oldest first, and their rhythm."""
        rows = yield _READ, [{"who": openid}]
        rhythm = yield _RHYTHM, [{"who": openid}]
        found = tuple(Subscription(kind=kind, value=value, since=since) for kind, value, since in rows)
        return found, rhythm[0][0] if rhythm else AT_ONCE

    def add(self, openid: str, wanted: Subscription) -> Script[None]:
        """Keep one; one that is kept already stays as old as it is."""
        row = {"kind": wanted.kind, "value": wanted.value[:LONGEST_VALUE], "openid": openid, "since": wanted.since}
        if (yield self._add, [row]) and wanted.kind != DECLINED:  # which is the wish for less
            yield from note(openid, WON, many=1, time=wanted.since, key=self._store.marking)

    def set_rhythm(self, openid: str, rhythm: str) -> Script[None]:
        """Keep how often they are told."""
        yield self._set, [{"openid": openid, "rhythm": rhythm}]

    def end(self, openid: str, ended: Subscription, *, reason: str, time: float) -> Script[None]:
        """End one of a follower's subscriptions."""
        rows = yield _END_ONE, [{"who": openid, "the_kind": ended.kind, "the_value": ended.value}]
        yield from self._count(rows, reason, openid=openid, time=time)

    def end_wanted(self, openid: str, *, reason: str, time: float) -> Script[None]:
        """End all that they want to be told of, and forget the rhythm; who wants no announcements still wants none."""
        rows = yield _END_WANTED, [{"who": openid}]
        yield _FORGET_RHYTHM, [{"who": openid}]
        yield from self._count(rows, reason, openid=openid, time=time)

    def end_all(self, openid: str, *, reason: str, time: float) -> Script[None]:
        """End all of them, and forget the rhythm."""
        rows = yield _END, [{"who": openid}]
        yield _FORGET_RHYTHM, [{"who": openid}]
        yield from self._count(rows, reason, openid=openid, time=time)

    def audience(self, wanted: Subscription, *, after: str, many: int) -> Script[list[tuple[str, str]]]:
        """Who had subscribed to this by `wanted.since`, as (openid, rhythm), in order of openids behind `after`."""
        values = {"the_kind": wanted.kind, "the_value": wanted.value, "before": wanted.since}
        rows = yield _AUDIENCE, [{**values, "after": after, "many": many}]
        return [(openid, rhythm or AT_ONCE) for openid, rhythm in rows]

    async def words(self) -> list[str]:
        """Every word that anybody subscribed to, once."""
        return [row[0] for row in await self._store.run(lambda: once(_WORDS))]

    def _count(self, ended: Sequence[Row], reason: str, *, openid: str, time: float) -> Script[None]:
        day = datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI).date().isoformat()
        rows = [
            {"day": day, "kind": kind, "value": "" if kind in UNNAMED else value, "reason": reason}
            for kind, value in ended
            if kind != DECLINED  # who takes announcements again ends nothing
        ]
        yield self._ended, rows
        yield from note(openid, LOST, many=len(rows), time=time, key=self._store.marking)
