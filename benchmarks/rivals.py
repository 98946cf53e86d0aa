"""Other automata on the same words and texts, each giving what the bot needs: start, end and what was stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import ahocorasick_rs
import daachorse

from benchmarks.matching import FULL, Size, plain
from benchmarks.measuring import Table, by_turns, exhaust, microseconds
from benchmarks.words import Writer
from bot.chinese import fold
from bot.matcher import Matcher
from tests.corpus import the_corpus
from tests.scoring import every_file, read_rated

Found = Callable[[str], Iterable[tuple[int, int, str]]]
OURS, AGAIN = "Matcher", "Matcher again"


def ours(words: tuple[str, ...]) -> Found:
    """The bot's own, pyahocorasick over bytes."""
    return Matcher((word, word) for word in words).find


def by_daachorse(words: tuple[str, ...]) -> Found:
    """A double array in Rust."""
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(list(words))
    return lambda text: ((start, end, words[number]) for start, end, number in automaton.find_overlapping(text))


def by_ahocorasick_rs(words: tuple[str, ...]) -> Found:
    """The aho-corasick crate."""
    automaton = ahocorasick_rs.AhoCorasick(words)
    return lambda text: (
        (start, end, words[number]) for number, start, end in automaton.find_matches_as_indexes(text, overlapping=True)
    )


ENGINES: dict[str, Callable[[tuple[str, ...]], Found]] = {
    OURS: ours,
    AGAIN: ours,
    "pyahocorasick, characters": plain,
    "daachorse": by_daachorse,
    "ahocorasick_rs": by_ahocorasick_rs,
}


def rivals(size: Size = FULL) -> Table:
    """Every engine on made-up dictionaries and on the words of the corpus: time of a text and of building, ÷ ours."""
    writer = Writer()
    words = writer.keywords(size.middle)
    texts = writer.questions(words[: size.few], size.texts)
    corpus = tuple(entry.word for entry in the_corpus().index.entries)
    asked = tuple(fold(message.text).text for message in read_rated(*every_file()))[: size.rated]
    rows: dict[str, dict[str, float]] = {name: {} for name in ENGINES}
    cases = {
        f"{size.few:,}": (words[: size.few], texts),
        f"{size.middle:,}": (words, texts),
        "corpus": (corpus, asked),
    }
    for case, (dictionary, given) in cases.items():
        engines = {name: build(dictionary) for name, build in ENGINES.items()}
        _agree(engines, given)
        runs = {name: exhaust(found, given) for name, found in engines.items()}
        taken = microseconds(runs, texts=len(given), rounds=size.rounds)
        for name in ENGINES:
            rows[name] |= {f"{case} µs": taken[name], f"{case} ÷": taken[name] / taken[OURS]}
    built = by_turns({name: partial(build, words) for name, build in ENGINES.items()}, 3)
    for name in ENGINES:
        rows[name][f"build {size.middle:,} ÷"] = built[name] / built[OURS]
    return Table(
        title=f"Engines: {size.few:,} and {size.middle:,} made-up words, {len(corpus):,} of the corpus; ÷ ours",
        rows=rows,
        note=f"All matches of a text. {AGAIN} is the same thing measured twice: its distance from 1 is noise.",
    )


def _agree(engines: dict[str, Found], texts: tuple[str, ...]) -> None:
    """All find the same, or there is nothing to compare."""
    for text in texts:
        expected = sorted(engines[OURS](text))
        for name, found in engines.items():
            if sorted(found(text)) != expected:
                raise AssertionError(f"{name} finds something else in {text}")
