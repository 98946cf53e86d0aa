"""The form of every kind of part is read off its type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.console.shapes import (
    CHOICE,
    DAY,
    GROUPS,
    LINES,
    TEXT,
    TICK,
    TICKS,
    WHOLE,
    Field,
    Shape,
    benefit_kinds,
    shape_of,
)
from bot.markup import environment
from bot.parts import KINDS


def one(kind: str, key: str) -> Field:
    """A field of a kind."""
    return next(field for field in shape_of(kind).fields if field.key == key)


def test_every_kind_has_a_form() -> None:
    """With at least one field, and groups with at least one shape."""
    for kind in KINDS:
        shape = shape_of(kind)
        assert shape.fields, kind
        assert all(field.shapes for field in shape.fields if field.widget == GROUPS)


def test_fields_are_typed_in_as_what_they_are() -> None:
    """Lists by line, days as days, what names a part as a choice of parts, topics as boxes."""
    assert (one("policy", "title").widget, one("policy", "title").required) == ("text", True)
    assert one("policy", "keywords").widget == LINES
    assert one("policy", "end").widget == DAY
    assert one("policy", "topics").widget == TICKS
    assert (one("policy", "paper").widget, one("policy", "paper").refers) == (CHOICE, "paper")
    assert one("policy", "level").options == ("city", "district")
    assert set(one("fact", "kind").options) == {"money", "number", "percent", "choice", "yes"}
    assert one("fact", "lasting").widget == TICK


def test_benefits_of_every_kind_are_groups() -> None:
    """Each kind with its own fields, groups within groups among them."""
    benefits = one("policy", "benefits")
    assert (
        tuple(benefits.shapes) == benefit_kinds() == ("fixed", "rate", "max", "tiers", "step", "match", "unit", "pool")
    )
    rate = {field.key: field for field in benefits.shapes["rate"].fields}
    assert rate["cap_year"].widget == WHOLE
    assert rate["cap_year"].is_money
    assert not rate["percent"].is_money
    tiers = {field.key: field for field in benefits.shapes["tiers"].fields}["tiers"]
    assert "is" in {field.key for field in tiers.shapes[""].fields}


def below(shape: Shape, inside: str) -> Iterator[tuple[str, Field]]:
    """Every field of a shape and of the groups within it, with what it stands in."""
    for field in shape.fields:
        yield inside, field
        for group in field.shapes.values():
            yield from below(group, field.key)


def test_everything_in_a_form_is_called_by_a_word_of_ours() -> None:
    """No field, and nothing that can be picked in one, shows the name that the machine has for it."""
    names: Any = environment().get_template("console/corpus_names.html").module
    fields = [found for kind in KINDS for found in below(shape_of(kind), kind)]
    assert [(inside, field.key) for inside, field in fields if str(names.label(field.key, inside)) == field.key] == []
    bare = {option for _, field in fields for option in field.options if option}
    assert bare - {*names.VALUES, *names.INTENTS} == set()


def test_the_unit_of_a_contact_is_a_department_and_that_of_a_count_is_typed() -> None:
    """吨 and 家 are no departments: what is counted, in a rule or a fact, is free text."""
    contact = next(field for field in one("policy", "contacts").shapes[""].fields if field.key == "unit")
    counted = next(field for field in one("policy", "benefits").shapes["unit"].fields if field.key == "unit")
    assert (contact.refers, contact.widget) == ("department", CHOICE)
    assert {(counted.refers, counted.widget), (one("fact", "unit").refers, one("fact", "unit").widget)} == {("", TEXT)}
