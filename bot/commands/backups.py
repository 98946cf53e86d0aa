"""The commands that put a deployment into one file and take it out again, and what is known of such files later."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.channels import CHANNELS
from bot.clock import SHANGHAI, Clock, SystemClock, now
from bot.commands.progress import showing
from bot.config import Config
from bot.errors import BackupRefused, BotError, ConfigError, StoreError
from bot.store.backups import NAME, PARTIAL, Manifest, restore_backup, write_backup
from bot.store.database import Database
from bot.store.saved import Backups, write_down

TIME = "{time}"  # in the name of a file: when it is taken
STAMP, STAMPED = "%Y%m%d-%H%M%S", r"[0-9]{8}-[0-9]{6}"
UNNOTED = "The backup is good, but the database could not be told of it: metrics and console show an older one."
AHEAD = timedelta(minutes=5)  # by which the clock of another machine may be before ours
LEFTOVER = timedelta(days=1)  # after which what was never finished is nobody's work any more


async def back_up(
    config: Config, to: str, *, keep: int = 0, console: Console | None = None, clock: Clock | None = None
) -> tuple[Path, list[Path]]:
    """Write a backup, and with `keep` remove the oldest of those named alike until so many are left; which file it is,
    and which were removed."""
    console, clock = console or Console(), clock or SystemClock()
    if keep and Path(to).name.count(TIME) != 1:
        raise ConfigError(f"--keep needs {TIME} in the file's name, as in /var/backups/huiqi/huiqi-{TIME}.huiqi")
    began = now(clock)
    path = Path(to.replace(TIME, began.strftime(STAMP)))
    try:
        manifest = await _write(config, path, console=console, clock=clock)
    except BotError as error:
        await _note_failed(config, error, began)
        raise
    except OSError as error:
        refused = BackupRefused(f"{error.strerror or error}: cannot write {path}")
        await _note_failed(config, refused, began)
        raise refused from error
    console.print(_table(manifest, "In the backup, and read again"))
    if not await write_down(config.database.url, name=NAME, good=manifest.taken):
        console.print(UNNOTED)
    try:
        return path, _thin(Path(to), path, keep, taken=began) if keep else []
    except OSError as error:
        refused = BackupRefused(f"{error.strerror or error}: cannot remove older ones beside {path}, which is good")
        await _note_failed(config, refused, began)
        raise refused from error


async def _note_failed(config: Config, error: BotError, began: datetime) -> None:
    await write_down(config.database.url, name=NAME, tried=began.timestamp(), reason=str(error))


async def _write(config: Config, path: Path, *, console: Console, clock: Clock) -> Manifest:
    if not path.parent.is_dir():
        raise BackupRefused(f"{path.parent}: there is no such folder; make it, for the bot's user alone")
    with showing(console) as tell:
        return await write_backup(config.database.url, path, clock=clock, tell=tell)


async def last_good(config: Config) -> float:
    """Of when the last good backup is that the database knows of; 0 where there is none, or nobody to ask."""
    try:
        database = await Database.open(config.database.url, older=True, name=NAME)
    except StoreError:
        return 0.0
    try:
        return (await Backups(database).read()).good
    except StoreError:
        return 0.0
    finally:
        await database.close()


async def note(config: Config, taken: str, *, failed: str = "", clock: Clock | None = None) -> datetime:
    """Note that the database was saved in another way, or that this failed: of when. The last good one is never put
    back. StoreError where the database cannot be told."""
    moment = _moment(taken, clock or SystemClock())
    if failed:
        noted = await write_down(config.database.url, name=NAME, tried=moment.timestamp(), reason=failed)
    else:
        good = max(moment.timestamp(), await last_good(config))
        noted = await write_down(config.database.url, name=NAME, good=good)
    if not noted:
        raise StoreError("the database could not be told: it is away, full, or not of this program's version")
    return moment


def _moment(taken: str, clock: Clock) -> datetime:
    """When it was taken: as written, in Shanghai where no zone is, or `now`."""
    present = now(clock)
    if taken == "now":
        return present
    try:
        moment = datetime.fromisoformat(taken)
    except ValueError:
        raise ConfigError(f"--noted {taken}: must be now, or a time such as 2026-11-22T02:30") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    if moment > present + AHEAD:
        raise ConfigError(f"--noted {taken}: is still to come")
    return moment


async def restore(config: Config, path: Path, *, console: Console | None = None) -> Manifest:
    """Fill the empty database of the settings with a backup; nothing is sent until each channel is resumed."""
    console = console or Console()
    with showing(console) as tell:
        names = [kind.name for kind in CHANNELS]
        manifest = await restore_backup(path, config.database.url, halting=names, tell=tell)
    console.print(_table(manifest, "The same in the backup and in the database"))
    return manifest


def _thin(pattern: Path, newest: Path, keep: int, *, taken: datetime) -> list[Path]:
    """Remove the oldest of the files that a pattern names, the newest one never; and what broke off a day ago. A link,
    a folder and any other name are left alone."""
    before, _, after = pattern.name.partition(TIME)
    alike = re.compile(f"{re.escape(before)}({STAMPED}){re.escape(after)}")
    unfinished = re.compile(rf"\.{re.escape(before)}({STAMPED}){re.escape(after)}\..*{re.escape(PARTIAL)}")
    found: list[tuple[str, Path]] = []
    limit = (taken - LEFTOVER).strftime(STAMP)
    for path in newest.parent.iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        if stamped := alike.fullmatch(path.name):
            found.append((stamped[1], path))
        elif (stamped := unfinished.fullmatch(path.name)) and stamped[1] < limit:
            path.unlink(missing_ok=True)
    removed = [path for _, path in sorted(found)[:-keep] if path != newest]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _table(manifest: Manifest, title: str) -> Table:
    empty = sum(not kept.rows for kept in manifest.tables)
    table = Table("table", "rows", "checksum", title=title, caption=f"{empty} more tables are empty")
    for kept in manifest.tables:
        if kept.rows:
            table.add_row(kept.table, f"{kept.rows:,}", kept.digest)
    return table
