"""What is taken back of announcements that are under way to somebody who wants none from now on."""

from __future__ import annotations

import msgspec
from sqlalchemy import Float, String, bindparam, literal_column, select, update

from bot.announcements import MASS, Plan
from bot.person import DECLINED
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.driver import Changes, Script, spelled
from bot.store.recipients import QUEUED, SKIPPED, WAITING
from bot.store.tables import notices, outbox

_plans = msgspec.json.Decoder(Plan)
_row = bindparam("the_row", type_=String)
_THEIRS = (
    select(recipients.c.carrier, broadcasts.c.plan)
    .join(broadcasts, broadcasts.c.id == recipients.c.broadcast)
    .where(recipients.c.openid == bindparam("who", type_=String), recipients.c.carrier != literal_column("''"))
    .where(recipients.c.state.in_(spelled(QUEUED, WAITING)), recipients.c.channel != literal_column(f"'{MASS}'"))
)
_UNTELL = Changes(
    notices.delete().where(notices.c.key == _row, notices.c.state == literal_column("'waiting'")),
    key=notices.c.key,
    name="the_row",
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
_SKIP = (
    update(recipients)
    .where(recipients.c.carrier == _row, recipients.c.state.in_(spelled(QUEUED, WAITING)))
    .values(
        state=literal_column(f"'{SKIPPED}'"),
        reason=literal_column(f"'{DECLINED}'"),
        changed=bindparam("now", type_=Float),
    )
)


def decline(openid: str, time: float) -> Script[None]:
    """Take back what nobody has begun to bring them, except emergencies. Whom a call to many names stays in it: it
    leaves within moments."""
    rows = yield _THEIRS, [{"who": openid}]
    keys = sorted(str(carrier) for carrier, plan in rows if not _plans.decode(bytes(plan)).urgent)
    untold = yield _UNTELL, [{"the_row": key} for key in keys]
    unsent = yield _UNSEND, [{"the_row": key} for key in keys]
    back = sorted({str(row[0]) for row in (*untold, *unsent)})
    yield _SKIP, [{"the_row": key, "now": time} for key in back]
