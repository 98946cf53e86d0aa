"""Announcements at rest: what is composed, submitted, approved and sent, and the texts kept for the next time.

Nobody writes over what they have not seen, and nobody acts on it: whoever saves or decides says how often it had been
written, and whoever approves says which digest they read. Where that is no longer so, nothing is written: Overtaken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, func, or_, select, update

from bot.announcements import ACTIVE, DRAFT, OVER, REACHED, WRITABLE, Announcement, Content, Criterion, Plan
from bot.errors import Overtaken
from bot.store.audit import Audit, Entry
from bot.store.broadcast_tables import broadcasts, criteria, samples
from bot.store.driver import Changes, Row, Script, Statement, Store, Values, once, spelled

_encode = msgspec.json.Encoder().encode
_contents = msgspec.json.Decoder(Content)
_criteria = msgspec.json.Decoder(tuple[Criterion, ...])
_plans = msgspec.json.Decoder(Plan)
_names = msgspec.json.Decoder(tuple[str, ...])
_figures = msgspec.json.Decoder(dict[str, int])

FIELDS = tuple(name for name in Announcement.__struct_fields__)
_columns = tuple(broadcasts.c[name] for name in FIELDS)
_id, _edits = bindparam("the_id", type_=Integer), bindparam("the_edits", type_=Integer)
_GET = select(*_columns).where(broadcasts.c.id == _id)
_LOCK = _GET.with_for_update()
_ALL = select(*_columns).order_by(broadcasts.c.id.desc()).limit(bindparam("many"))
_UNFINISHED = select(*_columns).where(broadcasts.c.state.not_in(spelled(*OVER))).order_by(broadcasts.c.id.desc())
_ACTIVE = select(*_columns).where(broadcasts.c.state.in_(spelled(*ACTIVE))).order_by(broadcasts.c.id)
_when = func.coalesce(func.nullif(broadcasts.c.began, 0.0), func.nullif(broadcasts.c.start, 0.0), broadcasts.c.created)
_CORRECTED: Any = select(broadcasts.c.id).where(broadcasts.c.corrects == _id, broadcasts.c.began > 0).limit(1)
_BETWEEN = (
    select(*_columns)
    .where(_when >= bindparam("first", type_=Float), _when < bindparam("last", type_=Float))
    .where(broadcasts.c.state != "discarded")
    .order_by(_when, broadcasts.c.id)
)
_SAVE = Changes(
    update(broadcasts)
    .where(broadcasts.c.id == _id, broadcasts.c.edits == _edits)
    .where(or_(*(broadcasts.c.state == state for state in WRITABLE))),
    key=broadcasts.c.id,
    name="the_id",
)
_MOVE = Changes(
    update(broadcasts).where(
        broadcasts.c.id == _id,
        broadcasts.c.edits == _edits,
        broadcasts.c.state == bindparam("the_state", type_=String),
    ),
    key=broadcasts.c.id,
    name="the_id",
)
MOVED = (
    *("state", "submitter", "submitted", "reviewer", "reviewed", "approved"),
    *("began", "until", "ended", "audience", "why", "foreseen"),
)
MARKS = ("past", "batch", "done", "bad")
_STEPS = {name: update(broadcasts).where(broadcasts.c.id == _id) for name in MARKS}
_MARKS: Any = select(broadcasts.c.past, broadcasts.c.batch, broadcasts.c.done, broadcasts.c.bad).where(
    broadcasts.c.id == _id
)
_UNWANT = criteria.delete().where(criteria.c.broadcast == _id)
_newest = select(samples.c.id, func.max(samples.c.version).label("version")).group_by(samples.c.id).subquery()
_sample = tuple(samples.c[name] for name in ("id", "version", "name", "content", "who", "time", "gone"))
_SAMPLES = (
    select(*_sample)
    .join(_newest, (_newest.c.id == samples.c.id) & (_newest.c.version == samples.c.version))
    .where(samples.c.gone == 0)
    .order_by(samples.c.name, samples.c.id)
)
_VERSIONS = select(*_sample).where(samples.c.id == _id).order_by(samples.c.version.desc())
_LAST_SAMPLE: Any = select(func.coalesce(func.max(samples.c.id), 0))


class Marks(msgspec.Struct, frozen=True):
    """How far a worker is: the follower up to whom the audience is counted, the list that is being filled, and how many
    were settled, and how many of them badly, when it last began or went on."""

    past: str
    batch: int
    done: int
    bad: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A kept text in one of its versions."""

    id: int
    version: int
    name: str
    content: Content
    who: str
    time: float
    gone: bool = False


