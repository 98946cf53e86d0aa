"""Numbered paragraphs under chapters, as the digest is one: each begins with its number and ends with its desks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from bot.chinese import numeral
from bot.errors import FileRefused
from bot.importers.fields import Unclear, brackets, closing_units, opening_papers
from bot.importers.reading import (
    LONGEST_CELL,
    MOST_FAULTS,
    MOST_ITEMS,
    Basis,
    Block,
    Desk,
    Fault,
    Item,
    Line,
    Place,
    joined,
    shown,
)
from bot.importers.shape import Shape, plain

LONGEST_HEADING = 45  # characters
FULL = 0.85  # of the longest line: a heading as long as that may go on in the next
TAIL = 600  # characters at the end of a text in which brackets that name who answers must open
FARTHEST = 50  # a number that skips more than this is none


@dataclass
class Part:
    """An item being read, or, with number 0, what stands before the first item of a chapter.

    inner   the last number of a list within the item
    """

    number: int
    place: Place
    chapter: str
    text: str = ""
    inner: int = 0


@dataclass
class Prose:
    """What has been read of a text so far."""

    shape: Shape
    measure: int  # characters of the longest line
    parts: list[Part] = field(default_factory=list)
    chapter: str = ""
    chapters: int = 0  # the number of the last chapter
    heading: bool = False  # the last line was a heading that may go on
    expected: int = 0  # the number of the next item, once there was one
    faults: list[Fault] = field(default_factory=list)
    hints: list[Fault] = field(default_factory=list)
    given: dict[str, tuple[Basis, ...]] = field(default_factory=dict)  # the papers that a whole chapter rests on


def read_prose(blocks: Iterable[Block], shape: Shape) -> tuple[list[Item], list[Fault], list[Fault]]:
    """The items of a text, its faults and its hints."""
    lines = [block for block in blocks if isinstance(block, Line)]
    prose = Prose(shape, max((len(line.text.strip()) for line in lines), default=0))
    for line in lines:
        if len(prose.parts) > MOST_ITEMS:
            prose.faults.append(Fault(code="too_many_rows", place=line.place, expected=str(MOST_ITEMS)))
            break
        _take(prose, line)
    items = [item for part in prose.parts if (item := _item(prose, part))]
    return _with_numbers(items), prose.faults[:MOST_FAULTS], prose.hints[:MOST_FAULTS]


def _take(prose: Prose, line: Line) -> None:
    text, shape = line.text.strip(), prose.shape
    if not text or text.startswith(tuple(shape.items.marks)) or shape.headings.page.match(text):
        return
    if _take_chapter(prose, text):
        return
    number = _begun(prose, text, line.place)
    if number:
        pattern = shape.items.dotted if shape.items.dotted.match(text) else shape.items.bare
        prose.parts.append(Part(number, line.place, prose.chapter, pattern.sub("", text, count=1)))
        prose.expected = number + 1
    elif prose.heading and len(text) <= LONGEST_HEADING and not shape.basis.opening.match(text):
        prose.chapter += text
    elif prose.parts and prose.parts[-1].chapter == prose.chapter:
        _append(prose.parts[-1], text)
    else:
        prose.parts.append(Part(0, line.place, prose.chapter, text))
    prose.heading = False


def _append(part: Part, text: str) -> None:
    """More of a part; an item that has no end is refused, an introduction is cut short."""
    if len(part.text) <= LONGEST_CELL:
        part.text = joined(part.text, text)
    elif part.number:
        raise FileRefused("too_long", found=shown(part.text), expected=str(LONGEST_CELL))


def _take_chapter(prose: Prose, text: str) -> bool:
    """A chapter counts on from the one before, or anew after a table of contents."""
    if len(text) > 2 * LONGEST_HEADING:
        return False
    bare = prose.shape.headings.leader.sub("", text)
    match = prose.shape.headings.chapter.match(bare)
    if not match or len(bare) > LONGEST_HEADING or bare.endswith(tuple(prose.shape.items.stops.strip())):
        return False
    number = numeral(match[1])
    if number is None or number not in (1, prose.chapters + 1):
        return False
    prose.chapter, prose.chapters = match[2].strip(), int(number)
    prose.heading = len(text) >= FULL * prose.measure
    return True


def _begun(prose: Prose, text: str, place: Place) -> int:
    """The number of the item that a line begins, or 0; one out of turn is told, and taken where the last is closed."""
    shape, part = prose.shape, prose.parts[-1] if prose.parts else None
    is_open = part is not None and part.number > 0 and part.chapter == prose.chapter
    closed = not is_open or (part is not None and _ends_with_desks(part.text, shape))
    if match := shape.items.dotted.match(text):
        number = int(match[1])
    elif (match := shape.items.bare.match(text)) and int(match[1]) == prose.expected and closed:
        return prose.expected
    else:
        return 0
    if not closed and part is not None and (number == 1 or number == part.inner + 1 or number != prose.expected):
        part.inner = number
        return 0
    if prose.expected and number != prose.expected:
        if number > prose.expected + FARTHEST:
            return 0
        code = "number_skipped" if number > prose.expected else "number_repeated"
        prose.faults.append(Fault(code=code, place=place, found=str(number), expected=str(prose.expected)))
    return number


def _ends_with_desks(text: str, shape: Shape) -> bool:
    """Whether a text, as far as it was read, closes with the brackets of those who answer."""
    tail = text[-TAIL:].rstrip(shape.items.stops)
    spans = brackets(tail)
    return bool(spans) and spans[-1][1] == len(tail) and bool(_desks(tail, spans[-1], shape))


def _desks(text: str, span: tuple[int, int], shape: Shape) -> list[str]:
    return closing_units(text[span[0] + 1 : span[1] - 1], shape)


def _item(prose: Prose, part: Part) -> Item | None:
    """The item of a part, or None with what is wrong told; what a chapter opens with may give its papers."""
    shape = prose.shape
    try:
        if not part.number:
            _take_opening(prose, part)
            return None
        wording, desks = _closed(part, prose)
        papers = opening_papers(wording, shape) or prose.given.get(part.chapter, ())
        if not papers:
            raise Unclear("basis_missing", wording)
    except Unclear as unclear:
        prose.faults.append(Fault(code=unclear.code, place=part.place, found=shown(unclear.found)))
        return None
    title = shape.items.title.match(wording) if not shape.basis.opening.match(wording) else None
    return Item(
        number=part.number,
        title=title[1].strip() if title else "",
        wording=wording,
        basis=papers,
        desks=desks,
        chapter=part.chapter,
        place=part.place,
    )


def _take_opening(prose: Prose, part: Part) -> None:
    if papers := opening_papers(part.text, prose.shape):
        prose.given[part.chapter] = papers
    else:
        prose.hints.append(Fault(code="left_out", place=part.place, found=shown(part.text)))


def _closed(part: Part, prose: Prose) -> tuple[str, tuple[Desk, ...]]:
    """The text up to the last brackets that name who answers, and all who do; what follows is told as left out."""
    shape, text = prose.shape, part.text
    named = [(span, units) for span in brackets(text) if (units := _desks(text, span, shape))]
    marked = [(span, units) for span, units in named if shape.items.desks.match(text[span[0] + 1 : span[1]])]
    counted = marked or named[-1:]
    if not counted:
        raise Unclear("units_missing", text[-30:])
    end = counted[-1][0][1]
    rest = text[end:].lstrip(shape.items.stops)
    if rest:
        prose.hints.append(Fault(code="left_out", place=part.place, found=shown(rest)))
    wording = text[: len(text) - len(rest)].rstrip() if rest else text
    every = dict.fromkeys(unit for _, units in counted for unit in units)
    return wording, tuple(Desk(unit=unit) for unit in every)


def _with_numbers(items: list[Item]) -> list[Item]:
    """A paper that is named with its number once is the same where only its title stands."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for paper in item.basis:
            if paper.number:
                numbers[plain(paper.title)].add(paper.number)

    def numbered(paper: Basis) -> Basis:
        known = numbers[plain(paper.title)]
        return msgspec.structs.replace(paper, number=min(known)) if not paper.number and len(known) == 1 else paper

    return [msgspec.structs.replace(item, basis=tuple(map(numbered, item.basis))) for item in items]
