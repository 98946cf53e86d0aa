"""Where a request comes from, through proxies of our own or none."""

from __future__ import annotations

import ipaddress

from aiohttp import web

LONGEST = 45  # characters of an address
NETWORK = 64  # bits of an IPv6 address that belong to one line


def address_of(request: web.Request, proxies: int) -> str:
    """Where a request comes from: what the outermost of our own proxies saw."""
    seen = _forwarded(request)
    if proxies and len(seen) >= proxies:
        return seen[-proxies][:LONGEST]
    return (request.remote or "")[:LONGEST]


def visitor_of(request: web.Request, proxies: int) -> tuple[str, bool]:
    """The place that asks, as far as can be told, and whether many may be behind it: a neighbour who names nobody.

    Whom a proxy names that the settings do not count is believed: better than to take all who come by it for one.
    """
    seen, ip = _forwarded(request), _parsed(request.remote or "")
    neighbour = ip is None or _is_near(ip)
    if neighbour and seen:
        return place_of(address_of(request, min(proxies or 1, len(seen)))), False
    return place_of(address_of(request, proxies)), neighbour


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
    return not proxies and "X-Forwarded-For" in request.headers and ip is not None and _is_near(ip)


def _forwarded(request: web.Request) -> list[str]:
    text = request.headers.get("X-Forwarded-For", "").encode("ascii", "ignore").decode()
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_near(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is of no public network: those of 100.64.0.0/10, which balancers of clouds have, are not private."""
    return not ((ip.version == 6 and ip.ipv4_mapped) or ip).is_global


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
