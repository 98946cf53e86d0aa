"""Sums and shares of official texts: each with the characters it stands in, and what the words around it say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.importers.figures import Candidate, candidates
from bot.policies import Fixed, Maximum, PerUnit, Pool, Rate
from tests.bot.importers.samples import the_shape
from tests.corpus import the_corpus

SHAPE = the_shape()


def found(text: str) -> list[tuple[str, float]]:
    """Kind and figure of each candidate."""
    return [(c.kind, float(c.percent or c.yuan or 0)) for c in candidates(text, SHAPE)]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("按年度设备投资额12%给予奖补", [("rate", 12)]),
        ("单个企业当年总额不超过600万元", [("max", 6e6)]),
        ("最高不超过3000万元", [("max", 3e7)]),
        ("给予50万元一次性奖励", [("fixed", 5e5)]),
        ("分别给予200万元、300万元、600万元", [("fixed", 2e6), ("fixed", 3e6), ("fixed", 6e6)]),
        ("分别给予50万、30万、20万元奖励", [("fixed", 5e5), ("fixed", 3e5), ("fixed", 2e5)]),
        ("最高200、400万元支持", [("max", 2e6), ("max", 4e6)]),
        ("投资1亿元以上的，按10%给予支持", [("condition", 1e8), ("rate", 10)]),
        ("营业收入首次超过5000万元、1亿元的", [("condition", 5e7), ("condition", 1e8)]),
        ("在2000万元（含）到10亿元，增速达到20%以上", [("condition", 2e7), ("condition", 1e9), ("condition", 20)]),
        ("不超过20%的比例", [("rate", 20)]),
        ("每年出资1亿元用于园区建设", [("pool", 1e8)]),
        ("鱿鱼每吨奖补 600 元", [("unit", 600)]),
        ("给予0.5万元奖励", [("fixed", 5000)]),
        ("包围水体1万立方米以上，3万人次，第5届，2026年12月31日，85911248", []),
        ("研发投入占销售收入4%（含）以上", [("condition", 4)]),
    ],
)
def test_figures_are_told_apart(text: str, figures: list[tuple[str, float]]) -> None:
    """What is given, up to what, and what is only asked for."""
    assert found(text) == figures


def test_what_a_share_is_taken_of_and_what_a_maximum_is_for() -> None:
    """As far as the words beside it say."""
    one, two, three, four, five = candidates(
        "按照实际投入研发费用的20%，给予最高不超过100万元支持，单个企业每年最高不超过300万元，"
        "实施期内最高500万元，不超过30%，",
        SHAPE,
    )
    assert (one.base, one.upto) == ("实际投入研发费用", False)
    assert [c.limit for c in (two, three, four)] == ["award", "year", "total"]
    assert five.upto


@pytest.mark.parametrize(
    ("text", "benefit"),
    [
        ("按投资额12%给予", Rate(name="", percent=12, base="投资额")),
        ("给予50万元一次性奖励", Fixed(name="", amount=500_000, once=True)),
        ("给予最高100万元", Maximum(name="", cap=1_000_000)),
        ("每年最高100万元", Maximum(name="", cap_year=1_000_000)),
        ("有效期内最高100万元", Maximum(name="", cap_total=1_000_000)),
        ("每人补5000元", PerUnit(name="", unit="人", amount=5000)),
        ("市财政出资1亿元", Pool(name="", amount=100_000_000)),
    ],
)
def test_a_candidate_is_the_beginning_of_a_benefit(text: str, benefit: Any) -> None:
    """Its figure is filled in; its name is left to a person."""
    (candidate,) = candidates(text, SHAPE)
    assert candidate.benefit == benefit


def test_what_is_asked_for_is_no_benefit() -> None:
    """A threshold is shown and not offered."""
    assert [candidate.benefit for candidate in candidates("收入超过1亿元、增速达到20%的", SHAPE)] == [None, None]


def proven(text: str, candidate: Candidate) -> bool:
    """Whether the characters of a candidate say its figure."""
    said = text[candidate.start : candidate.end]
    number = float("".join(char for char in said if char in "0123456789."))
    unit = SHAPE.figures.units
    values = {number * scale for scale in (1, *unit.values())}
    value = float(candidate.percent if candidate.percent is not None else candidate.yuan or 0)
    return said == candidate.text and any(abs(value - other) < 0.01 for other in values)


@given(st.text(alphabet="按给予最高不超过投资的%万亿元、，。和至（含）以上0123456789. ", max_size=60))
def test_every_figure_is_proven(text: str) -> None:
    """Whatever the text, a candidate's characters are where it says, and say what it says."""
    candidates_ = candidates(text, SHAPE)
    assert all(proven(text, candidate) for candidate in candidates_)
    assert [c.start for c in candidates_] == sorted({c.start for c in candidates_})


def test_the_figures_of_the_corpus_are_found() -> None:
    """Nearly every sum and share that our summaries state is found again as what it is in the rules."""
    wanted = lost = 0
    for policy in the_corpus().policies.values():
        known = set(numbers(msgspec.to_builtins(policy.benefits)))
        said = {value for _, value in found(policy.summary)}
        stated = {value for kind, value in found(policy.summary) if kind != "condition"} & known
        wanted += len(said & known)
        lost += len((said & known) - stated)
    assert wanted > 150
    assert lost <= wanted * 0.12


def numbers(value: object) -> list[float]:
    """All numbers in nested lists and tables."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [number for inner in value for number in numbers(inner)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []
