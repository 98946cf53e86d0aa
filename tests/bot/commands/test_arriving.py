"""An account that answered by itself moves in, sees what it would lose, and can go back."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.commands.arriving import MENU, REPLIES, move_back, move_in
from bot.config import Config, Corpus
from bot.errors import BotError
from bot.store.canned import TEXT_LIMIT
from handlers import ROUTER, WORDS
from tests.scenarios.stage import Stage, open_stage
from tests.small import write_files

VIEW = {"type": "view", "name": "官网", "url": "https://e.cn"}
CLICK = {"type": "click", "name": "老菜单", "key": "OLD"}
PICTURE = {"type": "img", "name": "海报", "value": "media-1"}
TEXT = {"type": "text", "name": "地址", "value": "香港中路1号"}


class Move:
    """The command on an account; what it said is in `said`."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.platform = stage.platform
        self.stage = stage
        corpus = Corpus(path=str(write_files(folder / "data")))
        self.settings: Config = msgspec.structs.replace(stage.settings, corpus=corpus)
        self.folder = folder / "before"
        self.said: list[str] = []

    async def come(self, who: str = "") -> str:
        """Move in; all that was said."""
        self.said.clear()
        await move_in(self.settings, self.folder, ROUTER, words=WORDS, who=who, say=self.said.append)
        return "\n".join(self.said)

    async def go(self, *, partly: bool = False) -> str:
        """Put the menu back; all that was said."""
        self.said.clear()
        await move_back(self.settings, self.folder, partly=partly, words=WORDS, say=self.said.append)
        return "\n".join(self.said)

    def kept(self, name: str) -> Any:
        """What is in a file."""
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


def said(text: str) -> dict[str, str]:
    """A reply that is a text."""
    return {"type": "text", "content": text}


@pytest.fixture
async def move(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Move]:
    """An account with three rules, a welcome and a menu of the console; and an editor and a viewer in ours."""
    path = tmp_path / "store.sqlite3"
    shutil.copy(sqlite_template, path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number, role in enumerate(("editor", "viewer"), 1):
            connection.execute(
                "INSERT INTO staff (id, name, display, role, hash, totp, created) VALUES (?, ?, '', ?, '', x'', 0)",
                (number, role, role),
            )
    async with open_stage(path, ManualClock()) as stage:
        console = stage.platform.console
        console.welcome, console.default = "欢迎关注\n回复数字", "请稍候"
        console.add_rule(
            "技改", {"技改": "contain", "买设备": "equal"}, {"type": "text", "content": "技改补助请打电话"}
        )
        console.add_rule(
            "天气", {"今天天气": "contain"}, {"type": "text", "content": "晴"}, {"type": "img", "content": "m"}
        )
        console.add_rule("长文", {"全文": "equal"}, {"type": "text", "content": "长" * (TEXT_LIMIT + 1)})
        console.buttons = [VIEW, {"name": "更多", "sub_button": [CLICK, PICTURE]}]
        yield Move(stage, tmp_path)


async def test_what_would_be_lost_is_told(move: Move) -> None:
    """Every reply and button of before, and beside each word what the bot would answer; nothing is changed."""
    told = await move.come()
    assert "不再起作用" in told
    assert "关注后自动回复：欢迎关注" in told
    assert "收到消息的默认回复：请稍候" in told
    assert "关键词回复3条" in told
    assert "【技改】现在回：技改补助请打电话" in told
    assert "【天气】现在回：晴 / [img]" in told
    assert "  买设备（完全相同）→ 会答：【鼓励技术改造】" in told
    assert [line for line in move.said if "今天天气（包含）→ 没有对上政策" in line]
    assert "  官网 view:https://e.cn" in told
    assert "    老菜单 click:OLD" in told
    assert "加上 --who" in told
    assert move.stage.rows("canned") == []
    assert move.platform.menu.buttons == []


async def test_all_of_it_is_kept(move: Move) -> None:
    """The platform's own answers stand in files; a second run, when the bot's menu is set, leaves those of before."""
    await move.come()
    assert move.kept(REPLIES)["keyword_autoreply_info"]["list"][0]["rule_name"] == "技改"
    assert move.kept(MENU)["selfmenu_info"]["button"][0]["name"] == "官网"
    move.platform.menu.create([{"type": "click", "name": "新", "key": "ask:新"}], 1)
    assert "以前存过，没有改动" in await move.come()
    assert move.kept(MENU)["selfmenu_info"]["button"][0]["name"] == "官网"


async def test_texts_become_answers_at_hand(move: Move) -> None:
    """Texts are kept for staff once, by whom, with an entry in the audit log; one that is too long is named."""
    said = await move.come(who="editor")
    assert "存了2条常用答复" in said
    assert f"【长文】的回复有{TEXT_LIMIT + 1}个字，超过{TEXT_LIMIT}" in said
    rows = move.stage.rows("canned")
    assert sorted((row["title"], row["text"], row["who"]) for row in rows) == [
        ("天气", "晴", "editor"),
        ("技改", "技改补助请打电话", "editor"),
    ]
    assert [row["action"] for row in move.stage.rows("audit")] == ["canned.kept"] * 2
    assert "存了0条" in await move.come(who="editor")
    assert len(move.stage.rows("canned")) == 2


@pytest.mark.parametrize("who", ["viewer", "nobody"])
async def test_who_may_not_edit(move: Move, who: str) -> None:
    """Nothing is asked or kept for somebody who may not."""
    with pytest.raises(BotError, match="要写一个可以编辑的管理台账号"):
        await move.come(who=who)
    assert move.stage.rows("canned") == []


async def test_the_way_back(move: Move) -> None:
    """What the console had as links, keys and pictures is on the account again."""
    await move.come()
    move.platform.menu.create([{"type": "click", "name": "新", "key": "ask:新"}], 1)
    assert "原来的菜单已经放回" in await move.go()
    picture = {"type": "media_id", "name": "海报", "media_id": "media-1"}
    assert move.platform.menu.buttons == [VIEW, {"name": "更多", "sub_button": [CLICK, picture]}]


async def test_what_cannot_be_put_back(move: Move) -> None:
    """A text of the console's menu is named before and refused after; the rest goes back where that is wanted."""
    move.platform.console.buttons = [VIEW, TEXT]
    assert "接口放不回去，要人工重做：地址" in await move.come()
    with pytest.raises(BotError, match="接口放不回去：地址"):
        await move.go()
    assert move.platform.menu.buttons == []
    assert "没有放回的：地址" in await move.go(partly=True)
    assert move.platform.menu.buttons == [VIEW]


async def test_an_account_without_anything(move: Move) -> None:
    """Nothing to lose is said to be nothing, and the way back takes the bot's menu away."""
    console = move.platform.console
    console.welcome, console.default, console.rules, console.buttons = "", "", [], []
    said = await move.come()
    assert "没有关键词回复" in said
    assert "现在没有菜单" in said
    move.platform.menu.create([CLICK], 1)
    assert "原来没有菜单" in await move.go()
    assert move.platform.menu.buttons == []


async def test_files_that_are_not_there_or_damaged(move: Move) -> None:
    """The way back needs what was kept."""
    with pytest.raises(BotError, match="读不了（No such file or directory）。它是 move-in 存下的"):
        await move.go()
    await move.come()
    for content in ("{", "[]"):
        (move.folder / MENU).write_text(content, encoding="utf-8")
        with pytest.raises(BotError, match="内容坏了，里面没有菜单"):
            await move.go()
