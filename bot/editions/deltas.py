"""What is different between two bodies of a part, field by field: lists by item, texts by word."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Any

import msgspec

from bot.revisions import Body

TOKEN = re.compile(r"[A-Za-z0-9.,%]+|\s+|.", re.DOTALL)  # a number or a Latin word is one word, a character another
NAMES = ("id", "key", "name", "label", "unit", "number", "fact")  # what tells the items of a list from each other
ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
SAME = "same"
LONG = 400  # words of a text of which each is compared; longer ones are compared line by line
MOST = LONG * LONG  # pairs of equal pieces that are looked through, so that a text of equal lines stops nobody

Path = tuple[str, ...]


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    path    the field, and within lists of records the name of the record: ("benefits", "技改补助", "percent")
    kind    added, removed, changed, or moved where a list has another order; of a list the items that came or went
    words   of a changed text its pieces in order, each same, removed or added
    """

    path: Path
    kind: str
    before: Any = None
    after: Any = None
    words: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        """The field at the root."""
        return self.path[0]


def compare(before: Body, after: Body, path: Path = ()) -> Iterator[Delta]:
    """All differences, in the order of the fields."""
    for key in dict.fromkeys((*before, *after)):
        yield from _values(before.get(key), after.get(key), (*path, key))


def _values(before: Any, after: Any, path: Path) -> Iterator[Delta]:
    match before, after:
        case _ if before == after:
            return
        case dict(), dict():
            yield from compare(before, after, path)
        case (list(), list()) | (list(), None) | (None, list()):
            yield from _lists(before or [], after or [], path)
        case str(), str():
            yield Delta(path=path, kind=CHANGED, before=before, after=after, words=tuple(words(before, after)))
        case None, _:
            yield Delta(path=path, kind=ADDED, after=after)
        case _, None:
            yield Delta(path=path, kind=REMOVED, before=before)
        case _:
            yield Delta(path=path, kind=CHANGED, before=before, after=after)


def _lists(before: Sequence[Any], after: Sequence[Any], path: Path) -> Iterator[Delta]:
    old, new = _by_name(before), _by_name(after)
    for name, item in old.items():
        if name in new and isinstance(item, dict) and isinstance(new[name], dict):
            yield from compare(item, new[name], (*path, name))
    if gone := [item for name, item in old.items() if name not in new]:
        yield Delta(path=path, kind=REMOVED, before=gone)
    if came := [item for name, item in new.items() if name not in old]:
        yield Delta(path=path, kind=ADDED, after=came)
    kept_before = [name for name in old if name in new]
    if kept_before != [name for name in new if name in old]:
        yield Delta(path=path, kind=MOVED, before=list(before), after=list(after))


def _by_name(items: Sequence[Any]) -> dict[str, Any]:
    """Items by what tells them apart; of two with the same name the second has a number."""
    found: dict[str, Any] = {}
    numbers: dict[
        str, int
    ] = {}  # the last that each name was given, so that a thousand equal ones are not counted anew
    for item in items:
        name = next((str(item[key]) for key in NAMES if key in item), "") if isinstance(item, dict) else str(item)
        number = numbers.get(name, 0) + 1
        while (unique := name if number == 1 else f"{name} ({number})") in found:
            number += 1
        numbers[name] = number
        found[unique] = item
    return found


def words(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The pieces of two texts laid over each other."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if max(len(old), len(new)) > LONG:
        yield from _by_line(before.splitlines(keepends=True), after.splitlines(keepends=True))
    else:
        yield from _laid_over(old, new)


def _by_line(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same of long texts, line by line; what would take too long to lay over each other is replaced as one."""
    head = _shared(zip(old, new, strict=False))
    tail = _shared(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    middle = slice(head, len(old) - tail), slice(head, len(new) - tail)
    if head:
        yield SAME, "".join(old[:head])
    yield from _laid_over(old[middle[0]], new[middle[1]])
    if tail:
        yield SAME, "".join(old[len(old) - tail :])


def _shared(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are equal before the first that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _laid_over(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    counts = Counter(new)
    if sum(counts[piece] for piece in old) > MOST:
        yield REMOVED, "".join(old)
        yield ADDED, "".join(new)
        return
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            yield SAME, "".join(old[a:b])
            continue
        if b > a:
            yield REMOVED, "".join(old[a:b])
        if d > c:
            yield ADDED, "".join(new[c:d])
