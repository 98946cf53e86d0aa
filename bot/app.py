"""Builds everything once and closes it in reverse: `open_services` makes the parts, `build_app` mounts them."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

from bot.callback import Callback
from bot.channels import CHANNELS
from bot.clock import SHANGHAI, Clock, SystemClock
from bot.config import Config
from bot.context import Context, Office, nobody, nothing
from bot.conversation import Conversation, fresh
from bot.corpus import Corpus
from bot.engine import Engine, Outcome
from bot.errors import ConfigError
from bot.health import Health
from bot.limits import Limits
from bot.logs import set_up_logs
from bot.messages import AnyMessage
from bot.mine import Mine
from bot.notices import LIFE
from bot.outbox import WINDOW as WINDOW_OF_LANE
from bot.outbox import Channel, Lane, Outbox
from bot.pages import Pages
from bot.passes import Passes
from bot.person import Dossier, Person
from bot.planner import Planner, policy_of
from bot.routing import Router, pointed, spoken
from bot.shelf import Shelf
from bot.store.counts import Counts
from bot.store.database import Database
from bot.store.departures import Departures
from bot.store.dossiers import Dossiers
from bot.store.feedback import Feedback, Remark
from bot.store.grants import Grants
from bot.store.inbox import Inbox
from bot.store.letters import Letters
from bot.store.news import NewsRows
from bot.store.notices import Notices
from bot.store.outbox import OutboxRows
from bot.store.reports import Reports
from bot.store.signatures import Signatures
from bot.store.tokens import TokenRows
from bot.subscriptions import Herald, build_herald
from bot.wechat.client import Client
from bot.wechat.jssdk import PageTicket
from bot.wechat.protocol import WINDOW, Wire
from bot.wechat.token import StableToken
from bot.wechat.wire import Wire as ApiWire
from bot.words import Words
from bot.worker import Job, Worker

logger = structlog.get_logger(__name__)

STOP_SECONDS = 8.0  # how long running answers and sends may take to finish after a signal to stop
# Seconds between looks that found nothing.
OUTBOX_IDLE, NOTICES_IDLE, NEWS_IDLE, RECOVER_IDLE, PURGE_IDLE = 0.5, 2.0, 5.0, 5.0, 3600.0
DAY = 86_400.0
YEAR = 366 * DAY
CALLS = (len(CHANNELS) + 1) * WINDOW_OF_LANE  # connections to the platform: every channel's window, and some
LONGEST_LINE = 64 * 1024  # bytes of a request line: a pasted question gets a page, not a bare 400


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one process."""

    config: Config
    clock: Clock
    shelf: Shelf
    database: Database
    inbox: Inbox
    outbox: Outbox
    outbox_rows: OutboxRows
    client: Client
    engine: Engine
    herald: Herald
    dossiers: Dossiers
    passes: Passes
    worker: Worker

    @property
    def corpus(self) -> Corpus:
        """What is answered from now; take it once for each answer."""
        return self.shelf.current


def office_of(config: Config, passes: Passes | None = None) -> Office:
    """What handlers may know of the deployment; `passes` make the addresses of followers' own data."""
    pushes = config.wechat.certified or config.wechat.account == "test"
    transfers = pushes and config.replies.transfer
    url = config.server.public_url

    def export_link(openid: str, made: float) -> str:
        assert passes is not None
        return f"{url}/mine/{passes.make(openid, made)}"

    link = export_link if passes and url else None
    return Office(public_url=url, can_push=pushes, can_transfer=transfers, export_link=link)


def answering(
    router: Router,
    corpus: Callable[[], Corpus],
    office: Office,
    person: Callable[[str], Awaitable[Person]] | None = None,
    dossier: Callable[[str], Awaitable[Dossier]] | None = None,
) -> Callable[[AnyMessage, Conversation | None, float], Awaitable[Outcome]]:
    """The function that makes an outcome of a message; `person` reads what is kept of a follower because they asked
    for it, `dossier` all that is kept."""

    async def answer(message: AnyMessage, conversation: Conversation | None, time: float) -> Outcome:
        before = fresh(conversation, time)
        ctx = Context(
            message=message,
            words=spoken(message),
            pointed=pointed(message),
            corpus=corpus(),
            now=datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI),
            office=office,
            conversation=before,
            load=partial(person, message.openid) if person else nobody,
            recall=partial(dossier, message.openid) if dossier else nothing,
        )
        said = await router.answer(ctx)
        remarks = tuple(Remark(kind=n.kind, text=n.text, about=n.about) for n in ctx.notes)
        changed = ctx.conversation if ctx.conversation != before else None
        return Outcome(answer=said, conversation=changed, remarks=remarks, changes=tuple(ctx.changes))

    return answer


