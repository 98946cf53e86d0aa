"""The form of announcements: three forms, whom it is for, what it reaches, and that nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp.test_utils import TestServer

from bot.announcements import Content, Criterion
from bot.clock import ManualClock
from bot.emulator.platform import Platform
from bot.store.broadcast_tables import tags
from bot.store.broadcasts import Sample
from bot.store.driver import once
from tests.bot.console.announcing import HERE, WORDS, act, approved, followers, get, kept, sent, work
from tests.bot.console.client import Office, office_settings, open_office
from tests.scenarios.stage import ACCOUNT

TEMPLATE = "TPL_meeting"
SLOT = f"value:template:{TEMPLATE}:"


@pytest.fixture
async def joined(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """An office whose account has a template."""
    async with Platform(ACCOUNT, clock=clock) as platform, TestServer(platform.app(), shutdown_timeout=0.0) as api:
        platform.add_template(TEMPLATE, {"thing1": "会议", "time2": "时间"}, title="会议通知")
        platform.add_template("N1", {"phrase1": "状态"}, kind="notice", title="状态变动")
        config = office_settings(tmp_path)
        wechat = msgspec.structs.replace(config.wechat, api_base_url=str(api.make_url("")).rstrip("/"))
        async with open_office(msgspec.structs.replace(config, wechat=wechat), clock) as opened:
            yield opened


async def test_a_card_is_kept_as_it_was_typed(office: Office) -> None:
    """Only what belongs to the chosen form is kept of it."""
    editor = await office.sign_in("editor")
    fields = {"form": "card", "title": "说明会", "summary": "两点\r\n开始", "url": "https://x.cn/a", "text": "不要"}
    number = await kept(editor, **fields)
    assert (await get(office, number)).content == Content(
        form="card", title="说明会", text="两点\n开始", url="https://x.cn/a"
    )
    page = await editor.get(f"{HERE}/{number}/edit")
    assert 'value="https://x.cn/a"' in page.source


async def test_what_the_days_are_is_said(office: Office) -> None:
    """They are days of the calendar, of which the last moves to a working day where none is sent on others."""
    editor = await office.sign_in("editor")
    number = await kept(editor)
    assert "天 按日历算；最后一天休息的，顺延到下一个工作日。" in (await editor.get(f"{HERE}/{number}")).text
    assert "过了就不再发；最后一天休息的，顺延到下一个工作日。" in (await editor.get(f"{HERE}/{number}/edit")).text


async def test_a_template_is_chosen_among_those_of_the_account(joined: Office) -> None:
    """They are read when somebody asks for them; each key says its rule, and what does not fit it."""
    editor = await joined.sign_in("editor")
    page = await editor.post(f"{HERE}/new", sent(form="notice", action="templates"))
    assert page.status == 200
    assert "会议通知 模板消息 · 会议、时间" in page.text
    assert "状态变动 订阅通知" in page.text
    assert "最多 20 个字" in page.text
    values = {f"{SLOT}thing1": "技改说明会", f"{SLOT}time2": "下午"}
    ways = ["template"]
    number = await kept(editor, form="notice", template=f"template:{TEMPLATE}", way=ways, **values)
    page = await editor.get(f"{HERE}/{number}/edit?check=1")
    assert f'id="e-{SLOT}time2"' in page.source
    assert "不合微信的规定：时间，如 2026年12月3日 14:00" in page.text
    values[f"{SLOT}time2"] = "2026年12月3日 14:00"
    again = sent(form="notice", template=f"template:{TEMPLATE}", way=ways, **values)
    assert (await editor.post(f"{HERE}/{number}/edit", again)).location == f"{HERE}/{number}"
    content = (await get(joined, number)).content
    assert (content.title, content.channel, content.values["thing1"]) == ("会议通知", "template", "技改说明会")
    page = await editor.get(f"{HERE}/{number}")
    assert "会议 技改说明会 时间 2026年12月3日 14:00" in page.text


async def test_what_is_missing_is_kept_and_told(office: Office) -> None:
    """A draft may be half written; the form says beside each field what is missing, and it cannot be submitted."""
    editor = await office.sign_in("editor")
    page = await editor.post(f"{HERE}/new", sent(text="", way=[]))
    assert page.location.endswith("/edit?check=1")
    page = await editor.follow(page)
    for said in ("有 2 处要改", "请写内容", "请至少选一种方式"):
        assert said in page.text
    assert 'aria-describedby="h-text e-text"' in page.source
    assert "填好以后才能提交" in (await editor.get(f"{HERE}/1")).text
    page = await editor.post(f"{HERE}/1/submit", {"digest": (await get(office, 1)).digest, "people": "0"})
    assert (await get(office, 1)).state == "draft"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "请填名称"),
        ({"name": "长" * 61}, "名称最多 60 个字"),
        ({"start": "明天"}, "时间看不懂"),
        ({"form": "film"}, "请选一种形式"),
        ({"to": "some", "chosen": [f"topic:{n}" for n in range(41)]}, "最多选 40 项"),
    ],
)
async def test_what_cannot_even_be_kept_is_refused_with_all_that_was_typed(
    office: Office, changed: dict[str, str | list[str]], said: str
) -> None:
    """Nothing is stored, and the text is still there."""
    editor = await office.sign_in("editor")
    page = await editor.post(f"{HERE}/new", sent(**changed))
    assert (page.status, said in page.text, WORDS in page.source) == (422, True, True)
    assert await office.services.broadcasts.rows.newest() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "字" * 700}, "太长了：一条消息最多 2048 字节"),
        ({"start": "2026-11-22T09:00"}, "这个时间已经过了"),
        ({"reserve": "4"}, "请填 0 到 3"),
        ({"stop_at": "x"}, "请填 1 到 100"),
        ({"urgent": "1"}, "请写为什么是紧急的"),
        ({"way": ["template"]}, "都发不了这种形式"),
        ({"text": "字" * 500}, "附不到回答下面"),
        ({"to": "some"}, "请选发给谁"),
    ],
)
async def test_every_rule_has_its_words(office: Office, changed: dict[str, str | list[str]], said: str) -> None:
    """What keeps it from being submitted stands in the form and on its page."""
    editor = await office.sign_in("editor")
    number = await kept(editor, **changed)
    assert said in (await editor.get(f"{HERE}/{number}/edit?check=1")).text
    assert said in (await editor.get(f"{HERE}/{number}")).text


async def test_nobody_writes_over_what_they_have_not_seen(office: Office) -> None:
    """The second is told, sees both, keeps what was typed, and may then save it knowingly."""
    first, second = await office.sign_in("editor"), await office.sign_in("editor", "li")
    number = await kept(first)
    await first.post(f"{HERE}/{number}/edit", sent(text="先改的"))
    page = await second.post(f"{HERE}/{number}/edit", sent(text="后改的"))
    assert (page.status, "别人改过这份公告" in page.text, "后改的</textarea>" in page.source) == (409, True, True)
    assert "先改的" in page.text
    assert (await get(office, number)).content.text == "先改的"
    assert (await second.post(f"{HERE}/{number}/edit", sent(text="后改的", edits="1"))).status == 303
    one = await get(office, number)
    assert (one.content.text, one.hands) == ("后改的", ("editor", "li"))


async def test_what_has_begun_is_not_changed_and_what_was_typed_becomes_another(office: Office) -> None:
    """The form says so and keeps the words: they may be kept as a new draft."""
    await followers(office, 1)
    number = await approved(office, urgent="1", reason="台风")
    editor = await office.sign_in("editor")
    await work(office)
    page = await editor.post(f"{HERE}/{number}/edit", sent(text="晚了的话"))
    assert (page.status, "已经开始发送" in page.text, "晚了的话" in page.source) == (409, True, True)
    assert (await editor.get(f"{HERE}/{number}/edit")).location == f"{HERE}/{number}"
    page = await editor.post(f"{HERE}/{number}/edit", sent(text="晚了的话", action="anew"))
    assert page.location == f"{HERE}/{number + 1}"
    assert (await get(office, number)).content.text == WORDS


async def test_to_change_what_is_approved_takes_the_approval_away(office: Office) -> None:
    """The form warns of it; saved, it is a draft again. What is saved unchanged stays approved."""
    number = await approved(office)
    editor = await office.sign_in("editor")
    assert "改了保存，批准就作废" in (await editor.get(f"{HERE}/{number}/edit")).text
    await editor.post(f"{HERE}/{number}/edit", sent())
    assert (await get(office, number)).state == "scheduled"
    page = await editor.follow(await editor.post(f"{HERE}/{number}/edit", sent(text="改了")))
    assert "原来的提交或批准作废了" in page.text
    one = await get(office, number)
    assert (one.state, one.approved) == ("draft", "")


async def test_the_audience_is_counted_as_it_is_typed(office: Office) -> None:
    """By way; who can be reached by none is told, and the hour it would begin: Sunday's waits for Monday."""
    await followers(office, 3)
    editor = await office.sign_in("editor")
    async with editor.session.post(
        editor.url.with_path(f"{HERE}/count"), data=sent(way=["custom"]), headers={"X-CSRF-Token": editor.token}
    ) as response:
        found = await response.json()
    assert (found["audience"], found["ways"], found["closed"]) == (3, {"custom": 3}, 0)
    assert "2026年11月23日 星期一 08:30" in found["html"]
    assert "那天是周末，顺延到上班的日子" in found["html"]
    page = await editor.post(f"{HERE}/new", sent(way=["template"], action="look"))
    assert (page.status, "没有办法发到 3" in page.text) == (200, True)


