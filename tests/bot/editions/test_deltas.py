"""Differences are told by field, items by name, texts by word, and nothing else is told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.editions.deltas import ADDED, CHANGED, MOVED, REMOVED, SAME, Delta, compare, words

RATE = {"kind": "rate", "name": "技改补助", "percent": 12.0, "cap_year": 6_000_000}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[tuple[str, ...], str, Any, Any]]:
    """The differences in short."""
    return [(delta.path, delta.kind, delta.before, delta.after) for delta in compare(before, after)]


def test_fields_come_go_and_change() -> None:
    """Each with what it was and is, in the order of the fields."""
    before, after = {"a": 1, "b": "x", "c": True}, {"a": 2, "c": True, "d": "2027-01-01"}
    assert told(before, after) == [
        (("a",), CHANGED, 1, 2),
        (("b",), REMOVED, "x", None),
        (("d",), ADDED, None, "2027-01-01"),
    ]


def test_items_of_a_list_come_and_go() -> None:
    """Those that stay are not told; another order is."""
    assert told({"keywords": ["a", "b", "c"]}, {"keywords": ["a", "d", "c"]}) == [
        (("keywords",), REMOVED, ["b"], None),
        (("keywords",), ADDED, None, ["d"]),
    ]
    assert told({"keywords": ["a", "b"]}, {"keywords": ["b", "a"]}) == [(("keywords",), MOVED, ["a", "b"], ["b", "a"])]
    assert told({}, {"keywords": ["a"]}) == [(("keywords",), ADDED, None, ["a"])]
    assert told({"keywords": ["a"]}, {}) == [(("keywords",), REMOVED, ["a"], None)]


def test_records_are_told_apart_by_their_names() -> None:
    """A figure within a benefit is told with the benefit's name, wherever it stands in the list."""
    other = {"kind": "fixed", "name": "奖励", "amount": 1}
    assert told({"benefits": [RATE, other]}, {"benefits": [{**RATE, "percent": 15.0}, other]}) == [
        (("benefits", "技改补助", "percent"), CHANGED, 12.0, 15.0)
    ]
    assert told({"benefits": [RATE]}, {"benefits": [RATE, other]}) == [(("benefits",), ADDED, None, [other])]


def test_two_records_of_one_name_stay_two() -> None:
    """The second of a name is held against the second."""
    two = [{"unit": "甲", "phone": "1"}, {"unit": "甲", "phone": "2"}]
    assert told({"contacts": two}, {"contacts": [two[0], {"unit": "甲", "phone": "3"}]})[0][0][:2] == (
        "contacts",
        "甲 (2)",
    )


class Counted(str):
    """A word that counts how often it is looked up among others."""

    looked_up = 0

    def __hash__(self) -> int:
        """The hash of the word."""
        Counted.looked_up += 1
        return super().__hash__()

    def __str__(self) -> str:
        """Itself, so that what is made of it counts on."""
        return self

    def __format__(self, form: str) -> str:
        """A numbered one counts as often as a bare one."""
        Counted.looked_up += 1
        return super().__format__(form)


def test_a_word_that_stands_often_costs_no_more() -> None:
    """Of a list of equal words each is looked up a few times, however many stand before it."""
    Counted.looked_up = 0
    (came,) = compare({"keywords": []}, {"keywords": [Counted("a") for _ in range(400)]})
    assert came.after == ["a"] * 400
    assert Counted.looked_up < 400 * 10


def test_a_name_that_looks_numbered_keeps_its_place() -> None:
    """Two of a name and one that is called as the second would be are three."""
    assert told({"keywords": []}, {"keywords": ["a", "a (2)", "a", "a"]}) == [
        (("keywords",), ADDED, None, ["a", "a (2)", "a", "a"])
    ]


def test_long_texts_of_equal_lines_are_not_laid_over_each_other() -> None:
    """What they share at both ends is the same; between, where any line could match any, one replaces the other."""
    before = "head\n" + "a\nb\n" * 2000 + "tail"
    after = "head\n" + "b\na\nc\n" * 2000 + "tail"
    assert [kind for kind, _ in words(before, after)] == [SAME, REMOVED, ADDED, SAME]
    assert "".join(text for kind, text in words(before, after) if kind != ADDED) == before
    assert "".join(text for kind, text in words(before, after) if kind != REMOVED) == after


def test_a_text_is_told_by_its_words() -> None:
    """Numbers are words, other characters stand alone."""
    (delta,) = compare({"summary": "最多600万元，分期给"}, {"summary": "最多800万元，分期给"})
    assert delta.words == ((SAME, "最多"), (REMOVED, "600"), (ADDED, "800"), (SAME, "万元，分期给"))


values = st.one_of(st.text(max_size=5), st.integers(1, 5), st.lists(st.text("ab", max_size=2), max_size=4))
bodies = st.dictionaries(st.sampled_from("pqrs"), values, max_size=4)


@given(bodies)
def test_nothing_changed_says_nothing(body: dict[str, Any]) -> None:
    """A body held against itself has no difference."""
    assert list(compare(body, dict(body))) == []


@given(bodies, bodies)
def test_any_difference_is_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Bodies that differ have a difference at every field that does, save that an empty list is none."""
    fields = {key for key in (*before, *after) if (before.get(key) or None) != (after.get(key) or None)}
    found: list[Delta] = list(compare(before, after))
    assert fields <= {delta.field for delta in found}


@given(st.text("ab1 ，", max_size=30), st.text("ab1 ，", max_size=30))
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    """What is the same with what is gone is the old text, with what came the new one."""
    pieces = list(words(before, after))
    assert "".join(text for kind, text in pieces if kind != ADDED) == before
    assert "".join(text for kind, text in pieces if kind != REMOVED) == after
