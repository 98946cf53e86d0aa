"""Conversations at rest."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.conversation import Conversation
from bot.messages import AnyMessage, Followed, Text, Viewed
from bot.store import conversations
from bot.store.conversations import columns, pack, unpack
from bot.store.database import Database
from bot.store.driver import once
from bot.store.followers import Followers
from bot.store.inbox import PURGED_AT_ONCE, Inbox
from bot.store.tables import followers

FIRST = Conversation(listed=("q91-1", "q91-2"), shown=2, heading="技改", expires=100.0)
LATER = Conversation(focus="q91-2", wanted="amount", expires=200.0)
WHO: dict[str, Any] = {"openid": "o1", "account": "gh_1", "created": 1}


async def talk(database: Database, openid: str = "o1") -> Conversation | None:
    """What is kept."""
    return unpack(await database.run(lambda: conversations.read(openid)))


async def record(database: Database, message: AnyMessage, talks: dict[str, Conversation]) -> None:
    """Keep what a message tells."""
    await database.run(lambda: Followers(database).record([(message, 1.0)], talks))


async def fill(database: Database, rows: list[dict[str, Any]]) -> None:
    """Followers, as they stand there."""
    async with database.write() as connection:
        await connection.execute(insert(followers), [{"followed": 0.0, **row} for row in rows])


async def test_kept_and_read(database: Database) -> None:
    """A conversation comes back as it was kept, the latest one, and only for those who have one."""
    await fill(database, [{"openid": f"o{number}"} for number in range(1, 4)])
    await database.run(lambda: conversations.keep([pack("o2", FIRST), pack("o1", FIRST)]))
    await database.run(lambda: conversations.keep([pack("o1", LATER)]))
    assert [await talk(database, f"o{number}") for number in range(1, 5)] == [LATER, FIRST, None, None]


async def test_nobody_becomes_a_follower_by_it(database: Database) -> None:
    """A conversation of somebody who has no row is not kept, whether their message is an act of a follower or not."""
    await database.run(lambda: conversations.keep([pack("o1", FIRST)]))
    await record(database, Viewed(key="k1", url="https://a.cn", **WHO), {"k1": FIRST})
    assert await database.run(lambda: once(select(followers))) == []


@pytest.mark.parametrize("known", [True, False])
async def test_kept_with_what_a_message_tells(database: Database, known: bool) -> None:
    """An act that leads somewhere leaves that, in the row it makes or finds; one that leads nowhere leaves all as it
    was, also that of somebody who follows anew; what is no act can move the conversation of who has a row."""
    if known:
        await fill(database, [{"openid": "o1"}])
    await record(database, Text(key="k1", text="hello", **WHO), {"k1": FIRST, "k2": LATER})
    assert await talk(database) == FIRST
    await record(database, Text(key="k3", text="hello", **WHO), {})
    await record(database, Followed(key="k4", **WHO), {"k1": LATER})
    assert await talk(database) == FIRST
    await record(database, Viewed(key="k5", url="https://a.cn", **WHO), {"k5": LATER})
    assert await talk(database) == LATER
    until = select(followers.c.talk_until, followers.c.window_left)
    assert [tuple(row) for row in await database.run(lambda: once(until))] == [(200.0, 5)]


async def test_those_of_one_batch(database: Database) -> None:
    """Of several messages of one follower the last that leads somewhere leaves its conversation, in the order in which
    they came."""
    acts = [(Text(key=f"k{number}", text="hello", **WHO), float(number)) for number in range(3)]
    talks = {"k0": FIRST, "k1": LATER}
    await database.run(lambda: Followers(database).record(acts, talks))
    assert await talk(database) == LATER


async def test_what_is_over_is_forgotten(database: Database) -> None:
    """A purge goes past all followers, in as many pieces as it takes, and takes nothing but conversations that ended
    before its time; the next one begins anew."""
    inbox = Inbox(database)
    many = 2 * PURGED_AT_ONCE + 5
    talks = [{"openid": f"o{number:05}", **columns(FIRST if number % 2 else LATER)} for number in range(many)]
    await fill(database, [*talks, {"openid": "p1", "talk": None, "talk_until": 0.0}])
    left = select(followers.c.talk).where(followers.c.talk.is_not(None))
    for before, expected in ((100.0, many), (150.0, many // 2 + 1), (150.0, many // 2 + 1), (201.0, 0)):
        await inbox.purge(before)
        rows = await database.run(lambda: once(left))
        assert len(rows) == expected
        assert all(unpack(row[0]) in (FIRST, LATER)[before > 100.0 :] for row in rows)
    assert len(await database.run(lambda: once(select(followers)))) == many + 1
    await inbox.close()


async def test_a_purge_goes_on_where_the_last_one_ended(database: Database) -> None:
    """A piece ends at as many followers as were asked for, and says where; behind the last one there is no place."""
    await fill(database, [{"openid": f"o{number}", **columns(FIRST)} for number in range(5)])
    after, places = "", []
    for _ in range(4):
        after = await database.run(lambda after=after: conversations.forget(999.0, after, 2))  # type: ignore[misc]
        places.append(after)
    assert places == ["o1", "o3", "o4", ""]
    assert [await talk(database, f"o{number}") for number in range(5)] == [None] * 5


def test_nothing_kept() -> None:
    """No row is no conversation."""
    assert unpack(None) is None
