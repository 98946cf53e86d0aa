"""The samples as office programs keep them: workbooks, documents, and pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

import docx
import openpyxl
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tests.bot.importers.samples import DIGEST_TITLE, HEAD, PAGE, TITLE, Line, compendium, digest, wrapped

FONT = "STSong-Light"  # every reader of PDF has its characters: nothing needs to be embedded
SIZE, LEADING = 9.0, 13.0  # points
WIDTHS = (30.0, 90.0, 330.0, 150.0, 70.0, 110.0)  # of the columns
LEFT, TOP, BOTTOM = 30.0, 545.0, 45.0


def runs(lines: list[Line], column: int) -> Iterator[tuple[int, int]]:
    """The first and last of lines next to each other that say the same in a column, where there are several."""
    for text, group in groupby(range(len(lines)), key=lambda n: lines[n].cells[column : column + 1]):
        span = list(group)
        if text and len(span) > 1:
            yield span[0], span[-1]


def compendium_xlsx() -> bytes:
    """A workbook: a title over all columns, headings over all, papers and days merged down, a sheet of notes beside."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "政策汇编"
    sheet.append([TITLE])
    sheet.merge_cells("A1:F1")
    sheet.append(["序号", "政策要点", "支持政策", "政策\n依据", "政策时限", "责任处\n（科）室"])
    lines = compendium()
    for row, line in enumerate(lines, 3):
        sheet.append([line.heading] if line.heading else [int(line.cells[0]), *line.cells[1:]])
        if line.heading:
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)
    for column in (3, 4):
        for first, last in runs(lines, column):
            sheet.merge_cells(start_row=first + 3, end_row=last + 3, start_column=column + 1, end_column=column + 1)
    book.create_sheet("说明").append(["本表由各处室核对"])
    hidden = book.create_sheet("旧版")
    hidden.append(HEAD)
    hidden.append(["1", "旧政策", "旧内容", "旧文件（青旧〔2019〕1号）", "至2020年12月31日", "旧处 80000000"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def compendium_docx() -> bytes:
    """A document: a table for each page, with its head again, sections over all columns, papers merged down."""
    document = docx.Document()
    document.add_heading(TITLE)
    table: Any = None
    lines: list[Line] = []
    count = 0
    for line in [*compendium(), Line()]:
        if table is None or (count % PAGE == 0 and line.cells) or line == Line():
            if table is not None:
                _merge(table, lines)
            if line == Line():
                break
            document.add_paragraph(TITLE if count else "")
            table, lines = document.add_table(rows=1, cols=6), []
            for cell, name in zip(table.rows[0].cells, HEAD, strict=True):
                cell.text = name
        row = table.add_row()
        lines.append(line)
        if line.heading:
            row.cells[0].merge(row.cells[5]).text = line.heading
        for cell, text in zip(row.cells, line.cells, strict=False):
            cell.text = text
        count += bool(line.cells)
    return _saved(document)


def _merge(table: Any, lines: list[Line]) -> None:
    for first, last in runs(lines, 3):
        text = lines[first].cells[3]
        for n in range(first, last + 1):
            table.rows[n + 1].cells[3].text = ""
        table.rows[first + 1].cells[3].merge(table.rows[last + 1].cells[3]).text = text


def digest_docx() -> bytes:
    """A document of paragraphs, one for each item; bold beginnings make runs of them."""
    document = docx.Document()
    document.add_heading(DIGEST_TITLE)
    contents = document.add_table(rows=0, cols=2)
    for n, chapter in enumerate(digest(), 1):
        row = contents.add_row()
        row.cells[0].text, row.cells[1].text = chapter.heading, str(n)
    for chapter in digest():
        document.add_paragraph(chapter.heading)
        for text in filter(None, [chapter.opening, *chapter.items]):
            paragraph = document.add_paragraph()
            paragraph.add_run(text[:6]).bold = True
            paragraph.add_run(text[6:])
    return _saved(document)


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@cache
def _font() -> dict[str, float]:
    """The widths of the characters that are no full square, in squares."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return {chr(n): pdfmetrics.stringWidth(chr(n), FONT, 1) for n in range(32, 127)}


class Pages:
    """A canvas that begins a new page with the running head and ends it with its number."""

    def __init__(self, head: str, size: tuple[float, float], *, turned: bool = False) -> None:
        _font()
        self._out = io.BytesIO()
        self.width, self.height = size
        self.canvas = Canvas(self._out, pagesize=(size[1], size[0]) if turned else size, invariant=1)
        self._head, self._number, self._turned = head, 0, turned

    def begin(self) -> None:
        """A new page."""
        self.end()
        self._number += 1
        if self._turned:  # drawn upright on a page that its reader turns
            self.canvas.setPageRotation(90)
            self.canvas.translate(self.height, 0)
            self.canvas.rotate(90)
        self.canvas.setFont(FONT, SIZE)
        self.canvas.drawString(LEFT, self.height - 30, self._head)
        self.canvas.drawCentredString(self.width / 2, 20, f"— {self._number} —")

    def end(self) -> None:
        """The end of a page that was begun."""
        if self._number:
            self.canvas.showPage()

    def write(self, lines: list[str], x: float, y: float) -> None:
        """Lines below each other, the first one below y."""
        for n, line in enumerate(lines, 1):
            self.canvas.drawString(x, y - n * LEADING + 3, line)

    def saved(self) -> bytes:
        """The file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._out.getvalue()


def compendium_pdf(*, turned: bool = False) -> bytes:
    """Pages of a drawn table; a row that does not fit goes on on the next page, without its number."""
    pages, y = Pages(TITLE, landscape(A4), turned=turned), 0.0
    font = _font()
    for line in compendium():
        rest = [list(wrapped(c, (w - 6) / SIZE, font)) for c, w in zip(line.cells, WIDTHS, strict=False)]
        rest = rest or [[line.heading]]
        while any(rest):
            if y - 2 * LEADING < BOTTOM:
                pages.begin()
                y = draw(pages, [[name] for name in HEAD], TOP)
            room = int((y - BOTTOM) / LEADING)
            y = draw(pages, [lines[:room] for lines in rest], y)
            rest = [lines[room:] for lines in rest]
    return pages.saved()


def draw(pages: Pages, cells: list[list[str]], y: float) -> float:
    """A row with its lines around; where it ends."""
    height = LEADING * max(len(lines) for lines in cells) + 4
    widths = WIDTHS if len(cells) > 1 else (sum(WIDTHS),)
    x = LEFT
    for lines, width in zip(cells, widths, strict=True):
        pages.canvas.rect(x, y - height, width, height)
        pages.write(lines, x + 3, y)
        x += width
    return y - height


def digest_pdf() -> bytes:
    """Pages of lines, with a table of contents before them."""
    pages, y, font = Pages(DIGEST_TITLE, A4), 0.0, _font()
    texts = ["目录", *(f"{chapter.heading} …… {n}" for n, chapter in enumerate(digest(), 1))]
    texts += [text for chapter in digest() for text in (chapter.heading, chapter.opening, *chapter.items)]
    for text in texts:
        for line in wrapped(text, (A4[0] - 2 * LEFT) / SIZE, font):
            if y < BOTTOM + LEADING:
                pages.begin()
                y = A4[1] - 60
            pages.write([line], LEFT, y)
            y -= LEADING
    return pages.saved()
