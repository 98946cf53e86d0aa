"""What a form shows of a body, it reads back as that body; what is typed wrongly is kept and named."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import MultiDict

from bot.console.entries import LINES_MOST, MOST, Entry, added, is_day, is_long, named, posted, read, shown
from bot.console.forms import Form
from bot.console.shapes import GROUPS, TICK, TICKS, Shape, shape_of
from bot.folder import read_parts
from bot.parts import canonical
from tests.corpus import DATA

POLICY = shape_of("policy")


def sent(shape: Shape, entry: Entry, path: str = "") -> list[tuple[str, str]]:
    """The fields that a browser sends of an entry."""
    found: list[tuple[str, str]] = []
    for one in shape.fields:
        name, held = f"{path}{one.key}", entry[one.key]
        if one.widget == GROUPS:
            for number, group in enumerate(held):
                kind = group["kind"] if "" not in one.shapes else ""
                found += [(f"{name}.{number}._", "1"), *([(f"{name}.{number}.kind", kind)] if kind else [])]
                found += sent(one.shapes[kind], group, f"{name}.{number}.")
        elif one.widget == TICK:
            found += [(name, "1")] if held else []
        elif one.widget == TICKS:
            found += [(name, value) for value in held]
        else:
            found.append((name, held.replace("\n", "\r\n")))
    return found


def test_every_part_survives_its_form() -> None:
    """Each part of the real corpus, shown, sent and read, is the same body."""
    parts = [canonical(part) for part in read_parts(DATA) if part.kind != "menu"]
    assert len(parts) > 1000
    for part in parts:
        shape = shape_of(part.kind)
        entry = posted(shape, Form(fields=MultiDict(sent(shape, shown(shape, part.body)))))
        body, errors = read(shape, entry)
        assert not errors
        assert canonical(type(part)(kind=part.kind, key=part.key, body=body)).body == part.body


def policy(**values: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What is read of a policy's form with some values typed in."""
    entry = {**shown(POLICY, {"id": "a", "title": "甲", "level": "city"}), **values}
    body, errors = read(POLICY, entry)
    return body, {name: error for name, error in errors.items() if error != "missing"}


def rate(**values: Any) -> Entry:
    """A benefit as it is typed in."""
    shape = next(one for one in POLICY.fields if one.key == "benefits").shapes["rate"]
    return {**shown(shape, {"name": "补助", "percent": 12.0, "base": "投资"}), "kind": "rate", **values}


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("6000000", 6_000_000),
        ("6,000,000", 6_000_000),
        ("600万", 6_000_000),
        ("６００万元", 6_000_000),
        ("1.5亿", 150_000_000),
    ],
)
def test_sums_may_be_typed_as_people_say_them(typed: str, yuan: int) -> None:
    """In yuan, with separators, or by 万 and 亿."""
    body, errors = policy(benefits=[rate(cap_year=typed)])
    assert (errors, body["benefits"][0]["cap_year"]) == ({}, yuan)


def test_what_is_no_figure_is_named() -> None:
    """By the field's own name, however deep, and the body leaves it out."""
    body, errors = policy(benefits=[rate(), rate(percent="一成二", cap="很多")], start="明年")
    assert errors == {"benefits.1.percent": "number", "benefits.1.cap": "money", "start": "day"}
    assert "cap" not in body["benefits"][1]


@pytest.mark.parametrize("typed", ["9" * 400, "-" + "9" * 400, "1" + "0" * 25])
def test_what_is_endless_is_no_figure(typed: str) -> None:
    """A share or a sum too large for a figure is named, and never kept as if nothing had been typed."""
    _, errors = policy(benefits=[rate(percent=typed, cap_year=typed)])
    assert errors == {"benefits.0.cap_year": "money", "benefits.0.percent": "number"}


def test_a_list_has_an_end() -> None:
    """More lines than anybody writes are refused by name, before anything is made of them."""
    _, errors = policy(keywords="\n".join(["a"] * (LINES_MOST + 1)))
    assert errors == {"keywords": "many"}
    body, errors = policy(keywords="\n".join(["a"] * LINES_MOST))
    assert (len(body["keywords"]), errors) == (LINES_MOST, {})


def test_a_body_has_no_longer_lists_than_a_form() -> None:
    """Wherever they stand in it."""
    assert is_long({"benefits": [{"tiers": [{"is": ["a"] * (LINES_MOST + 1)}]}]})
    assert is_long({"benefits": [{}] * (MOST + 1)})
    assert not is_long({"benefits": [{"tiers": [{}] * MOST}] * MOST, "keywords": ["a"] * LINES_MOST})


def test_what_is_required_is_missed() -> None:
    """A text that must be there and is not; a list that must be there is empty."""
    body, errors = read(POLICY, shown(POLICY, {}))
    assert errors["title"] == errors["summary"] == errors["paper"] == "missing"
    assert body["contacts"] == body["who"] == body["topics"] == []


def test_a_group_is_added_and_taken_away() -> None:
    """One more of a kind, one within another, none of a kind there is not; a ticked one is gone."""
    entry = added(POLICY, shown(POLICY, {}), "benefits:tiers")
    entry = added(POLICY, entry, "benefits.0.tiers")
    entry = added(POLICY, entry, "benefits.0.needs")
    assert [len(entry["benefits"]), len(entry["benefits"][0]["tiers"]), len(entry["benefits"][0]["needs"])] == [1, 1, 1]
    for way in ("benefits:gift", "nothing", "benefits.9.tiers", "benefits.x.tiers", "title"):
        assert added(POLICY, entry, way) == entry
    form = Form(fields=MultiDict([*sent(POLICY, entry), ("benefits.0._gone", "1")]))
    assert posted(POLICY, form)["benefits"] == []


def test_errors_of_a_body_find_their_field() -> None:
    """The way that the strict types give is the name of a field."""
    assert named("benefits[0].tiers[2].percent") == "benefits.0.tiers.2.percent"
    assert named("title") == "title"
    assert is_day("2026-02-28")
    assert not is_day("2026-02-30")
    assert not is_day("20260228")
