"""From a draft to the truth: submitted, looked at by another, sent back or published, and told in the audit log."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bot.clock import ManualClock
from bot.config import Config
from bot.store.audit import Search
from tests.bot.console.client import Office, Visitor, office_settings, open_office
from tests.bot.console.sheets import carried, edit, published, saved, send, submitted
from tests.bot.presses import RATED
from tests.small import write_files

FIRST, SECOND = "/console/edit/policy?key=q91-1", "/console/edit/policy?key=q91-2"
DAY = 86_400.0


async def test_a_change_is_published_by_another(office: Office) -> None:
    """The approver sees what changes and the gate, publishes, and the bot answers from the new edition at once."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    before = office.services.corpus.version
    number = await submitted(editor, SECOND, title="奖励首台套", wording="第二条 奖励首台套。")
    page = await approver.get(f"/console/drafts/{number}")
    assert "支持 奖励 首台套" in page.text
    assert "通过了发布检查" in page.text
    answer = await approver.post(f"/console/drafts/{number}/publish", {**carried(page), "remark": "核过"})
    assert answer.location == "/console/drafts"
    said = (await approver.get(answer.location)).text
    assert "夜里和休息日不打扰，最早 2026-11-23 08:30 起发" in said, "it is a Sunday"
    corpus = office.services.corpus
    assert (corpus.policies["q91-2"].title, corpus.version != before) == ("奖励首台套", True)
    assert "第二条 奖励首台套。" in (await approver.get("/p/q91-2")).text, "the public page shows the official wording"
    entry = (await office.audit.read(Search(action="corpus.published"), 1))[0]
    assert (entry.who, entry.target) == ("wang", "policy q91-2")
    assert (entry.before["title"], entry.after["title"]) == ("支持首台套", "奖励首台套")


async def test_nobody_publishes_their_own(office: Office) -> None:
    """Not the author, whatever their role, nor who wrote on the draft later."""
    author, hand, third = [await office.sign_in("admin", name) for name in ("a", "b", "c")]
    await saved(author, SECOND, title="甲")
    number = await submitted(hand, SECOND, title="乙")
    for visitor in (author, hand):
        assert "要由别人审核发布" in (await visitor.get(f"/console/drafts/{number}")).text
        page = await visitor.post(f"/console/drafts/{number}/publish")
        assert (page.status, "自己写过的内容要由别人审核发布" in page.text) == (409, True)
    assert office.services.corpus.policies["q91-2"].title == "支持首台套"
    assert (await send(third, f"/console/drafts/{number}", "publish")).status == 303


async def test_editors_do_not_publish(office: Office) -> None:
    """The route is an approver's."""
    editor, other = await office.sign_in("editor", "li"), await office.sign_in("editor", "zhao")
    number = await submitted(editor, SECOND, title="甲")
    assert (await send(other, f"/console/drafts/{number}", "publish")).status == 403


async def test_a_change_is_sent_back_with_a_remark(office: Office) -> None:
    """Without one the field says so; with it the author reads it above their form, and submits again."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, SECOND, title="甲")
    assert (await send(approver, f"/console/drafts/{number}", "send-back")).status == 422
    assert (await send(approver, f"/console/drafts/{number}", "send-back", remark="依据呢？")).status == 303
    assert "依据呢？" in (await editor.get(SECOND)).text
    assert "依据呢？" in (await editor.get("/console/drafts?tab=mine")).text
    again = await submitted(editor, SECOND, title="乙")
    assert again == number
    assert (await send(approver, f"/console/drafts/{number}", "publish")).status == 303


async def test_what_does_not_load_says_which_field(office: Office) -> None:
    """A policy that points nowhere: the draft names the field, the gate is shut, and no reason opens it."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await saved(editor, SECOND, related="q91-77")
    page = await editor.get(f"/console/drafts/{number}")
    assert "政策 q91-2的“相关政策”：写着“q91-77”，可是这样发布以后资料里没有这条政策。" in page.text
    assert "does not exist" not in page.text
    await send(editor, f"/console/drafts/{number}", "submit")
    page = await send(approver, f"/console/drafts/{number}", "publish", override="急")
    assert (page.status, "装不起来" in page.text) == (409, True)


