"""Signatures and the messages they came with."""

from __future__ import annotations

import asyncio

from bot.store.database import Database
from bot.store.signatures import Signatures


async def test_the_first_message_has_the_signature(database: Database) -> None:
    """Whichever comes first has it, in every process, and another signature is free for others."""
    one, other = Signatures(database), Signatures(database)
    assert await one.belongs("s1", "k1", 1.0)
    assert await other.belongs("s1", "k1", 2.0)
    assert not await other.belongs("s1", "k2", 2.0)
    assert await other.belongs("s2", "k2", 2.0)


async def test_one_of_many_at_once_has_it(database: Database) -> None:
    """Of messages that come with one signature at the same moment one has it."""
    kept = Signatures(database)
    assert (await asyncio.gather(*(kept.belongs("s1", f"k{n}", 1.0) for n in range(20)))).count(True) == 1


async def test_what_is_good_no_more_is_forgotten(database: Database) -> None:
    """Older ones than a time go, later ones stay."""
    kept = Signatures(database)
    await kept.belongs("s1", "k1", 1.0)
    await kept.belongs("s2", "k2", 2.0)
    assert await kept.purge(2.0) == 1
    assert await kept.belongs("s1", "k3", 3.0)
    assert not await kept.belongs("s2", "k3", 3.0)
