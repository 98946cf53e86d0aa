"""The commands that save a deployment and put it back, as an operator calls them."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SHANGHAI
from bot.store import schema
from bot.store.backups import read_manifest
from bot.store.database import Database
from bot.version import VERSION
from tests.bot.operating import ended, followed
from tests.deployed import ROOT
from tests.scenarios.programs import LIMIT, command, write_settings
from tests.scenarios.stage import ACCOUNT


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Path:
    """The settings of a deployment with 3,000 followers, beside it."""
    followed(tmp_path / "huiqi.sqlite3", sqlite_template)
    return write_settings(tmp_path, ACCOUNT, port=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups are kept."""
    made = tmp_path / "backups"
    made.mkdir()
    return made


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_saved_and_put_back(settings: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was saved is shown by table, and stands in an empty database afterwards, on which nothing is sent."""
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi") == 0
    said = capsys.readouterr().out
    assert "followers │ 3,000" in said
    assert "more tables are empty" in said
    assert f"{folder}/a.huiqi is written and was read again" in said.replace("\n", "")
    (tmp_path / "new").mkdir()
    new = write_settings(tmp_path / "new", ACCOUNT, port=1)
    assert ended("restore", "--from", f"{folder}/a.huiqi", "--config", str(new)) == 0
    assert "Nobody is written to until you have looked" in capsys.readouterr().out
    with closing(sqlite3.connect(tmp_path / "new" / "huiqi.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM followers").fetchone() == (3000,)
        assert connection.execute("SELECT count(*), sum(halted) FROM channels").fetchone() == (4, 4)
    assert ended("outbox", "--resume", "custom", "--config", str(new)) == 0


def test_the_oldest_go(settings: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --keep so many of that name are left, the newest among them; what is named otherwise, a link and a folder
    stay, and what broke off long ago goes."""
    for name in ("h-20200101-000000.huiqi", "h-20210101-000000.huiqi", "h-20220101-000000.huiqi", "h-2022.huiqi"):
        (folder / name).write_text("old")
    (folder / ".h-20200101-000000.huiqi.abc.partial").write_text("broken off")
    (folder / ".h-29990101-000000.huiqi.abc.partial").write_text("under way")
    (folder / "other-20200101-000000.huiqi").write_text("old")
    (folder / "h-20190101-000000.huiqi").mkdir()
    (folder / "h-20180101-000000.huiqi").symlink_to(folder / "h-2022.huiqi")
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/h-{{time}}.huiqi", "--keep", "2") == 0
    left = names(folder)
    (new,) = [name for name in left if (folder / name).is_file() and (folder / name).stat().st_size > 1000]
    assert left == sorted(
        [
            ".h-29990101-000000.huiqi.abc.partial",
            "h-20180101-000000.huiqi",
            "h-20190101-000000.huiqi",
            "h-2022.huiqi",
            "h-20220101-000000.huiqi",
            "other-20200101-000000.huiqi",
            new,
        ]
    )
    said = capsys.readouterr().out.replace("\n", "")
    assert "h-20200101-000000.huiqi is removed" in said
    assert "h-20210101-000000.huiqi is removed" in said


def test_nothing_is_removed_for_a_backup_that_failed(
    settings: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old ones stay where the new one could not be made."""
    (folder / "h-20200101-000000.huiqi").write_text("old")
    (settings.parent / "huiqi.sqlite3").unlink()
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/h-{{time}}.huiqi", "--keep", "1") == 2
    assert names(folder) == ["h-20200101-000000.huiqi"]
    assert "there is no such database" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("to", "keep", "why"),
    [
        ("a.huiqi", "3", "--keep needs {time} in the file's name"),
        ("missing/a.huiqi", "0", "there is no such folder; make it"),
        ("huiqi.toml", "0", "is there already; a backup never takes another's place"),
    ],
)
def test_places_that_are_wrong(
    settings: Path, to: str, keep: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is said, and nothing is written."""
    before = names(settings.parent)
    assert ended("backup", "--config", str(settings), "--to", f"{settings.parent}/{to}", "--keep", keep) == 2
    assert why in capsys.readouterr().err
    assert set(names(settings.parent)) - {"huiqi.sqlite3-wal", "huiqi.sqlite3-shm"} == set(before)


def test_a_disk_that_is_full(settings: Path, folder: Path) -> None:
    """It is said in a sentence, and nothing of the file is left."""

    with closing(sqlite3.connect(settings.parent / "huiqi.sqlite3")) as connection, connection:
        noise = random.Random(1).randbytes(200_000)
        connection.execute("INSERT INTO followers (openid, followed, talk) VALUES ('o', 1, ?)", (noise,))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    arguments = command("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi")
    done = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, preexec_fn=limit, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "a.huiqi: cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert names(folder) == []


def test_no_secret_of_the_settings_is_in_it(settings: Path, folder: Path) -> None:
    """The settings are not part of a backup."""
    import zipfile

    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi") == 0
    with zipfile.ZipFile(folder / "a.huiqi") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    for secret in (ACCOUNT.secret, ACCOUNT.token, ACCOUNT.aes_key):
        assert secret.encode() not in content
    assert len(content) > 50_000


def test_the_version_is_that_of_the_project() -> None:
    """What a backup says of the program is what pyproject.toml says."""
    assert f'version = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def known(settings: Path) -> tuple[float, float, str]:
    """What the database says of its backups: of when the last good one is, when one was tried, why that failed."""
    with closing(sqlite3.connect(settings.parent / "huiqi.sqlite3")) as connection:
        row: tuple[float, float, str] = connection.execute("SELECT good, tried, failed FROM backups").fetchone()
    return row


def test_the_database_knows_of_its_backups(settings: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup that failed is noted with its reason, the next good one with its moment; one that was refused for a
    wrong place counts as failed too, since a timer may have asked for it."""
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/none/a.huiqi") == 2
    good, tried, failed = known(settings)
    assert good == 0 < tried
    assert failed in capsys.readouterr().err.replace("\n", "")
    assert "there is no such folder" in failed
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi") == 0
    good, tried, failed = known(settings)
    assert (failed, good) == ("", tried)
    assert good == read_manifest(folder / "a.huiqi").taken
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi") == 2
    assert known(settings)[0] == good
    assert "is there already" in known(settings)[2]


def test_a_database_that_cannot_be_told(settings: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup of an earlier version's database is good all the same, and it is said that it is not noted."""
    (settings.parent / "huiqi.sqlite3").unlink()

    async def begin() -> None:
        old = Database(f"sqlite:///{settings.parent}/huiqi.sqlite3", patience=5.0, create=True)
        async with old.write() as connection:
            await connection.run_sync(lambda c: schema.upgrade(c, "0012"))
        await old.close()

    asyncio.run(begin())
    assert ended("backup", "--config", str(settings), "--to", f"{folder}/a.huiqi") == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert "could not be told of it" in said
    assert names(folder) == ["a.huiqi"]


def test_a_backup_that_was_made_otherwise(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever saves by pg_dump says when it began, or that it failed: the database knows it as of any other, and a
    moment before the last one puts nothing back."""
    note = ("backup", "--config", str(settings), "--noted")
    assert ended(*note, "2026-01-02T02:30") == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert "The database knows of a backup of 2026-01-02 02:30:00+08:00, which nobody has read again here" in said
    moment = datetime(2026, 1, 2, 2, 30, tzinfo=SHANGHAI).timestamp()
    assert known(settings) == (moment, moment, "")
    assert ended(*note, "2026-01-03T02:30:00+0000", "--failed", "pg_dump") == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert "The database knows that a backup failed at 2026-01-03 02:30:00+00:00." in said
    assert known(settings) == (moment, datetime(2026, 1, 3, 2, 30, tzinfo=UTC).timestamp(), "pg_dump")
    assert ended(*note, "2026-01-01") == 0
    assert known(settings) == (moment, moment, "")
    assert ended(*note, "now") == 0
    assert known(settings)[0] == pytest.approx(time.time(), abs=60.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --to FILE"),
        (("--to", "x.huiqi", "--noted", "now"), "give --to FILE"),
        (("--to", "x.huiqi", "--failed", "disk"), "give --to FILE"),
        (("--noted", "now", "--keep", "3"), "give --to FILE"),
        (("--noted", "yesterday"), "must be now, or a time such as"),
        (("--noted", "2999-01-01"), "is still to come"),
    ],
)
def test_options_that_do_not_fit(
    settings: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    """Neither, both, or a time that is none: exit code 2, and nothing is noted."""
    assert ended("backup", "--config", str(settings), *options) == 2
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
    with closing(sqlite3.connect(settings.parent / "huiqi.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM backups").fetchone() == (0,)


def test_a_note_that_the_database_does_not_take(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is away: exit code 2, so that whatever calls it knows."""
    (settings.parent / "huiqi.sqlite3").unlink()
    assert ended("backup", "--config", str(settings), "--noted", "now") == 2
    assert "could not be told" in capsys.readouterr().err
