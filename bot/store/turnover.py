"""What was subscribed to and what ended, day by day and without names, since this is counted.

A subscription that ended has left no `since`, and its ending does not say whose it was: so each beginning and each end
leaves a row of its own, with a mark of who it was, twelve bits of a keyed hash. It finds nobody, and tells whether
five different people are behind a figure.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

from sqlalchemy import bindparam, func, insert, select

from bot.clock import SHANGHAI
from bot.errors import StoreError
from bot.store.days import Reader
from bot.store.driver import Script
from bot.store.tables import turnover
from bot.store.tallies import FEW, MARK_BITS, Cell

WON, LOST = "won", "lost"
LEAST = 16  # bytes of a key

_NOTE = insert(turnover)
_marks = (
    select(turnover.c.day, turnover.c.kind, turnover.c.mark, func.count().label("times"))
    .where(turnover.c.day >= bindparam("first"), turnover.c.day <= bindparam("last"))
    .group_by(turnover.c.day, turnover.c.kind, turnover.c.mark)
    .subquery()
)
_cells = [_marks.c.day, _marks.c.kind]
_ranked = select(
    *_cells,
    _marks.c.mark,
    func.sum(_marks.c.times).over(partition_by=_cells).label("count"),
    func.row_number().over(partition_by=_cells, order_by=_marks.c.mark).label("place"),
).subquery()
# Of a day as many marks as tell whether there are FEW, the smallest, as `bot.store.tallies` keeps them.
BETWEEN = (
    select(_ranked.c.day, _ranked.c.kind, _ranked.c["count"], _ranked.c.mark)
    .where(_ranked.c.place <= FEW)
    .order_by(_ranked.c.day, _ranked.c.kind, _ranked.c.mark)
)


def note(openid: str, kind: str, *, many: int, time: float, key: bytes) -> Script[None]:
    """Count that so many subscriptions of a follower began, or ended, at a time; `key` is the store's `marking`. Raises
    StoreError where there is none: a mark without one finds whoever stands on a list."""
    if not many:
        return
    if len(key) < LEAST:
        raise StoreError("marks of people need a key, and this process opened the database without one")
    day = datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI).date().isoformat()
    yield _NOTE, [{"day": day, "kind": kind, "mark": _mark(openid, key)}] * many


class Turnover:
    """Reads what was counted. Raises StoreError when the database does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def between(self, first: str, last: str) -> list[Cell]:
        """What began and what ended on each day, from one to another."""
        async with self._reader.read() as connection:
            rows = (await connection.execute(BETWEEN, {"first": first, "last": last})).all()
        cells: dict[tuple[str, str], tuple[int, set[int]]] = {}
        for day, kind, count, mark in rows:
            cells.setdefault((day, kind), (int(count), set()))[1].add(mark)
        return [
            Cell(day=day, kind=kind, count=count, people=frozenset(people))
            for (day, kind), (count, people) in cells.items()
        ]


def _mark(openid: str, key: bytes) -> int:
    return int.from_bytes(blake2b(openid.encode(), digest_size=2, key=key).digest()) % (1 << MARK_BITS)
