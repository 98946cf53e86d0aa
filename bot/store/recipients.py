"""The ledger of an announcement: a row for each of its audience, and what became of it.

People are entered page by page behind a mark, before anything is sent; then they are handed on a few at a time, each
with the call or notice that brings it, in one transaction. Whatever becomes of that call is written to the ledger where
it is written to the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Float,
    Integer,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from bot.announcements import MASS
from bot.person import DECLINED
from bot.store.audiences import belongs, granted, way
from bot.store.broadcast_tables import broadcasts, criteria, recipients
from bot.store.driver import Changes, Script, Store, Values, spelled
from bot.store.tables import audiences, followers, grants, notices, subscriptions

PLANNED, QUEUED, WAITING = "planned", "queued", "waiting"
SENT, ARRIVED, FAILED, SKIPPED, UNKNOWN = "sent", "arrived", "failed", "skipped", "unknown"
LEFT = "left"  # why somebody was skipped who follows no more
SETTLED = (SENT, ARRIVED, FAILED, SKIPPED, UNKNOWN)
BEGINNING = "a"  # of the keys of calls and notices that bring an announcement: a12.1:openid, a12/3 for a list

_id, _one = bindparam("the_id", type_=Integer), bindparam("the_broadcast", type_=Integer)
_row, _who = bindparam("the_row", type_=String), bindparam("who", type_=String)
_many = bindparam("many", type_=Integer)


def key_of(broadcast: int, tries: int, openid: str) -> str:
    """The key of the call that brings an announcement to one follower, at this try."""
    return f"{BEGINNING}{broadcast}.{tries}:{openid}"


def list_key(broadcast: int, batch: int) -> str:
    """The key of the call that brings it to a list of followers."""
    return f"{BEGINNING}{broadcast}/{batch}"


def is_announced(key: str) -> bool:
    """Whether a call or notice of this key brings an announcement."""
    return key[:1] == BEGINNING and key[1:2].isdigit()


def is_list(key: str) -> bool:
    """Whether a call of this key brings an announcement to a list of followers."""
    return is_announced(key) and "/" in key.partition(":")[0]


# ----- entering the audience

_page = (
    select(followers.c.openid)
    .where(followers.c.openid > bindparam("past", type_=String))
    .where(followers.c.followed <= bindparam("began", type_=Float))
    .order_by(followers.c.openid)
    .limit(_many)
    .subquery("page")
)
_LAST: Any = select(func.count(), func.max(_page.c.openid)).select_from(_page)
_wanted = select(criteria.c.kind, criteria.c.value, criteria.c.number).where(criteria.c.broadcast == _one).subquery()
_ENTER: Any = select(
    _one, _page.c.openid, literal(PLANNED, String), bindparam("now", type_=Float)
).where(belongs(_page.c.openid, _wanted))  # fmt: skip

_ALL: Any = select(func.count()).select_from(recipients).where(recipients.c.broadcast == _one)

# ----- handing on

_NEXT: Any = (
    select(
        recipients.c.id,
        recipients.c.openid,
        recipients.c.tries,
        followers.c.openid.is_(None).label("left"),
        followers.c.window_until,
        way(recipients.c.openid, recipients.c.tried).label("way"),
    )
    .select_from(
        recipients.outerjoin(followers, followers.c.openid == recipients.c.openid).outerjoin(
            grants, granted(recipients.c.openid)
        )
    )
    .where(recipients.c.broadcast == _one, recipients.c.state == literal_column(f"'{PLANNED}'"))
    .where(recipients.c.id > bindparam("after", type_=Integer))
    .order_by(recipients.c.id)
    .limit(_many)
    .with_for_update(of=recipients)
)
# Asked once their rows are locked: who declined before that is seen, and who does after it waits for us.
_DECLINES = select(subscriptions.c.openid).where(
    subscriptions.c.openid == _who, subscriptions.c.kind == literal_column(f"'{DECLINED}'")
)
_HAND = Changes(
    update(recipients).where(recipients.c.id == _id, recipients.c.state == literal_column(f"'{PLANNED}'")),
    key=recipients.c.id,
    name="the_id",
)
_NAMELESS = (
    update(recipients)
    .where(recipients.c.id == _id)
    .values(openid=literal("left:").concat(cast(recipients.c.id, String)))
)
_QUEUED: Any = (
    select(recipients.c.channel, func.count())
    .where(recipients.c.broadcast == _one, recipients.c.state == literal_column(f"'{QUEUED}'"))
    .group_by(recipients.c.channel)
)
_LISTED: Any = select(func.count()).select_from(audiences).where(audiences.c.batch == _row)
_UNLIST = audiences.delete().where(audiences.c.batch == _row)

# ----- taking back, putting off, giving up

_ALONE = (
    update(recipients)
    .where(recipients.c.carrier == _row, recipients.c.state == literal_column(f"'{QUEUED}'"))
    .values(state=PLANNED, carrier="", channel="", tried=recipients.c.tried + literal(f"{MASS} "))
)


def _some(*states: str) -> Any:
    return (
        select(recipients.c.id)
        .where(recipients.c.broadcast == _one, recipients.c.state.in_(spelled(*states)))
        .limit(_many)
        .scalar_subquery()
    )


# Who left in the moment they were entered has left a name.
_follows = exists().where(followers.c.openid == recipients.c.openid).correlate_except(followers)
_END_PLANNED = (
    update(recipients)
    .where(recipients.c.id.in_(_some(PLANNED)))
    .values(
        state=SKIPPED,
        changed=bindparam("now", type_=Float),
        reason=bindparam("the_reason", type_=String),
        openid=case((_follows, recipients.c.openid), else_=literal("left:").concat(cast(recipients.c.id, String))),
    )
    .returning(recipients.c.id)
)
# Who wrote since and was not told had an answer beneath which there was no room.
_wrote = exists().where(followers.c.openid == recipients.c.openid, followers.c.last_message > recipients.c.changed)
_WAITERS: Any = (
    select(recipients.c.id, recipients.c.carrier, _wrote.correlate(recipients).label("wrote"))
    .where(recipients.c.broadcast == _one, recipients.c.state == literal_column(f"'{WAITING}'"))
    .limit(_many)
)
_UNTELL = notices.delete().where(notices.c.key == _row, notices.c.state == literal_column("'waiting'"))
_END_WAITER = Changes(
    update(recipients)
    .where(recipients.c.id == _id, recipients.c.state == literal_column(f"'{WAITING}'"))
    .values(state=SKIPPED),
    key=recipients.c.id,
    name="the_id",
)
_AGAIN = (
    update(recipients)
    .where(recipients.c.id.in_(_some(FAILED)))
    .values(state=PLANNED, reason="", errcode=0, carrier="", channel="", tried="")
    .returning(recipients.c.id)
)
_AGAIN_UNKNOWN = (
    update(recipients)
    .where(recipients.c.id.in_(_some(FAILED, UNKNOWN)))
    .values(state=PLANNED, reason="", errcode=0, carrier="", channel="", tried="")
    .returning(recipients.c.id)
)

# Several who leave together are locked in the order of their openids before any of them goes.
LEAVING: Any = (
    select(recipients.c.id).where(recipients.c.openid == _who).order_by(recipients.c.id).with_for_update(),
    select(audiences.c.batch).where(audiences.c.openid == _who).order_by(audiences.c.batch).with_for_update(),
)
# Nobody's name is left of who leaves. A count that stands at them begins anew: whom it has it does not enter twice.
FORGET: tuple[Any, ...] = (
    update(recipients)
    .where(recipients.c.openid == _who)
    .where(or_(*(recipients.c.state == state for state in (PLANNED, QUEUED, WAITING))))
    .values(state=SKIPPED, reason=LEFT),
    update(recipients)
    .where(recipients.c.openid == _who)
    .values(
        openid=literal("left:").concat(cast(recipients.c.id, String)),
        carrier=case((recipients.c.channel == MASS, recipients.c.carrier), else_=""),
    ),
    update(broadcasts).where(broadcasts.c.past == _who).values(past=""),
)


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is next, with the way that is open to them, and until when their window is; `tries` is this one."""

    id: int
    openid: str
    tries: int
    way: str
    window_until: float = 0.0
    left: bool = False


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of somebody's row now."""

    id: int
    state: str
    channel: str = ""
    reason: str = ""
    carrier: str = ""
    tries: int = 0


