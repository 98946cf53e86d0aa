"""The parts of the corpus with all their revisions, and the editions they came into force with.

Nobody writes over what they have not seen: whoever saves says how often the revision had been written when they read
it, and whoever publishes says which edition was in force. Where that is no longer so, nothing is written: Overtaken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, or_, select, update

from bot.errors import Overtaken
from bot.revisions import (
    DRAFT,
    FIRST,
    IMPORTED,
    IN_REVIEW,
    OPEN,
    PUBLISHED,
    REJECTED,
    WITHDRAWN,
    WRITABLE,
    Edition,
    Encoded,
    Part,
    Revision,
)
from bot.store.audit import Audit, Entry
from bot.store.bells import CORPUS, ring
from bot.store.driver import Changes, Row, Script, Statement, Store, once
from bot.store.staff_tables import corpus_editions as editions
from bot.store.staff_tables import review_dates, revisions

_encoder = msgspec.json.Encoder()
_decode = msgspec.json.decode

_columns = tuple(revisions.c)
# What is in force is to be looked at again on the day that is set now, whatever its own form set once.
_day = func.coalesce(review_dates.c.day, "")
_in_force = tuple(_day.label(c.name) if c.name in ("review_by", "review_was") else c for c in _columns)
_dated = and_(review_dates.c.kind == revisions.c.kind, review_dates.c.key == revisions.c.key)
_open = or_(*(revisions.c.state == state for state in OPEN))
_here = (revisions.c.kind == bindparam("the_kind"), revisions.c.key == bindparam("the_key"))
GET = select(*_columns).where(revisions.c.id == bindparam("the_id"))
OPEN_OF = select(*_columns).where(*_here, _open)
WAITING_OF = select(*_columns).where(*_here, revisions.c.state == PUBLISHED, revisions.c.edition == 0)
HISTORY = select(*_columns).where(*_here).order_by(revisions.c.id.desc()).limit(bindparam("many"))
STANDING_OF = (
    select(*_in_force)
    .select_from(revisions.outerjoin(review_dates, _dated))
    .where(*_here, revisions.c.edition > 0)
    .order_by(revisions.c.edition.desc())
    .limit(1)
)
UNFINISHED = select(*_columns).where(_open).order_by(revisions.c.changed.desc(), revisions.c.id)
WAITING = (
    select(*_columns)
    .where(revisions.c.state == PUBLISHED, revisions.c.edition == 0)
    .order_by(revisions.c.effective, revisions.c.id)
)
BATCH = select(*_columns).where(revisions.c.batch == bindparam("the_batch")).order_by(revisions.c.id)
CAME_WITH = select(*_columns).where(revisions.c.edition == bindparam("number")).order_by(revisions.c.id)
EDITIONS = select(*editions.c).order_by(editions.c.number.desc()).limit(bindparam("many"))
NEWEST = select(func.coalesce(func.max(editions.c.number), 0))
_same_edits = (revisions.c.id == bindparam("the_id"), revisions.c.edits == bindparam("the_edits"))
# What waits for its day and what came into force are both published: only the edition tells them apart.
_same_place = (revisions.c.state == bindparam("the_state"), revisions.c.edition == bindparam("the_edition"))
_moved = update(revisions).where(*_same_edits, *_same_place)
MOVE = Changes(_moved, key=revisions.c.id, name="the_id")


def _standing(*columns: ColumnElement[Any]) -> Select[Any]:
    """Of each part the revision with the largest edition up to a number, in the order the parts first came."""
    newest = (
        select(
            revisions.c.kind,
            revisions.c.key,
            func.max(revisions.c.edition).label("edition"),
            func.min(revisions.c.id).label("first"),
        )
        .where(revisions.c.edition > 0, revisions.c.edition <= bindparam("number"))
        .where(or_(bindparam("of_kind", type_=String) == "", revisions.c.kind == bindparam("of_kind", type_=String)))
        .group_by(revisions.c.kind, revisions.c.key)
        .subquery()
    )
    same = (
        (revisions.c.kind == newest.c.kind)
        & (revisions.c.key == newest.c.key)
        & (revisions.c.edition == newest.c.edition)
    )
    found = newest.join(revisions, same).outerjoin(review_dates, _dated)
    return select(*columns).select_from(found).order_by(newest.c.first)


STANDING = _standing(*_in_force)
PARTS = _standing(revisions.c.kind, revisions.c.key, revisions.c.body, revisions.c.wording, revisions.c.gone)


class Revisions:
    """What is kept of the corpus. Whatever is written is written with the entries of the audit log that tell it, all or
    nothing. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        self._issue = store.insert(editions).on_conflict_do_nothing(index_elements=["number"]).returning(
            editions.c.number
        )  # fmt: skip
        self._enter = store.insert(revisions).on_conflict_do_nothing().returning(revisions.c.id)
        date = store.insert(review_dates)
        self._date = date.on_conflict_do_update(index_elements=["kind", "key"], set_={"day": date.excluded.day})

    # ----- reading

    async def newest(self) -> int:
        """The number of the edition in force; 0 where there is none yet. Cheap: it is asked every few seconds."""
        return int((await self._rows(NEWEST))[0][0])

    async def standing(self, number: int, kind: str = "") -> list[Revision]:
        """What was in force with an edition, all of it or one kind, in the order the parts first came."""
        return [revision for revision in await self._read(STANDING, number=number, of_kind=kind) if not revision.gone]

    async def parts(self, number: int) -> list[Encoded]:
        """The parts of an edition as they are kept, in the order they first came."""
        rows = await self._rows(PARTS, number=number, of_kind="")
        return [
            Encoded(kind=kind, key=key, body=body, wording=said) for kind, key, body, said, gone in rows if not gone
        ]

    async def standing_of(self, kind: str, key: str) -> Revision | None:
        """What is in force of one part; None where it is not there, or there no more."""
        found = await self._read(STANDING_OF, the_kind=kind, the_key=key)
        return found[0] if found and not found[0].gone else None

    async def get(self, number: int) -> Revision | None:
        """One revision."""
        return next(iter(await self._read(GET, the_id=number)), None)

    async def open_of(self, kind: str, key: str) -> Revision | None:
        """The revision of a part that somebody works on."""
        return next(iter(await self._read(OPEN_OF, the_kind=kind, the_key=key)), None)

    async def waiting_of(self, kind: str, key: str) -> Revision | None:
        """The revision of a part that is published for a day to come."""
        return next(iter(await self._read(WAITING_OF, the_kind=kind, the_key=key)), None)

    async def history(self, kind: str, key: str, many: int = 100) -> list[Revision]:
        """The revisions of a part, newest first."""
        return await self._read(HISTORY, the_kind=kind, the_key=key, many=many)

    async def unfinished(self) -> list[Revision]:
        """All that somebody works on or must look at, last written first."""
        return await self._read(UNFINISHED)

    async def waiting(self) -> list[Revision]:
        """All that is published for a day to come, the nearest first."""
        return await self._read(WAITING)

    async def batch(self, name: str) -> list[Revision]:
        """What was brought in together."""
        return await self._read(BATCH, the_batch=name) if name else []

    async def came_with(self, number: int) -> list[Revision]:
        """What came into force with an edition."""
        return await self._read(CAME_WITH, number=number)

    async def editions(self, many: int = 1000) -> list[Edition]:
        """The editions, newest first."""
        return [_edition(row) for row in await self._rows(EDITIONS, many=many)]

    # ----- writing

    async def seed(self, parts: Sequence[Part], *, name: str, version: str, time: float) -> bool:
        """Make these parts the first edition, unless there is one; whether it was this call that did."""
        edition = Edition(
            number=FIRST, name=name, created=time, author=IMPORTED, version=version, parts=len(parts)
        )  # fmt: skip
        rows = [
            _pack(
                Revision(
                    kind=part.kind,
                    key=part.key,
                    body=part.body,
                    wording=part.wording,
                    state=PUBLISHED,
                    author=IMPORTED,
                    created=time,
                    changed=time,
                    edition=FIRST,
                )
            )
            for part in parts
        ]

        def script() -> Script[bool]:
            issued = yield self._issue, [msgspec.structs.asdict(edition)]
            yield from ring(self._store, CORPUS)
            if issued:
                yield self._enter, rows
            return bool(issued)

        return await self._store.run(script)

    async def begin(self, drafts: Iterable[Revision], *, told: Sequence[Entry] = ()) -> list[int]:
        """Enter drafts, all or none; their ids. Overtaken where somebody works on one of their parts already."""
        rows = [_pack(draft) for draft in drafts]

        def script() -> Script[list[int]]:
            entered = yield self._enter, rows
            if len(entered) != len(rows):
                raise Overtaken("somebody works on this part already")
            yield from self._audit.record(*told)
            return [row[0] for row in entered]

        return await self._store.run(script)

    async def save(self, draft: Revision, *, who: str, time: float, told: Sequence[Entry] = ()) -> None:
        """Write a draft again that was read when it had `draft.edits`. Overtaken where it is up for review, or done."""
        if draft.state not in WRITABLE:
            raise Overtaken("it was put up for review meanwhile")
        hands = draft.hands if who in (draft.author, *draft.hands) else (*draft.hands, who)
        await self._move([draft], told, hands=hands, changed=time, edits=draft.edits + 1, state=DRAFT)

    async def submit(self, drafts: Sequence[Revision], *, time: float, told: Sequence[Entry] = ()) -> None:
        """Put drafts up for review, all or none."""
        await self._move(drafts, told, state=IN_REVIEW, changed=time)

    async def send_back(
        self, drafts: Sequence[Revision], *, who: str, remark: str, time: float, told: Sequence[Entry] = ()
    ) -> None:
        """Return what was up for review to those who wrote it, with a remark."""
        await self._move(drafts, told, state=REJECTED, reviewer=who, reviewed=time, remark=remark)

    async def reopen(self, drafts: Sequence[Revision], *, time: float, told: Sequence[Entry] = ()) -> None:
        """Take drafts back from review, to write on them."""
        await self._move(drafts, told, state=DRAFT, changed=time)

    async def withdraw(self, drafts: Sequence[Revision], *, time: float, told: Sequence[Entry] = ()) -> None:
        """Give up what somebody works on, or what waits for its day."""
        await self._move(drafts, told, state=WITHDRAWN, changed=time)

    async def set_review_by(self, kind: str, key: str, *, day: str, told: Sequence[Entry] = ()) -> None:
        """Say by when somebody must look at a part again; an empty day: nobody must. No revision changes."""

        def script() -> Script[None]:
            yield self._date, [{"kind": kind, "key": key, "day": day}]
            yield from self._audit.record(*told)

        await self._store.run(script)

    async def publish(
        self,
        chosen: Sequence[Revision],
        edition: Edition,
        *,
        who: str,
        remark: str = "",
        override: str = "",
        time: float,
        told: Sequence[Entry] = (),
    ) -> None:
        """Put revisions into force with an edition that follows the one they were checked against, all or none."""
        signed = _signed(who, remark, time)
        await self._issue_with(
            chosen, edition, told, state=PUBLISHED, edition=edition.number, override=override, **signed
        )

    async def schedule(
        self,
        chosen: Sequence[Revision],
        *,
        who: str,
        remark: str = "",
        override: str = "",
        time: float,
        told: Sequence[Entry] = (),
    ) -> None:
        """Publish revisions for the day they name, all or none."""
        await self._move(chosen, told, state=PUBLISHED, override=override, **_signed(who, remark, time))

    async def take_effect(self, chosen: Sequence[Revision], edition: Edition, *, told: Sequence[Entry] = ()) -> None:
        """Put revisions into force whose day has come."""
        await self._issue_with(chosen, edition, told, edition=edition.number)

    async def return_to_review(
        self, chosen: Sequence[Revision], remark: str, *, time: float, told: Sequence[Entry] = ()
    ) -> None:
        """Take back what could not come into force on its day, so that somebody looks at it: no person sent it back,
        and what was said for it on another day counts no more."""
        await self._move(chosen, told, state=REJECTED, override="", **_signed("", remark, time))

    async def enter_published(
        self, restored: Sequence[Revision], edition: Edition, *, told: Sequence[Entry] = ()
    ) -> None:
        """Put revisions into force that were never drafts: what a roll back restores."""
        rows = [_pack(msgspec.structs.replace(r, state=PUBLISHED, edition=edition.number)) for r in restored]

        def script() -> Script[None]:
            yield from self._issued(edition)
            yield self._enter, rows
            yield self._date, _days(restored)
            yield from self._audit.record(*told)

        await self._store.run(script)

    def _issued(self, edition: Edition) -> Script[None]:
        newest = yield NEWEST, [{}]
        issued = yield self._issue, [msgspec.structs.asdict(edition)]
        if newest[0][0] + 1 != edition.number or not issued:
            raise Overtaken("another edition came into force meanwhile")
        yield from ring(self._store, CORPUS)

    async def _issue_with(
        self, chosen: Sequence[Revision], issue: Edition, told: Sequence[Entry], **values: Any
    ) -> None:
        def script() -> Script[None]:
            yield from self._issued(issue)
            yield self._date, _days(chosen)
            yield from self._moving(chosen, told, values)

        await self._store.run(script)

    async def _move(self, chosen: Sequence[Revision], told: Sequence[Entry], **values: Any) -> None:
        await self._store.run(lambda: self._moving(chosen, told, values))

    def _moving(self, chosen: Sequence[Revision], told: Sequence[Entry], values: dict[str, Any]) -> Script[None]:
        """Change rows that are as they were read, each from the state it was in; Overtaken where one is not."""
        rows = [
            {
                "the_id": was.id,
                "the_edits": was.edits,
                "the_state": was.state,
                "the_edition": was.edition,
                **_pack(msgspec.structs.replace(was, **values)),
            }
            for was in chosen
        ]  # all columns each time: a statement is compiled once, for one set of them
        moved = yield MOVE, rows
        if len(moved) != len(rows):
            raise Overtaken("somebody has changed it meanwhile")
        yield from self._audit.record(*told)

    async def _read(self, statement: Statement, **values: Any) -> list[Revision]:
        return [_unpack(row) for row in await self._rows(statement, **values)]

    async def _rows(self, statement: Statement, **values: Any) -> list[Row]:
        return await self._store.run(lambda: once(statement, **values))


def _signed(who: str, remark: str, time: float) -> dict[str, Any]:
    return {"reviewer": who, "reviewed": time, "remark": remark}


def _days(chosen: Iterable[Revision]) -> list[dict[str, str]]:
    """The days to look again that revisions set."""
    return [{"kind": r.kind, "key": r.key, "day": r.review_by} for r in chosen if r.sets_review_by]


def _pack(revision: Revision) -> dict[str, Any]:
    row = msgspec.structs.asdict(revision)
    del row["id"]
    row["body"] = _encoder.encode(revision.body)
    row["hands"] = _encoder.encode(revision.hands).decode()
    return row


def _unpack(row: Row) -> Revision:
    values = dict(zip((column.name for column in _columns), row, strict=True))
    values["body"] = _decode(values["body"])
    values["hands"] = tuple(_decode(values["hands"]))
    values["gone"] = bool(values["gone"])
    return Revision(**values)


def _edition(row: Row) -> Edition:
    return Edition(**dict(zip((column.name for column in editions.c), row, strict=True)))
