"""A deployment in one file: every table as it was at one moment, checked when it is written and again when it is read.

The file is a zip: a member for each table, pages of rows as msgpack, each behind its length, and `manifest.json`. The
zip's comment, the last bytes of the file, is the digest of all bytes before it: whatever is damaged or missing shows
before anything is believed. The source is only read, and goes on being written.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Connection, Table, insert

from bot.clock import SHANGHAI, Clock
from bot.errors import BackupRefused, StoreError
from bot.store import schema
from bot.store.copying import Row, Tally, Tell, about, finish, misfit, pages, prepare, tables_of
from bot.store.database import PATIENCE, Database
from bot.store.saved import note_backup
from bot.store.tables import channels
from bot.version import VERSION

FORMAT = 1
MANIFEST = "manifest.json"
SUFFIX = ".huiqi"  # of the files' names
PARTIAL = ".partial"  # how the name of a file ends until it is whole
LEFT_OUT = frozenset({"tokens", "sessions"})  # keys to the account and to the console: good for hours, and secret
DIGEST = 64  # hexadecimal digits
CHUNK = 1 << 20  # bytes read at once
LARGEST_PAGE = 1 << 29  # bytes; a page of rows is a hundredth of it
NAME = "huiqi backup"  # of its sessions
RESTORED = "restored"  # why channels stand still afterwards
BROKEN = (zipfile.BadZipFile, zlib.error, msgspec.MsgspecError, KeyError, EOFError, NotImplementedError, ValueError)
START_ANEW = "what is in the target is unfinished and `serve` refuses it; remove it and restore again"

_rows = msgspec.msgpack.Decoder(list[tuple[Any, ...]])


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A table in a backup: its columns, how many rows, and the sum of their checksums."""

    table: str
    columns: tuple[str, ...]
    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of: by which program, of which version of the tables, when, out of what kind of database."""

    format: int
    program: str
    schema: str
    taken: float
    dialect: str
    tables: tuple[Kept, ...]

    @property
    def moment(self) -> str:
        """When it was taken, in Shanghai."""
        return datetime.fromtimestamp(self.taken, SHANGHAI).isoformat(sep=" ", timespec="seconds")


async def write_backup(url: str, path: Path, *, clock: Clock, tell: Tell) -> Manifest:
    """Write the database at `url`, of this version or an earlier one, to a file that must not be there, and read it
    again. Until that went well it has another name. Raises StoreError, and BackupRefused where it cannot be written.
    """
    with _drafted(path) as draft:
        with draft.open("wb") as file:
            manifest = await _write(url, file, clock=clock, tell=tell)
        _seal(draft)
        if check_backup(draft, tell=tell) != manifest:
            raise BackupRefused(f"{path}: what was written is not what was read; nothing is kept")
    return manifest


@contextmanager
def _drafted(path: Path) -> Iterator[Path]:
    """A file that nobody else can read, put at `path` where all goes well and removed where not."""
    _refuse_there(path)
    try:
        number, name = tempfile.mkstemp(PARTIAL, f".{path.name}.", path.parent)
        os.close(number)
        draft = Path(name)
        try:
            yield draft
            _refuse_there(path)
            draft.rename(path)
            _make_lasting(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BackupRefused(f"{path}: cannot be written: {error.strerror}") from error


def _refuse_there(path: Path) -> None:
    if path.exists():
        raise BackupRefused(f"{path} is there already; a backup never takes another's place")


async def _write(url: str, file: IO[bytes], *, clock: Clock, tell: Tell) -> Manifest:
    origin = await Database.open(url, older=True, name=NAME)
    kept: list[Kept] = []
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            async with origin.snapshot() as connection:
                version = await connection.run_sync(schema.revision)
                taken = clock.time()
                for table in await connection.run_sync(tables_of, version):
                    total, tally = await about(connection, table), Tally()
                    columns = tuple(str(column.name) for column in table.c)
                    with archive.open(_member(table.name), "w", force_zip64=True) as member:
                        if table.name not in LEFT_OUT:
                            async for rows in pages(connection, table, tally):
                                _write_page(member, rows)
                                tell("saved", table.name, tally.rows, total)
                    kept.append(Kept(table=str(table.name), columns=columns, rows=tally.rows, digest=tally.digest))
            manifest = Manifest(
                format=FORMAT,
                program=VERSION,
                schema=version,
                taken=taken,
                dialect=origin.dialect,
                tables=tuple(kept),
            )
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            archive.comment = b"0" * DIGEST
    finally:
        await origin.close()
    return manifest


def _member(table: str) -> str:
    return f"tables/{table}"


def _write_page(member: IO[bytes], rows: Sequence[Row]) -> None:
    page = msgspec.msgpack.encode(rows)
    member.write(len(page).to_bytes(4, "big"))
    member.write(page)


def _seal(path: Path) -> None:
    """Put the digest of all that stands before it in the place that was left for it."""
    digest = _digest(path)
    with path.open("r+b") as file:
        file.seek(-DIGEST, os.SEEK_END)
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> bytes:
    left, found = path.stat().st_size - DIGEST, blake2b(digest_size=DIGEST // 2)
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            found.update(chunk)
            left -= len(chunk)
    return found.hexdigest().encode()


def _make_lasting(folder: Path) -> None:
    """Have the folder's own entry outlive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def read_manifest(path: Path) -> Manifest:
    """What a file says it is, not yet believed; BackupRefused where it says nothing."""
    with _opened(path) as archive:
        return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)


