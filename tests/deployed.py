"""The files of deploy/ and the programs that check them, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def text(name: str) -> str:
    """A file of deploy/."""
    return (DEPLOY / name).read_text(encoding="utf-8")


@cache
def commands() -> str:
    """What `main.py --help` lists."""
    done = subprocess.run([sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.stdout


def needed(program: str, capfd: pytest.CaptureFixture[str]) -> str:
    """Where a program is; the test is left out loudly where it is not."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if not found and os.environ.get("CI"):
        pytest.fail(f"{program} is not installed")
    if not found:
        with capfd.disabled():
            sys.stdout.write(f"\n{program} is not installed: what it would check DID NOT RUN\n")
        pytest.skip(f"{program} is not installed")
    return found
