"""Words found by their sound: typed with other characters, or in Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.characters import syllable
from bot.chinese import fold
from bot.dictionary.sounds import Sounds
from bot.dictionary.vocabulary import CURATED
from bot.matcher import LONGEST
from tests.corpus import the_corpus

WORDS = ("专精特新", "技改", "小巨人", "建材", "荐才", "首台套", "5g全连接工厂", "ai")
SOUNDS = Sounds(((word, number) for number, word in enumerate(WORDS)), WORDS)


def heard(text: str) -> list[str]:
    """The words of the same sound as a part of a typed text."""
    return [word for _, _, word in SOUNDS.heard(fold(text))]


def typed(text: str) -> list[tuple[int, int, str]]:
    """The words whose pinyin a typed text has."""
    return sorted(SOUNDS.typed(fold(text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("专精特薪怎么报", ["专精特新"]),
        ("砖京特心", ["专精特新"]),
        ("小拒人", ["小巨人"]),
        ("手台套", ["首台套"]),
        ("搜台套", ["首台套"]),  # sh and s, as many speak
        ("5g全联接工厂", ["5g全连接工厂"]),
        ("计改", []),  # two syllables have too many homophones
        ("专精", []),
        ("15g全联接工厂", []),  # a number would be cut in two
        ("", []),
    ],
)
def test_words_are_heard_through_other_characters(text: str, words: list[str]) -> None:
    """Three syllables or more are recognised, with the initials that many do not tell apart."""
    assert heard(text) == words


def test_pinyin_that_tiles_a_run_is_read() -> None:
    """Words one behind the other are found with their places; every word of the same sound is."""
    assert typed("jigai") == [(0, 5, "技改")]
    assert typed("请问zhuanjingtexin JIGAI怎么办") == [(2, 16, "专精特新"), (16, 21, "技改")]
    assert typed("xiaojurenjigai") == [(0, 9, "小巨人"), (9, 14, "技改")]
    assert [word for _, _, word in typed("jiancai")] == ["建材", "荐才"]


@pytest.mark.parametrize("text", ["jigaix", "xjigai", "jiga", "hello", "ai", "", "技改"])
def test_latin_letters_that_pinyin_does_not_tile_are_left_alone(text: str) -> None:
    """One letter too many or too few, an English word, a word that is Latin itself: nothing."""
    assert typed(text) == []


@given(st.text(st.characters(categories=["Lo", "Nd"]), max_size=12))
def test_a_sound_that_no_word_has_matches_nothing(text: str) -> None:
    """What is heard has, syllable for syllable, the sound of the word that is given back."""
    known = {syllable(char) for word in WORDS for char in word}
    folded = fold(text)
    for start, end, word in SOUNDS.heard(folded):
        assert end - start == len(word)
        assert any(syllable(char) in known for char in folded.text[start:end])


@given(st.text(st.sampled_from("jigaxorentsuhz 技改"), max_size=40))
def test_what_is_typed_is_spelled_so(text: str) -> None:
    """A word found by its letters stands there letter for letter."""
    folded = fold(text)
    for start, end, word in SOUNDS.typed(folded):
        assert folded.text[start:end] == "".join(map(syllable, word))


def test_a_long_text_is_bounded() -> None:
    """A message far longer than any real one is neither slow nor wrong."""
    places = [end for _, end, _ in SOUNDS.heard(fold("专精特薪" * LONGEST))]
    assert len(places) == LONGEST // 4
    assert max(places) == LONGEST
    assert list(SOUNDS.typed(fold("jigai" * LONGEST))) == []  # its end is out of sight, so it is not tiled


def test_no_words_no_sounds() -> None:
    """An empty dictionary hears nothing."""
    empty: Sounds[str] = Sounds([], ())
    assert list(empty.heard(fold("专精特新"))) == list(empty.typed(fold("jigai"))) == []


def test_every_word_of_the_corpus_is_heard_as_itself() -> None:
    """A curated word of three characters or more is found by its own sound, at its own place."""
    index = the_corpus().index
    curated = [e for e in index.entries if e.strength == CURATED and len(e.word) >= 3 and not e.word.isascii()]
    assert len(curated) > 500
    for entry in curated:
        found = {(start, end, other.word) for start, end, other in index.sounds.heard(fold(entry.word))}
        assert (0, len(entry.word), entry.word) in found


@pytest.mark.parametrize("text", ["充电zhuang", "chong电桩", "装chongdian桩", "充dianzhuang"])
def test_a_word_half_in_latin_letters(text: str) -> None:
    """Characters and typed syllables make one word together, and the whole of it is found."""
    sounds = Sounds([("充电桩", 0)], ["pile"])
    found = list(sounds.heard(fold(text)))
    assert [value for _, _, value in found] == ["pile"]
    start, end, _ = found[0]
    assert text[start:end].startswith(("充", "chong"))
    assert text[start:end].endswith(("桩", "zhuang"))


@given(st.text(st.sampled_from("充电zhuangx "), max_size=60))
def test_any_mixture_is_read_within_its_bounds(text: str) -> None:
    """Whatever is mixed, what is found lies inside the text."""
    folded = fold(text)
    for start, end, _ in Sounds([("充电桩", 0)], ["pile"]).heard(folded):
        assert 0 <= start < end <= len(folded.text)
