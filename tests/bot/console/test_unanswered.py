"""Questions nobody could answer, and the ways out of them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.console.letters import MOST
from bot.messages import Left
from bot.parts import POLICY, SAYING
from bot.revisions import IN_REVIEW
from bot.store.audit import Search
from bot.store.tables import outbox
from tests.bot.console.client import Office, Page, Visitor
from tests.bot.console.sheets import published
from tests.bot.console.talking import count, hear, remark, say

HERE = "/console/unanswered"


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes."""
    return await office.sign_in("editor")


def rows(page: Page) -> list[str]:
    """The addresses of the clusters in the list, in their order."""
    return [unescape(url) for url in re.findall(rf'<th scope="row"><a href="({HERE}/[^"]+)"', page.source)]


def act(address: str, name: str) -> str:
    """Where a form of a cluster is sent."""
    path, _, query = address.partition("?")
    return f"{path}/{name}?{query}"


async def put_away(visitor: Visitor, address: str, state: str) -> Page:
    """Say something of the questions that the page of a cluster shows."""
    return await send_shown(visitor, await visitor.get(address), address, state)


async def send_shown(visitor: Visitor, page: Page, address: str, state: str) -> Page:
    """Say something of the questions of a page that was opened a while ago."""
    shown = re.search(r'name="shown" value="([^"]*)"', page.source)
    assert shown
    return await visitor.post(act(address, "state"), {"state": state, "shown": shown[1]})


async def only(visitor: Visitor, **query: str) -> str:
    """The address of the only cluster of a list."""
    page = await visitor.get(f"{HERE}?{'&'.join(f'{key}={value}' for key, value in query.items())}")
    (address,) = rows(page)
    return address


async def letters(office: Office) -> list[dict[str, Any]]:
    """The outbox."""
    async with office.services.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(outbox))).mappings()]


async def test_questions_stand_together_with_their_numbers(office: Office, editor: Visitor) -> None:
    """Two ways to ask one thing are one line; what was answered is none; nobody's id is shown."""
    await say(office, "数字人直播补贴", "oAlice")
    await say(office, "做数字人直播有补贴吗", "oBob")
    await say(office, "首台套", "oBob")
    await count(office)
    page = await editor.get(HERE)
    assert "1 组，共 2 次" in page.text
    group = await editor.get(rows(page)[0])
    assert "2 人问了 2 次，2 种说法" in group.text
    assert "还能回 5 条" in group.text
    assert "oAlice" not in page.source + group.source
    assert re.search(r"用户 [0-9A-F]{6}", group.text)


async def test_what_somebody_complained_of_is_among_them(office: Office, editor: Visitor) -> None:
    """The question before the complaint, marked as one."""
    await say(office, "首台套")
    await office.services.clock.advance(5.0)  # type: ignore[attr-defined]
    await remark(office, "答非所问")
    await count(office)
    assert "说答得不对" in (await editor.get(await only(editor))).text


async def test_who_left_is_gone_from_the_page(office: Office, editor: Visitor) -> None:
    """After an erasure neither words nor person are there."""
    await say(office, "数字人直播补贴", "oAlice")
    await count(office)
    created = int(office.services.clock.time())
    await hear(office, Left(key="left", openid="oAlice", account="gh_1", created=created))
    assert "没有待处理的问题" in (await editor.get(HERE)).text


async def test_a_question_is_put_away_and_comes_back(office: Office, editor: Visitor) -> None:
    """Done, it is in the other list; asked again in vain it is new; not ours, it stays away; each act is logged."""
    await say(office, "数字人直播补贴")
    await count(office)
    assert (await put_away(editor, await only(editor), "done")).status == 303
    assert "没有待处理的问题" in (await editor.get(HERE)).text
    assert await only(editor, tab="done")
    await office.services.clock.advance(1.0)  # type: ignore[attr-defined]
    await say(office, "数字人直播补贴", "oBob")
    await count(office)
    address = await only(editor)
    assert "1 人问了 1 次" in (await editor.get(address)).text
    await put_away(editor, address, "not_ours")
    await say(office, "数字人直播补贴", "oEve")
    await count(office)
    assert "没有待处理的问题" in (await editor.get(HERE)).text
    await put_away(editor, await only(editor, tab="not_ours"), "new")
    assert await only(editor)
    acts = [entry for entry in await office.acts() if entry.startswith("question.")]
    assert acts == ["question.done", "question.not_ours", "question.new"]


async def test_only_what_was_on_the_page_is_put_away(office: Office, editor: Visitor) -> None:
    """A question that joined the group meanwhile was seen by nobody: it stays. A form without any does nothing."""
    await say(office, "数字人直播补贴", "oA")
    await count(office)
    address = await only(editor)
    page = await editor.get(address)
    await say(office, "数字人直播补贴怎么退回骗补", "oB")
    await count(office)
    assert (await editor.post(act(address, "state"), {"state": "not_ours"})).status == 400
    assert (await send_shown(editor, page, address, "not_ours")).status == 303
    left = await editor.get(await only(editor))
    assert "1 种说法" in left.text
    assert "怎么退回骗补" in left.text
    assert "怎么退回骗补" not in (await editor.get(await only(editor, tab="not_ours"))).text


