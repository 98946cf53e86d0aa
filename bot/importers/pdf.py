"""PDF documents: the cells of drawn tables and the lines outside of them; heads, feet and numbers of pages dropped."""

from __future__ import annotations

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.errors import FileRefused
from bot.importers.grid import Glyph, Grid, Stroke, lines
from bot.importers.reading import LONGEST_TEXT, MOST_ROWS, Block, Line, Place, Progress, Row
from bot.importers.shape import Shape
from bot.importers.streams import check_streams

MOST_PAGES = 300
MOST_GLYPHS = 30_000  # of one page; a full page of small print has 4,000
MOST_STROKES = 8_000  # of one page
MOST_OBJECTS = 50_000
MOST_SEGMENTS = 2_000  # of one path
DEEPEST = 4  # drawings within drawings
THIN = 3.0  # points: a box that is as thin is a line
SHORTEST = 4.0  # points of a line
EDGE = 2  # lines at the top and the bottom of a page that may be its head and foot
HALF = 0.5  # of the pages, on which a line must come again to be one
DIGITS = re.compile(r"\d+")
LOCK = threading.Lock()  # the library keeps state of its own for the whole process, and is not safe for two threads


@dataclass
class Page:
    """What a page has: the rows of its tables and its lines, each with its height on it."""

    rows: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    lines: list[tuple[float, str]] = field(default_factory=list)


def read_pdf(data: bytes, shape: Shape, progress: Progress) -> Iterator[Block]:
    """Rows and lines from the first page to the last."""
    check_streams(data)
    with LOCK:
        pages = _pages(data, progress)
    if not any(page.rows or page.lines for page in pages):
        raise FileRefused("no_text")
    running = _running(pages)
    for number, page in enumerate(pages, 1):
        blocks: list[tuple[float, str | tuple[str, ...]]] = [*page.rows]
        blocks += [line for n, line in enumerate(page.lines) if not _is_running(page, n, running, shape)]
        for count, (_, content) in enumerate(sorted(blocks, key=lambda block: -block[0]), 1):
            if isinstance(content, str):
                yield Line(text=content, place=Place(page=number, line=count), gap=count == 1)
            else:
                yield Row(cells=content, place=Place(page=number, row=count), wrapped=True)


def _running(pages: list[Page]) -> frozenset[str]:
    """What stands at the edge of most pages, whatever the numbers in it."""
    counts = Counter(shapeless for page in pages for shapeless in {_shapeless(page.lines[n][1]) for n in _edge(page)})
    return frozenset(text for text, count in counts.items() if count > 1 and count >= HALF * len(pages))


def _edge(page: Page) -> list[int]:
    many = len(page.lines)
    return sorted({*range(min(EDGE, many)), *range(max(0, many - EDGE), many)})


def _shapeless(text: str) -> str:
    return DIGITS.sub("#", text.replace(" ", ""))


def _is_running(page: Page, n: int, running: frozenset[str], shape: Shape) -> bool:
    text = page.lines[n][1]
    return n in _edge(page) and (_shapeless(text) in running or bool(shape.headings.page.match(text)))


def _pages(data: bytes, progress: Progress) -> list[Page]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise FileRefused("encrypted" if "password" in str(error).lower() else "damaged") from error
    try:
        many = len(document)
        if many > MOST_PAGES:
            raise FileRefused("too_many_pages", found=str(many), expected=str(MOST_PAGES))
        pages: list[Page] = []
        letters = rows = 0
        for number in range(many):
            pages.append(_page(document, number))
            letters += sum(len(text) for _, text in pages[-1].lines)
            letters += sum(len(cell) for _, cells in pages[-1].rows for cell in cells)
            rows += len(pages[-1].rows)
            if letters > LONGEST_TEXT or rows > MOST_ROWS:
                raise FileRefused("too_long", expected=str(LONGEST_TEXT))
            progress(number + 1, many)
        return pages
    finally:
        document.close()


