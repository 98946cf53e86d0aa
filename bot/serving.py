"""The commands that run for long: serve and work."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web

from bot.app import STOP_SECONDS, Services, build_app, open_services
from bot.callback import CALLBACK
from bot.clock import Clock
from bot.config import Config, placeholders, read_config
from bot.corpus import Corpus
from bot.editions.shelf import Shelf
from bot.errors import ConfigError, NoPlace
from bot.front import listening
from bot.logs import set_up_logs
from bot.pages import PUBLIC
from bot.routing import Router
from bot.words import Words

logger = structlog.get_logger(__name__)

# Objects made since, and collections of younger ones, until the collector looks again: it would look through all the
# answers that are remembered, every second, and hardly anything here ever makes a ring.
COLLECTED = (20_000, 20, 50)

AHEAD = 1.0  # seconds: what waited for the start is answered first
SETTING = "port (or host) under [server] in the settings"
LONGEST_LINE = 64 * 1024  # bytes of a request line: a pasted question gets a page, not a bare 400


def run(command: str, path: Path, router: Router, words: Words) -> None:
    """Do `serve` or `worker` with the settings at `path`, until a signal comes."""
    import uvloop

    uvloop.run({"serve": serve, "worker": work}[command](_own(path), router, words))


def _own(path: Path) -> Config:
    """The settings of a real account: those of the example answer nobody, and ConfigError says so."""
    config = read_config(path)
    if left := placeholders(config):
        named = ", ".join(f"wechat.{name}" for name in left)
        raise ConfigError(f"{path}: {named}: still as in config.example.toml; put in the values of your account")
    return config


async def serve(config: Config, router: Router, words: Words, *, stop: asyncio.Event | None = None) -> None:
    """Answer until a signal comes; then finish what is running."""
    set_up_logs(config.log.level, config.log.format)
    stop = stop or _stop_on_signals()
    async with (
        open_services(config, router, words=words) as services,
        _reloading(services.shelf),
        _listening(services, words) as app,
        building_ahead(services.clock, services.shelf.build, app[PUBLIC].build),
    ):
        _settle_down()
        # Later, as well: its first rounds spell all their statements.
        working = asyncio.get_running_loop().call_later(AHEAD, services.worker.start)
        logger.info("serving", host=config.server.host, port=config.server.port, corpus=services.corpus.version)
        await stop.wait()
        working.cancel()
        await services.worker.stop(STOP_SECONDS)
    logger.info("stopped")


def _settle_down() -> None:
    """What was built stays: the collector need not look through it again and again while messages come and go. Not even
    once: of 200,000 objects 2,000 are garbage, and to find them takes as long as to load the database's library."""
    gc.freeze()
    gc.set_threshold(*COLLECTED)
    gc.enable()


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
async def building_ahead(clock: Clock, *builders: Callable[[], None]) -> AsyncIterator[None]:
    """Build in a thread what only some questions and pages need: it takes a third of a second, for which nobody should
    wait, neither at the start nor later."""

    async def build() -> None:
        await clock.sleep(AHEAD)
        for builder in builders:
            (fault,) = await asyncio.gather(asyncio.to_thread(builder), return_exceptions=True)
            if fault is not None:  # whoever needs it builds it then, and meets the fault again
                logger.error("not built ahead", exc_info=fault)

    building = asyncio.create_task(build())
    try:
        yield
    finally:
        building.cancel()
        await asyncio.gather(building, return_exceptions=True)


@asynccontextmanager
async def _listening(services: Services, words: Words) -> AsyncIterator[web.Application]:
    server = services.config.server
    app = build_app(services, words)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS, max_line_size=LONGEST_LINE)
    await runner.setup()
    try:
        async with AsyncExitStack() as stack:
            door = listening(
                runner, app[CALLBACK], services.clock, host=server.host, port=server.port, patience=STOP_SECONDS
            )
            try:
                await stack.enter_async_context(door)
            except ConfigError as error:
                if not isinstance(error.__cause__, OSError):
                    raise
                raise NoPlace(server.host, server.port, error.__cause__, by=SETTING) from error
            yield app
    finally:
        await runner.cleanup()


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
