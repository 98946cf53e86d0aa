"""Marks of people: who is told apart under which key."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StoreError
from bot.store.database import Database
from bot.store.marks import FEW, LEAST, MARK_BITS, by_key, enrol, mark, numbered, of_one_key, several, smallest

ONE, OTHER = numbered(1, b"one" * 9), numbered(2, b"other" * 9)
MARKS = st.frozensets(st.integers(0, 3 * (1 << MARK_BITS) - 1), max_size=25)


def test_a_mark_is_of_a_person_a_key_and_what_is_counted() -> None:
    """The same again for the same, with the number of its key; of another key or among other counts another."""
    everybody = [f"o{number}" for number in range(50)]
    found = [mark(who, ONE, of=b"tally") for who in everybody]
    assert found == [mark(who, ONE, of=b"tally") for who in everybody]
    assert set(by_key(found)) == {1}
    assert {one % (1 << MARK_BITS) for one in found} != {mark(w, OTHER, of=b"tally") % 4096 for w in everybody}
    assert found != [mark(who, ONE, of=b"turnover") for who in everybody]


@pytest.mark.parametrize("marking", [b"", b"short", numbered(1, b"k" * (LEAST - 1)), b"k" * LEAST])
def test_without_a_key_there_is_no_mark(marking: bytes) -> None:
    """None, one that can be guessed, and one without a number are refused."""
    with pytest.raises(StoreError, match="need a key"):
        mark("o1", marking, of=b"tally")


@given(before=st.frozensets(st.integers(0, 30), max_size=9), after=st.frozensets(st.integers(0, 30), max_size=9))
def test_nobody_counts_twice_over_a_change_of_the_key(before: frozenset[int], after: frozenset[int]) -> None:
    """However many came before and after it, and whoever came twice: never more are counted than there were."""
    marks = [mark(f"o{who}", ONE, of=b"t") for who in before] + [mark(f"o{who}", OTHER, of=b"t") for who in after]
    assert several(marks) <= len(before | after)
    assert several(marks) <= max(len(before), len(after))


@given(days=st.lists(MARKS, max_size=5))
def test_a_handful_of_each_key_tells_what_all_would(days: list[frozenset[int]]) -> None:
    """What is kept of each day says together whether FEW are there exactly as all marks would."""
    everybody = frozenset().union(*days)
    kept = smallest(one for day in days for one in smallest(day))
    assert min(several(kept), FEW) == min(several(everybody), FEW)


@given(marks=MARKS)
def test_of_one_day_the_key_that_tells_most_apart_stays(marks: frozenset[int]) -> None:
    """All are of one key, no more than FEW, and as many as tell whether there are FEW."""
    kept = of_one_key(marks)
    assert kept <= marks
    assert len(by_key(kept)) <= 1
    assert len(kept) == min(several(marks), FEW)


def test_of_two_keys_that_tell_as_many_apart_the_later_stays() -> None:
    """From then on its marks are the ones that come."""
    assert of_one_key([4096 + 7, 2 * 4096 + 3]) == {2 * 4096 + 3}


async def test_a_key_has_one_number(database: Database, store_url: str) -> None:
    """The same at every process and after every start, another for another key; the database has no key."""
    keys = [random.Random(seed).randbytes(32) for seed in range(3)]
    other = await Database.open(store_url)
    assert other.marking == b""
    first = [await enrol(database, key) for key in keys]
    again = [await enrol(other, key) for key in reversed(keys)]
    assert first == again[::-1]
    assert len({marking[:4] for marking in first}) == 3
    assert all(marking[4:] == key and marking[:4] != bytes(4) for marking, key in zip(first, keys, strict=True))
    await other.close()
    opened = await Database.open(store_url, marking=keys[1])
    assert opened.marking == first[1]
    await opened.close()
