"""The page of one's own data: opened by a pass from the chat, good for a while, kept by nobody on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from bot.person import Dossier

NO_TRACE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

Opened = Callable[[str], Awaitable[Dossier | None]]


class Mine:
    """Serves it. `opened` gives what a pass opens, None where it opens nothing; `page` and `missing` make pages."""

    def __init__(
        self, *, opened: Opened, page: Callable[..., web.Response], missing: Callable[[str], web.Response]
    ) -> None:
        self._opened = opened
        self._page = page
        self._missing = missing

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [web.get("/mine/{pass}", self.show), web.get("/mine/{pass}/data.json", self.file)]

    async def show(self, request: web.Request) -> web.Response:
        """All of it as a page; 404 where the pass is none, or over."""
        dossier = await self._opened(request.match_info["pass"])
        if dossier is None:
            return self._without_trace(self._missing(""))
        file = f"/mine/{request.match_info['pass']}/data.json"
        return self._without_trace(self._page("mine", dossier=dossier, file=file))

    async def file(self, request: web.Request) -> web.Response:
        """All of it as JSON to keep."""
        dossier = await self._opened(request.match_info["pass"])
        if dossier is None:
            return self._without_trace(self._missing(""))
        body = msgspec.json.format(msgspec.json.encode(dossier), indent=2)
        headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "X-Content-Type-Options": "nosniff"}
        return self._without_trace(web.Response(body=body, content_type="application/json", headers=headers))

    @staticmethod
    def _without_trace(response: web.Response) -> web.Response:
        response.headers.update(NO_TRACE)
        return response