async def test_a_preview_shows_each_look_once(office: Office) -> None:
    """A card is a card by customer service and words elsewhere; nothing of it is a page of its own."""
    editor = await office.sign_in("editor")
    card = sent(form="card", title="说明会", summary="两点", url="https://x.cn/a", way=["custom", "mass", "next"])
    page = await editor.post(f"{HERE}/preview", card)
    assert page.status == 200
    assert page.text == "惠企 客服消息这样显示 说明会 两点 群发、随下次回复这样显示 说明会 两点"
    page = await editor.post(f"{HERE}/preview", sent(text='看<a href="https://x.cn/a">这里</a> & <b>'))
    assert "看 这里 & <b>" in page.text


async def test_how_to_end_announcements_is_written_previewed_and_kept(office: Office) -> None:
    """A new form has the line; it stands in the preview of what leaves by itself, and is a part of what is approved."""
    editor = await office.sign_in("editor")
    assert re.search(r'name="ending" value="1" checked', (await editor.get(f"{HERE}/new")).source)
    line = "不收单位公告：回复“退订公告”"
    assert (
        f"客服消息这样显示 {WORDS} {line} 随下次回复这样显示 {WORDS}"
        in (await editor.post(f"{HERE}/preview", sent(ending="1"))).text
    )
    number = await kept(editor, ending="1")
    with_line = await get(office, number)
    assert with_line.content == Content(text=WORDS, ending=line)
    assert line in (await editor.get(f"{HERE}/{number}")).text
    await editor.post(f"{HERE}/{number}/edit", sent())
    without = await get(office, number)
    assert without.content == Content(text=WORDS)
    assert without.digest != with_line.digest
    assert 'name="ending" value="1" checked' not in (await editor.get(f"{HERE}/{number}/edit")).source