class Recipients:
    """Scripts on the ledger, for whoever sends."""

    def __init__(self, store: Store) -> None:
        names = ["broadcast", "openid", "state", "changed"]
        enter = store.insert(recipients).from_select(names, _ENTER)
        self._enter = enter.on_conflict_do_nothing(index_elements=["broadcast", "openid"])

    def enter(self, broadcast: int, *, past: str, began: float, many: int) -> Script[str]:
        """Enter whom it is for among the next `many` followers behind `past` who followed when it began; the last of
        them, empty where there was none left."""
        page = {"past": past, "began": began, "many": many}
        ((count, last),) = yield _LAST, [page]
        if not count:
            return ""
        yield self._enter, [{"the_broadcast": broadcast, "now": began, **page}]
        return str(last)

    def audience(self, broadcast: int) -> Script[int]:
        """How many are entered."""
        return int((yield _ALL, [{"the_broadcast": broadcast}])[0][0])

    def next(self, broadcast: int, ways: Values, many: int, *, after: int = 0) -> Script[list[Next]]:
        """The next of the audience behind a row, at most `many`, whose rows are ours until the end of this transaction;
        `ways` are the values of `Ways`."""
        rows = yield _NEXT, [{"the_broadcast": broadcast, "many": many, "after": after, **ways}]
        return [
            Next(id=row[0], openid=row[1], tries=row[2] + 1, left=bool(row[3]), window_until=row[4] or 0.0, way=row[5])
            for row in rows
        ]

    def declines(self, openids: Iterable[str]) -> Script[set[str]]:
        """Who of these wants no announcements."""
        return {row[0] for row in (yield _DECLINES, [{"who": openid} for openid in openids])}

    def hand(self, handed: Sequence[Handed], time: float) -> Script[set[int]]:
        """Write what becomes of people who were next; of which rows that is true. Only what follows from these may be
        written in the same transaction. Nobody's name is left of who has left."""
        rows = [
            {
                "the_id": one.id,
                "state": one.state,
                "channel": one.channel,
                "reason": one.reason,
                "carrier": one.carrier,
                "tries": one.tries,
                "changed": time,
            }
            for one in handed
        ]
        yield _NAMELESS, [{"the_id": one.id} for one in handed if one.reason == LEFT]
        return {row[0] for row in (yield _HAND, rows)}

    def queued(self, broadcast: int) -> Script[dict[str, int]]:
        """For how many a call is on its way, by channel."""
        return {row[0]: int(row[1]) for row in (yield _QUEUED, [{"the_broadcast": broadcast}])}

    def listed(self, key: str) -> Script[int]:
        """How many stand in a list of receivers."""
        rows = yield _LISTED, [{"the_row": key}]
        return int(rows[0][0])

    def leave_alone(self, key: str) -> Script[None]:
        """Give up a list that is too short to be sent: whoever is in it is reached another way, or by none."""
        yield _UNLIST, [{"the_row": key}]
        yield _ALONE, [{"the_row": key}]

    def end_planned(self, broadcast: int, reason: str, *, time: float, many: int) -> Script[int]:
        """Skip some of those who are still to be reached; how many."""
        values = {"the_broadcast": broadcast, "many": many, "now": time, "the_reason": reason}
        return len((yield _END_PLANNED, [values]))

    def end_waiting(self, broadcast: int, reason: str, *, time: float, many: int) -> Script[int]:
        """Stop waiting for the next message of some; how many."""
        rows = yield _WAITERS, [{"the_broadcast": broadcast, "many": many}]
        yield _UNTELL, [{"the_row": row[1]} for row in sorted(rows, key=lambda row: str(row[1]))]
        why = {row[0]: "no room" if row[2] and reason == "silent" else reason for row in rows}
        yield _END_WAITER, [{"the_id": number, "reason": why[number], "changed": time} for number in why]
        return len(rows)

    def again(self, broadcast: int, *, unknown: bool, many: int) -> Script[int]:
        """Let some of those go again with whom it failed, or of whom nothing is known; how many."""
        return len((yield (_AGAIN_UNKNOWN if unknown else _AGAIN), [{"the_broadcast": broadcast, "many": many}]))
