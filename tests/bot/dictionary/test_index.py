"""Every word a question can be looked up by, what it means and what it is worth."""

from __future__ import annotations

import itertools
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import EDGES, fold
from bot.dictionary.index import value
from bot.dictionary.vocabulary import CURATED, MINED, Entry, Meaning
from tests.corpus import the_corpus
from tests.small import small_corpus


def entry(word: str) -> Entry:
    """The entry of a word in the small corpus; an empty one for a word it has not."""
    return next((e for e in small_corpus().index.entries if e.word == word), Entry(word, (), (), 0))


def speaks_for(word: str) -> dict[str, float]:
    """The policies of the small corpus a word speaks for, with the value of one character."""
    ids = small_corpus().index.ids
    return {ids[position]: worth for position, worth in entry(word).postings}


@pytest.mark.parametrize(
    ("word", "kind", "meant"),
    [
        ("找谁", "intent", "contact"),
        ("请问", "stop", ""),
        ("天气", "foreign", "天气"),
        ("即墨", "uncovered", "即墨"),
        ("北京", "elsewhere", "北京"),
        ("崂山", "district", "崂山区"),
        ("崂山区", "district", "崂山区"),
        ("市级", "level", "city"),
        ("市工信局投资处", "unit", "市工信局投资处"),
        ("投资处", "unit", "市工信局投资处"),
        ("技改处", "unit", "市工信局投资处"),
        ("85911248", "phone", "85911248"),
        ("053285911248", "phone", "85911248"),
        ("技改", "topic", "技术改造"),
        ("支持先进制造业若干政策", "paper", "city"),
        ("青政发202411号", "paper", "city"),
        ("2024年11号文", "paper", "city"),
        ("汇编", "source", "q91"),
        ("制造业十条", "collection", "city"),
        ("鼓励技术改造", "title", "鼓励技术改造"),
        ("q911", "id", "q91-1"),
    ],
)
def test_names_mean_what_they_name(word: str, kind: str, meant: str) -> None:
    """Words of intent, places, units, phones, topics, papers, titles and ids are known, folded."""
    assert Meaning(kind, meant) in entry(word).meanings


def test_a_word_speaks_for_the_policies_that_have_it() -> None:
    """A keyword speaks for its policy, a title for its own, a synonym for the policies of what it means."""
    assert set(speaks_for("技改")) == set(speaks_for("机器换人")) == {"q91-1", "q91-10"}
    assert max(speaks_for("鼓励技术改造").items(), key=itemgetter(1))[0] == "q91-1"
    assert max(speaks_for("技改配套").items(), key=itemgetter(1))[0] == "q91-10"
    assert list(speaks_for("首台套")) == ["q91-2"]
    assert speaks_for("天气") == {}


def test_words_of_the_texts_are_mined() -> None:
    """What stands in a policy speaks for it, less than a curated word does."""
    assert list(speaks_for("一家一年")) == ["q91-1"]
    assert MINED <= entry("一家一年").strength < CURATED == entry("技改").strength
    assert entry("天气").strength == 0


def test_mined_words_are_words() -> None:
    """None begins or ends with a particle, none is a word of intent or a filler, none lies over a full stop."""
    mined = [e.word for e in the_corpus().index.entries if MINED <= e.strength < CURATED and not e.meanings]
    assert mined
    assert not [word for word in mined if word[0] in EDGES or word[-1] in EDGES or word.isascii()]
    words = {e.word for e in small_corpus().index.entries}
    assert "补助" in words
    assert "助一家" not in words


def test_a_position_is_the_place_in_the_order() -> None:
    """The index knows the policies in the corpus's own order."""
    index = small_corpus().index
    assert index.ids == tuple(small_corpus().policies)
    assert [index.position(policy_id) for policy_id in index.ids] == [0, 1, 2]


@given(st.integers(1, 140), st.integers(1, 139), st.sampled_from("技a"), st.integers(1, 12))
def test_a_rarer_or_longer_word_is_worth_more(total: int, having: int, letter: str, length: int) -> None:
    """Worth is positive, falls with the number of policies that have the word, and never falls with its length."""
    having, word = min(having, total), letter * length
    worth = value(1.0, having, total, word)
    assert worth > 0
    assert value(1.0, having + 1, total + 1, word) < value(1.0, having, total + 1, word)
    assert value(1.0, having, total, word + letter) >= worth
    assert value(2.0, having, total, word) == pytest.approx(2 * worth)


def test_every_policy_of_the_corpus_is_spoken_for_by_its_own_words() -> None:
    """Its title and each of its keywords lead to it, unless the word is one that only asks."""
    corpus = the_corpus()
    asking = {fold(w).text for words in (*corpus.lexicon.intents.values(), corpus.lexicon.stop.words) for w in words}
    entries = {e.word: {position for position, _ in e.postings} for e in corpus.index.entries}
    for policy in corpus.policies.values():
        position = corpus.index.position(policy.id)
        for word in {fold(word).text for word in (policy.title, *policy.keywords)} - asking:
            assert position in entries.get(word, ()), (policy.id, word)


def test_every_synonym_leads_somewhere() -> None:
    """What people say for a word of the corpus speaks for the policies that word speaks for."""
    corpus = the_corpus()
    size = corpus.index.size  # what speaks for no policy stands behind the policies
    entries = {e.word: {place for place, _ in e.postings if place < size} for e in corpus.index.entries}
    for synonym in corpus.lexicon.synonym:
        for say, mean in itertools.product(synonym.say, synonym.mean):
            meant = entries.get(fold(mean).text)
            assert meant, f"{mean} stands in no policy"
            assert entries[fold(say).text] >= meant, say


def test_entries_are_unique_and_in_order() -> None:
    """One entry for one word, none of them empty, sorted: the same corpus gives the same index."""
    words = [e.word for e in the_corpus().index.entries]
    assert words == sorted(set(words))
    assert all(words)
