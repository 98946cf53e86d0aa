"""What benefits come to together: shared caps, choices, levels, restatements, what is over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.policies import AnyBenefit, Fixed, Maximum, Need, Policy, Rate
from bot.reckoning.awards import Award, Period, award, companions, counted_for_all, in_force, standing, total
from bot.reckoning.benefits import State, Verdict
from tests.corpus import the_corpus

CORPUS = the_corpus()
TODAY = Period.on(date(2026, 11, 22))
SUMS = st.integers(1, 10**12).map(lambda fen: fen / 100)


def policy(*benefits: AnyBenefit, **fields: object) -> Policy:
    """The policy of technical renewal with other benefits."""
    return msgspec.structs.replace(CORPUS.policies["q91-1"], benefits=benefits, **fields)


def given_by(policy_id: str, facts: dict[str, float | str], names: tuple[str, ...] = ()) -> Award:
    """The award of a policy of the corpus, of all benefits or those named."""
    found = CORPUS.policies[policy_id]
    chosen = [b for b in found.benefits if not names or any(name in b.name for name in names)]
    return award(CORPUS, found, facts, period=TODAY, benefits=chosen)


@given(amounts=st.lists(st.integers(1, 1000), min_size=1, max_size=6), cap=st.integers(1, 3000))
def test_a_shared_cap_holds_for_all_together(amounts: list[int], cap: int) -> None:
    """Benefits that share a cap never come to more, and to all of it where they could; parts add up to the sum."""
    parts = [Fixed(name=f"{n}", amount=amount, shared="s", cap_year=cap) for n, amount in enumerate(amounts)]
    found = award(CORPUS, policy(*parts), {}, period=TODAY)
    assert found.sum == min(cap, sum(min(amount, cap) for amount in amounts))
    assert found.sum == sum((part.sum for part in found.parts), Decimal(0))


@given(amounts=st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_of_what_excludes_each_other_the_best_counts(amounts: list[int]) -> None:
    """The others are named and do not count."""
    parts = [Fixed(name=f"{n}", amount=amount, choice="c") for n, amount in enumerate(amounts)]
    found = award(CORPUS, policy(*parts), {}, period=TODAY)
    assert found.sum == max(amounts)
    assert sum(part.beaten for part in found.parts) == len(amounts) - 1


def test_what_hangs_on_an_untold_need_beats_nothing() -> None:
    """A larger sum for the few does not take the place of what everybody gets, until they say they are of the few."""
    few = Fixed(name="few", amount=9, choice="c", needs=(Need(fact="major", one_of=("是",)),))
    both = policy(Fixed(name="all", amount=5, choice="c"), few)
    assert award(CORPUS, both, {}, period=TODAY).sum == 5
    assert award(CORPUS, both, {"major": "是"}, period=TODAY).sum == 9


def test_a_policy_that_is_not_for_them_gives_nothing() -> None:
    """A need of the policy that fails leaves no sum, and is named."""
    found = given_by("q91-63", {"district": "平度市", "cloud_fee": 600_000.0})
    assert found.sum == 0
    assert [need.fact for need in found.unmet] == ["district"]


def test_maxima_are_told_as_such() -> None:
    """Where a desk decides over a part the whole is at most so much."""
    found = award(CORPUS, policy(Fixed(name="a", amount=1), Maximum(name="b", cap=2)), {}, period=TODAY)
    assert (found.sum, found.up_to) == (Decimal(3), True)


@given(equipment=SUMS)
def test_a_share_of_the_citys_award(equipment: float) -> None:
    """Pingdu's quarter is taken of the city's award worked out here, its base is told, and the whole is the parts."""
    facts: dict[str, float | str] = {"district": "平度市", "equipment": equipment}
    city = award(CORPUS, CORPUS.policies["q91-1"], facts, period=TODAY, benefits=CORPUS.policies["q91-1"].benefits[:1])
    district = given_by("q91-65", facts)
    both = total([city, district])
    assert both.sum == city.sum + district.sum
    if equipment > 5_000_000:
        assert district.sum == min((city.sum / 4).quantize(Decimal("0.01"), "ROUND_DOWN"), Decimal(1_000_000))
        assert district.parts[0].source == "q91-1"
    else:
        assert district.sum == 0


def test_what_the_city_gave_goes_before_what_it_would_give() -> None:
    """A sum that was told is the base, and no doubt is left."""
    found = given_by("q91-65", {"district": "平度市", "equipment": 30_000_000.0, "upper_award": 2_000_000.0})
    assert (found.sum, found.parts[0].source) == (Decimal(500_000), "")


def test_a_stated_sum_is_no_base_unless_it_is_meant() -> None:
    """A share of whatever the city awards is not taken of a title that nobody spoke of."""
    found = given_by("q91-88", {"district": "高新区"})
    assert [part.outcome.state for part in found.parts] == [State.MISSING] * len(found.parts)


def test_nothing_counts_twice() -> None:
    """A restatement is left out beside what it restates, and counts alone."""
    facts: dict[str, float | str] = {"equipment": 30_000_000.0, "district": "西海岸新区"}
    city = given_by("q91-1", facts, ("技术改造奖补",))
    again = given_by("xh49-22", facts, ("技术改造奖补",))
    assert city.sum == again.sum == 3_600_000
    both = total([city, again])
    assert (both.sum, both.restated) == (Decimal(3_600_000), ("xh49-22",))
    assert total([again]).sum == 3_600_000


def test_what_is_over_is_named_and_not_counted() -> None:
    """The city's 5G factory ended with 2025; what it would have given stands beside."""
    facts: dict[str, float | str] = {"district": "崂山区"}
    both = total([given_by("q91-35", facts, ("5G",)), given_by("q91-62", facts, ("5G",))])
    assert both.sum == 600_000
    assert [(a.policy.id, a.sum) for a in both.over] == [("q91-35", Decimal(1_000_000))]


