"""Notices at rest: taken by one, and taken back by whoever they are for."""

from __future__ import annotations

import asyncio

from sqlalchemy import update

from bot.notices import Notice
from bot.store.database import Database
from bot.store.notices import NOTHING, PENDING, PLANNED, WAITING, Notices, Settled, pack
from bot.store.tables import notices


def notice(number: int, openid: str = "o1", kind: str = "new") -> Notice:
    """One of several."""
    return Notice(key=f"{kind}:{number}", openid=openid, kind=kind, text=f"{number}", title="t", created=float(number))


async def keep(database: Database, *notices: Notice) -> Notices:
    """Notices, each made of news of its own number."""
    rows = Notices(database)
    await database.run(lambda: rows.keep([pack(one, [int(one.created)]) for one in notices]))
    return rows


async def test_each_is_kept_once(database: Database) -> None:
    """The same fact for the same person is one notice, however often it is made."""
    await keep(database, notice(1))
    rows = await keep(database, notice(1), notice(2))
    assert await rows.counts() == {PENDING: 2}


async def test_what_is_due(database: Database) -> None:
    """The longest due first, no more than asked for, and nothing before its time."""
    rows = await keep(database, notice(3), notice(1), notice(2))
    assert [one.key for one in await database.run(lambda: rows.due(2.0, many=9))] == ["new:1", "new:2"]
    assert [one.key for one in await database.run(lambda: rows.due(9.0, many=1))] == ["new:1"]


async def test_taken_by_one(database: Database) -> None:
    """Of those who settle a notice at the same time one has it."""
    rows = await keep(database, notice(1), notice(2))
    settled = [Settled(key=f"new:{n}", state=PLANNED, reason="custom") for n in (1, 2)]
    taken = await asyncio.gather(*(database.run(lambda: rows.take(settled)) for _ in range(4)))
    assert sorted(key for keys in taken for key in keys) == ["new:1", "new:2"]


async def test_put_off(database: Database) -> None:
    """One that stays pending is looked at again when it is due, and one that waits is for the next answer."""
    rows = await keep(database, notice(1), notice(2))
    later = [Settled(key="new:1", state=PENDING, due=50.0), Settled(key="new:2", state=WAITING)]
    await database.run(lambda: rows.take(later))
    assert await database.run(lambda: rows.due(49.0, many=9)) == []
    assert [one.key for one in await database.run(lambda: rows.due(50.0, many=9))] == ["new:1"]
    waiting = await database.run(lambda: rows.waiting({"o1", "o2"}))
    assert [one.key for one in waiting["o1"]] == ["new:2"]


async def test_one_that_cannot_be_read_stops_no_other(database: Database) -> None:
    """It is set aside, and what is due or waits beside it is found."""
    rows = await keep(database, notice(1), notice(2), notice(3), notice(4))
    spoilt = update(notices).where(notices.c.key.in_(["new:1", "new:3"])).values(data=b'{"key":1}')
    async with database.write() as connection:
        await connection.execute(spoilt)
    await database.run(lambda: rows.take([Settled(key=f"new:{n}", state=WAITING) for n in (3, 4)]))
    assert [one.key for one in await database.run(lambda: rows.due(99.0, many=9))] == ["new:2"]
    assert [one.key for one in (await database.run(lambda: rows.waiting({"o1"})))["o1"]] == ["new:4"]
    assert await rows.counts() == {PENDING: 1, WAITING: 2, NOTHING: 1}
