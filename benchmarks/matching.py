"""The automaton and the way of a question: what more words cost, more first characters, and the whole way."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import ahocorasick

from benchmarks.measuring import Table, cost, exhaust, microseconds
from benchmarks.okapi import Okapi
from benchmarks.words import Writer
from bot.dictionary.index import Index
from bot.dictionary.vocabulary import CURATED, Entry, Vocabulary
from bot.matcher import Matcher
from bot.question import read
from bot.ranking import look_up
from tests.corpus import the_corpus
from tests.scoring import every_file, read_rated

TODAY = date(2026, 11, 22)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: keywords, first characters, texts and rounds."""

    few: int = 500
    many: int = 1_000_000
    middle: int = 100_000
    narrow: int = 1_000
    wide: int = 20_000
    texts: int = 300
    rounds: int = 9
    rated: int = 2_000  # at most so many rated questions


FULL = Size()


def growth(size: Size = FULL) -> Table:
    """Many keywords beside few of them: building, looking up, and reading a question as the bot does."""
    writer = Writer()
    words = writer.keywords(size.many)
    texts = writer.questions(words[: size.few], size.texts)
    dictionaries = {
        f"{size.few:,}": words[: size.few],
        f"{size.many:,}": words,
        f"{size.many:,}, no more of them in the texts": _like(words, size.few, texts),
    }
    indexes = {name: _index(chosen) for name, chosen in dictionaries.items()}
    built = {name: cost(index.warm) for name, index in indexes.items()}
    runs: dict[str, Callable[[], object]] = {}
    for name, index in indexes.items():
        runs[f"find {name}"] = exhaust(index.matcher.find, texts)
        runs[f"read {name}"] = _reading(index, texts)
    taken = microseconds(runs, texts=len(texts), rounds=size.rounds)
    return Table(
        title=f"Keywords: {size.few:,} and {size.many:,}; texts of 30 characters",
        rows={
            name: {
                "find µs": taken[f"find {name}"],
                "find ÷": taken[f"find {name}"] / taken[f"find {size.few:,}"],
                "read µs": taken[f"read {name}"],
                "read ÷": taken[f"read {name}"] / taken[f"read {size.few:,}"],
                "matches": sum(len(index.matcher.find(text)) for text in texts) / len(texts),
                "build s": built[name].seconds,
                "memory MB": built[name].megabytes,
            }
            for name, index in indexes.items()
        },
        note="find is Matcher.find, read is bot.question.read, which folds and labels too; ÷ by the small dictionary.\n"
        "The texts are the same; the large dictionary finds more in them, and every match is given back. In the last\n"
        "row the words that it finds beside those of the small one are left out: as many words, and as many matches.",
    )


def _like(words: tuple[str, ...], few: int, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The words without those behind the first few that stand in a text."""
    more = Matcher((word, word) for word in words[few:])
    found = {word for text in texts for _, _, word in more.find(text)}
    return tuple(word for number, word in enumerate(words) if number < few or word not in found)


def _index(words: tuple[str, ...]) -> Index:
    return Index(("p",), Vocabulary.of(Entry(word, (), ((0, 1.0),), CURATED) for word in words))


def _reading(index: Index, texts: tuple[str, ...]) -> Callable[[], None]:
    def run() -> None:
        for text in texts:
            read(text, index)

    return run


def first_characters(size: Size = FULL) -> Table:
    """Dictionaries of one size that begin with few and with many different characters, in bytes and in characters."""
    runs: dict[str, Callable[[], object]] = {}
    for first in (size.narrow, size.wide):
        writer = Writer()
        words = writer.spread(size.middle, first)
        texts = writer.questions(words, size.texts)
        runs[f"Matcher {first}"] = exhaust(Matcher((word, word) for word in words).find, texts)
        runs[f"pyahocorasick over characters {first}"] = exhaust(plain(words), texts)
    taken = microseconds(runs, texts=size.texts, rounds=size.rounds)
    columns = {f"{first:,} first": first for first in (size.narrow, size.wide)}
    return Table(
        title=f"First characters: {size.narrow:,} and {size.wide:,}, of {size.middle:,} keywords; µs, and many ÷ few",
        rows={
            name: {column: taken[f"{name} {first}"] for column, first in columns.items()}
            | {"÷": taken[f"{name} {size.wide}"] / taken[f"{name} {size.narrow}"]}
            for name in ("Matcher", "pyahocorasick over characters")
        },
        note="pyahocorasick scans the children of a node one by one; spelled in bytes, a node has at most 256.",
    )


def plain(words: tuple[str, ...]) -> Callable[[str], Iterator[tuple[int, int, str]]]:
    """pyahocorasick over characters, as its manual shows it."""
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, (len(word), word))
    automaton.make_automaton()

    def found(text: str) -> Iterator[tuple[int, int, str]]:
        for last, (length, word) in automaton.iter(text):
            yield last + 1 - length, last + 1, word

    return found


def questions(size: Size = FULL) -> Table:
    """The rated questions on the real corpus, from text to ranked policies, beside the bare automaton and BM25."""
    corpus = the_corpus()
    okapi = Okapi(corpus)
    texts = tuple(message.text for message in read_rated(*every_file()))[: size.rated]
    runs: dict[str, Callable[[str], object]] = {
        "Matcher.find alone": lambda text: list(corpus.index.matcher.find(text)),
        "bigram BM25": okapi.ranked,
        "bot.ranking.look_up": lambda text: look_up(text, corpus, TODAY),
    }
    taken = _each(runs, texts, rounds=max(2, size.rounds // 2))
    spread = {name: statistics.quantiles(measured, n=100, method="inclusive") for name, measured in taken.items()}
    bare = spread["Matcher.find alone"]
    return Table(
        title=f"{len(texts):,} rated questions, {len(corpus.policies)} policies, {len(corpus.index.entries):,} words",
        rows={
            name: {
                "p50 µs": cut[49],
                "p50 ÷": cut[49] / bare[49],
                "p99 µs": cut[98],
                "p99 ÷": cut[98] / bare[98],
            }
            for name, cut in spread.items()
        },
        note="bot.ranking.look_up folds, reads, tries sounds where words fail, ranks with reasons, and refuses.\n"
        "Processor time; each text is timed alone and by turns, with cold caches; ÷ by the automaton.",
    )


def _each(runs: dict[str, Callable[[str], object]], texts: tuple[str, ...], *, rounds: int) -> dict[str, list[float]]:
    """For each run the microseconds of each text: the median of rounds, by turns at every text."""
    taken: dict[str, list[list[float]]] = {name: [[] for _ in texts] for name in runs}
    for text in texts[:50]:
        for run in runs.values():
            run(text)  # what is built at first need is built now
    for _ in range(rounds):
        for place, text in enumerate(texts):
            for name, run in runs.items():
                start = time.thread_time()
                run(text)
                taken[name][place].append((time.thread_time() - start) * 1e6)
    return {name: [statistics.median(measured) for measured in each] for name, each in taken.items()}
