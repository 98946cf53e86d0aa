"""What is typed into the form of a part: shown from a body, taken from what was sent, and read back into a body.

Between the two stands an entry: a tree of what the fields hold as text, right or wrong, so that nothing that was typed
is lost where something is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.chinese import fold, sums
from bot.console.forms import Form
from bot.console.shapes import (
    DAY,
    GROUPS,
    LINES,
    MAPPING,
    NUMBER,
    PAIR,
    TICK,
    TICKS,
    WHOLE,
    Field,
    Shape,
)
from bot.revisions import Body

Entry = dict[str, Any]
Errors = dict[str, str]

KIND = "kind"  # the tag of a group that is one of several kinds
MARK, GONE = "_", "_gone"  # a group is there; and is to be taken away
MOST = 200  # groups of one field, so that a made-up number costs nothing
LINES_MOST = 10_000  # of one list: four times the longest list of words there is
LARGEST = 10.0**15  # beyond it a figure is not kept to the unit
FIGURE_LIMIT = 40  # characters of a figure as it is typed
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
PLACE = re.compile(r"\[(\d+)\]")


def shown(shape: Shape, body: Mapping[str, Any]) -> Entry:
    """The entry of a body."""
    return {one.key: _shown(one, body.get(one.key)) for one in shape.fields}


def _shown(one: Field, value: Any) -> Any:
    if one.widget == GROUPS:
        return [_group(one, item) for item in value or ()]
    if one.widget == TICK:
        return bool(value)
    if one.widget in (LINES, PAIR):
        return "\n".join(map(str, value or ()))
    if one.widget == TICKS:
        return list(value or ())
    if one.widget == MAPPING:
        return "\n".join(f"{key} = {text}" for key, text in (value or {}).items())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _group(one: Field, item: Mapping[str, Any]) -> Entry:
    kind = str(item.get(KIND, "")) if "" not in one.shapes else ""
    entry = shown(one.shapes[kind], item)
    return {**entry, KIND: kind} if kind else entry


def posted(shape: Shape, form: Form, path: str = "") -> Entry:
    """The entry that was sent."""
    return {one.key: _posted(one, form, f"{path}{one.key}") for one in shape.fields}


def _posted(one: Field, form: Form, name: str) -> Any:
    if one.widget == GROUPS:
        return _groups(one, form, name)
    if one.widget == TICK:
        return bool(form.get(name))
    if one.widget == TICKS:
        return [value for value in form.every(name) if value]
    return form.raw(name).replace("\r\n", "\n").strip()


def _groups(one: Field, form: Form, name: str) -> list[Entry]:
    found = []
    for number in range(MOST):
        place = f"{name}.{number}."
        if not form.get(f"{place}{MARK}") or form.get(f"{place}{GONE}"):
            continue
        kind = form.get(f"{place}{KIND}") if "" not in one.shapes else ""
        if kind in one.shapes:
            entry = posted(one.shapes[kind], form, place)
            found.append({**entry, KIND: kind} if kind else entry)
    return found


def added(shape: Shape, entry: Entry, way: str) -> Entry:
    """The entry with one empty group more at a way such as benefits:rate or benefits.0.tiers."""
    name, _, kind = way.partition(":")
    key, _, rest = name.partition(".")
    one = next((one for one in shape.fields if one.key == key and one.widget == GROUPS), None)
    if one is None:
        return entry
    groups = list(entry[key])
    if not rest:
        if kind in one.shapes and len(groups) < MOST:
            fresh = shown(one.shapes[kind], {})
            groups.append({**fresh, KIND: kind} if kind else fresh)
    else:
        number, _, inner = rest.partition(".")
        place = int(number) if number.isdecimal() and len(number) < 4 else MOST
        if place < len(groups):
            below = one.shapes[groups[place].get(KIND, "")]
            groups[place] = added(below, groups[place], f"{inner}:{kind}" if kind else inner)
    return {**entry, key: groups}


def read(shape: Shape, entry: Entry, path: str = "") -> tuple[Body, Errors]:
    """The body that an entry means, without what was left empty, and what is wrong with it by the names of fields."""
    body: Body = {}
    errors: Errors = {}
    for one in shape.fields:
        name = f"{path}{one.key}"
        value, wrong = _read(one, entry[one.key], name)
        errors.update(wrong)
        if not (value is None or value is False or value in ("", [], {})):  # nought is a figure
            body[one.key] = value
        elif one.required and not wrong:
            if one.widget in (LINES, GROUPS, TICKS):
                body[one.key] = []
            else:
                errors[name] = "missing"
    return body, errors


def _read(one: Field, typed: Any, name: str) -> tuple[Any, Errors]:
    if one.widget == GROUPS:
        return _read_groups(one, typed, name)
    if one.widget in (TICK, TICKS):
        return typed, {}
    if one.widget in (LINES, PAIR, MAPPING) and typed.count("\n") >= LINES_MOST:
        return None, {name: "many"}
    if one.widget in (LINES, PAIR):
        return [line.strip() for line in typed.split("\n") if line.strip()], {}
    if one.widget == MAPPING:
        pairs = [line.partition("=") for line in typed.split("\n") if line.strip()]
        return {key.strip(): text.strip() for key, _, text in pairs}, {}
    if not typed:
        return None, {}
    if one.widget in (NUMBER, WHOLE):
        figure = _figure(typed, money=one.is_money, whole=one.widget == WHOLE)
        return figure, {} if figure is not None else {name: "money" if one.is_money else "number"}
    if one.widget == DAY:
        return (typed, {}) if is_day(typed) else (typed, {name: "day"})
    return typed, {}


def _read_groups(one: Field, groups: list[Entry], name: str) -> tuple[Any, Errors]:
    bodies, errors = [], {}
    for number, group in enumerate(groups):
        kind = group.get(KIND, "") if "" not in one.shapes else ""
        body, wrong = read(one.shapes[kind], group, f"{name}.{number}.")
        bodies.append({KIND: kind, **body} if kind else body)
        errors.update(wrong)
    return bodies, errors


def _figure(typed: str, *, money: bool, whole: bool) -> float | int | None:
    """A number as it is typed, and a sum also as 600万; None for what is none."""
    text = unicodedata.normalize("NFKC", typed).replace(",", "").replace("_", "").strip()
    if len(text) > FIGURE_LIMIT:
        return None
    if FIGURE.fullmatch(text):
        value = float(text)
    elif money and len(found := sums(fold(text))) == 1 and (found[0].start, found[0].end) == (0, len(fold(text).text)):
        value = found[0].yuan
    else:
        return None
    if abs(value) > LARGEST:
        return None
    if whole:
        return int(value) if value.is_integer() else None
    return value


def is_long(value: Any) -> bool:
    """Whether a body has a list that is longer than a form takes."""
    if isinstance(value, Mapping):
        return any(is_long(inner) for inner in value.values())
    if isinstance(value, list):
        most = MOST if any(isinstance(inner, Mapping) for inner in value) else LINES_MOST
        return len(value) > most or any(is_long(inner) for inner in value)
    return False


def is_day(typed: str) -> bool:
    """Whether it is a day such as 2026-11-22."""
    try:
        return date.fromisoformat(typed).isoformat() == typed
    except ValueError:
        return False


def named(way: str) -> str:
    """The name of a field by the way that an error gives: benefits[0].percent is benefits.0.percent."""
    return PLACE.sub(r".\1", way).lstrip(".")
