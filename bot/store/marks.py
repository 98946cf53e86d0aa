"""Marks of people: twelve bits of a keyed hash each, beside the number of the key. They find nobody, and tell whether
FEW different people are behind a figure.

With another key somebody has another mark. So people are counted under each key by itself, and of several keys the one
counts that tells most of them apart: whoever stands under two is never counted twice. Where two people share a mark, or
stand under different keys, fewer are counted than there are, and more is hidden than need be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import bindparam, select

from bot.errors import StoreError
from bot.store.driver import Script, Store
from bot.store.tables import marking_keys

FEW = 5  # people: what fewer took part in is nobody's business
MARK_BITS = 12
LEAST = 16  # bytes of a key
NUMBER = 4  # bytes in front of it

_KNOWN = select(marking_keys.c.number).where(marking_keys.c.print == bindparam("the_print"))


def numbered(number: int, key: bytes) -> bytes:
    """What marks are made with: a key behind its number."""
    return number.to_bytes(NUMBER) + key


def mark(who: str, marking: bytes, *, of: bytes) -> int:
    """The mark of somebody among what is counted, another in each; `marking` is the store's. Raises StoreError where
    that has no key: such a mark would find whoever stands on a list."""
    if len(marking) < NUMBER + LEAST:
        raise StoreError("marks of people need a key, and this process opened the database without one")
    number, key = int.from_bytes(marking[:NUMBER]), marking[NUMBER:]
    found = int.from_bytes(blake2b(who.encode(), digest_size=2, key=key, person=of).digest()) % (1 << MARK_BITS)
    return (number << MARK_BITS) | found


def by_key(marks: Iterable[int]) -> dict[int, set[int]]:
    """Marks by the number of their key."""
    found: dict[int, set[int]] = defaultdict(set)
    for one in marks:
        found[one >> MARK_BITS].add(one)
    return found


def several(marks: Iterable[int]) -> int:
    """How many different people there are at least."""
    return max(map(len, by_key(marks).values()), default=0)


def smallest(marks: Iterable[int]) -> frozenset[int]:
    """As many marks of each key as are needed to tell whether there are FEW: always the smallest, so that of two halves
    of a crowd the same are kept as of the whole."""
    return frozenset(one for alike in by_key(marks).values() for one in sorted(alike)[:FEW])


def of_one_key(marks: Iterable[int]) -> frozenset[int]:
    """The smallest marks of the key that has most of them, the latest of several: what is kept of one day."""
    alike = by_key(smallest(marks))
    return frozenset(max(alike.items(), key=lambda item: (len(item[1]), item[0]))[1] if alike else ())


async def enrol(store: Store, key: bytes) -> bytes:
    """The same key behind the number that this database gives it, the same in every process. Raises StoreError."""
    found = blake2b(key, digest_size=16, person=b"huiqi print").hexdigest()
    insert = store.insert(marking_keys).on_conflict_do_nothing(index_elements=["print"])

    def script() -> Script[int]:
        rows = yield _KNOWN, [{"the_print": found}]
        if not rows:
            yield insert, [{"print": found}]
            rows = yield _KNOWN, [{"the_print": found}]
        return int(rows[0][0])

    return numbered(await store.run(script), key)
