"""What the check of the rules finds: each fault where it is made, none in the corpus that ships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.shapes import shape_of
from bot.corpus import Corpus
from bot.editions.lint import Fault, between, figures_of, lint, run_lint
from bot.parts import POLICY
from bot.policies import (
    AnyBenefit,
    Contact,
    Fact,
    Fixed,
    Match,
    Maximum,
    Need,
    PerUnit,
    Policy,
    Rate,
    Step,
    Tier,
    Tiers,
)
from bot.reckoning.benefits import within
from handlers import WORDS
from handlers.lint import LINT
from tests.corpus import the_corpus

CORPUS = the_corpus()
SAID = ("hints", "well", "faults")  # the last lines


def changed(policy_id: str, **fields: Any) -> Corpus:
    """The corpus with one policy changed."""
    policy = msgspec.structs.replace(CORPUS.policies[policy_id], **fields)
    return replace(CORPUS, policies={**CORPUS.policies, policy_id: policy})


def with_benefits(*benefits: AnyBenefit, policy_id: str = "q91-2", **fields: Any) -> Corpus:
    """The corpus with a policy that has these benefits."""
    return changed(policy_id, benefits=benefits, **fields)


def found(corpus: Corpus) -> Iterator[Fault]:
    """What is found in a corpus and not in the one that ships."""
    return (fault for fault in lint(corpus) if fault not in known())


@cache
def known() -> frozenset[Fault]:
    """What is found in the one that ships."""
    return frozenset(lint(CORPUS))


def names(corpus: Corpus) -> set[str]:
    """The names of what is found anew, but for texts that no longer fit the changed rules."""
    return {fault.name for fault in found(corpus)} - {"figure_without_rule", "rule_without_text", "no_needs"}


def share(**fields: Any) -> Rate:
    """A share of the equipment."""
    return Rate(**{"name": "a", "percent": 12, "base": "b", "fact": "equipment", **fields})


def scale(*tiers: Tier, fact: str = "turnover") -> Tiers:
    """A scale."""
    return Tiers(name="a", by="b", fact=fact, tiers=tiers)


@pytest.mark.parametrize(
    ("benefits", "name"),
    [
        ([share(fact="")], "no_base"),
        ([share(cap_each=6000)], "no_base"),
        ([share(each="mu")], "no_base"),
        ([scale(Tier(label="x", at_least=1, percent=3))], "no_base"),
        ([Match(name="a", percent=50, base="b", fact="upper_award")], "match_of_nothing"),
        ([share(fact="mu")], "wrong_kind"),
        ([Fixed(name="a", amount=1, count="equipment")], "wrong_kind"),
        ([Fixed(name="a", amount=1, needs=(Need(fact="level", one_of=("乡级",)),))], "wrong_value"),
        ([Fixed(name="a", amount=1, needs=(Need(fact="level", at_least=3),))], "wrong_value"),
        ([Fixed(name="a", amount=1, needs=(Need(fact="turnover"),))], "wrong_value"),
        ([scale(Tier(label="x", one_of=("乡级",), amount=1), fact="level")], "wrong_value"),
        ([Fixed(name="a", amount=2, cap_year=1)], "cap_below"),
        ([Maximum(name="a", cap=1, cap_year=3, cap_total=2)], "cap_below"),
        ([scale(Tier(label="x", at_least=1, amount=3, cap=2))], "cap_below"),
        ([scale(Tier(label="x", amount=1))], "tier_without_bounds" ),
        ([Fixed(name="a", amount=1, clause="c"), Fixed(name="b", amount=1)], "no_clause"),
        ([Fixed(name="a", amount=1), Fixed(name="a", amount=2)], "benefit_twice"),
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_is_found(benefits: list[AnyBenefit], name: str) -> None:
    """Each fault has its own name."""
    assert name in names(with_benefits(*benefits))


def test_a_figure_without_a_rule() -> None:
    """A sum or a share that the texts name and no rule has is told with the policy."""
    summary = CORPUS.policies["q91-2"].summary + "再给37万元，或者43%。"
    details = [(f.where, f.name, f.detail, f.hint) for f in found(changed("q91-2", summary=summary))]
    assert details == [
        ("q91-2", "figure_without_rule", "37万元", False),
        ("q91-2", "figure_without_rule", "43%", False),
    ]


def test_a_rule_without_a_text() -> None:
    """A sum of a rule that its policy's texts do not name is worth a look."""
    corpus = with_benefits(Fixed(name="a", amount=370_000))
    assert ("rule_without_text", "a 37万元") in {(f.name, f.detail) for f in found(corpus)}


def test_a_restatement_with_other_figures() -> None:
    """What is restated otherwise is a contradiction."""
    city = CORPUS.policies["xh49-22"].benefits[0]
    corpus = with_benefits(msgspec.structs.replace(city, cap=7_000_000), policy_id="xh49-22")
    assert "contradicts" in names(corpus)


def test_a_district_policy_asks_for_its_district() -> None:
    """Else it would be told to everybody."""
    assert "no_district" in names(changed("q91-63", needs=()))


def test_desks() -> None:
    """A phone is its unit's own; a policy has a desk."""
    unit = CORPUS.policies["q91-2"].contacts[0].unit
    assert names(changed("q91-2", contacts=(Contact(unit=unit, phone="12345678"),))) == {"phone_of_another"}
    assert names(changed("q91-2", contacts=(Contact(unit=unit),))) == {"phone_left_out"}
    assert names(changed("q91-2", contacts=())) == {"no_desk"}


def test_two_that_look_the_same() -> None:
    """Title, district and first keyword tell policies apart."""
    other = CORPUS.policies["q91-3"]
    assert names(changed("q91-2", title=other.title, keywords=other.keywords)) == {"policy_twice"}


