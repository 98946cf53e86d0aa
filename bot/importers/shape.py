"""The shape of the papers, read from `data/import.toml`: names of columns, patterns of numbers, days and desks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cached_property
from pathlib import Path

import msgspec

from bot.errors import CorpusError
from bot.policies import Record

COLUMNS = ("number", "title", "wording", "basis", "validity", "units")
KNOWN_ENOUGH = 3  # columns by which a row is known to be the head of a table
Pattern = re.Pattern[str]


class Headings(Record, frozen=True, kw_only=True):
    """How headings, their counts and page numbers are written."""

    chapter: Pattern
    section: Pattern
    count: Pattern
    leader: Pattern
    page: Pattern


class Items(Record, frozen=True, kw_only=True):
    """How an item begins, and ends with the brackets that name its desks."""

    dotted: Pattern
    bare: Pattern
    number: Pattern
    title: Pattern
    desks: Pattern
    stops: str
    marks: str


class BasisShape(Record, frozen=True, kw_only=True):
    """How the papers are named that an item rests on."""

    brackets: tuple[str, str]
    opening: Pattern
    closing: Pattern
    number: Pattern
    spelled: str
    issued: Pattern
    notice: str
    years: Pattern
    span: str


class Validity(Record, frozen=True, kw_only=True):
    """How a last and a first day are stated; D in a pattern is a day."""

    day: Pattern
    until: tuple[Pattern, ...]
    since: tuple[Pattern, ...]
    between: tuple[Pattern, ...]
    open: tuple[Pattern, ...]


class DeskShape(Record, frozen=True, kw_only=True):
    """How units and phones are listed."""

    separators: str
    labels: tuple[Pattern, ...]
    phone: Pattern
    phone_lengths: tuple[int, ...]
    unit: Pattern
    body: Pattern
    part: Pattern
    whole: Pattern
    local: tuple[str, ...]


class Source(Record, frozen=True, kw_only=True):
    """Whose policies a compilation has, where its units do not tell."""

    level: str
    district: str


class FigureShape(Record, frozen=True, kw_only=True):
    """How sums and shares are written, and what the words around one say of it."""

    number: Pattern
    units: dict[str, int]
    yuan: str
    clause: Pattern
    list: Pattern
    bare: Pattern
    share_base: Pattern
    cap: tuple[Pattern, ...]
    year: tuple[Pattern, ...]
    total: tuple[Pattern, ...]
    once: tuple[Pattern, ...]
    pool: tuple[Pattern, ...]
    per: Pattern
    condition_before: tuple[Pattern, ...]
    share_condition: tuple[Pattern, ...]
    condition_after: tuple[Pattern, ...]
    giving: Pattern


class Shape(Record, frozen=True, kw_only=True, dict=True):
    """import.toml."""

    columns: dict[str, tuple[str, ...]]
    headings: Headings
    items: Items
    basis: BasisShape
    validity: Validity
    desks: DeskShape
    source: dict[str, Source] = msgspec.field(default_factory=dict)
    figures: FigureShape

    @cached_property
    def names(self) -> dict[str, str]:
        """The column that each name of a head, as `plain` writes it, stands for."""
        return {plain(name): column for column, names in self.columns.items() for name in names}


def plain(text: str) -> str:
    """A name as it is compared: without white space, in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_shape(path: Path) -> Shape:
    """The shape that a file describes; CorpusError says what is wrong with it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        shape = msgspec.convert(document, Shape, dec_hook=_compiled)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise CorpusError(f"{path}: {error}") from error
    if wrong := set(COLUMNS) ^ set(shape.columns):
        raise CorpusError(f"{path}: columns: {', '.join(sorted(wrong))}: must be {', '.join(COLUMNS)}")
    if empty := [column for column, names in shape.columns.items() if not names]:
        raise CorpusError(f"{path}: columns: {empty[0]}: has no name")
    return shape


def _compiled(kind: type, value: object) -> object:
    if kind is not Pattern and getattr(kind, "__origin__", kind) is not re.Pattern:
        raise NotImplementedError(kind)
    if not isinstance(value, str):
        raise ValueError("a pattern must be a string")
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no pattern: {error}") from error
