"""A table with a head, as the compendium is one: rows that are items, headings between them, heads that come again."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import msgspec

from bot.chinese import numeral
from bot.importers.fields import Unclear, desks_of, number_of, papers_of, period_of
from bot.importers.reading import (
    MOST_FAULTS,
    MOST_ITEMS,
    Block,
    Fault,
    Item,
    Place,
    Row,
    joined,
    shown,
    squeezed,
    unwrapped,
)
from bot.importers.shape import COLUMNS, KNOWN_ENOUGH, Shape, plain

T = TypeVar("T")
HEAD = 40  # rows in which a head is looked for
LONGEST_NAME = 40  # characters of the name of a column, with its line breaks
LONGEST_HEADING = 120
CLOSE = 0.6  # how alike a cell must be to some name for its row to be called the nearest to a head
NEAR = 0.4  # how alike the name of a column must be to be called the nearest
BROKEN = ("#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")  # what a spreadsheet shows for errors


@dataclass
class Entry:
    """A row that is an item, before its cells are read: by column, with the headings above it; `page` where it ends."""

    cells: dict[str, str]
    place: Place
    chapter: str
    section: str
    wrapped: bool
    page: int = 0


@dataclass
class Table:
    """What has been read of a table so far."""

    shape: Shape
    columns: dict[str, int] = field(default_factory=dict)
    chapter: str = ""
    section: str = ""
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    hints: list[Fault] = field(default_factory=list)
    said: dict[tuple[str, str], tuple[int, Place]] = field(default_factory=dict)  # how many a heading says it has
    left: dict[str, tuple[int, Place]] = field(default_factory=dict)  # what is no row and no heading, and how often


def is_head(block: Block, shape: Shape) -> bool:
    """Whether a row names the columns of a table."""
    return isinstance(block, Row) and len(known_columns(block.cells, shape)) >= KNOWN_ENOUGH


def known_columns(cells: Sequence[str], shape: Shape) -> set[str]:
    """The columns that cells name."""
    return {shape.names[name] for cell in cells if len(cell) <= LONGEST_NAME and (name := plain(cell)) in shape.names}


def nearest_head(blocks: Iterable[Block], shape: Shape) -> tuple[Place, str]:
    """The row that comes nearest to a head, for a table that has none: where it stands and what it says."""
    names = list(shape.names)
    best, where, said = 0, Place(), ""
    for row in islice((block for block in blocks if isinstance(block, Row)), HEAD):
        near = sum(
            bool(difflib.get_close_matches(plain(cell), names, n=1, cutoff=CLOSE))
            for cell in row.cells
            if len(cell) <= LONGEST_NAME
        )
        if near > best:
            best, where, said = near, row.place, shown(" ".join(cell for cell in row.cells if cell))
    return where, said


def read_table(blocks: Iterable[Block], shape: Shape) -> tuple[list[Item], list[Fault], list[Fault]]:
    """The items of a table, its faults and its hints."""
    table = Table(shape)
    for block in blocks:
        if len(table.entries) > MOST_ITEMS or len(table.faults) > MOST_FAULTS:
            table.faults.append(Fault(code="too_many_rows", place=block.place, expected=str(MOST_ITEMS)))
            break
        _take(table, block)
    items = [item for entry in table.entries if (item := _item(table, entry))]
    _check_numbers(table, items)
    if not table.faults:
        _check_counts(table, items)
    for text, (times, place) in table.left.items():
        if times == 1:  # what comes again is the head or foot of a page
            table.hints.append(Fault(code="left_out", place=place, found=shown(text)))
    return items, table.faults[:MOST_FAULTS], table.hints[:MOST_FAULTS]


def _take(table: Table, block: Block) -> None:
    cells = block.cells if isinstance(block, Row) else (block.text,)
    texts = list(dict.fromkeys(text for cell in cells if (text := unwrapped(cell).strip())))
    if not texts:
        return
    if is_head(block, table.shape):
        _take_head(table, block)
    elif not table.columns:
        _leave(table, texts, block.place)
    elif isinstance(block, Row) and _goes_on(table, block):
        _continue(table.entries[-1], _by_column(table, block), block.place.page)
    elif len(texts) == 1 and not _is_number(texts[0], table.shape):
        if not _take_heading(table, texts[0], block.place):
            _leave(table, texts, block.place)
    elif isinstance(block, Row):
        table.entries.append(
            Entry(_by_column(table, block), block.place, table.chapter, table.section, block.wrapped, block.place.page)
        )


def _leave(table: Table, texts: list[str], place: Place) -> None:
    for text in texts:
        times, first = table.left.get(text, (0, place))
        table.left[text] = (times + 1, first)
        if count := table.shape.headings.count.search(text[-LONGEST_HEADING:]):
            table.said.setdefault(("", ""), (int(count[1]), place))


def _is_number(text: str, shape: Shape) -> bool:
    return shape.items.number.match(squeezed(text)) is not None


def _take_head(table: Table, block: Block) -> None:
    """The columns a head names; every one must be there once."""
    assert isinstance(block, Row)
    columns: dict[str, int] = {}
    strange: list[str] = []
    for place, cell in enumerate(block.cells):
        column = table.shape.names.get(plain(cell[:LONGEST_NAME]), "")
        if column and column in columns and cell != block.cells[columns[column]]:
            table.faults.append(Fault(code="column_twice", place=block.place, found=shown(cell)))
        elif column:
            columns.setdefault(column, place)
        elif plain(cell):
            strange.append(unwrapped(cell[:LONGEST_NAME]).strip())
    known = table.columns or columns
    for column in (column for column in COLUMNS if column not in columns and (column in known or not table.columns)):
        expected = table.shape.columns[column][0]
        near = difflib.get_close_matches(plain(expected), strange, n=1, cutoff=NEAR) or strange[:1]
        table.faults.append(Fault(code="column_missing", place=block.place, found="".join(near), expected=expected))
    if not table.columns:
        table.hints += [Fault(code="column_unknown", place=block.place, found=shown(name)) for name in strange]
    table.columns = columns


def _by_column(table: Table, row: Row) -> dict[str, str]:
    return {column: row.cells[n] if n < len(row.cells) else "" for column, n in table.columns.items()}


def _goes_on(table: Table, row: Row) -> bool:
    """Whether it is the rest of a row that a page break cut: first on a new page, the number on one side alone."""
    if not (row.place.page and table.entries and table.entries[-1].page < row.place.page):
        return False
    number = table.columns.get("number", len(row.cells))
    if number >= len(row.cells):
        return False
    return not row.cells[number].strip() or not table.entries[-1].cells.get("number", "?").strip()


def _continue(entry: Entry, rest: dict[str, str], page: int) -> None:
    for column, text in rest.items():
        separator = "\n" if column == "units" and text.strip() else ""
        before = entry.cells.get(column, "")
        entry.cells[column] = f"{before}{separator}{text}" if separator else joined(before, unwrapped(text))
    entry.page = page


def _take_heading(table: Table, text: str, place: Place) -> bool:
    headings = table.shape.headings
    if len(text) > LONGEST_HEADING:
        return False
    if headings.page.match(text):
        return True
    count = headings.count.search(text)
    bare = text[: count.start()].rstrip() if count else text
    if match := headings.chapter.match(bare):
        if numeral(match[1]) is None:
            return False
        table.chapter, table.section = match[2].strip(), ""
    elif match := headings.section.match(bare):
        table.section = match[2].strip()
    else:
        return False
    if count:
        table.said[table.chapter, table.section] = (int(count[1]), place)
    return True


def _item(table: Table, entry: Entry) -> Item | None:
    """The item of a row, or None with the faults told."""
    shape = table.shape

    def read(column: str, how: Callable[[str, Shape], T], *, empty: bool = False) -> T | None:
        text = entry.cells.get(column, "").strip()
        place = msgspec.structs.replace(entry.place, column=shape.columns[column][0])
        try:
            if column not in entry.cells:
                return None  # was told for the head
            if text.startswith(BROKEN):
                raise Unclear("cell_broken", text)
            if not text and not empty:
                raise Unclear("cell_empty")
            return how(text, shape)
        except Unclear as unclear:
            expected = shape.columns[column][0]
            table.faults.append(Fault(code=unclear.code, place=place, found=shown(unclear.found), expected=expected))
            return None

    number = read("number", number_of)
    title = read("title", lambda text, _: unwrapped(text))
    wording = read("wording", lambda text, _: unwrapped(text) if entry.wrapped else text, empty=True)
    basis = read("basis", papers_of)
    period = read("validity", lambda text, shape: period_of(unwrapped(text), shape), empty=True)
    desks = read("units", desks_of)
    if wording is None or not (number and title and basis and period and desks):
        return None  # of each of these a fault was told
    return Item(
        number=number,
        title=title,
        wording=wording,
        basis=basis,
        period=period,
        desks=desks,
        chapter=entry.chapter,
        section=entry.section,
        place=entry.place,
    )


def _check_numbers(table: Table, items: list[Item]) -> None:
    """A number stands for one item."""
    seen: dict[int, Item] = {}
    for item in items:
        if seen.setdefault(item.number, item) is not item:
            place = msgspec.structs.replace(item.place, column=table.shape.columns["number"][0])
            table.faults.append(Fault(code="number_repeated", place=place, found=str(item.number)))


def _check_counts(table: Table, items: list[Item]) -> None:
    """What headings say of how many there are is held against what was read."""
    chapters = Counter(item.chapter for item in items)
    sections = Counter((item.chapter, item.section) for item in items)
    for (chapter, section), (count, place) in table.said.items():
        read = sections[chapter, section] if section else chapters[chapter] if chapter else len(items)
        told = Fault(code="count_differs", place=place, found=str(read), expected=str(count))
        if read < count:  # what is missing may have been overlooked, and nothing is imported in part
            table.faults.append(told)
        elif read > count:
            table.hints.append(told)
