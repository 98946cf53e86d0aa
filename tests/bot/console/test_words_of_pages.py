"""What pages say in people's words: who did something, what a setting means, what a key stands for, until when."""

from __future__ import annotations

import re

from tests.bot.console.client import Office
from tests.bot.console.sheets import published, saved, send, submitted

SECOND = "/console/edit/policy?key=q91-2"


async def test_staff_are_called_by_their_names(office: Office) -> None:
    """Not by what they sign in with: on drafts, in the list, in the history of a part, in editions, in the log."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    for member, display in (("li", "李敏"), ("wang", "王强")):
        held = await office.staff.named(member)
        assert held is not None
        await office.staff.rename(held.id, display, entry=office.desk_entry("staff.renamed"))
    number = await submitted(editor, SECOND, title="甲")
    for path in (f"/console/drafts/{number}", "/console/drafts?tab=review"):
        assert "李敏" in (await approver.get(path)).text, path
    assert (await send(approver, f"/console/drafts/{number}", "publish")).status == 303
    for path in ("/console/policies/q91-2", "/console/editions/2", "/console/audit"):
        text = (await approver.get(path)).text
        assert "李敏" in text, path
        assert "王强" in text, path
    assert "王强" in (await editor.get("/console/editions")).text
    first = await approver.get("/console/drafts/1")
    assert "首次导入" in first.text
    assert "data 起草" not in first.text


async def test_whose_draft_one_goes_on_with_is_said(office: Office) -> None:
    """One's own is one's own; another's has a name."""
    editor, other = await office.sign_in("editor", "li"), await office.sign_in("editor", "zhao")
    await saved(editor, SECOND, title="甲")
    assert "您在接着改自己的草稿" in (await editor.get(SECOND)).text
    assert "您在接着改 Li 的草稿" in (await other.get(SECOND)).text


async def test_a_difference_names_what_keys_stand_for(office: Office) -> None:
    """A benefit that is new is a block with a line for each field; facts, papers and policies have their names."""
    editor = await office.sign_in("editor")
    publishing = office.services.publishing
    assert publishing is not None
    first = await publishing.revisions.standing_of("policy", "q91-1")
    assert first is not None
    page = await editor.get(f"/console/drafts/{first.id}")
    assert 'class="record"' in page.source
    assert re.search(r'<span class="pair"><b>企业情况</b>\s*[^<]*设备[^<]*</span>', page.source)
    assert "《支持先进制造业若干政策》青政发〔2024〕11号" in page.text.partition("改了什么")[2]


async def test_settings_are_said_in_words(office: Office) -> None:
    """What is chosen of a few machine words has a Chinese one."""
    text = (await (await office.sign_in("admin")).get("/console/settings")).text
    for name, value in (
        ("加密方式", "安全模式"),
        ("账号类型", "服务号"),
        ("以哪里的资料为准", "数据库"),
        ("日志级别", "一般"),
    ):
        assert f"{name} {value}" in text


async def test_how_long_a_paper_is_valid(office: Office) -> None:
    """From, until, both, or not stated."""
    text = (await (await office.sign_in("viewer")).get("/console/books/paper")).text
    assert "至 2026-12-31" in text
    await published(office, "/console/edit/paper?key=city", start="2024-01-01", end="")
    text = (await (await office.sign_in("viewer")).get("/console/books/paper")).text
    assert "2024-01-01 起" in text
