"""What is taken back of announcements that are under way to somebody who wants none from now on."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Float, String, bindparam, literal_column, or_, select, update

from bot.announcements import MASS, Plan
from bot.person import DECLINED
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.driver import Changes, Script, spelled
from bot.store.recipients import PLANNED, QUEUED, SKIPPED, WAITING
from bot.store.tables import audiences, notices, outbox

_plans = msgspec.json.Decoder(Plan)
_row = bindparam("the_row", type_=String)
_mine = recipients.c.openid == bindparam("who", type_=String)
# Whoever is being handed on at this moment is waited for; who is handed on after it has declined.
_LOCK = (
    select(recipients.c.id)
    .where(_mine, recipients.c.state.in_(spelled(PLANNED, QUEUED, WAITING)))
    .order_by(recipients.c.id)
    .with_for_update()
)
_THEIRS = (
    select(recipients.c.carrier, recipients.c.channel, broadcasts.c.plan)
    .join(broadcasts, broadcasts.c.id == recipients.c.broadcast)
    .where(_mine, recipients.c.carrier != literal_column("''"))
    .where(recipients.c.state.in_(spelled(QUEUED, WAITING)))
)
_UNTELL = Changes(
    notices.delete().where(notices.c.key == _row, notices.c.state == literal_column("'waiting'")),
    key=notices.c.key,
    name="the_row",
)
_stands = (audiences.c.batch == _row, audiences.c.openid == bindparam("who", type_=String))
_STANDS = select(audiences.c.batch).where(*_stands).with_for_update()
_UNLIST = audiences.delete().where(*_stands)
_BEGUN = select(outbox.c.key).where(
    outbox.c.key == _row,
    or_(outbox.c.state != literal_column("'waiting'"), outbox.c.tried != literal_column("0")),
)
_UNSEND = Changes(
    outbox.delete().where(
        outbox.c.key == _row,
        outbox.c.state == literal_column("'waiting'"),
        outbox.c.tried == literal_column("0"),
    ),
    key=outbox.c.key,
    name="the_row",
)
_skipped = {
    "state": literal_column(f"'{SKIPPED}'"),
    "reason": literal_column(f"'{DECLINED}'"),
    "changed": bindparam("now", type_=Float),
}
_SKIP = (
    update(recipients)
    .where(_mine, recipients.c.carrier == _row, recipients.c.state.in_(spelled(QUEUED, WAITING)))
    .values(_skipped)
)


def decline(openid: str, time: float) -> Script[None]:
    """Take back what nobody has begun to bring them, except emergencies: also their place on a list."""
    yield _LOCK, [{"who": openid}]
    rows = yield _THEIRS, [{"who": openid}]
    theirs = sorted((str(key), str(way)) for key, way, plan in rows if not _plans.decode(bytes(plan)).urgent)
    keys = [key for key, way in theirs if way != MASS]
    untold = yield _UNTELL, [{"the_row": key} for key in keys]
    unsent = yield _UNSEND, [{"the_row": key} for key in keys]
    unlisted = yield from _unlist(openid, [key for key, way in theirs if way == MASS])
    back = sorted({*(str(row[0]) for row in (*untold, *unsent)), *unlisted})
    yield _SKIP, [{"the_row": key, "who": openid, "now": time} for key in back]


def _unlist(openid: str, keys: Sequence[str]) -> Script[list[str]]:
    """Take them off lists of which no call is begun; which these were."""
    stands = yield _STANDS, [{"the_row": key, "who": openid} for key in keys]
    begun = {row[0] for row in (yield _BEGUN, [{"the_row": row[0]} for row in stands])}
    off = [row[0] for row in stands if row[0] not in begun]
    yield _UNLIST, [{"the_row": key, "who": openid} for key in off]
    return off
