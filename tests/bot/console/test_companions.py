"""Drafts that hold only together: a reviewer looks at several as one, and publishes or returns them as one."""

from __future__ import annotations

import re

from bot.clock import ManualClock
from bot.store.audit import Search
from tests.bot.console.client import Office, Page, Visitor
from tests.bot.console.sheets import carried, send, submitted

FIRST, SECOND = "/console/edit/policy?key=q91-1", "/console/edit/policy?key=q91-2"
BOARD, DRAFTS = "/console/drafts?tab=review", "/console/drafts"


async def away(editor: Visitor, key: str) -> int:
    """A policy that is to go, up for review."""
    page = await editor.post(f"/console/parts/policy/take-away?key={key}")
    number = int(page.location.rpartition("/")[2])
    assert (await send(editor, f"{DRAFTS}/{number}", "submit")).status == 303
    return number


async def needing(editor: Visitor) -> tuple[int, int]:
    """A policy that is to go, and the draft by which another names it no more: the first does not load alone."""
    return await away(editor, "q91-10"), await submitted(editor, FIRST, related="")


def ticked(page: Page) -> list[int]:
    """The drafts that a page offers to tick."""
    return [int(number) for number in re.findall(r'type="checkbox" name="id" value="(\d+)"', page.source)]


async def test_two_that_hold_only_together_are_published_as_one(office: Office) -> None:
    """Alone one does not load, and the page offers the other; as one they pass the gate without a reason, and come into
    force with one edition, each told in the audit log."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    gone, named = await needing(editor)
    alone = await approver.get(f"{DRAFTS}/{gone}")
    assert "装不起来" in alone.text
    assert ticked(alone) == [named]
    led = await approver.get(f"{DRAFTS}/together?id={gone}&id={named}")
    assert led.location == f"{DRAFTS}/{gone}?with={named}"
    page = await approver.get(led.location)
    for said in ("这里把 2 份待审的改动放在一起看", "一起发布的 2 处改动", "通过了发布检查", "整条撤下"):
        assert said in page.text, said
    assert (await approver.post(f"{DRAFTS}/{gone}/publish", carried(page))).location == DRAFTS
    corpus = office.services.corpus
    assert "q91-10" not in corpus.policies
    assert corpus.policies["q91-1"].related == ()
    assert office.services.publishing is not None
    edition, _ = await office.services.publishing.revisions.editions()
    assert (edition.number, edition.parts) == (2, 2)
    told = await office.audit.read(Search(action="corpus.published"), 9)
    assert {entry.target for entry in told} == {"policy q91-10", "policy q91-1"}


async def test_they_are_ticked_on_the_board(office: Office) -> None:
    """A reviewer ticks what waits for them; who may not decide has nothing to tick; of nothing ticked it is said."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    numbers = await needing(editor)
    assert set(ticked(await approver.get(BOARD))) == set(numbers)
    assert "崂山区技改配套" in (await approver.get(BOARD)).text, "what is to go is called as it is"
    assert ticked(await approver.get(f"{DRAFTS}?tab=all")) == []
    assert ticked(await editor.get(BOARD)) == []
    assert (await editor.get(f"{DRAFTS}/together?id=1")).status == 403
    assert (await approver.get(f"{DRAFTS}/together")).location == BOARD
    assert "请先勾上" in (await approver.get(BOARD)).text
    assert (await approver.get(f"{DRAFTS}/together?id=99999")).status == 404