class BroadcastRows:
    """The table. Whatever is written is written with the entries of the audit log that tell it, all or nothing.
    Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        self._add = store.insert(broadcasts).returning(broadcasts.c.id)
        self._want = store.insert(criteria).on_conflict_do_nothing()
        self._keep = Changes(
            store.insert(samples).on_conflict_do_nothing(index_elements=["id", "version"]),
            key=samples.c.id,
            name="id",
        )

    # ----- reading

    async def get(self, number: int) -> Announcement | None:
        """One of them."""
        return next(iter(await self._read(_GET, the_id=number)), None)

    async def newest(self, many: int = 200) -> list[Announcement]:
        """The newest, also those that are over."""
        return await self._read(_ALL, many=many)

    async def unfinished(self) -> list[Announcement]:
        """All that are not over, newest first."""
        return await self._read(_UNFINISHED)

    async def between(self, first: float, last: float) -> list[Announcement]:
        """What began, is to begin or was written in that time, in its order."""
        return await self._read(_BETWEEN, first=first, last=last)

    async def active(self) -> list[Announcement]:
        """What a worker looks after."""
        return await self._read(_ACTIVE)

    # ----- writing

    async def add(self, one: Announcement, *, told: Sequence[Entry] = ()) -> int:
        """Enter a draft; its number."""

        def script() -> Script[int]:
            ((number,),) = yield self._add, [_packed(one)]
            yield from self._wish(number, one.criteria)
            yield from self._audit.record(*(_about(entry, number) for entry in told))
            return int(number)

        return await self._store.run(script)

    async def save(self, one: Announcement, *, told: Sequence[Entry] = ()) -> None:
        """Write over what had been written `one.edits` times: it is a draft again, and nobody's approval holds."""
        fresh = {"edits": one.edits + 1, "state": DRAFT, "approved": "", "reviewer": "", "reviewed": 0.0}
        fresh["foreseen"] = "{}"

        def script() -> Script[None]:
            if not (yield _SAVE, [{"the_id": one.id, "the_edits": one.edits, **_packed(one), **fresh}]):
                raise Overtaken("the announcement was written meanwhile")
            yield from self.want(one)
            yield from self._audit.record(*told)

        await self._store.run(script)

    def move(self, one: Announcement, to: str, values: Values, *, told: Iterable[Entry] = ()) -> Script[None]:
        """Bring it from the state it was read in to another, with what changes besides."""
        moved = msgspec.structs.replace(one, state=to, **{key: values[key] for key in values if key not in MARKS})
        row = {name: value for name, value in _packed(moved).items() if name in MOVED}
        if not (yield _MOVE, [{"the_id": one.id, "the_edits": one.edits, "the_state": one.state, **row}]):
            raise Overtaken("somebody else was first")
        yield from self.step(one.id, **{key: values[key] for key in values if key in MARKS})
        yield from self._audit.record(*told)

    def want(self, one: Announcement) -> Script[None]:
        """Let its audience be whom its criteria say, and nobody else."""
        yield _UNWANT, [{"the_id": one.id}]
        yield from self._wish(one.id, one.criteria)

    def lock(self, number: int) -> Script[Announcement | None]:
        """One of them as it is now, which nobody changes before the end of this transaction."""
        rows = yield _LOCK, [{"the_id": number}]
        return _unpacked(rows[0]) if rows else None

    def goes(self, number: int) -> Script[bool]:
        """Whether it has begun and is not over: whoever has not got it may get it still. Where it does not, nobody lets
        it go on before the end of this transaction."""
        one = yield from self.lock(number)
        return one is not None and one.began > 0 and one.state not in OVER

    def corrected(self, number: int) -> Script[bool]:
        """Whether a correction of it has begun."""
        return bool((yield _CORRECTED, [{"the_id": number}]))

    def marks(self, number: int) -> Script[Marks]:
        """How far a worker is."""
        ((past, batch, done, bad),) = yield _MARKS, [{"the_id": number}]
        return Marks(past, batch, done, bad)

    def step(self, number: int, **values: Any) -> Script[None]:
        """Write how far a worker is, in a transaction that has locked it."""
        for name, value in values.items():
            yield _STEPS[name], [{"the_id": number, name: value}]

    def record(self, *entries: Entry) -> Script[None]:
        """Entries of the audit log for this transaction."""
        yield from self._audit.record(*entries)

    # ----- kept texts

    async def samples(self) -> list[Sample]:
        """The kept texts, each in its newest version."""
        return [_sampled(row) for row in await self._store.run(lambda: once(_SAMPLES))]

    async def versions(self, number: int) -> list[Sample]:
        """All versions of a kept text, newest first."""
        return [_sampled(row) for row in await self._store.run(lambda: once(_VERSIONS, the_id=number))]

    async def keep(self, sample: Sample, *, told: Sequence[Entry] = ()) -> int:
        """Enter a version of a kept text, or, of number 0, a new one; its number. Overtaken where somebody entered that
        version meanwhile."""

        def script() -> Script[int]:
            number = sample.id or int((yield _LAST_SAMPLE, [{}])[0][0]) + 1
            row = msgspec.structs.asdict(sample) | {"id": number, "content": _encode(sample.content)}
            if not (yield self._keep, [row | {"gone": int(sample.gone)}]):
                raise Overtaken("the text was written meanwhile")
            yield from self._audit.record(*(_about(entry, number) for entry in told))
            return number

        return await self._store.run(script)

    def _wish(self, number: int, wanted: Collection[Criterion]) -> Script[None]:
        rows = {
            (one.kind, one.value): int(one.value) if one.kind == REACHED and one.value.isdigit() else 0
            for one in wanted
        }
        yield (
            self._want,
            [{"broadcast": number, "kind": kind, "value": value, "number": n} for (kind, value), n in rows.items()],
        )

    async def _read(self, statement: Statement, **values: Any) -> list[Announcement]:
        return [_unpacked(row) for row in await self._store.run(lambda: once(statement, **values))]


def _about(entry: Entry, number: int) -> Entry:
    """The entry of something that has its number only now."""
    return entry if entry.target else msgspec.structs.replace(entry, target=str(number))


def _packed(one: Announcement) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in FIELDS if name != "id"}
    packed = {name: _encode(row[name]) for name in ("content", "criteria", "plan")}
    return {**row, **packed, **{name: _encode(row[name]).decode() for name in ("hands", "foreseen")}}


def _unpacked(row: Row) -> Announcement:
    values = dict(zip(FIELDS, row, strict=True))
    values["content"] = _contents.decode(bytes(values["content"]))
    values["criteria"] = _criteria.decode(bytes(values["criteria"]))
    values["plan"] = _plans.decode(bytes(values["plan"]))
    values["hands"] = _names.decode(values["hands"])
    values["foreseen"] = _figures.decode(values["foreseen"])
    return Announcement(**values)


def _sampled(row: Row) -> Sample:
    number, version, name, content, who, time, gone = row
    return Sample(
        id=number,
        version=version,
        name=name,
        content=_contents.decode(bytes(content)),
        who=who,
        time=time,
        gone=bool(gone),
    )
