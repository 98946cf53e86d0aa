"""Entries that are packed, and made again when they are found."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.dictionary.vocabulary import CURATED, Entry, Made, Meaning, Vocabulary
from tests.corpus import the_corpus

WORD = st.text(st.characters(categories=["Lo", "Ll", "Nd"]), min_size=1, max_size=70)  # some take two units of UTF-16
MEANINGS = st.lists(st.builds(Meaning, st.sampled_from(["unit", "stop"]), st.text(max_size=3)), max_size=2).map(tuple)
POSTINGS = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(allow_nan=False)), max_size=3).map(tuple)
ENTRIES = st.lists(st.builds(Entry, WORD, MEANINGS, POSTINGS, st.integers(0, CURATED)), max_size=20)


@given(ENTRIES)
def test_what_is_packed_is_had_again(entries: list[Entry]) -> None:
    """Each entry in its place, equal in every figure, and the words in their order."""
    vocabulary = Vocabulary.of(entries)
    assert list(vocabulary) == entries
    assert len(vocabulary) == len(entries)
    assert [vocabulary.by_number[number] for number in range(len(entries))] == entries
    text, bounds = vocabulary.text
    assert [text[start:end] for start, end in pairwise(bounds)] == [entry.word for entry in entries]
    assert vocabulary == Vocabulary.of(entries)


@given(ENTRIES)
def test_what_is_named_is_all_but_the_mined(entries: list[Entry]) -> None:
    """Words that somebody chose, or that mean something, with the numbers that they are found by."""
    wanted = [(e.word, number) for number, e in enumerate(entries) if e.strength == CURATED or e.meanings]
    assert list(Vocabulary.of(entries).named()) == wanted


def test_another_entry_is_another_vocabulary() -> None:
    """One value that differs is told."""
    one, other = (Vocabulary.of([Entry("技改", (), ((0, value),), CURATED)]) for value in (1.0, 1.5))
    assert one != other


def test_a_thing_is_made_once() -> None:
    """The first to ask has it made, the next have the same one."""
    numbers: list[int] = []

    def make(number: int) -> list[int]:
        numbers.append(number)
        return [number]

    things = Made(make)
    assert things[3] is things[3]
    assert (things[1], things[3]) == ([1], [3])
    assert numbers == [3, 1]


def test_what_words_share_stands_there_once() -> None:
    """Of the corpus's words most mean and speak for what others do too: packed, a word takes less than 40 bytes."""
    packed = the_corpus().index.entries.packed
    parts = (
        packed.lengths,
        packed.meant,
        packed.held,
        packed.strengths,
        packed.bounds,
        packed.positions,
        packed.values,
    )
    size = len(packed.words.encode()) + sum(map(len, parts))
    assert size < 40 * len(packed.strengths)
