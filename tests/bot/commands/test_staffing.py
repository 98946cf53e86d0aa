"""The commands under `staff`, as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import build_cli
from bot.commands.staffing import ROLES
from bot.store.staff import ROLES as KNOWN
from handlers import ROUTER, WORDS
from tests.databases import prepare
from tests.scenarios.programs import free_port, run, write_settings
from tests.scenarios.stage import ACCOUNT

CLI = build_cli(ROUTER, WORDS)


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """A settings file with a console, its database ready."""
    path = write_settings(tmp_path, ACCOUNT, port=free_port())
    path.write_text(path.read_text(encoding="utf-8") + f'\n[console]\nenabled = true\nsecret = "{"f" * 64}"\n')
    prepare(tmp_path / "huiqi.sqlite3")
    return str(path)


Said = Callable[..., str]


@pytest.fixture
def said(settings: str, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command says, on whichever stream fits its exit code: in this process, or, given a pipe, in its own."""

    def command(*arguments: str, given: bytes = b"", code: int = 0) -> str:
        words = ("staff", *arguments, "--config", settings)
        if given:
            done = run(*words, given=given)
            ended, out, err = done.returncode, done.stdout.decode(), done.stderr.decode()
        else:
            with pytest.raises(SystemExit) as caught:
                CLI(list(words))
            ended, (out, err) = int(caught.value.code or 0), capsys.readouterr()
        assert ended == code, err
        assert "Traceback" not in err
        return err if code else out

    return command


def test_from_nobody_to_an_admin_and_back(said: Said) -> None:
    """List, add with a link, set a password from a pipe, reset, close, open: each says what it did."""
    assert said("list") == "还没有账号。请先运行 staff add。\n"
    assert "/console/invitation/" in said("add", "zhang.wei", "--display", "张伟", "--role", "admin")
    assert "已经有了" in said("add", "zhang.wei", code=2)
    assert "密码已设置" in said("add", "li", "--password", given=b"jade horse lantern\n")
    assert "太短" in said("add", "mei", "--password", given=b"short\n", code=2)
    assert "两步验证已清除" in said("reset", "li", "--second-factor")
    assert said("list").splitlines() == [
        "li\tli\t查看\t没有设置密码\t还没登录过",
        "zhang.wei\t张伟\t管理员\t没有设置密码\t还没登录过",
    ]
    assert "已停用" in said("disable", "li")
    assert "已恢复" in said("enable", "li")
    assert "最后一个管理员" in said("disable", "zhang.wei", code=2)
    assert "没有账号 nobody" in said("reset", "nobody", code=2)


def test_a_role_that_is_none(said: Said) -> None:
    """The right ones are told."""
    assert "viewer, editor, approver, admin" in said("add", "x.y", "--role", "boss", code=2)


def test_the_roles_are_those_of_the_store() -> None:
    """Spelled here once more, so that help need not wait for the database's driver."""
    assert ROLES == KNOWN
