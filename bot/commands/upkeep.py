"""What database, disk and backups show that a person must see to: read, and nothing changed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path

from bot.channels import CHANNELS
from bot.clock import SHANGHAI, Clock
from bot.config import Config
from bot.corpus import Corpus
from bot.errors import BackupRefused
from bot.findings import Finding
from bot.store.audit import Audit
from bot.store.backups import SUFFIX, read_manifest
from bot.store.counts import Counts
from bot.store.database import Database
from bot.store.limits import Stops
from bot.store.news import NewsRows
from bot.store.saved import Backups
from bot.store.signs import Watch
from bot.store.staff import ROLES, Staff

GIB = 1 << 30
FULL, TIGHT = 256 * 1024 * 1024, 2 * GIB  # bytes of a disk that are too few; that will soon be too few
# Seconds after which a row of a queue should have been taken up, as in deploy/alerts.yml.
LATE = {"inbox": 120.0, "notices": 900.0, "outbox": 1800.0}
MUST = ROLES[ROLES.index("approver") :]  # who should have a second factor


def free_bytes(folder: Path) -> int:
    """How much room there is."""
    return shutil.disk_usage(folder).free


async def look_at_upkeep(
    config: Config,
    database: Database,
    corpus: Corpus | None,
    *,
    clock: Clock,
    room: Callable[[Path], int] = free_bytes,
) -> AsyncIterator[Finding]:
    """All that the deployment's own data shows; `room` says how many bytes are free where a folder is."""
    async for finding in _queues(database, clock):
        yield finding
    if corpus is not None and await _is_held_back(database, corpus):
        yield Finding(name="edition_held_back", well=False, detail=corpus.version)
    if config.console.enabled:
        async for finding in _accounts(config, database):
            yield finding
    for finding in _disks(config, room):
        yield finding
    async for finding in _backups(config, database, clock):
        yield finding


async def _queues(database: Database, clock: Clock) -> AsyncIterator[Finding]:
    signs = await Watch(database, clock, names=[kind.name for kind in CHANNELS]).look()
    late = False
    for queue, seconds in signs.oldest.items():
        kind, _, channel = queue.partition(" ")
        if seconds > LATE[kind]:
            late = True
            reason = f"channel_{channel}" if channel else f"queue_{kind}"
            yield Finding(name="queue_late", well=False, detail=f"{seconds / 60:.0f}", reason=reason)
    if not late:
        yield Finding(name="queues", well=True)
    for name, stop in (await Stops(database).at(clock.time())).items():
        found = "channel_halted" if stop.halted else "channel_paused"
        yield Finding(
            name=found, well=not stop.halted, hint=True, detail=f"{name}: {stop.reason}", reason=f"channel_{name}"
        )
    if failed := signs.news.get("failed"):
        yield Finding(name="news_failed", well=True, hint=True, detail=str(failed))
    counted = Counts(database, clock, fresh=0.0)
    unknown = (await counted.outbox()).get("unknown", 0)
    if unknown:
        yield Finding(name="sends_unknown", well=True, hint=True, detail=str(unknown))
    if not await counted.inbox():
        yield Finding(name="nothing_received", well=True, hint=True)


async def _is_held_back(database: Database, corpus: Corpus) -> bool:
    """Whether a process that starts with this corpus would tell nobody of it, since it was told before and replaced."""
    rows = NewsRows(database)
    latest = await rows.latest()
    return latest is not None and latest.version != corpus.version and await rows.was_published(corpus.version)


async def _accounts(config: Config, database: Database) -> AsyncIterator[Finding]:
    url = config.server.public_url
    if url.startswith("http://") and not url.startswith(("http://127.", "http://localhost")):
        yield Finding(name="console_plain", well=False, detail=url)
    members = [one for one in await Staff(database, Audit(database)).everyone() if not one.disabled]
    if not members:
        yield Finding(name="staff_none", well=True, hint=True)
    bare = [one.name for one in members if one.role in MUST and not one.totp]
    if bare:
        yield Finding(name="staff_bare", well=config.console.totp_required, hint=True, detail=", ".join(bare))
    elif members:
        yield Finding(name="staff", well=True, detail=str(len(members)))


def _disks(config: Config, room: Callable[[Path], int]) -> Iterator[Finding]:
    """How much room there is where we write: beside a SQLite file, and where backups go."""
    file = Database.file(config.database.url)
    folders = [file.parent] if file else []
    if config.database.backups:
        folders.append(Path(config.database.backups))
    for folder in dict.fromkeys(folders):
        if folder.is_dir():
            free = room(folder)
            name = "disk_full" if free < FULL else "disk_tight" if free < TIGHT else "disk"
            detail = f"{folder}: {free / GIB:.1f} GB"
            yield Finding(name=name, well=free >= FULL, hint=name == "disk_tight", detail=detail)


async def _backups(config: Config, database: Database, clock: Clock) -> AsyncIterator[Finding]:
    """How old the last backup is, as the database knows, and as the file says where the folder is known."""
    limit = config.database.backup_hours * 3600.0
    if not limit:
        yield Finding(name="backup_elsewhere", well=True)
        return
    saved = await Backups(database).read()
    if saved.failed:
        yield Finding(name="backup_failed", well=False, detail=f"{_moment(saved.tried)}, {saved.failed}")
    if config.database.backups:
        yield _newest(Path(config.database.backups), clock, limit=limit)
    elif saved.good:
        name = "backup" if saved.age(clock.time()) < limit else "backup_old"
        yield Finding(name=name, well=name == "backup", detail=_moment(saved.good))
    elif saved.age(clock.time()) < limit:
        yield Finding(name="backup_unset", well=True, hint=True)
    else:
        yield Finding(name="backup_never", well=False)


def _newest(folder: Path, clock: Clock, *, limit: float) -> Finding:
    """What the newest file of a folder says."""
    try:
        found = [path for path in folder.iterdir() if path.suffix == SUFFIX and not path.name.startswith(".")]
        newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    except OSError as error:
        return Finding(name="backup_unread", well=False, detail=f"{folder}: {error.strerror}")
    if newest is None:
        return Finding(name="backup_none", well=False, detail=str(folder))
    try:
        taken = read_manifest(newest).taken
    except BackupRefused:
        return Finding(name="backup_bad", well=False, detail=str(newest))
    name = "backup" if clock.time() - taken < limit else "backup_old"
    return Finding(name=name, well=name == "backup", detail=newest.name)


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time, SHANGHAI).isoformat(sep=" ", timespec="minutes")[:16]
