"""What a demo that keeps its data keeps besides: the account with its keys, the passwords of its staff, and what stands
in the phones. It is a file for its owner alone, written whenever something has changed, and at the end."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from bot.clock import Clock
from bot.emulator.account import Account
from bot.emulator.memories import Memories, counted
from bot.errors import BotError, ConfigError
from bot.files import write_whole
from bot.store.database import Database

logger = structlog.get_logger(__name__)

EVERY = 2.0  # seconds between looks whether something has changed
SUFFIX = ".phones.json"


class Keepsake(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is the console's; `begun` when the database was first used, so that phones of another database that had
    its place are not shown beside this one; 0 where it was not used yet."""

    account: Account
    secret: str
    passwords: dict[str, str] = {}
    begun: float = 0.0
    memories: Memories = Memories()


def place_of(url: str, folder: Path | None = None) -> Path | None:
    """The file of a database: beside that of SQLite, and for PostgreSQL in `folder`, else where programs of the user
    keep their state; None without a home."""
    kept = Database.file(url)
    if kept is not None:
        return kept.with_name(f"{kept.name}{SUFFIX}")
    with suppress(RuntimeError):
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return (folder or Path(state) / "huiqi") / f"demo-{hashlib.sha256(url.encode()).hexdigest()[:16]}{SUFFIX}"
    return None


def read_keepsake(path: Path) -> Keepsake | None:
    """What is kept; None where nothing is, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Keepsake, dec_hook=counted)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


class Keeper:
    """Keeps it in a file from now on. `gather` says what there is to keep."""

    def __init__(self, path: Path, gather: Callable[[], Awaitable[Keepsake]], clock: Clock) -> None:
        self._path = path
        self._gather = gather
        self._clock = clock
        self._written = b""

    async def run(self) -> None:
        """Write what has changed, again and again, until cancelled. What cannot be written now may be later."""
        while True:
            await self._clock.sleep(EVERY)
            await self.try_to_write()

    async def try_to_write(self) -> None:
        """Write what has changed, or say in the log why that cannot be."""
        try:
            await self.write()
        except BotError as error:
            logger.warning("what the phones show is not kept", error=str(error))

    async def write(self) -> None:
        """Write what has changed, all of it or nothing; ConfigError where that cannot be."""
        data = msgspec.json.encode(await self._gather())
        if data != self._written:
            await asyncio.to_thread(_write, self._path, data)
            self._written = data


@asynccontextmanager
async def kept(keeper: Keeper) -> AsyncIterator[None]:
    """Keep it during the block, at once and at its end too, where a database that is away by then stops nothing."""
    await keeper.write()
    task = asyncio.create_task(keeper.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await keeper.try_to_write()


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
