"""Announcements told in lines: lists, ledgers, reports, and how one is watched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot import announcements
from bot.announcements import ACTIVE, ACTS, OVER, WRITABLE
from bot.clock import ManualClock
from bot.commands.bulletins import PEOPLE, PLAIN
from bot.commands.watching import LOOK
from bot.errors import BotError
from bot.markup import environment
from handlers.broadcasts import BROADCASTS, STATES, WAYS
from handlers.broadcasts import PEOPLE as RECIPIENTS
from handlers.pushes import STATES as CALLS
from tests.bot.console.client import office_settings
from tests.bot.rooms import PLAINLY, Room, open_room


@pytest.fixture
async def room(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Room]:
    """The commands, with staff and followers."""
    async with open_room(office_settings(tmp_path), clock) as opened:
        yield opened


async def test_who_waits_was_not_tried(room: Room, tmp_path: Path) -> None:
    """To be told beneath the next answer is no try; in the file it counts as none."""
    one = await room.approved()
    await room.enter(one.id, o0="sent", o1="waiting")
    await room.bulletins.ledger(one.id, "")
    assert [line.split("\t")[4] for line in room.said.splitlines()] == ["试了1次", "还没试"]
    path = tmp_path / "ledger.csv"
    await room.bulletins.ledger(one.id, "waiting", path=path)
    assert ',"0",' in path.read_text(encoding="utf-8-sig").splitlines()[1]


async def test_the_ledger_names_nobody(room: Room, tmp_path: Path) -> None:
    """People are six digits, as in the console; who left is none; a file has all of them and no formula."""
    one = await room.approved()
    people = {"o0": "sent", "o1": "failed =1+1", "left:3": "skipped left", "o4": "skipped declined"}
    await room.enter(one.id, **people)
    await room.bulletins.ledger(one.id, "")
    said = room.said
    assert "o1" not in said
    assert [line.split("\t")[1:4] for line in said.splitlines()] == [
        ["已发出", "客服消息", ""],
        ["失败", "客服消息", "=1+1"],
        ["跳过", "客服消息", "已取消关注，资料已删除"],
        ["跳过", "客服消息", "退订了公告"],
    ]
    assert "（已取消关注）" in said
    await room.bulletins.ledger(one.id, "failed")
    assert len(room.said.splitlines()) == 1
    await room.bulletins.ledger(one.id, "arrived")
    assert "没有这样的人" in room.said
    with pytest.raises(BotError, match="没有这种情况"):
        await room.bulletins.ledger(one.id, "lost")
    path = tmp_path / "ledger.csv"
    await room.bulletins.ledger(one.id, "", path=path)
    written = path.read_bytes().decode("utf-8-sig").splitlines()
    assert len(written) == 5
    assert '"\'=1+1"' in written[2]
    with pytest.raises(BotError, match="读不了"):
        await room.bulletins.ledger(one.id, "", path=tmp_path / "none" / "x.csv")


async def test_the_report_adds_up(room: Room) -> None:
    """And says who shares a reason, in words."""
    one = await room.approved()
    await room.enter(
        one.id, o0="sent", o1="failed refused", o2="skipped declined", o3="unknown interrupted", o4="queued"
    )
    await room.bulletins.report(one.id)
    said = room.said
    assert "已发出1 + 失败1 + 结果不明1 + 跳过1 + 还没办完1 = 5" in said
    assert "1\t跳过\t客服消息\t退订了公告" in said


async def test_the_list_shows_what_is_open(room: Room) -> None:
    """And with --all also what is over."""
    await room.bulletins.list_all()
    assert "没有没办完的公告" in room.said
    await room.bulletins.list_all(ended=True)
    assert "没有公告" in room.said
    one = await room.approved()
    gone = await room.bulletins.new(PLAINLY, "zhang")
    await room.bulletins.act("discard", gone, "zhang")
    await room.enter(one.id, o0="sent", o1="failed", o2="skipped declined", o3="skipped cancelled")
    await room.bulletins.list_all()
    assert room.said == f"{one.id}\t发送中\t停电\t4/4，已发出1，跳过2，失败1，结果不明0"
    await room.bulletins.list_all(ended=True)
    assert len(room.said.splitlines()) == 2


async def test_watching_ends(room: Room) -> None:
    """When it pauses, or after so many minutes; what has not begun is not watched."""
    one, screen = await room.approved(), Console(file=StringIO())
    assert room.said
    await room.bulletins.watch(one.id, minutes=1, screen=screen)
    assert "还没开始发" in room.said or "已批准" in room.said
    await room.enter(one.id, o0="sent", o1="planned")
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(room.bulletins.watch(one.id, minutes=1, screen=screen))
        while not watching.done():
            await room.clock.advance(LOOK)
    assert "看了1分钟，公告还没完" in room.said
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(room.bulletins.watch(one.id, minutes=9, screen=screen))
        await room.clock.advance(LOOK)
        await room.bulletins.act("pause", one.id, "zhang")
        while not watching.done():
            await room.clock.advance(LOOK)
    assert "已暂停" in room.said


def test_everything_has_its_words() -> None:
    """Each state, way, reason and fault that can be said."""
    for state in {*WRITABLE, *ACTIVE, *OVER, *(to for _, to in ACTS.values())}:
        assert f"state {state}" in BROADCASTS
    assert all(f"way {way}" in BROADCASTS for way in announcements.WAYS)
    assert all(f"people {state}" in BROADCASTS for state in PEOPLE)
    assert all(f"done {done}" in BROADCASTS for done in PLAIN.values())


def test_one_state_has_one_name_everywhere() -> None:
    """The console, the chat of staff and the command line call what an announcement or a call is by the same words."""
    names: Any = environment().get_template("console/broadcast_names.html").module
    assert {name: word for name, (word, _) in names.BROADCAST_STATES.items()} == STATES
    assert dict(names.RECIPIENT_STATES) == RECIPIENTS
    assert dict(names.WAYS) == WAYS
    drafts: Any = environment().get_template("console/corpus_names.html").module
    for name in ("draft", "in_review", "rejected"):
        assert drafts.STATES[name][0] == STATES[name]
    rows: Any = environment().get_template("console/names.html").module
    assert {name: rows.STATES[name] for name in CALLS} == CALLS
