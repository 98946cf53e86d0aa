"""The command `import`: what it says of a file, and what it stores."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.commands.importing import import_file
from bot.config import Config, parse_config
from bot.errors import BotError
from bot.folder import read_parts
from bot.store.audit import Audit, Entry
from bot.store.database import Database
from bot.store.revisions import Revisions
from bot.store.staff import Staff
from handlers import WORDS
from tests.bot.editions.test_intake import NEW, OLD, sheet
from tests.bot.operating import ended
from tests.corpus import DATA
from tests.scenarios.programs import write_settings
from tests.scenarios.stage import ACCOUNT
from tests.small import write_files

ENTRY = Entry(time=1.0, staff=0, who="", action="staff.added")


@pytest.fixture
def config(tmp_path: Path, sqlite_template: Path) -> Config:
    """Settings with the small corpus, in files and as the first edition of a database, and two accounts."""
    folder, path = write_files(tmp_path / "data"), tmp_path / "store.sqlite3"
    shutil.copy(DATA / "import.toml", folder)
    shutil.copy(sqlite_template, path)
    asyncio.run(_open(path, folder))
    wechat = {"app_id": "wx12345678", "app_secret": "s", "token": "abc", "original_id": "gh_1", "mode": "plain"}
    return parse_config({"wechat": wechat, "database": {"url": f"sqlite:///{path}"}, "corpus": {"path": str(folder)}})


async def _open(path: Path, folder: Path) -> None:
    database = await Database.open(f"sqlite:///{path}")
    staff = Staff(database, Audit(database))
    await staff.add("li", "李", role="editor", entry=ENTRY)
    await staff.add("zhao", "赵", role="viewer", entry=ENTRY)
    await Revisions(database).seed(read_parts(folder), name="首版", version="v1", time=1.0)
    await database.close()


@pytest.fixture
def imported(config: Config, tmp_path: Path) -> Callable[..., tuple[bool, list[str]]]:
    """Run the command on a file of these bytes: whether it was well, and what was said."""

    def call(data: bytes, **options: Any) -> tuple[bool, list[str]]:
        path, said = tmp_path / "file", list[str]()
        path.write_bytes(data)
        return asyncio.run(import_file(config, path, WORDS, say=said.append, **options)), said

    return call


def test_a_trial_says_all_and_stores_nothing(imported: Callable[..., tuple[bool, list[str]]]) -> None:
    """Every item with what it would change, every unit that is not known, what is gone."""
    well, said = imported(sheet((*OLD[:4], "至2027年12月31日", OLD[5]), NEW), source="q91", dry=True)
    assert well
    assert said == [
        "文本文件，读了3行，读到2条政策。",
        "与现有政策（q91）对比：新增1条，变化1条，未变0条，文件里没有而现有2条。",
        "其中1条还没有官方原文，导入会补上。",
        "  ~ q91-1 鼓励技术改造",
        "    时限：/2026-12-31 → 至2027年12月31日",
        "  + q91-3 支持低空经济",
        "    现有单位里没有“市低空办”，会一起建成草稿，请核对名称",
        "  - q91-2 支持首台套（不会自动删除，需要时请在后台撤下）",
        "  - q91-10 崂山区技改配套（不会自动删除，需要时请在后台撤下）",
        "这是试读，没有保存。去掉 --dry-run 才会存成草稿。",
    ]


def test_drafts_are_stored_for_whoever_may_edit(
    imported: Callable[..., tuple[bool, list[str]]], config: Config
) -> None:
    """As theirs, so that another one must publish them; the second time they are still being worked on."""
    well, said = imported(sheet(OLD, NEW), source="q91", who="li")
    assert well
    assert said[-1].startswith("已存成4份草稿（批次q91 ")
    assert asyncio.run(_authors(config)) == {"li"}
    well, said = imported(sheet(OLD, NEW), source="q91", who="li")
    assert not well
    assert said[-1].startswith("没有保存：有的条目别人正在修改（")


async def _authors(config: Config) -> set[str]:
    database = await Database.open(config.database.url)
    try:
        return {revision.author for revision in await Revisions(database).unfinished()}
    finally:
        await database.close()


@pytest.mark.parametrize("who", ["", "zhao", "nobody"])
def test_drafts_need_somebody_who_may_edit(imported: Callable[..., tuple[bool, list[str]]], who: str) -> None:
    """Nothing is stored for a stranger, nor for one who may only look."""
    with pytest.raises(BotError, match="--who"):
        imported(sheet(OLD), source="q91", who=who)


def test_faults_are_said_in_their_places(imported: Callable[..., tuple[bool, list[str]]]) -> None:
    """Line, column, what stands there, what should; nothing is compared or stored."""
    well, said = imported(sheet(OLD, (*NEW[:4], "三年", "市低空办 8591")), source="q91", who="li")
    assert not well
    assert said == [
        "文本文件，读了3行，读到1条政策。",
        "有2处必须改正，改好前什么都不会导入：",
        "  ✗ 第3行“政策时限”一栏：“三年”看不懂。应写“至2026年12月31日”或“自2023年1月1日起施行”。",
        "  ✗ 第3行“责任处（科）室”一栏：电话“8591”位数不对。应是8位座机、11位手机或5位热线。",
    ]


def test_without_a_source_items_are_listed(imported: Callable[..., tuple[bool, list[str]]]) -> None:
    """Nothing can be compared; what was read is shown, and which sources there are."""
    well, said = imported(sheet(OLD), dry=True)
    assert well
    assert said[1] == (
        "  第1条 鼓励技术改造（支持先进制造业若干政策 青政发〔2024〕11号；至2026年12月31日；市工信局投资处 85911248）"
    )
    assert said[-1] == "没有指定 --source，不与现有政策对比。可用的有：q91, xh49。"


def test_a_source_of_which_nothing_is_known_is_named(imported: Callable[..., tuple[bool, list[str]]]) -> None:
    """Before anything else, with those there are, for all of the file is new to it; of a known one nothing is said."""
    rows = [(*row[:2], "", *row[3:]) for row in (OLD, (*OLD[:1], "另一条", *OLD[2:]))]
    well, said = imported(sheet(*rows), source="zzz", dry=True)
    assert not well
    assert said[0].startswith("现有政策里没有来源“zzz”（有：q91, xh49），所以文件里的都算新政策。")
    assert any("“支持政策”一栏：从这里往下，有2条新政策没有填支持政策（第" in line for line in said), said
    _, said = imported(sheet(OLD), source="q91", dry=True)
    assert not any("来源" in line for line in said)


def test_an_unreadable_file_is_one_line(imported: Callable[..., tuple[bool, list[str]]]) -> None:
    """With the reason, and no traceback."""
    well, said = imported(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, source="q91", dry=True)
    assert not well
    assert said == [
        "没有读到政策。",
        "有1处必须改正，改好前什么都不会导入：",
        "  ✗ 文件是旧格式。请另存为 .xlsx 或 .docx 再试。",
    ]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A trial needs no database; a file that is not there is named; the exit code tells whether all was well."""
    settings = str(write_settings(tmp_path, ACCOUNT, port=20_001))
    path = tmp_path / "q91.txt"
    path.write_bytes(sheet((*OLD[:1], "鼓励企业设备更新和技术改造", *OLD[2:])))
    assert ended("import", str(path), "--config", settings, "--source", "q91", "--dry-run") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "与现有政策（q91）对比" in out
    assert ended("import", str(tmp_path / "none.xlsx"), "--config", settings, "--dry-run") == 2
    assert "none.xlsx：读不了（No such file or directory）" in capsys.readouterr().err