async def test_the_log_has_no_words_of_a_follower(office: Office, editor: Visitor) -> None:
    """Whoever leaves is erased; the log is kept, and says only which question it was, by a keyed hash, and how many."""
    await say(office, "我是张三电话13800001111想问数字人直播补贴", "oAlice")
    await count(office)
    address = await only(editor)
    await put_away(editor, address, "done")
    (entry,) = await office.audit.read(Search(action="question."), 9)
    assert (entry.target, entry.before, entry.after) == (address.split("?")[0].split("/")[-1], {}, {"questions": 1})


async def test_a_word_leads_to_a_policy_and_is_tried_at_once(office: Office, editor: Visitor) -> None:
    """A draft of the policy has the word, a simulation runs on it; nothing is in force yet. A second word joins it."""
    await say(office, "数字人直播补贴")
    await count(office)
    address = await only(editor)
    form = {"policy": "q91-2", "words": "数字人直播", "way": "keyword"}
    page = await editor.post(act(address, "lead"), form)
    assert (page.status, page.location.rpartition("/")[0]) == (303, "/console/simulations")
    assert office.services.publishing
    revisions = office.services.publishing.revisions
    draft = await revisions.open_of(POLICY, "q91-2")
    assert draft
    assert draft.body["keywords"][-1] == "数字人直播"
    assert "数字人直播" not in office.services.corpus.policies["q91-2"].keywords
    await editor.post(act(address, "lead"), {**form, "words": "虚拟主播"})
    again = await revisions.open_of(POLICY, "q91-2")
    assert again
    assert (again.id, again.body["keywords"][-2:]) == (draft.id, ["数字人直播", "虚拟主播"])


async def test_a_saying_leads_to_a_policy(office: Office, editor: Visitor) -> None:
    """How people say it becomes a draft of the policy's sayings."""
    await say(office, "数字人直播补贴")
    await count(office)
    form = {"policy": "", "other": "q91-2", "words": "数字人直播补贴", "way": "saying"}
    assert (await editor.post(act(await only(editor), "lead"), form)).status == 303
    assert office.services.publishing
    draft = await office.services.publishing.revisions.open_of(SAYING, "q91-2")
    assert draft
    assert draft.body == {"words": ["数字人直播补贴"]}


async def test_a_word_for_what_was_to_go_keeps_it(office: Office, editor: Visitor) -> None:
    """A draft that takes a policy away becomes one that gives it the word: all else is as it is in force."""
    await editor.get("/console/policies/q91-2")
    await editor.post("/console/parts/policy/take-away?key=q91-2")
    await say(office, "数字人直播补贴")
    await count(office)
    form = {"policy": "q91-2", "words": "数字人直播", "way": "keyword"}
    assert (await editor.post(act(await only(editor), "lead"), form)).status == 303
    assert office.services.publishing
    draft = await office.services.publishing.revisions.open_of(POLICY, "q91-2")
    assert draft
    assert not draft.gone
    assert draft.body["keywords"][-1] == "数字人直播"
    assert draft.body["title"] == office.services.corpus.policies["q91-2"].title


async def test_a_word_keeps_the_wording_of_the_paper(office: Office, editor: Visitor) -> None:
    """Also over a draft that takes the policy away, which has none."""
    await published(office, "/console/edit/policy?key=q91-2", wording="第二条 奖励首台套。")
    editor = await office.sign_in("editor", "li")
    await editor.post("/console/parts/policy/take-away?key=q91-2")
    await say(office, "数字人直播补贴")
    await count(office)
    form = {"policy": "q91-2", "words": "数字人直播", "way": "keyword"}
    assert (await editor.post(act(await only(editor), "lead"), form)).status == 303
    assert office.services.publishing
    draft = await office.services.publishing.revisions.open_of(POLICY, "q91-2")
    assert draft
    assert (draft.gone, draft.wording) == (False, "第二条 奖励首台套。")


