"""How rows of the outbox become ours, what became of them is written, and what is given back: scripts.

Claiming takes no more rows than the channel's pace and day and each follower's window or grants allow, and counts them
in the same transaction. Rows that may have gone out before go first, while the platform knows a repeat; rows that bring
a notice are put off while nobody may be written to, however they came to be due then. On PostgreSQL processes step over
each other's rows; on SQLite they take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    String,
    Update,
    bindparam,
    case,
    literal_column,
    or_,
    select,
    update,
)

from bot.store.calls import (
    APART,
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
    Held,
    Stop,
    Usage,
    close_windows,
    give_back,
    return_grants,
    spend_grants,
    spend_windows,
)
from bot.store.notices import PENDING, WAITING, Notices, Settled
from bot.store.outcomes import follow, follow_rows
from bot.store.reports import Reports
from bot.store.tables import audiences, letters, outbox

ELSEWHERE = {"window", "refused", "blocked"}  # why a notice is not sent, and may be told with the next answer instead
LATE = "late"  # why a row is not sent whose notice may yet find another way
PUT_OFF = 2000  # rows in one transaction
EXPIRING = "expiring"  # who has rows while they are settled that nobody sends
SOON = 0.01  # seconds until more is worth a look where more is to be put off

# Written out, not bound: only then may the planner use the index of waiting rows.
_waiting, _sending = (outbox.c.state == literal_column(f"'{state}'") for state in (State.WAITING, State.SENDING))
_now, _channel = bindparam("now", type_=Float), bindparam("the_channel", type_=String)
_doubtful = outbox.c.tried > literal_column("0")
_brings = outbox.c.notice != literal_column("''")
_timely = or_(outbox.c.notice.startswith("corrected:"), outbox.c.notice.startswith("expiring:"))


def _due(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(outbox.c.id)
        .where(outbox.c.channel == _channel, _waiting, *conditions)
        .where(outbox.c.due <= _now)
        .order_by(outbox.c.due, outbox.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


DUE, DOUBTFUL = _due(), _due(_doubtful)
BRINGING = _due(_brings, outbox.c.tried == literal_column("0"), or_(~_timely, bindparam("asleep", type_=Float) > _now))
_PUT_OFF = (
    update(outbox)
    .where(outbox.c.id.in_(select(BRINGING.cte("due").c.id)))
    .values(due=case((_timely, bindparam("asleep", type_=Float)), else_=bindparam("resting", type_=Float)))
    .returning(outbox.c.id)
)
_READ = (
    *("id", "key", "openid", "body", "due", "expires", "attempts", "lease"),
    *("notice", "template", "tried", "retries", "letter"),
)


def _claiming(due: Select[Any]) -> Update:
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(due.cte("due").c.id)))
        .values(attempts=outbox.c.attempts + 1, tried=case((outbox.c.tried > 0, outbox.c.tried), else_=_now))
        .returning(*(outbox.c[name] for name in _READ))
    )


_CLAIM, _CLAIM_DOUBTFUL = _claiming(DUE), _claiming(DOUBTFUL)
_CLAIM_LATE = _claiming(_due(outbox.c.expires <= _now))
_SETTLE = Changes(
    update(outbox)
    .where(outbox.c.id == bindparam("the_id", type_=Integer), _sending)
    .where(outbox.c.owner == bindparam("the_owner", type_=String)),
    key=outbox.c.id,
    name="the_id",
)
_over = (
    *(_sending, outbox.c.channel == _channel, outbox.c.lease <= _now),
    outbox.c.owner != bindparam("the_owner", type_=String),
)
_known = outbox.c.tried > bindparam("since", type_=Float), outbox.c.tried <= bindparam("far", type_=Float)
_AGAIN = update(outbox).where(*_over, *_known).returning(outbox.c.id)
_GIVE_UP = update(outbox).where(*_over).returning(outbox.c.id)
_SHORTEN = update(outbox).where(
    outbox.c.channel == _channel, _sending, outbox.c.lease > bindparam("longest", type_=Float)
)
_AGE = (
    update(outbox)
    .where(outbox.c.channel == _channel, or_(_waiting, _sending), _doubtful)
    .where(outbox.c.tried <= bindparam("far", type_=Float))
    .values(tried=outbox.c.tried - bindparam("back", type_=Float))
)
_SOONER = (  # what brings a notice may be put off for days, and the day on which it is looked at again is not its own
    update(outbox)
    .where(outbox.c.channel == _channel, _waiting, outbox.c.due > bindparam("latest", type_=Float))
    .where(outbox.c.attempts > literal_column("0"), outbox.c.tried == literal_column("0"), ~_brings)
    .returning(outbox.c.id)
)
_DATELESS = (
    update(outbox)
    .where(outbox.c.channel == _channel, _waiting, _doubtful, outbox.c.tried > bindparam("far", type_=Float))
    .returning(outbox.c.id)
)
_LETTERS = select(letters.c.key, letters.c.body).where(letters.c.key == bindparam("the_key", type_=String))
_LISTED = (  # locked: who declines at this moment is off the list, or has the call
    select(audiences.c.batch, audiences.c.openid)
    .where(audiences.c.batch == bindparam("the_key", type_=String))
    .order_by(audiences.c.openid)
    .with_for_update()
)


class Claims:
    """The scripts."""

    def __init__(self, store: Store) -> None:
        self._channels = ChannelRows(store)
        self._grants = Grants(store)
        self._notices = Notices(store)
        self._reports = Reports(store)

    def claim(self, allowance: Allowance, owner: str, *, time: float, lease: float) -> Script[Claim]:
        """Rows that are due at `time`, ours for `lease` seconds, as many as the allowance lets go."""
        limit, name = allowance.limit, allowance.channel
        usage = yield from self._channels.look(name, time)
        if (yield from self._put_off(allowance, time)):
            return Claim(wait=SOON)
        free = usage.free(limit, time)
        most = min(allowance.most, int(free), usage.left(limit.per_day, day=allowance.day, time=time))
        wait = _wait(usage, allowance, free, time=time)
        if most <= 0:
            return Claim(wait=wait)
        ours = {"the_channel": name, "now": time, "state": State.SENDING.value, "owner": owner, "lease": time + lease}
        claimed = (yield _CLAIM_DOUBTFUL, [{**ours, "most": most}]) if limit.life else []
        if len(claimed) < most:
            claimed = [*claimed, *(yield _CLAIM, [{**ours, "most": most - len(claimed)}])]
        rows = sorted((_claimed(row, time) for row in claimed), key=lambda row: (not row.unsure, row.due, row.id))
        kept, over = _sorted_out(rows, limit.life, time=time)
        kept, shut = yield from _allowed(kept, allowance, time=time)
        yield from self.write([*over, *shut], owner, time=time)
        if kept:
            yield from self._channels.use(name, usage, day=allowance.day, count=len(kept), limit=limit, time=time)
            kept = yield from _whole(kept, claimed, listed=limit.listed)
        return Claim(rows=tuple(kept), skipped=len(over) + len(shut), wait=wait if len(claimed) == most else 0.0)

    def _put_off(self, allowance: Allowance, time: float) -> Script[bool]:
        """Put off what brings a notice until somebody may be written to; whether there may be more of it."""
        if max(allowance.asleep, allowance.resting) <= time:
            return False
        until = {"asleep": allowance.asleep, "resting": allowance.resting}
        rows = yield _PUT_OFF, [{"the_channel": allowance.channel, "now": time, "most": PUT_OFF, **until}]
        return len(rows) == PUT_OFF

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
        closed: dict[Held, float] = {}
        for one in ours:
            if one.window is Window.CLOSED and one.row.template:  # what they accepted since is another matter
                closed[one.row.openid, one.row.template] = one.row.began
        yield from self._grants.refuse(closed)
        return len(ids)

    def write(self, settlements: Sequence[Settlement], owner: str, *, time: float) -> Script[set[int]]:
        """Write what became of rows; which of them were still ours."""
        written = yield _SETTLE, [_settled(settlement, owner, time) for settlement in settlements]
        ids = {row[0] for row in written}
        ours = [one for one in settlements if one.row.id in ids]
        yield from self._reports.match([one.msgid for one in ours if one.msgid])
        made = [one for one in ours if one.row.template and not one.msgid]
        yield from self._reports.catch_up([one.row.id for one in made if one.state in (State.SENT, State.UNKNOWN)])
        yield from follow([one.row.key for one in ours if one.state is not State.WAITING])
        skipped = [one for one in ours if one.row.notice and one.state is State.SKIPPED]
        yield from self._notices.reopen([_elsewhere(one, time) for one in skipped if one.reason in {*ELSEWHERE, LATE}])
        return ids

    def reclaim(self, channel: str, *, time: float, life: float, but: str = "") -> Script[tuple[int, int]]:
        """Rows whose lease is over, since whoever had them died: those that the platform would still know again wait
        to be sent, the others are unknown and wait for a person. How many of each. Those of owner `but` are left."""
        place = {"the_channel": channel, "now": time, "the_owner": but}
        free = {"state": State.WAITING.value, "owner": "", "lease": 0.0, "due": time}
        since = time - life + LIFE_SPARED if life else time
        again = yield _AGAIN, [{**place, **free, "since": since, "far": time + APART}]
        lost = yield _GIVE_UP, [{**place, "state": State.UNKNOWN.value, "reason": "interrupted", "settled": time}]
        yield from follow_rows([row[0] for row in lost])
        yield from self._expire(channel, life, time=time)
        return len(again), len(lost)

    def straighten(
        self, channel: str, *, time: float, back: float, lease: float, delay: float
    ) -> Script[tuple[int, int]]:
        """After the clock was set `back` by so many seconds, 0 where nobody saw it: no lease ends later than one of now
        would, and what was to be tried again, of which nothing went out, goes now instead of when the clock is where it
        was; it would have waited for `delay` at most. What may have gone out is no younger for it; what may have gone
        out at a time that has not come is of unknown age, and waits for a person. How many rows go now, and how many
        wait for a person."""
        place = {"the_channel": channel}
        if back:  # what went out since, or another process aged too, is taken for older than it is: a person looks
            yield _AGE, [{**place, "far": time + APART, "back": back}]
        yield _SHORTEN, [{**place, "longest": time + lease + APART, "lease": time + lease}]
        sooner = yield _SOONER, [{**place, "latest": time + delay + APART, "due": time}]
        ended = {"state": State.UNKNOWN.value, "reason": "interrupted", "settled": time}
        lost = yield _DATELESS, [{**place, **ended, "far": time + APART}]
        yield from follow_rows([row[0] for row in lost])
        return len(sooner), len(lost)

    def _expire(self, channel: str, life: float, *, time: float) -> Script[None]:
        """Settle rows that wait though their time is over, for nothing claims them while their channel stands still."""
        ours = {"state": State.SENDING.value, "owner": EXPIRING, "lease": time, "most": PUT_OFF}
        rows = yield _CLAIM_LATE, [{"the_channel": channel, "now": time, **ours}]
        _, over = _sorted_out([_claimed(row, time) for row in rows], life, time=time)
        yield from self.write(over, EXPIRING, time=time)


def _wait(usage: Usage, allowance: Allowance, free: float, *, time: float) -> float:
    """Seconds until half as many calls may go as are wanted; 0 where the pace holds nothing up."""
    stopped = usage.halted or usage.paused_until > time
    missing = min(allowance.most, allowance.limit.burst) - free
    return 0.0 if stopped or missing <= 0 else missing / 2 / allowance.limit.per_second


def _claimed(row: Row, time: float) -> Claimed:
    number, key, openid, body, due, expires, attempts, lease, notice, template, tried, retries, _ = row
    return Claimed(
        id=number,
        key=key,
        openid=openid,
        body=body,
        due=due,
        expires=expires,
        attempts=attempts,
        began=time,
        retries=retries,
        lease=lease,
        notice=notice,
        template=template,
        unsure=0.0 if tried == time else tried,
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
            over.append(Settlement(row=row, state=ended, counts=False, reason=LATE))
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
        "tried": settlement.unsure if waits else row.unsure or row.began,
        "msgid": settlement.msgid,
    }


def _elsewhere(skipped: Settlement, time: float) -> Settled:
    """What becomes of the notice of a row that is not sent. Was its time over, as with a window that has ended, it is
    planned anew; else it waits for the follower's next answer."""
    state = PENDING if skipped.reason == LATE else WAITING
    return Settled(key=skipped.row.notice, state=state, reason=skipped.reason, due=time)


def shown(row: Sequence[Any]) -> Line:
    """A row of the columns of Line."""
    return Line(**dict(zip(Line.__struct_fields__, row, strict=True)))
