"""Erasure, whatever happens in the midst of it: all of it or nothing, and who left is known to have left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.errors import StoreError
from bot.messages import AnyMessage, ConsentNotice, Left, Text
from bot.person import Erase
from bot.replies import Answer, Say
from bot.store.database import Database
from bot.store.departures import digest
from bot.store.inbox import Inbox, Settlement
from tests.bot.store.breaking import Breaking, everything
from tests.bot.store.test_followers import fill

TIME = 1_795_312_800.0
LEAST = 20  # statements of an erasure: fewer than one for each table, and the test would look at little of it
GOES = Left(key="goes", openid="o1", account="gh_1", created=int(TIME))
REVOKES = ConsentNotice(
    key="goes", openid="o1", account="gh_1", created=int(TIME), name="user_authorization_revoke", person="o1"
)
ASKS = Text(key="asks", openid="o1", account="gh_1", created=int(TIME), text="确认删除")
DONE = Settlement(answer=Answer(reply=Say(text="已删除")), changes=(Erase(but="asks"),))


def named(state: dict[str, list[dict[str, Any]]], openid: str) -> set[str]:
    """The tables in which a follower is named, in whatever column."""
    return {name for name, rows in state.items() if any(openid in str(value) for row in rows for value in row.values())}


async def broken_everywhere(database: Database, doing: Callable[[Breaking], Awaitable[object]]) -> int:
    """Break an act after each of its statements, and find nothing of it; then let it be done. How often it broke."""
    before = await everything(database)
    for after in range(1, 200):
        store = Breaking(database, after)
        if not await breaks(store, doing):
            return after - 1
        now = await everything(database)
        assert [name for name in before if now[name] != before[name]] == [], f"half of it stayed after {after}"
    raise AssertionError("it never came to its end")


async def breaks(store: Breaking, doing: Callable[[Breaking], Awaitable[object]]) -> bool:
    """Whether an act breaks off, which it says."""
    try:
        await doing(store)
    except StoreError:
        assert store.broke
        return True
    assert not store.broke
    return False


@pytest.mark.parametrize("message", [GOES, REVOKES], ids=["left", "revoked"])
async def test_a_departure_is_taken_whole_or_not_at_all(database: Database, message: AnyMessage) -> None:
    """Whichever statement a departure breaks after, nothing of it has happened, so that the platform's repeat finds
    all; done at last nothing names the follower, others are as before, and the proof is kept: the row of the message,
    erased, and the hash of who left."""
    await fill(database, "o1")
    await fill(database, "o2")
    others = named(await everything(database), "o2")
    assert named(await everything(database), "o1") == others

    async def leave(store: Breaking) -> object:
        inbox = Inbox(store)
        try:
            return await inbox.claim(message, owner="p0", lease=4.0, time=TIME)
        finally:
            await inbox.close()

    assert await broken_everywhere(database, leave) >= LEAST
    after = await everything(database)
    assert named(after, "o1") == set()
    assert named(after, "o2") == others
    (proof,) = (row for row in after["inbox"] if row["key"] == "goes")
    assert (proof["state"], proof["openid"], proof["message"]) == ("erased", "", b"")
    assert after["departures"] == [{"digest": digest("o1"), "time": TIME}]


async def test_what_was_asked_for_is_erased_whole_or_not_at_all(database: Database) -> None:
    """The same of who follows on and has all erased: with the answer that says so, or without both."""
    await fill(database, "o1")
    await fill(database, "o2")
    inbox = Inbox(database)
    await inbox.claim(ASKS, owner="p0", lease=4.0, time=TIME)
    await inbox.close()
    others = named(await everything(database), "o2")

    async def erase(store: Breaking) -> object:
        inbox = Inbox(store)
        try:
            return await inbox.settle(ASKS, DONE, owner="p0", time=TIME)
        finally:
            await inbox.close()

    assert await broken_everywhere(database, erase) >= LEAST
    after = await everything(database)
    assert named(after, "o1") == {"followers", "inbox"}
    assert [row["key"] for row in after["inbox"] if row["openid"] == "o1"] == ["asks"]
    (follower,) = (row for row in after["followers"] if row["openid"] == "o1")
    assert (follower["erased"], follower["scene"]) == (TIME, "")
    assert named(after, "o2") == others


async def test_an_erasure_in_two_transactions_would_be_noticed(database: Database) -> None:
    """The look itself has teeth: an act that commits its pieces one by one is found to have left a half."""
    await fill(database, "o1")

    async def in_pieces(store: Breaking) -> None:
        inbox = Inbox(database)
        await inbox.claim(GOES, owner="p0", lease=4.0, time=TIME)
        await inbox.close()
        await Inbox(store).look("goes")

    with pytest.raises(AssertionError, match="half of it stayed"):
        await broken_everywhere(database, in_pieces)
