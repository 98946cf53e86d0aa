"""Tickets: lists, who sees to them, their end."""

from __future__ import annotations

import pytest

from bot.messages import Left
from bot.store.audit import Search
from tests.bot.console.client import Office, Visitor
from tests.bot.console.talking import hear, remark, say

HERE = "/console/tickets"
TICKET = f'href="{HERE}/1"'


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes; a complaint of the first policy waits."""
    await say(office, "首台套", "oAlice")
    await remark(office, "答非所问", "oAlice", about="q91-1")
    return await office.sign_in("editor")


async def test_a_remark_waits_in_the_list(office: Office, editor: Visitor) -> None:
    """With what it speaks of, how long its follower can be written to, and not who that is."""
    page = await editor.get(HERE)
    assert page.status == 200
    for told in ("答非所问", "答得不对", "说的是“鼓励技术改造”", "还能回 5 条"):
        assert told in page.text, told
    ticket = await editor.get(f"{HERE}/1")
    assert "首台套" in ticket.text
    assert "oAlice" not in page.source + ticket.source


async def test_one_is_given_to_somebody(office: Office, editor: Visitor) -> None:
    """It stands in their list then; who only looks, is gone, or is nobody cannot have it."""
    mine = await office.staff.named("editor")
    looker, gone = await office.hire("looker", "viewer"), await office.hire("gone", "editor")
    assert mine
    await office.staff.set_disabled(gone.id, True, entry=office.desk_entry("staff.disabled"))
    for wanted in (looker.id, gone.id, 999):
        page = await editor.follow(await editor.post(f"{HERE}/1/assign", {"staff": str(wanted)}))
        assert "请从列表中选一个能办的人" in page.text
        ticket = await office.desk.talk.tickets.get(1)
        assert ticket
        assert ticket.assignee == 0
    for wanted, has in ((mine.id, True), (mine.id, True), (0, False)):
        await editor.post(f"{HERE}/1/assign", {"staff": str(wanted)})
        assert (TICKET in (await editor.get(f"{HERE}?tab=mine")).source) is has
    acts = await office.audit.read(Search(action="ticket."), 9)
    assert [(act.before, act.after) for act in acts] == [
        ({"staff": "Editor"}, {"staff": ""}),
        ({"staff": ""}, {"staff": "Editor"}),
    ]


async def test_one_is_closed_and_opened_again(office: Office, editor: Visitor) -> None:
    """It changes lists; each act is in the log."""
    assert (await editor.post(f"{HERE}/1/state", {"state": "rubbish"})).status == 400
    await editor.post(f"{HERE}/1/state", {"state": "closed"})
    assert TICKET not in (await editor.get(HERE)).source
    assert TICKET in (await editor.get(f"{HERE}?tab=closed")).source
    assert "重新打开" in (await editor.get(f"{HERE}/1")).text
    await editor.post(f"{HERE}/1/state", {"state": "open"})
    assert TICKET in (await editor.get(HERE)).source
    assert [a for a in await office.acts() if a.startswith("ticket.")] == ["ticket.closed", "ticket.reopened"]


async def test_a_letter_from_a_ticket_leads_back_to_it(office: Office, editor: Visitor) -> None:
    """What was written stands in the chat of the ticket."""
    key = await remark(office, "人工", "oBob", kind="staff")
    page = await editor.post(f"/console/conversations/{key}/reply", {"text": "您好", "ticket": "2"})
    assert page.location == f"{HERE}/2"
    assert "您好" in (await editor.follow(page)).text


async def test_of_who_left_there_is_no_ticket(office: Office, editor: Visitor) -> None:
    """Leaving erases remarks too."""
    await hear(office, Left(key="left", openid="oAlice", account="gh_1", created=int(office.services.clock.time())))
    assert "这里没有留言" in (await editor.get(HERE)).text
    assert (await editor.get(f"{HERE}/1")).status == 404


async def test_one_that_is_not_there(editor: Visitor) -> None:
    """No page, and no act."""
    assert (await editor.get(f"{HERE}/99")).status == 404
    assert (await editor.get(f"{HERE}/x")).status == 404
    assert (await editor.post(f"{HERE}/99/state", {"state": "closed"})).status == 404


async def test_who_only_looks_has_no_button(office: Office, editor: Visitor) -> None:
    """A viewer reads, and is refused where a form is sent anyway."""
    viewer = await office.sign_in("viewer")
    page = await viewer.get(f"{HERE}/1")
    assert (page.status, "办结" in page.text.partition("留言和投诉 / ")[2]) == (200, False)
    assert (await viewer.post(f"{HERE}/1/state", {"state": "closed"})).status == 403
