"""The command that writes the corpus in force as files: what data/ was, with all that has been published since."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.config import Config
from bot.errors import StoreError
from bot.folder import write_parts
from bot.store.database import Database
from bot.store.revisions import Revisions


async def export_corpus(config: Config, folder: Path) -> tuple[int, int]:
    """Write the edition in force as files; its number and how many files. StoreError where there is none yet."""
    database = await Database.open(config.database.url)
    try:
        revisions = Revisions(database)
        number = await revisions.newest()
        if not number:
            raise StoreError(
                "the database has no corpus yet: start `serve` or `worker` once, which takes it from [corpus]"
            )
        parts = [revision.part for revision in await revisions.standing(number)]
    finally:
        await database.close()
    return number, await asyncio.to_thread(write_parts, parts, folder)
