"""Numbered paragraphs: where each begins, where it ends, and what it rests on."""

from __future__ import annotations

import pytest

from bot.importers.kinds import read_file
from bot.importers.reading import Reading
from tests.bot.importers.samples import the_shape

SHAPE = the_shape()
ONE = "1. 按照某局《甲办法（甲发〔2023〕1号）》，给予10万元奖励（区工信局、区财政局）。"
TWO = "2.按照《甲办法》，给予最高\n20 万元奖励\n（区工信局）。"
OCEAN = "三、海洋发展\n按照某府《关于印发〈海洋政策〉的通知（海发〔2025〕9号）》，从两方面支持。"
THREE = "3 支持渔业发展。每吨补600元（超低温的除外）。(责任单位:市海洋局)另外奖励20万元。(责任单位:市财政局)"


def read(*lines: str) -> Reading:
    """A reading of these lines."""
    return read_file("\n".join(lines).encode(), SHAPE)


def test_paragraphs_are_items() -> None:
    """With chapter, papers and units; what a chapter opens with holds for its items."""
    reading = read("一、甲章", ONE, "", "二、乙章", TWO, OCEAN, THREE)
    assert reading.faults == ()
    one, two, three = reading.items
    assert [item.chapter for item in reading.items] == ["甲章", "乙章", "海洋发展"]
    assert [desk.unit for desk in one.desks] == ["区工信局", "区财政局"]
    assert two.wording == "按照《甲办法》，给予最高20 万元奖励（区工信局）。"
    assert two.basis == one.basis  # the number stands where the paper is named first
    assert (three.title, three.basis[0].title) == ("支持渔业发展", "海洋政策")
    assert [desk.unit for desk in three.desks] == ["市海洋局", "市财政局"]
    assert (one.title, one.period) == ("", None)


def test_a_number_at_the_beginning_of_a_line_need_not_begin_an_item() -> None:
    """A sum, a year, a list within the item: what does not count on from the last item is its text."""
    reading = read(
        "一、甲章",
        "1. 按照《甲办法（甲发〔2023〕1号）》，给予：",
        "1. 获奖的，",
        "20 万元至",
        "30 万元；",
        "2. 其他的，",
        "2025年起给予",
        "2 万元（区工信局）。",
        TWO,
    )
    assert reading.faults == ()
    assert [item.number for item in reading.items] == [1, 2]
    assert reading.items[0].wording.endswith("2. 其他的，2025年起给予2 万元（区工信局）。")


def test_a_table_of_contents_is_no_chapter() -> None:
    """Chapters are counted anew after it, and its dots and page numbers are not theirs."""
    reading = read("目录", "一、甲章……1", "二、乙章  2", "", "一、甲章", ONE, "二、乙章", TWO)
    assert [item.chapter for item in reading.items] == ["甲章", "乙章"]


@pytest.mark.parametrize(
    ("lines", "code", "found"),
    [
        ((ONE, TWO.replace("（区工信局）", "")), "units_missing", "万元奖励"),
        ((ONE, "2. 给予10万元奖励（区工信局）。"), "basis_missing", "给予10万元奖励"),
        ((ONE, TWO.replace("2.", "3.")), "number_skipped", "3"),
        ((ONE, TWO.replace("2.", "1.")), "number_repeated", "1"),
    ],
)
def test_what_is_wrong_is_told(lines: tuple[str, ...], code: str, found: str) -> None:
    """Each with the line that it begins on."""
    (fault,) = read("一、甲章", *lines).faults
    assert (fault.code, fault.place.line) == (code, 3)
    assert found in fault.found


def test_what_follows_the_last_item_is_left_out() -> None:
    """And said to be: it may be a remark of the paper, or an item whose number was forgotten."""
    reading = read("一、甲章", ONE, "", "有关内容请到某处查询。")
    assert reading.is_whole
    assert reading.items[0].wording.endswith("（区工信局、区财政局）。")
    assert [(hint.code, hint.found) for hint in reading.hints] == [("left_out", "有关内容请到某处查询。")]


def test_a_bracket_that_is_a_remark_names_nobody() -> None:
    """Only what reads like units is one; the last of them ends the item."""
    reading = read("一、甲章", ONE.replace("给予", "对先进企业（含新设企业）给予"))
    assert [desk.unit for desk in reading.items[0].desks] == ["区工信局", "区财政局"]


def test_a_text_without_end_is_refused() -> None:
    """An item that nothing closes is not read to the end of a long file; an introduction may be as long as it likes."""
    long = ["1. 甲" + "乙" * 200] * 300
    assert [fault.code for fault in read("一、甲章", *long).faults] == ["too_long"]
    assert read(*(["某市介绍" * 50] * 300), "一、甲章", ONE).is_whole
