"""The audit log: written with what it tells, read narrowed down, forgotten by age."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store.audit import Audit, Entry, Search
from bot.store.database import Database
from bot.store.driver import Script


def act(number: int, **changed: Any) -> Entry:
    """An entry at a time of its number."""
    values: dict[str, Any] = {"time": float(number), "staff": 1, "who": "li", "action": "staff.role", "target": "mei"}
    return Entry(**{**values, **changed})


async def test_an_entry_is_read_as_it_was_written(database: Database) -> None:
    """With all it changed, in any characters, newest first, under growing numbers."""
    audit = Audit(database)
    first = act(1, before={"role": "viewer", "note": "“旧”"}, after={"role": "editor", "n": None}, ip="2001:db8::1")
    await audit.write(first, act(2))
    two, one = await audit.read(Search(), 9)
    assert two.id > one.id
    assert Entry(**{field: getattr(one, field) for field in Entry.__struct_fields__}) == first
    assert (two.before, two.after, two.ip) == ({}, {}, "")


async def test_what_is_not_done_is_not_written(database: Database) -> None:
    """An entry is of the transaction of its act: where that fails there is none."""
    audit = Audit(database)

    def script() -> Script[None]:
        yield from audit.record(act(1))
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # ours
        await database.run(script)
    assert await audit.read(Search(), 9) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), [4, 3, 2, 1]),
        (Search(staff=2), [3]),
        (Search(action="staff."), [4, 2, 1]),
        (Search(action="staff.role"), [2, 1]),
        (Search(action="s%"), []),
        (Search(action="taff"), []),
        (Search(target="zhao"), [2]),
        (Search(since=2.0, until=4.0), [3, 2]),
        (Search(staff=1, action="staff.", since=2.0), [4, 2]),
    ],
)
async def test_entries_are_narrowed_down(database: Database, search: Search, found: list[int]) -> None:
    """By who, what, to what and when, together."""
    audit = Audit(database)
    await audit.write(act(1), act(2, target="zhao"), act(3, staff=2, action="sign_in"), act(4, action="staff.reset"))
    assert [int(entry.time) for entry in await audit.read(search, 9)] == found


async def test_entries_are_read_page_by_page(database: Database) -> None:
    """From the last number of the page before, each once."""
    audit = Audit(database)
    await audit.write(*(act(number) for number in range(5)))
    first = await audit.read(Search(), 2)
    second = await audit.read(Search(), 9, below=first[-1].id)
    assert [int(entry.time) for entry in (*first, *second)] == [4, 3, 2, 1, 0]


async def test_old_entries_are_forgotten(database: Database) -> None:
    """Those of before a time; long names are cut, never refused."""
    audit = Audit(database)
    await audit.write(act(1), act(2, who="长" * 99, target="长" * 999))
    assert await audit.purge(2.0) == 1
    (entry,) = await audit.read(Search(), 9)
    assert (len(entry.who), len(entry.target)) == (40, 200)
