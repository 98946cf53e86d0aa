"""What subscribers are still to be told: notices by kind and when the first of each is due, and facts that wait to be
gathered by somebody's rhythm."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select

from bot.store.database import Database
from bot.store.notices import PENDING, WAITING
from bot.store.tables import concerns, notices

GATHERED = "gathered"  # the kind of what is no notice yet, since its follower is told by the day or the week

_NOTICES = (
    select(notices.c.kind, notices.c.state, func.count(), func.min(notices.c.due))
    .where(notices.c.state.in_((PENDING, WAITING)))
    .group_by(notices.c.kind, notices.c.state)
)
_CONCERNS = select(func.count(concerns.c.openid.distinct()), func.min(concerns.c.due))


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Notices of one kind: how many, and when the first is looked at; of those that `follow` the next answer of their
    follower nobody knows when. Of GATHERED as many as there are people."""

    kind: str
    count: int
    due: float
    follows: bool = False


class Pending:
    """Looks at them beside the writers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> list[Batch]:
        """What waits, by kind. Raises StoreError."""
        async with self._database.read() as connection:
            rows = (await connection.execute(_NOTICES)).all()
            people, due = (await connection.execute(_CONCERNS)).one()
        found = [
            Batch(kind=kind, count=count, due=first, follows=state == WAITING) for kind, state, count, first in rows
        ]
        if people:
            found.append(Batch(kind=GATHERED, count=people, due=due))
        return sorted(found, key=lambda batch: (batch.follows, batch.due, batch.kind))
