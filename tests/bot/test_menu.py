"""The account's menu: what the file may hold, and what the platform is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.emulator.menus import Menu
from bot.errors import CorpusError
from bot.menu import read_menu
from tests.corpus import DATA

PUBLIC = "https://huiqi.example.gov.cn"
ASK = '[[button]]\nname = "快到期"\nask = "哪些政策快到期了"\n'
BELOW = '[[button.below]]\nname = "{}"\nask = "技改"\n'


def read(folder: Path, text: str, public_url: str = PUBLIC) -> list[dict[str, object]]:
    """The buttons of a file with this text."""
    path = folder / "menu.toml"
    path.write_text(text, encoding="utf-8")
    return read_menu(path, public_url)


def test_the_real_menu_is_one_the_platform_takes() -> None:
    """The menu that ships passes the platform's own rules, with public pages and without."""
    for public_url in (PUBLIC, ""):
        menu = Menu()
        menu.create(read_menu(DATA / "menu.toml", public_url), 1)
        assert 1 <= len(menu.buttons) <= 3


def test_a_button_asks_or_opens_a_page(tmp_path: Path) -> None:
    """What is asked becomes a key that the bot reads as words; a page becomes an address of ours."""
    text = ASK + '[[button]]\nname = "网页"\npage = "/policies"\n'
    assert read(tmp_path, text) == [
        {"type": "click", "name": "快到期", "key": "ask:哪些政策快到期了"},
        {"type": "view", "name": "网页", "url": f"{PUBLIC}/policies"},
    ]


def test_buttons_hold_others(tmp_path: Path) -> None:
    """Up to five stand below one."""
    text = '[[button]]\nname = "查政策"\n' + "".join(BELOW.format(f"第{number}个") for number in range(5))
    (button,) = read(tmp_path, text)
    assert button["name"] == "查政策"
    assert isinstance(button["sub_button"], list)
    assert [child["name"] for child in button["sub_button"]] == [f"第{number}个" for number in range(5)]


def test_without_public_pages_their_buttons_are_left_out(tmp_path: Path) -> None:
    """A deployment without an address of its own has no button that leads there, nor one that would stand empty."""
    page = '[[button]]\nname = "网页"\npage = "/policies"\n'
    only = '[[button]]\nname = "都是网页"\n[[button.below]]\nname = "网页"\npage = "/policies"\n'
    assert [button["name"] for button in read(tmp_path, ASK + page + only, public_url="")] == ["快到期"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("button = [", "menu.toml: "),
        ("", "missing required field `button`"),
        ("button = []", "has 0 buttons; the platform takes 1 to 3"),
        (ASK * 4, "has 4 buttons; the platform takes 1 to 3"),
        ('[[button]]\nname = "空"\n', "空: needs one of ask, page, url and below"),
        ('[[button]]\nname = "二"\nask = "x"\npage = "/p"\n', "二: needs one of ask, page, url and below"),
        ('[[button]]\nname = ""\nask = "x"\n', "the name must have 1 to 16 bytes"),
        ('[[button]]\nname = "六个汉字太长"\nask = "x"\n', "the name must have 1 to 16 bytes"),
        ('[[button]]\nname = "长"\nask = "' + "问" * 42 + '"\n', "ask is longer than the platform's 128 bytes"),
        ('[[button]]\nname = "错"\nasks = "x"\n', "unknown field `asks`"),
        ('[[button]]\nname = "多"\n' + BELOW.format("一") * 6, "has one level below it, with at most 5 buttons"),
        ('[[button]]\nname = "深"\n' + BELOW.format("字" * 21), "the name must have 1 to 60 bytes"),
    ],
)
def test_what_the_platform_would_refuse_is_refused_here(tmp_path: Path, text: str, complaint: str) -> None:
    """A wrong file is an error that names the file and the button, before anything is sent."""
    with pytest.raises(CorpusError, match=r"menu\.toml") as caught:
        read(tmp_path, text)
    assert complaint in str(caught.value)


def test_there_is_one_level_below(tmp_path: Path) -> None:
    """A button below another holds no others."""
    deep = '[[button]]\nname = "一"\n[[button.below]]\nname = "二"\n[[button.below.below]]\nname = "三"\nask = "x"\n'
    with pytest.raises(CorpusError, match="二: has one level below it"):
        read(tmp_path, deep)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(CorpusError, match=r"nowhere\.toml: cannot be read"):
        read_menu(tmp_path / "nowhere.toml", PUBLIC)
