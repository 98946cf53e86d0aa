"""What an announcement came to, read beside the writers: counts, people, calls to lists, its course by the hour; of one
whose people are forgotten what they added up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from bot.announcements import MASS
from bot.store.broadcast_tables import recipient_sums, recipients
from bot.store.days import Reader
from bot.store.driver import spelled
from bot.store.recipients import SETTLED, SKIPPED, WAITING, list_key
from bot.store.tables import outbox

_number = bindparam("the_broadcast", type_=Integer)
_one, _old = recipients.c.broadcast == _number, recipient_sums.c.broadcast == _number


def _with_old(live: Select[Any], old: Select[Any]) -> Subquery:
    """What is counted of people, and of those who are forgotten already: in one look, so that nobody counts twice."""
    return union_all(live, old).subquery("both")


def _sum(count: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.sum(count), BigInteger)


_many = func.count().label("many")
_by_state = _with_old(
    select(recipients.c.state, _many).where(_one).group_by(recipients.c.state),
    select(recipient_sums.c.state, recipient_sums.c.count).where(_old),
)
_STATES: Any = select(_by_state.c.state, _sum(_by_state.c.many)).group_by(_by_state.c.state)
# The platform puts the number of the call into what it says: of those with an error code one stands for all.
_cause = case((recipients.c.errcode != 0, ""), else_=recipients.c.reason).label("cause")
_told = func.min(recipients.c.reason).label("reason")
_kinds = (recipients.c.state, recipients.c.channel, recipients.c.errcode)
_by_cause = _with_old(
    select(*_kinds, _cause, _told, _many).where(_one).group_by(*_kinds, _cause),
    select(*(recipient_sums.c[name] for name in ("state", "channel", "errcode", "cause", "reason", "count"))).where(
        _old
    ),
)
_GROUPS: Any = select(
    _by_cause.c.state, _by_cause.c.channel, func.min(_by_cause.c.reason), _by_cause.c.errcode, _sum(_by_cause.c.many)
).group_by(_by_cause.c.state, _by_cause.c.channel, _by_cause.c.cause, _by_cause.c.errcode)
_columns = ("id", "openid", "state", "channel", "reason", "errcode", "tries", "changed")
_LIST: Any = (
    select(*(recipients.c[name] for name in _columns))
    .where(_one, recipients.c.id > bindparam("after", type_=Integer))
    .order_by(recipients.c.id)
    .limit(bindparam("many", type_=Integer))
)
# Only what narrows stands in the statement: else no index serves it, and each piece of it sorts the whole ledger.
NARROW = {
    "of_state": recipients.c.state == bindparam("of_state", type_=String),
    "of_channel": recipients.c.channel == bindparam("of_channel", type_=String),
    "of_reason": recipients.c.reason == bindparam("of_reason", type_=String),
    "of_errcode": recipients.c.errcode == bindparam("of_errcode", type_=Integer),
}


def listing(narrow: Iterable[str]) -> Select[Any]:
    """What reads people behind a row, of those whom these of NARROW leave."""
    found: Select[Any] = _LIST.where(*(NARROW[name] for name in narrow))
    return found


_span = bindparam("span", type_=Integer)
_tried = spelled(*(state for state in SETTLED if state != SKIPPED))
_round = cast(recipients.c.changed, BigInteger)  # to the nearest second on PostgreSQL, down on SQLite
_second = case((_round > recipients.c.changed, _round - 1), else_=_round)
_when = (_second // _span).label("at")
_by_time = _with_old(
    select(_when, recipients.c.state, _many)
    .where(_one, recipients.c.state.in_(_tried))
    .group_by(_when, recipients.c.state),
    select(cast(recipient_sums.c.at, BigInteger) // _span, recipient_sums.c.state, recipient_sums.c.count).where(
        _old, recipient_sums.c.state.in_(_tried)
    ),
)
_PACE: Any = (
    select(_by_time.c.at, _by_time.c.state, _sum(_by_time.c.many))
    .group_by(_by_time.c.at, _by_time.c.state)
    .order_by(_by_time.c.at, _by_time.c.state)
)
_LISTS: Any = (
    select(
        outbox.c.id, outbox.c.key, outbox.c.state, outbox.c.reason, outbox.c.report, outbox.c.msgid, outbox.c.settled
    )
    .where(outbox.c.channel == MASS)
    .where(outbox.c.key > bindparam("first", type_=String), outbox.c.key < bindparam("last", type_=String))
    .order_by(outbox.c.id)
)
_by_list = _with_old(
    select(recipients.c.carrier, _many)
    .where(_one, recipients.c.channel == MASS, recipients.c.carrier != "")
    .where(recipients.c.state != literal_column(f"'{SKIPPED}'"))  # who left before it was sent does not stand on it
    .group_by(recipients.c.carrier),
    select(recipient_sums.c.carrier, recipient_sums.c.count).where(_old, recipient_sums.c.carrier != ""),
)
_IN_LISTS: Any = select(_by_list.c.carrier, _sum(_by_list.c.many)).group_by(_by_list.c.carrier)


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many of an audience are in each state."""

    planned: int = 0
    queued: int = 0
    waiting: int = 0
    sent: int = 0
    arrived: int = 0
    failed: int = 0
    skipped: int = 0
    unknown: int = 0

    @property
    def audience(self) -> int:
        """All of them."""
        return sum(msgspec.structs.astuple(self))

    @property
    def settled(self) -> int:
        """Those of whom it is known what became of them, or known that nobody knows."""
        return self.audience - self.planned - self.queued - self.waiting

    @property
    def tried(self) -> int:
        """Those whom a call was made for, whatever came of it."""
        return self.settled - self.skipped

    @property
    def reached(self) -> int:
        """Those to whom it was sent."""
        return self.sent + self.arrived

    @property
    def bad(self) -> int:
        """Those with whom it went wrong."""
        return self.failed + self.unknown


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """How many of an audience share a state, way and reason; where there is an error code they share that, and the
    reason is one of theirs."""

    state: str
    channel: str
    reason: str
    errcode: int
    count: int


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One of an audience; the openid of who left names nobody."""

    id: int
    openid: str
    state: str
    channel: str
    reason: str
    errcode: int
    tries: int
    changed: float

    @property
    def made(self) -> int:
        """How often it was tried: what waits for their next message was handed on, and tried by no call."""
        return max(0, self.tries - (self.state == WAITING))


class MassCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to a list: how many of our ledger stand on it, and what the platform counted, None where it has not told.

    total     followers the platform took the list to be
    filtered  those that its own rules left
    sent      to whom it says it sent
    errors    where it says that it failed
    """

    id: int
    state: str
    reason: str
    msgid: str
    settled: float
    ours: int
    total: int | None = None
    filtered: int | None = None
    sent: int | None = None
    errors: int | None = None

    @property
    def unexplained(self) -> int | None:
        """Those of ours of whom the platform says nothing: neither left out, nor sent, nor failed."""
        if self.total is None or self.filtered is None or self.sent is None or self.errors is None:
            return None
        return (self.ours - self.total) + (self.filtered - self.sent - self.errors)


