"""Answers at hand, on their page and in the form of a letter."""

from __future__ import annotations

import pytest

from tests.bot.console.client import Office, Visitor
from tests.bot.console.talking import say

HERE = "/console/canned-answers"


@pytest.fixture
async def editor(office: Office) -> Visitor:
    """Somebody who writes."""
    return await office.sign_in("editor")


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
    await editor.post(f"{HERE}/1", {"title": "没有", "text": "二"})
    await editor.post(f"{HERE}/1", {"title": "没有", "text": "二", "action": "drop"})
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
