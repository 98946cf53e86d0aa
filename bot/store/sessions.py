"""Who is signed in: the rows behind the cookies, each found by a hash of what the cookie holds."""

from __future__ import annotations

import msgspec
from sqlalchemy import String, bindparam, delete, insert, select, update

from bot.store.driver import Script, Store, once
from bot.store.forgetting import Forgetting
from bot.store.staff import MEMBER, Member, unpack
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
        self._insert = insert(sessions)
        self.purge = Forgetting(store, sessions, sessions.c.expires).purge

    async def begin(self, session: Session, *, instead_of: str = "") -> None:
        """Keep a new session, and end the one it follows in the same transaction."""

        def script() -> Script[None]:
            yield _END, [{"the_id": instead_of}]
            yield self._insert, [msgspec.structs.asdict(session)]

        await self._store.run(script)

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

    async def end(self, digest: str) -> None:
        """Sign out."""
        await self._store.run(lambda: once(_END, the_id=digest))

    async def end_of(self, who: int, digest: str) -> bool:
        """End one session of this person, if it is theirs."""
        return bool(await self._store.run(lambda: once(_END_OF, the_id=digest, who=who)))

    async def end_others(self, who: int, digest: str) -> int:
        """End all sessions of this person but one; how many."""
        return await self._store.run(lambda: end_all(who, except_id=digest))


def _session(row: object) -> Session:
    return Session(**dict(zip(Session.__struct_fields__, row, strict=True)))  # type: ignore[call-overload]
