"""Tries at the door, counted so that guessing is slow."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.attempts import Attempts, Patience
from bot.store.database import Database

NAME = Patience(free=3, first=10.0, longest=40.0)
PLACE = Patience(free=5, first=100.0, longest=100.0)


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


async def test_many_at_once_are_counted_one_by_one(database: Database) -> None:
    """Of twenty that come together only the free ones are looked at, on any database."""
    attempts = Attempts(database)
    waits = await asyncio.gather(*(attempts.count({"n": NAME, "p": PLACE}, 0.0) for _ in range(20)))
    assert waits.count(0.0) == 3


async def test_success_forgets(database: Database) -> None:
    """A right try ends the name's failures, and takes this one try from the address."""
    attempts = Attempts(database)
    for _ in range(3):
        await attempts.count({"n": NAME, "p": PLACE}, 0.0)
    await attempts.succeed("n", "p")
    assert await attempts.count({"n": NAME}, 0.0) == 0.0
    waits = [await attempts.count({"p": PLACE}, 0.0) for _ in range(4)]
    assert waits == [0.0, 0.0, 0.0, 100.0]  # two were left


async def test_time_and_a_word_forget(database: Database) -> None:
    """After a day without a try, or by an admin, one begins anew."""
    attempts = Attempts(database)
    for _ in range(4):
        await attempts.count({"n": NAME, "m": NAME}, 0.0)
    await attempts.forget("n")
    assert await attempts.count({"n": NAME}, 0.0) == 0.0
    assert await attempts.count({"m": NAME}, 86_401.0) == 0.0
    assert await attempts.count({"m": NAME}, 86_401.0) == 0.0
    assert await attempts.purge(1.0) == 1  # of the name that nobody tried again
