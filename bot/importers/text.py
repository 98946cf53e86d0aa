"""Plain text: a table whose columns are set apart by tabs, or numbered paragraphs, as converters write them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import FileRefused
from bot.importers.encoding import decoded
from bot.importers.reading import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Block, Line, Place, Progress, Row
from bot.importers.shape import Shape

TAB = "\t"


def read_text(data: bytes, shape: Shape, progress: Progress) -> Iterator[Block]:
    """A row for each line with tabs, a line for each other."""
    lines = decoded(data).splitlines()
    if len(lines) > 4 * MOST_ROWS:
        raise FileRefused("too_many_rows", found=str(len(lines)), expected=str(4 * MOST_ROWS))
    gap = False
    for number, line in enumerate(lines, 1):
        progress(number, len(lines))
        if len(line) > LONGEST_CELL:
            raise FileRefused("too_long", found=line[:40], expected=str(LONGEST_CELL))
        if not line.strip():
            gap = True
            continue
        if TAB in line:
            cells = tuple(cell.strip() for cell in line.split(TAB))
            if len(cells) > MOST_COLUMNS:
                raise FileRefused("too_many_columns", found=str(len(cells)), expected=str(MOST_COLUMNS))
            yield Row(cells=cells, place=Place(line=number))
        else:
            yield Line(text=line.strip(), place=Place(line=number), gap=gap)
        gap = False
