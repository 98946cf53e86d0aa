"""Builds everything once and closes it in reverse: `open_services` makes the parts, `build_app` mounts them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from bot.callback import CALLBACK, Callback
from bot.channels import CHANNELS
from bot.chores import console_jobs, corpus_jobs, jobs, news_job
from bot.clock import SHANGHAI, Clock, SystemClock
from bot.config import Config
from bot.console.keys import Keys
from bot.console.passwords import Hasher, Passwords
from bot.console.publishing import Publishing, build_publishing
from bot.context import Context, Office, nobody, nothing
from bot.conversation import Conversation, fresh
from bot.corpus import Corpus
from bot.engine import Engine, Outcome
from bot.gate import Gate
from bot.health import Health
from bot.known import Known
from bot.limits import Limits
from bot.lint import complaints
from bot.messages import AnyMessage
from bot.mine import Mine
from bot.outbox import WINDOW as WINDOW_OF_LANE
from bot.outbox import Channel, Outbox
from bot.pages import Pages
from bot.passes import Passes
from bot.person import Dossier, Person
from bot.press import Press
from bot.rehearsal import Rehearsal
from bot.routing import Router, pointed, spoken
from bot.shelf import Files, Shelf
from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.counts import Counts
from bot.store.database import Database
from bot.store.days import Days
from bot.store.dossiers import Dossiers
from bot.store.feedback import Remark
from bot.store.imports import Imports
from bot.store.inbox import Inbox
from bot.store.outbox import OutboxRows
from bot.store.revisions import Revisions
from bot.store.sessions import Sessions
from bot.store.signatures import Signatures
from bot.store.staff import Staff
from bot.store.tokens import TokenRows
from bot.subscriptions import Herald, build_herald
from bot.uploads import Uploads
from bot.wechat.client import Client
from bot.wechat.jssdk import PageTicket
from bot.wechat.protocol import Wire
from bot.wechat.token import StableToken
from bot.wechat.wire import Wire as ApiWire
from bot.words import Words
from bot.worker import Worker

if TYPE_CHECKING:
    from bot.console.desk import Desk
    from bot.console.templates import Templates

logger = structlog.get_logger(__name__)

STOP_SECONDS = 8.0  # how long running answers and sends may take to finish after a signal to stop
CALLS = (len(CHANNELS) + 1) * WINDOW_OF_LANE  # connections to the platform: every channel's window, and some
LONGEST_LINE = 64 * 1024  # bytes of a request line: a pasted question gets a page, not a bare 400


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one process. `publishing` is None where files are the truth and not the database."""

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
    dossiers: Dossiers
    passes: Passes
    worker: Worker
    passwords: Passwords
    router: Router

    @property
    def corpus(self) -> Corpus:
        """What is answered from now; take it once for each answer."""
        return self.shelf.current


def office_of(config: Config, passes: Passes | None = None) -> Office:
    """What handlers may know of the deployment; `passes` make the addresses of followers' own data."""
    pushes = config.wechat.may_push
    transfers = pushes and config.replies.transfer
    url = config.server.public_url

    def export_link(openid: str, made: float) -> str:
        assert passes is not None
        return f"{url}/mine/{passes.make(openid, made)}"

    link = export_link if passes and url else None
    return Office(public_url=url, can_push=pushes, can_transfer=transfers, export_link=link)


Answering = Callable[[AnyMessage, Conversation | None, float], Awaitable[Outcome]]