def rated_office(folder: Path) -> Config:
    """Settings of an office with rated questions."""
    config = office_settings(folder)
    write_files(Path(config.corpus.path), {"rated.jsonl": RATED})
    return config


async def test_the_gate_needs_a_reason(tmp_path: Path, clock: ManualClock) -> None:
    """What loses a rated question is refused, and published with a written reason, which the audit log keeps."""
    async with open_office(rated_office(tmp_path), clock) as office:
        editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
        number = await submitted(editor, SECOND, keywords="别的词")
        page = await approver.get(f"/console/drafts/{number}")
        for said in ("没有通过发布检查", "备用电源", "答得更差的 1 道", "跌破"):
            assert said in page.text
        refused = await approver.post(f"/console/drafts/{number}/publish", carried(page))
        assert (refused.status, "请写明理由再发布" in refused.text) == (409, True)
        answer = await send(approver, f"/console/drafts/{number}", "publish", override="这个词已不用")
        assert answer.status == 303
        entry = (await office.audit.read(Search(action="corpus.gate_overridden"), 1))[0]
        assert (entry.who, entry.after) == ("wang", {"reason": "这个词已不用"})


async def test_a_draft_that_was_overtaken_is_not_published(office: Office) -> None:
    """Two approvers press at once: one publishes, the other is told that it is no longer up for review."""
    editor = await office.sign_in("editor", "li")
    approvers = [await office.sign_in("approver", name) for name in ("wang", "sun")]
    number = await submitted(editor, SECOND, title="甲")
    answers = await asyncio.gather(*(send(a, f"/console/drafts/{number}", "publish") for a in approvers))
    assert sorted(answer.status for answer in answers) == [303, 409]
    assert len(await office.services.publishing.revisions.editions()) == 2  # type: ignore[union-attr]


async def rewritten(editor: Visitor, number: int, title: str) -> None:
    """The draft, taken back, with another title, up for review again."""
    await editor.get(f"/console/drafts/{number}")
    assert (await send(editor, f"/console/drafts/{number}", "reopen")).status == 303
    assert await submitted(editor, SECOND, title=title) == number


async def test_what_was_not_looked_at_is_not_published(tmp_path: Path, clock: ManualClock) -> None:
    """Rewritten after the page was opened it stays where it is: the page shows it anew, and neither the click nor the
    typed reason goes for it. The same for sending it back."""
    async with open_office(rated_office(tmp_path), clock) as office:
        editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
        number = await submitted(editor, SECOND, keywords="别的词")
        seen = carried(await approver.get(f"/console/drafts/{number}"))
        await rewritten(editor, number, "没人看过的标题")
        page = await approver.post(f"/console/drafts/{number}/publish", {**seen, "override": "看过的才行"})
        assert (page.status, "改过了，请再看一遍" in page.text) == (409, True)
        assert ("没人看过的标题" in page.text, "看过的才行" in page.source) == (True, False)
        back = await approver.post(f"/console/drafts/{number}/send-back", {**seen, "remark": "不行"})
        assert (back.status, "改过了，请再看一遍" in back.text) == (409, True)
        assert (await approver.post(f"/console/drafts/{number}/publish", {"override": "急"})).status == 409
        assert office.services.corpus.policies["q91-2"].title == "支持首台套"
        again = await approver.post(f"/console/drafts/{number}/publish", {**carried(page), "override": "现在看过了"})
        assert again.status == 303
        assert office.services.corpus.policies["q91-2"].title == "没人看过的标题"


