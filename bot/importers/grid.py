"""The cells of a drawn table: from the lines on a page to the boxes they make, merged ones whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.importers.reading import joined

NEAR = 2.5  # points within which two lines are one, as the two sides of a thin box are
PADDING = 8.0  # points that programs leave between the text and the line of a cell
MOST_ROWS = 400  # of one page
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Stroke:
    """A line along an axis: at `at` on the other axis, from `start` to `end`."""

    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Glyph:
    """A character with the middle of its box, its left and right, and its height."""

    char: str
    x: float
    y: float
    left: float
    right: float
    height: float


@dataclass(frozen=True)
class Band:
    """A row of a table on a page: where its middle is, and the text of each column's cell."""

    y: float
    cells: tuple[str, ...]


class Grid:
    """The boxes that upright and level strokes of a page make. Heights grow upwards, as a page's do."""

    def __init__(self, upright: Sequence[Stroke], level: Sequence[Stroke]) -> None:
        self.xs = levels(stroke.at for stroke in upright)[: MOST_COLUMNS + 1]
        level = [*level, *self._ends(upright)]
        self.ys = levels(stroke.at for stroke in level)[: MOST_ROWS + 1]
        self._walls = [self._standing(x, upright) for x in self.xs]
        self._floors = [self._standing(y, level) for y in self.ys]
        self._owner = self._merged()

    def _ends(self, upright: Sequence[Stroke]) -> Iterator[Stroke]:
        """Where upright strokes end, a table ends, though a page break left its last row open."""
        low = high = None
        for stroke in sorted(upright, key=lambda stroke: stroke.start):
            if low is None or high is None or stroke.start > high + NEAR:
                yield from self._across(low, high)
                low, high = stroke.start, stroke.end
            high = max(high, stroke.end)
        yield from self._across(low, high)

    def _across(self, *heights: float | None) -> Iterator[Stroke]:
        return (Stroke(height, self.xs[0], self.xs[-1]) for height in heights if height is not None)

    @staticmethod
    def _standing(at: float, strokes: Sequence[Stroke]) -> list[Stroke]:
        return [stroke for stroke in strokes if abs(stroke.at - at) <= NEAR]

    def _merged(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Which elementary box, by row and column, belongs to which: those with nothing drawn between are one."""
        owner: dict[tuple[int, int], tuple[int, int]] = {}
        for row, (low, high) in enumerate(pairwise(self.ys)):
            walls = [n for n, strokes in enumerate(self._walls) if _covers(strokes, (low + high) / 2)]
            for first, second in pairwise(walls):
                for column in range(first, second):
                    owner[row, column] = (row, first)
        for row, column in sorted(owner):
            below = (row - 1, column)
            middle = (self.xs[column] + self.xs[column + 1]) / 2
            if below in owner and not _covers(self._floors[row], middle):
                old, new = owner[row, column], owner[below]
                if old != new:
                    owner[row, column] = new
        return owner

    def rows(self, glyphs: Iterable[Glyph]) -> tuple[list[Band], list[Glyph]]:
        """The rows from top to bottom, a merged cell's text in each of its places, and the characters outside."""
        inside: dict[tuple[int, int], list[Glyph]] = {}
        outside: list[Glyph] = []
        for glyph in glyphs:
            box = (bisect_right(self.ys, glyph.y) - 1, bisect_right(self.xs, glyph.x) - 1)
            if box in self._owner:
                inside.setdefault(self._owner[box], []).append(glyph)
            else:
                outside.append(glyph)
        ends = {owner: self.xs[column + 1] for (_, column), owner in sorted(self._owner.items())}
        texts = {box: _cell(held, ends[box]) for box, held in inside.items()}
        bands = []
        for row in range(len(self.ys) - 2, -1, -1):
            boxes = [self._owner.get((row, column)) for column in range(len(self.xs) - 1)]
            cells = tuple(texts.get(box, "") if box else "" for box in boxes)
            if any(cells):
                bands.append(Band((self.ys[row] + self.ys[row + 1]) / 2, cells))
        return bands, outside


def _covers(strokes: Iterable[Stroke], at: float) -> bool:
    return any(stroke.start - NEAR <= at <= stroke.end + NEAR for stroke in strokes)


def levels(places: Iterable[float]) -> list[float]:
    """Places in their order, those that are as good as one taken together."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > NEAR:
            found.append(place)
    return found


def lines(glyphs: Iterable[Glyph]) -> Iterator[tuple[float, str]]:
    """The lines of text that characters stand in, from top to bottom, each with its height on the page."""
    for line in _lines(glyphs):
        yield line[0].y, _text(line)


def _lines(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.y):
        if line and line[0].y - glyph.y > max(line[0].height, glyph.height) / 2:
            yield line
            line = []
        line.append(glyph)
    if line:
        yield line


def _cell(glyphs: Iterable[Glyph], wall: float) -> str:
    """The text of a cell; a line that left no room for another character goes on in the next without a break."""
    text, full = "", False
    for line in _lines(glyphs):
        text = joined(text, _text(line)) if full or not text else f"{text}\n{_text(line)}"
        last = max(line, key=lambda glyph: glyph.right)
        full = wall - last.right < last.height + PADDING
    return text


def _text(line: list[Glyph]) -> str:
    """Characters from left to right, with a space where one was left free."""
    text = ""
    before: Glyph | None = None
    for glyph in sorted(line, key=lambda glyph: glyph.left):
        if before is not None and glyph.left - before.right > before.height and not text.endswith(" "):
            text += " "
        text += glyph.char
        before = glyph
    return text.strip()
