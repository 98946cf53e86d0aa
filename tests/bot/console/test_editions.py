"""Editions: listed, looked at, and taken back, of one part or whole."""

from __future__ import annotations

from bot.store.audit import Search
from tests.bot.console.client import Office
from tests.bot.console.sheets import carried, published, saved, send
from tests.small import small_corpus

SECOND = "/console/edit/policy?key=q91-2"


async def test_every_publication_is_an_edition(office: Office) -> None:
    """The list has them newest first; a page says what came with one, and whole revisions can be read."""
    number = await published(office, SECOND, title="奖励首台套")
    viewer = await office.sign_in("viewer")
    page = await viewer.get("/console/editions")
    assert page.text.index("第 2 版") < page.text.index("第 1 版")
    assert "支持 奖励 首台套" in (await viewer.get("/console/editions/2")).text
    assert "不逐条列出" in (await viewer.get("/console/editions/1")).text
    assert "现在生效" in (await viewer.get(f"/console/revisions/{number}")).text
    for path in ("/console/editions/9", "/console/revisions/999"):
        assert (await viewer.get(path)).status == 404


async def test_one_part_is_restored_by_a_draft(office: Office) -> None:
    """From the page of the old revision; another publishes it, and the part is as it was."""
    first = await _first(office)
    await published(office, SECOND, title="错的")
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    answer = await send(editor, f"/console/revisions/{first}", "restore")
    await editor.get(answer.location)
    await send(editor, answer.location, "submit")
    assert (await send(approver, answer.location, "publish")).status == 303
    assert office.services.corpus.policies["q91-2"] == small_corpus().policies["q91-2"]
    again = await send(editor, f"/console/revisions/{first}", "restore")
    assert (again.status, "没有可以发布的改动" in again.text) == (409, True)


async def test_a_whole_edition_is_restored_by_a_batch(office: Office) -> None:
    """Its drafts stand on one page, are submitted and published together, and the version is the old one again."""
    await published(office, SECOND, title="错的")
    await published(office, "/console/edit/topic", name="新题")
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    answer = await send(editor, "/console/editions/1", "restore")
    page = await editor.follow(answer)
    assert "一起发布的 2 处改动" in page.text
    await send(editor, answer.location, "submit")
    assert (await send(approver, answer.location, "publish")).status == 303
    assert office.services.corpus.version == small_corpus().version
    assert "第 4 版" in (await editor.get("/console/editions")).text


async def test_drafts_stand_in_the_way_of_a_batch(office: Office) -> None:
    """What somebody works on is not taken from under them."""
    await published(office, SECOND, title="错的")
    editor = await office.sign_in("editor", "li")
    await saved(editor, SECOND, title="又改")
    page = await send(editor, "/console/editions/1", "restore")
    assert (page.status, "正有人在改" in page.text) == (409, True)


async def test_an_emergency_is_an_admins(office: Office) -> None:
    """At once and without a second person, with a reason that the audit log keeps; nobody else may."""
    await published(office, SECOND, title="错的")
    approver, admin = await office.sign_in("approver", "wang"), await office.sign_in("admin", "boss")
    emergency = {"emergency": "1", "reason": "金额写错"}
    assert (await send(approver, "/console/editions/1", "restore", **emergency)).status == 403
    page = await send(admin, "/console/editions/1", "restore", emergency="1", reason="")
    assert (page.status, "请写明理由" in page.text) == (409, True)
    assert (await send(admin, "/console/editions/1", "restore", **emergency)).status == 303
    assert office.services.corpus.version == small_corpus().version
    entry = (await office.audit.read(Search(action="corpus.rolled_back_at_once"), 1))[0]
    assert (entry.who, entry.target, entry.after["reason"]) == ("boss", "edition 1", "金额写错")
    await published(office, SECOND, title="又错")
    assert (await send(admin, f"/console/revisions/{await _first(office)}", "restore", **emergency)).status == 303
    assert office.services.corpus.policies["q91-2"].title == "支持首台套"


async def test_an_emergency_goes_over_nothing_that_was_not_shown(office: Office) -> None:
    """Where another edition came since the page was opened, it is shown first, of a part as of the whole."""
    await published(office, SECOND, title="错的")
    admin = await office.sign_in("admin", "boss")
    emergency = {"emergency": "1", "reason": "错了"}
    for path in ("/console/editions/1", f"/console/revisions/{await _first(office)}"):
        seen = carried(await admin.get(path))
        await published(office, SECOND, title=f"更正 {path}")
        for sent in ({**seen, **emergency}, emergency):
            page = await admin.post(f"{path}/restore", sent)
            assert (page.status, "改过了，请再看一遍" in page.text) == (409, True)
        assert office.services.corpus.policies["q91-2"].title == f"更正 {path}"
    assert (await admin.post(f"{path}/restore", {**carried(page), **emergency})).status == 303
    assert office.services.corpus.policies["q91-2"].title == "支持首台套"


async def test_a_revision_of_the_menu_has_a_page(office: Office) -> None:
    """What its buttons are and do, and the way back to it; the edition it came with leads there."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    path = "/console/phone-menu/edit"
    for name in ("帮助", "帮忙"):
        seen = carried(await editor.get(path))
        form = {**seen, "0.name": name, "0.does": "ask", "0.value": "怎么用", "1.name": "更多", "1.does": "below",
                "1.0.name": "政策库", "1.0.does": "page", "1.0.value": "/policies"}  # fmt: skip
        address = (await editor.post(path, form)).location
        assert (await send(editor, address, "submit")).status == 303
        assert (await send(approver, address, "publish")).status == 303
        if name == "帮助":
            first = address.replace("drafts", "revisions")
    assert first in (await approver.get("/console/editions/2")).source
    page = await approver.get(first)
    assert page.status == 200
    for said in ("帮助", "说：“怎么用”", "政策库", "网页 /policies"):
        assert said in page.text, said
    answer = await send(editor, first, "restore")
    assert "帮忙" in (await editor.follow(answer)).text


async def _first(office: Office) -> int:
    """The imported revision of q91-2."""
    assert office.services.publishing is not None
    return (await office.services.publishing.revisions.history("policy", "q91-2"))[-1].id
