"""Daily counts of what happens: made of the inbox piece by piece, each message counted once, kept when it is gone.

With each count stand marks of up to five people who took part (`bot.store.marks`), of one key: on a day on which that
changed, those of the key that tells more people apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, literal_column, or_, select, update

from bot.messages import AnyMessage
from bot.replies import Answer
from bot.store.days import Reader
from bot.store.driver import Script, Store, Values
from bot.store.marks import MARK_BITS, of_one_key
from bot.store.staff_tables import tallies, tally_marks
from bot.store.tables import departures, feedback, inbox, turnover
from bot.store.unanswered import Unanswered

INBOX, DEPARTURES = "inbox", "departures"  # what is counted, each with a mark of how far
VALUE_LIMIT = 80  # characters

_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_answers = msgspec.json.Decoder(Answer)

_remark = and_(feedback.c.key == inbox.c.key, feedback.c.number == 0)
NEXT = (
    select(
        inbox.c.key,
        inbox.c.openid,
        inbox.c.received,
        inbox.c.answered,
        inbox.c.message,
        inbox.c.answer,
        feedback.c.about,
    )
    .select_from(inbox.outerjoin(feedback, _remark))
    .where(
        inbox.c.state == "answered",
        inbox.c.received >= bindparam("time"),
        or_(inbox.c.received > bindparam("time"), inbox.c.key > bindparam("the_key")),
        inbox.c.received < bindparam("until"),
    )
    .order_by(inbox.c.received, inbox.c.key)
    .limit(bindparam("many"))
)
# Written out, not bound: only then may the planner use the index of running rows.
RUNNING = select(inbox.c.received).where(inbox.c.state == literal_column("'running'"))
BEFORE = (
    select(inbox.c.key, inbox.c.received)
    .where(
        inbox.c.openid == bindparam("who"),
        inbox.c.state == "answered",
        inbox.c.received < bindparam("until"),
        inbox.c.received >= bindparam("since"),
    )
    .order_by(inbox.c.received.desc())
    .limit(1)
)
GONE = select(departures.c.digest, departures.c.time).where(
    departures.c.time >= bindparam("since"), departures.c.time < bindparam("until")
)
MARK = select(tally_marks.c.time, tally_marks.c.key).where(tally_marks.c.name == bindparam("the_name"))
MOVE = (
    update(tally_marks)
    .where(tally_marks.c.name == bindparam("the_name"))
    .where(tally_marks.c.time == bindparam("old_time"), tally_marks.c.key == bindparam("old_key"))
    .returning(tally_marks.c.name)
)
CELL = select(tallies.c.day, tallies.c.kind, tallies.c.value, tallies.c.count, tallies.c.people).where(
    tallies.c.day == bindparam("the_day"),
    tallies.c.kind == bindparam("the_kind"),
    tallies.c.value == bindparam("the_value"),
)
BETWEEN = select(*tallies.c).where(tallies.c.day >= bindparam("first"), tallies.c.day <= bindparam("last"))
OLD = tallies.delete().where(tallies.c.day < bindparam("before")).returning(tallies.c.day)
OLD_TURNOVER = turnover.delete().where(turnover.c.day < bindparam("before")).returning(turnover.c.day)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its answer; `about` is the policy that a complaint in it speaks of."""

    key: str
    openid: str
    received: float
    answered: float
    message: AnyMessage
    answer: Answer
    about: str = ""


