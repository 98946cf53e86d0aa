"""What becomes of the calls and notices of an announcement, written to its ledger where it is written to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, case, exists, func, literal, literal_column, select, update

from bot.announcements import CUSTOM, MASS, NEXT, PAUSED, RUNNING, SUBSCRIBE, TEMPLATE
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.calls import FEW
from bot.store.driver import Row, Script, spelled
from bot.store.recipients import ARRIVED, FAILED, PLANNED, QUEUED, SENT, UNKNOWN, WAITING, is_announced, is_list
from bot.store.tables import outbox

CLOSED_WAYS = ("window", "refused", "blocked", FEW)  # why a call was not made, where another way may do

_id, _row = bindparam("the_id", type_=Integer), bindparam("the_row", type_=String)
_who = bindparam("who", type_=String)

_goes_on = (
    exists()
    .where(broadcasts.c.id == recipients.c.broadcast, broadcasts.c.state.in_(spelled(RUNNING, PAUSED)))
    .correlate_except(broadcasts)
)
# A call that was not made may be made another way; one that was, and proved to reach nobody, may not.
_elsewhere = and_(
    _goes_on,
    recipients.c.state == literal_column(f"'{QUEUED}'"),
    outbox.c.state == "skipped",
    outbox.c.reason.in_(spelled(*CLOSED_WAYS, "late")),
)
_succeeded = outbox.c.report.startswith("success")
_told = and_(outbox.c.state == "sent", outbox.c.channel != MASS, _succeeded)
_FOLLOW: Any = (
    update(recipients)
    .where(recipients.c.carrier == outbox.c.key, outbox.c.key == _row)
    .where(recipients.c.state.in_(spelled(QUEUED, SENT, UNKNOWN, ARRIVED, FAILED)))
    .values(
        state=case(
            (_elsewhere, literal_column(f"'{PLANNED}'")),
            (_told, literal_column(f"'{ARRIVED}'")),
            (outbox.c.state.in_(spelled("waiting", "sending")), literal_column(f"'{QUEUED}'")),
            else_=outbox.c.state,
        ),
        reason=case((_elsewhere, ""), else_=outbox.c.reason),
        errcode=case((_elsewhere, 0), else_=outbox.c.errcode),
        changed=func.coalesce(outbox.c.settled, recipients.c.changed),
        carrier=case((_elsewhere, ""), else_=recipients.c.carrier),
        channel=case((_elsewhere, ""), else_=recipients.c.channel),
        tried=case(
            (and_(_elsewhere, outbox.c.reason == "blocked"), f"{CUSTOM} {SUBSCRIBE} {TEMPLATE} {MASS} "),
            (and_(_elsewhere, outbox.c.reason != "late"), recipients.c.tried + outbox.c.channel + literal(" ")),
            else_=recipients.c.tried,
        ),
    )
)
# In one order wherever several people are locked, so that a list and people who leave together never wait in a ring.
_LOCK_LIST: Any = (
    select(recipients.c.id).where(recipients.c.carrier == _row).order_by(recipients.c.openid).with_for_update()
)
_BY_MSGID: Any = select(outbox.c.key).where(
    outbox.c.msgid == bindparam("the_msgid", type_=String), outbox.c.msgid != ""
)
_BY_ID: Any = select(outbox.c.key).where(outbox.c.id == _id)
_BY_NOTICE: Any = (
    select(outbox.c.key)
    .where(outbox.c.openid == _who, outbox.c.template == bindparam("which", type_=String))
    .where(outbox.c.letter != "", outbox.c.report != "")
)
_TOLD = (
    update(recipients)
    .where(recipients.c.carrier == _row, recipients.c.state == literal_column(f"'{WAITING}'"))
    .values(state=SENT)
)
_UNTOLD = (
    update(recipients)
    .where(recipients.c.carrier == _row, recipients.c.state == literal_column(f"'{SENT}'"))
    .where(recipients.c.channel == literal_column(f"'{NEXT}'"))
    .values(state=WAITING)
)


def follow(keys: Iterable[str]) -> Script[None]:
    """Let the ledger say what these calls say."""
    rows = [{"the_row": key} for key in sorted(set(keys)) if is_announced(key)]
    yield _LOCK_LIST, [row for row in rows if is_list(row["the_row"])]
    yield _FOLLOW, rows


def follow_reported(msgids: Iterable[str]) -> Script[None]:
    """The same for calls that were reported by the platform's ids."""
    yield from follow(_keys((yield _BY_MSGID, [{"the_msgid": msgid} for msgid in sorted(set(msgids)) if msgid])))


def follow_rows(numbers: Iterable[int]) -> Script[None]:
    """The same for calls by their numbers."""
    yield from follow(_keys((yield _BY_ID, [{"the_id": number} for number in sorted(set(numbers))])))


def follow_notices(told: Iterable[tuple[str, str]]) -> Script[None]:
    """The same for calls by follower and template."""
    asked = [{"who": openid, "which": template} for openid, template in sorted(set(told))]
    yield from follow(_keys((yield _BY_NOTICE, asked)))


def told(keys: Iterable[tuple[str, float]]) -> Script[None]:
    """These notices stood in an answer, each with when that was."""
    yield _TOLD, [{"the_row": key, "changed": time} for key, time in sorted(keys) if is_announced(key)]


def untold(keys: Iterable[str]) -> Script[None]:
    """They did not after all."""
    yield _UNTOLD, [{"the_row": key} for key in sorted(keys) if is_announced(key)]


def _keys(rows: Sequence[Row]) -> list[str]:
    return [row[0] for row in rows]