async def test_what_is_compared_is_what_was_looked_at(office: Office, clock: ManualClock) -> None:
    """Where another edition came, or another day, since the page was opened, it is shown again first."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, SECOND, title="甲")
    seen = carried(await approver.get(f"/console/drafts/{number}"))
    await published(office, FIRST, title="别的")
    page = await approver.post(f"/console/drafts/{number}/publish", seen)
    assert (page.status, "改过了，请再看一遍" in page.text) == (409, True)
    await clock.advance(DAY)
    approver = await office.sign_in("approver", "wang")
    assert (await approver.post(f"/console/drafts/{number}/publish", carried(page))).status == 409
    assert (await send(approver, f"/console/drafts/{number}", "publish")).status == 303


async def test_what_waits_for_its_day_is_told_as_such(office: Office) -> None:
    """The audit log has it as set down for its day, and not as published."""
    await published(office, SECOND, title="明天的", effective="2026-11-23")
    assert await office.audit.read(Search(action="corpus.published"), 9) == []
    (entry,) = await office.audit.read(Search(action="corpus.scheduled"), 9)
    assert (entry.who, entry.target, entry.after["effective"]) == ("wang", "policy q91-2", "2026-11-23")


async def test_what_the_day_sent_back_says_why(office: Office, clock: ManualClock) -> None:
    """In words, on the page of the draft and in the audit log, and not in the name of who approved it."""
    await published(office, SECOND, title="甲")
    await published(office, SECOND, title="乙", effective="2026-11-23")
    admin = await office.sign_in("admin", "boss")
    await admin.get("/console/editions/1")
    assert (await send(admin, "/console/editions/1", "restore", emergency="1", reason="错了")).status == 303
    await clock.advance(DAY)
    publishing = office.services.publishing
    assert publishing is not None
    assert await publishing.press.take_effect() == 0
    (back,) = await publishing.revisions.unfinished()
    admin = await office.sign_in("admin", "boss")
    page = await admin.get(f"/console/drafts/{back.id}")
    assert "系统 退回： 起草以后，这一条又发布了新的内容" in page.text
    log = (await admin.get("/console/audit")).text
    assert re.search("系统 到日子没有生效，退回 ：政策 q91-2 ", log)
    assert "起草以后，这一条又发布了新的内容" in log


async def test_a_question_that_goes_is_shown(tmp_path: Path, clock: ManualClock) -> None:
    """Who reviews sees which questions are touched, and how the corpus does by those in force."""
    async with open_office(rated_office(tmp_path), clock) as office:
        editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
        number = await submitted(editor, "/console/edit/rated?key=r1", expect="q91-1")
        page = await approver.get(f"/console/drafts/{number}")
        for said in ("去掉或改了 1 道", "按原来的要求", "按现在生效的考题", "原来应答 q91-2", "改成应答 q91-1"):
            assert said in page.text, said


async def test_a_day_set_while_a_draft_is_open_stays(office: Office) -> None:
    """The day to look again is nobody's text: a draft begun before does not put the old one back."""
    await published(office, SECOND, review_by="2026-12-01")
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, SECOND, title="甲")
    await editor.post("/console/parts/policy/review-by?key=q91-2", {"review_by": "2027-06-30"})
    assert "2027-06-30" not in (await approver.get(f"/console/drafts/{number}")).text
    assert (await send(approver, f"/console/drafts/{number}", "publish")).status == 303
    assert office.services.publishing is not None
    revisions = office.services.publishing.revisions
    standing = await revisions.standing_of("policy", "q91-2")
    assert standing is not None
    assert (standing.body["title"], standing.review_by) == ("甲", "2027-06-30")
    assert "2027-06-30 前复核" in (await editor.get("/console/policies/q91-2")).text
    await published(office, SECOND, review_by="2028-01-31")
    standing = await revisions.standing_of("policy", "q91-2")
    assert standing is not None
    assert standing.review_by == "2028-01-31"


async def test_a_change_waits_for_its_day(office: Office, clock: ManualClock) -> None:
    """Published for tomorrow the old text is answered with today, and the board says what waits."""
    await published(office, SECOND, title="明天的", effective="2026-11-23")
    assert office.services.corpus.policies["q91-2"].title == "支持首台套"
    visitor = await office.sign_in("viewer")
    assert "2026-11-23 起生效" in (await visitor.get("/console/drafts?tab=waiting")).text
    assert "2026-11-23 起生效" in (await visitor.get("/console/policies/q91-2")).text
    publishing = office.services.publishing
    assert publishing is not None
    await clock.advance(DAY)
    assert await publishing.press.take_effect() == 1
    assert await office.services.shelf.look() == 1
    assert office.services.corpus.policies["q91-2"].title == "明天的"


