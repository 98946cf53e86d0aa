"""Is it alive, is it ready, and how is it doing: /healthz, /readyz, /metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from bot.errors import StoreError

Counts = Callable[[], Awaitable[dict[str, int]]]

AWAY = "the database cannot be reached\n"


class Health:
    """The operator's three pages. `ping` asks whether the database is there, `counts` for the rows in each state of a
    table; StoreError makes a 503."""

    def __init__(
        self,
        *,
        ping: Callable[[], Awaitable[None]],
        counts: dict[str, Counts],
        corpus: Callable[[], tuple[str, int]],
    ) -> None:
        self._ping = ping
        self._counts = counts
        self._corpus = corpus
        self.registry = CollectorRegistry()
        self._rows = Gauge("huiqi_rows", "Rows by table and state", ["table", "state"], registry=self.registry)
        self._policies = Gauge("huiqi_policies", "Policies in the corpus", ["version"], registry=self.registry)

    def routes(self) -> Iterable[web.RouteDef]:
        """The three routes."""
        return [
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._metrics),
        ]

    async def _alive(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        try:
            await self._ping()
        except StoreError:
            return web.Response(status=503, text=AWAY)
        return web.Response(text="ok\n")

    async def _counted(self) -> dict[str, dict[str, int]]:
        return {table: await count() for table, count in self._counts.items()}

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        try:
            counted = await self._counted()
        except StoreError:
            return web.Response(status=503, text=AWAY)
        version, size = self._corpus()
        self._policies.clear()
        self._policies.labels(version=version).set(size)
        self._rows.clear()  # or a state that no row is in any more keeps its last count
        for table, states in counted.items():
            for state, rows in states.items():
                self._rows.labels(table=table, state=state).set(rows)
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
