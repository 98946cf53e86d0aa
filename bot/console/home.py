"""The first page: how the day goes, and what waits for whoever looks."""

from __future__ import annotations

from aiohttp import web

from bot.console.visit import Visit


async def show(visit: Visit) -> web.Response:
    """The dashboard."""
    return visit.page("home")
