"""The table of calls."""

from __future__ import annotations

from bot.emulator import basics, masses, people, sending
from bot.emulator.account import RIGHTS
from bot.emulator.api import CALLS
from bot.emulator.quotas import DAILY, GROUPS


def test_no_path_is_there_twice() -> None:
    """Every call of every module is in the table."""
    assert len(CALLS) == sum(len(module.CALLS) for module in (basics, masses, people, sending))


def test_every_call_has_a_known_right() -> None:
    """The ability of a call is one of the account's table."""
    assert {call.ability for call in CALLS.values()} <= set(RIGHTS)


def test_every_limit_belongs_to_a_call() -> None:
    """No quota is kept for a path that cannot be called."""
    assert {path for path in DAILY if path.startswith("/")} | set(GROUPS) <= set(CALLS)
