"""Each command speaks one language: that of who reads it, as docs/operations.md has it."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.operating import ended
from tests.deployed import ROOT, commands
from tests.scenarios.programs import write_settings
from tests.scenarios.stage import ACCOUNT

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What stands behind the commands that speak Chinese: their words are the office's.
BEHIND = (
    "accounts",
    "arriving",
    "bulletins",
    "checkup",
    "importing",
    "ledger",
    "recounting",
    "upkeep",
    "watching",
    "wishes",
)
# Commands with arguments, "{}" for the settings' folder; each is run on a database that was just made, in this order.
SAID = {
    "ask": (("你好",), ("--today", "2026-11-22", "技改")),
    "broadcast": (("list",), ("show", "99"), ("new", "--name", "n", "--text", "t", "--everyone", "--who", "nobody")),
    "check": ((),),
    "import": (
        ("{}/none.xlsx", "--dry-run"),
        ("{}/q91.csv", "--dry-run"),
        ("{}/q91.csv", "--who", "nobody"),
        ("{}/q91.csv",),
    ),
    "lint": ((),),
    "move-in": (("--who", "nobody"), ("--to", "{}/before"), ("--back", "--to", "{}/none")),
    "outbox": (
        (),
        ("--state", "failed"),
        ("--state", "lost"),
        ("--resume", "custom"),
        ("--resume", "post"),
        ("--retry", "9"),
    ),
    "staff": (("list",), ("add", "zhang", "--role", "editor"), ("list",), ("disable", "nobody"), ("reset", "zhang")),
    "backup": (("--to", "{}/a.huiqi"), ("--to", "{}/a.huiqi"), ("--to", "{}/none/a.huiqi")),
    "copy": (
        ("--from", "sqlite:///{}/huiqi.sqlite3", "--to", "sqlite:///{}/new.sqlite3"),
        ("--from", "x", "--to", "x"),
    ),
    "correct": (("q91-1", "--note", "typo"), ("q91-999", "--note", "typo"), ("q91-1", "--note", " ")),
    "export": (("{}/folder",), ("{}",)),
    "menu": ((),),
    "migrate": ((),),
    "publish": ((),),
    "remarks": ((),),
    "restore": (("--from", "{}/a.huiqi"), ("--from", "{}/none.huiqi")),
    "serve": ((),),
    "worker": ((),),
    "demo": (("--database", "{}/none/demo.sqlite3"), ("--port", "1", "--host", "203.0.113.1")),
}
BARE = ("ask", "copy", "demo", "lint")  # they take no settings
UNSET = ("serve", "worker")  # they end at once with the settings of nobody's account


def documented() -> dict[str, str]:
    """The language of each command."""
    found: dict[str, str] = {}
    for language, names in re.findall(
        r"^\| (Chinese|English), for [\w ]+ \| (.*?) \|$",
        (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    ):
        found |= dict.fromkeys(re.findall(r"`([\w-]+)`", names), language)
    return found


@pytest.fixture
def run(tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Runs a command of a deployment with a console and a file to import; the lines that it says."""
    shutil.copy(sqlite_template, tmp_path / "huiqi.sqlite3")
    settings = write_settings(tmp_path, ACCOUNT, port=1, api="http://127.0.0.1:9")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[console]\nenabled = true\nsecret = "{"s" * 32}"\n', encoding="utf-8")
    (tmp_path / "q91.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")

    def do(command: str, arguments: tuple[str, ...]) -> list[str]:
        given = [one.replace("{}", str(tmp_path)) for one in arguments]
        if command in UNSET:
            given += ["--config", str(ROOT / "config.example.toml")]
        elif command not in BARE:
            given += ["--config", str(settings)]
        ended(command, *given)
        said = capsys.readouterr()
        lines = [line.replace(str(tmp_path), "") for line in f"{said.out}\n{said.err}".splitlines()]
        return [line for line in lines if re.search(r"\w", re.sub(r"https?://\S+", "", line))]

    return do


def test_every_command_has_a_language() -> None:
    """The document names each command once, and the test below runs each."""
    listed = set(re.findall(r"^│ ([a-z][a-z-]*) ", commands(), re.MULTILINE))
    assert set(documented()) == listed == set(SAID)


@pytest.mark.parametrize("command", SAID)
def test_what_it_says_is_in_its_language(command: str, run: Callable[..., list[str]]) -> None:
    """Whether all goes well, nothing is there or something is refused: every line of one that speaks Chinese has
    Chinese in it, and none of one that speaks English has."""
    language, heard = documented()[command], list[str]()
    for arguments in SAID[command]:
        lines = run(command, arguments)
        assert lines, arguments
        heard += lines
    wrong = [line for line in heard if bool(CHINESE.search(line)) is (language == "English")]
    assert wrong == []


def test_what_is_refused_in_chinese_is_in_the_offices_words() -> None:
    """No module behind a command that speaks Chinese raises an error for people with a sentence of its own."""
    found = []
    for name in BEHIND:
        for node in ast.walk(ast.parse((ROOT / "bot/commands" / f"{name}.py").read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and ast.unparse(node.exc.func) == "BotError"
            ):
                (said,) = node.exc.args
                if isinstance(said, ast.JoinedStr | ast.Constant):
                    found.append(f"{name}: {ast.unparse(said)}")
    assert found == []
