"""Wordings laid over each other, and their figures."""

from __future__ import annotations

from bot.console.wordings import Segment, pieces, segments
from bot.editions.deltas import ADDED, REMOVED, SAME
from bot.importers.figures import candidates
from tests.bot.importers.samples import the_shape


def texts(found: tuple[Segment, ...], *kinds: str) -> str:
    """The text of the segments of some kinds."""
    return "".join(one.text for one in found if one.kind in kinds)


def test_both_texts_can_be_read_off() -> None:
    """Same and removed pieces are the old text, same and added ones the new; figures are whole where they stand."""
    old, new = "给予一次性奖励100万元，每年最高50万元。", "给予奖励200万元，每年最高不超过60万元。"
    figures = candidates(new, the_shape())
    found = segments(old, new, figures)
    assert texts(found, SAME, REMOVED) == old
    assert texts(found, SAME, ADDED) == new
    marked = "".join(one.text for one in found if one.figure)
    assert marked == "200万元60万元"
    assert {one.figure for one in found if one.figure} == set(figures)
    assert not any(one.figure for one in found if one.kind == REMOVED)


def test_a_text_that_is_new_altogether_has_nothing_added() -> None:
    """It is shown as it is."""
    assert list(pieces("", "新文")) == [(SAME, "新文")]
    assert list(pieces("文", "文")) == [(SAME, "文")]
    assert list(pieces("文", "")) == [(REMOVED, "文")]


def test_a_long_text_is_compared_by_sentences_first() -> None:
    """So that a page of many does not wait; within a sentence that changed still word by word."""
    sentences = [f"第{n}款，给予奖励{n}万元，按照有关规定执行。" for n in range(400)]
    old = "".join(sentences)
    sentences[200] = sentences[200].replace("200万元", "250万元")
    new = "".join(sentences)
    found = list(pieces(old, new))
    assert [piece for piece in found if piece[0] != SAME] == [(REMOVED, "200"), (ADDED, "250")]
    assert "".join(text for kind, text in found if kind != REMOVED) == new
