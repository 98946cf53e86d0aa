"""What staff did: written in the transaction of what they did, read by who, what and when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Float, Integer, String, and_, bindparam, func, insert, or_, select

from bot.store.driver import Script, Store
from bot.store.forgetting import Forgetting
from bot.store.staff_tables import audit

NOBODY = 0  # the number of whoever has no account: the command line, a stranger at the door
NEWEST = 2**31 - 1  # before this number are all entries
NAME_LIMIT, TARGET_LIMIT = 40, 200  # characters


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to what, when and from where; before and after hold only what it changed."""

    time: float
    staff: int
    who: str
    action: str
    target: str = ""
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}
    ip: str = ""


class Written(Entry, frozen=True, kw_only=True):
    """An entry with its number."""

    id: int


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries to read: of one person, of an action or a family of them ("staff." is how all of accounts begin),
    about one target, from one time to before another; what is empty does not narrow."""

    staff: int = 0
    action: str = ""
    target: str = ""
    since: float = 0.0
    until: float = 1e12


_columns = (audit.c.id, audit.c.time, audit.c.staff, audit.c.who, audit.c.action, audit.c.target)
_who = bindparam("of_staff", type_=Integer)
_family = bindparam("of_action", type_=String)
_beginning = func.substr(audit.c.action, 1, func.length(_family))
_target = bindparam("of_target", type_=String)
_SEARCH = (
    select(*_columns, audit.c.before, audit.c.after, audit.c.ip)
    .where(
        audit.c.id < bindparam("below", type_=Integer),
        or_(_who == 0, audit.c.staff == _who),
        or_(_family == "", _beginning == _family),
        or_(_target == "", audit.c.target == _target),
        and_(audit.c.time >= bindparam("since", type_=Float), audit.c.time < bindparam("until", type_=Float)),
    )
    .order_by(audit.c.id.desc())
    .limit(bindparam("many"))
)


class Audit:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._insert = insert(audit)
        self.purge = Forgetting(store, audit, audit.c.time).purge

    def record(self, *entries: Entry) -> Script[None]:
        """The script that writes entries: for the transaction of what they tell."""
        yield self._insert, [_pack(entry) for entry in entries]

    async def write(self, *entries: Entry) -> None:
        """Write entries that stand alone."""
        await self._store.run(lambda: self.record(*entries))

    async def read(self, search: Search, many: int, *, below: int = NEWEST) -> list[Written]:
        """Entries, newest first, of numbers below `below`, at most `many`."""
        values = {
            "of_staff": search.staff,
            "of_action": search.action,
            "of_target": search.target,
            "since": search.since,
            "until": search.until,
            "below": below,
            "many": many,
        }

        def script() -> Script[list[Written]]:
            return [_unpack(row) for row in (yield _SEARCH, [values])]

        return await self._store.run(script)


def _pack(entry: Entry) -> dict[str, Any]:
    return {
        "time": entry.time,
        "staff": entry.staff,
        "who": entry.who[:NAME_LIMIT],
        "action": entry.action,
        "target": entry.target[:TARGET_LIMIT],
        "before": _json(entry.before),
        "after": _json(entry.after),
        "ip": entry.ip,
    }


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), ensure_ascii=False, default=str) if values else ""


def _unpack(row: Sequence[Any]) -> Written:
    number, time, staff, who, action, target, before, after, ip = row
    return Written(
        id=number,
        time=time,
        staff=staff,
        who=who,
        action=action,
        target=target,
        before=json.loads(before) if before else {},
        after=json.loads(after) if after else {},
        ip=ip,
    )
