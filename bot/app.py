"""Builds everything once and closes it in reverse: `open_services` makes the parts, `build_app` mounts them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from bot.assembly import (
    Answering,
    answering,
    build_broadcasts,
    build_channels,
    build_client,
    build_duty,
    build_engine,
    build_press,
    build_tagging,
    build_uploads,
    build_worker,
    hashing,
    marking,
    office_of,
)
from bot.broadcasts import Broadcasts
from bot.callback import CALLBACK, Callback
from bot.channels import CHANNELS
from bot.chores import jobs
from bot.clock import Clock, SystemClock
from bot.config import Config
from bot.console.addresses import Proxies
from bot.console.passwords import Hasher, Passwords
from bot.console.publishing import Publishing, build_publishing
from bot.context import Office
from bot.corpus import Corpus
from bot.editions.shelf import Files, Shelf
from bot.engine import Engine
from bot.health import Health
from bot.known import Known
from bot.limits import Limits
from bot.lost import signposted
from bot.mine import Mine
from bot.outbox import WINDOW as WINDOW_OF_LANE
from bot.outbox import Outbox
from bot.paces import CROWD, VISITOR, Pace, Paces, paced
from bot.pages import PUBLIC, Pages
from bot.passage import telling
from bot.passes import Passes
from bot.person import Dossier
from bot.rehearsal import Rehearsal
from bot.routing import Router
from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.counts import Counts
from bot.store.database import Database
from bot.store.days import Days
from bot.store.dossiers import Dossiers
from bot.store.inbox import Inbox
from bot.store.limits import Stops
from bot.store.outbox import OutboxRows
from bot.store.pending import Pending
from bot.store.phones import Phones
from bot.store.saved import Backups
from bot.store.sessions import Sessions
from bot.store.signatures import Signatures
from bot.store.signs import Watch
from bot.store.staff import Staff
from bot.store.tokens import TokenRows
from bot.subscriptions import Herald, build_herald
from bot.tagging import Tagging
from bot.wechat.client import Client
from bot.wechat.jssdk import PageTicket
from bot.wechat.protocol import Wire
from bot.words import Words
from bot.worker import Worker

if TYPE_CHECKING:
    from bot.console.desk import Desk
    from bot.console.templates import Templates
    from bot.editions.uploads import Uploads

logger = structlog.get_logger(__name__)

STOP_SECONDS = 8.0  # how long running answers and sends may take to finish after a signal to stop
CALLS = (len(CHANNELS) + 1) * WINDOW_OF_LANE  # connections to the platform: every channel's window, and some
LONGEST_LINE = 64 * 1024  # bytes of a request line: a pasted question gets a page, not a bare 400


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one process. `publishing` is None where files are the truth and not the database, `uploads`
    where nobody could bring a file either."""

    config: Config
    clock: Clock
    shelf: Shelf
    publishing: Publishing | None
    uploads: Uploads | None
    database: Database
    inbox: Inbox
    outbox: Outbox
    outbox_rows: OutboxRows
    client: Client
    engine: Engine
    herald: Herald
    broadcasts: Broadcasts
    tagging: Tagging
    dossiers: Dossiers
    passes: Passes
    worker: Worker
    passwords: Passwords
    router: Router

    @property
    def corpus(self) -> Corpus:
        """What is answered from now; take it once for each answer."""
        return self.shelf.current


