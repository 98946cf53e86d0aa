"""Indexes that are kept from one start to the next."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.dictionary.index import Index
from bot.dictionary.kept import KEPT, kept
from tests.small import small_corpus


class Builder:
    """Builds the small corpus's index, and counts how often."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self) -> Index:
        self.built += 1
        return small_corpus().index


def test_it_is_built_once(tmp_path: Path) -> None:
    """The second time the same index is read, and finds the same words."""
    build = Builder()
    first, second = kept("v1", build, tmp_path), kept("v1", build, tmp_path)
    assert build.built == 1
    assert first == second
    assert [hit[2].word for hit in second.matcher.find("技改")] == [hit[2].word for hit in first.matcher.find("技改")]


def test_another_version_is_another_index(tmp_path: Path) -> None:
    """What is kept of one corpus is not taken for another."""
    build = Builder()
    kept("v1", build, tmp_path)
    kept("v2", build, tmp_path)
    assert build.built == 2


@pytest.mark.parametrize("spoilt", [b"", b"\x81", b"nonsense" * 100])
def test_a_spoilt_file_is_built_anew(tmp_path: Path, spoilt: bytes) -> None:
    """A file that was cut or overwritten costs a build, and nothing else."""
    build = Builder()
    kept("v1", build, tmp_path)
    (path,) = tmp_path.glob("*.index")
    path.write_bytes(spoilt)
    assert kept("v1", build, tmp_path) == small_corpus().index
    assert build.built == 2


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_changed_byte_is_noticed(tmp_path: Path, place: int) -> None:
    """What is used is what was written: neither a byte that changed nor an end that is missing passes."""
    build = Builder()
    kept("v1", build, tmp_path)
    (path,) = tmp_path.glob("*.index")
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert kept("v1", build, tmp_path) == small_corpus().index
    path.write_bytes(path.read_bytes()[:-1])
    assert kept("v1", build, tmp_path) == small_corpus().index
    assert build.built == 3


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    """A cache that is no folder is no error."""
    (tmp_path / "file").write_text("in the way")
    build = Builder()
    assert kept("v1", build, tmp_path / "file") == kept("v1", build, tmp_path / "file")
    assert build.built == 2


def test_the_oldest_make_room(tmp_path: Path) -> None:
    """No more than KEPT files stay, the newest ones."""
    for number in range(KEPT + 3):
        kept(f"v{number}", Builder(), tmp_path)
        for age, path in enumerate(sorted(tmp_path.glob("*.index"), key=lambda p: p.stat().st_mtime_ns, reverse=True)):
            os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    names = {path.name.split("-")[0] for path in tmp_path.glob("*.index")}
    assert len(names) == KEPT
    assert f"v{KEPT + 2}" in names
    assert "v0" not in names


def test_what_is_used_stays(tmp_path: Path) -> None:
    """However old it is, an index that is read again and again makes room for none that was only written."""
    build = Builder()
    for number in range(KEPT + 3):
        kept("used", build, tmp_path)
        for path in tmp_path.glob("*.index"):
            os.utime(path, (path.stat().st_mtime - 10, path.stat().st_mtime - 10))
        kept("used", build, tmp_path)
        kept(f"v{number}", Builder(), tmp_path)
    assert build.built == 1
