"""What a worker does, job by job: for the messages, the corpus, the console and those who want to be told."""

from __future__ import annotations

from bot.channels import CHANNELS
from bot.clock import Clock
from bot.config import Config
from bot.editions.press import Press
from bot.editions.shelf import Shelf
from bot.engine import Engine
from bot.notices import LIFE
from bot.outbox import Lane, Outbox
from bot.planner import Planner, policy_of
from bot.sender import Sender
from bot.statistics.tally import Tally
from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.bells import CORPUS, Bells
from bot.store.database import Database
from bot.store.departures import Departures
from bot.store.feedback import Feedback
from bot.store.grants import Grants
from bot.store.imports import Imports
from bot.store.inbox import Inbox
from bot.store.ledgers import Ledgers
from bot.store.letters import Letters
from bot.store.news import NewsRows
from bot.store.notices import Notices
from bot.store.outbox import OutboxRows
from bot.store.reports import Reports
from bot.store.sessions import Sessions
from bot.store.signatures import Signatures
from bot.store.simulations import Simulations
from bot.store.sums import Sums
from bot.store.tallies import Tallies
from bot.store.unanswered import Unanswered
from bot.subscriptions import Herald
from bot.wechat.protocol import WINDOW
from bot.worker import Job

# Seconds between looks that found nothing.
OUTBOX_IDLE, NOTICES_IDLE, NEWS_IDLE, RECOVER_IDLE, PURGE_IDLE = 0.5, 2.0, 5.0, 5.0, 3600.0
CORPUS_IDLE, EDITIONS_IDLE, TALLY_IDLE, BELLS_IDLE, BROADCASTS_IDLE = 3.0, 60.0, 5.0, 2.0, 1.0
DAY = 86_400.0
YEAR = 366 * DAY
IMPORT_DAYS = 30  # that what was read of a file is kept
LEDGER_DAYS = 35  # at least that people stay in a ledger: it has the mass messages of their month


def jobs(
    config: Config, engine: Engine, inbox: Inbox, rows: OutboxRows, outbox: Outbox, *, database: Database, clock: Clock
) -> list[Job]:
    """What a worker does."""
    remarks, departures, signatures = Feedback(database), Departures(database), Signatures(database)
    sessions, attempts, audit = Sessions(database), Attempts(database), Audit(database)
    simulations, unanswered, imports = Simulations(database), Unanswered(database, database), Imports(database)
    news, notices = NewsRows(database), Notices(database)
    reports, letters, grants, sums = Reports(database), Letters(database), Grants(database), Sums(database)

    async def purge() -> int:
        now = clock.time()
        before = now - config.replies.keep_days * DAY
        await inbox.purge(before)
        gone = await rows.purge(before) + await remarks.purge(before) + await unanswered.purge(before)
        gone += await grants.purge(before) + await reports.purge(now - DAY) + await letters.purge(before)
        gone += await notices.purge(min(before, now - LIFE)) + await news.purge(min(before, now - 2 * LIFE))
        gone += await news.purge_reminders(now - YEAR)
        gone += await sums.purge(min(before, now - LEDGER_DAYS * DAY), time=now)
        # A clock may be behind the platform's by the window, so a signature may stay good for two of them.
        gone += await imports.purge(now - IMPORT_DAYS * DAY)
        gone += await departures.purge(now - DAY) + await signatures.purge(now - 2 * WINDOW)
        gone += await sessions.purge(now) + await attempts.purge(now - DAY) + await simulations.purge(now - DAY)
        return gone + await audit.purge(now - config.console.audit_days * DAY)

    found = [
        Job(name="recover", run=engine.recover, idle=RECOVER_IDLE),
        Job(name="purge", run=purge, idle=PURGE_IDLE, alone=True),
    ]
    ways = {kind.name: kind.compose for kind in CHANNELS}
    limits = {channel.name: channel.limit for channel in outbox.channels}
    planner = Planner(database, policy_of(config, ways), limits=limits, clock=clock)
    found.append(Job(name="notices", run=planner.run_once, idle=NOTICES_IDLE, alone=True))
    if config.wechat.may_push:  # a lane of its own for each channel: a long broadcast holds up nobody's answer
        found += [_lane_job(lane) for lane in outbox.lanes]
    return found


def other_jobs(
    config: Config,
    database: Database,
    press: Press | None,
    shelf: Shelf,
    *,
    bells: Bells,
    herald: Herald,
    clock: Clock,
) -> list[Job]:
    """What a worker does besides, for the corpus, the console and those who want to be told."""
    found = [*corpus_jobs(press, shelf, bells), *console_jobs(config, database, shelf, clock=clock)]
    return [*found, news_job(herald), broadcast_job(config, database, clock=clock)]


def corpus_jobs(press: Press | None, shelf: Shelf, bells: Bells) -> list[Job]:
    """What a worker does for a corpus that the database keeps."""
    if press is None:
        return []
    return [
        Job(name="editions", run=press.take_effect, idle=EDITIONS_IDLE, alone=True),
        Job(name="corpus", run=shelf.look, idle=CORPUS_IDLE, bell=bells.bell(CORPUS)),
        Job(name="bells", run=bells.listen, idle=BELLS_IDLE, rest=bells.rest),
    ]


def console_jobs(config: Config, database: Database, shelf: Shelf, *, clock: Clock) -> list[Job]:
    """What a worker does for the console, where there is one."""
    if not config.console.enabled:
        return []
    tally = build_tally(database, shelf, clock=clock)
    return [
        Job(name="tally", run=tally.run, idle=TALLY_IDLE, alone=True),
        Job(name="tally purge", run=tally.purge, idle=PURGE_IDLE, alone=True),
    ]


def broadcast_job(config: Config, database: Database, *, clock: Clock) -> Job:
    """What sends announcements that were approved."""
    sender = Sender(database, config=config, ledgers=Ledgers(database), clock=clock)
    return Job(name="broadcasts", run=sender.run_once, idle=BROADCASTS_IDLE, alone=True)


def _lane_job(lane: Lane) -> Job:
    return Job(name=f"outbox {lane.name}", run=lane.run_once, idle=OUTBOX_IDLE, rest=lane.rest)


def news_job(herald: Herald) -> Job:
    """What tells people of a new edition, and of last days that come near."""
    return Job(name="news", run=herald.run, idle=NEWS_IDLE, alone=True)


def build_tally(database: Database, shelf: Shelf, *, clock: Clock) -> Tally:
    """What counts the inbox for the console."""
    tallies = Tallies(database, database, Unanswered(database, database))
    return Tally(tallies, corpus=lambda: shelf.current, marking=database.marking, clock=clock)
