"""Where a request comes from."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.console.addresses import place_of, visitor_of


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


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "visitor"),
    [
        ("8.8.4.4", "", 0, ("8.8.4.4", False)),
        ("8.8.4.4", "198.51.100.7", 0, ("8.8.4.4", False)),  # a stranger writes what they like
        ("10.0.0.1", "", 0, ("10.0.0.1", True)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", 0, ("198.51.100.7", False)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", 1, ("198.51.100.7", False)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7, 10.0.0.2", 2, ("198.51.100.7", False)),
        ("10.0.0.1", "198.51.100.7", 2, ("198.51.100.7", False)),
        ("10.0.0.1", "10.9.9.9", 1, ("10.9.9.9", False)),  # somebody in the office
        ("100.100.7.1", "198.51.100.7", 0, ("198.51.100.7", False)),  # a balancer of a cloud
        ("::ffff:100.100.7.1", "", 0, ("100.100.7.1", True)),
        ("::ffff:8.8.4.4", "198.51.100.7", 0, ("8.8.4.4", False)),
        ("", "", 1, ("", True)),
    ],
)
def test_a_visitor_is_told_as_far_as_can_be(
    remote: str, forwarded: str, proxies: int, visitor: tuple[str, bool]
) -> None:
    """Whom the outermost of our proxies saw; a neighbour who names nobody may be many; a stranger is who they are."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/policies", headers=headers).clone(remote=remote)
    assert visitor_of(request, proxies) == visitor
