"""The command that moves a deployment, as an operator calls it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.operating import ended, followed
from tests.scenarios.programs import write_settings
from tests.scenarios.stage import ACCOUNT


@pytest.fixture
def source(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a deployment with 3,000 followers."""
    return f"sqlite:///{followed(tmp_path / 'huiqi.sqlite3', sqlite_template)}"


def test_a_deployment_moves(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table of what was copied is printed, and says that both sides are the same."""
    assert ended("copy", "--from", source, "--to", f"sqlite:///{tmp_path}/new.sqlite3") == 0
    said = capsys.readouterr().out
    assert "copied followers" in said
    assert "3000/3000" in said
    assert "The same on both sides" in said
    assert "followers │ 3,000" in said
    assert "more tables are empty" in said
    assert said.endswith("All 3,000 rows are the same on both sides. Set the new url under [database] and start.\n")


def test_addresses_may_be_kept_elsewhere(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with a password in it need not stand on the command line."""
    (tmp_path / "secret").write_text(f"sqlite:///{tmp_path}/new.sqlite3\n", encoding="utf-8")
    monkeypatch.setenv("HUIQI_OLD", source)
    assert ended("copy", "--from", "env:HUIQI_OLD", "--to", f"file:{tmp_path}/secret") == 0
    assert (tmp_path / "new.sqlite3").exists()


@pytest.mark.parametrize(
    ("source_url", "target_url", "why"),
    [
        ("mysql://u:hidden@h/n", "sqlite:///b.sqlite3", "--from: mysql:// is not known; write sqlite:///file.sqlite3"),
        ("sqlite:///a.sqlite3", "nonsense", "--to: is not an address"),
        ("sqlite:///a.sqlite3", "sqlite:///a.sqlite3", "--from and --to are the same database"),
        ("env:HUIQI_NOWHERE", "sqlite:///b.sqlite3", '--from = "env:HUIQI_NOWHERE": the environment has no'),
        ("sqlite:////nowhere/a.sqlite3", "sqlite:///b.sqlite3", "/nowhere/a.sqlite3: there is no such database"),
    ],
)
def test_addresses_that_are_wrong(
    source_url: str, target_url: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which of the two is wrong is said, and no password."""
    assert ended("copy", "--from", source_url, "--to", target_url) == 2
    said = capsys.readouterr().err
    assert why in said
    assert "hidden" not in said


def test_a_broken_copy_is_not_served(source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is unfinished is refused by every command that would work with it."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=1))
    with closing(sqlite3.connect(tmp_path / "huiqi.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'copying'")
    for command in ("serve", "worker", "migrate"):
        assert ended(command, "--config", settings) == 2
        assert "a copy into this database is under way or broke off" in capsys.readouterr().err
    assert ended("copy", "--from", source, "--to", f"sqlite:///{tmp_path}/new.sqlite3") == 2
