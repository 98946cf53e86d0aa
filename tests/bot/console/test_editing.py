"""A part is edited in a form or as text; nothing typed is lost, and nobody writes over what they have not seen."""

from __future__ import annotations

from tests.bot.console.client import Office
from tests.bot.console.sheets import changed, edit, fields, held, saved, send, submitted

FIRST = "/console/edit/policy?key=q91-1"


async def test_a_form_shows_what_is_in_force(office: Office) -> None:
    """Every field with its value, the benefits as groups of their kind."""
    page = await (await office.sign_in("editor")).get(FIRST)
    found = dict(fields(page))
    assert (found["title"], found["level"], found["paper"]) == ("鼓励技术改造", "city", "city")
    assert [found[f"benefits.0.{key}"] for key in ("kind", "percent", "cap_year")] == ["rate", "12", "6000000"]
    assert found["keywords"] == "技改\n买设备\n换新设备"
    assert found["contacts.0.unit"] == "市工信局投资处"


async def test_what_is_saved_is_a_draft(office: Office) -> None:
    """Nothing is in force by it; the draft says what it changes, and the form goes on from it."""
    editor = await office.sign_in("editor")
    number = await saved(editor, FIRST, title="支持技术改造", benefits__0__percent="15")
    page = await editor.get(f"/console/drafts/{number}")
    assert "支持 技术改造" in page.text
    assert "12 → 15" in page.text
    assert office.services.corpus.policies["q91-1"].title == "鼓励技术改造"
    assert held(await editor.get(FIRST), "title") == "支持技术改造"
    assert (await office.acts())[-1] == "corpus.draft_begun"


async def test_errors_stand_beside_their_fields(office: Office) -> None:
    """What was typed stays, each wrong field says what it must be, and no draft is kept."""
    editor = await office.sign_in("editor")
    page = await edit(editor, FIRST, title="", benefits__0__percent="一成二", summary="新的说明", end="2026年底")
    assert page.status == 422
    for name in ("title", "benefits.0.percent", "end"):
        assert f'id="e-{name}"' in page.source, name
    assert (held(page, "summary"), held(page, "benefits.0.percent")) == ("新的说明", "一成二")
    assert "没有在改" in (await editor.get("/console/drafts?tab=mine")).text


async def test_a_group_is_added_without_a_script(office: Office) -> None:
    """The form comes back with what was typed and one empty group more; nothing is kept by it."""
    editor = await office.sign_in("editor")
    page = await edit(editor, FIRST, action="add:benefits:fixed", title="还没保存")
    assert (page.status, held(page, "title"), held(page, "benefits.1.kind")) == (200, "还没保存", "fixed")
    values = changed(page, benefits__1__name="奖励", benefits__1__amount="50万")
    answer = await editor.post(FIRST, [*values, ("action", "save")])
    assert answer.status == 303
    draft = await editor.follow(answer)
    assert "定额" in draft.text
    assert "50万元" in draft.text


async def test_two_editors_on_one_policy(office: Office) -> None:
    """The second to save sees both versions and keeps what they typed; saved knowingly, it goes over the first."""
    one, other = await office.sign_in("editor", "li"), await office.sign_in("editor", "zhao")
    opened = await other.get(FIRST)
    await saved(one, FIRST, title="李的标题")
    answer = await other.post(FIRST, [*changed(opened, title="赵的标题"), ("action", "save")])
    assert answer.status == 409
    assert "李 的标题" in answer.text.replace("李的标题", "李 的标题")
    assert held(answer, "title") == "赵的标题"
    assert held(await one.get(FIRST), "title") == "李的标题", "nothing was written over"
    again = await other.post(FIRST, [*fields(answer), ("action", "save")])
    assert again.status == 303
    assert held(await one.get(FIRST), "title") == "赵的标题"
    assert "Li、Zhao" in (await other.follow(again)).text


async def test_a_new_part_needs_a_key_of_its_own(office: Office) -> None:
    """Missing, misshapen and taken keys are named beside the field; a good one makes a draft of a new part."""
    editor, path = await office.sign_in("editor"), "/console/edit/policy"
    values = {"title": "新政策", "level": "city", "district": "市", "chapter": "章", "summary": "说明", "paper": "city"}
    for key, said in (("", "请填写"), ("政策一", "只能用字母"), ("q91-1", "已经有这个编号")):
        page = await edit(editor, path, id=key, **values)
        assert page.status == 422, key
        assert said in page.text
        assert held(page, "title") == "新政策"
    number = await saved(editor, path, id="q92-1", **values)
    assert "这是新的一条" in (await editor.get(f"/console/drafts/{number}")).text


