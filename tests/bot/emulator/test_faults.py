"""Switches that make the platform misbehave."""

from __future__ import annotations

import pytest

from bot.emulator.faults import CUSTOM, NOTICE, REFUSALS, SWITCHES, TEMPLATE, Faults
from bot.emulator.refusals import Refusal

STABLE = "/cgi-bin/stable_token"


def _code(faults: Faults, path: str) -> int:
    try:
        faults.check(path)
    except Refusal as refusal:
        return refusal.errcode
    return 0


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("busy", (-1, -1, -1, -1)),
        ("pace", (45011, 45011, 45011, 45011)),
        ("limit", (45009, 45009, 45009, 45009)),
        ("frozen", (40243, 0, 0, 0)),
        ("left", (0, 45015, 43004, 0)),
        ("window", (0, 45015, 0, 0)),
        ("quota", (0, 45047, 0, 0)),
        ("refused", (0, 0, 43101, 43101)),
        ("slow", (0, 0, 0, 0)),
    ],
)
def test_a_switch_refuses_what_it_should(name: str, codes: tuple[int, ...]) -> None:
    """Each switch has its codes for token, custom, template and notice calls, and none when off."""
    faults = Faults()
    faults.set(name, True)
    assert tuple(_code(faults, path) for path in (STABLE, CUSTOM, TEMPLATE, NOTICE)) == codes
    faults.set(name, False)
    assert not any(_code(faults, path) for path in (STABLE, CUSTOM, TEMPLATE, NOTICE))


def test_every_refusing_switch_is_a_switch() -> None:
    """There is no rule without its switch."""
    assert set(REFUSALS) <= set(SWITCHES)


def test_an_unknown_switch_is_an_error() -> None:
    """A misspelt name does not pass for a quiet day."""
    with pytest.raises(LookupError, match="no such fault: slwo"):
        Faults().set("slwo", True)


def test_token_acts_once() -> None:
    """Taking it turns it off; taking another leaves it."""
    faults = Faults()
    faults.set("token", True)
    faults.set("slow", True)
    assert [faults.take("token"), faults.take("token")] == [True, False]
    assert [faults.take("slow"), faults.take("slow")] == [True, True]


def test_a_path_fails_so_often() -> None:
    """The next calls of that path, no other, with the words given."""
    faults = Faults()
    faults.fail(CUSTOM, 45015, calls=2, errmsg="gone")
    assert _code(faults, TEMPLATE) == 0
    with pytest.raises(Refusal, match="45015 gone"):
        faults.check(CUSTOM)
    assert [_code(faults, CUSTOM), _code(faults, CUSTOM)] == [45015, 0]


def test_outcomes_are_used_in_order() -> None:
    """Planned outcomes come first, then the usual one."""
    faults = Faults()
    faults.plan("mass", "a", "b")
    assert [faults.outcome("mass", "usual") for _ in range(3)] == ["a", "b", "usual"]


def test_clear_ends_the_bad_day() -> None:
    """All switches off, nothing planned."""
    faults = Faults()
    faults.set("busy", True)
    faults.fail(CUSTOM, 45015)
    faults.plan("mass", "a")
    faults.clear()
    assert faults.state() == dict.fromkeys(SWITCHES, False)
    assert (_code(faults, CUSTOM), faults.outcome("mass", "usual")) == (0, "usual")


def test_a_path_breaks_so_often() -> None:
    """By the status that was asked for, and no other path."""
    faults = Faults()
    faults.break_down("/a", 503, calls=2)
    assert [faults.broken(path) for path in ("/a", "/b", "/a", "/a")] == [503, 0, 503, 0]
    faults.break_down("/a")
    faults.clear()
    assert faults.broken("/a") == 0
