"""Where a request comes from."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.config import Console, Server
from bot.console.addresses import Proxies, place_of


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


def request(remote: str, *forwarded: str) -> web.Request:
    """A request from an address, with these headers of proxies."""
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return make_mocked_request("GET", "/policies", headers=headers).clone(remote=remote)


def proxies(many: int, *trusted: str) -> Proxies:
    """What settings name."""
    return Proxies(Server(trusted_proxies=list(trusted)), Console(proxies=many))


@pytest.mark.parametrize(
    ("remote", "forwarded", "many", "visitor"),
    [
        ("8.8.4.4", "", 0, ("8.8.4.4", False)),
        ("8.8.4.4", "198.51.100.7", 0, ("8.8.4.4", False)),  # a stranger writes what they like
        ("8.8.4.4", "198.51.100.7", 1, ("8.8.4.4", False)),
        ("10.0.0.1", "", 0, ("10.0.0.1", True)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", 0, ("198.51.100.7", False)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7", 1, ("198.51.100.7", False)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.7, 10.0.0.2", 2, ("198.51.100.7", False)),
        ("10.0.0.1", "198.51.100.7", 2, ("198.51.100.7", False)),
        ("10.0.0.1", "10.9.9.9", 1, ("10.9.9.9", False)),  # somebody in the office
        ("::ffff:10.0.0.1", "198.51.100.7", 1, ("198.51.100.7", False)),
        ("10.0.1.1", "198.51.100.7", 1, ("10.0.1.1", True)),  # a neighbour nobody named
        ("10.0.1.1", "198.51.100.7", 0, ("10.0.1.1", True)),
        ("192.168.1.9", "198.51.100.7", 1, ("192.168.1.9", True)),
        ("127.0.0.1", "198.51.100.7", 1, ("127.0.0.1", True)),
        ("100.100.7.1", "198.51.100.7", 1, ("100.100.7.1", True)),  # a balancer of a cloud, which must be named too
        ("::ffff:100.100.7.1", "", 0, ("100.100.7.1", True)),
        ("::ffff:8.8.4.4", "198.51.100.7", 0, ("8.8.4.4", False)),
        ("fd00::5", "198.51.100.7", 1, ("198.51.100.7", False)),
        ("fd00::6", "198.51.100.7", 1, ("fd00::", True)),
        ("9.9.9.9", "198.51.100.7", 1, ("198.51.100.7", False)),  # a proxy in the public network that is named
        ("", "", 1, ("", True)),
        ("", "198.51.100.7", 1, ("", True)),
    ],
)
def test_a_visitor_is_told_as_far_as_can_be(remote: str, forwarded: str, many: int, visitor: tuple[str, bool]) -> None:
    """Whom the outermost of our proxies saw, where the one that speaks to us is trusted; a neighbour who names nobody,
    or is not trusted, may be many; a stranger is who they are."""
    named = proxies(many, "10.0.0.0/24", "fd00::5", "9.9.9.9")
    assert named.visitor(request(remote, *[forwarded] if forwarded else [])) == visitor


@pytest.mark.parametrize(
    ("remote", "forwarded", "many", "seen", "missed"),
    [
        ("127.0.0.1", ("198.51.100.7",), 1, "198.51.100.7", False),
        ("::1", ("198.51.100.7",), 1, "198.51.100.7", False),
        ("127.0.0.1", ("192.0.2.1", "198.51.100.7"), 1, "198.51.100.7", False),  # two lines are one list
        ("127.0.0.1", ("198.51.100.7",), 0, "127.0.0.1", True),
        ("127.0.0.1", (), 1, "127.0.0.1", False),
        ("127.0.0.1", ("198.51.100.7",), 2, "127.0.0.1", False),
        ("10.213.77.10", ("198.51.100.7",), 1, "10.213.77.10", True),
        ("8.8.4.4", ("198.51.100.7",), 1, "8.8.4.4", False),
    ],
)
def test_by_default_this_machine_is_believed(
    remote: str, forwarded: tuple[str, ...], many: int, seen: str, missed: bool
) -> None:
    """A sign-in is counted where a proxy on the same machine saw it, and of nobody else anything is believed; a
    neighbour who passes on what another asked, and is not counted or not trusted, is told of."""
    usual = Proxies(Server(), Console(proxies=many))
    assert usual.address(request(remote, *forwarded)) == seen
    assert usual.misses(request(remote, *forwarded)) is missed


def test_nobody_need_be_believed() -> None:
    """With an empty list every header is a stranger's."""
    assert proxies(1).address(request("127.0.0.1", "198.51.100.7")) == "127.0.0.1"
    assert proxies(1).misses(request("127.0.0.1", "198.51.100.7"))