async def test_a_past_day_is_refused(office: Office) -> None:
    """Nothing can have been in force yesterday."""
    page = await edit(await office.sign_in("editor"), SECOND, effective="2026-11-21")
    assert (page.status, "不能早于今天" in page.text) == (422, True)


async def test_a_part_is_taken_away(office: Office) -> None:
    """By a draft like any other; what refers to it stands in the way until it is changed too."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    await editor.get("/console/policies/q91-10")
    answer = await editor.post("/console/parts/policy/take-away?key=q91-10")
    told = (await office.audit.read(Search(), 1))[0]
    assert (told.who, told.action, told.target) == ("li", "corpus.removal_begun", "policy q91-10")
    page = await editor.follow(answer)
    assert "整条撤下" in page.text
    assert "政策 q91-1的“相关政策”：写着“q91-10”，可是这样发布以后资料里没有这条政策。" in page.text
    assert 'href="/console/policies/q91-1">打开这一条' in page.source
    await published(office, FIRST, related="")
    await editor.get(answer.location)
    await send(editor, answer.location, "submit")
    assert (await send(approver, answer.location, "publish")).status == 303
    assert "q91-10" not in office.services.corpus.policies
    gone = await editor.get("/console/policies/q91-10")
    assert (gone.status, "已经撤下" in gone.text) == (410, True)


async def test_drafts_are_given_up_by_those_they_belong_to(office: Office) -> None:
    """An editor gives up their own, not another's; an approver any."""
    li, zhao, wang = (
        await office.sign_in("editor", "li"),
        await office.sign_in("editor", "zhao"),
        await office.sign_in("approver", "wang"),
    )
    first, second = await saved(li, FIRST, title="甲"), await saved(zhao, SECOND, title="乙")
    assert (await send(li, f"/console/drafts/{second}", "withdraw")).status == 409
    assert (await send(li, f"/console/drafts/{first}", "withdraw")).status == 303
    assert (await send(wang, f"/console/drafts/{second}", "withdraw")).status == 303
    assert "没有人在改" in (await wang.get("/console/drafts?tab=all")).text


async def test_of_nothing_done_nothing_is_told(office: Office) -> None:
    """What is in force is neither submitted, taken back nor given up: the page says so, and the log says nothing."""
    number = await published(office, SECOND, title="甲")
    li = await office.sign_in("editor", "li")
    before = await office.acts()
    for act in ("submit", "reopen", "withdraw"):
        page = await send(li, f"/console/drafts/{number}", act)
        assert (page.status, "它" in page.text) == (409, True), act
    assert await office.acts() == before


async def test_what_is_told_of_a_batch_is_what_moved(office: Office) -> None:
    """Where one of two is put up already, the other alone is told."""
    await published(office, SECOND, title="错的")
    await published(office, FIRST, title="也错")
    li, wang = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    answer = await send(li, "/console/editions/1", "restore")
    assert (await send(li, answer.location, "submit")).status == 303
    assert office.services.publishing is not None
    revisions = office.services.publishing.revisions
    first, second = await revisions.unfinished()
    await revisions.send_back([first], who="wang", remark="？", time=0.0)
    assert (await send(li, answer.location, "submit")).status == 303
    told = [entry.target for entry in await office.audit.read(Search(action="corpus.submitted"), 3)]
    assert (told[0], sorted(told[1:])) == (first.target, sorted((first.target, second.target)))
    assert (await send(wang, answer.location, "publish")).status == 303


async def test_who_did_not_write_it_does_not_submit_it(office: Office) -> None:
    """Else an approver could publish what its author has not finished: they have no button, and a click is refused."""
    li, others = await office.sign_in("editor", "li"), [("editor", "zhao"), ("approver", "wang")]
    number = await saved(li, SECOND, title="还没写完")
    for role, name in others:
        other = await office.sign_in(role, name)
        assert "提交审核</button>" not in (await other.get(f"/console/drafts/{number}")).source
        page = await send(other, f"/console/drafts/{number}", "submit")
        assert (page.status, "由写它的人提交审核" in page.text) == (409, True)
    assert "提交审核</button>" in (await li.get(f"/console/drafts/{number}")).source


