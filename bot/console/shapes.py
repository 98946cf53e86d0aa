"""The form of a part: which fields it has and how each is typed in, read off the type of its body.

One description serves the form, the reading of what was sent, and the page that shows the part. A field's name in the
form is the way to it, as benefits.0.percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from msgspec import inspect

from bot.parts import DEPARTMENT, FACT, KINDS, PAPER, POLICY, TOPIC
from bot.policies import AnyBenefit, Contact, Policy

TEXT, AREA, LINES, NUMBER, WHOLE, TICK, DAY, CHOICE, PAIR, GROUPS, TICKS, MAPPING = (
    "text", "area", "lines", "number", "whole", "tick", "day", "choice", "pair", "groups", "ticks", "mapping",
)  # fmt: skip
AREAS = frozenset({"summary", "note", "ask", "funding", "text"})  # texts of more than a line
MONEY = frozenset(
    {"amount", "cap", "cap_year", "cap_total", "cap_each", "base_at_least", "base_above", "base_below"}
)  # in yuan; may be typed as 600万
REFERS = {  # the fields that name another part, by the kind they name; so does the unit of a contact, not of a count
    "paper": PAPER, "also_papers": PAPER, "topics": TOPIC, "parent": DEPARTMENT,
    "related": POLICY, "restates": POLICY, "of": POLICY, "fact": FACT, "base_fact": FACT, "count": FACT, "each": FACT,
    "grows": FACT, "before": FACT, "within": FACT,
}  # fmt: skip
PICKED = frozenset({PAPER, DEPARTMENT, FACT})  # few enough to be picked from a list


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: its key in the body, how it is typed in, and, of groups, the shapes by kind ("" where there is one).

    refers   the kind of part that it names
    options  what it may be, where that is fixed
    """

    key: str
    widget: str
    required: bool
    refers: str = ""
    options: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def is_money(self) -> bool:
        """Whether it is a sum in yuan."""
        return self.key in MONEY


@dataclass(frozen=True)
class Shape:
    """The fields of a part or of a group within it."""

    fields: tuple[Field, ...]


@cache
def shape_of(kind: str) -> Shape:
    """The shape of a kind of part."""
    return _shape(inspect.type_info(KINDS[kind]))


@cache
def benefit_kinds() -> tuple[str, ...]:
    """The kinds of benefits, in the order they are declared."""
    union = inspect.type_info(AnyBenefit)
    assert isinstance(union, inspect.UnionType)
    return tuple(str(member.tag) for member in union.types if isinstance(member, inspect.StructType))


def anchor(kind: str, way: str) -> str:
    """Where the form of a kind has a field, by the way to it; groups that repeat have a place of their own."""
    shapes, widget = [shape_of(kind)], ""
    for key in way.split("."):
        found = [field for shape in shapes for field in shape.fields if field.key == key]
        if found:
            widget, shapes = found[0].widget, [below for field in found for below in field.shapes.values()]
    return f"{'g' if widget == GROUPS else 'f'}-{way}"


def _shape(info: inspect.Type) -> Shape:
    assert isinstance(info, inspect.StructType)
    return Shape(tuple(_field(one, info.cls) for one in info.fields))


def _field(one: inspect.Field, owner: type[Any]) -> Field:
    key = one.encode_name
    refers = DEPARTMENT if key == "unit" and issubclass(owner, Contact) else REFERS.get(one.name, "")
    common: dict[str, Any] = {"key": key, "required": one.required, "refers": refers}
    info = _plain(one.type)
    match info:
        case inspect.VarTupleType(item_type=item):
            return _several(item, common)
        case inspect.LiteralType(values=values):
            return Field(widget=CHOICE, options=tuple(map(str, values)), **common)
        case inspect.BoolType():
            return Field(widget=TICK, **common)
        case inspect.IntType():
            return Field(widget=WHOLE, **common)
        case inspect.FloatType():
            return Field(widget=NUMBER, **common)
        case inspect.DateType():
            return Field(widget=DAY, **common)
        case inspect.TupleType():
            return Field(widget=PAIR, **common)
        case inspect.DictType():
            return Field(widget=MAPPING, **common)
    if key == "level" and issubclass(owner, Policy):
        return Field(widget=CHOICE, options=Policy.LEVELS, **common)
    if common["refers"] in PICKED:
        return Field(widget=CHOICE, **common)
    return Field(widget=AREA if key in AREAS else TEXT, **common)


def _several(item: inspect.Type, common: Mapping[str, Any]) -> Field:
    match item:
        case inspect.StructType():
            return Field(widget=GROUPS, shapes={"": _shape(item)}, **common)
        case inspect.UnionType(types=members):
            tagged = [member for member in members if isinstance(member, inspect.StructType)]
            return Field(widget=GROUPS, shapes={str(member.tag): _shape(member) for member in tagged}, **common)
        case inspect.AnyType():
            return Field(widget=LINES, **common)
    return Field(widget=TICKS if common["refers"] == TOPIC else LINES, **common)


def _plain(info: inspect.Type) -> inspect.Type:
    """The type without "or None"."""
    if isinstance(info, inspect.UnionType):
        rest = [member for member in info.types if not isinstance(member, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else info
    return info
