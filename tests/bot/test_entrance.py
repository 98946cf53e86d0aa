"""The way in: what a server loads before it serves, and where the other commands go."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from bot.entrance import enter
from handlers import ROUTER, WORDS
from tests.patience import PATIENCE
from tests.scenarios.programs import ROOT

EXAMPLE = ROOT / "config.example.toml"
OTHERS = {"typer", "pydantic", "alembic", "bot.cli"}  # of other commands
# Of the console alone.
STAFF = {"bot.console.site", "bot.editions.uploads", "openpyxl", "docx", "pypdfium2", "segno", "pyotp"}


def ended(*arguments: str) -> int:
    """Do it in this process; its exit code."""
    with pytest.raises(SystemExit) as caught:
        enter(ROUTER, WORDS, list(arguments))
    return int(caught.value.code or 0)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_server_loads_what_it_serves_with(command: str) -> None:
    """Until its settings are read, and refused because they are the example's, it has loaded all that it answers with
    and nothing of what only other commands or the staff's pages need."""
    program = [sys.executable, "-X", "importtime", "main.py", command, "--config", str(EXAMPLE)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert done.returncode == 2
    assert "still as in config.example.toml" in done.stderr
    assert {"bot.engine", "bot.ranking", "handlers.policies", "sqlalchemy", "aiohttp.web"} <= loaded
    assert loaded & (OTHERS | STAFF) == set()


@pytest.mark.parametrize("spelled", [("--config", ""), ("--config=",)])
def test_however_it_is_spelled_a_server_is_the_same(
    capsys: pytest.CaptureFixture[str], spelled: tuple[str, ...]
) -> None:
    """The short way and the command line say the same of the example's settings, and end alike."""
    *first, last = spelled
    assert ended("serve", *first, f"{last}{EXAMPLE}") == 2
    assert capsys.readouterr().err == (
        f"{EXAMPLE}: wechat.app_id, wechat.app_secret, wechat.token, wechat.encoding_aes_key, wechat.original_id: "
        "still as in config.example.toml; put in the values of your account\n"
    )


@pytest.mark.parametrize("arguments", [("serve",), ("serve", "--config")])
def test_what_is_left_out_is_said_by_the_command_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """A line that is not whole is no server: the command line says what it wants."""
    assert ended(*arguments) == 2
    assert "--config" in capsys.readouterr().err


def test_other_commands_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Their words reach them, and their errors are a line and exit code 2."""
    assert ended("lint", "--data", str(tmp_path)) == 2
    assert "has no policies" in capsys.readouterr().err


def test_the_collector_works_for_whoever_runs(tmp_path: Path) -> None:
    """It waits while the program is loaded, not while a command does something."""
    gc.disable()
    try:
        ended("lint", "--data", str(tmp_path))
        assert gc.isenabled()
    finally:
        gc.enable()