async def test_what_is_up_for_review_is_left_alone(office: Office, editor: Visitor) -> None:
    """Whoever would write on it is led to it instead."""
    await say(office, "数字人直播补贴")
    await count(office)
    form = {"policy": "q91-2", "words": "数字人直播", "way": "keyword"}
    address = await only(editor)
    await editor.post(act(address, "lead"), form)
    assert office.services.publishing
    revisions = office.services.publishing.revisions
    draft = await revisions.open_of(POLICY, "q91-2")
    assert draft
    await revisions.submit([draft], time=1.0)
    page = await editor.post(act(address, "lead"), {**form, "words": "别的"})
    assert page.location == f"/console/drafts/{draft.id}"
    held = await revisions.open_of(POLICY, "q91-2")
    assert held
    assert (held.state, held.body) == (IN_REVIEW, draft.body)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"policy": ""}, "请选一条政策"),
        ({"policy": "q91-999"}, "请选一条政策"),
        ({"words": " "}, "请填一个词"),
        ({"words": "字" * 41}, "最多 40 个字"),
    ],
)
async def test_what_leads_nowhere_is_said(office: Office, editor: Visitor, changed: dict[str, str], said: str) -> None:
    """What is wrong stands beside its field, and there is no draft."""
    await say(office, "数字人直播补贴")
    await count(office)
    form = {"policy": "q91-2", "words": "数字人直播", "way": "keyword", **changed}
    page = await editor.post(act(await only(editor), "lead"), form)
    assert (page.status, said in page.text) == (422, True)
    assert office.services.publishing
    assert await office.services.publishing.revisions.unfinished() == []


async def test_those_who_asked_are_written_to(office: Office, editor: Visitor) -> None:
    """Each follower once, however many of their messages are ticked; the log names nobody."""
    first = await say(office, "数字人直播补贴", "oAlice")
    second = await say(office, "数字人直播有补贴吗", "oAlice")
    third = await say(office, "数字人直播补贴", "oBob")
    await count(office)
    address = await only(editor)
    form = [("text", "请打12345"), *(("key", key) for key in (first, second, third, "f" * 40))]
    page = await editor.follow(await editor.post(act(address, "reply"), form))
    assert "共 2 条" in page.text
    sent = await letters(office)
    assert sorted(row["openid"] for row in sent) == ["oAlice", "oBob"]
    assert {msgspec.json.decode(row["body"])["text"]["content"] for row in sent} == {"请打12345"}
    (entry, _) = await office.audit.read(Search(action="letter"), 9)
    assert (entry.after, "oAlice" in repr(entry)) == ({"text": "请打12345"}, False)


async def test_only_so_many_are_written_to_at_once(office: Office, editor: Visitor) -> None:
    """More ticks than MOST send nothing; MOST are all written to."""
    keys = [await say(office, "数字人直播补贴", f"o{number}") for number in range(MOST + 1)]
    await count(office)
    address = await only(editor)
    page = await editor.post(act(address, "reply"), [("text", "好"), *(("key", key) for key in keys)])
    assert (page.status, f"最多给 {MOST} 个人" in page.text, await letters(office)) == (422, True, [])
    await editor.post(act(address, "reply"), [("text", "好"), *(("key", key) for key in keys[1:])])
    assert len(await letters(office)) == MOST


@pytest.mark.parametrize(
    ("text", "ticked", "said"),
    [("", True, "请填写"), ("好", False, "请至少选一个人"), ("字" * 700, True, "太长了")],
)
async def test_a_letter_needs_words_and_somebody(
    office: Office, editor: Visitor, text: str, ticked: bool, said: str
) -> None:
    """Nothing is sent, what was typed and ticked is kept."""
    key = await say(office, "数字人直播补贴")
    await count(office)
    page = await editor.post(act(await only(editor), "reply"), {"text": text, **({"key": key} if ticked else {})})
    assert (page.status, said in page.text, await letters(office)) == (422, True, [])
    assert (f'value="{key}" id="k-1" aria-label' in page.source) or ticked


async def test_after_two_days_nobody_can_be_written_to(office: Office, editor: Visitor) -> None:
    """The page says so, and a form from before it sends nothing."""
    key = await say(office, "数字人直播补贴")
    await count(office)
    address = await only(editor)
    await office.services.clock.advance(49 * 3600.0)  # type: ignore[attr-defined]
    editor = await office.sign_in("editor")
    assert "窗口已关" in (await editor.get(address)).text
    page = await editor.follow(await editor.post(act(address, "reply"), {"text": "在吗", "key": key}))
    assert "没有发" in page.text
    assert await letters(office) == []


async def test_who_only_looks_changes_nothing(office: Office, editor: Visitor) -> None:
    """A viewer sees the questions, has no form and is refused where one is sent anyway."""
    await say(office, "数字人直播补贴")
    await count(office)
    address = await only(editor)
    viewer = await office.sign_in("viewer")
    page = await viewer.get(address)
    assert (page.status, "让机器人答上" in page.text) == (200, False)
    for name in ("state", "lead", "reply"):
        assert (await viewer.post(act(address, name), {"state": "done"})).status == 403


async def test_a_question_that_is_gone_is_not_found(editor: Visitor) -> None:
    """An address of before leads to no page."""
    assert (await editor.get(f"{HERE}/0123456789abcdef")).status == 404
    assert (await editor.get(f"{HERE}/0")).status == 404