def check_backup(path: Path, *, tell: Tell) -> Manifest:
    """Read a backup from end to end. Raises BackupRefused where a byte of it is not as it was written, or where a later
    version wrote it."""
    try:
        with path.open("rb") as file:
            file.seek(-min(DIGEST, path.stat().st_size), os.SEEK_END)
            written = file.read()
        whole = written == _digest(path)
    except OSError as error:
        raise BackupRefused(f"{path}: cannot be read: {error.strerror}") from error
    if not whole:
        raise BackupRefused(f"{path}: is damaged, cut off, or no backup: its checksum differs; take another one")
    manifest = read_manifest(path)
    if manifest.format > FORMAT or manifest.schema not in schema.revisions():
        raise BackupRefused(
            f"{path}: version {manifest.program} of the program wrote it, with tables of version {manifest.schema};"
            f" this is {VERSION} and knows {schema.revisions()[-1]} at most. Restore it with that program"
        )
    with _opened(path) as archive:
        for kept in manifest.tables:
            tally = Tally()
            for rows in _read_pages(archive, kept):
                tally.add(rows)
                tell("checked", kept.table, tally.rows, kept.rows)
            if (tally.rows, tally.digest) != (kept.rows, kept.digest):
                raise BackupRefused(f"{path}: is damaged: {kept.table} has not the rows its manifest says")
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except OSError as error:
        raise BackupRefused(f"{path}: cannot be read: {error.strerror}") from error
    except BROKEN as error:
        raise BackupRefused(f"{path}: is damaged, or no backup; take another one") from error


def _read_pages(archive: zipfile.ZipFile, kept: Kept) -> Iterator[list[tuple[Any, ...]]]:
    with archive.open(_member(kept.table)) as member:
        while length := member.read(4):
            size = int.from_bytes(length, "big")
            page = member.read(size) if size <= LARGEST_PAGE else b""
            if len(page) < size:
                raise EOFError(kept.table)
            yield _rows.decode(page)


async def restore_backup(path: Path, url: str, *, halting: Sequence[str], tell: Tell) -> Manifest:
    """Fill the database at `url`, which must be empty, with a backup, compare, and bring it to this version.

    Every channel named stands still afterwards: what waited when the backup was taken may have gone out since. Raises
    BackupRefused for the file and StoreError for the database.
    """
    manifest = check_backup(path, tell=tell)
    goal = Database(url, patience=PATIENCE, create=True, name=NAME)
    try:
        async with goal.write() as connection:
            await connection.run_sync(prepare, manifest.schema)
            tables = {table.name: table for table in await connection.run_sync(tables_of, manifest.schema)}
        try:
            with _opened(path) as archive:
                for kept in manifest.tables:
                    await _fill(archive, goal, _table(tables, kept), kept=kept, tell=tell)
            await _compare(goal, tables, manifest, tell=tell)
            async with goal.write() as connection:
                await connection.run_sync(_open, manifest.schema)
                await note_backup(connection, goal, good=manifest.taken)  # what it holds is saved, in this very file
                for name in halting:
                    halt = goal.insert(channels).values(name=name, halted=True, paused=RESTORED)
                    stopped = {"halted": True, "paused": RESTORED}
                    await connection.execute(halt.on_conflict_do_update(index_elements=["name"], set_=stopped))
        except StoreError as error:
            raise StoreError(f"{error}; {START_ANEW}") from error
    finally:
        await goal.close()
    return manifest


def _table(tables: dict[str, Table], kept: Kept) -> Table:
    table = tables.get(kept.table)
    if table is None or set(kept.columns) != {column.name for column in table.c}:
        raise StoreError(f"{kept.table}: the backup has other columns than its version of the tables")
    return table


async def _fill(archive: zipfile.ZipFile, goal: Database, table: Table, *, kept: Kept, tell: Tell) -> None:
    done = 0
    columns = [table.c[name] for name in kept.columns]
    for rows in _read_pages(archive, kept):
        values = [dict(zip(kept.columns, row, strict=True)) for row in rows]
        try:
            async with goal.write() as connection:
                await connection.execute(insert(table), values)
        except StoreError as error:
            raise StoreError(f"{table.name}: {misfit(columns, rows) or error}") from error
        done += len(rows)
        tell("restored", table.name, done, kept.rows)


async def _compare(goal: Database, tables: dict[str, Table], manifest: Manifest, *, tell: Tell) -> None:
    async with goal.snapshot() as connection:
        for kept in manifest.tables:
            tally = Tally()
            async for _ in pages(connection, tables[kept.table], tally, kept.columns):
                tell("compared", kept.table, tally.rows, kept.rows)
            if (tally.rows, tally.digest) != (kept.rows, kept.digest):
                raise StoreError(
                    f"{kept.table} is not what the backup has: {kept.rows} rows {kept.digest} there,"
                    f" {tally.rows} rows {tally.digest} in the target"
                )


def _open(connection: Connection, version: str) -> None:
    """What was filled has its own version again, and then this program's."""
    schema.mark(connection, version)
    schema.upgrade(connection)
    finish(connection)
