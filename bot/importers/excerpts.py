"""What stands around a fault in its file: the row it is in, those beside it, and the head of its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from bot.importers.reading import Block, Fault, Line, Place, Row, unwrapped
from bot.importers.shape import Shape, plain
from bot.importers.tables import is_head
from bot.policies import Record

BESIDE = 1  # rows before and after that are shown too
LONGEST_MEANT, LONGEST_HERE, LONGEST_BESIDE = 600, 90, 40  # characters that are shown of a cell


class Strip(Record, frozen=True, kw_only=True):
    """A row or line of the file as it stands there, long texts cut; `here` where it is the one meant."""

    place: Place
    cells: tuple[str, ...]
    here: bool = False


class Excerpt(Record, frozen=True, kw_only=True):
    """A piece of the file.

    head    the names of the columns, in a table
    strips  the rows or lines, in their order
    column  which cell is meant, counting from 0; -1 where it is the whole row
    """

    head: tuple[str, ...] = ()
    strips: tuple[Strip, ...] = ()
    column: int = -1


def excerpts(faults: Sequence[Fault], blocks: Sequence[Block], shape: Shape) -> tuple[Excerpt, ...]:
    """What stands around each of these; an empty one where a fault is of the whole file."""
    places = {block.place: number for number, block in reversed(tuple(enumerate(blocks)))}
    heads = [number for number, block in enumerate(blocks) if is_head(block, shape)]
    return tuple(_excerpt(fault, blocks, places, heads=heads, shape=shape) for fault in faults)


def _excerpt(
    fault: Fault, blocks: Sequence[Block], places: dict[Place, int], *, heads: Sequence[int], shape: Shape
) -> Excerpt:
    here = places.get(msgspec.structs.replace(fault.place, column=""))
    if here is None:
        return Excerpt()
    head = _head(max((number for number in heads if number <= here), default=-1), blocks[here], blocks)
    around = range(max(0, here - BESIDE), min(len(blocks), here + BESIDE + 1))
    column = next(_columns(fault.place.column, head, shape), -1) if fault.place.column else -1
    kept = [n for n in around if n == here or (n not in heads and _together(blocks[n], blocks[here]))]
    width = max(_width(cells) for cells in (head, *(_cells(blocks[number]) for number in kept)))
    return Excerpt(
        head=tuple(_cut(unwrapped(name), LONGEST_BESIDE) for name in head[:width]),
        strips=tuple(_strip(blocks[number], width, here=number == here, column=column) for number in kept),
        column=column,
    )


def _head(number: int, block: Block, blocks: Sequence[Block]) -> tuple[str, ...]:
    """The cells of the head above a row of a table; that of another sheet or table is none."""
    head = blocks[number] if number >= 0 else block
    if not isinstance(head, Row) or isinstance(block, Line) or head is block:
        return ()
    return head.cells if _together(head, block) else ()


def _together(one: Block, other: Block) -> bool:
    """Whether two blocks stand in one sheet or table."""
    return (one.place.sheet, one.place.table) == (other.place.sheet, other.place.table)


def _cells(block: Block) -> tuple[str, ...]:
    """The cells; one that is merged over all columns is one."""
    cells = block.cells if isinstance(block, Row) else (block.text,)
    return cells[:1] if cells[0] and len(set(cells)) == 1 else cells


def _width(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that says something."""
    return max((number for number, cell in enumerate(cells, 1) if cell), default=0)


def _columns(name: str, head: Sequence[str], shape: Shape) -> Iterator[int]:
    """Where the column stands that is called so in messages."""
    for place, cell in enumerate(head):
        column = shape.names.get(plain(cell), "")
        if column and shape.columns[column][0] == name:
            yield place


def _strip(block: Block, width: int, *, here: bool, column: int) -> Strip:
    whole = here and isinstance(block, Line)
    cells = tuple(
        _cut(cell, LONGEST_MEANT if whole or (here and number == column) else LONGEST_HERE if here else LONGEST_BESIDE)
        for number, cell in enumerate(_cells(block)[:width])
    )
    return Strip(place=block.place, cells=cells, here=here)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
