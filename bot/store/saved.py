"""What a database knows of its own backups: of when the last good one is, and whether the last try failed.

It is written by the command `backup` itself, so that a timer that never runs, a folder nobody may write to and a disk
that is full all show where the bot is looked at, whoever looks.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import schema
from bot.store.database import Database
from bot.store.tables import backups, editions

LONGEST = 300  # characters of a reason
_ROW = select(backups.c.good, backups.c.tried, backups.c.failed)
_FIRST = select(func.min(editions.c.time))  # the first edition of the corpus comes with the first start


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """`good` is of when the last good backup is and `tried` when one was last tried, 0 where there was none; `failed`
    why that one failed, empty where it did not; `begun` since when the database has been in use, 0 where it is not."""

    good: float = 0.0
    tried: float = 0.0
    failed: str = ""
    begun: float = 0.0

    def age(self, time: float) -> float:
        """For how many seconds nothing has been saved: since the last good backup, or since the beginning."""
        since = self.good or self.begun
        return max(0.0, time - since) if since else 0.0


async def look_at_backups(connection: AsyncConnection) -> Saved:
    """What is known, by a connection that can read."""
    row = (await connection.execute(_ROW)).first()
    good, tried, failed = row or (0.0, 0.0, "")
    return Saved(good=good, tried=tried, failed=failed, begun=await connection.scalar(_FIRST) or 0.0)


async def note_backup(connection: AsyncConnection, database: Database, *, good: float) -> None:
    """Write down that there is a good backup of that moment, whatever failed before."""
    note = database.insert(backups).values(id=1, good=good, tried=good, failed="")
    known = {"good": note.excluded.good, "tried": note.excluded.tried, "failed": ""}
    await connection.execute(note.on_conflict_do_update(index_elements=["id"], set_=known))


async def note_failure(connection: AsyncConnection, database: Database, *, tried: float, reason: str) -> None:
    """Write down that a backup failed; the last good one stays what it is."""
    note = database.insert(backups).values(id=1, good=0.0, tried=tried, failed=reason[:LONGEST])
    known = {"tried": note.excluded.tried, "failed": note.excluded.failed}
    await connection.execute(note.on_conflict_do_update(index_elements=["id"], set_=known))


class Backups:
    """The same beside the writers. Everything here raises StoreError when the database does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Saved:
        """What is known."""
        async with self._database.read() as connection:
            return await look_at_backups(connection)


async def write_down(url: str, *, name: str, good: float = 0.0, tried: float = 0.0, reason: str = "") -> bool:
    """Note at the database of a url a good backup, or the reason why one failed; False where that could not be: it is
    away, full, or of a version that has no place for it."""
    try:
        database = await Database.open(url, older=True, name=name)
    except StoreError:
        return False
    try:
        async with database.write() as connection:
            if await connection.run_sync(schema.revision) != schema.revisions()[-1]:
                return False
            if reason:
                await note_failure(connection, database, tried=tried, reason=reason)
            else:
                await note_backup(connection, database, good=good)
    except StoreError:
        return False
    finally:
        await database.close()
    return True
