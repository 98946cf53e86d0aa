"""Sets of policies are those that a look at every policy gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bot.corpus import Corpus
from bot.groups import Groups
from bot.policies import Match, Policy, Status, figures, largest
from tests.corpus import the_corpus

DAY = date(2026, 11, 22)


def those(fits: Callable[[Policy], bool]) -> frozenset[str]:
    """The ids of all policies that fit, looked at one by one."""
    return frozenset(policy.id for policy in the_corpus().policies.values() if fits(policy))


def of_unit(name: str) -> Callable[[Policy], bool]:
    """Whether a policy has a contact of a unit."""
    return lambda policy: any(contact.unit == name for contact in policy.contacts)


def of_phone(number: str) -> Callable[[Policy], bool]:
    """Whether a policy has a contact with a number."""
    return lambda policy: any(contact.phone == number for contact in policy.contacts)


def standing(state: Status, day: date) -> Callable[[Policy], bool]:
    """Whether a policy stands so on a day."""
    return lambda policy: the_corpus().status(policy, day) is state


@pytest.mark.parametrize("policy", list(the_corpus().policies.values()), ids=lambda policy: policy.id)
def test_what_a_policy_has_leads_to_all_that_have_it(policy: Policy) -> None:
    """Its paper, title, district, topics, units and phones."""
    of = the_corpus().groups.of
    assert of("paper", policy.paper) == those(lambda p: p.paper == policy.paper)
    assert of("title", policy.title) == those(lambda p: p.title == policy.title)
    assert of("district", policy.district) == those(lambda p: p.district == policy.district)
    assert of("topic", *policy.topics) == those(lambda p: bool(set(policy.topics) & set(p.topics)))
    for contact in policy.contacts:
        assert of("unit", contact.unit) == those(of_unit(contact.unit))
        assert of("phone", contact.phone) == those(of_phone(contact.phone))


def test_several_names_are_all_of_them_and_unknown_ones_nothing() -> None:
    """A name that nobody has adds nothing."""
    groups = the_corpus().groups
    some = ("崂山区", "平度市", "火星")
    assert groups.of("district", *some) == those(lambda p: p.district in some)
    assert groups.of("district", "火星") == groups.of("district") == frozenset()


@pytest.mark.parametrize("day", [date(2023, 1, 1), DAY, date(2030, 1, 1)])
def test_where_policies_stand_is_of_the_day(day: date) -> None:
    """Each state on each day, and two together; asked again it is the same."""
    corpus = the_corpus()
    for state in Status:
        assert corpus.groups.among(day, state) == those(standing(state, day))
    both = (Status.VALID, Status.OPEN)
    assert corpus.groups.among(day, *both) == those(lambda p: corpus.status(p, day) in both)
    assert corpus.groups.among(day, *both) == corpus.groups.among(day, *both)


def test_last_days_are_counted_with_both_ends() -> None:
    """Who ends on the first or on the last day of a span ends in it."""
    corpus = the_corpus()

    def ends(policy: Policy) -> date:
        return corpus.period(policy)[1] or date.max

    first, last = sorted({ends(p) for p in corpus.policies.values()} - {date.max})[:2]
    assert corpus.groups.ending(first, last) == those(lambda p: first <= ends(p) <= last)
    assert corpus.groups.ending(date(1990, 1, 1), date(1990, 1, 1)) == frozenset()


@pytest.mark.parametrize("yuan", [0.0, 100_000.0, 500_000.0, 5_000_000.0, 5_000_000.5, 1e12])
def test_sums_are_those_that_are_named(yuan: float) -> None:
    """Of a policy every figure counts, and for at least so much its largest."""
    groups = the_corpus().groups
    assert groups.naming(yuan) == those(lambda p: yuan in figures(p))
    assert groups.reaching(yuan) == those(lambda p: (largest(p) or 0) >= yuan)


def linked(one: Policy, other: Policy) -> bool:
    """Whether one of the two names the other as related, or takes a share of it."""
    shares = [(b, p) for p in (one, other) for b in p.benefits if isinstance(b, Match)]
    ids = {one.id, other.id}
    return (
        other.id in one.related
        or one.id in other.related
        or any((ids - {p.id}) & set(benefit.of) for benefit, p in shares)
    )


def test_links_go_both_ways_in_the_order_of_the_corpus() -> None:
    """What one names leads to it as well."""
    corpus: Corpus = the_corpus()
    for policy in corpus.policies.values():
        others = tuple(p.id for p in corpus.policies.values() if p.id != policy.id and linked(policy, p))
        assert corpus.groups.linked(policy.id) == others


def test_without_policies_there_are_no_sets() -> None:
    """Nothing is found of nothing."""
    empty = Groups({}, {})
    assert empty.of("paper", "city") == empty.among(DAY, Status.VALID) == empty.naming(1.0) == frozenset()
    assert empty.ending(DAY, DAY) == empty.reaching(1.0) == frozenset()
    assert empty.linked("q91-1") == ()
