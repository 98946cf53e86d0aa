"""What counts as a change: what people care about, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from bot.differences import Difference, Publication, differences
from bot.policies import Contact, Fixed, Paper, Policy, Rate, Tier, Tiers

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
