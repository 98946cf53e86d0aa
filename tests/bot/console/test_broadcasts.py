"""The board of announcements, the page of one, and who may do what with it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from bot.announcements import MASS
from bot.clock import ManualClock
from bot.limits import Limits
from bot.store.audit import Search
from bot.store.broadcast_tables import broadcasts, phones, recipients
from bot.store.driver import once
from bot.store.tables import followers as table
from tests.bot.console.announcing import HERE, WORDS, act, approved, followers, get, kept, sent, work
from tests.bot.console.client import Office
from tests.bot.console.talking import say
from tests.bot.console.test_looks import faults


async def test_from_a_draft_to_an_approval(office: Office) -> None:
    """Written by one, submitted with the number of all followers, approved by another: bound to what was read."""
    await followers(office, 3)
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    number = await kept(editor)
    page = await editor.get(f"{HERE}/{number}")
    assert "全体关注者 ，共 3 人" in page.text
    assert WORDS in page.text
    assert (await act(editor, number, "submit")).status == 303
    assert "您写过或提交过它" in (await editor.get(f"{HERE}/{number}")).text
    page = await approver.follow(await act(approver, number, "approve"))
    assert "已批准，到时间自动发" in page.text
    one = await get(office, number)
    assert (one.state, one.reviewer, one.approved) == ("scheduled", "approver", one.digest)
    log = [entry.action for entry in reversed(await office.audit.read(Search(action="broadcast"), 9))]
    assert log == ["broadcast.composed", "broadcast.submitted", "broadcast.approved"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "请填写"), ("4", "和上面的人数不一样"), ("三", "请填写")],
)
async def test_all_followers_are_named_by_their_number(office: Office, typed: str, said: str) -> None:
    """Whoever does not type how many that is submits nothing."""
    await followers(office, 3)
    editor = await office.sign_in("editor")
    number = await kept(editor)
    page = await act(editor, number, "submit", people=typed)
    assert (page.status, said in page.text) == (422, True)
    assert (await get(office, number)).state == "draft"


async def test_a_number_is_read_as_people_type_it(office: Office) -> None:
    """In full width and with a word behind it too; one that holds no more is asked for anew."""
    await followers(office, 3)
    editor = await office.sign_in("editor")
    number = await kept(editor)
    page = await act(editor, number, "submit", counted="300", people="３００人")
    assert (page.status, "人数变了不少" in page.text) == (422, True)
    assert (await act(editor, number, "submit", people="３人")).status == 303


async def test_nobody_approves_what_they_wrote(office: Office) -> None:
    """Not even with the right to approve, nor by a form of their own making."""
    approver = await office.sign_in("approver")
    number = await kept(approver, to="some", chosen="topic:技改")
    await act(approver, number, "submit")
    page = await approver.get(f"{HERE}/{number}")
    assert f"{HERE}/{number}/approve" not in page.source
    digest = (await get(office, number)).digest
    page = await approver.post(f"{HERE}/{number}/approve", {"digest": digest})
    assert (page.status, "要由别人审核" in page.text) == (409, True)
    assert (await get(office, number)).state == "in_review"


async def test_what_was_changed_since_it_was_read_is_not_approved(office: Office) -> None:
    """The approver is shown what it is now; nothing goes out."""
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    number = await kept(editor, to="some", chosen="topic:技改")
    await act(editor, number, "submit")
    read = (await get(office, number)).digest
    changed = sent(to="some", chosen="topic:技改", text="改过的话", edits="0")
    assert (await editor.post(f"{HERE}/{number}/edit", changed)).status == 303
    await act(editor, number, "submit")
    page = await approver.post(f"{HERE}/{number}/approve", {"digest": read})
    assert (page.status, "有人改过它" in page.text, "改过的话" in page.text) == (409, True, True)
    assert (await get(office, number)).state == "in_review"


async def test_of_two_who_approve_the_second_is_told(office: Office) -> None:
    """By whom and when it was approved already."""
    editor, first, second = (
        await office.sign_in("editor"),
        await office.sign_in("approver", "wang"),
        await office.sign_in("admin"),
    )
    number = await kept(editor, to="some", chosen="topic:技改")
    await act(editor, number, "submit")
    digest = (await get(office, number)).digest
    assert (await first.post(f"{HERE}/{number}/approve", {"digest": digest})).status == 303
    page = await second.post(f"{HERE}/{number}/approve", {"digest": digest})
    assert (page.status, "Wang 在 10:00 已经批准了" in page.text) == (409, True)


async def test_a_rejection_needs_a_remark_and_comes_back_with_it(office: Office) -> None:
    """The writer sees why, on the page and on the first one."""
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    number = await kept(editor, to="some", chosen="topic:技改")
    await act(editor, number, "submit")
    assert "等我审核" in (await approver.get("/console")).text
    assert (await act(approver, number, "reject", remark=" ")).status == 422
    assert (await act(approver, number, "reject", remark="日期不对")).status == 303
    assert "Approver 驳回： 日期不对" in (await editor.get(f"{HERE}/{number}")).text
    assert "驳回给我" in (await editor.get("/console")).text
    assert "说明会" in (await editor.get(f"{HERE}?tab=drafts")).text


async def test_it_is_paused_resumed_and_cancelled(office: Office) -> None:
    """Each by its button, which is there while it may be pressed; what cannot be recalled is said."""
    await followers(office, 3)
    number = await approved(office, urgent="1", reason="台风")
    await work(office)
    editor = await office.sign_in("editor")
    assert (await get(office, number)).state == "running"
    page = await editor.follow(await act(editor, number, "pause"))
    assert "已暂停" in page.text
    assert (await act(editor, number, "pause")).status == 409
    page = await editor.follow(await act(editor, number, "resume"))
    assert "已经发出去的收不回来" in page.text
    assert (await act(editor, number, "cancel")).status == 303
    await work(office)
    one = await get(office, number)
    assert (one.state, (await office.services.broadcasts.ledgers.counts(number)).skipped) == ("cancelled", 3)
    assert "已取消" in (await editor.get(f"{HERE}?tab=over")).text


async def test_a_draft_is_taken_back_and_given_up(office: Office) -> None:
    """From review, and for good; the log keeps what it was."""
    editor = await office.sign_in("editor")
    number = await kept(editor, to="some", chosen="topic:技改")
    await act(editor, number, "submit")
    assert (await act(editor, number, "reopen")).status == 303
    assert (await act(editor, number, "discard")).location == HERE
    assert (await get(office, number)).state == "discarded"
    assert "放弃公告" in (await editor.get(f"{HERE}/{number}")).text


async def test_only_the_failed_are_tried_again(office: Office) -> None:
    """Where nothing failed there is nothing to try, and an editor tries nothing."""
    await followers(office, 1)
    number = await approved(office, urgent="1", reason="台风")
    await work(office)
    approver, editor = await office.sign_in("approver"), await office.sign_in("editor")
    assert "重试失败的" not in (await approver.get(f"{HERE}/{number}")).text
    page = await approver.post(f"{HERE}/{number}/retry")
    assert (page.status, "没有要重试的人" in page.text) == (409, True)
    assert (await editor.post(f"{HERE}/{number}/retry")).status == 403


async def test_nothing_is_tried_again_once_its_correction_has_begun(office: Office) -> None:
    """Until then there is a button for it; then the page says why there is none, and so does who presses it still."""
    await followers(office, 2)
    number = await approved(office, urgent="1", reason="台风")
    await work(office)
    async with office.services.database.write() as connection:
        await connection.execute(update(recipients).values(state="failed"))
        await connection.execute(update(broadcasts).values(state="finished", ended=2.0))
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    later = await kept(editor, to="reached", corrects=str(number), text="更正")
    page = await approver.get(f"{HERE}/{number}")
    assert ("重试失败的" in page.text, "更正已经开始发" in page.text) == (True, False)
    async with office.services.database.write() as connection:
        begun = update(broadcasts).where(broadcasts.c.id == later).values(state="running", began=9e9)
        await connection.execute(begun)
    page = await approver.get(f"{HERE}/{number}")
    assert ("重试失败的" in page.text, "更正已经开始发" in page.text) == (False, True)
    page = await approver.post(f"{HERE}/{number}/retry")
    assert (page.status, "它的更正已经开始发了，不能再重试" in page.text) == (409, True)


async def test_a_test_goes_to_chosen_phones_of_staff(office: Office) -> None:
    """To whom a phone is known; a row of the outbox for each, and a line of the log."""
    editor = await office.sign_in("editor")
    number = await kept(editor)
    assert "还没有同事绑定手机" in (await editor.get(f"{HERE}/{number}")).text
    database, who = office.services.database, await office.staff.named("editor")
    assert who is not None
    row = {"staff": who.id, "openid": "oStaff", "bound": 1.0, "digest": "", "until": 0.0}
    await database.run(lambda: once(database.insert(phones), **row))
    assert (await editor.post(f"{HERE}/{number}/test", {"staff": "99"})).status == 422
    page = await editor.follow(await editor.post(f"{HERE}/{number}/test", {"staff": str(who.id)}))
    assert "发往 1 部手机" in page.text
    assert await office.services.outbox_rows.counts() == {"waiting": 1}
    assert (await office.audit.read(Search(action="broadcast.tested"), 9))[0].after == {"phones": 1}


async def test_a_test_of_nothing_is_refused(office: Office) -> None:
    """What is not written yet goes to nobody's phone."""
    editor = await office.sign_in("editor")
    number = await kept(editor, text="")
    database, who = office.services.database, await office.staff.named("editor")
    assert who is not None
    row = {"staff": who.id, "openid": "oStaff", "bound": 1.0, "digest": "", "until": 0.0}
    await database.run(lambda: once(database.insert(phones), **row))
    page = await editor.post(f"{HERE}/{number}/test", {"staff": str(who.id)})
    assert (page.status, "还没有填好" in page.text) == (409, True)


