"""Where a request comes from, through proxies of our own or none."""

from __future__ import annotations

import ipaddress

from aiohttp import web

LONGEST = 45  # characters of an address
NETWORK = 64  # bits of an IPv6 address that belong to one line


def address_of(request: web.Request, proxies: int) -> str:
    """Where a request comes from: what the outermost of our own proxies saw."""
    forwarded = request.headers.get("X-Forwarded-For", "").encode("ascii", "ignore").decode()
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    if proxies and len(seen) >= proxies:
        return seen[-proxies][:LONGEST]
    return (request.remote or "")[:LONGEST]


def place_of(address: str) -> str:
    """What stands for an address: of IPv6, where one line has more addresses than anybody can count, its network."""
    ip = _parsed(address)
    if not isinstance(ip, ipaddress.IPv6Address):
        return str(ip or address)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), NETWORK), strict=False).network_address)


def is_behind_unknown_proxy(request: web.Request, proxies: int) -> bool:
    """Whether a proxy stands in front that the settings do not count: a neighbour passes on what another asked.

    Of a stranger from the public network the header tells nothing: anybody can write one.
    """
    ip = _parsed(request.remote or "")
    return not proxies and "X-Forwarded-For" in request.headers and ip is not None and ip.is_private


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
