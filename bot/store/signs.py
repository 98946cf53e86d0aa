"""What an operator watches beside the counts of rows: how long the oldest waits, how each channel stands, and what
waits for a person.

Each figure is one look at the beginning of an index, however many rows there are, or at the little that staff work on.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import and_, bindparam, case, func, select

from bot.announcements import ACTIVE, ERRORS, IN_REVIEW, PAUSED
from bot.clock import Clock, now
from bot.revisions import IN_REVIEW as SUBMITTED
from bot.revisions import OPEN
from bot.store.broadcast_tables import broadcasts
from bot.store.database import Database
from bot.store.limits import Usage
from bot.store.saved import Saved, look_at_backups
from bot.store.staff_tables import revisions
from bot.store.tables import channels, inbox, news, notices, outbox

_INBOX = select(func.min(inbox.c.received)).where(inbox.c.state == "running")
_NOTICES = select(func.min(notices.c.due)).where(notices.c.state == "pending")
_OUTBOX = select(func.min(outbox.c.due)).where(outbox.c.channel == bindparam("channel"), outbox.c.state == "waiting")
_CHANNEL = select(*(channels.c[field.name] for field in msgspec.structs.fields(Usage))).where(
    channels.c.name == bindparam("channel")
)
_NEWS = select(news.c.state, func.count()).group_by(news.c.state)  # some rows for each edition of the last weeks

STOPPED, LATE = "stopped", "late"  # beside the states: paused by itself; in review though it was to begin by now
STANDINGS = (IN_REVIEW, LATE, *ACTIVE, STOPPED)
_standing = case(
    (and_(broadcasts.c.state == PAUSED, broadcasts.c.why == ERRORS), STOPPED),
    (and_(broadcasts.c.state == IN_REVIEW, broadcasts.c.start > 0, broadcasts.c.start <= bindparam("now")), LATE),
    else_=broadcasts.c.state,
)
_BROADCASTS = (
    select(_standing.label("standing"), func.count(), func.min(broadcasts.c.submitted))
    .where(broadcasts.c.state.in_((IN_REVIEW, *ACTIVE)))
    .group_by("standing")
)
_REVISIONS = select(func.min(revisions.c.changed)).where(
    revisions.c.state.in_(OPEN),  # as the index of these has it
    revisions.c.state == SUBMITTED,
)


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands.

    oldest   for each queue how many seconds ago its oldest row was due; 0 where none is
    paused   for each channel whether it pauses, until a time that comes by itself
    halted   and whether it is halted, until a person lets it go on
    used     and how many calls of today are used
    news     facts by state
    broadcasts  announcements that are not over, by state; those that stopped by themselves, and those whose time came
                while they wait for approval, by themselves
    reviews  for how many seconds the oldest announcement and the oldest draft wait for approval; 0 where none does
    saved    what is known of backups
    """

    oldest: dict[str, float]
    paused: dict[str, bool]
    halted: dict[str, bool]
    used: dict[str, int]
    news: dict[str, int]
    broadcasts: dict[str, int]
    reviews: dict[str, float]
    saved: Saved


class Watch:
    """Looks at the database beside the writers. `names` are the channels there are."""

    def __init__(self, database: Database, clock: Clock, *, names: Sequence[str]) -> None:
        self._database = database
        self._clock = clock
        self._names = names

    async def look(self) -> Signs:
        """How it stands now. Raises StoreError."""
        time, day = self._clock.time(), now(self._clock).date().isoformat()
        oldest: dict[str, float | None] = {}
        standing: dict[str, Usage] = {}
        async with self._database.read() as connection:
            oldest["inbox"] = await connection.scalar(_INBOX)
            oldest["notices"] = await connection.scalar(_NOTICES)
            for name in self._names:
                oldest[f"outbox {name}"] = await connection.scalar(_OUTBOX, {"channel": name})
                row = (await connection.execute(_CHANNEL, {"channel": name})).mappings().first()
                standing[name] = Usage(**row) if row else Usage()
            counted = {row[0]: row[1] for row in await connection.execute(_NEWS)}
            announced = (await connection.execute(_BROADCASTS, {"now": time})).all()
            draft = await connection.scalar(_REVISIONS)
            saved = await look_at_backups(connection)
        submitted = [row[2] for row in announced if row[0] in (IN_REVIEW, LATE)]
        return Signs(
            oldest={queue: _age(time, due) for queue, due in oldest.items()},
            paused={name: usage.paused_until > time for name, usage in standing.items()},
            halted={name: usage.halted for name, usage in standing.items()},
            used={name: usage.used if usage.day == day else 0 for name, usage in standing.items()},
            news=counted,
            broadcasts={**dict.fromkeys(STANDINGS, 0), **{row[0]: row[1] for row in announced}},
            reviews={"announcement": _age(time, min(submitted, default=None)), "draft": _age(time, draft)},
            saved=saved,
        )


def _age(time: float, since: float | None) -> float:
    """For how many seconds something waits; 0 where nothing does."""
    return max(0.0, time - since) if since is not None else 0.0