async def test_the_board_tells_them_apart(office: Office, clock: ManualClock) -> None:
    """By what has become of them, each with whom it is for; what is under way with its progress."""
    await followers(office, 2)
    editor = await office.sign_in("editor")
    await kept(editor, name="草稿一份", to="some", chosen=["topic:技改", "district:市"])
    number = await approved(office, urgent="1", reason="台风")
    await work(office)
    page = await editor.get(HERE)
    assert "进行中 1" in page.text
    assert "紧急 全体关注者 ，2 人 0 / 2" in page.text
    page = await editor.get(f"{HERE}?tab=drafts")
    assert "订阅的区（市）：市级；订阅的主题：技改" in page.text
    assert f"公告 {number}" in (await editor.get(f"{HERE}/{number}")).text
    assert (await editor.get(f"{HERE}/99")).status == 404


async def test_the_course_of_it_shows_what_changed(office: Office) -> None:
    """Before and after, in words, out of the log."""
    editor = await office.sign_in("editor")
    number = await kept(editor, to="some", chosen="topic:技改")
    await editor.post(f"{HERE}/{number}/edit", sent(text="别的话", way=["custom", MASS], days="4"))
    page = await editor.get(f"{HERE}/{number}")
    for said in ("改了公告", "别的话", "客服消息、群发", "订阅的主题：技改", "全体关注者"):
        assert said in page.text, said


