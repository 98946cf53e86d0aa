"""Tables: what is wrong is told in its place, and nothing is taken in part."""

from __future__ import annotations

import pytest

from bot.importers.kinds import read_file
from bot.importers.reading import Block, Fault, Line, Place, Reading, Row
from bot.importers.tables import read_table
from tests.bot.importers.samples import HEAD, the_shape

SHAPE = the_shape()
RIGHT = (
    "1",
    "鼓励技改",
    "按投资的12%给予奖补。",
    "关于印发某措施的通知（某发〔2024〕1号）",
    "至2026年12月31日",
    "市工信局科技处 85911216",
)


def row(n: int = 1, /, **changed: str) -> tuple[str, ...]:
    """A row that is right, but for what is changed by the name of its column."""
    names = ("number", "title", "wording", "basis", "validity", "units")
    values = dict(zip(names, RIGHT, strict=True)) | {"number": str(n)} | changed
    return tuple(values[name] for name in names)


def sheet(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Reading:
    """A reading of these rows below a head."""
    return read_file("\n".join("\t".join(cells) for cells in (head, *rows)).encode(), SHAPE)


def told(fault: Fault) -> tuple[str, int, str, str]:
    """A fault with the line and the column it is in."""
    return fault.code, fault.place.line, fault.place.column, fault.found


def test_a_row_is_an_item() -> None:
    """With all that its columns say."""
    (item,) = sheet(row()).items
    assert (item.number, item.title, item.wording) == (1, "鼓励技改", "按投资的12%给予奖补。")
    assert item.place == Place(line=2)


@pytest.mark.parametrize(
    ("changed", "code", "column", "found"),
    [
        ({"title": ""}, "cell_empty", "政策要点", ""),
        ({"basis": ""}, "cell_empty", "政策依据", ""),
        ({"units": ""}, "cell_empty", "责任处（科）室", ""),
        ({"number": "甲"}, "number_unreadable", "序号", "甲"),
        ({"validity": "三年"}, "validity_unreadable", "政策时限", "三年"),
        ({"validity": "至2026年2月30日"}, "no_such_day", "政策时限", "2026年2月30日"),
        ({"units": "科技处 8591"}, "phone_unreadable", "责任处（科）室", "8591"),
        ({"units": "科技处 859112"}, "phone_unreadable", "责任处（科）室", "859112"),
        ({"wording": "#REF!"}, "cell_broken", "支持政策", "#REF!"),
    ],
)
def test_a_wrong_cell_is_told_in_its_place(changed: dict[str, str], code: str, column: str, found: str) -> None:
    """Line, column, what stands there; the rows beside it are still read, and nothing may be stored."""
    reading = sheet(row(1), row(2, **changed), row(3))
    assert [told(fault) for fault in reading.faults] == [(code, 3, column, found)]
    assert [item.number for item in reading.items] == [1, 3]
    assert not reading.is_whole


def test_every_wrong_cell_is_told_at_once() -> None:
    """So that a person mends them in one go."""
    faults = sheet(row(1, title="", validity="三年"), row(2, units="")).faults
    assert [(fault.code, fault.place.line) for fault in faults] == [
        ("cell_empty", 2),
        ("validity_unreadable", 2),
        ("cell_empty", 3),
    ]


def test_an_empty_validity_is_none() -> None:
    """The paper may state no day; that is no fault."""
    (item,) = sheet(row(validity="")).items
    assert item.period is not None
    assert (item.period.start, item.period.end) == (None, None)


def test_a_missing_column_is_told_with_the_nearest() -> None:
    """What was found in its stead is named, once for the table."""
    reading = sheet(row(), row(2), head=("序号", "政策要点", "支持政策", "政策根据", "政策时限", "责任处（科）室"))
    (fault,) = reading.faults
    assert (fault.code, fault.found, fault.expected, fault.place.line) == ("column_missing", "政策根据", "政策依据", 1)
    assert reading.items == ()


def test_columns_may_stand_in_any_order_and_by_other_names() -> None:
    """Their names tell them apart, in either width, with line breaks or without."""
    head = ("责任单位", "有效期", "文件依据", "政策内容", "政策名称", "编 号")
    (item,) = sheet(tuple(reversed(RIGHT)), head=head).items
    assert (item.number, item.desks[0].phone) == (1, "85911216")
    assert sheet(row(), head=(*HEAD[:5], "责任处(科)室")).is_whole


def test_a_column_twice_is_told() -> None:
    """Which of the two is meant is not guessed at."""
    faults = sheet((*row(), "x"), head=(*HEAD, "责任单位")).faults
    assert [(fault.code, fault.found) for fault in faults] == [("column_twice", "责任单位")]


def test_a_column_that_means_nothing_is_left_out() -> None:
    """And said to be."""
    reading = sheet((*row(), "x"), head=(*HEAD, "备注"))
    assert reading.is_whole
    assert [(hint.code, hint.found) for hint in reading.hints] == [("column_unknown", "备注")]


def test_a_number_stands_once() -> None:
    """The second of two is told, at its own line."""
    faults = sheet(row(1), row(2), row(1)).faults
    assert [told(fault) for fault in faults] == [("number_repeated", 4, "序号", "1")]


def test_what_a_heading_counts_must_be_there() -> None:
    """Fewer items than it says is a fault, since one may have been overlooked; more is a hint."""
    assert [(f.code, f.found, f.expected) for f in sheet(("一、市级政策（3条政策）",), row(1), row(2)).faults] == [
        ("count_differs", "2", "3")
    ]
    more = sheet(("一、市级政策（1条政策）",), row(1), row(2))
    assert more.is_whole
    assert [hint.code for hint in more.hints] == ["count_differs"]


def test_what_is_no_row_is_said_once() -> None:
    """A note under the table is told; a title that comes again on every page is not."""
    reading = sheet(("某市汇编",), row(1), ("某市汇编",), HEAD, ("注：以文件为准",), row(2), ("第 3 页",))
    assert reading.is_whole
    assert [(hint.code, hint.found, hint.place.line) for hint in reading.hints] == [("left_out", "注：以文件为准", 6)]


def test_headings_between_rows() -> None:
    """Chapters and sections hold for what follows, a new chapter ends the section."""
    reading = sheet(("一、甲章",), ("1. 甲节",), row(1), ("2.乙节",), row(2), ("二、乙章（1条）",), row(3))
    assert [(item.chapter, item.section) for item in reading.items] == [
        ("甲章", "甲节"),
        ("甲章", "乙节"),
        ("乙章", ""),
    ]


def cut(number: str, *, at: int) -> tuple[Row, Row]:
    """A row that a page break cuts, its number on the first or the second side."""
    first, second = RIGHT[2][:at], RIGHT[2][at:]
    above = ("", "鼓励", first, RIGHT[3], "至2026年12月", RIGHT[5].partition(" ")[0])
    below = ("", "技改", second, "", "31日", RIGHT[5].partition(" ")[2])
    numbers = (number, "") if number != "later" else ("", "1")
    return (
        Row(cells=(numbers[0], *above[1:]), place=Place(page=1, row=9), wrapped=True),
        Row(cells=(numbers[1], *below[1:]), place=Place(page=2, row=2), wrapped=True),
    )


@pytest.mark.parametrize("number", ["1", "later"])
def test_a_row_goes_on_on_the_next_page(number: str) -> None:
    """What a page break cut is one item, on whichever side its number is."""
    head = Row(cells=HEAD, place=Place(page=1, row=1))
    again = Row(cells=HEAD, place=Place(page=2, row=1))
    first, second = cut(number, at=5)
    blocks: list[Block] = [head, first, Line(text="某市汇编", place=Place(page=2, line=1)), again, second]
    items, faults, _ = read_table(blocks, SHAPE)
    assert faults == []
    assert [(i.title, i.wording, i.desks[0].phone) for i in items] == [("鼓励技改", RIGHT[2], "85911216")]
    assert items[0].period is not None
    assert items[0].period.end is not None


def test_a_file_without_end_is_not_read_to_it() -> None:
    """Too many rows are refused; the faults that are told are few enough to read."""
    assert "too_many_rows" in {fault.code for fault in sheet(*(row(n) for n in range(1, 2003))).faults}
    assert len(sheet(*(row(n, title="") for n in range(1, 999))).faults) <= 202


def test_a_head_that_loses_its_numbers_on_the_next_page() -> None:
    """Pages whose heads differ are told apart, and no row is taken for the rest of another."""
    head = Row(cells=HEAD, place=Place(page=1, row=1))
    other = Row(cells=("", *HEAD[1:]), place=Place(page=2, row=1))
    rows = [Row(cells=RIGHT, place=Place(page=page, row=2), wrapped=True) for page in (1, 2, 3)]
    _, faults, _ = read_table([other, rows[1], head, rows[2]], SHAPE)
    assert {fault.code for fault in faults} == {"column_missing"}
    items, faults, _ = read_table([head, rows[0], other, rows[1]], SHAPE)
    assert ([item.number for item in items], [fault.code for fault in faults]) == ([1], ["column_missing"])
