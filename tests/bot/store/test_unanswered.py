"""Messages nobody could answer, and what is said of their questions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.messages import Left, Text
from bot.replies import Answer, Say
from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.inbox import Inbox, Settlement
from bot.store.unanswered import DONE, NOT_OURS, Ruling, Unanswered

TOLD = Entry(time=1.0, staff=1, who="ann", action="question.done")


@pytest.fixture
async def inbox(database: Database) -> AsyncIterator[Inbox]:
    """An inbox on a fresh database."""
    opened = Inbox(database)
    yield opened
    await opened.close()


async def ask(inbox: Inbox, key: str, openid: str = "oA", *, time: float = 100.0) -> None:
    """A question that is answered with regret."""
    message = Text(key=key, openid=openid, account="gh_1", created=int(time), text="天气")
    await inbox.claim(message, owner="me", lease=4.0, time=time)
    answer = Answer(reply=Say(text="没有"), intent="offtopic")
    await inbox.settle(message, Settlement(answer=answer), owner="me", time=time)


async def enter(database: Database, *keys: str, time: float = 100.0) -> Unanswered:
    """Messages among those nobody could answer."""
    unanswered = Unanswered(database, database)
    rows = [{"key": key, "received": time, "why": "nothing"} for key in keys]
    for _ in range(2):
        await database.run(lambda: unanswered.add(rows))
    return unanswered


async def test_messages_come_with_their_windows(database: Database, inbox: Inbox) -> None:
    """Each once, with until when and how often its follower may be written to."""
    await ask(inbox, "k1")
    (found,) = await (await enter(database, "k1")).since(0.0)
    assert (found.key, found.openid, found.why) == ("k1", "oA", "nothing")
    assert (found.window_left, found.window_until) == (5, 100.0 + 48 * 3600.0)
    assert isinstance(found.message, Text)


async def test_only_the_newest_are_read(database: Database, inbox: Inbox) -> None:
    """Since a time, newest first."""
    await ask(inbox, "k1", time=100.0)
    await ask(inbox, "k2", time=300.0)
    await enter(database, "k1", time=100.0)
    unanswered = await enter(database, "k2", time=300.0)
    assert [one.key for one in await unanswered.since(0.0)] == ["k2", "k1"]
    assert [one.key for one in await unanswered.since(200.0)] == ["k2"]


async def test_of_who_left_nothing_is_read(database: Database, inbox: Inbox) -> None:
    """What was erased in the inbox is not among them."""
    await ask(inbox, "k1")
    unanswered = await enter(database, "k1", "never-came")
    await inbox.claim(Left(key="k2", openid="oA", account="gh_1", created=200), owner="me", lease=4.0, time=200.0)
    assert await unanswered.since(0.0) == []


async def test_what_is_said_of_questions_is_kept_and_taken_back(database: Database) -> None:
    """The last word holds, each with an entry of the audit log."""
    unanswered = Unanswered(database, database)
    await unanswered.rule(["d1", "d2"], Ruling(state=DONE, who="ann", time=1.0), told=TOLD)
    await unanswered.rule(["d2"], Ruling(state=NOT_OURS, who="bob", time=2.0), told=TOLD)
    assert {key: (one.state, one.who) for key, one in (await unanswered.rulings()).items()} == {
        "d1": (DONE, "ann"),
        "d2": (NOT_OURS, "bob"),
    }
    await unanswered.rule(["d1"], None, told=TOLD)
    assert set(await unanswered.rulings()) == {"d2"}
    assert len(await Audit(database).read(Search(), 10)) == 3


async def test_old_ones_are_forgotten(database: Database, inbox: Inbox) -> None:
    """Those received before a time go."""
    await ask(inbox, "k1")
    unanswered = await enter(database, "k1")
    assert (await unanswered.purge(100.0), await unanswered.purge(101.0)) == (0, 1)
    assert await unanswered.since(0.0) == []
