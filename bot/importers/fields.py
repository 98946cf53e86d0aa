"""The fields of an item, read from what its cells or sentences say: papers, days, units with phones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from bot.importers.reading import Basis, Desk, Period, squeezed, unwrapped
from bot.importers.shape import DeskShape, Shape

MOST_BRACKETS = 400  # pairs that one text is looked through for
BETWEEN = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")  # white space that no Latin words need
LONGEST_PAPER = 400  # characters of a paper with its notice
LONGEST_UNIT = 60  # characters
DAY = "D"  # stands for a day in the patterns of validity


class Unclear(ValueError):
    """A field that cannot be read: which fault it is, and of it the part that is to blame."""

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code)
        self.code, self.found = code, found


def number_of(text: str, shape: Shape) -> int:
    """The number of an item as its column writes it: 1, 1.0, 第1条."""
    match = shape.items.number.match(squeezed(unicodedata.normalize("NFKC", text)))
    if not match or not int(match[1]):
        raise Unclear("number_unreadable", text)
    return int(match[1])


def paper_of(text: str, shape: Shape) -> Basis:
    """The paper that a text names, with or without its number."""
    text = unwrapped(text).strip()
    if len(text) > LONGEST_PAPER:
        raise Unclear("basis_unreadable", text)
    numbers = list(shape.basis.number.finditer(text))
    number, title = "", text
    if numbers:
        last = numbers[-1]
        number = shape.basis.spelled.format(body=last[1], year=last[2], serial=last[3])
        title = (text[: last.start()] + text[last.end() :]).strip()
    title = BETWEEN.sub("", _own_title(title, shape))
    if not title:
        raise Unclear("basis_unreadable", text)
    years = shape.basis.years.search(title)
    period = shape.basis.span.format(first=years[1], last=years[2]) if years else ""
    return Basis(title=title, number=number, period=period)


def _own_title(text: str, shape: Shape) -> str:
    """The title of a paper without the notice that issued it: 关于印发《X》的通知 and 《〈X〉的通知》 are X."""
    bare = text
    issued = shape.basis.issued.search(text)
    if issued:
        bare = text[issued.end() :]
    inner = _innermost(bare, *shape.basis.brackets)
    if inner != bare or issued:
        inner = inner.removesuffix(shape.basis.notice)
    return inner.strip()


def _innermost(text: str, opening: str, closing: str) -> str:
    """What the brackets of titles hold, as long as the text has them."""
    for _ in range(4):
        opened = next((n for n, char in enumerate(text) if char in opening), None)
        if opened is None:
            return text.rstrip(closing)
        closed = max((n for n, char in enumerate(text) if char in closing), default=len(text))
        text = text[opened + 1 : closed if closed > opened else len(text)]
    return text


def papers_of(text: str, shape: Shape) -> tuple[Basis, ...]:
    """The papers of a cell: each in brackets of its own where it has several, else all of the text."""
    parts = [part for part, closed in titles_in(text, *shape.basis.brackets) if closed]
    several = len(parts) > 1 and all(shape.basis.number.search(part) for part in parts)
    return tuple(paper_of(part, shape) for part in parts) if several else (paper_of(text, shape),)


def titles_in(text: str, opening: str, closing: str) -> Iterator[tuple[str, bool]]:
    """What stands in the outermost brackets of titles, and whether they close."""
    depth, begun = 0, 0
    for n, char in enumerate(text):
        if char in opening:
            begun = begun if depth else n + 1
            depth += 1
        elif char in closing and depth:
            depth -= 1
            if not depth:
                yield text[begun:n], True
    if depth:
        yield text[begun:], False


def opening_papers(wording: str, shape: Shape) -> tuple[Basis, ...]:
    """The papers that an item of prose begins with: 按照…《…（…号）》和…《…》，."""
    if not shape.basis.opening.match(wording):
        return ()
    (opening, closing), depth, end = shape.basis.brackets, 0, len(wording)
    for n, char in enumerate(wording):
        depth += (char in opening) - (char in closing)
        if depth <= 0 and shape.basis.closing.match(char):
            end = n
            break
    return tuple(paper_of(part, shape) for part, closed in titles_in(wording[:end], *shape.basis.brackets) if closed)


def period_of(text: str, shape: Shape) -> Period:
    """The days of a validity; nothing stated is an empty period."""
    validity, whole = shape.validity, squeezed(text)
    days = [_day(match) for match in validity.day.finditer(whole)]
    bare = validity.day.sub(DAY, whole)
    if not bare or _any(validity.open, bare):
        return Period(text=text)
    if len(days) == 2 and _any(validity.between, bare):
        if days[0] > days[1]:
            raise Unclear("validity_backwards", text)
        return Period(text=text, start=days[0], end=days[1])
    if len(days) == 1 and _any(validity.until, bare):
        return Period(text=text, end=days[0])
    if len(days) == 1 and _any(validity.since, bare):
        return Period(text=text, start=days[0])
    raise Unclear("validity_ambiguous" if bare == DAY else "validity_unreadable", text)


def _day(match: re.Match[str]) -> date:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise Unclear("no_such_day", match[0]) from error


def _any(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def desks_of(text: str, shape: Shape) -> tuple[Desk, ...]:
    """The units of a cell, each with its phone: A局 B处 12345678; A局B处、C处 1、2; A局B处 1 D局 2."""
    for label in shape.desks.labels:
        text = label.sub(" ", text)
    desks: list[Desk] = []
    start = 0
    units: list[str] = []
    phones: list[str] = []
    for match in shape.desks.phone.finditer(text):
        between = text[start : match.start()]
        if named := units_of(between, shape):
            desks += _paired(units, phones, text)
            units, phones = named, []
        phones.append(_phone(match, shape.desks))
        start = match.end()
    rest = units_of(text[start:], shape)
    desks += _paired(units, phones, text) + [Desk(unit=unit) for unit in rest]
    if not desks:
        raise Unclear("units_missing", text)
    return tuple(dict.fromkeys(desks))


def _phone(match: re.Match[str], desks: DeskShape) -> str:
    if len(match[1]) not in desks.phone_lengths:
        raise Unclear("phone_unreadable", match[0])
    return match[1]


def _paired(units: list[str], phones: list[str], text: str) -> list[Desk]:
    if phones and not units:
        raise Unclear("phone_without_unit", text)
    if len(units) == 1:
        return [Desk(unit=units[0], phone=phone) for phone in phones]
    if len(units) != len(phones):
        raise Unclear("phones_do_not_pair", text)
    return [Desk(unit=unit, phone=phone) for unit, phone in zip(units, phones, strict=True)]


def units_of(text: str, shape: Shape) -> list[str]:
    """The units that a list without phones names, a part of a body with the body it belongs to."""
    units: list[str] = []
    for chunk in re.split(f"[{re.escape(shape.desks.separators)}]", text):
        for unit in _apart(chunk.split(), shape.desks):
            whole = _with_body(unit, units[-1], shape.desks) if units else unit
            if len(whole) > LONGEST_UNIT:
                raise Unclear("unit_unreadable", whole)
            units.append(whole)
    return list(dict.fromkeys(units))


def _apart(words: list[str], desks: DeskShape) -> list[str]:
    """Names between white space: a part goes with the body before it, as does what a narrow column broke off."""
    names: list[str] = []
    for word in words:
        if names and not _begins(word, names[-1], desks):
            names[-1] += word
        else:
            names.append(word)
    for name in names:
        if re.search(r"\d", name) and not re.search(r"[^\W\d_]", name):
            raise Unclear("unit_unreadable", name)
    return [name for name in names if re.search(r"\w", name)]


def _begins(word: str, before: str, desks: DeskShape) -> bool:
    """Whether a word after white space names another unit, and not the rest of the one before."""
    if not desks.unit.search(before) or not desks.unit.search(word):
        return False
    body = desks.body.match(before)
    is_body = bool(body) and body.end() == len(before)  # type: ignore[union-attr]
    return not (is_body and desks.part.search(word) and not desks.whole.match(word) and not _has_body(word, desks))


def _has_body(name: str, desks: DeskShape) -> bool:
    return desks.body.match(name) is not None


def _with_body(unit: str, before: str, desks: DeskShape) -> str:
    """A part named after another part belongs to the same body: 市工信局装备产业处、科技处."""
    body = desks.body.match(before)
    if not body or body.end() == len(before) or not desks.part.search(before) or not desks.part.search(unit):
        return unit
    return unit if desks.whole.match(unit) or _has_body(unit, desks) else body[0] + unit


def brackets(text: str) -> list[tuple[int, int]]:
    """Where the outermost round brackets of a text stand, from the first to the one after the last character."""
    found: list[tuple[int, int]] = []
    depth = begun = 0
    for n, char in enumerate(unicodedata.normalize("NFKC", char)[:1] for char in text):
        if char == "(":
            begun = begun if depth else n
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                found.append((begun, n + 1))
                if len(found) >= MOST_BRACKETS:
                    break
    return found


def closing_units(inside: str, shape: Shape) -> list[str]:
    """The units in a pair of brackets that names who answers, or nothing if it is a remark."""
    bare, marked = shape.items.desks.subn("", inside.strip())
    try:
        units = units_of(bare, shape)
    except Unclear:
        return []
    named = units and all(shape.desks.unit.search(unit) for unit in units)
    return units if named or (marked and units) else []


def gaps(spans: list[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """What lies between spans, up to the end of the text."""
    bounds = [(0, 0), *spans, (end, end)]
    return [(first[1], second[0]) for first, second in pairwise(bounds)]