async def test_an_emergency_does_not_say_how_to_end_announcements(office: Office) -> None:
    """It does not heed the wish of who ended them; a copy of it, which is none, has the line again."""
    editor = await office.sign_in("editor")
    line = "不收单位公告：回复“退订公告”"
    urgent = sent(ending="1", urgent="1", reason="台风")
    assert line not in (await editor.post(f"{HERE}/preview", urgent)).text
    number = await kept(editor, ending="1", urgent="1", reason="台风")
    assert (await get(office, number)).content == Content(text=WORDS)
    assert "末尾" not in (await editor.get(f"{HERE}/{number}")).text
    assert re.search(r'name="ending" value="1" checked', (await editor.get(f"{HERE}/new?copy={number}")).source)


async def test_tags_of_the_account_are_offered_by_their_names(office: Office) -> None:
    """And told by them; one that is no more is told by its number."""
    database = office.services.database
    await database.run(lambda: once(database.insert(tags), id="101", name="重点企业", read=1.0))
    editor = await office.sign_in("editor")
    assert "重点企业" in (await editor.get(f"{HERE}/new")).text
    number = await kept(editor, to="some", chosen=["tag:101", "tag:7"])
    assert "公众号标签：重点企业、标签 7" in (await editor.get(f"{HERE}/{number}")).text