async def test_they_are_sent_back_as_one(office: Office) -> None:
    """With one remark, which stands at each of them."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    gone, named = await needing(editor)
    page = await approver.get(f"{DRAFTS}/{gone}?with={named}")
    bare = await approver.post(f"{DRAFTS}/{gone}/send-back", carried(page))
    assert (bare.status, "放在一起看" in bare.text) == (422, True)
    assert (await approver.post(f"{DRAFTS}/{gone}/send-back", {**carried(bare), "remark": "先等等"})).status == 303
    for number in (gone, named):
        assert "先等等" in (await editor.get(f"{DRAFTS}/{number}")).text


async def test_nobody_publishes_their_own_beside_anothers(office: Office) -> None:
    """One that they wrote is not offered; put beside another's by the address it shuts both to them."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    gone = await away(editor, "q91-10")
    own = await submitted(approver, FIRST, related="")
    assert ticked(await approver.get(f"{DRAFTS}/{gone}")) == []
    page = await approver.get(f"{DRAFTS}/{gone}?with={own}")
    assert "要由别人审核发布" in page.text
    refused = await approver.post(f"{DRAFTS}/{gone}/publish", {**carried(page), "with": str(own)})
    assert (refused.status, "自己写过的内容" in refused.text) == (409, True)
    third = await office.sign_in("approver", "sun")
    page = await third.get(f"{DRAFTS}/{gone}?with={own}")
    assert (await third.post(f"{DRAFTS}/{gone}/publish", carried(page))).status == 303


async def test_what_was_not_looked_at_is_not_published_beside_it(office: Office) -> None:
    """Where one of them was rewritten, or left the review, after the page was opened, neither goes; the page shows what
    there is now."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    gone, named = await needing(editor)
    seen = carried(await approver.get(f"{DRAFTS}/{gone}?with={named}"))
    assert (await send(editor, f"{DRAFTS}/{named}", "reopen")).status == 303
    page = await approver.post(f"{DRAFTS}/{gone}/publish", seen)
    assert (page.status, "改过了，请再看一遍" in page.text) == (409, True)
    assert "放在一起看：" not in page.text, "the other is not up for review"
    await submitted(editor, FIRST, related="", title="没人看过的标题")
    page = await approver.post(f"{DRAFTS}/{gone}/publish", seen)
    assert (page.status, "没人看过的标题" in page.text) == (409, True)
    assert "q91-10" in office.services.corpus.policies
    assert (await approver.post(f"{DRAFTS}/{gone}/publish", carried(page))).status == 303


async def test_only_reviewers_put_them_together(office: Office) -> None:
    """For whoever else looks each stands by itself; numbers that are none, or of nothing, are left out."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    gone, named = await needing(editor)
    assert "放在一起看：" not in (await editor.get(f"{DRAFTS}/{gone}?with={named}")).text
    page = await approver.get(f"{DRAFTS}/{gone}?with=x,-1,99999,{gone},,٣")
    assert (page.status, "放在一起看：" in page.text) == (200, False)


async def test_for_a_day_to_come_they_wait_as_one(office: Office, clock: ManualClock) -> None:
    """Both name the same day; on it they are judged together and come into force with one edition. With two days they
    are refused."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    named = await submitted(editor, FIRST, related="", title="改名", effective="2026-11-25")
    other = await submitted(editor, SECOND, title="另一个名", effective="2026-11-26")
    page = await approver.get(f"{DRAFTS}/{named}?with={other}")
    refused = await approver.post(f"{DRAFTS}/{named}/publish", carried(page))
    assert (refused.status, "生效日期要一样" in refused.text) == (409, True)
    assert (await send(editor, f"{DRAFTS}/{other}", "reopen")).status == 303
    assert await submitted(editor, SECOND, title="另一个名", effective="2026-11-25") == other
    page = await approver.get(f"{DRAFTS}/{named}?with={other}")
    assert (await approver.post(f"{DRAFTS}/{named}/publish", carried(page))).status == 303
    parts = office.services.publishing
    assert parts is not None
    waiting = await parts.revisions.waiting()
    assert len({one.batch for one in waiting}) == 1
    assert "一起发布的 2 处改动" in (await editor.get(f"{DRAFTS}/{other}")).text
    await clock.advance(3 * 86_400.0)
    assert await parts.press.take_effect() == 2
    assert next(edition.parts for edition in await parts.revisions.editions()) == 2
