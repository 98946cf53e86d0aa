"""What a policy is, and where it stands on a day."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policies import (
    AnyBenefit,
    Fixed,
    Match,
    Maximum,
    Paper,
    PerUnit,
    Policy,
    Pool,
    Rate,
    Status,
    Step,
    Tier,
    Tiers,
    figures,
    largest,
    period,
    status_on,
)

START, END, ONE = date(2023, 1, 1), date(2026, 12, 31), timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def policy(*benefits: AnyBenefit, start: date | None = None, end: date | None = None) -> Policy:
    """A policy with these benefits."""
    return Policy(
        id="q91-1", title="技改", level="city", district="市", chapter="", topics=(), paper="p", summary="", who=(),
        contacts=(), benefits=benefits, start=start, end=end,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "start", "end", "status"),
    [
        (END, START, END, Status.VALID),
        (END + ONE, START, END, Status.EXPIRED),
        (START, START, END, Status.VALID),
        (START - ONE, START, END, Status.UPCOMING),
        (END, None, END, Status.VALID),
        (END + ONE, None, END, Status.EXPIRED),
        (date.min, None, END, Status.VALID),
        (START, START, None, Status.OPEN),
        (date.max, START, None, Status.OPEN),
        (START - ONE, START, None, Status.UPCOMING),
        (START, None, None, Status.NOT_STATED),
        (START, START, START, Status.VALID),
    ],
)
def test_both_ends_of_a_period_are_in_force(day: date, start: date | None, end: date | None, status: Status) -> None:
    """On its first and its last day a policy is in force, the day before not yet, the day after no more."""
    assert status_on(day, start, end) is status


@given(DAYS, st.none() | DAYS, st.none() | DAYS)
def test_a_policy_stands_in_exactly_one_state(day: date, start: date | None, end: date | None) -> None:
    """The states part all days and periods between them, and only a last day in the past ends a policy."""
    states = {
        Status.EXPIRED: end is not None and day > end,
        Status.UPCOMING: start is not None and day < start and not (end is not None and day > end),
        Status.VALID: end is not None and day <= end and (start is None or day >= start),
        Status.OPEN: end is None and start is not None and day >= start,
        Status.NOT_STATED: start is None and end is None,
    }
    assert set(states) == set(Status)
    assert [state for state, holds in states.items() if holds] == [status_on(day, start, end)]


@given(DAYS, DAYS, st.integers(0, 400))
def test_a_state_never_goes_back(day: date, start: date, length: int) -> None:
    """As days pass a policy goes from upcoming over valid to expired, and stays there."""
    order = [Status.UPCOMING, Status.VALID, Status.EXPIRED]
    end = start + timedelta(days=length)
    assert order.index(status_on(day, start, end)) <= order.index(status_on(day + ONE, start, end))


def test_a_policys_own_days_go_before_its_papers() -> None:
    """What a policy states itself overrules its paper, each end for itself."""
    paper = Paper(title="p", start=START, end=END)
    assert period(policy(), paper) == (START, END)
    assert period(policy(end=date(2025, 9, 16)), paper) == (START, date(2025, 9, 16))
    assert period(policy(start=date(2024, 1, 1)), paper) == (date(2024, 1, 1), END)
    assert period(policy(), Paper(title="p")) == (None, None)


def test_figures_are_what_one_award_can_be() -> None:
    """Stated sums, caps and tiers count; budgets of the scheme, sums per unit and per step do not."""
    tiers = Tiers(
        name="", by="年营业收入", tiers=(Tier(label="", amount=100), Tier(label="", cap=300, percent=5)), cap=400
    )
    counted = policy(
        Fixed(name="", amount=50, cap_year=60),
        Rate(name="", percent=12, base="设备投资", base_at_least=9, cap_year=6_000_000),
        Maximum(name="", cap=70),
        Match(name="", percent=100, base="市级奖补", cap_total=80),
        tiers,
    )
    assert figures(counted) == {50, 60, 6_000_000, 70, 80, 100, 300, 400}
    assert largest(counted) == 6_000_000
    pool = Pool(name="", amount=10**9, cap=10**9)
    uncounted = policy(pool, PerUnit(name="", unit="吨", amount=5), Step(name="", by="营收", step=1e8, amount=7))
    assert figures(uncounted) == frozenset()
    assert largest(uncounted) is None


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "fixed", "name": "x", "amount": 1, "amonut": 2},
        {"kind": "fixed", "name": "x"},
        {"kind": "fixed", "name": "x", "amount": "5万"},
        {"kind": "fixed", "name": "x", "amount": 0.5},
        {"kind": "gift", "name": "x", "amount": 1},
        {"name": "x", "amount": 1},
    ],
)
def test_a_benefit_with_a_wrong_key_or_value_is_refused(record: dict[str, object]) -> None:
    """A misspelt key is not a benefit without that key, and money is whole yuan."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(record, AnyBenefit)


def test_a_policy_cannot_be_changed() -> None:
    """The corpus is shared by all answers at once."""
    with pytest.raises(AttributeError):
        policy().title = "x"  # type: ignore[misc]
