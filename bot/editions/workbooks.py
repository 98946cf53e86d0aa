"""Tables written as Excel workbooks: every cell is a text, none is ever run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # which a workbook cannot hold
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_NAME = 31  # characters of the name of a sheet


def workbook(name: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> bytes:
    """A workbook of one sheet: a head that stays in sight, columns of these widths in characters."""
    import openpyxl  # 60 ms, once somebody asks
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\']", "", name)[:LONGEST_NAME] or "1"
    top, bold = Alignment(vertical="top", wrap_text=True), Font(bold=True)
    for number, texts in enumerate((head, *rows), 1):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row=number, column=column)
            cell.value = UNPRINTABLE.sub("", text)
            cell.data_type = "s"  # openpyxl takes what begins with = for a formula
            cell.quotePrefix = text.startswith(FORMULA)  # and stays a text where somebody edits it
            cell.alignment = top
            if number == 1:
                cell.font = bold
    for column, width in enumerate(widths):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column + 1)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
