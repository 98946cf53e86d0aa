"""What somebody may import, and what must be true of how it is read."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import docx
import openpyxl

from bot.importers.figures import candidates
from bot.importers.kinds import IMPORTERS, read_whole
from bot.importers.matching import compare
from bot.importers.reading import MOST_FAULTS, MOST_ITEMS, Reading
from bot.importers.shape import Shape
from tests.bot.importers.samples import HEAD, the_shape
from tests.small import small_corpus

ITEM = (
    "1",
    "鼓励技术改造",
    "按投资的12%给补助",
    "支持政策（青政发〔2024〕11号）",
    "至2026年12月31日",
    "投资处 85911248",
)
TYPES = "[Content_Types].xml"
SHARED = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">'
    b"<si><t>2</t></si></sst>"
)
SHARED_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
SHARED_ROW = b'<row r="3"><c r="A3" t="s"><v>0</v></c></row>'
SHEET_PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    TYPES,
)
WORD_PARTS = ("word/document.xml", "word/styles.xml", "_rels/.rels", "word/numbering.xml", TYPES)


@cache
def shape() -> Shape:
    """The shape that ships with the program."""
    return the_shape()


def read_any(data: bytes) -> None:
    """Any bytes at all, as their first characters have them read."""
    checked(data)


def read_workbook(data: bytes) -> None:
    """A workbook of which one part is anybody's: the checks of an archive are easily kept right."""
    checked(with_part(workbook(), SHEET_PARTS, data))


def read_document(data: bytes) -> None:
    """A Word document of which one part is anybody's."""
    checked(with_part(document(), WORD_PARTS, data))


def checked(data: bytes) -> Reading:
    """The reading of a file, once what must be true of it is."""
    reading, blocks = read_whole(data, shape())
    assert reading.items or reading.faults
    assert len(reading.items) <= MOST_ITEMS
    assert len(reading.faults) <= MOST_FAULTS
    assert reading.rows == len(blocks)
    assert reading.kind in ("", *IMPORTERS)
    assert all(fault.code for fault in (*reading.faults, *reading.hints))
    for item in reading.items:
        for candidate in candidates(item.wording, shape()):
            assert 0 <= candidate.start < candidate.end <= len(item.wording)
    if reading.is_whole:
        matches = compare(reading, small_corpus(), "q91", shape=shape()).matches
        assert len(matches) == len(reading.items)
    return reading


def with_part(parts: dict[str, bytes], names: tuple[str, ...], data: bytes) -> bytes:
    """An archive of these parts, of which the one that the first byte picks is the rest of the bytes."""
    chosen = {**parts, names[data[0] % len(names)]: data[1:]} if data else parts
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in chosen.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return out.getvalue()


@cache
def workbook() -> dict[str, bytes]:
    """The parts of a small workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append(ITEM)
    sheet.merge_cells("A4:B5")
    out = io.BytesIO()
    book.save(out)
    parts = parts_of(out.getvalue())
    parts["xl/sharedStrings.xml"] = SHARED  # as other programs keep their texts
    parts[TYPES] = parts[TYPES].replace(b"</Types>", SHARED_TYPE + b"</Types>")
    parts[SHEET_PARTS[0]] = parts[SHEET_PARTS[0]].replace(b"</sheetData>", SHARED_ROW + b"</sheetData>")
    return parts


@cache
def document() -> dict[str, bytes]:
    """The parts of a small Word document."""
    written = docx.Document()
    table = written.add_table(rows=2, cols=len(HEAD))
    for row, texts in zip(table.rows, (HEAD, ITEM), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    written.save(out)
    return parts_of(out.getvalue())


def parts_of(data: bytes) -> dict[str, bytes]:
    """What an archive holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
