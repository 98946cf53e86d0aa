"""Answers at hand, on their page and in the form of a letter."""

from __future__ import annotations

import re

import pytest

from tests.bot.console.client import Office, Visitor
from tests.bot.console.talking import say

HERE = "/console/canned-answers"


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes."""
    return await office.sign_in("editor")


async def seen(visitor: Visitor) -> str:
    """On what the form of the first one was opened."""
    found = re.search(r'name="seen" value="([^"]+)"', (await visitor.get(f"{HERE}/1")).source)
    assert found
    return found[1]


async def test_one_is_kept_and_offered(office: Office, editor: Visitor) -> None:
    """It stands in the list and, with its text, beside a letter."""
    assert (await editor.post(HERE, {"title": "没有", "text": "资料里\r\n没有。"})).status == 303
    assert "没有" in (await editor.get(HERE)).text
    key = await say(office, "数字人直播")
    page = await editor.get(f"/console/conversations/{key}")
    assert 'data-text="资料里\n没有。"' in page.source


async def test_one_is_changed_and_taken_away(office: Office, editor: Visitor) -> None:
    """Both are in the log, with what it said before."""
    await editor.post(HERE, {"title": "没有", "text": "一"})
    assert "一" in (await editor.get(f"{HERE}/1")).text
    await editor.post(f"{HERE}/1", {"title": "没有", "text": "二", "seen": await seen(editor)})
    await editor.post(f"{HERE}/1", {"title": "没有", "text": "二", "action": "drop", "seen": await seen(editor)})
    assert (await editor.get(f"{HERE}/1")).status == 404
    assert (await editor.post(f"{HERE}/1", {"title": "x", "text": "y"})).status == 404
    assert [a for a in await office.acts() if a.startswith("canned")] == ["canned.kept"] * 2 + ["canned.dropped"]


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [("", "一", "请填写"), ("没有", " ", "请填写"), ("字" * 41, "一", "太长"), ("x", "字" * 601, "太长")],
)
async def test_what_is_wrong_stands_beside_its_field(editor: Visitor, title: str, text: str, said: str) -> None:
    """Nothing is kept, and nothing that was typed is lost."""
    page = await editor.post(HERE, {"title": title, "text": text})
    assert (page.status, said in page.text) == (422, True)
    assert "还没有" in (await editor.get(HERE)).text


async def test_nobody_writes_over_what_they_have_not_seen(office: Office, editor: Visitor) -> None:
    """What another made of it is shown beside what was typed, and gone over by a second try; so is taking it away."""
    await editor.post(HERE, {"title": "没有", "text": "一"})
    other = await office.sign_in("editor", "other")
    mine, theirs = await seen(editor), await seen(other)
    await office.services.clock.advance(1.0)  # type: ignore[attr-defined]
    assert (await other.post(f"{HERE}/1", {"title": "没有", "text": "别人的", "seen": theirs})).status == 303
    for action in ("save", "drop"):
        page = await editor.post(f"{HERE}/1", {"title": "没有", "text": "我的", "seen": mine, "action": action})
        assert (page.status, "别人改过" in page.text, "别人的" in page.text) == (409, True, True)
    (ready,) = await office.desk.talk.canned.everything()
    assert ready.text == "别人的"
    again = re.search(r'name="seen" value="([^"]+)"', page.source)
    assert again
    assert (await editor.post(f"{HERE}/1", {"title": "没有", "text": "我的", "seen": again[1]})).status == 303
    (ready,) = await office.desk.talk.canned.everything()
    assert ready.text == "我的"
