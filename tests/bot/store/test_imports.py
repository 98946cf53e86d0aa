"""Imports at rest."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import NotAllowed
from bot.store.database import Database
from bot.store.imports import INTERRUPTED, READ, READING, Import, Imports


def one(author: str = "li", *, created: float = 5.0, lease: float = 35.0) -> Import:
    """A file that somebody has begun to read."""
    return Import(author=author, file="汇编.xlsx", source="q91", created=created, lease=lease)


async def test_an_import_is_noted_as_it_goes(database: Database) -> None:
    """How far it is can be read at any time; once it has ended nothing moves it; forgotten, it is gone."""
    kept = Imports(database)
    number = await kept.begin(one(), most=3)
    await kept.note(number, state=READING, done=3, total=9, lease=40.0)
    found = await kept.get(number, 36.0)
    assert found is not None
    assert (found.state, found.done, found.total, found.going) == (READING, 3, 9, True)
    await kept.finish(number, state=READ, items=91, faults=2, result=b"packed")
    await kept.note(number, state=READING, done=4, total=9, lease=99.0)
    await kept.finish(number, state=INTERRUPTED)
    (found,) = await kept.recent(36.0)
    assert (found.state, found.items, found.faults, found.going) == (READ, 91, 2, False)
    assert await kept.result(number) == b"packed"
    assert await kept.purge(6.0) == 1
    assert await kept.get(number, 36.0) is None
    assert await kept.result(number) == b""


async def test_few_at_once_and_one_of_each(database: Database) -> None:
    """A second one of the same colleague is refused, and one more than may wait."""
    kept = Imports(database)
    number = await kept.begin(one("li"), most=2)
    with pytest.raises(NotAllowed, match="import_running"):
        await kept.begin(one("li"), most=2)
    await kept.begin(one("wang"), most=2)
    with pytest.raises(NotAllowed, match="imports_full"):
        await kept.begin(one("mei"), most=2)
    await kept.finish(number, state=READ)
    assert await kept.begin(one("li"), most=2) > number


async def test_what_a_dead_process_left_stands_in_nobodys_way(database: Database) -> None:
    """Once its lease is over a file that was being read is shown as interrupted, and its author can begin anew."""
    kept = Imports(database)
    number = await kept.begin(one(), most=1)
    found = await kept.get(number, 35.5)
    assert found is not None
    assert (found.state, found.going) == (INTERRUPTED, False)
    assert await kept.begin(one(created=36.0, lease=66.0), most=1) == number + 1


async def test_of_many_at_once_no_more_begin_than_may(database: Database) -> None:
    """Whoever counts is alone: files that come at the same moment do not count past each other."""
    kept = Imports(database)
    crowd = [kept.begin(one(author), most=3) for author in ("li", "li", "wang", "wang", "mei", "mei", "sun", "zhao")]
    came = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(number, int) for number in came) == 3
    assert all(isinstance(outcome, int | NotAllowed) for outcome in came)
    authors = [found.author for found in await kept.recent(6.0)]
    assert len(authors) == len(set(authors)) == 3
