"""What is taken for a menu."""

from __future__ import annotations

from typing import Any

import pytest

from bot.emulator.menus import NEEDS, Menu
from bot.emulator.refusals import Refusal

CLICK = {"type": "click", "name": "政策", "key": "K"}
VIEW = {"type": "view", "name": "网页", "url": "https://e.cn"}


def _within(*subs: Any) -> list[dict[str, Any]]:
    return [{"name": "更多", "sub_button": list(subs)}]


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        (None, 40016),
        ([], 40016),
        ([CLICK] * 4, 40016),
        (_within(*[CLICK] * 6), 40023),
        ([{**CLICK, "type": "shout"}], 40017),
        ([{"name": "空"}], 40017),
        (_within({**CLICK, "type": "shout"}), 40024),
        (_within(_within(CLICK)[0]), 40024),
        ([{**CLICK, "name": ""}], 40018),
        ([{**CLICK, "name": "六个汉字的名"}], 40018),
        (["click"], 40018),
        (_within({**CLICK, "name": "名" * 21}), 40025),
        ([{**CLICK, "key": "K" * 129}], 40019),
        ([{"type": "click", "name": "无"}], 40019),
        (_within({**CLICK, "key": 7}), 40026),
        ([{**VIEW, "url": "https://e.cn/" + "a" * 1012}], 40020),
        (_within({**VIEW, "url": ""}), 40027),
        ([{**VIEW, "url": "weixin://dl"}], 40055),
        ([{"type": "miniprogram", "name": "小", "url": "https://e.cn", "appid": "wx1"}], 40019),
    ],
)
def test_each_mistake_has_its_code(buttons: Any, errcode: int) -> None:
    """Count, type, name, key and address are checked, with one code at the top and another in a list."""
    menu = Menu()
    menu.create([CLICK], 1)
    with pytest.raises(Refusal) as caught:
        menu.create(buttons, 2)
    assert caught.value.errcode == errcode
    assert (menu.buttons, menu.menu_id) == ([CLICK], 1)


def test_the_longest_menu_is_taken() -> None:
    """Three lists of five, a name of sixteen bytes above and sixty below, every type."""
    types = iter(NEEDS.items())
    subs = [
        {"type": kind, "name": "名" * 20, **{need: "https://e.cn" if need == "url" else "k" for need in needs}}
        for kind, needs in types
    ]
    menu = Menu()
    menu.create([{"name": "五个汉字名", "sub_button": subs[start : start + 5]} for start in (0, 5, 10)], 1)
    assert len(subs) == 13


def test_buttons_are_found() -> None:
    """By key, by name, or by place; lists themselves are not buttons."""
    menu = Menu()
    menu.create([*_within(CLICK), VIEW], 1)
    assert menu.find("K") == menu.find("政策") == menu.at(0, 0) == CLICK
    assert menu.find("网页") == menu.at(1) == VIEW
    assert menu.find("更多") is None
    assert menu.at(2) is menu.at(0, 1) is menu.at(1, 0) is None
    menu.delete()
    assert menu.find("K") is None
