"""What is used of channels and windows, on each kind of database."""

from __future__ import annotations

import asyncio

from sqlalchemy import insert, select

from bot.store.calls import Limit
from bot.store.database import Database
from bot.store.driver import Script
from bot.store.limits import (
    ChannelRows,
    Stop,
    Stops,
    Usage,
    close_windows,
    give_back,
    return_grants,
    spend_grants,
    spend_windows,
)
from bot.store.tables import followers, grants

LIMIT = Limit(per_second=2.0, burst=5, per_day=100)
TIME = 1000.0
TODAY, TOMORROW = "2026-11-22", "2026-11-23"


async def follow(database: Database, **windows: int) -> None:
    """Followers with so many messages left, until 500."""
    rows = [{"openid": who, "followed": 1.0, "window_until": 500.0, "window_left": n} for who, n in windows.items()]
    async with database.write() as connection:
        await connection.execute(insert(followers), rows)


async def left(database: Database) -> dict[str, int]:
    """How many messages each follower's window has left."""
    async with database.read() as connection:
        found = await connection.execute(select(followers.c.openid, followers.c.window_left))
        return {row[0]: row[1] for row in found}


async def use(database: Database, day: str, *, count: int) -> Usage:
    """Count calls of a day; how the channel stands after that."""
    rows = ChannelRows(database)

    def script() -> Script[Usage]:
        usage = yield from rows.look("custom")
        yield from rows.use("custom", usage, day=day, count=count, limit=LIMIT, time=TIME)
        return (yield from rows.look("custom"))

    return await database.run(script)


async def test_calls_of_a_day_add_up_and_a_new_day_begins_at_none(database: Database) -> None:
    """The day before is forgotten with its first call."""
    assert await use(database, TODAY, count=3) == Usage(day=TODAY, used=3, level=2.0, filled=TIME)
    assert await use(database, TODAY, count=4) == Usage(day=TODAY, used=7, level=-2.0, filled=TIME)
    assert await use(database, TOMORROW, count=1) == Usage(day=TOMORROW, used=1, level=-3.0, filled=TIME)


async def test_no_call_is_lost_between_processes(store_url: str) -> None:
    """Who looks holds the channel until what it used is written."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    await asyncio.gather(*[use(database, TODAY, count=1) for _ in range(10) for database in (first, second)])
    stands = await use(first, TODAY, count=0)
    assert (stands.used, stands.level) == (20, -15.0)
    await first.close()
    await second.close()


async def test_a_clock_set_back_holds_nobody_up(database: Database) -> None:
    """Calls drip in from the time it shows now on, not once it is as late again; nor is anything given away."""
    rows = ChannelRows(database)
    await use(database, TODAY, count=5)
    stands = await database.run(lambda: rows.look("custom", TIME - 900))
    assert (stands.level, stands.filled, stands.free(LIMIT, TIME - 900)) == (0.0, TIME - 900, 0.0)
    later = await database.run(lambda: rows.look("custom", TIME - 899))
    assert later.free(LIMIT, TIME - 899) == 2.0


async def test_a_halt_stands_above_a_pause_until_a_person_ends_both(database: Database) -> None:
    """Its reason replaces that of the pause; resuming clears everything but the count."""
    rows = ChannelRows(database)
    await use(database, TODAY, count=2)
    await database.run(lambda: rows.stop("custom", Stop(reason="45011", until=500.0)))
    await database.run(lambda: rows.stop("custom", Stop(reason="48001", halted=True)))
    stands = await database.run(lambda: rows.look("custom"))
    assert (stands.halted, stands.paused, stands.paused_until) == (True, "48001", 500.0)
    await database.run(lambda: rows.resume("custom"))
    stands = await database.run(lambda: rows.look("custom"))
    assert stands == Usage(day=TODAY, used=2, level=3.0, filled=TIME)


async def test_windows_are_spent_as_often_as_they_are_named(database: Database) -> None:
    """Never below none, never after their end, never for a stranger."""
    await follow(database, oA=2, oB=5, oC=0)
    named = ["oB", "oA", "oC", "oA", "stranger", "oA"]
    assert await database.run(lambda: spend_windows(named, 499.0)) == {"oA": [500.0, 500.0], "oB": [500.0]}
    assert await left(database) == {"oA": 0, "oB": 4, "oC": 0}
    assert await database.run(lambda: spend_windows(["oB"], 500.0)) == {}


async def test_no_window_is_overspent_by_processes_together(store_url: str) -> None:
    """Five messages are five, whoever sends them."""
    first, second = await Database.open(store_url), await Database.open(store_url)
    await follow(first, oA=5)
    asked = [db.run(lambda: spend_windows(["oA"], 100.0)) for _ in range(6) for db in (first, second)]
    spent = await asyncio.gather(*asked)
    assert sum(len(found.get("oA", [])) for found in spent) == 5
    assert await left(first) == {"oA": 0}
    await first.close()
    await second.close()


async def test_only_the_window_that_was_meant_is_given_back_or_closed(database: Database) -> None:
    """A window opened since has another end, and is not touched."""
    await follow(database, oA=1, oB=1)
    await database.run(lambda: give_back([("oA", 500.0), ("oA", 500.0), ("oB", 499.0)]))
    assert await left(database) == {"oA": 3, "oB": 1}
    await database.run(lambda: close_windows([("oA", 500.0), ("oB", 499.0)]))
    assert await left(database) == {"oA": 0, "oB": 1}


async def test_grants_are_spent_and_returned(database: Database) -> None:
    """A template's grants are its own; none is spent that is not there, and what they refuse comes to nothing."""
    held = [{"openid": "oA", "template": "T1", "sends": 2, "refused": False, "changed": 1.0}]
    held.append({"openid": "oA", "template": "T2", "sends": 0, "refused": True, "changed": 1.0})
    async with database.write() as connection:
        await connection.execute(insert(grants), held)
    asked = [("oA", "T1"), ("oA", "T1"), ("oA", "T1"), ("oA", "T2"), ("oB", "T1")]
    assert await database.run(lambda: spend_grants(asked)) == {("oA", "T1"): 2}
    await database.run(lambda: return_grants([("oA", "T1"), ("oA", "T2"), ("oB", "T1")]))
    async with database.read() as connection:
        found = await connection.execute(select(grants.c.template, grants.c.sends).order_by(grants.c.template))
        assert [tuple(row) for row in found] == [("T1", 1), ("T2", 0)]


async def test_channels_that_stand_still_are_read_beside_the_writers(database: Database) -> None:
    """Those that pause at that time, and those that are halted; none other."""
    rows, stops = ChannelRows(database), Stops(database)
    assert await stops.at(1000.0) == {}
    await database.run(lambda: rows.stop("mass", Stop(reason="later", until=2000.0)))
    await database.run(lambda: rows.stop("custom", Stop(reason="no right", halted=True)))
    found = await stops.at(1000.0)
    assert found["mass"] == Stop(reason="later", until=2000.0)
    assert (found["custom"].reason, found["custom"].halted) == ("no right", True)
    assert list(await stops.at(2000.0)) == ["custom"]
