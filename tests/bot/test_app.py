"""The parts, built in one place: what they are told of the deployment, and how they are taken apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import insert

from bot.announcements import Announcement
from bot.app import Services, build_app, open_services
from bot.assembly import answering, office_of
from bot.chores import jobs
from bot.clock import ManualClock
from bot.config import Config, Console, Corpus, Database, Replies, WeChat
from bot.context import Context, Note, Office
from bot.conversation import Conversation
from bot.errors import CorpusError, StoreError
from bot.messages import Clicked, Text
from bot.replies import Answer, Say, Silence
from bot.routing import Router
from bot.store.attempts import Attempts, Patience
from bot.store.audit import Audit, Entry
from bot.store.broadcast_tables import recipients
from bot.store.departures import Departures
from bot.store.feedback import Feedback, Remark, pack
from bot.store.sessions import Session, Sessions
from bot.store.signatures import Signatures
from bot.wechat.crypto import sign
from bot.wechat.protocol import WINDOW
from bot.worker import Job
from handlers import ROUTER, WORDS
from tests.scenarios.stage import ACCOUNT
from tests.small import small_corpus, write_files

SORRY = Answer(reply=Silence())
WECHAT = WeChat(
    app_id=ACCOUNT.app_id,
    app_secret=ACCOUNT.secret,
    token=ACCOUNT.token,
    encoding_aes_key=ACCOUNT.aes_key,
    original_id=ACCOUNT.original_id,
    api_base_url="http://127.0.0.1:9",
)


def settings(folder: Path, **sections: Any) -> Config:
    """Settings with a fresh database and a small corpus in a folder, sections replaced by name."""
    made = Config(
        wechat=WECHAT,
        database=Database(url=f"sqlite:///{folder}/store.sqlite3"),
        corpus=Corpus(path=str(write_files(folder / "data"))),
    )
    return msgspec.structs.replace(made, **sections)


@asynccontextmanager
async def opened(config: Config, clock: ManualClock) -> AsyncIterator[Services]:
    """The parts."""
    async with open_services(config, ROUTER, words=WORDS, clock=clock, corpus=small_corpus(), migrate=True) as services:
        yield services


def work(services: Services, config: Config) -> dict[str, Job]:
    """The jobs of a worker with these settings, by name."""
    parts = services.engine, services.inbox, services.outbox_rows, services.outbox
    return {job.name: job for job in jobs(config, *parts, database=services.database, clock=services.clock)}


def words(text: str = "技改") -> Text:
    """Something said."""
    return Text(key="k1", openid="oA", account="gh_1", created=0, text=text)


@pytest.mark.parametrize(
    ("account", "certified", "transfer", "office"),
    [
        ("service", True, True, Office(can_push=True, can_transfer=True)),
        ("service", True, False, Office(can_push=True, can_transfer=False)),
        ("service", False, True, Office(can_push=False, can_transfer=False)),
        ("subscription", True, True, Office(can_push=True, can_transfer=True)),
        ("subscription", False, True, Office(can_push=False, can_transfer=False)),
        ("test", False, False, Office(can_push=True, can_transfer=False)),
    ],
)
def test_what_the_account_may_do(account: str, certified: bool, transfer: bool, office: Office) -> None:
    """Only certified accounts, and the platform's sandbox, write first; seats are for those alone that may."""
    wechat = msgspec.structs.replace(WECHAT, account=account, certified=certified)
    assert office_of(Config(wechat=wechat, replies=Replies(transfer=transfer))) == office


async def test_a_handler_is_told_who_where_and_when(clock: ManualClock) -> None:
    """Words, tapped policy, corpus, time in Shanghai, deployment and conversation reach the handler."""
    seen: list[Context] = []

    async def handler(ctx: Context) -> Answer:
        seen.append(ctx)
        return Answer(reply=Say(text="好"))

    answer = answering(Router(handler, apology=SORRY), small_corpus, Office(public_url="https://x.cn"))
    before = Conversation(focus="q91-1", expires=clock.time() + 1)
    tapped = Text(key="k1", openid="oA", account="gh_1", created=0, text="找谁办", menu_id="q91-2")
    outcome = await answer(tapped, before, clock.time())
    (ctx,) = seen
    assert (ctx.words, ctx.pointed, ctx.corpus, ctx.conversation) == ("找谁办", "q91-2", small_corpus(), before)
    assert (ctx.now.isoformat(), ctx.office.public_url) == ("2026-11-22T10:00:00+08:00", "https://x.cn")
    assert outcome.answer.version == small_corpus().version
    await answer(Clicked(key="k2", openid="oA", account="gh_1", created=0, button="ask:技改"), None, clock.time())
    assert (seen[1].words, seen[1].conversation) == ("技改", Conversation())


async def test_what_is_over_is_not_handed_on(clock: ManualClock) -> None:
    """A conversation whose time has come is none any more."""
    seen: list[Conversation] = []

    async def handler(ctx: Context) -> Answer:
        seen.append(ctx.conversation)
        return SORRY

    answer = answering(Router(handler, apology=SORRY), small_corpus, Office())
    await answer(words(), Conversation(focus="q91-1", expires=clock.time()), clock.time())
    await answer(words(), Conversation(focus="q91-1", expires=clock.time() + 1), clock.time())
    assert [conversation.focus for conversation in seen] == ["", "q91-1"]


