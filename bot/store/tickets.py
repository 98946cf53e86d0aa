"""Remarks of followers as staff see to them: which are open, who has them, when they were closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Integer, bindparam, func, select, update

from bot.store.audit import Audit, Entry
from bot.store.days import Reader
from bot.store.driver import Script, Statement, Store
from bot.store.tables import feedback, followers

OPEN, MINE, CLOSED = "open", "mine", "closed"
KINDS = ("complaint", "staff")

_columns = (
    feedback.c.id,
    feedback.c.key,
    feedback.c.openid,
    feedback.c.created,
    feedback.c.kind,
    feedback.c.text,
    feedback.c.about,
    feedback.c.closed,
    feedback.c.assignee,
    followers.c.window_until,
    followers.c.window_left,
)
_all = select(*_columns).select_from(feedback.outerjoin(followers, followers.c.openid == feedback.c.openid))
_page = (feedback.c.created.desc(), feedback.c.id.desc())
_mine = feedback.c.assignee == bindparam("of_staff", type_=Integer)
LISTS = {
    OPEN: _all.where(feedback.c.closed.is_(None)),
    MINE: _all.where(feedback.c.closed.is_(None), _mine),
    CLOSED: _all.where(feedback.c.closed.is_not(None)),
}
PAGES = {
    name: wanted.order_by(*_page).limit(bindparam("many")).offset(bindparam("start")) for name, wanted in LISTS.items()
}
COUNTS = {
    OPEN: select(func.count()).select_from(feedback).where(feedback.c.closed.is_(None)),
    MINE: select(func.count()).select_from(feedback).where(feedback.c.closed.is_(None), _mine),
    CLOSED: select(func.count()).select_from(feedback).where(feedback.c.closed.is_not(None)),
}
ONE = _all.where(feedback.c.id == bindparam("the_id"))
OF_FOLLOWER = _all.where(feedback.c.openid == bindparam("who")).order_by(*_page).limit(20)
# Compiled once for the columns of their first use: so each change has its own.
_one = feedback.c.id == bindparam("the_id")
CLOSE = update(feedback).where(_one, feedback.c.closed.is_(None)).returning(feedback.c.id)
REOPEN = update(feedback).where(_one, feedback.c.closed.is_not(None)).returning(feedback.c.id)
ASSIGN = update(feedback).where(_one).returning(feedback.c.id)


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A remark; `assignee` is a number of staff or 0, `closed` is None while it is open."""

    id: int
    key: str
    openid: str
    created: float
    kind: str
    text: str
    about: str
    closed: float | None
    assignee: int
    window_until: float
    window_left: int


class Tickets:
    """Reads and changes them. Raises StoreError when the database does."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader
        self._audit = Audit(store)

    async def page(self, name: str, *, staff: int, start: int, many: int) -> list[Ticket]:
        """Remarks of a list, newest first."""
        values = {"start": start, "many": many, **({"of_staff": staff} if name == MINE else {})}
        return await self._read(PAGES[name], values)

    async def counts(self, staff: int) -> dict[str, int]:
        """How many each list has."""
        found = {}
        async with self._reader.read() as connection:
            for name, statement in COUNTS.items():
                values = {"of_staff": staff} if name == MINE else {}
                found[name] = int((await connection.execute(statement, values)).scalar_one())
        return found

    async def get(self, number: int) -> Ticket | None:
        """One remark."""
        return next(iter(await self._read(ONE, {"the_id": number})), None)

    async def of_follower(self, openid: str) -> list[Ticket]:
        """The remarks of one follower, newest first."""
        return await self._read(OF_FOLLOWER, {"who": openid}) if openid else []

    async def close(self, number: int, time: float, *, told: Entry) -> bool:
        """Close a remark; False where none is open."""
        return await self._set(CLOSE, {"the_id": number, "closed": time}, told)

    async def reopen(self, number: int, *, told: Entry) -> bool:
        """Open a remark again; False where none is closed."""
        return await self._set(REOPEN, {"the_id": number, "closed": None}, told)

    async def assign(self, number: int, staff: int, *, told: Entry) -> bool:
        """Give a remark to somebody, to nobody for 0; whether there is one."""
        return await self._set(ASSIGN, {"the_id": number, "assignee": staff}, told)

    async def _set(self, statement: Statement, values: dict[str, Any], told: Entry) -> bool:
        def script() -> Script[bool]:
            found = yield statement, [values]
            if found:
                yield from self._audit.record(told)
            return bool(found)

        return await self._store.run(script)

    async def _read(self, statement: Any, values: dict[str, Any]) -> list[Ticket]:
        async with self._reader.read() as connection:
            rows = (await connection.execute(statement, values)).all()
        return [_ticket(row) for row in rows]


def _ticket(row: Sequence[Any]) -> Ticket:
    *fields, until, left = row
    names = ("id", "key", "openid", "created", "kind", "text", "about", "closed", "assignee")
    return Ticket(**dict(zip(names, fields, strict=True)), window_until=until or 0.0, window_left=left or 0)
