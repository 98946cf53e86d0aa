"""One benefit against facts: worked examples by hand from the papers, and what holds for every rule and figure."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.person import Facts
from bot.policies import (
    AnyBenefit,
    Fixed,
    Maximum,
    Need,
    Pool,
    Rate,
    Step,
    Tier,
    Tiers,
)  # fmt: skip
from bot.reckoning.awards import Period, award
from bot.reckoning.benefits import Outcome, State, Verdict, check, evaluate, needs_of, within
from tests.corpus import the_corpus
from tests.each import of_each

CORPUS = the_corpus()
EXAMPLES = Path(__file__).parents[2] / "examples"
WORKED: list[dict[str, Any]] = [
    example
    for path in sorted(EXAMPLES.glob("*.toml"))
    for example in tomllib.loads(path.read_text(encoding="utf-8"))["example"]
]
RULES = [(policy.id, benefit) for policy in CORPUS.policies.values() for benefit in policy.benefits]
SUMS = st.integers(1, 10**13).map(lambda fen: fen / 100)


def told(outcome: Outcome) -> str:
    """An outcome in the words of the examples."""
    match outcome.state:
        case State.AWARDED:
            return str(int(outcome.sum)) if outcome.sum == int(outcome.sum) else str(outcome.sum)
        case State.UP_TO:
            return f"up_to:{int(outcome.sum)}"
        case State.MISSING:
            return f"missing:{outcome.missing[0]}"
        case State.BUDGET:
            return "budget"
        case _:
            return "not_met"


@of_each({f"{n}-{e['policy']}": e for n, e in enumerate(WORKED)})
def test_a_worked_example_comes_out(example: dict[str, Any]) -> None:
    """What was worked out by hand from the paper is what the rule gives."""
    policy = CORPUS.policies[example["policy"]]
    benefit = next(b for b in policy.benefits if b.name == example["benefit"])
    period = Period.on(example.get("date", date(2026, 11, 22)))
    found = award(CORPUS, policy, example["facts"], period=period, benefits=[benefit])
    got = "not_met" if found.unmet else told(found.parts[0].outcome)
    assert got == str(example["expect"]), example["why"]


def rate(**fields: Any) -> Rate:
    """A share of an investment."""
    return Rate(**{"name": "a", "percent": 12, "base": "b", "fact": "money", **fields})


def test_each_of_several_under_the_cap_of_one() -> None:
    """8万, 15万 and 22万 under a cap of 10万 each are 28万, and no more than all of them may have."""
    each = rate(percent=100, cap=100_000, cap_total=500_000, count="products")
    found = evaluate(each, {"money": 450_000.0, "products": 3.0}, shares=(80_000, 150_000, 220_000))
    assert (found.state, found.sum) == (State.AWARDED, Decimal(280_000))
    assert [int(part) for part in found.trace.parts] == [80_000, 100_000, 100_000]
    assert evaluate(each, {"money": 720_000.0}, shares=(120_000,) * 6).sum == 500_000


def test_what_fell_gives_nothing() -> None:
    """A share of less than nothing is no debt."""
    assert evaluate(rate(), {"money": -5_000.0}).state is State.OUTSIDE


def test_a_share_with_its_arithmetic() -> None:
    """3000万 × 12 % is 360万, below the cap of 600万, which did not bite."""
    found = evaluate(rate(cap=6_000_000), {"money": 30_000_000.0})
    assert found.state is State.AWARDED
    assert [found.trace.base, found.trace.percent, found.trace.raw] == [30_000_000, 12, 3_600_000]
    assert found.sum == 3_600_000
    assert found.trace.bitten is None
    assert [limit.kind for limit in found.trace.limits] == ["cap"]


def test_the_limit_that_bit_is_named() -> None:
    """Of several limits the one that decided the sum is told."""
    found = evaluate(rate(cap=20_000_000, cap_year=6_000_000), {"money": 400_000_000.0})
    assert found.sum == 6_000_000
    assert found.trace.bitten is not None
    assert found.trace.bitten.kind == "cap_year"


def test_a_share_that_is_a_maximum() -> None:
    """Where the share itself is at most so much the sum is a maximum."""
    assert evaluate(rate(upto=True), {"money": 100.0}).state is State.UP_TO


def test_a_limit_for_each_unit() -> None:
    """400万 × 60 % is 240万, of which 6000 for each of 300 mu are 180万."""
    pond = rate(percent=60, cap_each=6000, each="mu")
    found = evaluate(pond, {"money": 4_000_000.0, "mu": 300.0})
    assert found.sum == 1_800_000
    assert evaluate(pond, {"money": 4_000_000.0}).missing == ("mu",)


def test_a_base_out_of_bounds() -> None:
    """A base that is too small is a need that is not met, at the bound to the fen."""
    bounded = rate(base_above=100_000)
    assert evaluate(bounded, {"money": 100_000.0}).state is State.UNMET
    assert evaluate(bounded, {"money": 100_000.01}).pays
    assert [need.above for need in needs_of(bounded)] == [100_000]


def test_no_fen_too_much() -> None:
    """Products are exact and cut: a third of a yuan is 33 fen, and 0.1 is a tenth."""
    assert evaluate(rate(percent=33), {"money": 1.0}).sum == Decimal("0.33")
    assert evaluate(rate(percent=0.1), {"money": 1000.0}).sum == 1
    assert evaluate(rate(percent=1), {"money": 0.5}).sum == 0


def test_awards_by_number() -> None:
    """Three products at 1万 are 3万; a cap of one award holds for each, one of an enterprise for all."""
    each = Fixed(name="a", amount=10_000, count="products")
    assert evaluate(each, {"products": 3.0}).sum == 30_000
    assert evaluate(each, {}).sum == 10_000
    capped = Fixed(name="a", amount=200_000, count="products", cap_total=500_000)
    assert evaluate(capped, {"products": 3.0}).sum == 500_000
    assert (
        evaluate(Maximum(name="a", cap=100_000, cap_total=500_000, count="products"), {"products": 9.0}).sum == 500_000
    )


def test_one_base_for_several_awards() -> None:
    """How several awards with a cap each share one base nobody told: what they come to is a maximum."""
    several = rate(percent=50, cap=1_000, count="products")
    assert evaluate(several, {"money": 6_000.0, "products": 2.0}).state is State.UP_TO
    assert evaluate(several, {"money": 6_000.0, "products": 2.0}).sum == 2_000
    assert evaluate(several, {"money": 1_000.0, "products": 2.0}).state is State.AWARDED


def test_steps_are_full_ones() -> None:
    """Of 3.9亿 more three full steps count; less than one is no award."""
    step = Step(name="a", by="b", fact="growth", step=1e8, amount=500_000, cap=3_000_000)
    assert evaluate(step, {"growth": 390_000_000.0}).sum == 1_500_000
    assert evaluate(step, {"growth": 99_999_999.0}).state is State.OUTSIDE
    assert evaluate(step, {"growth": 9e9}).sum == 3_000_000


SCALE = Tiers(
    name="a",
    by="b",
    fact="turnover",
    topup=True,
    tiers=(
        Tier(label="big", above=5e8, amount=3_000),
        Tier(label="small", above=1e8, at_most=5e8, amount=1_000),
    ),
)


def test_a_scale() -> None:
    """The step is the one the fact lies in; below the lowest there is none."""
    assert evaluate(SCALE, {"turnover": 5e8}).trace.tier == "small"
    assert evaluate(SCALE, {"turnover": 5e8 + 0.01}).sum == 3_000
    assert evaluate(SCALE, {"turnover": 1e8}).state is State.OUTSIDE
    assert evaluate(SCALE, {}).missing == ("turnover",)


def test_nested_steps() -> None:
    """Of steps that only begin somewhere the highest that is reached counts."""
    nested = Tiers(
        name="a",
        by="b",
        fact="items",
        tiers=(Tier(label="three", at_least=3, amount=50), Tier(label="five", at_least=5, amount=100)),
    )
    assert [evaluate(nested, {"items": n}).sum for n in (3.0, 4.0, 5.0, 9.0)] == [50, 50, 100, 100]


def test_a_top_up() -> None:
    """What a lower step gave, or what was received, is taken off, and nothing below zero comes of it."""
    assert evaluate(SCALE, {"turnover": 6e8}, before=2e8).sum == 2_000
    assert evaluate(SCALE, {"turnover": 6e8, "received": 500.0}).trace.deducted == 500
    assert evaluate(SCALE, {"turnover": 6e8, "received": 9_999.0}).sum == 0


def test_a_chosen_step_with_a_share() -> None:
    """A stage leads to a share of a base with its own cap; the base is asked for when the stage is known."""
    stages = Tiers(
        name="a",
        by="b",
        fact="stage",
        base="c",
        base_fact="cost",
        tiers=(Tier(label="II", one_of=("II",), percent=30, cap=6_000_000),),
    )
    assert evaluate(stages, {"stage": "II"}).missing == ("cost",)
    assert evaluate(stages, {"stage": "II", "cost": 15_000_000.0}).sum == 4_500_000
    assert evaluate(stages, {"stage": "II", "cost": 90_000_000.0}).sum == 6_000_000
    assert evaluate(stages, {"stage": "I"}).state is State.OUTSIDE


def test_a_budget_is_nobodys() -> None:
    """The money of a scheme gives no sum."""
    assert evaluate(Pool(name="a", amount=1), {}).state is State.BUDGET


def test_a_rule_without_a_fact_asks_for_nothing() -> None:
    """It has no sum, and there is nothing to ask for."""
    found = evaluate(rate(fact=""), {"money": 1.0})
    assert (found.state, found.missing) == (State.MISSING, ())


def test_needs_have_three_values() -> None:
    """Met, not met, and not told are three things; the sum holds where nothing stands against it."""
    need = Need(fact="scale", one_of=("above",))
    verdicts = [check(need, facts) for facts in ({"scale": "above"}, {"scale": "below"}, {})]
    assert verdicts == [Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN]
    fixed = Fixed(name="a", amount=7, needs=(need,))
    assert evaluate(fixed, {}).unknown == (need,)
    assert evaluate(fixed, {"scale": "below"}).unmet == (need,)


@given(low=st.floats(0, 1e6), high=st.floats(0, 1e6), value=st.floats(0, 1e6))
def test_bounds_are_what_they_say(low: float, high: float, value: float) -> None:
    """At least and at most take the bound in, above and below leave it out."""
    assert within(Need(fact="f", at_least=low, below=high), value) == (low <= value < high)
    assert within(Need(fact="f", above=low, at_most=high), value) == (low < value <= high)


def facts_for(benefit: AnyBenefit, figure: float, count: float) -> Facts:
    """Facts under which a rule has a sum, if any figure gives one: every need is met by what is chosen."""
    facts: Facts = {}
    for key in (getattr(benefit, "fact", ""), getattr(benefit, "base_fact", "")):
        if key and CORPUS.facts[key].kind in ("money", "number", "percent"):
            facts[key] = figure
    if isinstance(benefit, Tiers) and benefit.fact not in facts:
        facts[benefit.fact] = benefit.tiers[int(count) % len(benefit.tiers)].one_of[0]
    for key in (getattr(benefit, "each", ""), benefit.count):
        if key:
            facts[key] = count
    for need in benefit.needs:
        if need.one_of:
            facts.setdefault(need.fact, need.one_of[0])
    return facts


def caps(benefit: AnyBenefit, count: float) -> list[int]:
    """What the sum of an enterprise is limited to by the rule."""
    stated = [benefit.cap_year, benefit.cap_total]
    if benefit.cap is not None:
        stated.append(int(benefit.cap * (count if benefit.count else 1)))
    return [cap for cap in stated if cap is not None]


@given(figures=st.tuples(SUMS, SUMS), count=st.integers(1, 50))
def test_no_sum_is_above_its_caps_or_below_nothing(figures: tuple[float, float], count: int) -> None:
    """Whatever is told, every rule of the corpus keeps its caps, and more never gives less."""
    for name, benefit in RULES:
        rule = f"{name} {benefit.name}"
        small, large = (evaluate(benefit, facts_for(benefit, figure, float(count))) for figure in sorted(figures))
        for found in (small, large):
            assert 0 <= found.sum <= min(caps(benefit, count), default=found.sum), rule
            assert found.sum == found.sum.quantize(Decimal("0.01")), rule
            bitten = found.trace.bitten
            assert found.trace.deducted or found.sum == (bitten.amount if bitten else found.trace.raw), rule
        falls = isinstance(benefit, Rate) and benefit.base_below is not None
        if small.pays and large.pays and not falls:
            assert small.sum <= large.sum, rule


@given(turnover=SUMS)
def test_scales_of_the_corpus_leave_nothing_out(turnover: float) -> None:
    """From the lowest step on every figure lies in a step of every scale."""
    for _, benefit in RULES:
        if isinstance(benefit, Tiers) and CORPUS.facts[benefit.fact].kind != "choice":
            lowest = min(b for t in benefit.tiers for b in (t.at_least, t.above) if b is not None)
            fits = sum(within(tier, turnover) for tier in benefit.tiers)
            assert fits >= (turnover > lowest)
