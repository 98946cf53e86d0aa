"""A backup every night, from a process that runs for it alone: where nothing else on the machine has a timer."""

from __future__ import annotations

import asyncio
import signal
from datetime import datetime, time, timedelta
from pathlib import Path

import structlog
from rich.console import Console

from bot.clock import Clock, SystemClock, now
from bot.commands.backups import back_up, last_good
from bot.config import Config
from bot.errors import BotError, ConfigError
from bot.logs import set_up_logs

logger = structlog.get_logger(__name__)

DAY = timedelta(days=1)


async def run_nightly(config: Config, to: str, *, at: time, keep: int) -> None:
    """Save each night, until a signal comes: one that comes during a backup ends it, and nothing half is left."""
    set_up_logs(config.log.level, config.log.format)
    saving = asyncio.create_task(save_nightly(config, to, at=at, keep=keep, clock=SystemClock()))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):  # the first process of a container dies of none by itself
        loop.add_signal_handler(name, saving.cancel)
    try:
        await saving
    except asyncio.CancelledError:
        logger.info("stopped")


async def save_nightly(config: Config, to: str, *, at: time, keep: int, clock: Clock) -> None:
    """Save whenever it is that time in Shanghai, and at once where the last night was missed. What fails is noted and
    logged, and tried again the next night."""
    missed = now(clock).timestamp() - await last_good(config) > DAY.total_seconds()
    if missed:
        await _save(config, to, keep=keep, clock=clock)
    while True:
        due = following(now(clock), at)
        logger.info("backup waits", until=due.isoformat(timespec="minutes"))
        await clock.sleep(due.timestamp() - clock.time())
        await _save(config, to, keep=keep, clock=clock)


def following(moment: datetime, at: time) -> datetime:
    """The next moment after one at which it is that time."""
    due = datetime.combine(moment.date(), at, moment.tzinfo)
    return due if due > moment else due + DAY


def time_of_day(written: str) -> time:
    """A time such as 03:00; ConfigError for what is none."""
    try:
        return datetime.strptime(written, "%H:%M").time()
    except ValueError:
        raise ConfigError(f"--nightly {written}: must be a time such as 03:00") from None


async def _save(config: Config, to: str, *, keep: int, clock: Clock) -> None:
    try:
        path, removed = await back_up(config, to, keep=keep, console=Console(quiet=True), clock=clock)
    except BotError as error:
        logger.error("backup failed", reason=str(error))
        return
    logger.info("backup written", file=Path(path).name, bytes=path.stat().st_size, removed=len(removed))
