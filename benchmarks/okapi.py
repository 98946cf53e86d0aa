"""Okapi BM25 over bigrams of characters: what a search engine out of the box would do with the corpus."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from bot.chinese import fold
from bot.corpus import Corpus

K1, B = 1.5, 0.75  # as in the books
SHOWN = 10


class Okapi:
    """Ranks the policies by every string of theirs and of their paper, keywords included."""

    def __init__(self, corpus: Corpus) -> None:
        self._ids = tuple(corpus.policies)
        policies = corpus.policies.values()
        documents = [[*_bigrams(policy), *_bigrams(corpus.paper(policy).title)] for policy in policies]
        average = sum(map(len, documents)) / len(documents)
        holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, document in enumerate(documents):
            damping = K1 * (1 - B + B * len(document) / average)
            for term, count in Counter(document).items():
                holders[term].append((position, count * (K1 + 1) / (count + damping)))
        total = len(documents)
        self._postings = {
            term: [
                (position, weight * math.log(1 + (total - len(held) + 0.5) / (len(held) + 0.5)))
                for position, weight in held
            ]
            for term, held in holders.items()
        }

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """The best policies with their scores, best first."""
        scores: dict[int, float] = defaultdict(float)
        for term in _terms(text):
            for position, worth in self._postings.get(term, ()):
                scores[position] += worth
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:SHOWN]
        return [(self._ids[position], score) for position, score in best]


def _bigrams(value: object) -> Iterator[str]:
    for text in _strings(msgspec.to_builtins(value)):
        yield from _terms(text)


def _terms(text: str) -> Iterator[str]:
    for left, right in pairwise(fold(text).text):
        yield left + right


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _strings(part)
        case list() | tuple():
            for part in value:
                yield from _strings(part)
