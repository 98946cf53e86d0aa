"""The row of the shared token, on each kind of database."""

from __future__ import annotations

import asyncio

from bot.store.database import Database
from bot.store.tokens import Token, TokenRows


async def test_there_is_no_token_at_first(database: Database) -> None:
    """Nothing is the version 0, and reading it changes nothing."""
    rows = TokenRows(database)
    assert await rows.read() == Token()
    assert await rows.read() == Token()


async def test_what_is_written_is_read(database: Database) -> None:
    """The token, its end and the next version, also by another process."""
    rows = TokenRows(database)
    assert await rows.begin("a", version=0, time=100.0, until=130.0)
    assert await rows.write("a", value="T1", expires=7300.5, replacing=0) == Token(
        value="T1", expires=7300.5, version=1
    )
    assert await TokenRows(database).read() == Token(value="T1", expires=7300.5, version=1)


async def test_kinds_of_token_do_not_mix(database: Database) -> None:
    """Each name has a row of its own."""
    tickets, rows = TokenRows(database, "jsapi_ticket"), TokenRows(database)
    assert await rows.begin("a", version=0, time=100.0, until=130.0)
    assert await tickets.begin("b", version=0, time=100.0, until=130.0)
    await rows.write("a", value="T1", expires=7300.0, replacing=0)
    assert await tickets.read() == Token()


async def test_one_of_many_gets_the_right_to_fetch(database: Database) -> None:
    """However many ask at once, one is told yes."""
    rows = TokenRows(database)
    asked = [rows.begin(f"owner{n}", version=0, time=100.0, until=130.0) for n in range(8)]
    assert sum(await asyncio.gather(*asked)) == 1


async def test_the_right_ends(database: Database) -> None:
    """Who died with it keeps others waiting no longer than its lease."""
    rows = TokenRows(database)
    assert await rows.begin("a", version=0, time=100.0, until=130.0)
    assert not await rows.begin("b", version=0, time=129.0, until=159.0)
    assert await rows.begin("b", version=0, time=130.0, until=160.0)


async def test_the_right_can_be_given_back_by_its_owner_alone(database: Database) -> None:
    """A failed fetch lets the next one try at once."""
    rows = TokenRows(database)
    await rows.begin("a", version=0, time=100.0, until=130.0)
    await rows.abandon("b")
    assert not await rows.begin("b", version=0, time=101.0, until=131.0)
    await rows.abandon("a")
    assert await rows.begin("b", version=0, time=101.0, until=131.0)


async def test_an_older_token_never_overwrites_a_newer_one(database: Database) -> None:
    """Who was outrun while fetching writes nothing, before and after the other has written."""
    rows = TokenRows(database)
    await rows.begin("slow", version=0, time=100.0, until=130.0)
    await rows.begin("quick", version=0, time=140.0, until=170.0)
    assert await rows.write("slow", value="old", expires=7000.0, replacing=0) is None
    assert await rows.write("quick", value="new", expires=7300.0, replacing=0)
    assert await rows.write("slow", value="old", expires=7000.0, replacing=0) is None
    assert (await rows.read()).value == "new"


async def test_a_replaced_version_cannot_be_replaced_again(database: Database) -> None:
    """Who saw the token before it was renewed does not get to renew it."""
    rows = TokenRows(database)
    await rows.begin("a", version=0, time=100.0, until=130.0)
    await rows.write("a", value="T1", expires=7300.0, replacing=0)
    assert not await rows.begin("b", version=0, time=101.0, until=131.0)
    assert await rows.begin("b", version=1, time=101.0, until=131.0)


async def test_a_rejected_token_is_replaced_by_force_once(database: Database) -> None:
    """One process, one time for one token, and another token only after the spacing."""
    rows = TokenRows(database)
    asked = [rows.may_force("digest1", time=100.0, until=130.0) for _ in range(5)]
    assert sum(await asyncio.gather(*asked)) == 1
    assert not await rows.may_force("digest1", time=1000.0, until=1030.0)
    assert not await rows.may_force("digest2", time=129.0, until=159.0)
    assert await rows.may_force("digest2", time=130.0, until=160.0)
    assert (await rows.read()) == Token()


async def test_a_token_that_was_ended_is_fetched_anew(database: Database) -> None:
    """Its time is over and its version stays, so that one process replaces it; where there is none nothing is ended."""
    rows, tickets = TokenRows(database), TokenRows(database, "jsapi_ticket")
    await rows.begin("a", version=0, time=100.0, until=130.0)
    await rows.write("a", value="T1", expires=7300.0, replacing=0)
    await rows.end()
    await tickets.end()
    assert await rows.read() == Token(value="T1", expires=0.0, version=1)
    assert await tickets.read() == Token()
    assert await rows.begin("b", version=1, time=200.0, until=230.0)
