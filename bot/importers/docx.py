"""Word documents (.docx): tables with their merged cells filled, and paragraphs, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from bot.errors import FileRefused
from bot.importers.archive import check_archive
from bot.importers.reading import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Block, Line, Place, Progress, Row
from bot.importers.shape import Shape

NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WRAPPERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag"})  # stand around what they hold
CHANGES = ("ins", "del", "moveFrom", "moveTo")  # changes that somebody tracked and nobody decided on
DEEPEST = 20
MOST_CHILDREN = 8 * MOST_ROWS  # tables and paragraphs; more rows and lines than these are refused in any file


def read_docx(data: bytes, shape: Shape, progress: Progress) -> Iterator[Block]:
    """The rows of tables and the paragraphs between."""
    check_archive(data)
    import docx  # 150 ms, once somebody imports

    body = docx.Document(BytesIO(data)).element.body
    if next(body.iter(*(f"{NAMESPACE}{name}" for name in CHANGES)), None) is not None:
        raise FileRefused("tracked_changes")
    children = list(islice(_children(body, 0), MOST_CHILDREN + 1))
    if len(children) > MOST_CHILDREN:
        raise FileRefused("too_many_rows", expected=str(MOST_CHILDREN))
    tables = paragraphs = 0
    for done, child in enumerate(children, 1):
        progress(done, len(children))
        if _name(child) == "tbl":
            tables += 1
            yield from _rows(child, tables)
        elif _name(child) == "p":
            paragraphs += 1
            yield from _lines(child, paragraphs, shape)


def _lines(paragraph: Any, number: int, shape: Shape) -> Iterator[Line]:
    """A paragraph, cut where the text itself breaks a line."""
    text = _text(paragraph)
    counted = paragraph.find(f"{NAMESPACE}pPr/{NAMESPACE}numPr") is not None
    if counted and text and not shape.items.dotted.match(text) and not shape.headings.chapter.match(text):
        # Word counts such paragraphs itself: their numbers are nowhere in the file.
        raise FileRefused("automatic_numbers", found=text[:30])
    for part in text.split("\n"):
        if part.strip():
            yield Line(text=part.strip(), place=Place(paragraph=number), gap=True)


def _rows(table: Any, number: int) -> Iterator[Row]:
    above: list[str] = []
    for count, row in enumerate(_of(table, "tr"), 1):
        if count > MOST_ROWS:
            raise FileRefused("too_many_rows", expected=str(MOST_ROWS))
        cells: list[str] = []
        for cell in _of(row, "tc"):
            start, span, goes_on = len(cells), _span(cell), _goes_on(cell)
            text = "" if goes_on else _cell(cell)
            cells += [above[n] if goes_on and n < len(above) else text for n in range(start, start + span)]
            if len(cells) > MOST_COLUMNS:
                raise FileRefused("too_many_columns", expected=str(MOST_COLUMNS))
        above = cells
        yield Row(cells=tuple(cells), place=Place(table=number, row=count))


def _span(cell: Any) -> int:
    span = cell.find(f"{NAMESPACE}tcPr/{NAMESPACE}gridSpan")
    value = span.get(f"{NAMESPACE}val", "1") if span is not None else "1"
    return min(int(value), MOST_COLUMNS + 1) if value.isdecimal() and len(value) < 6 and int(value) else 1


def _goes_on(cell: Any) -> bool:
    """Whether it belongs to the cell above it."""
    merge = cell.find(f"{NAMESPACE}tcPr/{NAMESPACE}vMerge")
    return merge is not None and merge.get(f"{NAMESPACE}val", "continue") == "continue"


def _cell(cell: Any) -> str:
    text = "\n".join(_text(paragraph) for paragraph in _of(cell, "p"))
    if len(text) > LONGEST_CELL:
        raise FileRefused("too_long", found=text[:40], expected=str(LONGEST_CELL))
    return text.strip()


def _text(paragraph: Any) -> str:
    """The text of a paragraph with that of its links and fields; what a box beside it holds is no part of it."""
    pieces: list[str] = []
    for node in paragraph.iter(*(f"{NAMESPACE}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen"))):
        name = _name(node)
        if name == "tab" and _name(node.getparent()) != "r":
            continue  # a stop of the ruler
        if any(_name(parent) == "txbxContent" for parent in node.iterancestors()):
            continue
        is_break = name in ("br", "cr") and node.get(f"{NAMESPACE}type") in (None, "textWrapping")
        pieces.append(
            "\n" if is_break else "\t" if name == "tab" else "-" if name == "noBreakHyphen" else node.text or ""
        )
    return "".join(pieces)


def _of(parent: Any, name: str) -> Iterator[Any]:
    return (child for child in _children(parent, 0) if _name(child) == name)


def _children(parent: Any, depth: int) -> Iterator[Any]:
    """What an element holds, that of wrappers among it."""
    if depth > DEEPEST:
        raise FileRefused("damaged")
    for child in parent:
        if _name(child) in WRAPPERS:
            yield from _children(child, depth + 1)
        else:
            yield child


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