async def test_what_a_handler_leaves(clock: ManualClock) -> None:
    """What it remembers and notes is the outcome; what it leaves as it was is not written again."""

    async def handler(ctx: Context) -> Answer:
        if ctx.words == "记":
            ctx.look_at("q91-1")
            ctx.note(Note(kind="complaint", text="不对", about="q91-2"))
        return SORRY

    answer = answering(Router(handler, apology=SORRY), small_corpus, Office())
    outcome = await answer(words("记"), None, clock.time())
    assert outcome.conversation is not None
    assert outcome.conversation.focus == "q91-1"
    assert outcome.remarks == (Remark(kind="complaint", text="不对", about="q91-2"),)
    assert (await answer(words("不记"), outcome.conversation, clock.time())).conversation is None


async def test_everything_is_closed_in_the_end(tmp_path: Path, clock: ManualClock) -> None:
    """After the block the database, the engine and the connections are closed."""
    async with opened(settings(tmp_path), clock) as services:
        assert await services.engine.handle(words()) is not None
    with pytest.raises(StoreError):
        await services.inbox.counts()


@pytest.mark.parametrize("source", ["database", "files"])
async def test_a_broken_corpus_stops_the_start(tmp_path: Path, clock: ManualClock, source: str) -> None:
    """What does not load is not imported either: mended, the next start takes it."""
    folder = tmp_path / "nowhere"
    config = settings(tmp_path, corpus=Corpus(path=str(folder), source=source))
    with pytest.raises(CorpusError):
        await open_services(config, ROUTER, words=WORDS, clock=clock, migrate=True).__aenter__()
    write_files(folder)
    async with open_services(config, ROUTER, words=WORDS, clock=clock) as services:
        assert services.corpus.version == small_corpus().version


async def test_the_database_outlives_its_folder(tmp_path: Path, clock: ManualClock) -> None:
    """Once imported the corpus is the database's: whatever becomes of the files, and of their content."""
    folder = write_files(tmp_path / "data")
    config = settings(tmp_path, corpus=Corpus(path=str(folder)))
    async with open_services(config, ROUTER, words=WORDS, clock=clock, migrate=True):
        pass
    write_files(folder, {"edition.toml": 'name = "别的版"\n', "topics.toml": "[["})
    async with open_services(config, ROUTER, words=WORDS, clock=clock) as services:
        assert services.corpus.version == small_corpus().version
        await services.shelf.reload()
        assert services.corpus.edition == "试用版"


async def test_the_corpus_is_read_from_its_folder(tmp_path: Path, clock: ManualClock) -> None:
    """Without one that was read already, the corpus is the folder's."""
    async with open_services(settings(tmp_path), ROUTER, words=WORDS, clock=clock, migrate=True) as services:
        assert services.corpus.version == small_corpus().version


async def test_a_worker_of_a_silent_account_sends_nothing(tmp_path: Path, clock: ManualClock) -> None:
    """Where the account may not write first there is no job that sends."""
    async with opened(settings(tmp_path), clock) as services:
        lanes = [f"outbox {name}" for name in ("custom", "template", "subscribe", "mass")]
        assert list(work(services, services.config)) == ["recover", "purge", "notices", *lanes]
        silent = settings(tmp_path, wechat=msgspec.structs.replace(WECHAT, certified=False))
        assert list(work(services, silent)) == ["recover", "purge", "notices"]


async def test_old_messages_are_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    """The job that forgets keeps messages as many days as the settings say."""
    async with opened(settings(tmp_path, replies=Replies(keep_days=2)), clock) as services:
        await services.engine.handle(words())
        purge = work(services, services.config)["purge"]
        await clock.advance(2 * 86_400.0 - 1)
        assert await purge.run() == 0
        assert await services.inbox.counts() == {"answered": 1}
        await clock.advance(2.0)
        assert await purge.run() == 0
        assert await services.inbox.counts() == {}


async def test_all_that_is_old_is_forgotten(tmp_path: Path, clock: ManualClock) -> None:
    """Remarks go with their messages, departures after a day, signatures when they are good no more."""
    async with opened(settings(tmp_path, replies=Replies(keep_days=2)), clock) as services:
        database, time, remark = services.database, clock.time(), Remark(kind="staff", text="人工")
        await database.run(lambda: Feedback(database).keep(pack("k1", "oA", remarks=[remark], time=time)))
        await database.run(lambda: Departures(database).remember("oB", time))
        assert await Signatures(database).belongs("s1", "k1", time)
        purge = work(services, services.config)["purge"]
        for due in (2 * WINDOW, 86_400.0, 2 * 86_400.0):
            await clock.advance(time + due - clock.time())
            assert await purge.run() == 0
            await clock.advance(1)
            assert await purge.run() == 1
        assert await Feedback(database).newest(9) == []


