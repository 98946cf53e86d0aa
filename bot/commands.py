"""What the smaller commands do: each opens what it needs, does one thing, and closes it."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.app import build_client
from bot.clock import SystemClock
from bot.config import Config
from bot.menu import read_menu
from bot.store.database import Database
from bot.store.feedback import Feedback, Kept


async def read_remarks(config: Config, many: int) -> list[Kept]:
    """What followers said for staff to read, newest first."""
    database = await Database.open(config.database.url)
    try:
        return await Feedback(database).newest(many)
    finally:
        await database.close()


async def put_menu(config: Config) -> None:
    """Set the account's menu."""
    buttons = read_menu(Path(config.corpus.path) / "menu.toml", config.server.public_url)
    database = await Database.open(config.database.url)
    try:
        async with aiohttp.ClientSession() as session:
            await build_client(config, session, database, SystemClock()).create_menu(buttons)
    finally:
        await database.close()
