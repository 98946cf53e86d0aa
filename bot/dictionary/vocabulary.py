"""Every word that a question is looked up by, packed: what a word means and speaks for is made when it is first found.

Of 75,000 words a deployment meets some thousands. As objects they would be 25 MB that the collector looks through, and
half the time of a start.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")

CURATED, TELLING, MINED, HEARD = 3, 2, 1, 0  # strengths
LENGTH: Literal["H"] = "H"  # how the characters of a word are kept
NUMBER: Literal["I"] = "I"  # and whatever else is counted

Postings = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a word can mean: a kind such as unit, district, intent, and which."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A word with its meanings and the policies it speaks for, as (position, value for one character)."""

    word: str
    meanings: tuple[Meaning, ...]
    postings: Postings
    strength: int


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """All entries. Most words mean and speak for what others do too, so each such thing stands there once.

    words           one behind the other; `lengths` has how many characters each takes
    meant, held     of each word the number of its meanings and of its postings
    meanings        in MessagePack, one behind the other; `ends` has where each ends
    bounds          where each list of postings begins in `positions` and `values`, and where the last one ends
    """

    words: str
    lengths: bytes
    meant: bytes
    held: bytes
    strengths: bytes
    meanings: bytes
    ends: bytes
    bounds: bytes
    positions: bytes
    values: bytes


def pack(entries: Iterable[Entry]) -> Packed:
    """Entries with each thing once."""
    words, strengths = [], bytearray()
    lengths, meant, held = array(LENGTH), array(NUMBER), array(NUMBER)
    meanings: dict[tuple[Meaning, ...], int] = {}
    postings: dict[Postings, int] = {}
    for entry in entries:
        words.append(entry.word)
        lengths.append(len(entry.word))
        meant.append(meanings.setdefault(entry.meanings, len(meanings)))
        held.append(postings.setdefault(entry.postings, len(postings)))
        strengths.append(entry.strength)
    encoded = [msgspec.msgpack.encode(each) for each in meanings]
    return Packed(
        words="".join(words),
        lengths=lengths.tobytes(),
        meant=meant.tobytes(),
        held=held.tobytes(),
        strengths=bytes(strengths),
        meanings=b"".join(encoded),
        ends=array(NUMBER, accumulate(map(len, encoded))).tobytes(),
        bounds=array(NUMBER, accumulate(map(len, postings), initial=0)).tobytes(),
        positions=array(NUMBER, [position for listed in postings for position, _ in listed]).tobytes(),
        values=array("d", [value for listed in postings for _, value in listed]).tobytes(),
    )


class Made(dict[int, T]):
    """Things by their number, each made when it is first asked for."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        made = self[number] = self._make(number)
        return made


class Vocabulary:
    """The entries of an index, in the order of their words."""

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        self._starts = array(NUMBER, accumulate(_view(LENGTH, packed.lengths), initial=0))
        self._meant, self._held = _view(NUMBER, packed.meant), _view(NUMBER, packed.held)
        self._bounds, self._positions = _view(NUMBER, packed.bounds), _view(NUMBER, packed.positions)
        self._values = memoryview(packed.values).cast("d")
        self._ends = _view(NUMBER, packed.ends)
        self._postings: Made[Postings] = Made(self._listed)
        self._meanings: Made[tuple[Meaning, ...]] = Made(self._decoded)
        self.by_number: Mapping[int, Entry] = Made(self._entry)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Vocabulary:
        """The vocabulary that has these."""
        return cls(pack(entries))

    def __len__(self) -> int:
        return len(self._meant)

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entry, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.packed == other.packed

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> tuple[str, Sequence[int]]:
        """All words, one behind the other, in the order of their numbers; where each begins, and the last ends."""
        return self.packed.words, self._starts

    def named(self) -> Iterator[tuple[str, int]]:
        """The words that somebody chose, or that name something, with their numbers: all but the mined."""
        naming = [bool(self._decoded(meant)) for meant in range(len(self._ends))]
        for number, (strength, meant) in enumerate(zip(self.packed.strengths, self._meant, strict=True)):
            if strength == CURATED or naming[meant]:
                yield self._word(number), number

    def _entry(self, number: int) -> Entry:
        meanings, postings = self._meanings[self._meant[number]], self._postings[self._held[number]]
        return Entry(self._word(number), meanings, postings, self.packed.strengths[number])

    def _word(self, number: int) -> str:
        return self.packed.words[self._starts[number] : self._starts[number + 1]]

    def _decoded(self, number: int) -> tuple[Meaning, ...]:
        start = self._ends[number - 1] if number else 0
        return _decoder.decode(self.packed.meanings[start : self._ends[number]])

    def _listed(self, number: int) -> Postings:
        part = slice(self._bounds[number], self._bounds[number + 1])
        return tuple(zip(self._positions[part], self._values[part], strict=True))


_decoder = msgspec.msgpack.Decoder(tuple[Meaning, ...])


def _view(kind: Literal["H", "I"], data: bytes) -> memoryview[int]:
    return memoryview(data).cast(kind)
