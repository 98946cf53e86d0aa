"""The automaton finds what a search word by word finds, and does not cut Latin words and numbers."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from bot.chinese import Folded, fold
from bot.matcher import LONGEST, Letters, Matcher, whole

LETTERS = st.text(st.sampled_from("技改专精ab1.%𠀀😀\uffff\u0100"), max_size=6)  # few letters, so that much matches
ANYTHING = st.text(max_size=6)
WORDS = st.lists(LETTERS | ANYTHING, max_size=12)


def naive(words: list[str], text: str) -> set[tuple[int, int, str]]:
    """Every occurrence of every word, looked for one by one."""
    places = ((word, start) for word in words if word for start in range(len(text) - len(word) + 1))
    return {(start, start + len(word), word) for word, start in places if text.startswith(word, start)}


@given(WORDS, st.text(st.sampled_from("技改专精ab1.%𠀀😀\uffff\u0100"), max_size=30) | st.text(max_size=30))
def test_it_finds_what_a_search_word_by_word_finds(words: list[str], text: str) -> None:
    """Overlapping words, rare characters of four bytes and characters whose bytes look alike included."""
    matcher = Matcher((word, word) for word in words)
    found = list(matcher.find(text))
    assert set(found) == naive(words, text)
    assert len(found) == len(set(found))
    assert [end for _, end, _ in found] == sorted(end for _, end, _ in found)


@given(WORDS, st.lists(LETTERS, max_size=8))
def test_whole_words_are_those_whose_ends_are_whole(words: list[str], parts: list[str]) -> None:
    """Of all occurrences those stay that cut neither a Latin word nor a number."""
    folded = fold(" ".join(parts))
    matcher = Matcher((word, word) for word in words)
    expected = {hit for hit in naive(words, folded.text) if whole(folded, hit[0], hit[1])}
    assert set(matcher.find_whole(folded)) == expected


def found(text: str, *words: str) -> list[str]:
    """The words of a dictionary that a typed text has whole."""
    return [word for _, _, word in Matcher((word, word) for word in words).find_whole(fold(text))]


def test_a_latin_word_is_not_found_inside_another() -> None:
    """ai is in 做AI项目 and in AI-5G, not in email and not in openai."""
    assert found("做AI项目", "ai") == ["ai"]
    assert found("AI-5G", "ai") == ["ai"]
    assert found("AI5G", "ai", "5g") == ["ai", "5g"]
    assert found("email", "ai") == found("openai", "ai") == found("aix", "ai") == []


def test_a_number_is_not_found_inside_another() -> None:
    """85911248 is not in 185911248; 5 is not in 15%."""
    assert found("电话85911248是哪", "85911248") == ["85911248"]
    assert found("0532-85911248", "85911248", "053285911248") == ["053285911248", "85911248"]
    assert found("185911248", "5911248", "85911248") == []
    assert found("15%", "5") == []


def test_chinese_words_are_found_anywhere() -> None:
    """Chinese has no spaces: a word is found inside a longer one and over dropped punctuation."""
    assert found("搞技改，补贴", "技改", "改补") == ["技改", "改补"]


def test_halves_of_two_characters_are_none() -> None:
    """The bytes of 兒 stand inside those of 䍑剃; the character does not."""
    assert "兒".encode("utf-16-be") in "䍑剃".encode("utf-16-be")
    assert found("䍑剃", "兒") == []


def test_a_text_of_one_word_is_whole() -> None:
    """The ends of the text are ends of words."""
    assert whole(Folded("ai", frozenset()), 0, 2)


def test_a_text_is_looked_at_up_to_a_bound() -> None:
    """What lies behind the first LONGEST characters is not searched."""
    matcher = Matcher([("技改", 1)])
    assert len(list(matcher.find("改" * (LONGEST - 2) + "技改"))) == 1
    assert list(matcher.find("改" * (LONGEST - 1) + "技改")) == []


def test_a_word_has_one_value() -> None:
    """The later value of a word stands; the empty word is none."""
    matcher = Matcher([("技改", 1), ("技改", 2), ("", 3)])
    assert matcher.size == 1
    assert list(matcher.find("技改")) == [(0, 2, 2)]


def test_an_empty_dictionary_finds_nothing() -> None:
    """Without words there is nothing to find."""
    matcher: Matcher[int] = Matcher([])
    assert list(matcher.find("技改")) == list(matcher.find_whole(fold("技改"))) == []


@given(st.sets(st.text(st.sampled_from("aino"), min_size=1, max_size=5), max_size=8), st.text(st.sampled_from("aino")))
def test_letters_are_found_as_words_are(words: set[str], text: str) -> None:
    """Where dictionary and text are of Latin letters, it finds what a Matcher finds, in the same order."""
    listed = sorted(words)
    letters = Letters("".join(listed), list(accumulate(map(len, listed), initial=0)), listed)
    assert letters.find(text) == list(Matcher((word, word) for word in listed).find(text))
