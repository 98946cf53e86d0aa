"""Tags the account puts on followers."""

from __future__ import annotations

from bot.emulator.refusals import Refusal
from bot.emulator.words import Words

FIRST = 100  # ids below are the platform's own
MOST = 100
NAME = 30  # bytes


class Tags:
    """Names by id."""

    def __init__(self, words: Words) -> None:
        self._names = {int(tag_id): name for tag_id, name in words.tags.items()}
        self._next = FIRST

    def all(self) -> dict[int, str]:
        """Every tag, the platform's own too."""
        return dict(self._names)

    def recall(self, names: dict[int, str]) -> None:
        """Put back those of before; the platform's own stay."""
        self._names |= names
        self._next = max(self._names | {FIRST - 1: ""}) + 1

    def create(self, name: object) -> int:
        """A new tag's id; Refusal 45056, 45157 or 45158."""
        if sum(tag_id >= FIRST for tag_id in self._names) >= MOST:
            raise Refusal(45056)
        self._names[self._next] = self._check(name)
        self._next += 1
        return self._next - 1

    def rename(self, tag_id: object, name: object) -> None:
        """Give a tag another name; Refusal 45058, 45157, 45158 or 45159."""
        self._names[self._own(tag_id)] = self._check(name)

    def delete(self, tag_id: object) -> int:
        """Take a tag away; Refusal 45058 or 45159. Its id is returned, to be taken off followers."""
        number = self._own(tag_id)
        del self._names[number]
        return number

    def need(self, tag_id: object, errcode: int = 45159) -> int:
        """The id of an existing tag; Refusal `errcode` where there is none."""
        if not isinstance(tag_id, int) or tag_id not in self._names:
            raise Refusal(errcode)
        return tag_id

    def _own(self, tag_id: object) -> int:
        number = self.need(tag_id)
        if number < FIRST:
            raise Refusal(45058)
        return number

    def _check(self, name: object) -> str:
        if not isinstance(name, str) or not name or name in self._names.values():
            raise Refusal(45157)
        if len(name.encode()) > NAME:
            raise Refusal(45158)
        return name
