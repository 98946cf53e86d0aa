"""What counts as a change: what people care about, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from bot.differences import Difference, Publication, differences
from bot.policies import Contact, Fixed, Need, Paper, Policy, Rate, Tier, Tiers

PAPER = Paper(title="若干政策", number="青政发〔2024〕11号", end=date(2026, 12, 31))
GRANT = Fixed(name="认定奖励", amount=500_000)
SHARE = Rate(name="设备补助", percent=12, base="设备投资", cap=6_000_000)
SCALE = Tiers(
    name="上台阶", by="营收", tiers=(Tier(label="1亿元", amount=100_000), Tier(label="5亿元", amount=300_000))
)
POLICY = Policy(
    id="q91-1",
    title="鼓励技术改造",
    level="city",
    district="市",
    chapter="制造业",
    topics=("技术改造",),
    paper="city",
    summary="买新设备给补助。",
    who=("规上工业企业",),
    conditions=("设备投资1000万元以上",),
    benefits=(GRANT, SHARE, SCALE),
    contacts=(Contact(unit="投资处", phone="85911248"),),
    keywords=("技改",),
)


def found(paper: Paper = PAPER, **changes: Any) -> list[Difference]:
    """What differs after these fields were changed."""
    after = msgspec.structs.replace(POLICY, **changes)
    before = Publication(policy=POLICY, paper=PAPER)
    return list(differences(before, Publication(policy=after, paper=paper)))


def benefits(**changes: Any) -> list[Difference]:
    """What differs after fields of the share were changed."""
    return found(benefits=(GRANT, msgspec.structs.replace(SHARE, **changes), SCALE))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"keywords": ("技改", "换设备")},
        {"summary": "买了新设备的给补助。"},
        {"topics": ("技术改造", "智能制造")},
        {"related": ("q91-2",)},
        {"who": ("规上 工业企业。",)},
        {"benefits": (SCALE, SHARE, GRANT)},
        {"contacts": (Contact(unit="投资处", phone="85911248", matter="技改"),)},
    ],
)
def test_words_alone_are_no_change(changes: dict[str, Any]) -> None:
    """Keywords, summaries, topics, marks and order change nothing that people care about."""
    assert found(**changes) == []


def test_the_period() -> None:
    """A new last day is a change, whether the policy states it or its paper."""
    later = date(2027, 12, 31)
    moved = Difference(field="end", before=PAPER.end, after=later)
    assert found(paper=msgspec.structs.replace(PAPER, end=later)) == [moved]
    assert found(end=later) == [moved]
    assert found(start=date(2025, 1, 1)) == [Difference(field="start", after=date(2025, 1, 1))]


def test_figures_of_a_benefit() -> None:
    """Each figure is a change of its own, with the benefit it belongs to."""
    assert benefits(cap=10_000_000) == [Difference(field="cap", of="设备补助", before=6_000_000, after=10_000_000)]
    assert [one.field for one in benefits(percent=15, cap=None)] == ["percent", "cap"]
    assert benefits(who="装备企业") == [Difference(field="given_to", of="设备补助", before="", after="装备企业")]
    assert [one.field for one in benefits(base="年度设备投资", percent=15)] == ["terms"]
    assert benefits(words=("补设备",)) == []


def test_benefits_come_and_go() -> None:
    """One more, one less, and one of another kind under the same name."""
    more = Fixed(name="复核奖励", amount=100_000)
    assert found(benefits=(GRANT, SHARE, SCALE, more)) == [Difference(field="benefit", of="复核奖励", after=more)]
    assert found(benefits=(GRANT, SHARE)) == [Difference(field="benefit", of="上台阶", before=SCALE)]
    other = Rate(name="认定奖励", percent=10, base="投入")
    assert found(benefits=(other, SHARE, SCALE)) == [
        Difference(field="benefit", of="认定奖励", before=GRANT, after=other)
    ]


def test_a_step_of_a_scale() -> None:
    """A tier that gives another sum is told alone; other tiers make another rule."""
    low, high = SCALE.tiers
    raised = msgspec.structs.replace(high, amount=500_000)
    scale = msgspec.structs.replace(SCALE, tiers=(low, raised))
    expected = Difference(field="tier", of="上台阶", before=(SCALE, high), after=(scale, raised))
    assert found(benefits=(GRANT, SHARE, scale)) == [expected]
    shorter = msgspec.structs.replace(SCALE, tiers=(low,))
    assert [one.field for one in found(benefits=(GRANT, SHARE, shorter))] == ["terms"]


def test_lines_desks_and_papers() -> None:
    """A line changed for another is one change; phones and units are told apart; so is the paper's number."""
    assert found(who=("工业企业",)) == [Difference(field="who", before="规上工业企业", after="工业企业")]
    assert found(conditions=()) == [Difference(field="condition", before="设备投资1000万元以上")]
    moved = (Contact(unit="投资处", phone="85911249"),)
    assert found(contacts=moved) == [Difference(field="phone", of="投资处", before=("85911248",), after=("85911249",))]
    other = (Contact(unit="装备处", phone="85911248"),)
    assert {one.field for one in found(contacts=other)} == {"unit"}
    renumbered = msgspec.structs.replace(PAPER, number="青政发〔2026〕1号")
    assert found(paper=renumbered) == [Difference(field="paper", before=PAPER, after=renumbered)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("营收≥5亿元", "营收≤5亿元"),
        ("成立1-5年的企业", "成立15年的企业"),
        ("增长+5%以上", "增长-5%以上"),
        ("第1、5条的企业", "第15条的企业"),
        ("1/3以上", "13以上"),
        ("比例1:5", "比例15"),
    ],
)
def test_signs_are_no_stops(before: str, after: str) -> None:
    """What turns a bound round or makes another figure is told."""
    old = Publication(policy=msgspec.structs.replace(POLICY, who=(before,), conditions=(before,)), paper=PAPER)
    new = Publication(policy=msgspec.structs.replace(POLICY, who=(after,), conditions=(after,)), paper=PAPER)
    assert {one.field for one in differences(old, new)} == {"who", "condition"}


