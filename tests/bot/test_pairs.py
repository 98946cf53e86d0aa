"""Pairs of neighbouring characters, as names are compared by."""

from __future__ import annotations

from bot.pairs import pairs


def test_pairs_of_a_text() -> None:
    """Neighbouring characters, and Latin words whole; nothing across a gap."""
    assert pairs("“5G工厂”奖励") == {"5g", "工厂", "奖励"}
