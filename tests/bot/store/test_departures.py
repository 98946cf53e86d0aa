"""Who left is known for a while, and by no name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.messages import AnyMessage, ConsentNotice, Followed, Left, Text
from bot.store.database import Database
from bot.store.departures import Departures, is_stale, leaver
from bot.store.standing import NOTHING, Standings
from bot.store.tables import departures


def sent(key: str, created: int, openid: str = "o1") -> Text:
    """Words sent at that second."""
    return Text(key=key, openid=openid, account="gh_1", created=created, text="hello")


async def stale(database: Database, *messages: AnyMessage) -> set[str]:
    """The keys of those whose sender left after them."""
    stands = await database.run(lambda: Standings(database).look(messages))
    return {message.key for message in messages if is_stale(message, stands.get(message.openid, NOTHING).left)}


async def leave(database: Database, openid: str, time: float) -> None:
    """Remember a departure."""
    await database.run(lambda: Departures(database).remember(openid, time))


async def test_what_was_sent_before_a_departure(database: Database) -> None:
    """Messages of whoever left are stale up to the second of it; those after it, and other followers', are not."""
    await leave(database, "o1", 100)
    before, during, after = sent("k1", 99), sent("k2", 100), sent("k3", 101)
    assert await stale(database, before, during, after, sent("k4", 99, "o2")) == {"k1", "k2"}


async def test_the_latest_departure_counts(database: Database) -> None:
    """Whoever leaves twice left at the later time, in whichever order that is told."""
    for time in (100, 300, 200):
        await leave(database, "o1", time)
    assert await stale(database, sent("k1", 250)) == {"k1"}


async def test_coming_back_at_once(database: Database) -> None:
    """A follow in the second of the departure comes after it."""
    await leave(database, "o1", 100)
    came = Followed(key="k1", openid="o1", account="gh_1", created=100)
    assert await stale(database, came) == set()


async def test_no_name_is_kept(database: Database) -> None:
    """The row holds a hash and a time, and goes when it is old."""
    await leave(database, "oABCDEFGHIJKLMNOPQRSTUVWXYZ0", 100)
    async with database.read() as connection:
        ((digest, time),) = (await connection.execute(select(departures))).all()
    assert (len(digest), set(digest) <= set("0123456789abcdef"), time) == (32, True, 100.0)
    assert await Departures(database).purge(100.0) == 0
    assert await Departures(database).purge(100.5) == 1


@pytest.mark.parametrize(
    ("name", "person", "who"),
    [
        ("user_authorization_revoke", "o2", "o2"),
        ("user_authorization_cancellation", "o2", "o2"),
        ("user_authorization_cancellation", "", "o1"),
        ("user_info_modified", "o2", ""),
    ],
)
def test_who_is_to_be_forgotten(name: str, person: str, who: str) -> None:
    """Whoever leaves, closes the account or takes consent back; the person named, and the sender where none is."""
    sender: dict[str, Any] = {"key": "k", "openid": "o1", "account": "gh_1", "created": 1}
    assert leaver(ConsentNotice(name=name, person=person, **sender)) == who
    assert leaver(Left(**sender)) == "o1"
    assert leaver(Text(text="hello", **sender)) == ""
