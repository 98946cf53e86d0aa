"""By which proxies requests come in, and whether they are believed: told by the server, read by the doctor.

Only a request that goes the way of everybody shows what stands in front. The doctor makes one, signed as the platform
signs its own, and what the server saw of it comes back in a header: nobody else can ask.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.config import Config
from bot.console.addresses import Proxies
from bot.findings import Finding

SEEN = "X-Huiqi-Proxy"  # the address of a proxy that is not trusted, or SILENT
SILENT = "-"  # one is counted, and nobody says for whom it asks
LOOPBACK = ("localhost", "ip6-localhost")


def telling(handler: Handler, proxies: Proxies) -> Handler:
    """The same, whose good answers say what is wrong with the way the request came."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await handler(request)
        if response.status == web.HTTPOk.status_code and (seen := proxies.mistaken(request, silent=SILENT)):
            response.headers[SEEN] = seen
        return response

    return answer


def look_at_passage(config: Config, seen: str | None) -> Iterator[Finding]:
    """What is wrong with the proxies: `seen` by the server, or None where no answer of it came; then what the settings
    alone let fear."""
    if seen == SILENT:
        yield Finding(name="proxy_silent", well=False)
    elif seen:
        yield Finding(name="proxy_distrusted", well=False, detail=seen)
    elif seen is None and _seems_forgotten(config):
        yield Finding(name="proxy_doubtful", well=True, hint=True, detail=config.server.host)


def _seems_forgotten(config: Config) -> bool:
    """Whether a proxy that others can only be, since it speaks TLS for us, is perhaps on another machine, for it could
    be, and none there is trusted."""
    server = config.server
    has_proxy = bool(config.console.proxies) or server.public_url.startswith("https://")
    return has_proxy and not _is_loopback(server.host) and all(map(_is_loopback, server.trusted_proxies))


def _is_loopback(place: str) -> bool:
    """Whether an address, a network or a name is that of this machine alone."""
    try:
        return ipaddress.ip_network(place).is_loopback
    except ValueError:
        return place in LOOPBACK
