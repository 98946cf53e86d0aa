"""An address that leads nowhere: whoever has a browser is shown the way, a program gets the bare 404."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

BARE = frozenset({"wechat", "healthz", "readyz", "metrics", "cgi-bin"})  # what programs ask, whoever opens it


def signposted(page: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Middleware:
    """What answers with `page` where no route fits. An address of a part that is mounted is that part's own matter."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        if isinstance(request.match_info.http_exception, web.HTTPNotFound) and _is_reader(request):
            return await page(request)
        return await handler(request)

    return answer


def _is_reader(request: web.Request) -> bool:
    """Whether somebody reads what is answered."""
    if request.method not in ("GET", "HEAD") or len(request.match_info.apps) > 1:
        return False
    first = request.path.lstrip("/").partition("/")[0].lower()
    return first not in BARE and "text/html" in request.headers.get("Accept", "")