class Ledgers:
    """Reads. Raises StoreError when the database does."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def counts(self, broadcast: int) -> Counts:
        """How many of the audience are in each state."""
        return Counts(**{row[0]: row[1] for row in await self._rows(_STATES, the_broadcast=broadcast)})

    async def groups(self, broadcast: int) -> list[Group]:
        """The audience by state, way and reason, the largest first."""
        rows = await self._rows(_GROUPS, the_broadcast=broadcast)
        found = [Group(state=r[0], channel=r[1], reason=r[2], errcode=r[3], count=r[4]) for r in rows]
        return sorted(found, key=lambda group: -group.count)

    async def people(
        self,
        broadcast: int,
        *,
        state: str = "",
        channel: str = "",
        reason: str = "",
        errcode: int | None = None,
        after: int = 0,
        many: int = 100,
    ) -> list[Recipient]:
        """People of the audience behind a row, in the order they were entered; what is empty does not narrow."""
        named = {"of_state": state, "of_channel": channel, "of_reason": reason}
        narrow: dict[str, str | int] = {name: value for name, value in named.items() if value}
        narrow |= {} if errcode is None else {"of_errcode": errcode}
        rows = await self._rows(listing(narrow), the_broadcast=broadcast, after=after, many=many, **narrow)
        return [Recipient(**dict(zip(_columns, row, strict=True))) for row in rows]

    async def pace(self, broadcast: int, span: int) -> list[tuple[float, str, int]]:
        """How many were settled in each `span` of seconds, by state: (when it began, state, how many)."""
        rows = await self._rows(_PACE, the_broadcast=broadcast, span=span)
        return [(float(row[0] * span), str(row[1]), int(row[2])) for row in rows]

    async def calls(self, broadcast: int) -> list[MassCall]:
        """The calls to lists, with what the platform says of them."""
        first = list_key(broadcast, 0)[:-1]  # the keys behind it, up to the next character
        rows = await self._rows(_LISTS, first=first, last=first[:-1] + chr(ord(first[-1]) + 1))
        ours = {row[0]: row[1] for row in await self._rows(_IN_LISTS, the_broadcast=broadcast)}
        return [
            MassCall(
                id=number,
                state=state,
                reason=reason,
                msgid=msgid,
                settled=settled or 0.0,
                ours=ours.get(key, 0),
                **_counted(report),
            )
            for number, key, state, reason, report, msgid, settled in rows
        ]

    async def _rows(self, statement: Any, **values: Any) -> list[Any]:
        async with self._reader.read() as connection:
            return list((await connection.execute(statement, values)).all())


def _counted(report: str) -> dict[str, int]:
    """The figures of a report, such as "success; total 3 filtered 3 sent 3 errors 0"."""
    words = report.partition(";")[2].split()
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=False) if number.isdigit()}
