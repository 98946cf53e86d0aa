"""Commands as an operator calls them, in this process, for tests."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import build_cli
from bot.entrance import enter
from handlers import ROUTER, WORDS

CLI = build_cli(ROUTER, WORDS)
FOLLOWERS = 3000


def ended(*arguments: str) -> int:
    """Run a command; its exit code."""
    with pytest.raises(SystemExit) as caught:
        CLI(list(arguments))
    return int(caught.value.code or 0)


def entered(*arguments: str) -> int:
    """Go the way of `main.py` with these arguments, servers included; the exit code."""
    with pytest.raises(SystemExit) as caught:
        enter(ROUTER, WORDS, arguments)
    return int(caught.value.code or 0)


def followed(path: Path, template: Path) -> Path:
    """The database of a deployment with FOLLOWERS, made of an empty one."""
    shutil.copy(template, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = ((f"o{number}", number) for number in range(FOLLOWERS))
        connection.executemany("INSERT INTO followers (openid, followed) VALUES (?, ?)", rows)
    return path