@asynccontextmanager
async def open_services(
    config: Config,
    router: Router,
    *,
    words: Words,
    clock: Clock | None = None,
    corpus: Corpus | None = None,
    migrate: bool = False,
    hasher: Hasher | None = None,
) -> AsyncIterator[Services]:
    """Every part, built and, at the end, closed in reverse; `corpus` where it was read already, `hasher` where
    passwords are hashed in another way than is usual."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        database = await Database.open(config.database.url, migrate=migrate, marking=marking(config))
        stack.push_async_callback(database.close)
        press = build_press(config, router, words, database=database, clock=clock) if corpus is None else None
        shelf = await Shelf.open(press or Files(Path(config.corpus.path)), corpus)
        publishing = build_publishing(press, shelf, database, clock) if press else None
        if publishing:
            stack.push_async_callback(publishing.close)
        uploads = build_uploads(stack, config, database, clock=clock) if publishing else None
        inbox = Inbox(database)
        stack.push_async_callback(inbox.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CALLS)))
        client = build_client(config, session, database, clock)
        rows = OutboxRows(database)
        limits = Limits(database, clock=clock, push=config.push)
        outbox = Outbox(rows=rows, limits=limits, channels=build_channels(client, config), clock=clock)
        passes, dossiers = Passes(config.wechat.app_secret), Dossiers(database)
        office = office_of(config, passes)
        herald = build_herald(config, database, corpus=lambda: shelf.current, words=words, clock=clock)
        duty = build_duty(config, database, clock=clock)
        answer = answering(router, lambda: shelf.current, office, inbox.person, dossiers.read, duty=duty)
        engine = build_engine(config, router, inbox, _repeating(answer, router, shelf, office, inbox), clock=clock)
        stack.push_async_callback(engine.close, STOP_SECONDS)
        doing = jobs(config, engine, inbox, rows, outbox, database=database, clock=clock)
        worker = build_worker(stack, doing, config, database, press=press, shelf=shelf, herald=herald, clock=clock)
        passwords = await stack.enter_async_context(hashing(config, hasher))
        yield Services(
            config=config,
            clock=clock,
            shelf=shelf,
            publishing=publishing,
            uploads=uploads,
            database=database,
            inbox=inbox,
            outbox=outbox,
            outbox_rows=rows,
            client=client,
            engine=engine,
            herald=herald,
            broadcasts=build_broadcasts(config, database, clock=clock),
            tagging=build_tagging(stack, client, database, clock=clock),
            dossiers=dossiers,
            passes=passes,
            worker=worker,
            passwords=passwords,
            router=router,
        )


def _repeating(answer: Answering, router: Router, shelf: Shelf, office: Office, inbox: Inbox) -> Answering | Known:
    """The same with answers that are known, where what the router says rests on nothing but its context."""
    if not router.repeats:
        return answer
    return Known(router, lambda: shelf.current, office, plain=answer, person=inbox.person)


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
    health = build_health(services)
    callback = Callback(
        wire=wire, engine=services.engine, clock=services.clock, signatures=signatures, measure=health.delivered
    )
    app.add_routes(health.routes())
    app[CALLBACK] = callback
    proxies = Proxies(services.config.server, services.config.console)
    app.router.add_get("/wechat", telling(callback.verify, proxies))
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
    app[PUBLIC] = pages
    slowed = partial(paced, paces=Paces(services.clock), place=partial(place_of, proxies), busy=pages.busy)
    app.add_routes([*slowed(pages.pages()), *pages.assets()])

    async def lost(request: web.Request) -> web.StreamResponse:
        response = pages.page("lost")
        response.set_status(web.HTTPNotFound.status_code)
        return response

    app.middlewares.append(signposted(slowed([web.get("/", lost)])[0].handler))

    async def opened(text: str) -> Dossier | None:
        found = services.passes.read(text, services.clock.time())
        return await services.dossiers.opened(found.openid, found.made) if found else None

    app.add_routes(slowed(Mine(opened=opened, page=pages.page, missing=pages.missing).routes()))
    if services.config.console.enabled:
        from bot.console.site import PREFIX, build_site  # late: 0.2 s and 15 MB that a bot without staff does not need
        from bot.console.templates import Templates

        ending = words.broadcasts["ending"]
        templates = Templates(asset=pages.address, name=words.name, importing=words.importing, ending=ending)
        app.add_subapp(PREFIX, build_site(build_desk(services, templates)))


def place_of(proxies: Proxies, request: web.Request) -> tuple[str, Pace]:
    """Where a visitor of the pages is, and how fast pages may be opened there."""
    place, many = proxies.visitor(request)
    return place, CROWD if many else VISITOR


def build_health(services: Services) -> Health:
    """The operator's pages."""
    database, clock, channels = services.database, services.clock, services.outbox.channels
    return Health(
        ping=database.ping,
        counts=Counts(database, clock).by_table,
        signs=Watch(database, clock, names=[channel.name for channel in channels]).look,
        corpus=lambda: (services.corpus.version, len(services.corpus.policies)),
        quotas={channel.name: channel.limit.per_day for channel in channels},
        rounds=services.worker.rounds,
        clock=clock,
        stuck=services.worker.stuck,
        silent=lambda: services.herald.holds_back,
        turned_away=lambda: services.engine.turned_away,
        room=partial(free_beside, services.config.database.url),
        backup_hours=services.config.database.backup_hours,
    )


def free_beside(url: str) -> int | None:
    """How many bytes are free on the disk of a database file; None where the database is a server's, or it is gone."""
    file = Database.file(url)
    return shutil.disk_usage(file.parent).free if file and file.parent.is_dir() else None


def build_desk(services: Services, templates: Templates) -> Desk:
    """What the console works with."""
    from bot.console.desk import Desk  # late, as above
    from bot.console.keys import Keys
    from bot.console.patterns import Patterns
    from bot.console.talk import build_talk

    database, wechat, office = services.database, services.config.wechat, office_of(services.config)
    audit = Audit(database)
    return Desk(
        config=services.config,
        clock=services.clock,
        corpus=lambda: services.corpus,
        counts=Counts(database, services.clock, fresh=0.0).by_table,
        keys=Keys(services.config.console.secret),
        passwords=services.passwords,
        staff=Staff(database, audit),
        phones=Phones(database),
        sessions=Sessions(database),
        attempts=Attempts(database),
        audit=audit,
        publishing=services.publishing,
        uploads=services.uploads,
        days=Days(database),
        templates=templates,
        talk=build_talk(
            database,
            Rehearsal(services.router, office),
            account=services.client,
            may_write=office.can_push,
            has_codes=wechat.account == "test" or (wechat.account == "service" and wechat.certified),
        ),
        broadcasts=services.broadcasts,
        tagging=services.tagging,
        patterns=Patterns(services.client, services.broadcasts.ways, clock=services.clock),
        stops=Stops(database),
        backups=Backups(database),
        pending=Pending(database),
    )


def build_app(services: Services, words: Words) -> web.Application:
    """The bot's own application."""
    app = web.Application(client_max_size=64 * 1024)
    mount(app, services, words)
    return app
