"""Who may enter the console, with what role; every change in one transaction with the entry that tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Integer, String, bindparam, delete, insert, select, update

from bot.errors import BotError
from bot.store.audit import Audit, Entry
from bot.store.broadcast_tables import phones
from bot.store.driver import Script, Store, once
from bot.store.staff_tables import recovery_codes, sessions, staff

ROLES = ("viewer", "editor", "approver", "admin")  # each may do what those before it may


class NameTaken(BotError):
    """Another account has this name."""


class LastAdmin(BotError):
    """Without this account nobody could give anybody an account."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    id: int
    name: str
    display: str
    role: str
    hash: str
    totp: bytes
    totp_step: int
    disabled: bool
    invited_until: float
    created: float
    signed_in: float


MEMBER = tuple(staff.c[field] for field in Member.__struct_fields__)

_id = staff.c.id == bindparam("who", type_=Integer)
_BY_NAME = select(*MEMBER).where(staff.c.name == bindparam("the_name", type_=String))
_BY_ID = select(*MEMBER).where(_id)
_BY_INVITATION = select(*MEMBER).where(
    staff.c.invitation == bindparam("digest", type_=String),
    staff.c.invited_until > bindparam("time"),
    staff.c.disabled.is_(False),
)
_ALL = select(*MEMBER).order_by(staff.c.disabled, staff.c.name)
_ADMINS = (
    select(staff.c.id, staff.c.hash).where(staff.c.role == "admin", staff.c.disabled.is_(False)).order_by(staff.c.id)
)
_ADMINS_KEPT = _ADMINS.with_for_update()
_PROOFS = select(staff.c.hash, staff.c.totp, staff.c.role, staff.c.disabled).where(_id).with_for_update()
_ROLE, _NAME, _ABLE, _HASH = (update(staff).where(_id) for _ in range(4))
_REHASH = update(staff).where(_id, staff.c.hash == bindparam("old_hash", type_=String)).returning(staff.c.id)
_SEEN, _TOTP, _INVITE = (update(staff).where(_id) for _ in range(3))
_STEP = (
    update(staff)
    .where(_id, staff.c.totp_step < bindparam("step", type_=Integer))
    .values(totp_step=bindparam("step", type_=Integer))
    .returning(staff.c.id)
)
_ACCEPT = (
    update(staff)
    .where(_id, staff.c.invitation == bindparam("digest", type_=String))
    .values(hash=bindparam("new_hash", type_=String), invitation="", invited_until=0.0)
    .returning(staff.c.id)
)
_END_SESSIONS = delete(sessions).where(sessions.c.staff == bindparam("who", type_=Integer))
_END_OTHERS = delete(sessions).where(
    sessions.c.staff == bindparam("who", type_=Integer), sessions.c.id != bindparam("here", type_=String)
)
_DROP_CODES = delete(recovery_codes).where(recovery_codes.c.staff == bindparam("who", type_=Integer))
_USE_CODE = (
    delete(recovery_codes)
    .where(
        recovery_codes.c.staff == bindparam("who", type_=Integer),
        recovery_codes.c.digest == bindparam("the_digest", type_=String),
    )
    .returning(recovery_codes.c.digest)
)
_UNBIND = delete(phones).where(phones.c.staff == bindparam("who", type_=Integer))
_CODES = select(recovery_codes.c.digest).where(recovery_codes.c.staff == bindparam("who", type_=Integer))


def is_as(member: Member) -> Script[bool]:
    """Whether an account is what was looked at: password, second factor, role, open or closed. It stays so for the
    transaction, and what changes it later ends what this one begins."""
    rows = yield _PROOFS, [{"who": member.id}]
    if not rows:
        return False
    hash, totp, role, disabled = rows[0]
    held = (hash, bytes(totp), role, bool(disabled))
    return held == (member.hash, member.totp, member.role, member.disabled)


