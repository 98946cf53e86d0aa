"""What a text says before anything is ranked: its words, what is asked, what is left as the matter."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dictionary.vocabulary import CURATED
from bot.question import PARTED, SOUNDED, Question, every_word, heard, read
from tests.small import small_corpus


def question(text: str, *, by_sound: bool = False) -> Question:
    """A text, read with the small corpus."""
    return read(text, small_corpus().index, by_sound=by_sound)


def matter(text: str) -> str:
    """The characters that carry the matter."""
    read_ = question(text)
    return "".join(read_.folded.text[place] for place in read_.matter)


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("技改找谁", "intent", ("contact",)),
        ("技改能补多少，电话？", "intent", ("amount", "contact")),
        ("崂山的技改配套", "district", ("崂山区",)),
        ("0532-85911248是哪", "phone", ("85911248",)),
        ("市工信局投资处", "unit", ("市工信局投资处",)),
        ("《青政发〔2024〕11号》", "paper", ("city",)),
        ("q91-10讲什么", "id", ("q91-10",)),
        ("汇编里有吗", "source", ("q91",)),
        ("鼓勵技術改造", "title", ("鼓励技术改造",)),
        ("随便", "intent", ()),
    ],
)
def test_names_are_read_in_the_order_they_are_said(text: str, kind: str, values: tuple[str, ...]) -> None:
    """In any script, width or punctuation; what is not said is not read."""
    assert question(text).named(kind) == values


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("请问我们的技改找谁", "技改"),
        ("崂山技改500万能补多少", "技改"),
        ("2026年12月31日技改", "技改"),
        ("2026-12-31技改", "技改"),
        ("请问", ""),
        ("", ""),
        ("😀！", ""),
    ],
)
def test_the_matter_is_what_says_neither_how_nor_where(text: str, left: str) -> None:
    """Fillers, asking words, places, dates and sums are not of the matter."""
    assert matter(text) == left


def test_the_longest_word_is_taken() -> None:
    """技改配套 is one word, not 技改 and two characters; its parts are still evidence."""
    read_ = question("技改配套")
    assert [hit.entry.word for hit in read_.chosen] == ["技改配套"]
    assert {"技改", "技改配套"} <= {hit.entry.word for hit in read_.hits}
    assert [hit.entry.word for hit in question("技改配套装").chosen] == ["技改配套"]
    assert [hit.entry.word for hit in question("买设备用电源").chosen] == ["备用电源"]


def test_what_names_a_whole_set_is_no_residue() -> None:
    """The unit and the paper are of the matter, and not what is looked for in them."""
    read_ = question("投资处的技改")
    assert "".join(read_.folded.text[place] for place in read_.residue) == "技改"
    assert set(read_.residue) < set(read_.matter)


def test_elsewhere_is_another_place_without_one_of_ours() -> None:
    """北京 alone is elsewhere; 北京 and 崂山 is about ours."""
    assert question("北京技改").elsewhere
    assert not question("北京公司在崂山技改").elsewhere
    assert not question("技改").elsewhere


def test_figures_are_read_beside_words() -> None:
    """Sums from the folded text, days and years from the text as typed."""
    read_ = question("2025年技改投了1,200万元，2026-12-31前能报吗")
    assert [found.yuan for found in read_.sums] == [12_000_000]
    assert read_.days == (date(2026, 12, 31),)
    assert read_.years == (2025, 2026)
    assert question("2024 500万").years == (2024,)
    assert [found.yuan for found in question("2024 500万").sums] == [5_000_000]


def test_sound_is_tried_only_when_asked_for() -> None:
    """欢心设备 and huanxinshebei are nothing as written, and 换新设备 by their sound, the homophone for less."""
    for text, factor in (("欢心设备", SOUNDED), ("huanxinshebei", 1.0)):
        assert "换新设备" not in [hit.entry.word for hit in question(text).hits]
        heard = {hit.entry.word: hit.factor for hit in question(text, by_sound=True).chosen}
        assert heard["换新设备"] == factor


@pytest.mark.parametrize(
    "text", ["欢心设备", "huanxinshebei", "技改", "欢心设备，换新设备", "", "技改huanxin设备", "备勇电源"]
)
def test_a_text_is_heard_as_it_is_read_by_its_sound(text: str) -> None:
    """And where nothing sounds like a word but the words themselves, it is not read again."""
    index = small_corpus().index
    once, again = read(text, index), read(text, index, by_sound=True)
    more = {(hit.start, hit.end, hit.entry.word) for hit in again.found}
    more -= {(hit.start, hit.end, hit.entry.word) for hit in once.found}
    assert heard(once, index) == (again if more else None)
    assert every_word(once, index) == again.found
    if not more:
        assert (again.chosen, again.labels, again.signs) == (once.chosen, once.labels, once.signs)


def test_a_particle_does_not_part_a_word() -> None:
    """换了新设备 is 换新设备, for a little less; the particle belongs to the word's place."""
    (hit,) = (hit for hit in question("换了新设备").chosen if hit.entry.word == "换新设备")
    assert (hit.start, hit.end, hit.factor) == (0, 5, PARTED)


@pytest.mark.parametrize("text", ["换3台新设备", "换了三套新设备", "换两三台新设备"])
def test_a_count_does_not_part_a_word(text: str) -> None:
    """How many there are is no part of what they are."""
    assert "换新设备" in [hit.entry.word for hit in question(text).chosen]


def test_clauses_are_parted_by_punctuation() -> None:
    """Each clause has its own matter."""
    read_ = question("技改，首台套")
    assert ["".join(read_.folded.text[place] for place in clause) for clause in read_.clauses if clause] == [
        "技改",
        "首台套",
    ]


@pytest.mark.parametrize("text", ["email", "xai", "aix"])
def test_a_latin_word_is_not_cut(text: str) -> None:
    """AI芯片 is not found by the ai of another word."""
    assert not [hit for hit in question(f"{text}芯片").hits if hit.entry.word == "ai芯片"]


@given(
    st.text(st.sampled_from("请问的技改配套首台崂山北京找谁了500万1.2w，。 aijZ𠀀"), max_size=30)
    | st.text(max_size=40),
    st.booleans(),
)
def test_any_text_can_be_read(text: str, by_sound: bool) -> None:
    """Every character has one label, chosen words do not lie over each other, and matter is a part of the text."""
    read_ = question(text, by_sound=by_sound)
    size = len(read_.folded.text)
    assert len(read_.labels) == size
    end = 0
    for hit in read_.chosen:
        assert end <= hit.start < hit.end <= size
        end = hit.end
        assert hit.entry.meanings or hit.entry.strength == CURATED
    assert all(0 <= hit.start < hit.end <= size for hit in read_.hits)
    assert set(read_.residue) <= set(read_.matter) <= set(range(size))
    assert {place for clause in read_.clauses for place in clause} == set(read_.matter)