async def test_its_pages_are_well_built(office: Office, clock: ManualClock) -> None:
    """In every state: one first heading, every field labelled, every id once, nothing inline, forms with tokens."""
    await followers(office, 2)
    editor, approver = await office.sign_in("editor"), await office.sign_in("approver")
    who = await office.staff.named("editor")
    assert who is not None
    row = {"staff": who.id, "openid": "oStaff", "bound": 1.0, "digest": "", "until": 0.0}
    await office.services.database.run(lambda: once(office.services.database.insert(phones), **row))
    number = await kept(editor, text="((谁))", way=["custom", MASS], urgent="1")
    pages = [await editor.get(f"{HERE}/{number}/edit?check=1"), await editor.get(f"{HERE}/{number}")]
    pages += [await editor.post(f"{HERE}/{number}/edit", sent(edits="7")), await editor.get(f"{HERE}?tab=drafts")]
    await editor.post(f"{HERE}/{number}/edit", sent(urgent="1", reason="台风"))
    await act(editor, number, "submit")
    pages += [await approver.get(f"{HERE}/{number}"), await act(approver, number, "approve", people="7")]
    await act(approver, number, "approve")
    pages += [await approver.get(f"{HERE}/{number}"), await approver.get("/console")]
    await work(office)
    await Limits(office.services.database, clock=clock).pause("custom", clock.time() + 600.0, reason="45009")
    pages += [await approver.get(f"{HERE}/{number}"), await approver.get(HERE)]
    await act(approver, number, "pause")
    pages += [await approver.get(f"{HERE}/{number}"), await approver.get(f"{HERE}/new?corrects={number}")]
    for page in pages:
        assert page.headers["Content-Type"].startswith("text/html")
        assert list(faults(page.source)) == [], page.text[:80]


async def test_who_cannot_be_reached_is_counted_apart(office: Office) -> None:
    """Reachable are neither those who declined nor those no way is open to; when it begins is a sentence."""
    people = await followers(office, 3)
    await say(office, "退订公告", people[0])
    async with office.services.database.write() as connection:
        await connection.execute(update(table).where(table.c.openid == people[1]).values(window_until=0.0))
    editor = await office.sign_in("editor")
    number = await kept(editor, way=["custom"])
    page = await editor.get(f"{HERE}/{number}")
    assert "能发到 1 人" in page.text
    assert "共 3 人" in page.text
    assert re.search(r"星期. \d\d:\d\d 起发", page.text)
    await act(editor, number, "discard")
    page = await editor.get(f"{HERE}/{number}")
    assert "起发" not in page.text
    assert "没有开始" in page.text