async def test_a_lost_database_is_not_ready(tmp_path: Path, clock: ManualClock) -> None:
    """When its file is deleted under the process the operator's probe says so."""
    async with opened(settings(tmp_path), clock) as services:
        async with TestServer(build_app(services, WORDS)) as server, aiohttp.ClientSession() as session:
            statuses = []
            for _ in range(2):
                async with session.get(server.make_url("/readyz")) as response:
                    statuses.append(response.status)
                (tmp_path / "store.sqlite3").unlink(missing_ok=True)
        assert statuses == [200, 503]


@pytest.mark.parametrize("mode", ["plain", "compatible"])
async def test_where_bodies_are_clear_a_signature_outlives_a_restart(
    tmp_path: Path, clock: ManualClock, mode: str
) -> None:
    """A captured signature carries no other words to the next process, though it does not cover them."""
    config = settings(tmp_path, wechat=msgspec.structs.replace(WECHAT, mode=mode))
    assert [await pushed(config, clock, msgid) for msgid in (1, 2, 1)] == [200, 403, 200]


async def pushed(config: Config, clock: ManualClock, msgid: int) -> int:
    """The status that a process started now gives a clear message, under the same signature each time."""
    stamp, nonce = str(int(clock.time())), "1"
    query = {"signature": sign(ACCOUNT.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
    body = (
        f"<xml><ToUserName>{ACCOUNT.original_id}</ToUserName><FromUserName>oA</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>text</MsgType><Content>技改</Content><MsgId>{msgid}</MsgId></xml>"
    )
    async with opened(config, clock) as services, TestServer(build_app(services, WORDS)) as server:
        url = server.make_url("/wechat")
        async with aiohttp.ClientSession() as session, session.post(url, params=query, data=body) as response:
            return response.status


async def test_everything_has_its_address(tmp_path: Path, clock: ManualClock) -> None:
    """Callback, public pages and the operator's pages stand where other software expects them."""
    async with opened(settings(tmp_path), clock) as services:
        app = build_app(services, WORDS)
        found = {route.resource.canonical for route in app.router.routes() if route.resource is not None}
        assert {"/wechat", "/policies", "/p/{id}", "/healthz", "/readyz", "/metrics"} <= found
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            for path, status in (("/wechat", 403), ("/p/q91-1", 200), ("/readyz", 200), ("/console", 404)):
                async with session.get(server.make_url(path)) as response:
                    assert response.status == status, path


async def test_the_console_is_there_where_it_is_enabled(tmp_path: Path, clock: ManualClock) -> None:
    """Its door opens; the pages' files are the public ones."""
    config = settings(tmp_path, console=Console(enabled=True, secret="f" * 32))
    async with (
        opened(config, clock) as services,
        TestServer(build_app(services, WORDS)) as server,
        aiohttp.ClientSession() as session,
    ):
        async with session.get(server.make_url("/console")) as response:
            assert (response.status, response.url.path) == (200, "/console/sign-in")
            source = await response.text()
        sheet = source.partition('rel="stylesheet" href="')[2].partition('"')[0]
        async with session.get(server.make_url(sheet)) as response:
            assert (response.status, response.content_type) == (200, "text/css")


async def test_what_staff_did_is_kept_longer(tmp_path: Path, clock: ManualClock) -> None:
    """The job that forgets ends old sessions and old counts of failures at once, the audit log by its own days."""
    console = Console(enabled=True, secret="f" * 32, audit_days=180)
    async with opened(settings(tmp_path, console=console), clock) as services:
        database, time = services.database, clock.time()
        await Audit(database).write(Entry(time=time, staff=0, who="", action="x"))
        await Sessions(database).begin(
            Session(id="s", staff=1, stage="full", created=time, seen=time, expires=time + 3600)
        )
        await Attempts(database).count({"k": Patience(free=1, first=1.0, longest=1.0)}, time)
        purge = work(services, services.config)["purge"]
        gone = []
        for due in (3600.0, 3601.0, 86_400.0, 86_401.0, 180 * 86_400.0, 180 * 86_400.0 + 1):
            await clock.advance(time + due - clock.time())
            gone.append(await purge.run())
        assert gone == [0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize(("keep_days", "days"), [(2, 35), (90, 90)])
async def test_a_ledger_is_kept_for_the_month_that_it_counts(
    tmp_path: Path, clock: ManualClock, keep_days: int, days: int
) -> None:
    """Five weeks at least, however few days messages are kept: nobody gets five mass messages in a month."""
    async with opened(settings(tmp_path, replies=Replies(keep_days=keep_days)), clock) as services:
        time, gone = clock.time(), []
        one = Announcement(name="x", author="a", created=time, changed=time, state="finished", began=time, ended=time)
        number = await services.broadcasts.compose(one)
        async with services.database.write() as connection:
            who = {"broadcast": number, "openid": "oA", "state": "sent", "changed": time}
            await connection.execute(insert(recipients), who)
        purge = work(services, services.config)["purge"]
        for due in (days * 86_400.0, days * 86_400.0 + 1):
            await clock.advance(time + due - clock.time())
            gone.append(await purge.run())
        assert gone == [0, 1]
