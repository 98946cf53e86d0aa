"""Excel workbooks (.xlsx): the values of all visible sheets, merged cells filled; formulas are never worked out."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from bot.chinese import day
from bot.errors import FileRefused
from bot.importers.archive import check_archive
from bot.importers.reading import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Block, Place, Progress, Row
from bot.importers.shape import Shape

MOST_SHEETS = 50
MOST_MERGES = 20_000
MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
NUMBERED = re.compile(rb'<(?:\w+:)?row\s[^>]{0,200}?\br="(\d{1,9})"')
VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)[\s>]")
LAST_ROW = 4 * MOST_ROWS  # below which nothing is looked for: a sheet's own empty rows take place too

Merges = dict[tuple[int, int], tuple[int, int]]  # a cell that shows another one's value: (row, column), from 1


def read_xlsx(data: bytes, shape: Shape, progress: Progress) -> Iterator[Block]:
    """The rows of the visible sheets, in their order."""
    check_archive(data)
    import openpyxl  # 60 ms, once somebody imports

    # data_only: a formula's value is the one that was saved with it. keep_links: another file is never looked at.
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets[:MOST_SHEETS] if sheet.sheet_state == "visible"]
        with zipfile.ZipFile(BytesIO(data)) as archive:
            # Openpyxl does not tell a sheet's merged cells where it reads row by row; its part of the archive does.
            parts = [archive.read(sheet._worksheet_path) for sheet in sheets]
        for part in parts:
            _check_end(part)
        total, done = sum(min(MOST_ROWS, len(ROW.findall(part))) for part in parts), 0
        for sheet, part in zip(sheets, parts, strict=True):
            for row in _rows(sheet, _merges(part)):
                done += 1
                progress(min(done, total), total)
                yield row
    finally:
        book.close()


def _rows(sheet: Any, merges: Merges) -> Iterator[Row]:
    sheet.reset_dimensions()  # what a file says of its size need not be true
    values: dict[tuple[int, int], str] = {}
    full = 0
    for number, cells in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS, values_only=True), 1):
        texts = []
        for column, value in enumerate(cells, 1):
            text = _text(value)
            source = merges.get((number, column))
            texts.append(values.get(source, "") if source else text)
            if text:
                values[number, column] = text
        if any(texts):
            full += 1
            if full > MOST_ROWS:
                raise FileRefused("too_many_rows", found=str(number), expected=str(MOST_ROWS))
            yield Row(cells=tuple(texts), place=Place(sheet=str(sheet.title), row=number))


def _check_end(part: bytes) -> None:
    """Refuse a sheet with values so far down that they would not be read."""
    for match in NUMBERED.finditer(part):
        if int(match[1]) > LAST_ROW:
            if VALUE.search(part, match.end()):
                raise FileRefused("too_many_rows", found=match[1].decode(), expected=str(LAST_ROW))
            return


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return day(value if not isinstance(value, datetime) else value.date())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    if len(text) > LONGEST_CELL:
        raise FileRefused("too_long", found=text[:40], expected=str(LONGEST_CELL))
    return text.replace("\r\n", "\n").replace("_x000D_", "").strip()


def _merges(part: bytes) -> Merges:
    """Which cells show the value of which other, within the size that is read."""
    merges: Merges = {}
    for match in MERGE.finditer(part):
        left, top, right, bottom = _column(match[1]), int(match[2]), _column(match[3]), int(match[4])
        for row in range(top, min(bottom, LAST_ROW) + 1):
            for column in range(left, min(right, MOST_COLUMNS) + 1):
                if (row, column) != (top, left):
                    merges[row, column] = (top, left)
                if len(merges) > MOST_MERGES:
                    raise FileRefused("bomb", found=str(len(merges)), expected=str(MOST_MERGES))
    return merges


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
