"""Comma-separated values, whatever separates them: the head of the table tells which character does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from bot.errors import FileRefused
from bot.importers.encoding import decoded
from bot.importers.reading import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Block, Place, Progress, Row
from bot.importers.shape import KNOWN_ENOUGH, Shape
from bot.importers.tables import known_columns

DELIMITERS = (",", ";", "\t", "|")
HEAD = 40  # rows in which the head of the table must stand


def delimiter_of(text: str, shape: Shape) -> str:
    """The character between the values; empty where none makes a head of a table."""
    best, found = "", KNOWN_ENOUGH - 1
    for delimiter in DELIMITERS:
        try:
            rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEAD))
        except csv.Error:
            continue
        known = max((len(known_columns(row, shape)) for row in rows), default=0)
        if known > found:
            best, found = delimiter, known
    return best


def read_csv(data: bytes, shape: Shape, progress: Progress) -> Iterator[Block]:
    """The rows, each with the line it begins on."""
    text = decoded(data)
    total = text.count("\n") + 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text, shape) or ",", strict=True)
    line = full = 0
    try:
        for cells in reader:
            begun, line = line + 1, reader.line_num
            progress(min(line, total), total)
            if not any(cells):
                continue
            full += 1
            if full > MOST_ROWS:
                raise FileRefused("too_many_rows", expected=str(MOST_ROWS))
            if len(cells) > MOST_COLUMNS:
                raise FileRefused("too_many_columns", found=str(len(cells)), expected=str(MOST_COLUMNS))
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise FileRefused("too_long", found=max(cells, key=len)[:40], expected=str(LONGEST_CELL))
            yield Row(cells=tuple(cell.strip().replace("\r\n", "\n") for cell in cells), place=Place(line=begun))
    except csv.Error as error:
        raise FileRefused("quotes", found=str(line + 1)) from error
    progress(total, total)
