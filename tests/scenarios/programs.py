"""The program as an operator starts it: another Python, its own files, its signals and exit codes."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.emulator.account import Account
from tests.corpus import DATA
from tests.patience import PATIENCE

ROOT = DATA.parent
LIMIT = PATIENCE


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`python main.py …`, to its end."""
    return subprocess.run(command(*arguments), cwd=ROOT, input=given, capture_output=True, timeout=LIMIT, check=False)


def command(*arguments: str) -> list[str]:
    """How to start it."""
    return [sys.executable, "main.py", *arguments]


def ports() -> Iterator[int]:
    """Ports that the system gives to nobody of itself, each once, and none that another worker of pytest has."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = range(20_000, 30_000)[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    yield from random.sample(mine, len(mine))


PORTS = ports()


def free_port() -> int:
    """A port that nobody listens on, and that nobody was given before."""
    for port in PORTS:
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port is taken")


def write_settings(folder: Path, account: Account, *, port: int, api: str = "http://127.0.0.1:9") -> Path:
    """A settings file for the account; the database is beside it."""
    path = folder / "huiqi.toml"
    path.write_text(
        f'''
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
[wechat]
app_id = "{account.app_id}"
app_secret = "{account.secret}"
token = "{account.token}"
encoding_aes_key = "{account.aes_key}"
original_id = "{account.original_id}"
mode = "{account.mode}"
api_base_url = "{api}"
[database]
url = "sqlite:///{folder}/huiqi.sqlite3"
[corpus]
path = "{DATA}"
source = "files"
''',
        encoding="utf-8",
    )
    return path


@dataclass
class Program:
    """A running program; `said` are the lines that were waited through."""

    process: subprocess.Popen[str]
    said: list[str]

    def until(self, words: str) -> str:
        """The next line that holds the words; the program has to say it before it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended and never said {words!r}: {''.join(self.said)}")

    def stop(self) -> int:
        """Ask it to stop, as a supervisor does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=LIMIT)
        self.said += rest.splitlines(keepends=True)
        return self.process.returncode

    def logged(self) -> list[str]:
        """The events of its log."""
        return [str(json.loads(line)["event"]) for line in self.said if line.startswith("{")]


@contextmanager
def started(*arguments: str, before: Sequence[str] = ()) -> Iterator[Program]:
    """A program that runs until it is stopped, at the latest at the end of the block; `before` it another that starts
    it."""
    process = subprocess.Popen(
        [*before, *command(*arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        try:
            yield Program(process, [])
        finally:
            if process.poll() is None:
                process.kill()
