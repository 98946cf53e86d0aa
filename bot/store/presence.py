"""Whether other processes of the bot are at a database: by its locks, sessions and leases, and without changing it."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import NAME
from bot.store.staff_tables import imports
from bot.store.tables import inbox, outbox, tokens

SHARED_FIRST, SHARED_SIZE = 0x40000002, 510  # the bytes a SQLite connection locks: https://sqlite.org/lockingv3.html
FLOCK = "hhqqi4x"  # struct flock of 64-bit Linux: type, whence, start, length, process
SESSIONS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)
LEASES = {  # what a process holds while it works, and until when
    "a message is being answered": select(func.max(inbox.c.lease)).where(inbox.c.state == "running"),
    "a call is being sent": select(func.max(outbox.c.lease)).where(outbox.c.state == "sending"),
    "a file is being read": select(func.max(imports.c.lease)).where(
        imports.c.state.in_(("waiting", "reading", "comparing"))
    ),
    "a token is being fetched": select(func.max(tokens.c.refreshing_until)),
}


def holder(path: Path) -> int | None:
    """The process that has a SQLite file open, 0 where it is one of another container, None where it is nobody's.

    A connection with a write-ahead log holds its lock for as long as it is open. Must not be called while this process
    has the file open itself: closing any descriptor of a file ends all of a process's locks on it.
    """
    if sys.platform != "linux" or not path.is_file():
        return None
    import fcntl

    asked = struct.pack(FLOCK, fcntl.F_WRLCK, 0, SHARED_FIRST, SHARED_SIZE, 0)
    with path.open("rb") as file:
        try:
            kind, _, _, _, process = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        except OSError:  # a file system that knows no locks
            return None
    return None if kind == fcntl.F_UNLCK else max(0, int(process))


async def signs_of_work(connection: AsyncConnection, time: float) -> list[str]:
    """What shows that another process works on the database at `time`."""
    found = []
    if connection.dialect.name == "postgresql" and (many := await connection.scalar(SESSIONS, {"name": NAME})):
        found.append(f"{many} sessions of the bot are open")
    for sign, statement in LEASES.items():
        if (await connection.scalar(statement) or 0.0) > time:
            found.append(sign)
    return found
