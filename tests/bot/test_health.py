"""The operator's pages tell alive, ready and the counts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import ManualClock
from bot.errors import StoreError
from bot.health import LEAST_ROOM, Health
from bot.store.saved import Saved
from bot.store.signs import Signs
from bot.worker import Rounds

Client = TestClient[web.Request, web.Application]


class Table:
    """Rows by state, as a database would count them; away when told so."""

    def __init__(self, **rows: int) -> None:
        self.rows = rows
        self.away = False
        self.policies = 140
        self.stuck: list[str] = []
        self.silent = False
        self.saved = Saved()
        self.room: int | None = 10 * LEAST_ROOM

    async def count(self) -> dict[str, int]:
        """The rows in each state."""
        if self.away:
            raise StoreError("connection refused")
        return self.rows

    async def signs(self) -> Signs:
        """How it stands."""
        if self.away:
            raise StoreError("connection refused")
        return Signs(
            oldest={"outbox custom": 7.5},
            paused={"custom": True},
            halted={"custom": False},
            used={"custom": 12},
            news={"failed": 2},
            broadcasts={"stopped": 1},
            reviews={"announcement": 60.0},
            saved=self.saved,
        )

    def size(self) -> tuple[str, int]:
        """The corpus."""
        return "0a1b2c3d", self.policies

    async def ping(self) -> None:
        """Whether the database is there."""
        if self.away:
            raise StoreError("connection refused")


@pytest.fixture
def table() -> Table:
    """Three rows that wait and one that is sent."""
    return Table(waiting=3, sent=1)


@pytest.fixture
async def client(table: Table, clock: ManualClock) -> AsyncIterator[Client]:
    """The pages, served, beside a callback that waited as long and answers as it is told to."""
    health = Health(
        ping=table.ping,
        counts={"outbox": table.count},
        signs=table.signs,
        corpus=table.size,
        quotas={"custom": 500_000},
        rounds={"news": Rounds(last=clock.monotonic() - 30.0, failed=3)},
        clock=clock,
        stuck=lambda: table.stuck,
        silent=lambda: table.silent,
        turned_away=lambda: {"follower": 7, "process": 0},
        room=lambda: table.room,
        backup_hours=36,
    )

    async def callback(request: web.Request) -> web.StreamResponse:
        seconds, told = float(request.query["seconds"]), int(request.query["status"])
        health.delivered(seconds, told)
        return web.Response(status=told)

    app = web.Application()
    app.add_routes(health.routes())
    app.router.add_post("/wechat", callback)
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


@pytest.mark.parametrize(
    ("name", "wrong", "right", "said"),
    [
        ("policies", 0, 3, "the corpus has no policies"),
        ("stuck", ["news"], [], "a job does not come to its end"),
        ("room", LEAST_ROOM - 1, LEAST_ROOM, "the disk is full"),
        ("away", True, False, "the database cannot be reached"),
    ],
)
async def test_what_a_process_needs(
    client: Client, table: Table, name: str, wrong: object, right: object, said: str
) -> None:
    """Without a corpus, with a job that hangs, on a full disk it is not ready, and says why; it is again afterwards."""
    setattr(table, name, wrong)
    async with client.get("/readyz") as response:
        assert (response.status, await response.text()) == (503, f"{said}\n")
    setattr(table, name, right)
    assert await status(client, "/readyz") == 200


async def test_all_that_is_wrong_is_told(client: Client, table: Table) -> None:
    """One reason hides no other."""
    table.room, table.policies, table.away = 0, 0, True
    async with client.get("/readyz") as response:
        assert len((await response.text()).splitlines()) == 3


async def test_a_database_of_a_server(client: Client, table: Table) -> None:
    """Room on the disk of another machine is not ours to know: neither ready nor metrics speak of it."""
    assert (await metrics(client))['huiqi_disk_free_bytes{disk="database"}'] == 10.0 * LEAST_ROOM
    table.room = None
    assert await status(client, "/readyz") == 200


async def test_metrics_count_rows_and_policies(client: Client) -> None:
    """Rows by table and state, policies by the version of the corpus."""
    assert (await metrics(client)).items() >= {
        'huiqi_rows{state="waiting",table="outbox"}': 3.0,
        'huiqi_rows{state="sent",table="outbox"}': 1.0,
        'huiqi_rows{state="failed",table="news"}': 2.0,
        'huiqi_policies{version="0a1b2c3d"}': 140.0,
    }.items()


async def test_metrics_tell_how_it_stands(client: Client) -> None:
    """How long the oldest waits, how each channel stands, and how the jobs of this process went."""
    assert (await metrics(client)).items() >= {
        'huiqi_oldest_seconds{queue="outbox custom"}': 7.5,
        'huiqi_channel_paused{channel="custom"}': 1.0,
        'huiqi_channel_halted{channel="custom"}': 0.0,
        'huiqi_channel_used{channel="custom"}': 12.0,
        'huiqi_channel_quota{channel="custom"}': 500_000.0,
        'huiqi_job_last_seconds{job="news"}': 30.0,
        'huiqi_job_failures{job="news"}': 3.0,
    }.items()


async def test_metrics_tell_what_waits_for_a_person(client: Client, table: Table) -> None:
    """Announcements by state, approvals by age, and whether this process holds its edition back."""
    waits = {
        'huiqi_broadcasts{state="stopped"}': 1.0,
        'huiqi_review_oldest_seconds{what="announcement"}': 60.0,
        "huiqi_edition_held_back": 0.0,
    }
    assert (await metrics(client)).items() >= waits.items()
    table.silent = True
    assert (await metrics(client))["huiqi_edition_held_back"] == 1


async def test_deliveries_are_measured(client: Client) -> None:
    """Each delivery counts by what became of it and by how long it waited, from the first scrape on."""
    assert (await metrics(client))['huiqi_callbacks_total{outcome="unkept"}'] == 0
    for code, seconds in ((200, 0.02), (200, 4.8), (403, 0.0), (408, 6.0), (503, 0.3)):
        async with client.post("/wechat", params={"status": str(code), "seconds": str(seconds)}) as response:
            assert response.status == code
    assert (await metrics(client)).items() >= {
        'huiqi_callbacks_total{outcome="answered"}': 2.0,
        'huiqi_callbacks_total{outcome="refused"}': 2.0,
        'huiqi_callbacks_total{outcome="unkept"}': 1.0,
        'huiqi_callback_seconds_bucket{le="0.025"}': 2.0,
        'huiqi_callback_seconds_bucket{le="4.5"}': 3.0,
        'huiqi_callback_seconds_bucket{le="5.0"}': 4.0,
        "huiqi_callback_seconds_count": 5.0,
    }.items()


async def test_a_state_without_rows_is_not_counted_on(client: Client, table: Table) -> None:
    """When the last row leaves a state its old count does not stay."""
    await metrics(client)
    table.rows = {"sent": 4}
    assert [name for name in await metrics(client) if name.startswith("huiqi_rows") and "outbox" in name] == [
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


async def test_what_was_too_much_is_counted(client: Client) -> None:
    """Messages that were turned away show by whose they were too many."""
    found = await metrics(client)
    assert found['huiqi_turned_away{why="follower"}'] == 7
    assert found['huiqi_turned_away{why="process"}'] == 0


async def test_how_old_the_last_backup_is(client: Client, table: Table, clock: ManualClock) -> None:
    """Its age and whether the last try failed, beside how old it may be; before there is any, since the beginning."""
    table.saved = Saved(begun=clock.time() - 900.0)
    assert (await metrics(client))["huiqi_backup_age_seconds"] == 900.0
    table.saved = Saved(begun=1.0, good=clock.time() - 60.0, tried=clock.time(), failed="the disk is full")
    found = await metrics(client)
    assert found["huiqi_backup_age_seconds"] == 60.0
    assert found["huiqi_backup_failed"] == 1.0
    assert found["huiqi_backup_limit_seconds"] == 36 * 3600.0
