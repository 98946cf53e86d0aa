"""The platform as a whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bot.emulator
from bot.clock import SystemClock
from bot.emulator.platform import Platform

from .conftest import PLAIN, Stage


async def test_the_same_openid_is_the_same_person(stage: Stage) -> None:
    """Two phones of one person share chat and state, another person has their own."""
    first, again, other = stage.platform.phone("o1"), stage.platform.phone("o1"), stage.platform.phone("o2")
    await first.follow()
    assert (again.follower.following, other.follower.following) == (True, False)
    assert list(again.bubbles) == list(first.bubbles)


async def test_it_runs_on_the_machines_clock() -> None:
    """Without a clock it takes the real one, and without an address it reaches nobody but does not fail."""
    async with Platform(PLAIN) as platform:
        assert isinstance(platform.clock, SystemClock)
        assert platform.callback_url == ""
        assert not await platform.verify()


def test_templates_are_added_by_name() -> None:
    """A template with fields, for one call or the other."""
    platform = Platform(PLAIN)
    platform.add_template("T", {"thing1": "名称"}, kind="notice", title="提醒", long_term=True)
    template = platform.templates.need("T", "notice")
    assert (template.title, template.fields, template.long_term) == ("提醒", {"thing1": "名称"}, True)


MODULES = sorted(Path(bot.emulator.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_it_shares_nothing_with_the_bot_it_tests(path: Path) -> None:
    """Of the program it imports the clock alone, and nothing of wechatpy: a mistake cannot hide on both sides."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    ours = {name for name in names if name.startswith("bot") and not name.startswith("bot.emulator")}
    assert ours <= {"bot.clock"}
    assert not any(name.startswith("wechatpy") for name in names)
