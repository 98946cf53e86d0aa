"""The outbox: one row per API call, claimed by one process for a while, settled while the claim is still its own.

Claiming takes no more rows than the channel's day and each follower's window allow, and counts them in the same
transaction. On PostgreSQL processes step over each other's rows; on SQLite they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, delete, func, literal_column, select, update

from bot.store.driver import Script, Store, Values, once
from bot.store.limits import ChannelRows, Stop, close_windows, give_back, spend_windows
from bot.store.tables import outbox


class State(StrEnum):
    """What became of a row. An unknown one may or may not have reached the follower: a person decides."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


class Window(StrEnum):
    """What a send did to the follower's window."""

    SPENT = "spent"
    UNTOUCHED = "untouched"
    CLOSED = "closed"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A call to make: `key` says what fact causes it, `body` is its JSON; not before `due`, not after `expires`."""

    key: str
    openid: str
    channel: str
    body: bytes
    due: float
    expires: float


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is ours to send. `attempts` counts this one; `window` is the end of the window it was taken from."""

    id: int
    openid: str
    body: bytes
    due: float
    expires: float
    attempts: int
    window: float = 0.0


class Claim(msgspec.Struct, frozen=True):
    """What a claim brought, oldest first, and how many rows it settled because they may not go out any more."""

    rows: tuple[Claimed, ...]
    skipped: int = 0


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a claimed row. A waiting one goes again at `due`; `counts` is whether this was an attempt."""

    row: Claimed
    state: State
    due: float = 0.0
    counts: bool = True
    errcode: int = 0
    reason: str = ""
    window: Window = Window.SPENT


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a channel may go now (`most`) and on this day, and whether followers' windows bound them."""

    channel: str
    most: int
    day: str
    per_day: int
    windowed: bool


# Written out, not bound: only then may the planner use the index of waiting rows.
_waiting, _sending = (outbox.c.state == literal_column(f"'{state}'") for state in (State.WAITING, State.SENDING))
DUE = (
    select(outbox.c.id)
    .where(outbox.c.channel == bindparam("the_channel", type_=String), _waiting)
    .where(outbox.c.due <= bindparam("now", type_=Float))
    .order_by(outbox.c.due, outbox.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_FIELDS = tuple(field.name for field in msgspec.structs.fields(Claimed) if field.name != "window")
_CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(select(DUE.cte("due").c.id)))
    .values(attempts=outbox.c.attempts + 1)
    .returning(*(outbox.c[name] for name in _FIELDS))
)
_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id", type_=Integer), _sending)
    .where(outbox.c.owner == bindparam("the_owner", type_=String))
    .returning(outbox.c.id)
)
_RECLAIM = update(outbox).where(_sending, outbox.c.lease <= bindparam("now", type_=Float)).returning(outbox.c.id)
_OLD = (
    select(outbox.c.id)
    .where(outbox.c.settled < bindparam("before", type_=Float), outbox.c.state != State.UNKNOWN.value)
    .limit(bindparam("many", type_=Integer))
)
_PURGE = delete(outbox).where(outbox.c.id.in_(_OLD)).returning(outbox.c.id)
_COUNTS = select(outbox.c.state, func.count()).group_by(outbox.c.state)


