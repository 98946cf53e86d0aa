"""An index that was built before is read from the user's cache, not built again: a start takes a third of the time.

A kept index belongs to one version of the corpus and one state of the code that builds it; whatever is missing,
unreadable or of another kind is built anew, and where nothing can be written nothing is kept.
"""

from __future__ import annotations

import gc
import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from bot.index import Entry, Index, Meaning

# What an index depends on, beside its corpus.
BUILDERS = ("chinese.py", "hanzi/simplified.txt", "index.py", "kept.py", "lexicon.py", "policies.py", "sayings.py")
KEPT = 8  # files; those that were not used for longest make room


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """An index as it is kept: most words mean and speak for what others do too, so each such thing stands there once,
    and is one value when it is read."""

    ids: tuple[str, ...]
    meanings: tuple[tuple[Meaning, ...], ...]
    postings: tuple[tuple[tuple[int, float], ...], ...]
    words: tuple[str, ...]
    kinds: tuple[tuple[int, int, int], ...]  # of each word: its meanings, its postings, its strength


_decoder = msgspec.msgpack.Decoder(Packed)


def pack(index: Index) -> Packed:
    """An index with each thing once."""
    meanings: dict[tuple[Meaning, ...], int] = {}
    postings: dict[tuple[tuple[int, float], ...], int] = {}
    kinds: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    found = []
    for entry in index.entries:
        meant = meanings.setdefault(entry.meanings, len(meanings))
        held = postings.setdefault(entry.postings, len(postings))
        kind = meant, held, entry.strength
        found.append(kinds.setdefault(kind, kind))
    words = tuple(entry.word for entry in index.entries)
    return Packed(index.ids, tuple(meanings), tuple(postings), words, tuple(found))


def unpack(packed: Packed) -> Index:
    """The index again, equal to the one that was packed."""
    meanings, postings = packed.meanings, packed.postings
    pairs: dict[tuple[int, float], tuple[int, float]] = {}
    postings = tuple([tuple([pairs.setdefault(pair, pair) for pair in held]) for held in postings])
    words = zip(packed.words, packed.kinds, strict=True)
    entries = tuple([Entry(word, meanings[meant], postings[held], level) for word, (meant, held, level) in words])
    return Index(packed.ids, entries)


def kept(version: str, build: Callable[[], Index], folder: Path | None = None) -> Index:
    """The index of a corpus version: read from `folder`, the user's cache where none is given, or built and kept."""
    folder = folder or _cache()
    if folder is None:
        return build()
    path = folder / f"{version}-{_code()}.index"
    found = _read(path)
    if found is None:
        packed = pack(build())
        with suppress(OSError):  # a disk that is full or read-only: the next start builds again
            _write(path, packed)
        found = unpack(packed)
    return found


def _cache() -> Path | None:
    """Where programs keep what they can make again (the XDG base directory specification); None without a home."""
    with suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huiqi"
    return None


@cache
def _code() -> str:
    digest = hashlib.blake2b(digest_size=4)
    for name in BUILDERS:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> Index | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    with suppress(OSError):  # of somebody else's folder: read all the same
        os.utime(path)
    paused = gc.isenabled()
    gc.disable()  # of a hundred thousand values made at once, none is garbage
    try:
        return unpack(_decoder.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, IndexError, ValueError):
        return None
    finally:
        if paused:
            gc.enable()


def _write(path: Path, index: Packed) -> None:
    """Whole or not at all, whoever else writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(index))
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    old = sorted(path.parent.glob("*.index"), key=lambda other: other.stat().st_mtime)
    for other in old[:-KEPT]:
        other.unlink(missing_ok=True)
