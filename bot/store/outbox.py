"""The outbox: one row per API call, claimed by one process for a while, settled while the claim is still its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Float,
    Integer,
    String,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bot.announcements import MASS
from bot.store.calls import Allowance, Claim, Entry, Line, Settlement, State
from bot.store.claims import Claims, shown
from bot.store.driver import Row, Script, Store, once, spelled
from bot.store.limits import Stop
from bot.store.recipients import is_announced
from bot.store.tables import audiences, outbox

# Written out, so that the index of settled rows serves: a look at the whole table would hold every writer up.
OLD = (
    select(outbox.c.id)
    .where(outbox.c.state == bindparam("the_state", type_=String), outbox.c.settled.is_not(None))
    .where(outbox.c.settled < bindparam("before", type_=Float))
    .where(outbox.c.channel != literal_column(f"'{MASS}'"))
    .limit(bindparam("many", type_=Integer))
)
# What the platform counted of a list stays with its announcement, one row for thousands of people: only names go.
_OLD_LISTS = (
    select(outbox.c.key)
    .where(outbox.c.state == bindparam("the_state", type_=String), outbox.c.settled.is_not(None))
    .where(outbox.c.settled < bindparam("before", type_=Float), outbox.c.channel == literal_column(f"'{MASS}'"))
    .where(exists().where(audiences.c.batch == outbox.c.key))
    .limit(5)
)
_PURGE = delete(outbox).where(outbox.c.id.in_(OLD)).returning(outbox.c.key)
_PURGE_LIST = delete(audiences).where(audiences.c.batch == bindparam("the_key", type_=String))
COUNTS: tuple[Any, ...] = (  # each by the index of its rows
    select(func.min(outbox.c.state), func.count()).where(outbox.c.state == literal_column(f"'{State.WAITING}'")),
    select(func.min(outbox.c.state), func.count()).where(outbox.c.state == literal_column(f"'{State.SENDING}'")),
    select(outbox.c.state, func.count()).where(outbox.c.settled.is_not(None)).group_by(outbox.c.state),
)
_PLANNED = select(func.count()).select_from(
    select(outbox.c.id)
    .where(outbox.c.channel == bindparam("the_channel", type_=String), outbox.c.state == literal_column("'waiting'"))
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_UNSENT = select(outbox.c.key).where(
    outbox.c.key == bindparam("the_key", type_=String), outbox.c.state.in_(spelled(State.WAITING, State.SENDING))
)
_LIST = (
    select(*(outbox.c[name] for name in Line.__struct_fields__))
    .where(outbox.c.state == bindparam("the_state", type_=String))
    .order_by(outbox.c.id.desc())
    .limit(bindparam("many", type_=Integer))
)
_KEYS = select(outbox.c.id, outbox.c.key).where(outbox.c.id == bindparam("the_id", type_=Integer))
_RETRY = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id", type_=Integer))
    .where(or_(outbox.c.state == State.FAILED.value, outbox.c.state == State.UNKNOWN.value))
    .values(retries=outbox.c.retries + case((outbox.c.state == State.FAILED.value, 1), else_=0))
    .returning(outbox.c.id)
)
_AGAIN = (
    update(outbox)
    .where(outbox.c.key == bindparam("the_key", type_=String))
    .where(or_(outbox.c.state == State.FAILED.value, outbox.c.state == State.SKIPPED.value))
    .values(retries=outbox.c.retries + case((outbox.c.state == State.FAILED.value, 1), else_=0))
    .returning(outbox.c.id)
)
_BLANK = {
    "state": State.WAITING.value,
    "owner": "",
    "settled": None,
    "attempts": 0,
    "tried": 0.0,
    "reason": "",
    "errcode": 0,
    "msgid": "",
    "report": "",
}


class OutboxRows:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._claims = Claims(store)
        self._add = store.insert(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
        self._listed = store.insert(audiences).on_conflict_do_nothing(index_elements=["batch", "openid"])

    def add(self, entries: Sequence[Entry], *, time: float) -> Script[int]:
        """Enter calls in the transaction of the fact that causes them; how many were new. A known key adds nothing.
        Of calls that are due at the same time the one entered first goes first."""
        rows = [{**msgspec.structs.asdict(entry), "created": time, "state": State.WAITING.value} for entry in entries]
        return len((yield self._add, rows))

    def again(self, entry: Entry) -> Script[bool]:
        """Let a call that did not go out go after all; False where it is on its way, went, or may have gone. One that
        failed goes under another id, see `retry`."""
        when = {"body": entry.body, "due": entry.due, "expires": entry.expires}
        return bool((yield _AGAIN, [{"the_key": entry.key, **when, **_BLANK}]))

    def waiting(self, channel: str, most: int) -> Script[int]:
        """How many rows of a channel wait, counted up to `most`."""
        rows = yield _PLANNED, [{"the_channel": channel, "most": most}]
        return int(rows[0][0])

    def unsent(self, keys: Sequence[str]) -> Script[int]:
        """How many of these calls wait or are being made."""
        return len((yield _UNSENT, [{"the_key": key} for key in keys]))

    def address(self, key: str, openids: Sequence[str]) -> Script[None]:
        """Name who receives the one call of that key, before it is due."""
        yield self._listed, [{"batch": key, "openid": openid} for openid in sorted(set(openids))]

    async def exchange(
        self,
        settlements: Sequence[Settlement],
        allowance: Allowance,
        *,
        owner: str,
        time: float,
        lease: float,
        stop: Stop | None = None,
    ) -> tuple[int, Claim]:
        """Write what became of rows and claim others, in one transaction: how many were still ours, and the claim."""

        def script() -> Script[tuple[int, Claim]]:
            ours = 0
            if settlements or stop is not None:
                ours = yield from self._claims.settle(allowance.channel, settlements, owner=owner, time=time, stop=stop)
            if allowance.most <= 0:
                return ours, Claim()
            return ours, (yield from self._claims.claim(allowance, owner, time=time, lease=lease))

        return await self._store.run(script)

    async def claim(self, allowance: Allowance, *, owner: str, time: float, lease: float) -> Claim:
        """Rows that are due at `time`, ours for `lease` seconds, as many as the allowance lets go."""
        return await self._store.run(lambda: self._claims.claim(allowance, owner, time=time, lease=lease))

    async def settle(
        self, channel: str, settlements: Sequence[Settlement], *, owner: str, time: float, stop: Stop | None = None
    ) -> int:
        """Write what became of rows, and why the channel stops if it does; how many rows were still ours."""
        return await self._store.run(
            lambda: self._claims.settle(channel, settlements, owner=owner, time=time, stop=stop)
        )

    async def reclaim(self, channel: str, time: float, *, life: float = 0.0, but: str = "") -> tuple[int, int]:
        """Rows whose lease is over: how many go again, since the platform would know a repeat for `life` seconds, and
        how many are unknown and wait for a person. Those of the owner `but` are left as they are."""
        return await self._store.run(lambda: self._claims.reclaim(channel, time=time, life=life, but=but))

    async def straighten(
        self, channel: str, time: float, *, back: float, lease: float, delay: float
    ) -> tuple[int, int]:
        """See to it that nothing waits for the clock to come to where it was before it was set back, and nothing goes
        twice for it: how many rows go now, and how many wait for a person."""
        script = self._claims.straighten
        return await self._store.run(lambda: script(channel, time=time, back=back, lease=lease, delay=delay))

    async def purge(self, before: float, many: int = 1000) -> int:
        """Forget at most `many` rows settled before that time; how many went. Those that wait for a person stay."""

        def script() -> Script[int]:
            gone: list[Row] = []
            for state in (State.SENT, State.FAILED, State.SKIPPED):
                rest = {"before": before, "many": many - len(gone), "the_state": state.value}
                gone = [*gone, *(yield _PURGE, [rest]), *(yield _OLD_LISTS, [rest])]
            yield _PURGE_LIST, [{"the_key": row[0]} for row in gone]
            return len(gone)

        return await self._store.run(script)

    async def counts(self) -> dict[str, int]:
        """How many rows are in each state."""

        def script() -> Script[dict[str, int]]:
            found: list[Row] = []
            for statement in COUNTS:
                found += yield statement, [{}]
            return {state: count for state, count in found if count}

        return await self._store.run(script)

    async def newest(self, state: State, many: int) -> list[Line]:
        """The newest rows in a state, at most `many`."""
        rows = await self._store.run(lambda: once(_LIST, the_state=state.value, many=many))
        return [shown(row) for row in rows]

    async def announced(self, ids: Sequence[int]) -> list[int]:
        """Those of these rows that an announcement sends."""

        def script() -> Script[list[int]]:
            known = yield _KEYS, [{"the_id": number} for number in sorted(set(ids))]
            return [number for number, key in known if is_announced(key)]

        return await self._store.run(script)

    async def retry(self, ids: Sequence[int], *, time: float, expires: float) -> list[int]:
        """Let rows that failed, or whose outcome a person has looked into, go again until `expires`; which were.
        One that failed goes under another id, for the platform may know it by its own (mass messages: a day). What an
        announcement sends is left to it: its rules say who may get it now."""

        def script() -> Script[list[int]]:
            known = yield _KEYS, [{"the_id": number} for number in sorted(set(ids))]
            ours = [number for number, key in known if not is_announced(key)]
            again = [{"the_id": number, "due": time, "expires": expires, **_BLANK} for number in ours]
            return [row[0] for row in (yield _RETRY, again)]

        return await self._store.run(script)
