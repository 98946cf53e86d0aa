"""An index that was built before is read from the user's cache, not built again: a start takes a third of the time.

A kept index belongs to one version of the corpus and one state of the code that builds it; whatever is missing,
cut or spoilt is built anew, and where nothing can be written nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from bot.dictionary.index import Index
from bot.dictionary.vocabulary import Packed, Vocabulary
from bot.files import write_whole

# What an index depends on, beside its corpus.
BUILDERS = (
    "characters.py", "chinese.py", "dictionary/index.py", "dictionary/kept.py", "dictionary/lexicon.py",
    "dictionary/sayings.py", "dictionary/vocabulary.py", "hanzi/simplified.txt", "matcher.py", "numerals.py",
    "policies.py",
)  # fmt: skip
DIGEST = 16  # bytes in front of a file: what is used is what was written, whole
KEPT = 8  # files; those that were not used for longest make room


class File(msgspec.Struct, frozen=True, array_like=True):
    """What a file holds behind its digest."""

    ids: tuple[str, ...]
    entries: Packed


_decoder = msgspec.msgpack.Decoder(File)


def kept(version: str, build: Callable[[], Index], folder: Path | None = None) -> Index:
    """The index of a corpus version: read from `folder`, the user's cache where none is given, or built and kept."""
    folder = folder or _cache()
    if folder is None:
        return build()
    path = folder / f"{version}-{_code()}.index"
    found = _read(path)
    if found is None:
        found = build()
        with suppress(OSError):  # a disk that is full or read-only: the next start builds again
            _write(path, msgspec.msgpack.encode(File(found.ids, found.entries.packed)))
    return found


def _cache() -> Path | None:
    """Where programs keep what they can make again (the XDG base directory specification); None without a home."""
    with suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huiqi"
    return None


@cache
def _code() -> str:
    digest = hashlib.blake2b(sys.byteorder.encode(), digest_size=4)
    for name in BUILDERS:
        digest.update((Path(__file__).parent.parent / name).read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> Index | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    with suppress(OSError):  # of somebody else's folder: read all the same
        os.utime(path)
    digest, content = data[:DIGEST], memoryview(data)[DIGEST:]
    if digest != _digest(content):
        return None
    try:
        file = _decoder.decode(content)
        return Index(file.ids, Vocabulary(file.entries))
    except (msgspec.DecodeError, ValueError, TypeError):  # somebody else's file, with a digest of its own
        return None


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest()


def _write(path: Path, content: bytes) -> None:
    write_whole(path, _digest(content) + content)
    old = sorted(path.parent.glob("*.index"), key=lambda other: other.stat().st_mtime)
    for other in old[:-KEPT]:
        other.unlink(missing_ok=True)