def _page(document: Any, number: int) -> Page:
    page = document[number]
    try:
        turned = _turn(page)
        upright, level = _strokes(page, turned)
        glyphs = list(_glyphs(page, turned))
    finally:
        page.close()
    if len(upright) < 2 or len(level) < 2:
        return Page(lines=list(lines(glyphs)))
    bands, outside = Grid(upright, level).rows(glyphs)
    return Page(rows=[(band.y, band.cells) for band in bands], lines=list(lines(outside)))


@dataclass(frozen=True)
class Turn:
    """How a page is turned for reading: by quarters, clockwise, as its file says."""

    quarters: int

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page stands as it is read."""
        return [(x, y), (y, -x), (-x, -y), (-y, x)][self.quarters]

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """A box, turned: its left, bottom, right and top."""
        (a, b), (c, d) = self(left, bottom), self(right, top)
        return min(a, c), min(b, d), max(a, c), max(b, d)


def _turn(page: Any) -> Turn:
    return Turn((page.get_rotation() // 90) % 4)


def _glyphs(page: Any, turned: Turn) -> Iterator[Glyph]:
    """The characters of a page that somebody wrote: not the spaces and breaks that the library guesses."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    try:
        many = text.count_chars()
        if many > MOST_GLYPHS:
            raise FileRefused("too_long", found=str(many), expected=str(MOST_GLYPHS))
        for n in range(many):
            code = raw.FPDFText_GetUnicode(text, n)
            if not code or raw.FPDFText_IsGenerated(text, n) == 1 or 0xD800 <= code < 0xE000 or code >= 0x110000:
                continue
            char = chr(code)
            if not char.isprintable() or not char.strip():
                char = " " if char.isspace() else ""
            if char:
                left, bottom, right, top = turned.box(*text.get_charbox(n, loose=True))
                yield Glyph(char, (left + right) / 2, (bottom + top) / 2, left, right, max(top - bottom, 1.0))
    finally:
        text.close()


def _strokes(page: Any, turned: Turn) -> tuple[list[Stroke], list[Stroke]]:
    """The upright and the level lines of a page, those among them that are drawn as thin boxes."""
    import pypdfium2.raw as raw

    upright: list[Stroke] = []
    level: list[Stroke] = []
    for count, drawn in enumerate(page.get_objects(max_depth=DEEPEST)):
        if count > MOST_OBJECTS:
            raise FileRefused("bomb", found=str(count), expected=str(MOST_OBJECTS))
        if drawn.type != raw.FPDF_PAGEOBJ_PATH:
            continue
        for (x1, y1), (x2, y2) in _edges(drawn, raw):
            left, bottom, right, top = turned.box(x1, y1, x2, y2)
            if right - left <= THIN and top - bottom >= SHORTEST:
                upright.append(Stroke((left + right) / 2, bottom, top))
            elif top - bottom <= THIN and right - left >= SHORTEST:
                level.append(Stroke((bottom + top) / 2, left, right))
        if len(upright) + len(level) > MOST_STROKES:
            raise FileRefused("bomb", found=str(MOST_STROKES), expected=str(MOST_STROKES))
    return upright, level


def _edges(drawn: Any, raw: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight edges of a path, where they stand on the page."""
    matrix, around = drawn.get_matrix(), drawn.container
    while around is not None:  # a form: a drawing within the drawing
        matrix, around = matrix.multiply(around.get_matrix()), around.container
    begun = before = None
    for n in range(min(MOST_SEGMENTS, raw.FPDFPath_CountSegments(drawn))):
        segment = raw.FPDFPath_GetPathSegment(drawn, n)
        x, y = ctypes.c_float(), ctypes.c_float()
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begun = point
        elif kind == raw.FPDF_SEGMENT_LINETO and before is not None:
            yield before, point
        if begun is not None and raw.FPDFPathSegment_GetClose(segment):
            yield point, begun
        before = point