@pytest.mark.parametrize("line", ["设备投资1,000万元以上；", "设备投资１０００万元，以上。", "設備投資 1000万元以上"])
def test_spelling_is_no_change(line: str) -> None:
    """Width, spaces, stops, commas within a number, traditional characters."""
    assert found(conditions=(line,)) == []


def test_a_line_is_changed_only_into_what_is_like_it() -> None:
    """One that went and another that came have nothing to do with each other; of several each finds its own."""
    assert found(conditions=("在本市纳税",)) == [
        Difference(field="condition", before="设备投资1000万元以上"),
        Difference(field="condition", after="在本市纳税"),
    ]
    two = ("设备投资2000万元以上", "在本市纳税满三年")
    old = Publication(
        policy=msgspec.structs.replace(POLICY, conditions=("在本市纳税满两年", *POLICY.conditions)), paper=PAPER
    )
    new = Publication(policy=msgspec.structs.replace(POLICY, conditions=two), paper=PAPER)
    assert [(one.before, one.after) for one in differences(old, new)] == [
        ("在本市纳税满两年", "在本市纳税满三年"),
        ("设备投资1000万元以上", "设备投资2000万元以上"),
    ]


def test_another_benefit_is_not_the_one_before() -> None:
    """One that is given for something else came; one that is named a little otherwise was changed."""
    other = Fixed(name="设备租金补贴", amount=100_000)
    assert [(one.before, one.after) for one in found(benefits=(other, SHARE, SCALE))] == [(GRANT, None), (None, other)]
    renamed = Fixed(name="首次认定奖励", amount=500_000)
    assert [(one.before, one.after) for one in found(benefits=(renamed, SHARE, SCALE))] == [(GRANT, renamed)]


def test_a_rule_that_changes_takes_nothing_else_with_it() -> None:
    """Who gets it and what else decides are told beside the rule, whose line says neither."""
    changed = benefits(base="年度设备投资", who="装备企业", note="按年度申报")
    assert [one.field for one in changed] == ["terms", "given_to", "note"]
    other = Fixed(name="设备补助", amount=1_000_000, note="按年度申报")
    assert [one.field for one in found(benefits=(GRANT, other, SCALE))] == ["benefit", "note"]


def test_what_decides_beside_the_line() -> None:
    """Bounds of a base, of a need and of a step, and which benefits share a limit: that it changed is told."""
    rules = [Difference(field="rules", of="设备补助")]
    assert benefits(base_at_least=10_000_000) == rules
    assert benefits(topup=True) == rules
    assert [one.field for one in benefits(base="年度设备投资", base_at_least=10_000_000)] == ["terms", "rules"]
    asked = POLICY.benefits
    need = Need(fact="turnover", at_least=1e8)
    old = Publication(policy=msgspec.structs.replace(POLICY, needs=(need,)), paper=PAPER)
    raised = msgspec.structs.replace(old.policy, needs=(Need(fact="turnover", at_least=5e8),))
    assert list(differences(old, Publication(policy=raised, paper=PAPER))) == [Difference(field="rules")]
    assert found(benefits=asked, needs=(need,)) == [], "a rule that is only now spelled out"
    low, high = (Tier(label=label, at_least=at, amount=1) for label, at in (("小", 1.0), ("大", 2.0)))
    scale = msgspec.structs.replace(SCALE, tiers=(low, high))
    moved = msgspec.structs.replace(scale, tiers=(low, msgspec.structs.replace(high, at_least=3.0)))
    before, after = (
        Publication(policy=msgspec.structs.replace(POLICY, benefits=(one,)), paper=PAPER) for one in (scale, moved)
    )
    assert list(differences(before, after)) == [Difference(field="rules", of="上台阶")]


def test_sharing_is_a_rule_and_its_word_is_not() -> None:
    """Two benefits that come under one limit are told; another word of ours for the same is not."""
    together = tuple(msgspec.structs.replace(one, shared="a") for one in (GRANT, SHARE))
    assert [one.of for one in found(benefits=(*together, SCALE))] == ["认定奖励", "设备补助"]
    before = Publication(policy=msgspec.structs.replace(POLICY, benefits=together), paper=PAPER)
    named = tuple(msgspec.structs.replace(one, shared="b") for one in together)
    assert differences(before, Publication(policy=msgspec.structs.replace(POLICY, benefits=named), paper=PAPER)) == ()
