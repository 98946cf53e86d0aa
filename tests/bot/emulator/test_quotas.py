"""How often calls may be made."""

from __future__ import annotations

import pytest

from bot.clock import ManualClock
from bot.emulator.quotas import Quotas
from bot.emulator.refusals import Refusal

PATH = "/cgi-bin/user/get"


@pytest.fixture
def quotas(clock: ManualClock) -> Quotas:
    """The counters of an ordinary account."""
    return Quotas(clock, is_test=False)


def _spend(quotas: Quotas, path: str, times: int = 1) -> int:
    try:
        for _ in range(times):
            quotas.spend(path)
    except Refusal as refusal:
        return refusal.errcode
    return 0


async def test_a_day_begins_at_midnight_in_shanghai(quotas: Quotas, clock: ManualClock) -> None:
    """The counter is full at its number, and empty again at midnight."""
    assert _spend(quotas, PATH, 500) == 0
    assert _spend(quotas, PATH) == 45009
    await clock.advance(14 * 3600 - 1)  # it is ten in the morning
    assert _spend(quotas, PATH) == 45009
    await clock.advance(1)
    assert _spend(quotas, PATH) == 0


def test_a_test_account_has_less(clock: ManualClock) -> None:
    """The sandbox lists users a hundred times a day."""
    assert _spend(Quotas(clock, is_test=True), PATH, 101) == 45009


async def test_minutes_have_limits_too(quotas: Quotas, clock: ManualClock) -> None:
    """Ten thousand stable tokens a minute, then 45011 until the next."""
    assert _spend(quotas, "/cgi-bin/stable_token", 10_000) == 0
    assert _spend(quotas, "/cgi-bin/stable_token") == 45011
    await clock.advance(60)
    assert _spend(quotas, "/cgi-bin/stable_token") == 0


def test_paths_without_a_limit_are_free(quotas: Quotas) -> None:
    """They are never refused, and nothing is told of them."""
    assert _spend(quotas, "/cgi-bin/tags/get", 1000) == 0
    with pytest.raises(Refusal, match="76021"):
        quotas.report("/cgi-bin/tags/get")


async def test_clearing_works_ten_times_a_month(quotas: Quotas, clock: ManualClock) -> None:
    """The eleventh time is 48006, until the month is over."""
    for _ in range(10):
        quotas.clear()
    with pytest.raises(Refusal, match="48006"):
        quotas.clear()
    await clock.advance(10 * 86_400)
    quotas.clear()


def test_clearing_a_path_leaves_the_others(quotas: Quotas) -> None:
    """One counter goes to zero; fifty times a month."""
    quotas.limit(PATH, 1)
    quotas.spend(PATH)
    quotas.spend("/cgi-bin/menu/get")
    quotas.clear_path(PATH)
    assert quotas.report(PATH) == {"daily_limit": 1, "used": 0, "remain": 1}
    assert quotas.report("/cgi-bin/menu/get")["used"] == 1
    for _ in range(49):
        quotas.clear_path(PATH)
    with pytest.raises(Refusal, match="48006"):
        quotas.clear_path(PATH)