@asynccontextmanager
async def open_services(
    config: Config,
    router: Router,
    *,
    words: Words,
    clock: Clock | None = None,
    corpus: Corpus | None = None,
    migrate: bool = False,
) -> AsyncIterator[Services]:
    """Every part, built and, at the end, closed in reverse; `corpus` where it was read already."""
    clock = clock or SystemClock()
    shelf = Shelf(Path(config.corpus.path), corpus)
    async with AsyncExitStack() as stack:
        database = await Database.open(config.database.url, migrate=migrate)
        stack.push_async_callback(database.close)
        inbox = Inbox(database)
        stack.push_async_callback(inbox.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CALLS)))
        client = build_client(config, session, database, clock)
        rows = OutboxRows(database)
        outbox = Outbox(
            rows=rows,
            limits=Limits(database, clock=clock, push=config.push),
            channels=build_channels(client, config),
            clock=clock,
        )
        passes, dossiers = Passes(config.wechat.app_secret), Dossiers(database)
        office = office_of(config, passes)
        herald = build_herald(config, database, corpus=lambda: shelf.current, words=words, clock=clock)
        engine = Engine(
            inbox=inbox,
            answer=answering(router, lambda: shelf.current, office, inbox.person, dossiers.read),
            apology=router.apology,
            clock=clock,
            deadline=config.replies.deadline,
            can_push=office.can_push,
            heading=router.aside,
        )
        stack.push_async_callback(engine.close, STOP_SECONDS)
        doing = jobs(config, engine, inbox, rows, outbox, database=database, clock=clock)
        doing.append(Job(name="news", run=herald.run, idle=NEWS_IDLE))
        worker = Worker(*doing, clock=clock)
        yield Services(
            config=config,
            clock=clock,
            shelf=shelf,
            database=database,
            inbox=inbox,
            outbox=outbox,
            outbox_rows=rows,
            client=client,
            engine=engine,
            herald=herald,
            dossiers=dossiers,
            passes=passes,
            worker=worker,
        )


def build_channels(client: Client, config: Config) -> list[Channel]:
    """Every way that makes calls; what is told beneath an answer makes none."""
    return [kind(client, config.push) for kind in CHANNELS]


def build_client(config: Config, session: aiohttp.ClientSession, database: Database, clock: Clock) -> Client:
    """The one door to the platform's API, with the token every process shares."""
    wire = ApiWire(session, config.wechat.api_base_url, clock=clock)
    tokens = StableToken(
        wire, TokenRows(database), app_id=config.wechat.app_id, app_secret=config.wechat.app_secret, clock=clock
    )
    return Client(wire, tokens, clock=clock)


def jobs(
    config: Config, engine: Engine, inbox: Inbox, rows: OutboxRows, outbox: Outbox, *, database: Database, clock: Clock
) -> list[Job]:
    """What a worker does."""
    remarks, departures, signatures = Feedback(database), Departures(database), Signatures(database)
    news, notices = NewsRows(database), Notices(database)
    reports, letters, grants = Reports(database), Letters(database), Grants(database)

    async def purge() -> int:
        now = clock.time()
        before = now - config.replies.keep_days * DAY
        await inbox.purge(before)
        gone = await rows.purge(before) + await remarks.purge(before)
        gone += await grants.purge(before) + await reports.purge(now - DAY) + await letters.purge(before)
        gone += await notices.purge(min(before, now - LIFE)) + await news.purge(min(before, now - 2 * LIFE))
        gone += await news.purge_reminders(now - YEAR)
        # A clock may be behind the platform's by the window, so a signature may stay good for two of them.
        return gone + await departures.purge(now - DAY) + await signatures.purge(now - 2 * WINDOW)

    found = [Job(name="recover", run=engine.recover, idle=RECOVER_IDLE), Job(name="purge", run=purge, idle=PURGE_IDLE)]
    ways = {kind.name: kind.compose for kind in CHANNELS}
    limits = {channel.name: channel.limit for channel in outbox.channels}
    planner = Planner(database, policy_of(config, ways), limits=limits, clock=clock)
    found.append(Job(name="notices", run=planner.run_once, idle=NOTICES_IDLE))
    if office_of(config).can_push:  # a lane of its own for each channel: a long broadcast holds up nobody's answer
        found += [_lane_job(lane) for lane in outbox.lanes]
    return found


