"""Where a request comes from, through proxies of our own or none."""

from __future__ import annotations

import ipaddress

from aiohttp import web

from bot.config import Console, Server

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST = 45  # characters of an address
NETWORK = 64  # bits of an IPv6 address that belong to one line


class Proxies:
    """The reverse proxies of our own that the settings name: how many stand in front of one another, and where those
    are that speak to us. Of nobody else anything is believed: anybody can write a header."""

    def __init__(self, server: Server, console: Console) -> None:
        self._many = console.proxies
        self._trusted = [ipaddress.ip_network(network) for network in server.trusted_proxies]

    def address(self, request: web.Request) -> str:
        """Where a request comes from: what the outermost of our own proxies saw."""
        seen = self._forwarded(request)
        if self._many and len(seen) >= self._many:
            return seen[-self._many][:LONGEST]
        return (request.remote or "")[:LONGEST]

    def visitor(self, request: web.Request) -> tuple[str, bool]:
        """The place that asks, as far as can be told, and whether many may be behind it: a neighbour who names nobody
        that we believe.

        Whom a trusted proxy names that the settings do not count is believed: better than to take all who come by it
        for one.
        """
        seen = self._forwarded(request)
        if seen:
            return place_of(seen[-min(self._many or 1, len(seen))][:LONGEST]), False
        ip = _parsed(request.remote or "")
        return place_of((request.remote or "")[:LONGEST]), ip is None or not ip.is_global

    def misses(self, request: web.Request) -> bool:
        """Whether a proxy stands in front that the settings do not count or do not trust: a neighbour passes on what
        another asked.

        Of a stranger from the public network the header tells nothing.
        """
        ip = _parsed(request.remote or "")
        if "X-Forwarded-For" not in request.headers or ip is None or ip.is_global:
            return False
        return not self._many or not self._trusts(ip)

    def mistaken(self, request: web.Request, *, silent: str) -> str:
        """The neighbour who passes a request on and is not trusted, or `silent` where proxies are counted and none says
        for whom it asks; else empty. Of a request that some stranger made it tells nothing."""
        if "X-Forwarded-For" not in request.headers:
            return silent if self._many else ""
        ip = _parsed(request.remote or "")
        return "" if ip is not None and self._trusts(ip) else str(ip or request.remote)

    def _forwarded(self, request: web.Request) -> list[str]:
        """Whom a proxy that we trust names, the one who asked it last."""
        ip = _parsed(request.remote or "")
        if ip is None or not self._trusts(ip):
            return []
        text = ",".join(request.headers.getall("X-Forwarded-For", [])).encode("ascii", "ignore").decode()
        return [part.strip() for part in text.split(",") if part.strip()]

    def _trusts(self, ip: Address) -> bool:
        return any(ip.version == network.version and ip in network for network in self._trusted)


def place_of(address: str) -> str:
    """What stands for an address: of IPv6, where one line has more addresses than anybody can count, its network."""
    ip = _parsed(address)
    if not isinstance(ip, ipaddress.IPv6Address):
        return str(ip or address)
    return str(ipaddress.ip_network((int(ip), NETWORK), strict=False).network_address)


def _parsed(address: str) -> Address | None:
    """An address; one of IPv4 that is spelled as of IPv6 is one of IPv4. Those of 100.64.0.0/10, which balancers of
    clouds have, are of no public network, and not private."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (ip.ipv4_mapped or ip) if ip.version == 6 else ip
