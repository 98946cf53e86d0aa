"""Workbooks: what a cell shows is read, what it would work out or fetch is not."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from bot.importers.kinds import read_file
from bot.importers.reading import MOST_ROWS, Place, Reading
from tests.bot.importers.samples import HEAD, the_shape
from tests.bot.importers.test_archive import rebuilt
from tests.bot.importers.test_tables import RIGHT, row

SHAPE = the_shape()


def book(*rows: Any, head: tuple[str, ...] = HEAD, **sheets: list[Any]) -> openpyxl.Workbook:
    """A workbook with these rows below a head, and further sheets."""
    made = openpyxl.Workbook()
    active: Any = made.active
    for cells in (head, *rows):
        active.append(cells)
    for name, lines in sheets.items():
        added = made.create_sheet(name)
        for cells in lines:
            added.append(cells)
    return made


def read(made: openpyxl.Workbook) -> Reading:
    """The reading of a workbook."""
    out = io.BytesIO()
    made.save(out)
    return read_file(out.getvalue(), SHAPE)


def test_numbers_and_days_are_read_as_they_are_shown() -> None:
    """A number is no 1.0; a bare day is asked about, since it may be the first or the last."""
    reading = read(book((1, *RIGHT[1:]), (2.0, *RIGHT[1:4], datetime(2026, 12, 31), RIGHT[5])))
    assert [item.number for item in reading.items] == [1]
    (fault,) = reading.faults
    assert (fault.code, fault.found) == ("validity_ambiguous", "2026年12月31日")
    assert fault.place == Place(sheet="Sheet", row=3, column="政策时限")


def test_formulas_are_not_worked_out() -> None:
    """A formula whose value was never saved is an empty cell, not its text and not a number."""
    reading = read(book(row(1, title='="技" & "改"'), row(2)))
    assert [(fault.code, fault.place.row) for fault in reading.faults] == [("cell_empty", 2)]


def test_every_visible_sheet_is_read() -> None:
    """Each with a head of its own; the hidden ones are left alone."""
    made = book(row(1), 第二批=[HEAD, row(2)], 隐藏=[HEAD, row(3)])
    made["隐藏"].sheet_state = "veryHidden"
    reading = read(made)
    assert [(item.number, item.place.sheet) for item in reading.items] == [(1, "Sheet"), (2, "第二批")]


def test_merged_cells_say_the_same_everywhere() -> None:
    """Downwards and across, and only as far as they are merged."""
    made = book(row(1), row(2, basis="", validity=""), row(3, basis=""))
    sheet: Any = made.active
    sheet.merge_cells("D2:D3")
    sheet.merge_cells("E2:E3")
    reading = read(made)
    assert [item.basis for item in reading.items] == [reading.items[0].basis] * 2
    assert reading.items[1].period is not None
    assert reading.items[1].period.end == date(2026, 12, 31)
    assert [(fault.code, fault.place.row, fault.place.column) for fault in reading.faults] == [
        ("cell_empty", 4, "政策依据")
    ]


def test_merging_without_end_is_refused() -> None:
    """A few bytes may not stand for a million cells."""
    out, part = io.BytesIO(), "xl/worksheets/sheet1.xml"
    book(row(1)).save(out)
    with zipfile.ZipFile(out) as archive:
        text = archive.read(part)
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="H1:BF1048576"/></mergeCells>'
    data = rebuilt(out.getvalue(), {part: text.replace(b"</sheetData>", merged)})
    assert [fault.code for fault in read_file(data, SHAPE).faults] == ["bomb"]


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    """A value far below is not reached over a million empty rows, and not passed over in silence."""
    made = book(row(1))
    sheet: Any = made.active
    sheet.row_dimensions[1_048_576].height = 20
    assert read(made).is_whole
    sheet.cell(row=1_048_576, column=1, value="x")
    assert [(fault.code, fault.found) for fault in read(made).faults] == [("too_many_rows", "1048576")]


def test_line_breaks_of_the_text_are_kept() -> None:
    """The official wording has its paragraphs; a title has none."""
    (item,) = read(book(row(1, wording="第一段。\n第二段。", title="鼓励\n技改"))).items
    assert (item.wording, item.title) == ("第一段。\n第二段。", "鼓励技改")


@pytest.mark.parametrize(
    ("cells", "code"), [([("x",)] * (MOST_ROWS + 1), "too_many_rows"), ([("字" * 30_000,)], "too_long")]
)
def test_too_much_is_refused(cells: list[Any], code: str) -> None:
    """Rows without end, a cell that holds a whole document."""
    assert [fault.code for fault in read(book(*cells)).faults] == [code]
