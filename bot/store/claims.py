"""How rows of the outbox become ours, what became of them is written, and what is given back: scripts.

Claiming takes no more rows than the channel's pace and day and each follower's window or grants allow, and counts them
in the same transaction. On PostgreSQL processes step over each other's rows; on SQLite they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Float, Integer, String, bindparam, case, literal_column, select, update

from bot.store.calls import (
    LIFE_SPARED,
    Allowance,
    Claim,
    Claimed,
    Line,
    Settlement,
    State,
    Window,
    by_id,
    skip,
)
from bot.store.driver import Changes, Row, Script, Store, Values
from bot.store.grants import Grants
from bot.store.limits import (
    ChannelRows,
    Stop,
    Usage,
    close_windows,
    give_back,
    return_grants,
    spend_grants,
    spend_windows,
)
from bot.store.reports import Reports
from bot.store.tables import audiences, letters, notices, outbox

ELSEWHERE = {"window", "refused", "blocked"}  # why a notice is not sent, and may be told with the next answer instead

# Written out, not bound: only then may the planner use the index of waiting rows.
_waiting, _sending = (outbox.c.state == literal_column(f"'{state}'") for state in (State.WAITING, State.SENDING))
_now, _channel = bindparam("now", type_=Float), bindparam("the_channel", type_=String)
DUE = (
    select(outbox.c.id)
    .where(outbox.c.channel == _channel, _waiting)
    .where(outbox.c.due <= _now)
    .order_by(outbox.c.due, outbox.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_READ = (
    *("id", "key", "openid", "body", "due", "expires", "attempts", "lease"),
    *("notice", "template", "tried", "letter"),
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(select(DUE.cte("due").c.id)))
    .values(attempts=outbox.c.attempts + 1, tried=case((outbox.c.tried > 0, outbox.c.tried), else_=_now))
    .returning(*(outbox.c[name] for name in _READ))
)
_SETTLE = Changes(
    update(outbox)
    .where(outbox.c.id == bindparam("the_id", type_=Integer), _sending)
    .where(outbox.c.owner == bindparam("the_owner", type_=String)),
    key=outbox.c.id,
    name="the_id",
)
_over = (_sending, outbox.c.channel == _channel, outbox.c.lease <= _now)
_AGAIN = update(outbox).where(*_over, outbox.c.tried > bindparam("since", type_=Float)).returning(outbox.c.id)
_GIVE_UP = update(outbox).where(*_over).returning(outbox.c.id)
_LETTERS = select(letters.c.key, letters.c.body).where(letters.c.key == bindparam("the_key", type_=String))
_LISTED = (
    select(audiences.c.batch, audiences.c.openid)
    .where(audiences.c.batch == bindparam("the_key", type_=String))
    .order_by(audiences.c.openid)
)
_TELL = update(notices).where(
    notices.c.key == bindparam("the_key", type_=String), notices.c.state == literal_column("'planned'")
)


class Claims:
    """The scripts."""

    def __init__(self, store: Store) -> None:
        self._channels = ChannelRows(store)
        self._grants = Grants(store)
        self._reports = Reports(store)

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """Rows that are due at `time`, ours for `lease` seconds, as many as the allowance lets go."""
        usage = yield from self._channels.look(allowance.channel)
        limit, name = allowance.limit, allowance.channel
        free = usage.free(limit, time)
        most = min(allowance.most, int(free), usage.left(limit.per_day, day=allowance.day, time=time))
        wait = _wait(usage, allowance, free, time=time)
        if most <= 0:
            return Claim(wait=wait)
        place = {"the_channel": name, "now": time, "most": most}
        claimed = yield _CLAIM, [{**place, "state": State.SENDING.value, "owner": owner, "lease": time + lease}]
        rows = sorted((_claimed(row, time) for row in claimed), key=lambda row: (row.due, row.id))
        kept, over = _sorted_out(rows, limit.life, time=time)
        kept, shut = yield from _allowed(kept, allowance, time=time)
        yield from self.write([*over, *shut], owner, time=time)
        if kept:
            yield from self._channels.use(name, usage, day=allowance.day, count=len(kept), limit=limit, time=time)
            kept = yield from _whole(kept, claimed, listed=limit.listed)
        return Claim(rows=tuple(kept), skipped=len(over) + len(shut), wait=wait if len(claimed) == most else 0.0)

    def settle(
        self, channel: str, settlements: Sequence[Settlement], *, owner: str, time: float, stop: Stop | None
    ) -> Script[int]:
        """Write what became of rows, and why the channel stops if it does; how many rows were still ours."""
        if stop is not None:
            yield from self._channels.stop(channel, stop)
        ids = yield from self.write(by_id(settlements), owner, time=time)
        ours = [one for one in settlements if one.row.id in ids]
        for window, windows in ((Window.UNTOUCHED, give_back), (Window.CLOSED, close_windows)):
            rows = [one.row for one in ours if one.window is window and one.row.window]
            yield from windows([(row.openid, row.window) for row in rows])
        untouched = [one.row for one in ours if one.window is Window.UNTOUCHED and one.row.granted]
        yield from return_grants([(row.openid, row.template) for row in untouched])
        closed = [one.row for one in ours if one.window is Window.CLOSED and one.row.template]
        yield from self._grants.refuse([(row.openid, row.template) for row in closed], time)
        return len(ids)

    def write(self, settlements: Sequence[Settlement], owner: str, *, time: float) -> Script[set[int]]:
        """Write what became of rows; which of them were still ours."""
        written = yield _SETTLE, [_settled(settlement, owner, time) for settlement in settlements]
        ids = {row[0] for row in written}
        named = [one.msgid for one in settlements if one.msgid and one.row.id in ids]
        yield from self._reports.match(named)
        elsewhere = [one for one in settlements if one.row.notice and one.reason in ELSEWHERE and one.row.id in ids]
        skipped = [one for one in elsewhere if one.state is State.SKIPPED]
        tell = {"state": "waiting"}
        yield _TELL, [{"the_key": one.row.notice, "reason": one.reason, **tell} for one in skipped]
        return ids

    def reclaim(self, channel: str, *, time: float, life: float) -> Script[tuple[int, int]]:
        """Rows whose lease is over, since whoever had them died: those that the platform would still know again wait
        to be sent, the others are unknown and wait for a person. How many of each."""
        place = {"the_channel": channel, "now": time}
        free = {"state": State.WAITING.value, "owner": "", "lease": 0.0, "due": time}
        since = time - life + LIFE_SPARED if life else time
        again = yield _AGAIN, [{**place, **free, "since": since}]
        lost = yield _GIVE_UP, [{**place, "state": State.UNKNOWN.value, "reason": "interrupted", "settled": time}]
        return len(again), len(lost)


def _wait(usage: Usage, allowance: Allowance, free: float, *, time: float) -> float:
    """Seconds until half as many calls may go as are wanted; 0 where the pace holds nothing up."""
    stopped = usage.halted or usage.paused_until > time
    missing = min(allowance.most, allowance.limit.burst) - free
    return 0.0 if stopped or missing <= 0 else missing / 2 / allowance.limit.per_second


def _claimed(row: Row, time: float) -> Claimed:
    number, key, openid, body, due, expires, attempts, lease, notice, template, tried, _ = row
    return Claimed(
        id=number,
        key=key,
        openid=openid,
        body=body,
        due=due,
        expires=expires,
        attempts=attempts,
        lease=lease,
        notice=notice,
        template=template,
        unsure=tried if tried < time else 0.0,
    )


def _sorted_out(rows: Sequence[Claimed], life: float, *, time: float) -> tuple[list[Claimed], list[Settlement]]:
    """The rows that may go out, and what becomes of the others."""
    kept: list[Claimed] = []
    over: list[Settlement] = []
    for row in rows:
        if not row.may_repeat(life, time):
            over.append(Settlement(row=row, state=State.UNKNOWN, counts=False, reason="interrupted"))
        elif row.expires <= time:
            ended = State.UNKNOWN if row.unsure else State.SKIPPED
            over.append(Settlement(row=row, state=ended, counts=False, reason="late"))
        else:
            kept.append(row)
    return kept, over


def _allowed(
    rows: list[Claimed], allowance: Allowance, *, time: float
) -> Script[tuple[list[Claimed], list[Settlement]]]:
    """The rows that their followers allow, each with what it was taken from, and the others."""
    kept: list[Claimed] = []
    shut: list[Settlement] = []
    if allowance.limit.windowed:
        windows = yield from spend_windows([row.openid for row in rows], time)
        for row in rows:
            if windows.get(row.openid):
                kept.append(msgspec.structs.replace(row, window=windows[row.openid].pop()))
            else:
                shut.append(skip(row, "window"))
        return kept, shut
    if allowance.limit.granted:
        held = yield from spend_grants([(row.openid, row.template) for row in rows])
        for row in rows:
            if held[row.openid, row.template] > 0:
                held[row.openid, row.template] -= 1
                kept.append(msgspec.structs.replace(row, granted=True))
            else:
                shut.append(skip(row, "refused"))
        return kept, shut
    return rows, shut


def _whole(rows: list[Claimed], read: Sequence[Row], *, listed: bool) -> Script[list[Claimed]]:
    """The rows with the letters they share, and whoever receives them."""
    shared = {row[0]: row[-1] for row in read if row[-1]}
    if shared:
        read_letters = yield _LETTERS, [{"the_key": key} for key in sorted(set(shared.values()))]
        found = {row[0]: row[1] for row in read_letters}
        rows = [
            msgspec.structs.replace(row, body=found.get(shared[row.id], b"")) if row.id in shared else row
            for row in rows
        ]
    if listed:
        people: dict[str, list[str]] = {}
        for batch, openid in (yield _LISTED, [{"the_key": row.key} for row in rows]):
            people.setdefault(batch, []).append(openid)
        rows = [msgspec.structs.replace(row, openids=tuple(people.get(row.key, ()))) for row in rows]
    return rows


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
        "tried": settlement.unsure if waits else row.unsure,
        "msgid": settlement.msgid,
    }


def shown(row: Sequence[Any]) -> Line:
    """A row of the columns of Line."""
    return Line(**dict(zip(Line.__struct_fields__, row, strict=True)))
