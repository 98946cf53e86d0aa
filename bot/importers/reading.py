"""What reading a file gives: its items, and where it cannot be used, what stands there and what should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.policies import Record

LARGEST_FILE = 20 * 1024 * 1024  # bytes; the two papers it was made for have less than one megabyte
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_ITEMS = 2_000
MOST_FAULTS = 200  # more say nothing new
LONGEST_CELL = 20_000  # characters; the longest item of the papers has 600
LONGEST_TEXT = 2_000_000  # characters of a whole file
SHOWN = 60  # characters of what was found that a message shows

Progress = Callable[[int, int], None]  # told how many of how many steps are done


class Place(Record, frozen=True, kw_only=True):
    """Where something stands, as a person finds it again: what does not apply is empty or 0, the rest counts from 1."""

    sheet: str = ""
    table: int = 0
    page: int = 0
    row: int = 0
    line: int = 0
    paragraph: int = 0
    column: str = ""


class Fault(Record, frozen=True, kw_only=True):
    """Something a person must mend or know: `code` picks the sentence, the others complete it."""

    code: str
    place: Place = Place()
    found: str = ""
    expected: str = ""


class Basis(Record, frozen=True, kw_only=True):
    """A paper that an item rests on: its own title, without the notice it came with; `period` as in Paper."""

    title: str
    number: str = ""
    period: str = ""


class Period(Record, frozen=True, kw_only=True):
    """What an item says of its validity, and the days in it, inclusive; None where it states none."""

    text: str
    start: date | None = None
    end: date | None = None


class Desk(Record, frozen=True, kw_only=True):
    """A responsible unit as the item names it, with its phone if one is given."""

    unit: str
    phone: str = ""


class Item(Record, frozen=True, kw_only=True):
    """One policy of a file.

    wording  the official text, exactly as in the file but for the line breaks of a page; empty where the cell is, which
             leaves that of a policy in force as it is (see matching.with_wordings)
    period   None where this kind of paper says nothing of validity at all
    """

    number: int
    title: str = ""
    wording: str
    basis: tuple[Basis, ...]
    period: Period | None = None
    desks: tuple[Desk, ...]
    chapter: str = ""
    section: str = ""
    place: Place


class Reading(Record, frozen=True, kw_only=True):
    """All that was made of a file.

    kind    xlsx, csv, docx, text, pdf, or empty where it is none of them
    faults  any of them, and nothing of the file may be stored
    hints   what a person should look at and may let stand
    rows    rows, lines or paragraphs that were read
    """

    kind: str = ""
    items: tuple[Item, ...] = ()
    faults: tuple[Fault, ...] = ()
    hints: tuple[Fault, ...] = ()
    rows: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether there are items and nothing speaks against storing them."""
        return bool(self.items) and not self.faults


class Row(Record, frozen=True, kw_only=True):
    """A row of a table; `wrapped` where line breaks in its cells are those of a narrow column, not of the text."""

    cells: tuple[str, ...]
    place: Place
    wrapped: bool = False


class Line(Record, frozen=True, kw_only=True):
    """A line or a paragraph outside of tables; `gap` where something stood between it and the one before."""

    text: str
    place: Place
    gap: bool = False


Block = Row | Line


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def shown(text: str) -> str:
    """What was found, short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "\N{HORIZONTAL ELLIPSIS}"


def joined(first: str, second: str) -> str:
    """Two lines of one paragraph: between Latin words there was a space, between anything else nothing."""
    first, second = first.rstrip(), second.lstrip()
    if not (first and second):
        return first + second
    ends, begins = first[-1], second[0]
    return (
        f"{first} {second}"
        if ends.isascii() and begins.isascii() and ends.isalpha() and begins.isalpha()
        else first + second
    )


def unwrapped(text: str) -> str:
    """A text without its line breaks."""
    whole = ""
    for line in text.splitlines():
        whole = joined(whole, line)
    return whole


def squeezed(text: str) -> str:
    """A text without any white space, to compare by."""
    return "".join(text.split())
