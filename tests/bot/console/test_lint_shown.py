"""What the lint says of a draft is shown to whoever writes it: on its page, in its form, and of what is only typed."""

from __future__ import annotations

import re

from bot.console.shapes import anchor
from tests.bot.console.client import Office
from tests.bot.console.sheets import edit, held, published, saved, send, submitted

FIRST, SECOND = "/console/edit/policy?key=q91-1", "/console/edit/policy?key=q91-2"


async def test_an_editor_sees_what_is_wrong_before_it_is_submitted(office: Office) -> None:
    """In the words of the gate, with a link to the field, which says it too; mended, it is gone."""
    editor = await office.sign_in("editor")
    number = await saved(editor, SECOND, summary="认定为首台套的，给37万元。")
    page = await editor.get(f"/console/drafts/{number}")
    assert "有 1 处要改。 要改的不改" in page.text
    assert "文字里有37万元，但没有任何规则用到" in page.text
    assert f'href="{SECOND}#f-summary">一句话说明</a>' in page.source
    form = await editor.get(SECOND)
    assert 'href="#f-summary"' in form.source
    assert re.search(r'name="summary".*?class="finding".*?文字里有37万元', form.source, re.DOTALL)
    await saved(editor, SECOND, summary="认定为首台套的，给100万元。", title="奖励首台套")
    page = await editor.get(f"/console/drafts/{number}")
    assert ("没有查出新的问题" in page.text, "37万元" in page.text.partition("检查")[2]) == (True, False)
    assert "finding" not in (await editor.get(SECOND)).source


async def test_what_is_only_to_be_looked_at_is_counted_apart(office: Office) -> None:
    """The number says how many lines stand beneath it, on the page and of what is only typed."""
    editor = await office.sign_in("editor")
    wrong = {"summary": "补助37万元。", "details": "先到先得。"}
    page = await edit(editor, FIRST, action="redraw", **wrong)
    faults, hints = re.search(r"查出 (\d+) 处要改，另有 (\d+) 处请看一眼，还没有保存", page.text).groups()  # type: ignore[union-attr]
    assert page.source.partition("查出 ")[2].partition("</ul>")[0].count("<li>") == int(faults) + int(hints)
    number = await saved(editor, FIRST, **wrong)
    assert f"有 {faults} 处要改，另有 {hints} 处请看一眼。" in (await editor.get(f"/console/drafts/{number}")).text


async def test_what_blocks_is_told_from_what_may_stay(office: Office) -> None:
    """Each finding is marked, those that block first."""
    editor = await office.sign_in("editor")
    page = await edit(editor, FIRST, action="redraw", summary="补助37万元。", details="先到先得。")
    shown = page.source.partition("查出 ")[2].partition("</ul>")[0]
    marks = re.findall(r"badge (?:bad|warn)\">(要改|请看一眼)<", shown)
    assert set(marks) == {"要改", "请看一眼"}
    assert marks == sorted(marks, key="要改 请看一眼".index)
    assert "标“请看一眼”的不挡发布" in page.text
    assert "请审核人在" not in page.text, "it is all in this one"


async def test_what_must_be_changed_with_it_is_linked(office: Office) -> None:
    """Where a change makes another part wrong, form and draft lead to that and say that both are drafted and published
    together."""
    editor = await office.sign_in("editor")
    page = await edit(editor, FIRST, action="redraw", benefits__0__fact="")
    assert '<a href="/console/edit/fact?key=equipment">equipment</a>' in page.source
    assert "放在一起检查和发布" in page.text
    number = await saved(editor, FIRST, benefits__0__fact="")
    assert "放在一起检查和发布" in (await editor.get(f"/console/drafts/{number}")).text


async def test_what_was_so_before_is_not_told(office: Office) -> None:
    """Only what the draft brings: a figure without a rule that stands in force is nobody's new fault."""
    editor = await office.sign_in("editor")
    assert "100万元" in (await editor.get("/console/policies/q91-2")).text
    number = await saved(editor, SECOND, title="奖励首台套")
    assert "没有查出新的问题" in (await editor.get(f"/console/drafts/{number}")).text


async def test_a_field_that_is_tucked_away_is_shown_where_something_is_wrong_with_it(office: Office) -> None:
    """A link to it leads to where it can be typed in; which benefit is meant is said."""
    editor = await office.sign_in("editor")
    number = await saved(editor, FIRST, benefits__0__fact="")
    page = await editor.get(f"/console/drafts/{number}")
    assert f'href="{FIRST}#f-benefits.0.fact">能拿什么 1 · 企业情况</a>' in page.source
    form = (await editor.get(FIRST)).source
    place = form.index('id="f-benefits.0.fact"')
    assert form.rfind("<details", 0, place) <= form.rfind("</details>", 0, place)


async def test_what_is_typed_is_looked_at_before_it_is_kept(office: Office) -> None:
    """The button says what is wrong, also that it would not load; nothing is kept by it."""
    editor = await office.sign_in("editor")
    page = await edit(editor, SECOND, action="redraw", summary="认定为首台套的，给37万元。")
    assert (page.status, "查出 1 处要改，还没有保存" in page.text) == (200, True)
    assert held(page, "summary") == "认定为首台套的，给37万元。"
    page = await edit(editor, SECOND, action="redraw", related="q91-77")
    assert ("装不起来" in page.text, "写着“q91-77”" in page.text) == (True, True)
    page = await edit(editor, SECOND, action="redraw", title="奖励首台套")
    assert "没有查出问题。还没有保存。" in page.text
    assert "没有在改" in (await editor.get("/console/drafts?tab=mine")).text


async def test_whoever_reviews_sees_the_gate_and_whoever_wrote_it_the_lint(office: Office) -> None:
    """The same findings; a form that nobody may write on now is not linked."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, SECOND, summary="认定为首台套的，给37万元。")
    theirs, mine = [await visitor.get(f"/console/drafts/{number}") for visitor in (approver, editor)]
    for page in (theirs, mine):
        assert "文字里有37万元" in page.text
    assert ("发布检查" in theirs.text, "#f-summary" in mine.source) == (True, False)
    assert (await send(approver, f"/console/drafts/{number}", "publish", override="急")).status == 303
    await published(office, FIRST, title="支持技术改造")
    assert "37万元" not in (await editor.get(f"/console/drafts/{number}")).text.partition("检查")[2]


def test_a_group_has_a_place_of_its_own() -> None:
    """Fields are found by their ids, groups that repeat by theirs."""
    assert anchor("policy", "summary") == "f-summary"
    assert anchor("policy", "contacts") == "g-contacts"
    assert anchor("policy", "benefits.3.tiers") == "g-benefits.3.tiers"
    assert anchor("policy", "benefits.3.cap_total") == "f-benefits.3.cap_total"
    assert anchor("policy", "contacts.0.phone") == "f-contacts.0.phone"
