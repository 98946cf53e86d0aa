"""The command that tells people of a wrong answer: to all who were given it, once."""

from __future__ import annotations

from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.config import Config
from bot.corpus import read_corpus
from bot.errors import BotError
from bot.store.database import Database
from bot.store.news import NewsRows
from bot.subscriptions import build_herald
from bot.words import Words

LONGEST_NOTE = 400  # characters: it must fit into one message with the policy and its desk


async def correct(config: Config, words: Words, policy_id: str, *, note: str, clock: Clock | None = None) -> str:
    """Spread the correction to all whom it concerns, and say how many these are.

    What follows is the worker's: it sends the notices. A command that is broken off is gone on with by the worker too.
    """
    corpus, text = read_corpus(Path(config.corpus.path)), " ".join(note.split())
    if policy_id not in corpus.policies:
        raise BotError(f"{policy_id}: the corpus has no such policy")
    if not 1 <= len(text) <= LONGEST_NOTE:
        raise BotError(f"--note: must say in 1 to {LONGEST_NOTE} characters what was wrong and what is right")
    database = await Database.open(config.database.url)
    try:
        rows = NewsRows(database)
        herald = build_herald(config, database, corpus=lambda: corpus, words=words, clock=clock or SystemClock())
        key = await herald.correct(policy_id, text)
        while (standing := await rows.standing(key)) is not None and standing[0] == "spreading":
            await herald.spread()
    finally:
        await database.close()
    people = standing[1] if standing else 0
    return f"{policy_id}: {people} people were answered with it; the worker tells each of them once."
