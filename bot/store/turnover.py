"""What was subscribed to and what ended, day by day and without names, since this is counted.

A subscription that ended has left no `since`, and its ending does not say whose it was: so each beginning and each end
leaves a row of its own, with a mark of who it was (`bot.store.marks`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import bindparam, func, insert, select

from bot.clock import SHANGHAI
from bot.store.days import Reader
from bot.store.driver import Script
from bot.store.marks import FEW, MARK_BITS, mark
from bot.store.tables import turnover
from bot.store.tallies import Cell

WON, LOST = "won", "lost"
TURNOVER = b"turnover"  # what is counted

_NOTE = insert(turnover)
_marks = (
    select(turnover.c.day, turnover.c.kind, turnover.c.mark, func.count().label("times"))
    .where(turnover.c.day >= bindparam("first"), turnover.c.day <= bindparam("last"))
    .group_by(turnover.c.day, turnover.c.kind, turnover.c.mark)
    .subquery()
)
_cells = [_marks.c.day, _marks.c.kind]
_alike = [*_cells, _marks.c.mark // (1 << MARK_BITS)]  # of one key
_ranked = select(
    *_cells,
    _marks.c.mark,
    func.sum(_marks.c.times).over(partition_by=_cells).label("count"),
    func.row_number().over(partition_by=_alike, order_by=_marks.c.mark).label("place"),
).subquery()
# Of a day as many marks of each key as tell whether there are FEW, as `bot.store.marks.smallest` has them.
BETWEEN = (
    select(_ranked.c.day, _ranked.c.kind, _ranked.c["count"], _ranked.c.mark)
    .where(_ranked.c.place <= FEW)
    .order_by(_ranked.c.day, _ranked.c.kind, _ranked.c.mark)
)


def note(openid: str, kind: str, *, many: int, time: float, key: bytes) -> Script[None]:
    """Count that so many subscriptions of a follower began, or ended, at a time; `key` is the store's `marking`. Raises
    StoreError where there is none."""
    if not many:
        return
    day = datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI).date().isoformat()
    yield _NOTE, [{"day": day, "kind": kind, "mark": mark(openid, key, of=TURNOVER)}] * many


class Turnover:
    """Reads what was counted. Raises StoreError when the database does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def between(self, first: str, last: str) -> list[Cell]:
        """What began and what ended on each day, from one to another."""
        async with self._reader.read() as connection:
            rows = (await connection.execute(BETWEEN, {"first": first, "last": last})).all()
        cells: dict[tuple[str, str], tuple[int, set[int]]] = {}
        for day, kind, count, one in rows:
            cells.setdefault((day, kind), (int(count), set()))[1].add(one)
        return [
            Cell(day=day, kind=kind, count=count, people=frozenset(people))
            for (day, kind), (count, people) in cells.items()
        ]
