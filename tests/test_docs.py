"""The documents, held against the program: commands, settings, files and links they name exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_every_command_named_exists() -> None:
    """Each `python main.py X` of a document is a command of the program."""
    named = {
        command
        for document in DOCUMENTS
        for command in re.findall(r"python main\.py ([a-z]+)", document.read_text(encoding="utf-8"))
    }
    shown = _run("--help").stdout
    assert named
    assert [command for command in sorted(named) if f" {command} " not in shown] == []


def _questions() -> list[list[str]]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\.venv/bin/python main\.py (ask .+)$", readme, re.MULTILINE)
    return [line.split() for line in lines]


@pytest.mark.parametrize("words", _questions(), ids=" ".join)
def test_every_question_of_the_readme_is_answered(words: list[str]) -> None:
    """The README's `ask` lines run as they stand and say something."""
    done = _run(*words)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 3


def test_every_make_target_named_exists() -> None:
    """Each `make X` of a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for document in DOCUMENTS
        for target in re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


def test_every_file_named_exists() -> None:
    """Paths in backquotes and links of the documents lead somewhere."""
    missing = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = re.findall(r"`((?:bot|data|handlers|tests|docs)/[\w./-]*)`", text)
        linked = [(document.parent / link) for link in re.findall(r"\]\(([\w./-]+)\)", text)]
        missing += [str(path) for path in [*(ROOT / name for name in named), *linked] if not path.exists()]
    assert missing == []


def test_every_setting_named_exists() -> None:
    """Settings the documents set are settings of config.example.toml."""
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    named = {"certified", "keep_days", "public_url", "url", "token", "app_secret"}
    assert [name for name in sorted(named) if not re.search(rf"^#? ?{name} = ", example, re.MULTILINE)] == []