def _lane_job(lane: Lane) -> Job:
    return Job(name=f"outbox {lane.name}", run=lane.run_once, idle=OUTBOX_IDLE, rest=lane.rest)


def mount(app: web.Application, services: Services, words: Words, *, home: str = "/policies") -> None:
    """Put the callback, the public pages and the operator's pages into an application; `/` leads to `home`."""

    async def go_home(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(home)

    app.router.add_get("/", go_home)
    wechat = services.config.wechat
    wire = Wire(
        app_id=wechat.app_id,
        token=wechat.token,
        encoding_aes_key=wechat.encoding_aes_key,
        original_id=wechat.original_id,
        mode=wechat.mode,
    )
    signatures = None if wechat.mode == "safe" else Signatures(services.database)
    callback = Callback(wire=wire, engine=services.engine, clock=services.clock, signatures=signatures)
    app.router.add_get("/wechat", callback.verify)
    app.router.add_post("/wechat", callback.receive)
    ticket = PageTicket(
        services.client.get_ticket,
        TokenRows(services.database, "jsapi_ticket"),
        app_id=wechat.app_id,
        clock=services.clock,
    )

    async def close_ticket(_: web.Application) -> None:
        await ticket.close()

    app.on_cleanup.append(close_ticket)
    pages = Pages(
        corpus=lambda: services.corpus,
        clock=services.clock,
        describe=words.describe,
        public_url=services.config.server.public_url,
        notice_id=services.config.push.notice_id,
        notice_lasting=services.config.push.notice_lasting,
        sign=ticket.configure,
    )
    app.add_routes(pages.routes())

    async def opened(text: str) -> Dossier | None:
        found = services.passes.read(text, services.clock.time())
        return await services.dossiers.opened(found.openid, found.made) if found else None

    app.add_routes(Mine(opened=opened, page=pages.page, missing=pages.missing).routes())
    counts = Counts(services.database, services.clock)
    health = Health(
        ping=services.database.ping,
        counts={"inbox": counts.inbox, "outbox": counts.outbox},
        corpus=lambda: (services.corpus.version, len(services.corpus.policies)),
    )
    app.add_routes(health.routes())


def build_app(services: Services, words: Words) -> web.Application:
    """The bot's own application."""
    app = web.Application(client_max_size=64 * 1024)
    mount(app, services, words)
    return app


async def serve(config: Config, router: Router, words: Words, *, stop: asyncio.Event | None = None) -> None:
    """Answer until a signal comes; then finish what is running."""
    set_up_logs(config.log.level, config.log.format)
    stop = stop or _stop_on_signals()
    async with (
        open_services(config, router, words=words) as services,
        _reloading(services.shelf),
        _listening(services, words),
    ):
        _settle_down()
        services.worker.start()
        logger.info("serving", host=config.server.host, port=config.server.port, corpus=services.corpus.version)
        await stop.wait()
        await services.worker.stop(STOP_SECONDS)
    logger.info("stopped")


def _settle_down() -> None:
    """What was built stays: the collector need not look through it again and again while messages come and go."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def _reloading(shelf: Shelf) -> AsyncIterator[None]:
    """Read the corpus anew whenever a SIGHUP comes."""
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[Corpus]] = set()

    def reload() -> None:
        if len(running) < 2:  # one reads, one waits to read what has changed since: a third would see nothing else
            task = loop.create_task(shelf.reload())
            running.add(task)
            task.add_done_callback(running.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def _listening(services: Services, words: Words) -> AsyncIterator[None]:
    server = services.config.server
    app = build_app(services, words)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS, max_line_size=LONGEST_LINE)
    await runner.setup()
    try:
        await listen(runner, server.host, server.port)
        yield
    finally:
        await runner.cleanup()


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    """Take requests at an address; ConfigError where that cannot be, as when another program has the port."""
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(f"cannot listen on {host} port {port}: {error.strerror}") from error


async def work(config: Config, router: Router, words: Words) -> None:
    """Do the jobs alone, until a signal comes."""
    set_up_logs(config.log.level, config.log.format)
    stop = _stop_on_signals()
    async with open_services(config, router, words=words) as services, _reloading(services.shelf):
        _settle_down()
        services.worker.start()
        logger.info("working", corpus=services.corpus.version)
        await stop.wait()
        await services.worker.stop(STOP_SECONDS)
    logger.info("stopped")


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