async def test_a_kept_text_is_begun_with_and_its_gaps_are_filled(office: Office) -> None:
    """What is not filled is a fault; what is filled is the text."""
    rows = office.services.broadcasts.rows
    sample = Sample(id=0, version=1, name="会议", content=Content(text="((日期))在((地点))开会"), who="li", time=1.0)
    number = await rows.keep(sample)
    editor = await office.sign_in("editor")
    page = await editor.get(f"{HERE}/new?sample={number}")
    assert ("日期" in page.text, "地点" in page.text, "会议（第 1 版）" in page.text) == (True, True, True)
    begun = {"sample": str(number), "version": "1", "text": "((日期))在((地点))开会"}
    draft = await kept(editor, **begun, **{"gap:日期": "三日"})
    assert "还有空没有填" in (await editor.get(f"{HERE}/{draft}/edit?check=1")).text
    again = sent(text="三日在((地点))开会", **{"gap:地点": "大厅"}, sample=str(number), version="1")
    await editor.post(f"{HERE}/{draft}/edit", again)
    one = await get(office, draft)
    assert (one.content.text, one.sample, one.version) == ("三日在大厅开会", number, 1)


async def test_a_correction_is_for_exactly_those_who_got_it(office: Office) -> None:
    """It begins with the words of the other, as a copy does; what never began is not corrected."""
    await followers(office, 1)
    number = await approved(office, urgent="1", reason="台风")
    editor = await office.sign_in("editor")
    assert (await editor.get(f"{HERE}/new?corrects={number}")).status == 404
    await work(office)
    page = await editor.get(f"{HERE}/new?corrects={number}")
    assert (f"收到过公告 {number} 的人" in page.text, WORDS in page.source) == (True, True)
    draft = await kept(editor, to="reached", corrects=str(number), text="更正")
    one = await get(office, draft)
    assert (one.corrects, one.criteria) == (number, (Criterion(kind="reached", value=str(number)),))
    assert "更正要等它结束才开始发" in page.text
    assert f'action="{HERE}/{number}/cancel"' in page.source
    page = await editor.get(f"{HERE}/{draft}")
    assert (f"更正公告 {number}" in page.text, "更正要等它结束才开始发" in page.text) == (True, True)
    assert f'更正的是<a href="{HERE}/{number}">' in page.source
    page = await editor.get(f"{HERE}/{number}")
    assert re.search(f"已经有更正： ?公告 {draft} ?（草稿）", page.text)
    assert f'<a href="{HERE}/{draft}">公告 {draft}</a>' in page.source
    await act(editor, number, "cancel")
    await work(office)
    assert (await get(office, number)).state == "cancelled"
    assert "更正要等它结束才开始发" not in (await editor.get(f"{HERE}/{draft}")).text
    assert WORDS in (await editor.get(f"{HERE}/new?copy={number}")).source


