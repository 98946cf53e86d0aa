"""Calls of an announcement that nobody has begun, taken back some at a time: whoever they were for is next again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, literal_column, or_, select, update

from bot.announcements import MASS
from bot.store.broadcast_tables import recipients
from bot.store.driver import Script
from bot.store.recipients import PLANNED, QUEUED
from bot.store.tables import audiences, outbox

_row = bindparam("the_row", type_=String)
_unbegun = and_(outbox.c.state == literal_column("'waiting'"), outbox.c.tried == literal_column("0"))


def _carriers(condition: ColumnElement[bool]) -> Any:
    """The keys of calls that nobody has begun; a list that is being filled has no call yet."""
    return (
        select(recipients.c.carrier)
        .select_from(recipients.outerjoin(outbox, outbox.c.key == recipients.c.carrier))
        .where(recipients.c.broadcast == bindparam("the_broadcast", type_=Integer))
        .where(recipients.c.state == literal_column(f"'{QUEUED}'"), condition)
        .where(or_(outbox.c.key.is_(None), _unbegun))
        .limit(bindparam("many", type_=Integer))
    )


_SINGLE = _carriers(recipients.c.channel != literal_column(f"'{MASS}'"))
_LISTED = _carriers(recipients.c.channel == literal_column(f"'{MASS}'"))
_UNSEND = outbox.delete().where(outbox.c.key == _row, _unbegun).returning(outbox.c.key)
_IN_OUTBOX: Any = select(outbox.c.key).where(outbox.c.key == _row)
_UNLIST = audiences.delete().where(audiences.c.batch == _row)
_UNHAND = (
    update(recipients)
    .where(recipients.c.carrier == _row, recipients.c.state == literal_column(f"'{QUEUED}'"))
    .values(state=PLANNED, carrier="", channel="")
)


def withdraw(broadcast: int, many: int) -> Script[int]:
    """Take back at most `many` calls to one follower each or, where there is none of these, one call to a list; how
    many there were to take back. In a transaction that has locked the announcement."""
    found = yield _SINGLE, [{"the_broadcast": broadcast, "many": many}]
    if not found:
        found = yield _LISTED, [{"the_broadcast": broadcast, "many": 1}]
    keys = sorted({row[0] for row in found})
    gone = {row[0] for row in (yield _UNSEND, [{"the_row": key} for key in keys])}
    there = {row[0] for row in (yield _IN_OUTBOX, [{"the_row": key} for key in keys])}
    back = [key for key in keys if key in gone or key not in there]
    yield _UNHAND, [{"the_row": key} for key in back]
    yield _UNLIST, [{"the_row": key} for key in back]
    return len(keys)
