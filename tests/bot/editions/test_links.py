"""What refers to a part is found by the field it refers with."""

from __future__ import annotations

from bot.editions.links import Link, impact, links_to
from tests.small import small_corpus


def to(kind: str, key: str) -> set[tuple[str, str, str]]:
    """Who refers to a part, and by which field."""
    return {(link.kind, link.key, link.field) for link in links_to(small_corpus(), kind, key)}


def test_a_policy_is_referred_to() -> None:
    """By policies on the same matter, and by synonyms that mean one of its words."""
    assert to("policy", "q91-1") == {("policy", "q91-10", "related"), ("synonym", "机器换人", "mean")}
    assert to("policy", "q91-77") == set()


def test_what_policies_rest_on() -> None:
    """Papers, units, topics and facts, each with the policies that name them, and the paper with its collection."""
    assert to("paper", "city") == {
        ("policy", "q91-1", "paper"),
        ("policy", "q91-2", "paper"),
        ("collection", "city", "paper"),
    }
    assert to("department", "崂山区工信局") == {("policy", "q91-10", "contacts")}
    assert to("topic", "首台套") == {("policy", "q91-2", "topics")}
    assert to("fact", "equipment") == {("policy", "q91-1", "facts")}


def test_keywords_come_and_go() -> None:
    """The impact of a policy's change names them, beside what refers to it."""
    found = impact(small_corpus(), "policy", "q91-1", keywords=("技改", "新词"))
    assert (found.gained, found.lost) == (("新词",), ("买设备", "换新设备"))
    assert Link(kind="policy", key="q91-10", field="related") in found.links
    assert impact(small_corpus(), "policy", "new", keywords=("新词",)).gained == ("新词",)
    assert impact(small_corpus(), "topic", "首台套", keywords=None).lost == ()
