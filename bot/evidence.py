"""The evidence of a question for each policy: at each place of the matter the value of the best word over it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dictionary.vocabulary import HEARD
from bot.question import Hit, Question

BEST = 4  # words that are named as what spoke for a policy


class Evidence:
    """What the words of at least a strength say, for each policy by its position, at each place that they explain."""

    def __init__(self, question: Question, least: int = HEARD) -> None:
        self.cells: dict[int, dict[int, float]] = {}
        cells, known, open_ = self.cells, self.cells.get, question.open
        for hit in question.hits:
            entry, factor = hit.entry, hit.factor
            if entry.strength < least:
                continue
            places: Sequence[int] = range(hit.start, hit.end)
            if not open_.issuperset(places):
                places = [place for place in places if place in open_]
            for position, value in entry.postings if places else ():
                held, worth = known(position), value * factor
                if held is None:
                    cells[position] = dict.fromkeys(places, worth)
                    continue
                for place in places:
                    if worth > held.get(place, 0.0):
                        held[place] = worth

    def at(self, position: int) -> dict[int, float]:
        """What is said for one policy, place by place."""
        return self.cells.get(position, {})

    def score(self, position: int) -> float:
        """All that is said for one policy."""
        return sum(self.at(position).values())

    def level(self, positions: Sequence[int], question: Question, hit: Hit) -> None:
        """Let a word speak for all of these policies as it does for the one that it says most of."""
        places = _places(question, hit)
        if not places:
            return
        known = {id(held): held for position in positions if (held := self.cells.get(position)) is not None}
        most = {place: max([held.get(place, 0.0) for held in known.values()], default=0.0) for place in places}
        leveled: dict[int, dict[int, float]] = {}  # those that had the same have the same: one value for all of them
        for position in positions:
            held = self.cells.get(position)
            if id(held) not in leveled:
                leveled[id(held)] = {**(held or {}), **most}
            self.cells[position] = leveled[id(held)]


def _places(question: Question, hit: Hit) -> list[int]:
    """The places under a word that may carry evidence."""
    return [place for place in range(hit.start, hit.end) if place in question.open]


def words_for(question: Question, position: int) -> list[tuple[str, float]]:
    """The words that speak loudest for a policy, each with what it is worth, the loudest first."""
    words: dict[str, float] = {}
    for hit in question.hits:
        value, places = dict(hit.entry.postings).get(position), len(_places(question, hit))
        if value is not None and places:
            words[hit.entry.word] = max(words.get(hit.entry.word, 0.0), value * hit.factor * places)
    return sorted(words.items(), key=lambda item: -item[1])[:BEST]