class OutboxRows:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels = ChannelRows(store)
        self._add = store.insert(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)

    def add(self, entries: Sequence[Entry], *, time: float) -> Script[int]:
        """Enter calls in the transaction of the fact that causes them; how many were new. A known key adds nothing.
        Of calls that are due at the same time the one entered first goes first."""
        rows = [{**msgspec.structs.asdict(entry), "created": time, "state": State.WAITING.value} for entry in entries]
        return len((yield self._add, rows))

    async def claim(self, allowance: Allowance, *, owner: str, time: float, lease: float) -> Claim:
        """Rows that are due at `time`, ours for `lease` seconds, as many as the allowance lets go."""
        return await self._store.run(lambda: self._claim(allowance, owner, time=time, until=time + lease))

    async def settle(
        self, channel: str, settlements: Sequence[Settlement], *, owner: str, time: float, stop: Stop | None = None
    ) -> int:
        """Write what became of rows, and why the channel stops if it does; how many rows were still ours."""
        return await self._store.run(lambda: self._settle(channel, settlements, owner=owner, time=time, stop=stop))

    async def reclaim(self, time: float) -> int:
        """Give up rows whose lease is over: whoever had them died, and nobody can say whether they went out. No
        channel so far has an id by which the platform would know a repeat, so they wait for a person."""
        lost = {"now": time, "state": State.UNKNOWN.value, "reason": "interrupted", "settled": time}
        return len(await self._store.run(lambda: once(_RECLAIM, **lost)))

    async def purge(self, before: float, many: int = 1000) -> int:
        """Forget at most `many` rows settled before that time; how many went. Those that wait for a person stay."""
        return len(await self._store.run(lambda: once(_PURGE, before=before, many=many)))

    async def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        return {row[0]: row[1] for row in await self._store.run(lambda: once(_COUNTS))}

    def _claim(self, allowance: Allowance, owner: str, *, time: float, until: float) -> Script[Claim]:
        usage = yield from self._channels.look(allowance.channel)
        most = min(allowance.most, usage.left(allowance.per_day, day=allowance.day, time=time))
        if not most:
            return Claim(())
        place = {"the_channel": allowance.channel, "now": time, "most": most}
        claimed = yield _CLAIM, [{**place, "state": State.SENDING.value, "owner": owner, "lease": until}]
        rows = sorted((_claimed(row) for row in claimed), key=lambda row: (row.due, row.id))
        kept = [row for row in rows if row.expires > time]
        over = [_skip(row, "late") for row in rows if row.expires <= time]
        if allowance.windowed:
            windows = yield from spend_windows([row.openid for row in kept], time)
            kept, shut = _matched(kept, windows)
            over += [_skip(row, "window") for row in shut]
        yield _SETTLE, [_settled(settlement, owner, time) for settlement in over]
        if kept:
            yield from self._channels.use(allowance.channel, usage, day=allowance.day, count=len(kept))
        return Claim(tuple(kept), len(over))

    def _settle(
        self, channel: str, settlements: Sequence[Settlement], *, owner: str, time: float, stop: Stop | None
    ) -> Script[int]:
        if stop is not None:
            yield from self._channels.stop(channel, stop)
        ordered = sorted(settlements, key=lambda settlement: settlement.row.id)
        written = yield _SETTLE, [_settled(settlement, owner, time) for settlement in ordered]
        ids = {row[0] for row in written}
        for window, script in ((Window.UNTOUCHED, give_back), (Window.CLOSED, close_windows)):
            rows = [s.row for s in ordered if s.window is window and s.row.window and s.row.id in ids]
            yield from script([(row.openid, row.window) for row in rows])
        return len(ids)


def _claimed(row: Sequence[Any]) -> Claimed:
    return Claimed(**dict(zip(_FIELDS, row, strict=True)))


def _skip(row: Claimed, reason: str) -> Settlement:
    return Settlement(row=row, state=State.SKIPPED, reason=reason, counts=False)


def _matched(rows: Sequence[Claimed], windows: dict[str, list[float]]) -> tuple[list[Claimed], list[Claimed]]:
    """The rows whose follower's window had a message left, each with that window, and the others. Oldest come first."""
    within, without = [], []
    for row in rows:
        if windows.get(row.openid):
            within.append(msgspec.structs.replace(row, window=windows[row.openid].pop()))
        else:
            without.append(row)
    return within, without


def _settled(settlement: Settlement, owner: str, time: float) -> Values:
    row, waits = settlement.row, settlement.state is State.WAITING
    return {
        "the_id": row.id,
        "the_owner": owner,
        "state": settlement.state.value,
        "owner": "" if waits else owner,
        "lease": 0.0,
        "due": settlement.due if waits else row.due,
        "attempts": row.attempts if settlement.counts else row.attempts - 1,
        "errcode": settlement.errcode,
        "reason": settlement.reason,
        "settled": None if waits else time,
    }
