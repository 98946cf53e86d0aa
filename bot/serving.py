"""The commands that run for long or once: serve, work, set the menu, read remarks."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from bot.app import STOP_SECONDS, Services, build_app, build_client, open_services
from bot.clock import SystemClock
from bot.config import Config
from bot.corpus import Corpus
from bot.errors import ConfigError
from bot.logs import set_up_logs
from bot.menu import menu_of, read_menu, spell
from bot.parts import MENU
from bot.routing import Router
from bot.shelf import Shelf
from bot.store.database import Database
from bot.store.feedback import Feedback, Kept
from bot.store.revisions import Revisions
from bot.words import Words

logger = structlog.get_logger(__name__)

LONGEST_LINE = 64 * 1024  # bytes of a request line: a pasted question gets a page, not a bare 400


async def serve(config: Config, router: Router, words: Words, *, stop: asyncio.Event | None = None) -> None:
    """Answer until a signal comes; then finish what is running."""
    set_up_logs(config.log.level, config.log.format)
    stop = stop or _stop_on_signals()
    async with open_services(config, router) as services, _reloading(services.shelf), _listening(services, words):
        services.worker.start()
        logger.info("serving", host=config.server.host, port=config.server.port, corpus=services.corpus.version)
        await stop.wait()
        await services.worker.stop(STOP_SECONDS)
    logger.info("stopped")


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


async def work(config: Config, router: Router) -> None:
    """Do the jobs alone, until a signal comes."""
    set_up_logs(config.log.level, config.log.format)
    stop = _stop_on_signals()
    async with open_services(config, router) as services, _reloading(services.shelf):
        services.worker.start()
        logger.info("working", corpus=services.corpus.version)
        await stop.wait()
        await services.worker.stop(STOP_SECONDS)
    logger.info("stopped")


async def read_remarks(config: Config, many: int) -> list[Kept]:
    """What followers said for staff to read, newest first."""
    database = await Database.open(config.database.url)
    try:
        return await Feedback(database).newest(many)
    finally:
        await database.close()


async def put_menu(config: Config) -> None:
    """Set the account's menu: the one the database keeps, or, where files are the truth or there is none yet, that of
    the folder."""
    database = await Database.open(config.database.url)
    try:
        buttons = await _menu(config, database)
        async with aiohttp.ClientSession() as session:
            await build_client(config, session, database, SystemClock()).create_menu(buttons)
    finally:
        await database.close()


async def _menu(config: Config, database: Database) -> list[dict[str, Any]]:
    public_url = config.server.public_url
    standing = await Revisions(database).standing_of(MENU, MENU) if config.corpus.source == "database" else None
    if standing is None:
        return read_menu(Path(config.corpus.path) / "menu.toml", public_url)
    return spell(menu_of(standing.body, MENU), public_url, origin=MENU)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
