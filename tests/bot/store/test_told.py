"""What stands beneath an answer is told by one answer alone, whoever writes it."""

from __future__ import annotations

import asyncio

from sqlalchemy import insert, select

from bot.messages import Left, Text, Viewed
from bot.notices import Notice
from bot.replies import Answer, Say
from bot.store.database import Database
from bot.store.inbox import Claim, Inbox, Settlement
from bot.store.notices import Notices, Settled, pack
from bot.store.tables import followers, notices

NEWS = Notice(key="n1", openid="oA", kind="new", text="新政策", title="新政策", created=1.0)
PLAIN, WITH = Answer(reply=Say(text="答案")), Answer(reply=Say(text="答案\n新政策"))


def text(key: str) -> Text:
    """A message of the follower."""
    return Text(key=key, openid="oA", account="gh_1", created=5, text="技改")


async def wait(database: Database, *some: Notice) -> None:
    """Notices that wait for the follower's next answer."""
    async with database.write() as connection:
        await connection.execute(insert(followers), {"openid": "oA", "followed": 1.0})
    await database.run(lambda: Notices(database).keep([pack(one, [1]) for one in some]))
    waiting = [Settled(key=one.key, state="waiting") for one in some]
    await database.run(lambda: Notices(database).take(waiting))


async def claim(inbox: Inbox, key: str, owner: str = "me") -> Claim:
    """Take a message in."""
    return await inbox.claim(text(key), owner=owner, lease=4.0, time=5.0)


async def settle(inbox: Inbox, key: str, *, owner: str = "me", told: tuple[Notice, ...] = (NEWS,)) -> Claim:
    """Answer it, the news beneath it."""
    settlement = Settlement(answer=WITH, told=told, without=PLAIN)
    return await inbox.settle(text(key), settlement, owner=owner, time=6.0)


async def states(database: Database) -> dict[str, str]:
    """How the notices stand."""
    async with database.read() as connection:
        rows = await connection.execute(select(notices.c.key, notices.c.state))
        return {row[0]: row[1] for row in rows}


async def test_a_claim_brings_what_waits(database: Database) -> None:
    """The oldest first, of this follower, and only for what is answered; nothing is told by claiming."""
    later = Notice(**{**{name: getattr(NEWS, name) for name in NEWS.__struct_fields__}, "key": "n2", "created": 2.0})
    await wait(database, later, NEWS)
    inbox = Inbox(database)
    assert [notice.key for notice in (await claim(inbox, "m1")).waiting] == ["n1", "n2"]
    page = Viewed(key="v", openid="oA", account="gh_1", created=5, url="https://a.cn")
    assert (await inbox.claim(page, owner="me", lease=4.0, time=5.0)).waiting == ()
    assert [notice.key for notice in await inbox.waiting("oA")] == ["n1", "n2"]
    assert await inbox.waiting("oB") == ()
    await inbox.close()
    assert await states(database) == {"n1": "waiting", "n2": "waiting"}


async def test_it_is_told_with_the_answer_that_is_written(database: Database) -> None:
    """And kept in it, for every later delivery."""
    await wait(database, NEWS)
    inbox = Inbox(database)
    await claim(inbox, "m1")
    assert (await settle(inbox, "m1")).answer == WITH
    look = await inbox.look("m1")
    assert look is not None
    assert look.answer == WITH
    assert await states(database) == {"n1": "told"}
    await inbox.close()


async def test_two_answers_tell_it_once(store_url: str) -> None:
    """The other one is written without it, wherever they are written."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    await wait(first, NEWS)
    one, other = Inbox(first), Inbox(second)
    await claim(one, "m1", "p1")
    await claim(one, "m2", "p1")
    await claim(other, "m3", "p2")
    asked = [settle(one, "m1", owner="p1"), settle(one, "m2", owner="p1"), settle(other, "m3", owner="p2")]
    answers = [claimed.answer for claimed in await asyncio.gather(*asked)]
    assert sorted(answers, key=str) == sorted([WITH, PLAIN, PLAIN], key=str)
    kept = [await one.look(key) for key in ("m1", "m2", "m3")]
    assert [look.answer for look in kept if look] == answers
    for inbox in (one, other):
        await inbox.close()
    for database in (first, second):
        await database.close()


async def test_an_answer_that_came_too_late_has_told_nothing(database: Database) -> None:
    """Another process answered that message: the news goes on waiting."""
    await wait(database, NEWS)
    inbox = Inbox(database)
    await claim(inbox, "m1", "p1")
    assert await inbox.take_over("m1", owner="p2", lease=4.0, time=20.0)
    assert (await settle(inbox, "m1", owner="p2", told=())).answer == WITH
    await settle(inbox, "m1", owner="p1")
    assert await states(database) == {"n1": "waiting"}
    await inbox.close()


async def test_half_of_it_is_not_told(database: Database) -> None:
    """Where one of two was told elsewhere meanwhile, the answer has neither, and the other one waits on."""
    later = Notice(key="n2", openid="oA", kind="new", text="又一条", title="又一条", created=2.0)
    await wait(database, NEWS, later)
    inbox = Inbox(database)
    for key in ("m1", "m2"):
        await claim(inbox, key)
    await settle(inbox, "m1")
    assert (await settle(inbox, "m2", told=(NEWS, later))).answer == PLAIN
    assert await states(database) == {"n1": "told", "n2": "waiting"}
    await inbox.close()


async def test_leaving_takes_it_away(database: Database) -> None:
    """Nothing waits for who is gone, and an answer under way does not bring it back."""
    await wait(database, NEWS)
    inbox = Inbox(database)
    await claim(inbox, "m1")
    await inbox.claim(Left(key="l", openid="oA", account="gh_1", created=6), owner="me", lease=4.0, time=6.0)
    assert (await settle(inbox, "m1")).answer is None
    assert await states(database) == {}
    await inbox.close()
