"""Announcements from the command line: who may do what, and what is refused and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update

from bot.announcements import CARD, REACHED, TAG
from bot.clock import ManualClock
from bot.commands.bulletins import PLAIN, open_bulletins
from bot.commands.wishes import Wish
from bot.errors import BotError
from bot.store.audit import Audit
from bot.store.broadcast_tables import recipients, tags
from bot.store.phones import Phones
from bot.store.staff import Staff
from bot.store.sums import Sums
from bot.store.tables import outbox
from handlers.broadcasts import BROADCASTS
from tests.bot.console.client import office_settings
from tests.bot.engines import rows
from tests.bot.rooms import PLAINLY, Room, open_room


@pytest.fixture
async def room(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Room]:
    """The commands, with staff and followers."""
    async with open_room(office_settings(tmp_path), clock) as opened:
        yield opened


async def test_a_closed_console_has_no_staff_to_act(tmp_path: Path) -> None:
    """It says how to open it."""
    settings = office_settings(tmp_path)
    closed = msgspec.structs.replace(settings, console=msgspec.structs.replace(settings.console, enabled=False))
    with pytest.raises(BotError, match="管理台没有开放"):
        await open_bulletins(closed, BROADCASTS, say=print).__aenter__()


async def test_how_to_end_announcements_is_shown_with_what_is_approved(room: Room) -> None:
    """A draft has the line unless it is not wanted; a change of other words keeps it."""
    line = "不收单位公告：回复“退订公告”"
    number = await room.bulletins.new(PLAINLY, "zhang")
    await room.bulletins.show(number)
    assert f"客服消息的末尾另有一行：{line}" in room.said
    await room.bulletins.edit(number, Wish(text="后天停电"), "zhang")
    kept = await room.get(number)
    assert kept.content.told("custom") == f"后天停电\n\n{line}"
    await room.bulletins.edit(number, Wish(ending=False), "zhang")
    assert (await room.get(number)).content.told("custom") == "后天停电"
    await room.bulletins.show(number)
    assert line not in room.said


async def test_an_emergency_says_nothing_of_how_to_end_announcements(room: Room) -> None:
    """It reaches those too who ended them; it says so, and that no mass messages are left, as the console does. What is
    none any more has the line again."""
    line = "不收单位公告：回复“退订公告”"
    number = await room.bulletins.new(msgspec.structs.replace(PLAINLY, urgent=True, reason="台风"), "zhang")
    assert (await room.get(number)).content.told("custom") == "明天停电"
    await room.bulletins.show(number)
    said = room.said
    assert (line in said, "紧急的不留群发次数" in said, "留1次群发" in said) == (False, True, False)
    await room.bulletins.edit(number, Wish(urgent=False), "zhang")
    await room.bulletins.show(number)
    said = room.said
    assert (line in said, "每人每月给紧急公告留1次群发" in said) == (True, True)
    await room.bulletins.edit(number, Wish(urgent=True, reason="台风"), "zhang")
    assert not (await room.get(number)).content.ending


async def test_from_a_draft_to_the_approval(room: Room) -> None:
    """Each step says what comes next; the log has who did it; approved is what was read, by somebody else."""
    number = await room.bulletins.new(PLAINLY, "zhang")
    assert f"已存为{number}号公告" in room.said
    await room.bulletins.show(number)
    shown, one = room.said, await room.get(number)
    for part in (
        "明天停电",
        "发给：所有关注者",
        "到开始时能发到：",
        "客服消息1",
        "什么时候发：2026-11-23 08:30起",
        one.digest,
    ):
        assert part in shown
    with pytest.raises(BotError, match="--people 3"):
        await room.bulletins.act("submit", number, "zhang")
    await room.bulletins.act("submit", number, "zhang", people=3)
    for people in (None, 2):
        with pytest.raises(BotError, match="--people 3"):
            await room.bulletins.approve(number, one.digest, "wang", people=people)
    with pytest.raises(BotError, match="摘要不对"):
        await room.bulletins.approve(number, one.digest[:12], "wang", people=3)
    await room.bulletins.approve(number, one.digest.upper(), "wang", people=3)
    assert "2026-11-23 08:30起发" in room.said
    assert [(e.action, e.who, e.target) for e in await room.log()] == [
        ("broadcast.composed", "zhang", str(number)),
        ("broadcast.submitted", "zhang", str(number)),
        ("broadcast.approved", "wang", str(number)),
    ]


async def test_nobody_approves_what_they_wrote(room: Room) -> None:
    """Not an admin either; and nobody who only edits approves at all."""
    number = await room.bulletins.new(PLAINLY, "chef")
    await room.bulletins.act("submit", number, "zhang", people=3)
    one = await room.get(number)
    with pytest.raises(BotError, match="换一位同事"):
        await room.bulletins.approve(number, one.digest, "chef", people=3)
    with pytest.raises(BotError, match="要“审核”"):
        await room.bulletins.approve(number, one.digest, "zhang", people=3)


@pytest.mark.parametrize(
    ("who", "said"), [("nobody", "没有账号 nobody"), ("old", "已停用"), ("mei", "要“编辑”"), ("", "没有账号")]
)
async def test_who_may_not_does_not(room: Room, who: str, said: str) -> None:
    """An unknown name, a closed account, a role that only looks: nothing is written."""
    for act in (
        room.bulletins.new(PLAINLY, who),
        room.bulletins.edit(1, PLAINLY, who),
        room.bulletins.act("pause", 1, who),
        room.bulletins.reject(1, "x", who),
        room.bulletins.retry(1, who, unknown=False),
        room.bulletins.test(1, ["zhang"], who),
        room.bulletins.correct(1, who),
    ):
        with pytest.raises(BotError, match=said if who != "mei" else "角色不够"):
            await act
    assert await room.bulletins.broadcasts.rows.newest() == []


async def test_a_number_that_none_has(room: Room) -> None:
    """Every command says so."""
    bulletins = room.bulletins
    for act in (
        *(bulletins.show(9), bulletins.report(9), bulletins.ledger(9, ""), bulletins.edit(9, Wish(), "zhang")),
        *(bulletins.act(name, 9, "zhang") for name in PLAIN),
        *(
            bulletins.approve(9, "d", "wang"),
            bulletins.reject(9, "x", "wang"),
            bulletins.retry(9, "wang", unknown=True),
        ),
        *(bulletins.test(9, ["zhang"], "zhang"), bulletins.correct(9, "zhang")),
    ):
        with pytest.raises(BotError, match="没有9号公告"):
            await act


async def test_what_its_state_forbids(room: Room) -> None:
    """Says the state it is in."""
    number = await room.bulletins.new(PLAINLY, "zhang")
    for act in ("pause", "resume", "cancel", "reopen"):
        with pytest.raises(BotError, match="现在是“草稿”"):
            await room.bulletins.act(act, number, "zhang")
    with pytest.raises(BotError, match="现在是“草稿”"):
        await room.bulletins.correct(number, "zhang")
    await room.bulletins.act("discard", number, "zhang")
    with pytest.raises(BotError, match="现在是“已放弃”"):
        await room.bulletins.edit(number, Wish(text="别的"), "zhang")


async def test_what_is_wrong_with_a_draft_is_said(room: Room) -> None:
    """When it is written and when it is submitted, a line each; it is not submitted."""
    number = await room.bulletins.new(Wish(name="x", title="标题", url="ftp://x", ways=["mass"], days=99), "zhang")
    said = room.said
    for part in ("链接（--url）不是网址", "发给谁还没有写", "有效天数（--days）超出范围"):
        assert f"· {part}" in said
    with pytest.raises(BotError, match="还不能提交"):
        await room.bulletins.act("submit", number, "zhang")
    with pytest.raises(BotError, match="名称（--name）太长"):
        await room.bulletins.new(Wish(name="长" * 61), "zhang")


async def test_to_write_on_it_voids_the_approval(room: Room) -> None:
    """What is not given stays; the log has what changed, before and after."""
    one = await room.approved()
    await room.bulletins.edit(one.id, Wish(text="后天停电", start="2026-12-01 09:30", days=2), "zhang")
    fresh = await room.get(one.id)
    assert (fresh.state, fresh.approved, fresh.content.text, fresh.plan.days) == ("draft", "", "后天停电", 2)
    assert (fresh.name, fresh.criteria, fresh.plan.ways) == (one.name, one.criteria, one.plan.ways)
    entry = (await room.log())[-1]
    assert set(entry.before) == set(entry.after) == {"content.text", "plan.days", "start"}
    await room.bulletins.show(one.id)
    assert "什么时候发：2026-12-01 09:30起" in room.said
    await room.bulletins.edit(one.id, Wish(start="now", url="https://a.cn/", title="停电"), "zhang")
    assert ((await room.get(one.id)).start, (await room.get(one.id)).content.form) == (0.0, CARD)


async def test_an_audience_of_what_there_is(room: Room, tmp_path: Path) -> None:
    """Topics and units by their names, tags by name or id, who an earlier one reached, words from a file."""
    async with room.database.write() as connection:
        await connection.execute(insert(tags), {"id": "101", "name": "企业", "read": 1.0})
    first = await room.bulletins.new(PLAINLY, "zhang")
    file = tmp_path / "words.txt"
    file.write_bytes("\ufeff一\r\n二\n".encode())
    number = await room.bulletins.new(Wish(name="x", file=file, tags=["企业", "101"], reached=[first]), "zhang")
    one = await room.get(number)
    assert [(c.kind, c.value) for c in one.criteria] == [(TAG, "101"), (REACHED, str(first))]
    assert one.content.text == "一\n二"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"topics": ["天文"]}, "没有主题“天文”。有："),
        ({"districts": ["火星"]}, "没有区（市）“火星”。有："),
        ({"units": ["天文台"]}, "没有单位“天文台”。有："),
        ({"tags": ["企业"]}, "没有标签“企业”。有：—"),
        ({"reached": [77]}, "没有77号公告"),
        ({"ways": ["fax"]}, "没有这种方式。有：custom"),
        ({"start": "明天"}, "要写成"),
        ({"file": Path("/nowhere/words.txt")}, "读不了"),
        ({"file": Path("/nowhere/words.txt"), "text": "x"}, "只能写一个"),
        ({"values": ["thing1=x"]}, "要有 --notice"),
    ],
)
async def test_what_is_not_there_is_told_with_what_is(room: Room, wish: dict[str, Any], said: str) -> None:
    """And nothing is written."""
    with pytest.raises(BotError, match=said):
        await room.bulletins.new(Wish(name="x", **wish), "zhang")
    assert await room.bulletins.broadcasts.rows.newest() == []


async def test_templates_of_a_platform_that_is_away(room: Room) -> None:
    """Say so after a few attempts, and nothing is written."""
    trying = asyncio.create_task(room.bulletins.new(Wish(name="x", notice="T"), "zhang"))
    while not trying.done():
        await room.clock.advance(0.5)
        await asyncio.sleep(0)
    with pytest.raises(BotError, match="读不到公众号的模板"):
        await trying


async def test_pausing_going_on_and_trying_again(room: Room) -> None:
    """Each says what it did; only an approver lets the failed go again, and only where there are some."""
    one = await room.approved()
    await room.enter(one.id, o0="sent", o1="failed refused", o2="planned")
    await room.bulletins.act("pause", one.id, "zhang")
    assert "收不回" not in room.said
    with pytest.raises(BotError, match="角色不够"):
        await room.bulletins.retry(one.id, "zhang", unknown=False)
    await room.bulletins.act("resume", one.id, "zhang")
    await room.bulletins.retry(one.id, "wang", unknown=False)
    assert "将给1人重发" in room.said
    with pytest.raises(BotError, match="没有失败的人"):
        await room.bulletins.retry(one.id, "wang", unknown=False)
    await room.bulletins.act("cancel", one.id, "zhang")
    assert "收不回来" in room.said
    assert [e.action.removeprefix("broadcast.") for e in await room.log()][3:] == [
        *("paused", "resumed", "retried", "cancelled")
    ]


async def test_what_never_began_says_no_time(room: Room) -> None:
    """A cancelled one says neither whom it would reach nor when it would begin."""
    one = await room.approved()
    await room.bulletins.act("cancel", one.id, "zhang")
    stopping = await room.get(one.id)
    await room.database.run(lambda: room.bulletins.broadcasts.rows.move(stopping, "cancelled", {"ended": 1.0}))
    room.lines.clear()
    await room.bulletins.show(one.id)
    assert "已取消" in (said := room.said)
    assert "什么时候发" not in said
    assert "能发到" not in said


async def test_pausing_says_what_is_on_its_way(room: Room) -> None:
    """A call that somebody began stays begun; only what is left to begin comes back."""
    one = await room.approved()
    await room.enter(one.id, o0="queued", o1="planned")
    async with room.database.write() as connection:  # its call is being made
        call = {"channel": "custom", "body": b"", "created": 0.0, "due": 0.0, "expires": 9e9, "state": "sending"}
        await connection.execute(insert(outbox).values(key=f"a{one.id}.1:o0", openid="o0", **call))
        await connection.execute(
            update(recipients).where(recipients.c.openid == "o0").values(carrier=f"a{one.id}.1:o0")
        )
    await room.bulletins.act("pause", one.id, "zhang")
    assert "1条已交给微信，收不回" in room.said


async def test_whether_its_state_allows_it_is_asked_first(room: Room) -> None:
    """Nobody looks up a count for what is over, or is not submitted."""
    number = await room.bulletins.new(PLAINLY, "zhang")
    digest = (await room.get(number)).digest
    with pytest.raises(BotError, match="现在是“草稿”"):
        await room.bulletins.approve(number, digest, "wang")
    await room.bulletins.act("discard", number, "zhang")
    for act in (room.bulletins.approve(number, digest, "wang"), room.bulletins.act("submit", number, "zhang")):
        with pytest.raises(BotError, match="现在是“已放弃”"):
            await act


async def test_a_correction_is_for_those_who_got_it(room: Room) -> None:
    """A draft that knows what it corrects."""
    hasty = msgspec.structs.replace(PLAINLY, urgent=True, reason="台风")
    one = await room.submitted(hasty)
    await room.enter(one.id, o0="sent", o1="failed", o2="planned")
    number = await room.bulletins.correct(one.id, "zhang")
    assert ((await room.get(number)).plan.urgent, (await room.get(number)).plan.reason) == (False, "")
    assert (await room.get(number)).content.ending, "it is no emergency, and may say how to end announcements"
    said = room.said
    assert ("只发给收到过" in said, f"broadcast cancel {one.id}" in said) == (True, True)
    draft = await room.get(number)
    assert (draft.corrects, await room.people(number)) == (one.id, 1)
    await room.bulletins.show(number)
    said = room.said
    assert (f"更正：{one.id}号公告" in said, "更正要等它结束才开始发" in said) == (True, True)
    await room.bulletins.show(one.id)
    assert f"已有更正：{number}号公告（草稿）" in room.said


async def test_what_is_being_corrected_is_not_tried_again(room: Room) -> None:
    """And the sentence says why."""
    one = await room.approved()
    await room.enter(one.id, o0="sent", o1="failed refused")
    right = await room.get(await room.bulletins.correct(one.id, "zhang"))
    began = {"began": 3.0}
    await room.database.run(lambda: room.bulletins.broadcasts.rows.move(right, "preparing", began))
    with pytest.raises(BotError, match="更正已经开始发了"):
        await room.bulletins.retry(one.id, "wang", unknown=False)


async def test_a_test_goes_to_phones_that_are_bound(room: Room) -> None:
    """By name; who has no phone is named, and nothing is sent; nor are words that are not finished."""
    number = await room.bulletins.new(PLAINLY, "zhang")
    with pytest.raises(BotError, match="wang 还没有绑定微信"):
        await room.bulletins.test(number, ["wang"], "zhang")
    member, phones = await Staff(room.database, Audit(room.database)).named("wang"), Phones(room.database)
    assert member is not None
    await phones.offer(member.id, "d", 9e9)
    await room.database.run(lambda: phones.bind("o1", "d", 1.0))
    with pytest.raises(BotError, match="没有账号 nobody"):
        await room.bulletins.test(number, ["wang", "nobody"], "zhang")
    assert await rows(room.database, outbox) == []
    await room.bulletins.test(number, ["wang", "wang"], "zhang")
    assert "已发到wang的手机" in room.said
    assert [(row["openid"], row["channel"]) for row in await rows(room.database, outbox)] == [("o1", "custom")]
    empty = await room.bulletins.new(Wish(name="x"), "zhang")
    with pytest.raises(BotError, match="正文"):
        await room.bulletins.test(empty, ["wang"], "zhang")


async def test_of_an_old_one_the_sums_are_told(room: Room) -> None:
    """Its report is as it was; its ledger, a retry and a correction say that the list is gone."""
    one = await room.approved()
    await room.enter(one.id, o0="sent", o1="failed refused", o2="skipped declined")
    running = await room.get(one.id)
    await room.database.run(lambda: room.bulletins.broadcasts.rows.move(running, "finished", {"ended": 9.0}))
    await room.bulletins.report(one.id)
    before = room.said
    assert await Sums(room.database).purge(10.0, time=room.clock.time()) == 3
    await room.bulletins.report(one.id)
    assert room.said == f"{before}\n{one.id}号公告的名单过了保存期限，2026-11-22 10:00起已删除，只留合计。"
    for act in (
        room.bulletins.ledger(one.id, ""),
        room.bulletins.retry(one.id, "wang", unknown=False),
        room.bulletins.correct(one.id, "zhang"),
    ):
        with pytest.raises(BotError, match="名单过了保存期限"):
            await act
    number = await room.bulletins.new(Wish(name="x", text="y", reached=[one.id]), "zhang")
    with pytest.raises(BotError, match="请另选发给谁"):
        await room.bulletins.act("submit", number, "zhang")
