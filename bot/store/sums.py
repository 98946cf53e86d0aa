"""How the ledger of an old announcement is forgotten: people a piece at a time, what they add up to is kept.

Each piece goes, and is added to the sums, in one transaction, so that both together tell the same at any moment. What a
correction that is about to begin is for is left until it has begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Float, Integer, and_, bindparam, delete, exists, literal_column, or_, select, update

from bot.announcements import MASS, OVER, PAUSED, PREPARING, REACHED, SCHEDULED, Announcement
from bot.store.broadcast_tables import broadcasts, criteria, recipient_sums, recipients
from bot.store.broadcasts import BroadcastRows
from bot.store.driver import Row, Script, Store, spelled
from bot.store.forgetting import AT_ONCE
from bot.store.recipients import SKIPPED

KEY = tuple(column.name for column in recipient_sums.primary_key)
LONGEST = 200  # characters of a reason that are kept

_id = bindparam("the_id", type_=Integer)
_later = broadcasts.alias("later")
_halfway = and_(_later.c.state == literal_column(f"'{PAUSED}'"), _later.c.audience == 0)
_awaited = (
    exists()
    .where(or_(_later.c.state.in_(spelled(SCHEDULED, PREPARING)), _halfway), criteria.c.broadcast == _later.c.id)
    .where(criteria.c.kind == REACHED, criteria.c.number == broadcasts.c.id)
    .correlate(broadcasts)
)
_ripe = (
    broadcasts.c.state.in_(spelled(*OVER)),
    broadcasts.c.ended > 0,
    broadcasts.c.ended < bindparam("before", type_=Float),
    exists().where(recipients.c.broadcast == broadcasts.c.id).correlate(broadcasts),
    ~_awaited,
)
_OLDEST: Any = select(broadcasts.c.id).where(*_ripe).order_by(broadcasts.c.id).limit(1)
_STILL: Any = select(broadcasts.c.id).where(broadcasts.c.id == _id, *_ripe)
# Whoever leaves at this moment holds their own row: it goes with another piece, and nobody waits in a ring.
PIECE: Any = (
    select(recipients.c.id)
    .where(recipients.c.broadcast == _id)
    .order_by(recipients.c.id)
    .limit(bindparam("many", type_=Integer))
    .with_for_update(skip_locked=True)
)
_FORGET = (
    delete(recipients)
    .where(recipients.c.id.in_(PIECE.scalar_subquery()))
    .returning(*(recipients.c[name] for name in ("state", "channel", "reason", "errcode", "carrier", "changed")))
)
_MARK = update(broadcasts).where(broadcasts.c.id == _id, broadcasts.c.forgotten == 0)


class Sums:
    """What forgets people and keeps their sums."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows = BroadcastRows(store)
        upsert = store.insert(recipient_sums)
        more = {"count": recipient_sums.c.count + upsert.excluded.count}
        self._add = upsert.on_conflict_do_update(index_elements=list(KEY), set_=more)

    async def purge(self, before: float, *, time: float, many: int = AT_ONCE) -> int:
        """Forget at most `many` people of an announcement that ended before that time; how many. Raises StoreError."""
        return await self._store.run(lambda: self._purge(before, time, many=many))

    def _purge(self, before: float, time: float, *, many: int) -> Script[int]:
        oldest = yield _OLDEST, [{"before": before}]
        if not oldest:
            return 0
        one = yield from self._rows.lock(oldest[0][0])
        if one is None or not (yield _STILL, [{"the_id": one.id, "before": before}]):
            return 0
        people = yield _FORGET, [{"the_id": one.id, "many": many}]
        yield self._add, _added(one, people)
        yield _MARK, [{"the_id": one.id, "forgotten": time}]
        return len(people)


def _added(one: Announcement, people: Iterable[Row]) -> list[dict[str, Any]]:
    """What people add to the sums, in the order of the key."""
    counts: Counter[tuple[Any, ...]] = Counter()
    told: dict[tuple[Any, ...], str] = {}
    span = one.grain(one.ended)
    for state, channel, reason, errcode, carrier, changed in people:
        words, tried = str(reason)[:LONGEST], state != SKIPPED
        listed = carrier if tried and channel == MASS else ""
        at = float(changed // span * span) if tried else 0.0
        key = (one.id, state, channel, errcode, "" if errcode else words, listed, at)
        counts[key] += 1
        told.setdefault(key, words)
    return [{**dict(zip(KEY, key, strict=True)), "reason": told[key], "count": counts[key]} for key in sorted(counts)]
