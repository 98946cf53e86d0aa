"""What stands around a fault."""

from __future__ import annotations

from bot.importers.excerpts import LONGEST_BESIDE, LONGEST_HERE, Excerpt, excerpts
from bot.importers.reading import Block, Fault, Line, Place, Row
from tests.bot.importers.samples import HEAD, the_shape


def rows(sheet: str) -> list[Block]:
    """A table of three items with its head."""
    cells = [HEAD, *((str(n), "标题", "文" * 200, "依据", "至2026年12月31日", "单位") for n in range(1, 4))]
    return [Row(cells=tuple(row), place=Place(sheet=sheet, row=n)) for n, row in enumerate(cells, 1)]


def around(blocks: list[Block], **place: object) -> Excerpt:
    """What stands around one place."""
    fault = Fault(code="cell_empty", place=Place(**place))  # type: ignore[arg-type]
    (found,) = excerpts([fault], blocks, the_shape())
    return found


def test_the_row_is_shown_with_those_beside_it() -> None:
    """Under the head of its table, the cell meant, long texts cut."""
    found = around(rows("甲"), sheet="甲", row=3, column="政策时限")
    assert found.head == HEAD
    assert found.column == 4
    assert [(strip.place.row, strip.here) for strip in found.strips] == [(2, False), (3, True), (4, False)]
    assert len(found.strips[0].cells[2]) == LONGEST_BESIDE
    assert len(found.strips[1].cells[2]) == LONGEST_HERE
    meant = around(rows("甲"), sheet="甲", row=3, column="支持政策")
    assert len(meant.strips[1].cells[2]) == 200, "what is meant is there in full"
    first = around(rows("甲"), sheet="甲", row=2, column="序号")
    assert [strip.place.row for strip in first.strips] == [2, 3], "the head is not shown twice"


def test_a_head_of_another_sheet_is_none() -> None:
    """A row below no head of its own has none."""
    blocks = [*rows("甲"), Row(cells=("散", "的"), place=Place(sheet="乙", row=1))]
    assert around(blocks, sheet="乙", row=1).head == ()


def test_empty_columns_at_the_end_are_left_out() -> None:
    """A sheet may have more columns than anybody wrote in."""
    full = [row for row in rows("甲") if isinstance(row, Row)]
    blocks: list[Block] = [Row(cells=(*row.cells, "", ""), place=row.place) for row in full]
    found = around(blocks, sheet="甲", row=3, column="序号")
    assert {len(cells) for cells in (found.head, *(strip.cells for strip in found.strips))} == {6}


def test_a_fault_of_a_head_shows_the_head() -> None:
    """As the row that is meant."""
    found = around(rows("甲"), sheet="甲", row=1)
    assert (found.head, found.column) == ((), -1)
    assert [(strip.cells, strip.here) for strip in found.strips[:1]] == [(HEAD, True)]


def test_a_line_is_shown_with_those_beside_it() -> None:
    """Outside of tables there are no columns."""
    blocks: list[Block] = [Line(text=f"第{n}行", place=Place(line=n)) for n in range(1, 5)]
    found = around(blocks, line=1)
    assert [strip.cells for strip in found.strips] == [("第1行",), ("第2行",)]


def test_a_fault_of_the_whole_file_shows_nothing() -> None:
    """There is no place to show."""
    assert around(rows("甲")) == Excerpt()
