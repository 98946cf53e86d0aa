"""What an operator watches beside the counts of rows: how long the oldest waits, and how each channel stands.

Each figure is one look at the beginning of an index, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, func, select

from bot.clock import Clock, now
from bot.store.database import Database
from bot.store.limits import Usage
from bot.store.tables import channels, inbox, news, notices, outbox

_INBOX = select(func.min(inbox.c.received)).where(inbox.c.state == "running")
_NOTICES = select(func.min(notices.c.due)).where(notices.c.state == "pending")
_OUTBOX = select(func.min(outbox.c.due)).where(outbox.c.channel == bindparam("channel"), outbox.c.state == "waiting")
_CHANNEL = select(*(channels.c[field.name] for field in msgspec.structs.fields(Usage))).where(
    channels.c.name == bindparam("channel")
)
_NEWS = select(news.c.state, func.count()).group_by(news.c.state)  # some rows for each edition of the last weeks


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands.

    oldest   for each queue how many seconds ago its oldest row was due; 0 where none is
    paused   for each channel whether it pauses, until a time that comes by itself
    halted   and whether it is halted, until a person lets it go on
    used     and how many calls of today are used
    news     facts by state
    """

    oldest: dict[str, float]
    paused: dict[str, bool]
    halted: dict[str, bool]
    used: dict[str, int]
    news: dict[str, int]


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
        return Signs(
            oldest={queue: max(0.0, time - due) if due is not None else 0.0 for queue, due in oldest.items()},
            paused={name: usage.paused_until > time for name, usage in standing.items()},
            halted={name: usage.halted for name, usage in standing.items()},
            used={name: usage.used if usage.day == day else 0 for name, usage in standing.items()},
            news=counted,
        )
