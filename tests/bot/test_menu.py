"""The account's menu: what the file may hold, and what the platform is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.emulator.menus import Menu
from bot.errors import CorpusError
from bot.menu import Button, faults, read_menu, spell, told
from bot.menu import Menu as Kept
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


def test_a_page_of_others_is_opened_too() -> None:
    """An address of another site becomes a button of its own kind, and must be one."""
    menu = Kept(button=(Button(name="官网", url="https://gxj.example.gov.cn"),))
    assert spell(menu, "", origin="menu") == [{"type": "view", "name": "官网", "url": "https://gxj.example.gov.cn"}]
    (fault,) = faults(Kept(button=(Button(name="官网", url="gxj.example.gov.cn"),)))
    assert (fault.place, fault.field, fault.why) == ("0", "value", "url")


def test_all_that_is_wrong_is_told_with_its_place() -> None:
    """A form can show each fault beside its field."""
    below = (Button(name="", ask="技改"), Button(name="好", page="policies"))
    menu = Kept(button=(Button(name="名字实在太长了", below=below), Button(name="空")))
    assert [(fault.place, fault.field, fault.why) for fault in faults(menu)] == [
        ("0", "name", "name"),
        ("0.0", "name", "missing"),
        ("0.1", "value", "page"),
        ("1", "value", "missing"),
    ]
    assert [fault.why for fault in faults(Kept(button=()))] == ["count"]


def test_what_the_account_has_is_told_line_by_line() -> None:
    """Buttons with those below them, each with what it does."""
    menu = Kept(button=(Button(name="查", below=(Button(name="技改", ask="技改"),)), Button(name="网页", page="/p")))
    assert list(told(spell(menu, PUBLIC, origin="menu"))) == [
        ("0", "查", ""),
        ("0.0", "技改", "click:ask:技改"),
        ("1", "网页", f"view:{PUBLIC}/p"),
    ]