def answering(
    router: Router,
    corpus: Callable[[], Corpus],
    office: Office,
    person: Callable[[str], Awaitable[Person]] | None = None,
    dossier: Callable[[str], Awaitable[Dossier]] | None = None,
) -> Answering:
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
    hasher: Hasher | None = None,
) -> AsyncIterator[Services]:
    """Every part, built and, at the end, closed in reverse; `corpus` where it was read already, `hasher` where
    passwords are hashed in another way than is usual."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        database = await Database.open(config.database.url, migrate=migrate)
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
        answer = answering(router, lambda: shelf.current, office, inbox.person, dossiers.read)
        known = Known(router, lambda: shelf.current, office, plain=answer, person=inbox.person)
        engine = build_engine(config, router, inbox, known if router.repeats else answer, clock=clock)
        stack.push_async_callback(engine.close, STOP_SECONDS)
        doing = jobs(config, engine, inbox, rows, outbox, database=database, clock=clock)
        doing += [*corpus_jobs(press, shelf), *console_jobs(config, database, shelf, clock=clock), news_job(herald)]
        worker = Worker(*doing, clock=clock)
        passwords = await stack.enter_async_context(_hashing(config, hasher))
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
            dossiers=dossiers,
            passes=passes,
            worker=worker,
            passwords=passwords,
            router=router,
        )


@asynccontextmanager
async def _hashing(config: Config, hasher: Hasher | None) -> AsyncIterator[Passwords]:
    passwords = Passwords(hasher)
    try:
        if config.console.enabled:
            await passwords.warm_up()
        yield passwords
    finally:
        passwords.close()


def build_engine(config: Config, router: Router, inbox: Inbox, answer: Answering | Known, *, clock: Clock) -> Engine:
    """What answers each message once."""
    return Engine(
        inbox=inbox,
        answer=answer.answer if isinstance(answer, Known) else answer,
        at_once=answer.at_once if isinstance(answer, Known) else None,
        apology=router.apology,
        clock=clock,
        deadline=config.replies.deadline,
        can_push=config.wechat.may_push,
        heading=router.aside,
    )


def build_press(config: Config, router: Router, words: Words, *, database: Database, clock: Clock) -> Press | None:
    """What publishes the corpus that the database keeps, of which the folder is the first edition; None where files
    are the truth."""
    if config.corpus.source == "files":
        return None
    gate = Gate(router.speak, lint=partial(complaints, words=words))
    return Press(Revisions(database), folder=Path(config.corpus.path), gate=gate, clock=clock)


def build_channels(client: Client, config: Config) -> list[Channel]:
    """Every way that makes calls; what is told beneath an answer makes none."""
    return [kind(client, config.push) for kind in CHANNELS]


def build_uploads(stack: AsyncExitStack, config: Config, database: Database, *, clock: Clock) -> Uploads:
    """What reads the files that staff bring in; what is read when the stack is closed is given up."""
    uploads = Uploads(Imports(database), Revisions(database), folder=Path(config.corpus.path), clock=clock)
    stack.push_async_callback(uploads.close)
    return uploads


def build_client(config: Config, session: aiohttp.ClientSession, database: Database, clock: Clock) -> Client:
    """The one door to the platform's API, with the token every process shares."""
    wire = ApiWire(session, config.wechat.api_base_url, clock=clock)
    tokens = StableToken(
        wire, TokenRows(database), app_id=config.wechat.app_id, app_secret=config.wechat.app_secret, clock=clock
    )
    return Client(wire, tokens, clock=clock)


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
    app[CALLBACK] = callback
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
    health = Health(
        ping=services.database.ping,
        counts=Counts(services.database, services.clock).by_table,
        corpus=lambda: (services.corpus.version, len(services.corpus.policies)),
    )
    app.add_routes(health.routes())
    if services.config.console.enabled:
        from bot.console.site import PREFIX, build_site  # late: 0.2 s and 15 MB that a bot without staff does not need
        from bot.console.templates import Templates

        templates = Templates(asset=pages.address, name=words.name, importing=words.importing)
        app.add_subapp(PREFIX, build_site(build_desk(services, templates)))


def build_desk(services: Services, templates: Templates) -> Desk:
    """What the console works with."""
    from bot.console.talk import build_talk  # late, as above

    database, wechat, office = services.database, services.config.wechat, office_of(services.config)
    audit = Audit(database)
    from bot.console.desk import Desk

    return Desk(
        config=services.config,
        clock=services.clock,
        corpus=lambda: services.corpus,
        counts=Counts(database, services.clock, fresh=0.0).by_table,
        keys=Keys(services.config.console.secret),
        passwords=services.passwords,
        staff=Staff(database, audit),
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
    )


def build_app(services: Services, words: Words) -> web.Application:
    """The bot's own application."""
    app = web.Application(client_max_size=64 * 1024)
    mount(app, services, words)
    return app
