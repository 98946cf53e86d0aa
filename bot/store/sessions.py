"""Who is signed in: the rows behind the cookies, each found by a hash of what the cookie holds."""

from __future__ import annotations

import msgspec
from sqlalchemy import String, bindparam, delete, insert, select, update

from bot.store.audit import Audit, Entry
from bot.store.driver import Script, Store, once
from bot.store.forgetting import Forgetting
from bot.store.staff import MEMBER, Member, is_as, unpack
from bot.store.staff_tables import sessions, staff

CODE, ENROL, FULL = "code", "enrol", "full"  # what is still to be done before one is in


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser in which somebody is signed in, or about to be."""

    id: str
    staff: int
    stage: str
    created: float
    seen: float
    expires: float
    ip: str = ""
    agent: str = ""
    enrolment: bytes = b""


_COLUMNS = tuple(sessions.c[field] for field in Session.__struct_fields__)
_id = sessions.c.id == bindparam("the_id", type_=String)
_FIND = select(*_COLUMNS, *MEMBER).join_from(sessions, staff, sessions.c.staff == staff.c.id).where(_id)
_OF = select(*_COLUMNS).where(sessions.c.staff == bindparam("who")).order_by(sessions.c.seen.desc())
_SEE = update(sessions).where(_id)
_ENROL = update(sessions).where(_id)
_END = delete(sessions).where(_id)
_END_OF = delete(sessions).where(_id, sessions.c.staff == bindparam("who")).returning(sessions.c.id)
_END_ALL = (
    delete(sessions)
    .where(sessions.c.staff == bindparam("who"), sessions.c.id != bindparam("except_id", type_=String))
    .returning(sessions.c.id)
)


def end_all(who: int, *, except_id: str = "") -> Script[int]:
    """The script that signs somebody out everywhere, except perhaps here; in how many places."""
    return len((yield _END_ALL, [{"who": who, "except_id": except_id}]))


class Sessions:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        self._insert = insert(sessions)
        self.purge = Forgetting(store, sessions, sessions.c.expires).purge

    async def begin(self, session: Session, *, instead_of: str = "", of: Member | None = None) -> bool:
        """Keep a new session, and end the one it follows in the same transaction. False, and nothing done, where the
        account is not any more what was looked at and given as `of`."""

        def script() -> Script[bool]:
            if of is not None and not (yield from is_as(of)):
                return False
            yield _END, [{"the_id": instead_of}]
            yield self._insert, [msgspec.structs.asdict(session)]
            return True

        return await self._store.run(script)

    async def find(self, digest: str) -> tuple[Session, Member] | None:
        """A session and whose it is."""
        rows = await self._store.run(lambda: once(_FIND, the_id=digest))
        if not rows:
            return None
        many = len(_COLUMNS)
        return _session(rows[0][:many]), unpack(rows[0][many:])

    async def of(self, who: int) -> list[Session]:
        """The sessions of one person, the one seen last first."""
        return [_session(row) for row in await self._store.run(lambda: once(_OF, who=who))]

    async def see(self, digest: str, time: float) -> None:
        """Note that it is still used."""
        await self._store.run(lambda: once(_SEE, the_id=digest, seen=time))

    async def enrol(self, digest: str, sealed: bytes) -> None:
        """Keep a second factor that is not confirmed yet."""
        await self._store.run(lambda: once(_ENROL, the_id=digest, enrolment=sealed))

    async def end(self, digest: str, *, told: Entry | None = None) -> None:
        """Sign out."""

        def script() -> Script[None]:
            yield _END, [{"the_id": digest}]
            if told is not None:
                yield from self._audit.record(told)

        await self._store.run(script)

    async def end_of(self, who: int, digest: str, *, told: Entry) -> bool:
        """End one session of this person, if it is theirs."""

        def script() -> Script[bool]:
            ended = yield _END_OF, [{"the_id": digest, "who": who}]
            if ended:
                yield from self._audit.record(told)
            return bool(ended)

        return await self._store.run(script)

    async def end_others(self, who: int, digest: str, *, told: Entry) -> int:
        """End all sessions of this person but one; how many, which the log is told too."""

        def script() -> Script[int]:
            count = yield from end_all(who, except_id=digest)
            yield from self._audit.record(msgspec.structs.replace(told, after={"count": count}))
            return count

        return await self._store.run(script)


def _session(row: object) -> Session:
    return Session(**dict(zip(Session.__struct_fields__, row, strict=True)))  # type: ignore[call-overload]
