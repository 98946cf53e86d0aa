"""The commands under `broadcast`, as an operator types them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.operating import ended
from tests.scenarios.programs import free_port, write_settings
from tests.scenarios.stage import ACCOUNT

CONSOLE = f'\n[console]\nenabled = true\nsecret = "{"f" * 64}"\n'


Saying = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file with a console and an editor, its database ready."""
    path = write_settings(tmp_path, ACCOUNT, port=free_port())
    path.write_text(path.read_text(encoding="utf-8") + CONSOLE)
    assert ended("migrate", "--config", str(path)) == 0
    assert ended("staff", "add", "zhang", "--role", "editor", "--config", str(path)) == 0
    return path


@pytest.fixture
def said(settings: Path, capsys: pytest.CaptureFixture[str]) -> Saying:
    """What a command says, on whichever stream fits its exit code."""

    def say(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        is_code = ended("broadcast", *arguments, "--config", str(settings))
        told = capsys.readouterr()
        assert is_code == code, told.err
        return told.err if code else told.out

    return say


def test_new_and_edit_take_the_same_options(capsys: pytest.CaptureFixture[str]) -> None:
    """What can be said of a draft when it is begun can be said of it later, in the same words."""
    told = []
    for command in ("new", "edit"):
        assert ended("broadcast", command, "--help") == 0
        told.append(set(re.findall(r"--[a-z-]+", capsys.readouterr().out)))
    assert told[0] == told[1] > {"--text", "--way", "--stop-at", "--no-ending", "--name", "--who"}


def test_a_draft_by_hand(said: Saying) -> None:
    """New, shown, edited, submitted, listed; with all its options."""
    options = ("--everyone", "--way", "custom", "--way", "next", "--days", "2", "--start", "2036-12-01 09:30")
    new = said("new", "--name", "停电", "--text", "明天停电", *options, "--who", "zhang")
    assert "已存为1号公告" in new
    assert "后天停电" not in said("show", "1")
    assert "现在是草稿" in said("edit", "1", "--text", "后天停电", "--who", "zhang")
    shown = said("show", "1")
    assert "后天停电" in shown
    assert "方式：客服消息、随下次回复；有效2天" in shown
    assert "已提交" in said("submit", "1", "--people", "0", "--who", "zhang")
    assert said("list") == "1\t待审核\t停电\n"


def test_what_is_refused_ends_with_two(settings: Path, said: Saying) -> None:
    """A number that none has, somebody who is nobody, a role that may not, a number that is none, a closed console."""
    assert "没有9号公告" in said("show", "9", code=2)
    assert "没有账号 li" in said("pause", "9", "--who", "li", code=2)
    assert "要“审核”" in said("approve", "9", "--digest", "x", "--who", "zhang", code=2)
    assert "greater than or equal to 1" in said("watch", "0", code=2)
    text = settings.read_text(encoding="utf-8").replace("enabled = true", "enabled = false")
    settings.write_text(text, encoding="utf-8")
    assert "管理台没有开放" in said("list", code=2)