class Mark(msgspec.Struct, frozen=True):
    """How far something is counted."""

    time: float = 0.0
    key: str = ""


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A count of one kind and value on one day, with the marks of its people."""

    day: str
    kind: str
    value: str = ""
    count: int = 1
    people: frozenset[int] = frozenset()

    @property
    def place(self) -> tuple[str, str, str]:
        """Day, kind and value."""
        return self.day, self.kind, self.value


class Tallies:
    """The counts. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store, reader: Reader, unanswered: Unanswered) -> None:
        self._store = store
        self._reader = reader
        self._unanswered = unanswered
        self._begin = store.insert(tally_marks).on_conflict_do_nothing(index_elements=["name"])
        upsert = store.insert(tallies)
        new = {"count": upsert.excluded.count, "people": upsert.excluded.people}
        self._put = upsert.on_conflict_do_update(index_elements=["day", "kind", "value"], set_=new)

    async def mark(self, name: str) -> Mark:
        """How far it is."""
        rows = await self._rows(MARK, the_name=name)
        return Mark(rows[0][0], rows[0][1]) if rows else Mark()

    async def next(self, mark: Mark, until: float, many: int) -> list[Heard]:
        """The messages after a mark, oldest first: received before `until` and before any that is still worked on."""
        bound = min([until, *(row[0] for row in await self._rows(RUNNING))])
        rows = await self._rows(NEXT, time=mark.time, the_key=mark.key, until=bound, many=many)
        return [
            Heard(
                key=row[0],
                openid=row[1],
                received=row[2],
                answered=row[3] or row[2],
                message=_messages.decode(bytes(row[4])),
                answer=_answers.decode(bytes(row[5])),
                about=row[6] or "",
            )
            for row in rows
        ]

    async def before(self, openid: str, *, until: float, since: float) -> tuple[str, float] | None:
        """Key and time of what somebody sent last before a time; None where that was not lately."""
        rows = await self._rows(BEFORE, who=openid, until=until, since=since)
        return (rows[0][0], rows[0][1]) if rows else None

    async def departed(self, since: float, until: float) -> list[tuple[str, float]]:
        """Who left from one time to before another, as a hash, and when."""
        return [(row[0], row[1]) for row in await self._rows(GONE, since=since, until=until)]

    async def add(
        self, name: str, was: Mark, to: Mark, *, cells: Sequence[Cell], unanswered: Sequence[Values] = ()
    ) -> bool:
        """Add counts and move a mark, all or nothing; False where another process moved it first."""
        added = _merged(cells)

        def script() -> Script[bool]:
            yield self._begin, [{"name": name, "time": 0.0, "key": ""}]
            moved = yield (
                MOVE,
                [{"the_name": name, "old_time": was.time, "old_key": was.key, "time": to.time, "key": to.key}],
            )
            if not moved:
                return False
            asked = [{"the_day": c.day, "the_kind": c.kind, "the_value": c.value} for c in added]
            held = [_cell(row) for row in (yield CELL, asked)]
            yield self._put, [_row(cell) for cell in _merged([*held, *added])]
            yield from self._unanswered.add(unanswered)
            return True

        return await self._store.run(script)

    async def between(self, first: str, last: str) -> list[Cell]:
        """All counts from one day to another."""
        return [_cell(row) for row in await self._rows(BETWEEN, first=first, last=last)]

    async def purge(self, before: str) -> int:
        """Forget the counts of before that day, those of subscriptions too; how many went."""

        def script() -> Script[int]:
            gone = yield OLD, [{"before": before}]
            return len(gone) + len((yield OLD_TURNOVER, [{"before": before}]))

        return await self._store.run(script)

    async def _rows(self, statement: Any, **values: Any) -> list[Any]:
        async with self._reader.read() as connection:
            return list((await connection.execute(statement, values)).all())


def _merged(cells: Iterable[Cell]) -> list[Cell]:
    """The cells with those of one place added up, in the order of their places, so that nobody waits in a ring."""
    places: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        places[cell.place].append(cell)
    return [
        msgspec.structs.replace(
            several[0],
            count=sum(cell.count for cell in several),
            people=of_one_key(mark for cell in several for mark in cell.people),
        )
        for _, several in sorted(places.items())
    ]


def _row(cell: Cell) -> Values:
    row: Values = {"day": cell.day, "kind": cell.kind, "value": cell.value, "count": cell.count}
    return {**row, "people": _spelled(cell.people)}


def _cell(row: Sequence[Any]) -> Cell:
    day, kind, value, count, people = row
    return Cell(day=day, kind=kind, value=value, count=count, people=_marks(people))


def _spelled(marks: frozenset[int]) -> str:
    """The number of the key, a colon, and three digits for each mark."""
    if not marks:
        return ""
    number = min(marks) >> MARK_BITS
    return f"{number:x}:{''.join(f'{one % (1 << MARK_BITS):03x}' for one in sorted(marks))}"


def _marks(people: str) -> frozenset[int]:
    """The marks again; those without a number were written before keys had one, with four digits each."""
    number, colon, digits = people.rpartition(":")
    base, width = int(number or "0", 16) << MARK_BITS, 3 if colon else 4
    return frozenset(base | int(digits[n : n + width], 16) for n in range(0, len(digits), width))