async def test_drafts_are_taken_back_by_those_they_belong_to(office: Office) -> None:
    """From review too: not by another editor, but by an approver."""
    li, zhao, wang = (
        await office.sign_in("editor", "li"),
        await office.sign_in("editor", "zhao"),
        await office.sign_in("approver", "wang"),
    )
    number = await submitted(li, SECOND, title="甲")
    page = await send(zhao, f"/console/drafts/{number}", "reopen")
    assert (page.status, "只有起草的人和审核人可以这样做" in page.text) == (409, True)
    assert (await send(wang, f"/console/drafts/{number}", "reopen")).status == 303


async def test_what_was_not_shown_is_not_acted_on(office: Office) -> None:
    """Written on, or moved, since the page was opened: it is neither submitted, taken back nor given up."""
    li, hand, wang = (
        await office.sign_in("editor", "li"),
        await office.sign_in("editor", "zhao"),
        await office.sign_in("approver", "wang"),
    )
    number = await saved(hand, SECOND, title="甲")
    path = f"/console/drafts/{number}"
    shown = [carried(await visitor.get(path)) for visitor in (hand, wang)]
    await saved(li, SECOND, title="乙，写了一天")
    for visitor, seen, act in ((hand, shown[0], "submit"), (wang, shown[1], "withdraw")):
        page = await visitor.post(f"{path}/{act}", seen)
        assert (page.status, "改过了，请再看一遍" in page.text) == (409, True), act
    waiting = carried(await wang.get(path))
    assert (await send(li, path, "submit")).status == 303
    assert (await wang.post(f"{path}/withdraw", waiting)).status == 409
    assert (await li.post(f"{path}/reopen", waiting)).status == 409
    assert (await send(li, path, "reopen")).status == 303


async def test_what_must_be_looked_at_again(office: Office) -> None:
    """A review-by date within a month, or past, is on the board; set anew it is gone from it, and told."""
    await published(office, SECOND, review_by="2026-12-01")
    editor = await office.sign_in("editor", "li")
    page = await editor.get("/console/drafts?tab=due")
    assert "2026-12-01" in page.source
    answer = await editor.post("/console/parts/policy/review-by?key=q91-2", {"review_by": "2027-06-30"})
    assert "没有要复核的内容" in (await editor.follow(answer)).text
    entry = (await office.audit.read(Search(action="corpus.review_by"), 1))[0]
    assert (entry.before, entry.after) == ({"review_by": "2026-12-01"}, {"review_by": "2027-06-30"})
    await editor.post("/console/parts/policy/review-by?key=q91-2", {"review_by": "明年"})
    assert office.services.publishing is not None
    standing = await office.services.publishing.revisions.standing_of("policy", "q91-2")
    assert standing is not None
    assert standing.review_by == "2027-06-30"


async def test_a_change_of_nothing_is_not_submitted(office: Office) -> None:
    """A draft that says what is in force."""
    editor = await office.sign_in("editor")
    number = await saved(editor, SECOND)
    page = await send(editor, f"/console/drafts/{number}", "submit")
    assert (page.status, "没有可以发布的改动" in page.text) == (409, True)


async def test_an_unknown_draft_is_not_found(office: Office) -> None:
    """By a number that nobody has, and by what is no number."""
    viewer = await office.sign_in("viewer")
    assert (await viewer.get("/console/drafts/9999")).status == 404
    assert (await viewer.get("/console/drafts/x")).status == 404


async def test_the_first_page_says_what_waits(office: Office) -> None:
    """An approver sees what waits for them, an author what came back; where nothing waits nothing is said."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    assert "等我审核" not in (await approver.get("/console")).text
    number = await submitted(editor, SECOND, title="甲")
    assert "等我审核 1" in (await approver.get("/console")).text
    await send(approver, f"/console/drafts/{number}", "send-back", remark="依据？")
    assert "退回给我 1" in (await editor.get("/console")).text
    assert "等我审核" not in (await approver.get("/console")).text
