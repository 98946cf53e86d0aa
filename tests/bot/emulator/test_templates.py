"""What the fields of templates may hold."""

from __future__ import annotations

from typing import Any

import pytest

from bot.emulator.chats import Field
from bot.emulator.refusals import Refusal
from bot.emulator.templates import Template
from bot.emulator.world import World

FREE = Template(template_id="T")


def _takes(world: World, key: str, value: Any) -> bool:
    try:
        world.templates.fill(FREE, {key: {"value": value}})
    except Refusal as refusal:
        return (refusal.errcode, f"data.{key}.value" in refusal.errmsg) != (47003, True)
    return True


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("thing1", ["技" * 20, "a b，c"], ["技" * 21, "一\n二", ""]),
        ("number1", ["12.5", 7, "-3", "1" * 32], ["1" * 33, "七", "1e5"]),
        ("letter1", ["abcXYZ"], ["a1", "a" * 33]),
        ("symbol1", ["+-*/"], ["a", "+" * 6]),
        ("character_string1", ["q91-3 A/b", "a" * 32], ["号1", "a" * 33]),
        (
            "time1",
            ["15:01", "2019年10月1日 15:01", "2019-10-01 15:01:00", "2026年11月22日", "09:00~17:00"],
            ["明天", "3pm", ""],
        ),
        ("date1", ["2019年10月1日", "2019年10月1日 15:01", "2019-10-01"], ["15:01", "十月一日"]),
        ("amount1", ["￥100", "500元", "1234567890.55"], ["12345678901", "五百元", "500万元"]),
        ("phone_number1", ["0532-85911248", "+86 13800000000"], ["0" * 18, "电话"]),
        ("car_number1", ["鲁B12345", "鲁BD12345"], ["鲁B1234567", "鲁"]),
        ("name1", ["张三", "Zhang San", "名" * 10], ["名" * 11, "a" * 21, "张3"]),
        ("phrase1", ["有效", "五个汉字名"], ["六个汉字名字", "ok"]),
        ("short_thing1", ["短"], ["长" * 21]),
        ("keyword1", ["随" * 200], [""]),
    ],
)
def test_each_kind_of_field_has_its_limits(world: World, key: str, good: list[Any], bad: list[Any]) -> None:
    """A value that fits is shown, one that does not is refused by the name of its field."""
    assert [value for value in good if not _takes(world, key, value)] == []
    assert [value for value in bad if _takes(world, key, value)] == []


@pytest.mark.parametrize(
    "data", [None, [], "x", {"thing1": "x"}, {"thing1": {"value": None}}, {"thing1": {"value": []}}]
)
def test_data_has_a_shape(world: World, data: Any) -> None:
    """A mapping of keys to values in an object; anything else is 47003."""
    with pytest.raises(Refusal, match="47003"):
        world.templates.fill(FREE, data)


def test_declared_fields_are_all_needed_and_no_other_is_shown(world: World) -> None:
    """A missing field is refused, a surplus one ignored, and the labels are the template's."""
    template = Template(template_id="T", fields={"thing1": "名称", "date2": "日期"})
    data = {"date2": {"value": "2026年1月1日"}, "thing1": {"value": "技改"}, "thing9": {"value": "x"}}
    shown = world.templates.fill(template, data)
    assert shown == (Field(label="名称", value="技改"), Field(label="日期", value="2026年1月1日"))
    with pytest.raises(Refusal, match=r"data\.date2\.value"):
        world.templates.fill(template, {"thing1": {"value": "技改"}})


def test_first_and_remark_are_gone(world: World) -> None:
    """They may be sent and are not shown."""
    data = {"first": {"value": "您好"}, "keyword1": {"value": "一"}, "remark": {"value": "谢谢"}}
    assert world.templates.fill(FREE, data) == (Field(label="keyword1", value="一"),)


def test_a_template_is_of_one_kind(world: World) -> None:
    """The other call does not know it."""
    world.templates.add(Template(template_id="N", kind="notice"))
    assert world.templates.need("N", "notice").template_id == "N"
    for template_id, kind in (("N", "template"), ("X", "notice"), (None, "notice")):
        with pytest.raises(Refusal, match="40037"):
            world.templates.need(template_id, kind)
