"""The rules that ship with the program: each says what it goes by, its scales are whole, its examples are all there."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.policies import (
    AnyBenefit,
    Fact,
    Match,
    Need,
    PerUnit,
    Policy,
    Rate,
    Status,
    Step,
    Tier,
    Tiers,
    facts_of,
)  # fmt: skip
from tests.corpus import the_corpus
from tests.each import of_each

CORPUS = the_corpus()
POLICIES = of_each(CORPUS.policies)
FACTS = of_each(CORPUS.facts)
EXAMPLES = Path(__file__).parent / "examples"
WORKED: list[dict[str, Any]] = [
    example
    for path in sorted(EXAMPLES.glob("*.toml"))
    for example in tomllib.loads(path.read_text(encoding="utf-8"))["example"]
]
ASKED_OF_ALL = {"received"}  # what a top-up takes off, whatever the rule
YES_OR_NO = ("是", "否")
Edge = tuple[float, bool]


@POLICIES
def test_a_rule_says_the_fact_it_goes_by(policy: Policy) -> None:
    """Shares, scales, steps, matched awards and sums per unit begin with a fact, and so do all limits per unit."""
    for benefit in policy.benefits:
        if isinstance(benefit, Rate | Tiers | Step | Match | PerUnit):
            assert benefit.fact, benefit
        if isinstance(benefit, Tiers):
            shares = any(tier.percent is not None for tier in benefit.tiers)
            assert bool(benefit.base_fact) == shares == bool(benefit.base), benefit
        if isinstance(benefit, Rate):
            assert (benefit.cap_each is None) == (benefit.each == ""), benefit


def asked(policy: Policy) -> Iterator[tuple[Need | Tier, Fact]]:
    """Every need and step of a policy with the fact it is about."""
    for need in policy.needs:
        yield need, CORPUS.facts[need.fact]
    for benefit in policy.benefits:
        for need in benefit.needs:
            yield need, CORPUS.facts[need.fact]
        for tier in getattr(benefit, "tiers", ()):
            yield tier, CORPUS.facts[getattr(benefit, "fact", "")]


def bounds(asks: Need | Tier) -> list[float]:
    """The bounds that are set."""
    return [b for b in (asks.at_least, asks.above, asks.below, asks.at_most) if b is not None]


@POLICIES
def test_what_is_asked_of_a_fact_fits_its_kind(policy: Policy) -> None:
    """Chosen facts are asked for by values they have, counted ones by bounds."""
    for asks, fact in asked(policy):
        known = YES_OR_NO if fact.kind == "yes" else tuple(option.name for option in fact.options)
        assert set(asks.one_of) <= set(known), (asks, fact.key)
        assert bool(asks.one_of) == bool(known), (asks, fact.key)
        assert bool(bounds(asks)) != bool(known), (asks, fact.key)


def floor(tier: Tier) -> Edge:
    """Where a step begins, and whether that figure itself belongs to it."""
    if tier.at_least is not None:
        return tier.at_least, True
    return (float("-inf"), False) if tier.above is None else (tier.above, False)


def ceiling(tier: Tier) -> Edge:
    """Where a step ends, and whether that figure itself belongs to it."""
    if tier.at_most is not None:
        return tier.at_most, True
    return (float("inf"), False) if tier.below is None else (tier.below, False)


@POLICIES
def test_a_scale_has_no_gaps_and_no_overlaps(policy: Policy) -> None:
    """Of chosen values none leads to two steps; of counted ones each step begins where the one below it ends."""
    for benefit in policy.benefits:
        if not isinstance(benefit, Tiers):
            continue
        values = Counter(value for tier in benefit.tiers for value in tier.one_of)
        assert all(count == 1 for count in values.values()), benefit
        if values:
            continue
        steps = sorted(benefit.tiers, key=floor)
        assert ceiling(steps[-1])[0] == float("inf"), benefit
        for lower, upper in pairwise(steps):
            (end, ends_with), (start, starts_with) = ceiling(lower), floor(upper)
            assert end == start, benefit
            assert ends_with != starts_with, benefit


@POLICIES
def test_what_excludes_or_shares_is_at_least_two(policy: Policy) -> None:
    """A word for a choice or for a shared cap stands at more than one benefit; shared caps are the same."""
    for word in ("choice", "shared"):
        names = Counter(getattr(benefit, word) for benefit in policy.benefits if getattr(benefit, word))
        assert all(count > 1 for count in names.values()), names
    for name in {benefit.shared for benefit in policy.benefits if benefit.shared}:
        caps = {(b.cap_year, b.cap_total) for b in policy.benefits if b.shared == name}
        assert len(caps) == 1, caps


@FACTS
def test_a_fact_can_be_asked_for_and_told(fact: Fact) -> None:
    """It has a name, a question, and words; choices have options, counts a unit; no word means two of its values."""
    assert fact.name
    assert fact.ask.endswith(("。", "？"))
    assert (fact.kind == "choice") == (len(fact.options) > 1)
    assert (fact.kind == "number") == bool(fact.unit)
    assert bool(fact.words) == (fact.kind != "choice")
    assert bool(fact.no) == (fact.kind == "yes")
    options = [word for option in fact.options for word in (option.name, *option.words)]
    said = Counter([*fact.words, *fact.no, *options])
    assert [word for word, count in said.items() if count > 1] == []


def test_every_fact_is_asked_for_by_a_rule() -> None:
    """Nothing is asked of a follower that decides nothing."""
    used = {key for policy in CORPUS.policies.values() for key in facts_of(policy)}
    assert set(CORPUS.facts) - used == ASKED_OF_ALL


def benefit_of(example: dict[str, Any]) -> tuple[Policy, AnyBenefit]:
    """The policy and the benefit of a worked example."""
    policy = CORPUS.policies[example["policy"]]
    return policy, next(benefit for benefit in policy.benefits if benefit.name == example["benefit"])


def test_every_benefit_has_a_worked_example() -> None:
    """Each is tried, and nothing is tried that does not exist."""
    wanted = {(policy.id, benefit.name) for policy in CORPUS.policies.values() for benefit in policy.benefits}
    assert {(example["policy"], example["benefit"]) for example in WORKED} == wanted


@of_each({f"{n}-{e['policy']}": e for n, e in enumerate(WORKED)})
def test_a_worked_example_is_of_its_rule(example: dict[str, Any]) -> None:
    """It tells facts that exist, in values that they have, on a day when the policy is in force."""
    policy, _ = benefit_of(example)
    for key, value in example["facts"].items():
        fact = CORPUS.facts[key]
        known = YES_OR_NO if fact.kind == "yes" else tuple(option.name for option in fact.options)
        assert value in known if known else value > 0 or fact.kind == "percent"
    day = example.get("date", date(2026, 12, 31))
    assert CORPUS.status(policy, day) in (Status.VALID, Status.OPEN, Status.NOT_STATED)
    assert example["why"]


def test_the_top_of_every_scale_and_share_is_tried() -> None:
    """For each cap of a share there is an example that reaches it."""
    sums = {
        (example["policy"], example["benefit"], int(str(example["expect"]).removeprefix("up_to:")))
        for example in WORKED
        if str(example["expect"]).removeprefix("up_to:").isdecimal()
    }
    for example in WORKED:
        policy, benefit = benefit_of(example)
        if isinstance(benefit, Rate | Tiers):
            caps = [benefit.cap, *(tier.cap or tier.amount for tier in getattr(benefit, "tiers", ()))]
            for cap in caps:
                assert cap is None or (policy.id, benefit.name, cap) in sums, (policy.id, benefit.name, cap)
