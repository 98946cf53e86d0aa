"""One letter to everybody: a row each, entered page by page."""

from __future__ import annotations

from sqlalchemy import insert, select

from bot.clock import ManualClock
from bot.store.calls import Allowance, Limit
from bot.store.database import Database
from bot.store.followers import Followers
from bot.store.letters import BREATH, Letter, Letters
from bot.store.outbox import OutboxRows
from bot.store.tables import followers, letters, outbox
from tests.bot.wechat.platform import finish

BODY = '{"msgtype": "text", "text": {"content": "您好"}}'.encode()
LETTER = Letter(key="b1", channel="custom", body=BODY, due=5.0, expires=9e9, template="T")


async def follow(database: Database, *openids: str) -> None:
    """People who follow."""
    async with database.write() as connection:
        await connection.execute(insert(followers), [{"openid": who, "followed": 1.0} for who in openids])


async def entered(database: Database) -> list[str]:
    """Who has a row."""
    async with database.read() as connection:
        return [row[0] for row in await connection.execute(select(outbox.c.openid).order_by(outbox.c.openid))]


async def test_everybody_gets_a_row_of_the_one_letter(database: Database) -> None:
    """The letter is kept once, and a claimed row brings it."""
    await follow(database, "oA", "oB", "oC")
    assert await Letters(database).page(LETTER, time=1.0) == (3, "oC")
    limit = Limit(per_second=100.0, burst=100, per_day=100)
    allowance = Allowance(channel="custom", most=9, day="2026-11-22", limit=limit)
    claim = await OutboxRows(database).claim(allowance, owner="me", time=6.0, lease=60.0)
    assert [(row.openid, row.body, row.template, row.due) for row in claim.rows] == [
        (who, BODY, "T", 5.0) for who in ("oA", "oB", "oC")
    ]
    assert {row.key for row in claim.rows} == {"b1:oA", "b1:oB", "b1:oC"}


async def test_pages_follow_each_other_and_entering_again_adds_nothing(database: Database) -> None:
    """Also after a death in the middle, and for who came meanwhile."""
    await follow(database, "oA", "oB", "oC", "oD", "oE")
    store = Letters(database)
    assert await store.page(LETTER, time=1.0, many=2) == (2, "oB")
    assert await store.page(LETTER, time=1.0, after="oB", many=2) == (2, "oD")
    assert await store.page(LETTER, time=1.0, after="oD", many=2) == (1, "oE")
    assert await store.page(LETTER, time=1.0, after="oE", many=2) == (0, "")
    await follow(database, "oF")
    clock = ManualClock()
    assert await finish(clock, store.spread(LETTER, clock), tick=BREATH) == 6
    assert await entered(database) == ["oA", "oB", "oC", "oD", "oE", "oF"]


async def test_nobody_follows_and_nothing_is_entered(database: Database) -> None:
    """An account without followers is no error."""
    clock = ManualClock()
    assert await finish(clock, Letters(database).spread(LETTER, clock)) == 0
    assert await entered(database) == []


async def test_two_letters_are_two_rows_each(database: Database) -> None:
    """The key of a row is that of its letter and its follower."""
    await follow(database, "oA")
    for key in ("b1", "b2"):
        await Letters(database).page(Letter(key=key, channel="custom", body=BODY, due=0.0, expires=9e9), time=1.0)
    assert await entered(database) == ["oA", "oA"]


async def test_who_left_is_named_by_no_row(database: Database) -> None:
    """Nor by its key."""
    await follow(database, "oA")
    await Letters(database).page(LETTER, time=1.0)
    async with database.write() as connection:
        await connection.execute(outbox.update().values(state="sent"))
    await database.run(lambda: Followers(database).erase("oA", 2.0))
    async with database.read() as connection:
        (row,) = await connection.execute(select(outbox))
    assert "oA" not in str(row)


async def test_letters_are_forgotten_after_their_time(database: Database) -> None:
    """No row may be sent after it expires, so none needs its letter."""
    await Letters(database).page(Letter(key="b1", channel="custom", body=BODY, due=0.0, expires=50.0), time=1.0)
    assert await Letters(database).purge(50.0) == 0
    assert await Letters(database).purge(51.0) == 1
    async with database.read() as connection:
        assert (await connection.execute(select(letters))).all() == []