def test_as_of_a_year_and_a_day() -> None:
    """A policy counts in a year that it was in force on any day of, and not before its paper was issued."""
    factory, renewal = CORPUS.policies["q91-35"], CORPUS.policies["q91-1"]
    assert in_force(CORPUS, factory, Period.year(2025))
    assert not in_force(CORPUS, factory, Period.year(2026))
    assert in_force(CORPUS, factory, Period.on(date(2025, 12, 31)))
    assert not in_force(CORPUS, factory, Period.on(date(2026, 1, 1)))
    assert in_force(CORPUS, renewal, Period.year(2024))
    assert not in_force(CORPUS, renewal, Period.year(2023))


def test_policies_of_other_levels() -> None:
    """What says that it is a share is known by its text, what is for the same thing by its name and level."""
    renewal = companions(CORPUS, CORPUS.policies["q91-1"], CORPUS.policies["q91-1"].benefits)
    assert {(c.policy.id, c.stated) for c in renewal} >= {("q91-65", True), ("q91-80", True)}
    assert not any(c.policy.restates for c in renewal)
    city = CORPUS.policies["q91-37"]
    platforms = companions(CORPUS, city, city.benefits[:1])
    assert ("q91-61", False) in {(c.policy.id, c.stated) for c in platforms}
    factory = [b for b in CORPUS.policies["q91-62"].benefits if "5G" in b.name]
    assert {b.name for c in companions(CORPUS, CORPUS.policies["q91-62"], factory) for b in c.benefits} == {
        "“5G工厂”（5G全连接工厂）奖励"
    }


def test_needs_by_their_verdict() -> None:
    """What is met, failed and not told stands apart."""
    needs = [Need(fact=key, one_of=("a",)) for key in ("x", "y", "z")]
    found = standing(needs, {"x": "a", "y": "b"})
    assert {verdict: [n.fact for n in kept] for verdict, kept in found.items()} == {
        Verdict.MET: ["x"],
        Verdict.UNMET: ["y"],
        Verdict.UNKNOWN: ["z"],
    }


def test_what_everybody_gets() -> None:
    """Of a policy nobody spoke of only what is worked out from figures counts, and nothing for the few."""
    parts = (
        Rate(name="a", percent=1, base="b", fact="equipment"),
        Fixed(name="b", amount=1),
        Rate(name="c", percent=2, base="b", fact="equipment", who="few"),
    )
    assert [b.name for b in counted_for_all(policy(*parts))] == ["a"]


def test_every_policy_adds_up() -> None:
    """Without a fact every policy of the corpus has an award, and its parts are its sum."""
    for each in CORPUS.policies.values():
        found = award(CORPUS, each, {}, period=TODAY)
        assert found.sum == (0 if found.unmet else sum((part.sum for part in found.counted), Decimal(0)))
        assert len(found.parts) == len(each.benefits)
