"""What a zip archive must be before a library opens it: few entries, of honest size, XML that declares nothing."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from bot.errors import FileRefused

MOST_ENTRIES = 2_000
LARGEST_ENTRY = 25 * 1024 * 1024  # bytes, uncompressed
LARGEST_WHOLE = 80 * 1024 * 1024
STEEPEST = 200  # times that an entry may grow; real sheets grow about 10 to 40 times
HARMLESS = 512 * 1024  # bytes below which growth does not matter
CHUNK = 1024 * 1024
MOST_TAGS = (
    600_000  # angle brackets of all parts together; the samples have 30,000, and each may cost a library a kilobyte
)
MOST_STYLED = 50_000  # of a part that has styles, of which each becomes several objects
STYLES = b"styleSheet"
DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
WIDE = tuple(mark.decode().encode(code) for mark in DECLARED for code in ("utf-16-le", "utf-16-be"))
PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1  # bit of the flags of an entry


def names_of(data: bytes) -> frozenset[str]:
    """The names of the entries; FileRefused where it is no archive."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileRefused("damaged") from error


def check_archive(data: bytes) -> None:
    """FileRefused where opening it could cost too much, or lead anywhere else."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries)
            tags = 0
            for entry in entries:
                tags += _check_entry(archive, entry, MOST_TAGS - tags)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileRefused("damaged") from error


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FileRefused("bomb", found=str(len(entries)), expected=str(MOST_ENTRIES))
    if len({entry.filename for entry in entries}) != len(entries):
        raise FileRefused("damaged")
    whole = 0
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise FileRefused("encrypted")
        if entry.compress_type not in PLAIN:
            raise FileRefused("damaged")
        whole += entry.file_size
        steep = entry.file_size > HARMLESS and entry.file_size > STEEPEST * max(1, entry.compress_size)
        if steep or entry.file_size > LARGEST_ENTRY or whole > LARGEST_WHOLE:
            raise FileRefused("bomb", found=f"{whole // CHUNK} MB", expected=f"{LARGEST_WHOLE // CHUNK} MB")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    """Unpack it once, in pieces, whatever its header says of its size, and look for declarations: what is read as
    markup is what another part points at, whatever it is called. How many brackets it has, `most` at most."""
    read, tags, before = 0, 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            if read > LARGEST_ENTRY:
                raise FileRefused("bomb", found=f"{read // CHUNK} MB", expected=f"{LARGEST_ENTRY // CHUNK} MB")
            seen = before + chunk
            if any(mark in seen for mark in (*DECLARED, *WIDE)):
                raise FileRefused("declarations", found=entry.filename)
            if STYLES in seen:
                most = min(most, MOST_STYLED)
            tags += chunk.count(b"<")
            if tags > most:
                raise FileRefused("bomb", found=f"{tags} <>", expected=f"{most} <>")
            before = seen[-32:]
    return tags
