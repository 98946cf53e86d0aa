"""The phones of staff: which follower each member is, bound by a code that the console showed and the chat brought.

Of a code only a keyed hash is kept, for a few minutes. A phone is that of one account at a time, and of none once the
account is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, delete, literal_column, select, update

from bot.store.audit import Audit, Entry
from bot.store.broadcast_tables import phones
from bot.store.driver import Script, Store, once
from bot.store.staff import MEMBER, Member, unpack
from bot.store.staff_tables import staff

BOUND = "profile.phone_bound"  # the entry of the audit log

_staff = bindparam("the_staff", type_=Integer)
_who, _digest = bindparam("who", type_=String), bindparam("the_digest", type_=String)
_now = bindparam("now", type_=Float)
_able = staff.c.disabled.is_(False)
_named = phones.c.openid != literal_column("''")
_good = (phones.c.digest == _digest, phones.c.digest != literal_column("''"), phones.c.until > _now)
_joined = phones.join(staff, staff.c.id == phones.c.staff)
_ALL = select(phones.c.staff, phones.c.openid).select_from(_joined).where(_able, _named).order_by(phones.c.staff)
_OF = select(phones.c.openid, phones.c.bound).where(phones.c.staff == _staff, _named)
_MEMBER = select(*MEMBER).select_from(_joined).where(_able, _named, phones.c.openid == _who)
_OFFERED = select(*MEMBER).select_from(_joined).where(_able, *_good)
_LEAVE = (
    update(phones)
    .where(phones.c.openid == _who, phones.c.digest != _digest)
    .values(openid=literal_column("''"), bound=literal_column("0"))
)
_BIND = (
    update(phones)
    .where(*_good)
    .values(openid=_who, bound=_now, digest=literal_column("''"), until=literal_column("0"))
    .returning(phones.c.staff)
)
_UNBIND = delete(phones).where(phones.c.staff == _staff, _named).returning(phones.c.staff)


class Phone(msgspec.Struct, frozen=True):
    """Whose phone it is, as the platform names them, and since when."""

    openid: str
    bound: float


class Phones:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._audit = Audit(store)
        upsert = store.insert(phones)
        fresh = {"digest": upsert.excluded.digest, "until": upsert.excluded.until}
        self._offer = upsert.on_conflict_do_update(index_elements=["staff"], set_=fresh)

    async def offer(self, who: int, digest: str, until: float, *, told: Sequence[Entry] = ()) -> None:
        """Wait until then for the code of this digest; one that was shown before is good no more."""

        def script() -> Script[None]:
            yield self._offer, [{"staff": who, "digest": digest, "until": until}]
            yield from self._audit.record(*told)

        await self._store.run(script)

    async def unbind(self, who: int, *, told: Sequence[Entry] = ()) -> bool:
        """Take a member's phone away; whether there was one."""

        def script() -> Script[bool]:
            if not (yield _UNBIND, [{"the_staff": who}]):
                return False
            yield from self._audit.record(*told)
            return True

        return await self._store.run(script)

    async def bound(self) -> dict[int, str]:
        """The follower that each member is who has a phone, by their number."""
        return {row[0]: row[1] for row in await self._store.run(lambda: once(_ALL))}

    async def of(self, who: int) -> Phone | None:
        """The phone of a member."""
        return next((Phone(row[0], row[1]) for row in await self._store.run(lambda: once(_OF, the_staff=who))), None)

    async def member(self, openid: str) -> Member | None:
        """The member of staff that a follower is."""
        return next((unpack(row) for row in await self._store.run(lambda: once(_MEMBER, who=openid))), None)

    async def offered(self, digest: str, time: float) -> Member | None:
        """To whom a code was shown that is still good."""
        rows = await self._store.run(lambda: once(_OFFERED, the_digest=digest, now=time))
        return next((unpack(row) for row in rows), None)

    def bind(self, openid: str, digest: str, time: float) -> Script[None]:
        """Bind a follower to whom the code was shown, and to nobody else, if it still is good."""
        found = [unpack(row) for row in (yield _OFFERED, [{"the_digest": digest, "now": time}])]
        for member in found:
            yield _LEAVE, [{"who": openid, "the_digest": digest}]
            if (yield _BIND, [{"who": openid, "the_digest": digest, "now": time}]):
                entry = Entry(time=time, staff=member.id, who=member.name, action=BOUND, target=member.name)
                yield from self._audit.record(entry)