async def test_the_text_of_a_part_can_be_edited(office: Office) -> None:
    """Wrong TOML, a wrong field and another id are named in place; right, it is a draft like any other."""
    editor, path = await office.sign_in("editor"), f"{FIRST}&tab=source"
    text = held(await editor.get(path), "source")
    assert 'title = "鼓励技术改造"' in text
    for wrong, said in (
        (text.replace('title = "', "title = "), "第 2 行"),
        (
            text.replace("percent = 12", 'percent = "12%"'),
            "“能拿什么 第 1 项 · 比例（%）”（benefits[0].percent）：要填数字，现在填的是文字。",
        ),
        (text.replace('id = "q91-1"', 'id = "q91-7"'), "编号和名称不能改"),
    ):
        assert wrong != text
        page = await edit(editor, path, source=wrong)
        assert (page.status, held(page, "source").strip()) == (422, wrong.strip())
        assert said in page.text
    number = await saved(editor, path, source=text.replace("鼓励技术改造", "支持技术改造"))
    assert "支持" in (await editor.get(f"/console/drafts/{number}")).text


async def test_what_is_in_review_is_not_written_on(office: Office) -> None:
    """The form leads to the draft, where its author can take it back."""
    editor = await office.sign_in("editor")
    number = await submitted(editor, FIRST, title="支持技术改造")
    page = await editor.get(FIRST)
    assert (page.status, page.location) == (303, f"/console/drafts/{number}")
    await editor.follow(page)
    assert (await send(editor, f"/console/drafts/{number}", "reopen")).status == 303
    assert held(await editor.get(FIRST), "title") == "支持技术改造"


async def test_viewers_do_not_edit(office: Office) -> None:
    """They are told so, and a kind or part there is not is not found."""
    viewer, editor = await office.sign_in("viewer"), await office.sign_in("editor")
    assert (await viewer.get(FIRST)).status == 403
    for path in ("gift", "words?key=nothing", "hours"):
        assert (await editor.get(f"/console/edit/{path}")).status == 404, path


async def test_a_removal_can_be_edited_after_all(office: Office) -> None:
    """The form of a draft that takes a part away begins with what is in force, and what is saved takes nothing away."""
    editor = await office.sign_in("editor")
    await editor.get("/console/policies/q91-2")
    removal = await editor.post("/console/parts/policy/take-away?key=q91-2")
    page = await editor.get("/console/edit/policy?key=q91-2")
    assert held(page, "title") == "支持首台套"
    number = await saved(editor, "/console/edit/policy?key=q91-2", title="甲")
    assert removal.location == f"/console/drafts/{number}"
    assert "整条撤下" not in (await editor.get(removal.location)).text


async def test_the_day_that_a_form_began_with_is_not_its_senders_to_say(office: Office) -> None:
    """It is the day that is set now, whatever a made-up form has in its place; the day that was typed counts."""
    editor = await office.sign_in("editor")
    assert office.services.publishing is not None
    for made_up in ("<b>" + "很长" * 100, "2020-02-02"):
        number = await saved(editor, FIRST, review_was=made_up, review_by="2027-01-01")
        draft = await office.services.publishing.revisions.get(number)
        assert draft is not None
        assert (draft.review_was, draft.review_by) == ("", "2027-01-01")


async def test_odd_texts_are_no_faults_of_ours(office: Office) -> None:
    """Nested too deep, with a number too long, or endless: the form says that it cannot be read, and keeps it."""
    editor = await office.sign_in("editor")
    path = f"{FIRST}&tab=source"
    for odd in (f"x = {'[' * 20_000}", f"x = {'1' * 5000}", 'id = "q91-1"\nkeywords = [' + '"a",' * 10_001 + "]"):
        page = await edit(editor, path, source=odd)
        assert (page.status, 'id="e-source"' in page.source) == (422, True), odd[:20]
    page = await edit(editor, FIRST, action=f"add:benefits.{'9' * 5000}.tiers")
    assert page.status == 200


async def test_a_form_calls_each_field_as_the_page_of_its_part_does(office: Office) -> None:
    """A fact's unit is what it is counted in, typed in; 单位 is a department elsewhere."""
    page = await (await office.sign_in("editor")).get("/console/edit/fact")
    assert "计量单位" in page.text
    assert "怎么填" in page.text
    assert '<input id="f-unit" name="unit"' in page.source