def test_facts_that_nothing_asks_for() -> None:
    """A question that decides nothing is found, and a choice without options."""
    idle = Fact(key="idle", name="a", kind="choice", ask="b")
    corpus = replace(CORPUS, facts={**CORPUS.facts, "idle": idle})
    assert names(corpus) == {"fact_unused", "fact_without_options"}


@given(edges=st.lists(st.integers(1, 1000), min_size=1, max_size=6, unique=True), at=st.floats(1, 1001))
def test_a_scale_without_faults_has_one_step_for_every_figure(edges: list[int], at: float) -> None:
    """Steps that begin where the one below ends have neither gap nor overlap, and any figure lies in one."""
    edges = sorted(edges)
    ends: list[int | None] = [*edges[1:], None]
    steps = [Tier(label="x", at_least=low, below=high, amount=1) for low, high in zip(edges, ends, strict=True)]
    assert list(between(steps)) == []
    assert sum(within(step, at) for step in steps) == (at >= edges[0])


@pytest.mark.parametrize(
    ("lower", "upper", "wrong"),
    [
        ({"at_least": 1, "below": 5}, {"above": 5}, ["tiers_gap"]),
        ({"at_least": 1, "below": 5}, {"at_least": 6}, ["tiers_gap"]),
        ({"at_least": 1, "at_most": 5}, {"at_least": 5}, ["tiers_overlap"]),
        ({"at_least": 1, "below": 7}, {"at_least": 5}, ["tiers_overlap"]),
        ({"at_least": 1}, {"at_least": 1}, ["tiers_overlap"]),
        ({"at_least": 1, "at_most": 5}, {"above": 5}, []),
        ({"at_least": 1}, {"at_least": 5}, []),
    ],
)
def test_gaps_and_overlaps(lower: dict[str, float], upper: dict[str, float], wrong: list[str]) -> None:
    """A figure that lies in no step, or in two that end, is found; steps that only begin are nested."""
    assert list(between([Tier(label="l", **lower), Tier(label="u", **upper)])) == wrong  # type: ignore[arg-type]


def test_chosen_values_lead_to_one_step() -> None:
    """A value in two steps is an overlap."""
    twice = scale(*(Tier(label=n, one_of=("省级",), amount=1) for n in "ab"), fact="level")
    assert names(with_benefits(twice)) == {"tiers_overlap"}


def test_the_rules_that_ship_have_no_faults() -> None:
    """Hints may stand; a fault may not."""
    assert [(f.where, f.name, f.detail) for f in lint(CORPUS) if not f.hint] == []


def test_every_finding_has_its_sentence() -> None:
    """What may be found can be said, and nothing else is said."""
    lines: list[str] = []
    assert not run_lint(with_benefits(share(fact="")), WORDS, lines.append)
    assert any(line.startswith("❌ q91-2: ") for line in lines)
    assert lines[-1].startswith("❌ ")
    assert {f.name for f in lint(CORPUS)} <= set(LINT) - set(SAID)
    assert run_lint(CORPUS, WORDS, lines.append)
    assert lines[-1].startswith("✅ ")
    hints = sum(fault.hint for fault in lint(CORPUS))
    assert lines[-2] == f"⚠️ {LINT['hints'].format(detail=hints)}"


def test_figures_of_texts() -> None:
    """Sums and shares, each once; counts are neither."""
    assert figures_of(["给100万元，最高1,000,000元，20%，3个"]) == (frozenset({1e6}), frozenset({20.0}))


def spoilt(policy: Policy) -> Corpus:
    """A corpus in which a policy has all kinds of faults."""
    benefits = [msgspec.structs.replace(one, name="同名", note="另给37万元", clause="") for one in policy.benefits]
    for number, one in enumerate(benefits):
        if isinstance(one, Rate | Match | Step | PerUnit | Tiers):
            benefits[number] = msgspec.structs.replace(one, fact="", cap=1)
    return changed(policy.id, benefits=tuple(benefits), contacts=(), needs=(), summary="给43万元，43%。")


def known_to_forms(at: str) -> bool:
    """Whether the form of a policy has such a field."""
    shapes, known = [shape_of(POLICY)], True
    for key in at.split("."):
        if not key.isdigit():
            fields = [field for shape in shapes for field in shape.fields if field.key == key]
            shapes = [below for field in fields for below in field.shapes.values()]
            known = known and bool(fields)
    return known


@pytest.mark.parametrize("policy", ["q91-1", "q91-2", "q91-7", "q91-63", "xh49-1", "xh49-22"])
def test_every_finding_names_a_field_that_there_is(policy: str) -> None:
    """By the way that forms have for it, so that a page can lead there."""
    wrong = [fault for fault in found(spoilt(CORPUS.policies[policy])) if fault.where == policy]
    assert len({fault.name for fault in wrong}) >= 2
    assert [fault for fault in wrong if not fault.at or not known_to_forms(fault.at)] == []


def test_of_a_figure_the_text_is_named_that_has_it() -> None:
    """Of the summary, of the conditions, and of the note of a benefit."""
    first = CORPUS.policies["q91-2"]
    noted = (msgspec.structs.replace(first.benefits[0], note="另给37万元"), *first.benefits[1:])
    several: tuple[tuple[dict[str, Any], str], ...] = (
        ({"summary": f"{first.summary}再给37万元"}, "summary"),
        ({"conditions": (*first.conditions, "另给37万元")}, "conditions"),
        ({"benefits": noted}, "benefits.0.note"),
    )
    for changes, at in several:
        assert {fault.at for fault in found(changed("q91-2", **changes)) if fault.detail == "37万元"} == {at}
