"""The operator's pages tell alive, ready and the counts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import StoreError
from bot.health import Health

Client = TestClient[web.Request, web.Application]


class Table:
    """Rows by state, as a database would count them; away when told so."""

    def __init__(self, **rows: int) -> None:
        self.rows = rows
        self.away = False

    async def count(self) -> dict[str, int]:
        """The rows in each state."""
        if self.away:
            raise StoreError("connection refused")
        return self.rows

    async def ping(self) -> None:
        """Whether the database is there."""
        if self.away:
            raise StoreError("connection refused")


@pytest.fixture
def table() -> Table:
    """Three rows that wait and one that is sent."""
    return Table(waiting=3, sent=1)


@pytest.fixture
async def client(table: Table) -> AsyncIterator[Client]:
    """The pages, served."""
    health = Health(ping=table.ping, counts={"outbox": table.count}, corpus=lambda: ("0a1b2c3d", 140))
    app = web.Application()
    app.add_routes(health.routes())
    async with TestClient(TestServer(app)) as opened:
        yield opened


async def status(client: Client, path: str) -> int:
    """The status of a page."""
    async with client.get(path) as response:
        return response.status


async def metrics(client: Client) -> dict[str, float]:
    """The samples of /metrics."""
    async with client.get("/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        lines = (await response.text()).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


async def test_alive_whatever_the_database_does(client: Client, table: Table) -> None:
    """A process that answers is alive: restarting it would not bring the database back."""
    table.away = True
    assert await status(client, "/healthz") == 200


async def test_ready_while_the_database_answers(client: Client, table: Table) -> None:
    """503 while it is away, 200 again when it is back."""
    assert await status(client, "/readyz") == 200
    table.away = True
    assert await status(client, "/readyz") == 503
    table.away = False
    assert await status(client, "/readyz") == 200


async def test_metrics_count_rows_and_policies(client: Client) -> None:
    """Rows by table and state, policies by the version of the corpus."""
    assert await metrics(client) == {
        'huiqi_rows{state="waiting",table="outbox"}': 3.0,
        'huiqi_rows{state="sent",table="outbox"}': 1.0,
        'huiqi_policies{version="0a1b2c3d"}': 140.0,
    }


async def test_a_state_without_rows_is_not_counted_on(client: Client, table: Table) -> None:
    """When the last row leaves a state its old count does not stay."""
    await metrics(client)
    table.rows = {"sent": 4}
    assert [name for name in await metrics(client) if name.startswith("huiqi_rows")] == [
        'huiqi_rows{state="sent",table="outbox"}'
    ]


async def test_metrics_are_refused_while_the_database_is_away(client: Client, table: Table) -> None:
    """A scrape that fails is seen; counts of an hour ago are not."""
    table.away = True
    assert await status(client, "/metrics") == 503


async def test_the_pages_are_for_reading(client: Client) -> None:
    """Nothing but GET."""
    async with client.post("/metrics") as response:
        assert response.status == 405


async def test_nothing_is_told_of_the_database(client: Client, table: Table) -> None:
    """The reason stays in the log: the page may be seen by anyone."""
    table.away = True
    async with client.get("/readyz") as response:
        assert not re.search("refused|sqlite|postgresql", await response.text())
