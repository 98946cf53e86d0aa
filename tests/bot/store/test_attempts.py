"""Tries at the door, counted so that guessing is slow."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.store.attempts import Attempts, Limit, Patience, Trickle
from bot.store.database import Database
from bot.store.staff_tables import attempts as table

NAME = Patience(free=3, first=10.0, longest=40.0)
PLACE = Patience(free=5, first=100.0, longest=100.0)
SHARED = Trickle(burst=4, every=60.0)


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0.0), (2, 0.0), (3, 10.0), (4, 20.0), (5, 40.0), (6, 40.0), (5000, 40.0)]
)
def test_the_wait_doubles_to_its_limit(failures: int, wait: float) -> None:
    """Some failures are free."""
    assert NAME.wait(failures) == wait


async def test_failures_add_up(database: Database) -> None:
    """So many are free, then each must wait; a try that is made too early counts for nothing."""
    attempts = Attempts(database)
    waits = [await attempts.count({"n": NAME}, 0.0) for _ in range(5)]
    assert waits == [0.0, 0.0, 0.0, 10.0, 10.0]
    assert await attempts.count({"n": NAME}, 9.0) == 1.0
    assert await attempts.count({"n": NAME}, 10.0) == 0.0
    assert await attempts.count({"n": NAME}, 10.0) == 20.0


async def test_either_key_makes_wait(database: Database) -> None:
    """The name or the address, whichever is longer; and the other is not charged for it."""
    attempts = Attempts(database)
    for number in range(5):
        assert await attempts.count({f"n{number}": NAME, "place": PLACE}, 0.0) == 0.0
    assert await attempts.count({"fresh": NAME, "place": PLACE}, 0.0) == 100.0
    assert [await attempts.count({"fresh": NAME}, 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]


async def test_a_try_that_is_turned_away_leaves_no_row(database: Database) -> None:
    """Name after name from a place that must wait, or a name that must: nothing is written of them."""
    attempts = Attempts(database)
    for number in range(4):
        assert await attempts.count({f"n{number}": NAME, "p": SHARED}, 0.0) == 0.0

    async def rows() -> int:
        async with database.read() as connection:
            return len((await connection.execute(select(table))).all())

    assert await rows() == 5
    assert [await attempts.count({f"m{number}": NAME, "p": SHARED}, 0.0) for number in range(9)] == [60.0] * 9
    assert await rows() == 5


async def test_many_at_once_are_counted_one_by_one(database: Database) -> None:
    """Of twenty that come together only the free ones are looked at, on any database."""
    attempts = Attempts(database)
    waits = await asyncio.gather(*(attempts.count({"n": NAME, "p": PLACE}, 0.0) for _ in range(20)))
    assert waits.count(0.0) == 3


async def test_success_forgets(database: Database) -> None:
    """A right try ends the name's failures, and gives the place this one try back."""
    attempts = Attempts(database)
    tries: dict[str, Limit] = {"n": NAME, "p": SHARED}
    for _ in range(3):
        assert await attempts.count(tries, 0.0) == 0.0
    await attempts.succeed(tries)
    assert await attempts.count({"n": NAME}, 0.0) == 0.0
    waits = [await attempts.count({"p": SHARED}, 0.0) for _ in range(3)]
    assert waits == [0.0, 0.0, 60.0]  # of the four two were left


async def test_time_forgets(database: Database) -> None:
    """After a day without a try one begins anew, and what nobody tries again is gone."""
    attempts = Attempts(database)
    for _ in range(4):
        await attempts.count({"n": NAME, "m": NAME}, 0.0)
    assert [await attempts.count({"m": NAME}, 86_401.0) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    assert await attempts.purge(1.0) == 1


async def test_at_a_place_nothing_adds_up(database: Database) -> None:
    """However many failed there, the next may try as soon as one try has come back; a quiet hour gives all back."""
    attempts = Attempts(database)

    async def knock(time: float) -> float:
        return await attempts.count({"p": SHARED}, time)

    assert [await knock(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.0, 60.0]
    for minute in range(1, 200):
        assert [await knock(minute * 60.0), await knock(minute * 60.0 + 15.0)] == [0.0, 45.0]
    assert [await knock(20_000.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.0, 60.0]


async def test_a_clock_that_was_wrong_holds_nobody_for_ever(database: Database) -> None:
    """Failures that are counted in the future make one wait no longer than any others."""
    attempts = Attempts(database)
    for _ in range(9):
        await attempts.count({"n": NAME}, 9e9)
        await attempts.count({"p": SHARED}, 9e9)
    assert [await attempts.count({"n": NAME}, 0.0), await attempts.count({"p": SHARED}, 0.0)] == [40.0, 60.0]


async def test_a_pardon_lets_one_try_anew(database: Database) -> None:
    """What was counted before it, also under keys it was not told, is forgotten, and the place is not looked at; what
    comes after it counts as ever, even at that very moment, and others have nothing from it."""
    attempts = Attempts(database)
    tries: dict[str, Limit] = {"n": NAME, "p": SHARED}
    for _ in range(9):
        for key in tries:
            await attempts.count({key: tries[key]}, 100.0)
    assert await attempts.count(tries, 100.0, pardon="x") == 60.0
    await attempts.pardon("x", ["m"], time=100.0, lasts=50.0)
    assert await attempts.count(tries, 100.0) == 60.0
    assert await attempts.count(tries, 100.0, pardon="other") == 60.0
    assert [await attempts.count(tries, 100.0, pardon="x") for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    assert await attempts.count({"n": NAME}, 100.0) == 10.0
    await attempts.count({"p": SHARED}, 150.0)
    assert await attempts.count({"p": SHARED}, 150.0, pardon="x") > 0.0  # it is over


async def test_a_pardon_forgets_at_once_what_it_is_told(database: Database) -> None:
    """Those keys are free for whoever asks, with the pardon or without."""
    attempts = Attempts(database)
    for _ in range(4):
        await attempts.count({"n": NAME}, 0.0)
    await attempts.pardon("x", ["n"], time=0.0, lasts=50.0)
    assert await attempts.count({"n": NAME}, 0.0) == 0.0
