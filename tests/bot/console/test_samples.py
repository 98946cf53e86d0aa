"""Kept texts: written, written again, overtaken, what a change breaks, taken away."""

from __future__ import annotations

import pytest

from bot.announcements import CARD, Announcement, Content
from bot.console.samples import all_gaps, parts
from tests.bot.console.client import Office, Page, Visitor

HERE = "/console/broadcasts/samples"
TEXT = {"form": "text", "name": "说明会", "text": "((日期))在((地点))举办。", "version": "0"}


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes, and one text of theirs."""
    visitor = await office.sign_in("editor", "li")
    assert (await visitor.post(f"{HERE}/new", TEXT)).location == f"{HERE}/1"
    return visitor


async def save(visitor: Visitor, **changed: str) -> Page:
    """Write the first text again."""
    return await visitor.post(f"{HERE}/1/edit", {**TEXT, "version": "1", **changed})


async def draft(office: Office, **changed: object) -> int:
    """An announcement that was made of the first text."""
    plain = {"name": "下周的", "content": Content(text="((日期))见"), "sample": 1, "version": 1, "author": "li"}
    return await office.services.broadcasts.compose(
        Announcement(**{**plain, **changed}, created=1.0, changed=1.0)  # type: ignore[arg-type]
    )


def test_a_text_falls_into_words_and_gaps() -> None:
    """Of each field that has words, in their order; whatever is no gap stays as it is."""
    content = Content(form=CARD, title="((节日))安排", text="(一)((时 间))放假((天数))", url="https://a/((号))")
    assert dict(parts(content)) == {
        "title": [("节日", True), ("安排", False)],
        "text": [("(一)((时 间))放假", False), ("天数", True)],
    }
    assert all_gaps(content) == ("节日", "天数", "号")


async def test_one_is_kept_with_all_its_versions(office: Office, editor: Visitor) -> None:
    """Gaps are marked; each version stays readable, and says who wrote it; the log tells what changed."""
    page = await editor.get(HERE)
    assert '<mark class="gap-here">((日期))</mark>' in page.source
    assert "/console/broadcasts/new?sample=1" in page.source
    assert (await save(editor, text="((日期))在((地点))举办，((电话))。")).status == 303
    page = await editor.get(f"{HERE}/1")
    assert "第 2 版 · li" in page.text
    assert "第 1 版 · li" in page.text
    assert [act for act in await office.acts() if act.startswith("sample")] == ["sample.kept", "sample.kept"]
    (one,) = await office.services.broadcasts.rows.samples()
    assert (one.version, one.content.text) == (2, "((日期))在((地点))举办，((电话))。")


async def test_who_only_looks_writes_nothing(office: Office, editor: Visitor) -> None:
    """They read the texts, and no button offers more."""
    viewer = await office.sign_in("viewer")
    page = await viewer.get(f"{HERE}/1")
    assert "举办" in page.text
    assert f"{HERE}/1/edit" not in page.source
    assert f"{HERE}/1/take-away" not in page.source
    assert (await viewer.post(f"{HERE}/1/edit", TEXT)).status == 403


async def test_who_is_overtaken_is_told_by_whom_and_loses_nothing(office: Office, editor: Visitor) -> None:
    """Nothing is written over unseen; their words stay in the form, and are kept when they say so again."""
    other = await office.sign_in("editor", "mei")
    assert (await save(other, text="((日期))在((地点))，美写的。")).status == 303
    page = await save(editor, text="((日期))在((地点))，李写的。")
    assert page.status == 409
    assert "还没有保存" in page.text
    assert "mei 在" in page.text
    assert "李写的" in page.source
    assert 'name="version" value="2"' in page.source
    assert (await save(editor, text="((日期))在((地点))，李写的。", version="2")).status == 303
    versions = await office.services.broadcasts.rows.versions(1)
    assert [one.who for one in versions] == ["li", "mei", "li"]
    stale = await other.post(f"{HERE}/1/take-away", {"version": "2"})
    assert "没有拿掉" in (await other.follow(stale)).text


async def test_a_version_nobody_has_seen_is_not_written(office: Office, editor: Visitor) -> None:
    """A number made up leaves no hole in the versions."""
    assert (await save(editor, version="98")).status == 409
    assert len(await office.services.broadcasts.rows.versions(1)) == 1


async def test_what_a_change_of_gaps_breaks_is_shown_before_it_is_saved(office: Office, editor: Visitor) -> None:
    """What was made of the text and still has a gap that goes is named; saved is only what is confirmed."""
    await draft(office)
    await draft(office, name="没有空的", content=Content(text="写好了"))
    await draft(office, name="别的文稿", sample=2)
    page = await save(editor, text="((日子))在((地点))举办。")
    assert page.status == 200
    assert "文稿还没有保存" in page.text
    assert "没有了 ((日期))" in page.text
    assert "多了 ((日子))" in page.text
    assert page.text.index("下周的") < page.text.index("没有空的")
    assert page.text.count("空不在了") == 1
    assert "别的文稿" not in page.text
    assert 'name="text" value="((日子))在((地点))举办。"' in page.source
    assert len(await office.services.broadcasts.rows.versions(1)) == 1
    assert (await save(editor, text="((日子))在((地点))举办。", confirmed="1")).status == 303
    assert "空不在了" in (await editor.get(f"{HERE}/1")).text


async def test_a_change_that_breaks_nothing_asks_nothing(office: Office, editor: Visitor) -> None:
    """A gap more, or other words, or a gap less where nobody used the text."""
    assert (await save(editor, text="((日期))。")).status == 303
    await draft(office)
    assert (await save(editor, text="((日期))，((新的))。", version="2")).status == 303


async def test_one_is_taken_away_and_comes_back(office: Office, editor: Visitor) -> None:
    """It is offered no more, its versions stay; whoever saves it again offers it again."""
    assert (await editor.post(f"{HERE}/1/take-away", {"version": "1"})).location == HERE
    assert "还没有常用文稿" in (await editor.get(HERE)).text
    page = await editor.get(f"{HERE}/1")
    assert "已经拿掉" in page.text
    assert "sample=1" not in page.source
    assert "sample.dropped" in await office.acts()
    await editor.post(f"{HERE}/1/take-away", {"version": "2"})
    assert len(await office.services.broadcasts.rows.versions(1)) == 2
    assert (await save(editor, version="2")).status == 303
    assert "说明会" in (await editor.get(HERE)).text


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": " "}, "name", "请填写"),
        ({"name": "字" * 61}, "name", "太长"),
        ({"text": " "}, "text", "请填写"),
        ({"text": "字" * 1000}, "text", "太长"),
        ({"form": "card", "title": ""}, "title", "请填写"),
        ({"form": "card", "title": "好", "url": "ftp://x"}, "url", "网址不对"),
        ({"form": "card", "title": "好", "picture": "x y"}, "picture", "网址不对"),
        ({"form": "notice"}, "", "先选一个模板"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    editor: Visitor, changed: dict[str, str], field: str, said: str
) -> None:
    """Nothing is kept."""
    page = await editor.post(f"{HERE}/new", {**TEXT, **changed})
    assert (page.status, said in page.text) == (422, True)
    assert not field or f'id="e-{field}"' in page.source
    assert (await editor.get(f"{HERE}/2")).status == 404


async def test_what_is_filled_later_is_no_fault(office: Office, editor: Visitor) -> None:
    """A gap in an address, a card without one, a notice with empty lines and gaps."""
    card = {**TEXT, "form": "card", "title": "((节日))", "url": "https://a.cn/((号))"}
    assert (await editor.post(f"{HERE}/new", card)).location == f"{HERE}/2"
    assert (await editor.post(f"{HERE}/new", {**card, "url": ""})).location == f"{HERE}/3"
    pattern = "事项：{{thing1.DATA}}\n时间：{{time2.DATA}}\n备注：{{remark.DATA}}"
    notice = {"form": "notice", "name": "提醒", "channel": "template", "template": "T", "title": "事项", "version": "0"}
    notice |= {"pattern": pattern, "value.thing1": "((事项))", "value.time2": "", "value.remark": "x"}
    assert (await editor.post(f"{HERE}/new", notice)).location == f"{HERE}/4"
    found = (await office.services.broadcasts.rows.versions(4))[0].content
    assert (found.values, found.keys, found.template) == ({"thing1": "((事项))"}, ("thing1", "time2"), "T")
    long = await editor.post(f"{HERE}/new", {**notice, "value.thing1": "字" * 40})
    assert (long.status, "不合微信对这一项的要求" in long.text) == (422, True)


async def test_a_text_that_is_not_there_is_not_found(editor: Visitor) -> None:
    """Neither to read nor to write."""
    for path in ("x", "99", "99/edit"):
        assert (await editor.get(f"{HERE}/{path}")).status == 404
    assert (await editor.post(f"{HERE}/99/edit", TEXT)).status == 404
    assert (await editor.post(f"{HERE}/99/take-away", {"version": "1"})).status == 404
