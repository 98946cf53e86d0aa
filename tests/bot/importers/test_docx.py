"""Word documents: tables and paragraphs as a reader sees them, and what a reader could not agree on refused."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from bot.importers.kinds import read_file
from bot.importers.reading import Place, Reading
from tests.bot.importers.samples import HEAD, the_shape
from tests.bot.importers.test_prose import ONE, TWO
from tests.bot.importers.test_tables import row

SHAPE = the_shape()


def read(document: Any) -> Reading:
    """The reading of a document."""
    out = io.BytesIO()
    document.save(out)
    return read_file(out.getvalue(), SHAPE)


def table(document: Any, *rows: tuple[str, ...]) -> Any:
    """A table with these rows."""
    added = document.add_table(rows=0, cols=6)
    for cells in rows:
        for cell, text in zip(added.add_row().cells, cells, strict=True):
            cell.text = text
    return added


def test_tables_go_on_after_each_other() -> None:
    """A heading between two tables is one for the second; its head need not come again."""
    document = docx.Document()
    table(document, HEAD, row(1))
    document.add_paragraph("2. 乙节")
    table(document, row(2))
    reading = read(document)
    assert [(item.number, item.section, item.place) for item in reading.items] == [
        (1, "", Place(table=1, row=2)),
        (2, "乙节", Place(table=2, row=1)),
    ]


def test_paragraphs_know_their_place() -> None:
    """And a break within one begins a line."""
    document = docx.Document()
    document.add_paragraph("一、甲章")
    document.add_paragraph(f"{ONE}\n{TWO}")
    reading = read(document)
    assert reading.faults == ()
    assert [(item.number, item.place.paragraph) for item in reading.items] == [(1, 2), (2, 2)]


def test_tracked_changes_must_be_decided_first() -> None:
    """What somebody inserted and nobody accepted is neither in the text nor out of it."""
    document = docx.Document()
    paragraph = document.add_paragraph("一、甲章")
    inserted = OxmlElement("w:ins")
    inserted.append(paragraph.add_run("新")._r)
    paragraph._p.append(inserted)
    assert [fault.code for fault in read(document).faults] == ["tracked_changes"]


def test_numbers_that_are_not_in_the_text_are_told() -> None:
    """Word counts such paragraphs itself: what it shows before them stands nowhere in the file."""
    document = docx.Document()
    document.add_paragraph("一、甲章")
    paragraph = document.add_paragraph(ONE.removeprefix("1. "))
    numbered = OxmlElement("w:numPr")
    paragraph._p.get_or_add_pPr().append(numbered)
    (fault,) = read(document).faults
    assert (fault.code, fault.found[:2]) == ("automatic_numbers", "按照")


def test_links_boxes_and_controls() -> None:
    """The words of a link and of a field for content belong to the text, those of a box beside it do not."""
    document = docx.Document()
    paragraph = document.add_paragraph("一、")
    link, box, text = OxmlElement("w:hyperlink"), OxmlElement("w:txbxContent"), OxmlElement("w:sdt")
    link.append(paragraph.add_run("甲章")._r)
    box.append(paragraph.add_run("广告")._r)
    paragraph._p.append(link)
    paragraph._p.append(box)
    content = OxmlElement("w:sdtContent")
    content.append(document.add_paragraph(ONE)._p)
    text.append(content)
    document.element.body.insert(1, text)
    reading = read(document)
    assert [(item.number, item.chapter) for item in reading.items] == [(1, "甲章")]


def test_a_span_that_lies_is_bounded() -> None:
    """A cell that claims a million columns is refused."""
    document = docx.Document()
    added = table(document, HEAD, row(1))
    span = OxmlElement("w:gridSpan")
    span.set(qn("w:val"), "99999")
    added.rows[1].cells[0]._tc.get_or_add_tcPr().append(span)
    assert [fault.code for fault in read(document).faults] == ["too_many_columns"]
