"""The command that tells people of a wrong answer: to all who were given it, once."""

from __future__ import annotations

from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.config import Config
from bot.corpus import Corpus, build_corpus, read_corpus
from bot.errors import BotError
from bot.store.database import Database
from bot.store.news import NewsRows
from bot.store.revisions import Revisions
from bot.subscriptions import build_herald
from bot.words import Words

LONGEST_NOTE = 400  # characters: it must fit into one message with the policy and its desk


async def correct(config: Config, words: Words, policy_id: str, *, note: str, clock: Clock | None = None) -> str:
    """Spread the correction to all whom it concerns, and say how many these are.

    What follows is the worker's: it sends the notices. A command that is broken off is gone on with by the worker too.
    """
    text = " ".join(note.split())
    if not 1 <= len(text) <= LONGEST_NOTE:
        raise BotError(f"--note: must say in 1 to {LONGEST_NOTE} characters what was wrong and what is right")
    database = await Database.open(config.database.url)
    try:
        corpus = await _in_force(config, database)
        return await _spread(config, words, database, corpus, policy_id=policy_id, text=text, clock=clock)
    finally:
        await database.close()


async def _in_force(config: Config, database: Database) -> Corpus:
    """The corpus that is answered from: the database's, or the folder that is the truth or its first edition."""
    revisions = Revisions(database)
    number = await revisions.newest() if config.corpus.source == "database" else 0
    if not number:
        return read_corpus(Path(config.corpus.path))
    return build_corpus(await revisions.parts(number))


async def _spread(
    config: Config,
    words: Words,
    database: Database,
    corpus: Corpus,
    *,
    policy_id: str,
    text: str,
    clock: Clock | None,
) -> str:
    if policy_id not in corpus.policies:
        raise BotError(f"{policy_id}: the corpus has no such policy")
    rows = NewsRows(database)
    herald = build_herald(config, database, corpus=lambda: corpus, words=words, clock=clock or SystemClock())
    key = await herald.correct(policy_id, text)
    while (standing := await rows.standing(key)) is not None and standing[0] == "spreading":
        await herald.spread()
    people = standing[1] if standing else 0
    return f"{policy_id}: {people} people were answered with it; the worker tells each of them once."