class Staff:
    """The accounts. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self._insert = store.insert(staff).on_conflict_do_nothing(index_elements=["name"]).returning(staff.c.id)
        self._keep_codes = insert(recovery_codes)

    async def named(self, name: str) -> Member | None:
        """The account of this name."""
        return _first(await self._store.run(lambda: once(_BY_NAME, the_name=name)))

    async def get(self, who: int) -> Member | None:
        """The account of this number."""
        return _first(await self._store.run(lambda: once(_BY_ID, who=who)))

    async def invited(self, digest: str, time: float) -> Member | None:
        """Whose invitation this is, while it is good."""
        return _first(await self._store.run(lambda: once(_BY_INVITATION, digest=digest, time=time))) if digest else None

    async def everyone(self) -> list[Member]:
        """All accounts by name, disabled ones last."""
        return [unpack(row) for row in await self._store.run(lambda: once(_ALL))]

    async def add(
        self, name: str, display: str, *, role: str, entry: Entry, digest: str = "", until: float = 0.0
    ) -> int:
        """A new account without a password, with the link of this digest as the way in where one is given; its number.
        Raises NameTaken."""
        values = {"name": name, "display": display, "role": role, "created": entry.time, "totp": b""}
        values |= {"invitation": digest, "invited_until": until}

        def script() -> Script[int]:
            rows = yield self._insert, [values]
            if not rows:
                raise NameTaken(name)
            yield from self._audit.record(entry)
            return int(rows[0][0])

        return await self._store.run(script)

    async def invite(self, who: int, digest: str, *, until: float, entry: Entry) -> None:
        """Make a link the way in: the old password is none any more, and every session ends."""
        values = {"who": who, "invitation": digest, "invited_until": until, "hash": ""}
        await self._change((_INVITE, values), (_END_SESSIONS, {"who": who}), entry=entry)

    async def accept(self, who: int, digest: str, *, hash: str, entry: Entry) -> bool:
        """Take an invitation up, once; whether it was still there."""

        def script() -> Script[bool]:
            taken = yield _ACCEPT, [{"who": who, "digest": digest, "new_hash": hash}]
            if taken:
                yield from self._audit.record(entry)
            return bool(taken)

        return await self._store.run(script)

    async def set_role(self, who: int, role: str, *, entry: Entry) -> None:
        """Give another role; its sessions end, so that what is open was opened with it. Raises LastAdmin."""
        values = {"who": who, "role": role}
        spare = role != "admin"
        await self._change((_ROLE, values), (_END_SESSIONS, {"who": who}), entry=entry, losing=who if spare else 0)

    async def rename(self, who: int, display: str, *, entry: Entry) -> None:
        """Show another name."""
        await self._change((_NAME, {"who": who, "display": display}), entry=entry)

    async def set_disabled(self, who: int, disabled: bool, *, entry: Entry) -> None:
        """Close an account, with all its sessions and its phone, or open it again. Raises LastAdmin."""
        values, theirs = {"who": who, "disabled": disabled}, {"who": who}
        steps = ((_ABLE, values), (_END_SESSIONS, theirs), (_UNBIND, theirs))
        await self._change(*steps, entry=entry, losing=who if disabled else 0)

    async def set_password(
        self, who: int, hash: str, *, entry: Entry, here: str = "", was: Member | None = None
    ) -> bool:
        """Keep the hash of a new password; sessions elsewhere end, and a link that waits is good no more. False where
        the account is not any more what `was` says, if that is given."""
        values = {"who": who, "hash": hash, "invitation": "", "invited_until": 0.0}
        return await self._change((_HASH, values), (_END_OTHERS, {"who": who, "here": here}), entry=entry, was=was)

    async def rehash(self, who: int, hash: str, *, instead_of: str) -> bool:
        """Keep the same password under newer settings; False where it is another by now."""
        return bool(await self._store.run(lambda: once(_REHASH, who=who, hash=hash, old_hash=instead_of)))

    async def note_sign_in(self, who: int, *, entry: Entry) -> None:
        """Somebody is in."""
        await self._change((_SEEN, {"who": who, "signed_in": entry.time}), entry=entry)

    async def take_step(self, who: int, step: int) -> bool:
        """Whether no code of this time step or a later one was taken before; now it is."""
        return bool(await self._store.run(lambda: once(_STEP, who=who, step=step)))

    async def set_totp(
        self,
        who: int,
        sealed: bytes,
        *,
        codes: Sequence[str],
        entry: Entry,
        here: str | None = None,
        was: Member | None = None,
    ) -> bool:
        """Turn the second factor on with these hashes of recovery codes, or, empty, off; sessions elsewhere end where
        `here` is given. False where the account is not any more what `was` says, if that is given."""

        def script() -> Script[bool]:
            if was is not None and not (yield from is_as(was)):
                return False
            yield _TOTP, [{"who": who, "totp": sealed}]
            yield _DROP_CODES, [{"who": who}]
            yield self._keep_codes, [{"staff": who, "digest": digest} for digest in codes]
            if here is not None:
                yield _END_OTHERS, [{"who": who, "here": here}]
            yield from self._audit.record(entry)
            return True

        return await self._store.run(script)

    async def set_codes(self, who: int, codes: Sequence[str], *, entry: Entry) -> None:
        """Put new recovery codes in place of the old."""

        def script() -> Script[None]:
            yield _DROP_CODES, [{"who": who}]
            yield self._keep_codes, [{"staff": who, "digest": digest} for digest in codes]
            yield from self._audit.record(entry)

        await self._store.run(script)

    async def use_code(self, who: int, digest: str) -> bool:
        """Whether this was one of the recovery codes; now it is none."""
        return bool(await self._store.run(lambda: once(_USE_CODE, who=who, the_digest=digest)))

    async def count_codes(self, who: int) -> int:
        """How many recovery codes are left."""
        return len(await self._store.run(lambda: once(_CODES, who=who)))

    async def _change(
        self, *steps: tuple[Any, dict[str, Any]], entry: Entry, losing: int = 0, was: Member | None = None
    ) -> bool:
        """Run steps and record them; `losing` is who would be no admin afterwards. False, and nothing done, where an
        account is not any more what `was` says."""

        def script() -> Script[bool]:
            if losing and _is_last((yield _ADMINS_KEPT, [{}]), losing):
                raise LastAdmin(str(losing))
            if was is not None and not (yield from is_as(was)):
                return False
            for statement, values in steps:
                yield statement, [values]
            yield from self._audit.record(entry)
            return True

        return await self._store.run(script)


def _is_last(admins: Sequence[Sequence[Any]], losing: int) -> bool:
    """Whether without this one of the admins, as (id, hash), nobody could give anybody an account: whoever never took
    up an invitation, or whose password was reset, cannot."""
    hashes: dict[int, str] = {row[0]: row[1] for row in admins}
    mine = hashes.pop(losing, None)
    return mine is not None and not (any(hashes.values()) if mine else hashes)


def unpack(row: Sequence[Any]) -> Member:
    """A row of MEMBER."""
    values = dict(zip(Member.__struct_fields__, row, strict=True))
    return Member(**{**values, "totp": bytes(values["totp"]), "disabled": bool(values["disabled"])})


def _first(rows: Sequence[Sequence[Any]]) -> Member | None:
    return unpack(rows[0]) if rows else None
