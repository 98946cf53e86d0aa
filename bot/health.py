"""Is it alive, is it ready, and how is it doing: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.clock import Clock
from bot.errors import StoreError
from bot.store.signs import Signs
from bot.worker import Rounds

Counts = Callable[[], Awaitable[dict[str, int]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

AWAY = "the database cannot be reached\n"
EMPTY = "the corpus has no policies\n"
STUCK = "a job does not come to its end\n"
FULL = "the disk is full\n"
LEAST_ROOM = 64 * 1024 * 1024  # bytes; SQLite needs some to take a message
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.5, 5.0)  # the platform hangs up after the last
KEPT, UNKEPT = 200, 503  # what the callback's statuses mean; any other refuses


class Meters:
    """What is measured, by the names that `deploy/alerts.yml` and `deploy/grafana.json` know."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = self._gauge("huiqi_rows", "Rows by table and state", "table", "state")
        self.policies = self._gauge("huiqi_policies", "Policies in the corpus", "version")
        self.oldest = self._gauge("huiqi_oldest_seconds", "Since when the oldest row of a queue is due", "queue")
        self.free = self._gauge("huiqi_disk_free_bytes", "Room on the disk of the database file", "disk")
        self.paused = self._gauge("huiqi_channel_paused", "Whether a channel pauses for a time", "channel")
        self.halted = self._gauge("huiqi_channel_halted", "Whether a channel waits for a person", "channel")
        self.used = self._gauge("huiqi_channel_used", "Calls of today, in Shanghai", "channel")
        self.quota = self._gauge("huiqi_channel_quota", "Calls a day that a channel may make", "channel")
        self.ran = self._gauge("huiqi_job_last_seconds", "Since when a job of this process has ended no round", "job")
        self.failed = self._gauge("huiqi_job_failures", "Rounds of a job that failed since the start", "job")
        self.broadcasts = self._gauge("huiqi_broadcasts", "Announcements that are not over", "state")
        self.reviews = self._gauge("huiqi_review_oldest_seconds", "Since when something waits for approval", "what")
        self.silent = self._gauge("huiqi_edition_held_back", "Whether this process tells nobody of its edition")
        self.unsaved = self._gauge("huiqi_backup_age_seconds", "Since when nothing has been saved in a good backup")
        self.allowed = self._gauge("huiqi_backup_limit_seconds", "How old the last backup may be; 0 where nobody asks")
        self.unmade = self._gauge("huiqi_backup_failed", "Whether the last backup that was tried failed")
        self.tasks = self._gauge("huiqi_tasks", "What this process does at once: its asyncio tasks")
        self.away = self._gauge(
            "huiqi_turned_away", "Messages not answered since the start, too many being in work", "why"
        )
        self.callbacks = Counter(
            "huiqi_callbacks",
            "Deliveries by what became of them: answered, refused, unkept",
            ["outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "huiqi_callback_seconds", "How long a delivery waited", buckets=SECONDS, registry=self.registry
        )

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)


class Health:
    """The operator's three pages, and the meter of the callback.

    `ping` asks whether the database is there, `counts` for the rows in each state of a table, `signs` how it stands;
    StoreError makes a 503. `quotas` are the calls a day of each channel, `rounds` how the jobs of this process went,
    `stuck` those that go no further, `silent` whether it holds an edition back, `turned_away` how many messages were
    too many, by whose they were, `room` the free bytes where the database file is, None where it is elsewhere,
    `backup_hours` how old a backup may be, 0 where backups are made otherwise.
    """

    def __init__(
        self,
        *,
        ping: Callable[[], Awaitable[None]],
        counts: Mapping[str, Counts],
        signs: Callable[[], Awaitable[Signs]],
        corpus: Callable[[], tuple[str, int]],
        quotas: Mapping[str, int],
        rounds: Mapping[str, Rounds],
        clock: Clock,
        stuck: Callable[[], Sequence[str]] = tuple,
        silent: Callable[[], bool] = lambda: False,
        turned_away: Callable[[], Mapping[str, int]] = dict,
        room: Callable[[], int | None] = lambda: None,
        backup_hours: int = 0,
    ) -> None:
        self._ping = ping
        self._stuck = stuck
        self._silent = silent
        self._turned_away = turned_away
        self._room = room
        self._counts = counts
        self._signs = signs
        self._corpus = corpus
        self._rounds = rounds
        self._clock = clock
        self._meters = Meters()
        self._meters.allowed.set(backup_hours * 3600.0)
        for channel, calls in quotas.items():
            self._meters.quota.labels(channel).set(calls)
        self._outcomes = {name: self._meters.callbacks.labels(name) for name in ("answered", "refused", "unkept")}

    def delivered(self, seconds: float, status: int) -> None:
        """A delivery waited so long and was told this status."""
        self._meters.seconds.observe(seconds)
        self._outcomes["answered" if status == KEPT else "unkept" if status == UNKEPT else "refused"].inc()

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
        """Whether messages can be taken and answered here. The platform being away is no reason: they still can."""
        del request
        room, wrong = self._room(), []
        if room is not None and room < LEAST_ROOM:
            wrong.append(FULL)
        if not self._corpus()[1]:
            wrong.append(EMPTY)
        if self._stuck():
            wrong.append(STUCK)
        try:
            await self._ping()
        except StoreError:
            wrong.append(AWAY)
        return web.Response(status=503 if wrong else 200, text="".join(wrong) or "ok\n")

    async def _counted(self) -> dict[str, dict[str, int]]:
        return {table: await count() for table, count in self._counts.items()}

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        try:
            counted, signs = await self._counted(), await self._signs()
        except StoreError:
            return web.Response(status=503, text=AWAY)
        self._show(counted | {"news": signs.news}, signs)
        body = generate_latest(self._meters.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _show(self, counted: Mapping[str, Mapping[str, int]], signs: Signs) -> None:
        meters, (version, size) = self._meters, self._corpus()
        meters.tasks.set(len(asyncio.all_tasks()))
        meters.silent.set(self._silent())
        meters.unsaved.set(signs.saved.age(self._clock.time()))
        meters.unmade.set(bool(signs.saved.failed))
        meters.policies.clear()
        meters.policies.labels(version).set(size)
        meters.rows.clear()  # or a state that no row is in any more keeps its last count
        for table, states in counted.items():
            for state, rows in states.items():
                meters.rows.labels(table, state).set(rows)
        for gauge, values in (
            (meters.oldest, signs.oldest),
            (meters.paused, signs.paused),
            (meters.halted, signs.halted),
            (meters.used, signs.used),
            (meters.broadcasts, signs.broadcasts),
            (meters.reviews, signs.reviews),
        ):
            for name, value in values.items():
                gauge.labels(name).set(value)
        for why, times in self._turned_away().items():
            meters.away.labels(why).set(times)
        if (room := self._room()) is not None:
            meters.free.labels("database").set(room)
        now = self._clock.monotonic()
        for job, rounds in self._rounds.items():
            meters.ran.labels(job).set(max(0.0, now - rounds.last))
            meters.failed.labels(job).set(rounds.failed)
