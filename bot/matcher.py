"""Aho–Corasick over folded words: one pass finds every word of a dictionary in a text, however many words it has.

The only user of pyahocorasick. Two of its traits are worked around here: `iter_long` gives wrong results in 2.3.1, so
`iter` is used and choices are made by the callers; and the children of a node are scanned one by one, so that a
dictionary with 20,000 first characters costs a hundred times one with 200. Characters are therefore spelled as bytes
of UTF-16, of which a node has at most 256 children.
"""

from __future__ import annotations

import itertools
import operator
from array import array
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

import ahocorasick

from bot.chinese import Folded

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LONGEST = 2048  # characters of a text that are looked at; the platform's own messages are no longer


def _spell(text: str) -> str:
    return text.encode("utf-16-be", "surrogatepass").decode("latin-1")


def _ends(text: str) -> dict[int, int]:
    """For each byte that a character ends before the number of characters so far: rare ones take four bytes."""
    bytes_so_far = itertools.accumulate(len(_spell(char)) for char in text)
    return {end: number for number, end in enumerate(bytes_so_far, 1)}


class Values(Protocol[T_co]):
    """What numbers from 0 on stand for."""

    def __getitem__(self, number: int, /) -> T_co:
        """What one stands for."""


class Matcher(Generic[T]):
    """Finds words and gives back what was stored with them; of two values for one word the later stands."""

    def __init__(self, words: Iterable[tuple[str, T]]) -> None:
        pairs = [(word, value) for word, value in words if word]
        bounds = array("I", itertools.accumulate((len(word) for word, _ in pairs), initial=0))
        self._fill("".join([word for word, _ in pairs]), bounds, [value for _, value in pairs])

    @classmethod
    def over(cls, text: str, bounds: Sequence[int], values: Values[T]) -> Matcher[T]:
        """Finds the words of a text that holds one behind the other, and gives back what their numbers stand for when
        they are found; `bounds` are where each begins, and where the last one ends."""
        made = cls.__new__(cls)
        made._fill(text, bounds, values)
        return made

    def _fill(self, text: str, bounds: Sequence[int], values: Values[T]) -> None:
        # A number in each node, and what it stands for beside: a tuple for each word would be 6 MB of the corpus.
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        self._values = values
        self._lengths = array("I", map(operator.sub, bounds[1:], bounds))
        spelled, add = _spell(text), self._automaton.add_word
        if len(spelled) == 2 * len(text):  # spelled at once, in a third of the time
            for number, (start, end) in enumerate(itertools.pairwise(bounds)):
                add(spelled[2 * start : 2 * end], number)
        else:
            for number, (start, end) in enumerate(itertools.pairwise(bounds)):
                add(_spell(text[start:end]), number)
        self.size = len(self._automaton)
        if self.size:
            self._automaton.make_automaton()

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """Every occurrence as (start, end, value), in order of end; occurrences may overlap."""
        if not self.size:
            return []
        text = text[:LONGEST]
        spelled = _spell(text)
        values, lengths = self._values, self._lengths
        found = self._automaton.iter(spelled)
        # A word ends behind the second byte of a character; any other end is a false one.
        if len(spelled) == 2 * len(text):
            return [((last + 1) // 2 - lengths[n], (last + 1) // 2, values[n]) for last, n in found if last % 2]
        ends = _ends(text)
        return [(ends[last + 1] - lengths[n], ends[last + 1], values[n]) for last, n in found if last % 2]

    def find_whole(self, folded: Folded) -> list[tuple[int, int, T]]:
        """The occurrences that do not cut a Latin word or a number in two."""
        found, inner = self.find(folded.text), inner_places(folded)
        return [hit for hit in found if hit[0] not in inner and hit[1] not in inner] if inner else found


def inner_places(folded: Folded) -> set[int]:
    """The places within a Latin word or a number, where no whole word begins or ends."""
    inner, before = set(), 0
    for place, char in enumerate(folded.text):
        run = 1 if "a" <= char <= "z" else 2 if char.isdigit() else 0
        if run and run == before:
            inner.add(place)
        before = run
    return inner - folded.breaks


class Letters(Generic[T]):
    """Finds words of Latin letters in texts of Latin letters: a node for each, half of what a Matcher takes."""

    def __init__(self, text: str, bounds: Sequence[int], values: Values[T]) -> None:
        """The words of a text, as of `Matcher.over`."""
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        self._values = values
        self._lengths = array("I", map(operator.sub, bounds[1:], bounds))
        for number, (start, end) in enumerate(itertools.pairwise(bounds)):
            self._automaton.add_word(text[start:end], number)
        if len(self._automaton):
            self._automaton.make_automaton()

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """Every occurrence as (start, end, value), in order of end; occurrences may overlap."""
        if not len(self._automaton):
            return []
        values, lengths = self._values, self._lengths
        found = self._automaton.iter(text[:LONGEST])
        return [(last + 1 - lengths[number], last + 1, values[number]) for last, number in found]


def whole(folded: Folded, start: int, end: int) -> bool:
    """Whether text[start:end] begins and ends where a Latin word or a number does, or is of other characters there."""
    text = folded.text
    if start and start not in folded.breaks and _same_run(text[start - 1], text[start]):
        return False
    return not (end < len(text) and end not in folded.breaks and _same_run(text[end - 1], text[end]))


def _same_run(left: str, right: str) -> bool:
    return (left.isdigit() and right.isdigit()) or (_latin(left) and _latin(right))


def _latin(char: str) -> bool:
    return "a" <= char <= "z"
