"""What the smaller commands do: each opens what it needs, does one thing, and closes it."""

from __future__ import annotations

from pathlib import Path

import aiohttp

from bot.assembly import build_client
from bot.clock import Clock, SystemClock
from bot.commands.standing import menu_in_force
from bot.config import Config
from bot.corpus import read_corpus
from bot.errors import ConfigError
from bot.store.database import Database
from bot.store.feedback import Feedback, Kept
from bot.subscriptions import build_herald
from bot.words import Words


async def read_remarks(config: Config, many: int) -> list[Kept]:
    """What followers said for staff to read, newest first."""
    database = await Database.open(config.database.url)
    try:
        return await Feedback(database).newest(many)
    finally:
        await database.close()


async def publish(config: Config, words: Words, *, clock: Clock | None = None) -> str:
    """Publish the corpus although it was published before; what became of that."""
    if config.corpus.source == "database":
        raise ConfigError("`publish` is for a corpus of files (corpus.source); the console publishes, and goes back.")
    corpus = read_corpus(Path(config.corpus.path))
    database = await Database.open(config.database.url)
    try:
        herald = build_herald(config, database, corpus=lambda: corpus, words=words, clock=clock or SystemClock())
        if await herald.publish_again():
            return f"{corpus.version} is published; the worker tells people what that changes."
        return f"{corpus.version} is what was published last; nothing is to be done."
    finally:
        await database.close()


async def put_menu(config: Config) -> None:
    """Set the account's menu: the one the database keeps, or, where files are the truth or there is none yet, that of
    the folder."""
    database = await Database.open(config.database.url)
    try:
        buttons = await menu_in_force(config, database)
        async with aiohttp.ClientSession() as session:
            await build_client(config, session, database, SystemClock()).create_menu(buttons)
    finally:
        await database.close()
