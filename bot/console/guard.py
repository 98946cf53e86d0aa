"""The door of the console: who comes, whether they may, whether a form is ours; and what every answer carries.

What is not in the table of routes is refused, whatever else is mounted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler as Inner

from bot.console.addresses import Proxies
from bot.console.desk import Desk
from bot.console.forms import FORM_LIMIT, read_form
from bot.console.headers import HEADERS
from bot.console.keys import new_token
from bot.console.passwords import TooBusy
from bot.console.permissions import Permission
from bot.console.visit import GUEST, KNOWN, SAID, SESSION, Handler, Visit
from bot.errors import StoreError
from bot.store.sessions import CODE, Session
from bot.store.staff import Member

logger = structlog.get_logger(__name__)

VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)
SIGN_IN, SECOND, ENROL = "/console/sign-in", "/console/second-step", "/console/profile/second-factor"
REMEMBERED = 180 * 86_400  # seconds that a browser is known after a sign-in
FRESHNESS = 60.0  # seconds between notes that a session is still used


@dataclass(frozen=True)
class Route:
    """A line of the table: what may be asked, of whom, and who answers; `limit` is how many bytes a form may have.

    What a page asks for `by_itself`, with nobody at the keys, does not keep a session from ending.
    """

    method: str
    path: str
    handler: Handler
    permission: Permission
    limit: int = FORM_LIMIT
    by_itself: bool = False


class Guard:
    """The middleware."""

    def __init__(self, desk: Desk, routes: Mapping[tuple[str, str], Route]) -> None:
        self._desk = desk
        self._routes = routes
        self._secure = desk.config.server.public_url.startswith("https://")
        self._prefix = "__Secure-" if self._secure else ""
        self._proxies = Proxies(desk.config.server, desk.config.console)
        self._warned = False

    async def answer(self, request: web.Request, handler: Inner) -> web.StreamResponse:
        """Answer a request; any failure as a page, none with a trace."""
        self._look_for_proxies(request)
        visit = self._stranger(request)
        try:
            visit = await self._visitor(visit)
            response = await self._let(visit, handler)
        except web.HTTPSeeOther as error:
            response = visit.go(str(error.location))
        except web.HTTPException as error:
            response = error if error.status < 400 else self._refuse(visit, error.status)
        except (StoreError, TooBusy) as error:
            logger.warning("console cannot answer", error=type(error).__name__)
            response = self._refuse(visit, 503)
        except Exception:
            logger.exception("console failed", path=_place(request)[1])  # an address may hold the secret of a link
            response = self._refuse(visit, 500)
        if visit.stream is not None:  # what is under way can neither be refused nor dressed anew
            return visit.stream
        self._finish(visit, response)
        return response

    async def _let(self, visit: Visit, handler: Inner) -> web.StreamResponse:
        request = visit.request
        if request.match_info.http_exception is not None:
            raise request.match_info.http_exception
        route = self._routes.get(_place(request))
        if route is None:
            logger.error("a console route stands in no table", path=_place(request)[1])
            raise web.HTTPForbidden
        if visit.permission < route.permission:
            return self._turn_away(visit)
        if route.method == "POST":
            self._check_origin(request)
            visit.form = await read_form(request, route.limit)
            token = request.headers.get("X-CSRF-Token", "") or visit.form.get("csrf")
            if not self._desk.keys.is_form_token(token, visit.cookie):
                return self._refuse(visit, 403, "form")
        request[VISIT] = visit
        return await handler(request)

    def _turn_away(self, visit: Visit) -> web.StreamResponse:
        """Send to the door whoever is not in, and tell the rest that this is not theirs."""
        request = visit.request
        if visit.permission > Permission.STARTED:
            return self._refuse(visit, 403)
        if visit.permission == Permission.STARTED:
            return visit.go(SECOND if visit.here.stage == CODE else ENROL)
        if request.method == "POST":
            return self._refuse(visit, 403, "away")
        if _came_from_elsewhere(request):
            # A strict cookie does not come along from another site; the same address asked for by a page of ours does.
            return visit.page("bounce", target=request.rel_url)
        wanted = "" if request.path == "/console" else str(request.rel_url)
        return visit.go(f"{SIGN_IN}?{urlencode({'next': wanted})}" if wanted else SIGN_IN)

    def _check_origin(self, request: web.Request) -> None:
        """Refuse what a page of another site sends, before reading it."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site not in ("same-origin", "none"):
            raise web.HTTPForbidden

    def _look_for_proxies(self, request: web.Request) -> None:
        """Say once that all visitors seem to sit at one address."""
        if not self._warned and self._proxies.misses(request):
            self._warned = True
            logger.warning(
                "a proxy stands in front that [server] trusted_proxies or [console] proxies leaves out",
                proxy=request.remote,
            )

    def _stranger(self, request: web.Request) -> Visit:
        return Visit(
            request=request,
            desk=self._desk,
            member=None,
            session=None,
            cookie=request.cookies.get(self._prefix + GUEST, ""),
            address=self._proxies.address(request),
            message=request.cookies.get(self._prefix + SAID, ""),
            known=request.cookies.get(self._prefix + KNOWN, ""),
        )

    async def _visitor(self, visit: Visit) -> Visit:
        """The visit with whoever makes it; a stranger gets a cookie that their forms are bound to."""
        token = visit.request.cookies.get(self._prefix + SESSION, "")
        found = await self._desk.sessions.find(self._desk.keys.digest("session", token)) if token else None
        route = self._routes.get(_place(visit.request))
        moves = route is None or not route.by_itself
        if found is not None and await self._is_alive(*found, visit.time, moves=moves):
            visit.session, visit.member = found
            visit.cookie = token
            visit.people = await self._desk.broadcasts.sparing.get("people", self._people) if moves else {}
            return visit
        if token:
            visit.cookies[SESSION] = ""
        if not visit.cookie:
            visit.cookie = visit.cookies[GUEST] = new_token()
        return visit

    async def _people(self) -> dict[str, str]:
        return {member.name: member.display for member in await self._desk.staff.everyone()}

    async def _is_alive(self, session: Session, member: Member, time: float, *, moves: bool) -> bool:
        """Whether a session still counts; one that somebody `moves` is noted to be used."""
        idle = self._desk.config.console.idle_minutes * 60.0
        if member.disabled or time >= session.expires or time - session.seen >= idle:
            await self._desk.sessions.end(session.id)
            return False
        if moves and time - session.seen >= FRESHNESS:
            await self._desk.sessions.see(session.id, time)
        return True

    def _refuse(self, visit: Visit, status: int, why: str = "") -> web.Response:
        return visit.page("refused", status=status, code=status, why=why)

    def _finish(self, visit: Visit, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if visit.heard:
            visit.cookies.setdefault(SAID, "")
        for name, value in visit.cookies.items():
            response.set_cookie(
                self._prefix + name,
                value,
                path="/console",
                max_age=(REMEMBERED if name == KNOWN else None) if value else 0,
                httponly=True,
                samesite="Strict",
                secure=self._secure,
            )


def _place(request: web.Request) -> tuple[str, str]:
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    return method, resource.canonical if resource is not None else ""


def _came_from_elsewhere(request: web.Request) -> bool:
    return request.headers.get("Sec-Fetch-Site") == "cross-site" and request.headers.get("Sec-Fetch-Mode") == "navigate"
