"""Evidence is the best word at each place, for each policy that it speaks for."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bot.dictionary.vocabulary import CURATED, HEARD
from bot.evidence import BEST, Evidence, words_for
from bot.question import Question, read
from tests.corpus import the_corpus
from tests.scoring import read_rated
from tests.small import small_corpus

TEXTS = tuple(message.text for message in read_rated("dev"))[:60]


def cells(question: Question, least: int) -> dict[int, dict[int, float]]:
    """The same as the module has, place by place and word by word."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for hit in question.hits:
        for place in question.open & set(range(hit.start, hit.end)):
            for position, value in hit.entry.postings if hit.entry.strength >= least else ():
                found[position][place] = max(found[position].get(place, 0.0), value * hit.factor)
    return found


@pytest.mark.parametrize("least", [HEARD, CURATED])
@pytest.mark.parametrize("text", TEXTS)
def test_each_place_has_the_best_word_over_it(text: str, least: int) -> None:
    """Of the words of at least a strength; what is silent has none."""
    question = read(text, the_corpus().index)
    assert Evidence(question, least).cells == cells(question, least)


def test_a_score_is_the_sum_of_the_places() -> None:
    """And nothing for a policy of which nothing is said."""
    question = read("技改", small_corpus().index)
    evidence, position = Evidence(question), small_corpus().index.position("q91-1")
    assert evidence.score(position) == sum(evidence.at(position).values()) > 0
    assert evidence.score(10_000) == 0
    assert evidence.at(10_000) == {}


def test_leveled_policies_have_the_best_of_any_under_the_word() -> None:
    """What each has elsewhere it keeps; two that had nothing have the same, and no value is shared with another's."""
    question = read("技改首台套", small_corpus().index)
    evidence = Evidence(question)
    before = {position: dict(held) for position, held in evidence.cells.items()}
    (hit,) = (hit for hit in question.chosen if hit.entry.word == "首台套")
    places = range(hit.start, hit.end)
    positions = [*sorted(before), 100, 101]
    most = {place: max(before[p].get(place, 0.0) for p in before) for place in places}
    evidence.level(positions, question, hit)
    for position in positions:
        assert evidence.at(position) == before.get(position, {}) | most
    evidence.level([100], question, question.chosen[0])
    assert evidence.at(101) == most
    assert set(evidence.at(100)) > set(most)


@pytest.mark.parametrize("text", TEXTS[:20])
def test_the_loudest_words_are_named_first(text: str) -> None:
    """A few at most, each worth what it is at the places that are open."""
    question = read(text, the_corpus().index)
    for position in Evidence(question).cells:
        words = words_for(question, position)
        worth = {
            hit.entry.word: value * hit.factor * len(question.open & set(range(hit.start, hit.end)))
            for hit in sorted(question.hits, key=lambda hit: hit.factor)
            for speaking, value in hit.entry.postings
            if speaking == position
        }
        assert 0 < len(words) <= BEST
        assert [value for _, value in words] == sorted((value for _, value in words), reverse=True)
        assert words[0][1] == pytest.approx(max(worth.values()))
