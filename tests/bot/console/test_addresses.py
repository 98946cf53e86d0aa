"""Where a request comes from."""

from __future__ import annotations

import pytest

from bot.console.addresses import place_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("203.0.113.9:4711", "203.0.113.9:4711"),
        ("", ""),
    ],
)
def test_one_line_is_one_place(address: str, place: str) -> None:
    """Of IPv6 whoever has one address has billions, so its network stands for them all."""
    assert place_of(address) == place
