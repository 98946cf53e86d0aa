"""A file is written whole or not at all, and is nobody else's to read."""

from __future__ import annotations

import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.files import write_whole
from tests.deployed import ROOT

SMALL = 4096  # bytes that a file may have, in a process that is to fail


def test_what_was_there_gives_way(tmp_path: Path) -> None:
    """With the folders that lead to it, which are its owner's alone, as the file is; nothing else is left."""
    path = tmp_path / "a" / "b" / "file"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]
    assert list(path.parent.iterdir()) == [path]


def test_who_reads_has_the_old_or_the_new(tmp_path: Path) -> None:
    """A file that is open stays what it was, for another is put in its place."""
    path = tmp_path / "file"
    write_whole(path, b"one")
    with path.open("rb") as reader:
        write_whole(path, b"other")
        assert reader.read() == b"one"


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """OSError; what was there stays, and nothing half lies beside it."""
    path = tmp_path / "file"
    path.write_bytes(b"before")
    code = (
        f"from pathlib import Path; from bot.files import write_whole; write_whole(Path({str(path)!r}), b'x' * 99999)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); {code}"],
        cwd=ROOT,
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)),
        check=False,
    )
    assert b"OSError" in done.stderr
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"before")]


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    """A file in the way of a folder is an OSError, and stays."""
    (tmp_path / "a").write_bytes(b"file")
    with pytest.raises(OSError, match="a"):
        write_whole(tmp_path / "a" / "file", b"x")