async def test_an_account_that_may_only_answer_is_told_what_it_cannot(tmp_path: Path, clock: ManualClock) -> None:
    """Ways it has not are shown and cannot be ticked, with why; templates neither."""
    config = office_settings(tmp_path)
    wechat = msgspec.structs.replace(config.wechat, account="subscription", certified=False)
    async with open_office(msgspec.structs.replace(config, wechat=wechat), clock) as office:
        editor = await office.sign_in("editor")
        page = await editor.get(f"{HERE}/new")
        assert page.text.count("公众号没有认证，不能主动发消息") == 4
        assert 'value="mass" disabled' in page.source
        number = await kept(editor, way=["custom", "next"])
        assert "选了公众号没有的方式" in (await editor.get(f"{HERE}/{number}/edit?check=1")).text
        await act(editor, number, "submit")
        assert (await get(office, number)).state == "draft"


async def test_who_wrote_the_words_that_another_took_over_does_not_approve_them(office: Office) -> None:
    """Neither of a copy, nor of what is saved as another, nor of a kept text; who wrote none of it does."""
    boss, editor = await office.sign_in("approver"), await office.sign_in("editor")
    first = await kept(boss, to="some", chosen=["topic:x"])
    copied = await kept(editor, ground=str(first), to="some", chosen=["topic:x"])
    anew = await editor.post(f"{HERE}/{first}/edit", sent(action="anew", ground=str(first)))
    rows = office.services.broadcasts.rows
    text = Sample(id=0, version=1, name="x", content=Content(text="x"), who="someone", time=1.0)
    number = await rows.keep(text)
    await rows.keep(msgspec.structs.replace(text, id=number, version=2, who="later"))
    of_text = await kept(editor, sample=str(number), version="1")
    theirs, mine = (await get(office, first)).author, (await get(office, copied)).author
    assert theirs != mine
    assert (await get(office, copied)).hands == (mine, theirs)
    assert (await get(office, int(anew.location.split("/")[3].partition("?")[0]))).hands == (mine, theirs)
    assert (await get(office, of_text)).hands == (mine, "someone")
    await act(editor, copied, "submit")
    one = await get(office, copied)
    assert one.state == "in_review"
    page = await act(boss, copied, "approve", digest=one.digest)
    assert (page.status, page.text.count("您写过或提交过它，要由别人审核。")) == (
        409,
        2,
    )  # refused, and where one approves


async def test_that_it_waits_is_said_before_anybody_submits_or_approves(office: Office, clock: ManualClock) -> None:
    """On a Sunday: in the form, above the button that submits and above that which approves, with the hour, the reason
    and the way round it; what is urgent waits for nothing, and in the hours nothing is said."""
    await followers(office, 1)
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    waits = (
        "批准以后不会马上发： 上班的日子（按国务院放假安排，调休上班也算） 08:30 到 20:30 发，现在不在这个时段，要等到"
    )
    number, urgent = await kept(editor), await kept(editor, urgent="1", reason="台风")
    for path in (f"{HERE}/new", f"{HERE}/{number}/edit", f"{HERE}/{number}"):
        page = await editor.get(path)
        assert f"{waits} 2026年11月23日 星期一 08:30。只有等不得的事" in page.text, path
        assert "勾“紧急”" in page.text
    assert (await act(editor, number, "submit")).status == 303
    assert waits in (await approver.get(f"{HERE}/{number}")).text
    for path in (f"{HERE}/{urgent}/edit", f"{HERE}/{urgent}"):
        assert "不会马上发" not in (await editor.get(path)).text
    later = await kept(editor, start="2026-11-24T22:00")
    assert "定的时间不在这个时段，要等到 2026年11月25日 星期三 08:30" in (await editor.get(f"{HERE}/{later}")).text
    await clock.advance(24 * 3600.0)
    assert "不会马上发" not in (await approver.get(f"{HERE}/{number}")).text
