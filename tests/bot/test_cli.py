"""The command line: what can be asked of it, and how it says no."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from tests.bot.operating import ended
from tests.databases import prepare
from tests.scenarios.programs import free_port, run, write_settings
from tests.scenarios.stage import ACCOUNT
from tests.small import small_corpus, write_files


@pytest.fixture
def data(tmp_path: Path) -> str:
    """The folder of a small corpus."""
    return str(write_files(tmp_path / "data"))


def lines(*asked: object) -> bytes:
    """A batch."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in asked)


def test_ask_prints_what_a_follower_would_see(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer is printed as text, links by their labels."""
    assert ended("ask", "--data", data, "--today", "2026-11-22", "q91-1") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("【鼓励技术改造】\n市级 · ✅ 有效，还剩39天（至2026年12月31日）\n")
    assert "85911248" in printed
    assert "<a" not in printed
    assert printed.endswith(f"资料：试用版（{small_corpus().version}）\n")


def test_ask_as_of_another_day(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--today moves the answer to its day."""
    assert ended("ask", "--data", data, "--today", "2027-01-01", "q91-1") == 0
    assert "❌ 已于2026年12月31日到期" in capsys.readouterr().out


def test_ask_as_of_today(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --today it is the day it is."""
    assert ended("ask", "--data", data, "q91-10") == 0  # in force without a last day
    assert "自2023年1月1日起施行" in capsys.readouterr().out


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "22.11.2026", "2026-11", "20261122", "2026-W47-7"])
def test_a_day_that_is_none(data: str, capsys: pytest.CaptureFixture[str], day: str) -> None:
    """A wrong day is named, with a right one."""
    assert ended("ask", "--data", data, "--today", day, "技改") == 2
    said = capsys.readouterr().err
    assert day in said
    assert "2026-11-22" in said


def test_ask_explains_itself(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--explain says how the answer came about instead of the answer."""
    assert ended("ask", "--data", data, "--explain", "技改找谁") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("folded   技改找谁\n")
    assert "intent   " in printed


def test_ask_needs_something(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a text nor a batch is said to be missing."""
    assert ended("ask", "--data", data) == 2
    assert "--batch" in capsys.readouterr().err


def test_a_corpus_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the corpus does not load the program says why and stops with 2."""
    assert ended("ask", "--data", str(tmp_path / "none"), "技改") == 2
    assert capsys.readouterr().err == f"{tmp_path / 'none' / 'policies'}: has no policies\n"


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "check", "remarks", "menu", "outbox"])
def test_a_settings_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Each command that needs settings says which file it could not read, and stops with 2."""
    path = tmp_path / "none.toml"
    assert ended(command, "--config", str(path)) == 2
    assert capsys.readouterr().err == f"{path}: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "check", "remarks", "menu", "outbox"])
def test_settings_must_be_named(capsys: pytest.CaptureFixture[str], command: str) -> None:
    """There is no file that is taken without being asked for."""
    assert ended(command) == 2
    assert "--config" in capsys.readouterr().err


def test_ask_says_what_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Files, and not what was published; and how to get files of that."""
    assert ended("ask", "--help") == 0
    printed = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "not from what was published" in printed
    assert "`export`" in printed


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command of the contract is there, with a sentence."""
    assert ended("--help") == 0
    printed = capsys.readouterr().out
    for command in ("ask", "demo", "serve", "worker", "migrate", "check", "remarks", "menu", "outbox", "staff"):
        assert f" {command} " in printed


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none(capsys: pytest.CaptureFixture[str], port: str) -> None:
    """It is named, and nothing starts."""
    assert ended("demo", "--port", port) == 2
    assert "--port" in capsys.readouterr().err


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A command that is none is named."""
    assert ended("severe") == 2
    assert "severe" in capsys.readouterr().err


def test_a_batch_is_answered_in_order(data: str) -> None:
    """Each line gets one, in order, in real characters, and empty lines none; each is a follower of its own."""
    asked = lines({"id": "b", "text": "q91-1"}, {"id": "a", "text": "2"}, {"id": "b", "text": ""})
    given = asked.replace(b"\n", b"\n\n  \n", 1) + '{"id": "ü", "text": "谢谢", "more": 1}\r\n'.encode()
    done = run("ask", "--batch", "--data", data, "--today", "2026-11-22", given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    told = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [list(line) for line in told] == [["id", "intent", "policies", "reply"]] * 4
    assert [(line["id"], line["intent"]) for line in told[:2]] == [("b", "policy"), ("a", "help")]
    assert told[0]["policies"] == ["q91-1"]
    assert told[0]["reply"].startswith("【鼓励技术改造】")
    assert "没有可选的列表" in told[1]["reply"]
    assert told[2]["policies"] == []
    assert told[3]["id"] == "ü"
    assert "【鼓励技术改造】".encode() in done.stdout


def test_wrong_lines_are_named_and_the_rest_answered(data: str) -> None:
    """Every right line is answered; the number of each wrong one is told, and the program ends with 2."""
    wrong = (b"{", b'{"id": "c"}', b"[]", b'{"id": "c", "text": "\xff"}', b"technical", b"[" * 9999)
    given = (
        lines({"id": "a", "text": "q91-1"}) + b"\n" + b"\n".join(wrong) + b"\n" + lines({"id": "z", "text": "q91-2"})
    )
    done = run("ask", "--batch", "--data", data, given=given)
    assert done.returncode == 2
    assert [msgspec.json.decode(line)["id"] for line in done.stdout.splitlines()] == ["a", "z"]
    told = done.stderr.decode().splitlines()
    assert [line[: len("line 3: must be ")] for line in told] == [f"line {3 + number}: must be " for number in range(6)]


def test_odd_lines_are_answered(data: str) -> None:
    """A mark of byte order, a number for an id and half a character are no reason to refuse; ids come back as given."""
    given = b"\xef\xbb\xbf" + lines({"id": 7, "text": "q91-1"}) + b'{"id": "7", "text": "q91-1 \\ud83d"}\n'
    done = run("ask", "--batch", "--data", data, given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [msgspec.json.decode(line)["id"] for line in done.stdout.splitlines()] == [7, "7"]
    assert all(msgspec.json.decode(line)["policies"] for line in done.stdout.splitlines())


def test_the_last_day_there_is(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Even then an answer is given."""
    assert ended("ask", "--data", data, "--today", "9999-12-31", "哪些快到期") == 0
    assert capsys.readouterr().out.strip()


def test_migrate_says_that_it_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, so that an operator need not guess."""
    assert ended("migrate", "--config", str(write_settings(tmp_path, ACCOUNT, port=free_port()))) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (1, "")


def test_the_menu_without_a_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the platform cannot be reached it is said in a line, without a log between."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=free_port()))
    prepare(tmp_path / "huiqi.sqlite3")
    assert ended("menu", "--config", settings) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("http://127.0.0.1:9 does not answer")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_example_is_no_account(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """The example's own values are refused at the start, by their names: nobody would be answered by them."""
    path = tmp_path / "huiqi.toml"
    shutil.copy(Path(__file__).parents[2] / "config.example.toml", path)
    assert ended(command, "--config", str(path)) == 2
    said = capsys.readouterr().err
    assert "wechat.app_id, wechat.app_secret, wechat.token" in said
    assert "still as in config.example.toml" in said
