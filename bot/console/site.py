"""The console as an application to mount at /console: the routes of the table behind the guard, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler as Inner

from bot.console.desk import Desk
from bot.console.guard import VISIT, Guard, Route
from bot.console.routes import ROUTES

PREFIX = "/console"


def build_site(desk: Desk, routes: Sequence[Route] = ROUTES) -> web.Application:
    """The application; its paths are relative to PREFIX, where it is to be mounted."""
    guard = Guard(desk, {(route.method, route.path): route for route in routes})

    @web.middleware
    async def watch(request: web.Request, handler: Inner) -> web.StreamResponse:
        return await guard.answer(request, handler)

    async def close(_: web.Application) -> None:
        desk.closing.set()

    app = web.Application(middlewares=[watch])
    app.on_shutdown.append(close)
    for route in routes:
        path = route.path.removeprefix(PREFIX)
        if route.method == "GET":
            app.router.add_get(path, _answering(route))
        else:
            app.router.add_route(route.method, path, _answering(route))
    return app


def _answering(route: Route) -> Inner:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await route.handler(request[VISIT])

    return answer
