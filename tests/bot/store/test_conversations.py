"""Conversations at rest."""

from __future__ import annotations

from bot.conversation import Conversation
from bot.store.conversations import Conversations, pack, unpack
from bot.store.database import Database

FIRST = Conversation(listed=("q91-1", "q91-2"), shown=2, heading="技改", expires=100.0)
LATER = Conversation(focus="q91-2", wanted="amount", expires=200.0)


async def test_kept_and_read(database: Database) -> None:
    """A conversation comes back as it was kept, the latest one, and only for those who have one."""
    talks = Conversations(database)
    await database.run(lambda: talks.keep([pack("o2", FIRST), pack("o1", FIRST)]))
    await database.run(lambda: talks.keep([pack("o1", LATER)]))
    found = await database.run(lambda: talks.read({"o1", "o2", "o3"}))
    assert {openid: unpack(data) for openid, data in found.items()} == {"o1": LATER, "o2": FIRST}


def test_nothing_kept() -> None:
    """No row is no conversation."""
    assert unpack(None) is None
