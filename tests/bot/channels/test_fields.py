"""What fields of templates hold, against the emulated platform's own patterns."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import config
from bot.channels.fields import KINDS, WORDS, fill, fit_value, kind_of
from bot.emulator.words import read_words

SHAPES = read_words().fields
kinds = st.sampled_from(sorted(KINDS))
texts = st.text() | st.text(alphabet="技术改造上限600万元→2026年12月31日-:. \n\tABC¥（）…😀", max_size=60)


@given(kinds, texts)
def test_what_is_let_through_the_platform_takes(kind: str, text: str) -> None:
    """Whatever is put in, what comes out fits the platform's limit and pattern for that kind, or nothing comes out."""
    value = fit_value(f"{kind}7", text)
    if value is not None:
        shape = SHAPES[kind]
        assert 0 < len(value) <= shape.limit
        assert re.fullmatch(shape.pattern, value)


@given(kinds, texts)
@example("const", "0\x85\x08\r0")  # spaces that meet when what stood between them is taken out
def test_fitting_twice_changes_nothing(kind: str, text: str) -> None:
    """What fits stays."""
    value = fit_value(f"{kind}1", text)
    assert value is None or fit_value(f"{kind}1", value) == value


@given(st.sampled_from(sorted(KINDS - WORDS.keys())), texts)
def test_figures_codes_and_days_are_never_cut(kind: str, text: str) -> None:
    """They pass whole, less space around them, or not at all."""
    value = fit_value(f"{kind}1", text)
    assert value is None or value == " ".join(text.split())


@given(texts)
def test_words_are_cut_with_a_mark(text: str) -> None:
    """At twenty characters; the beginning is as it was."""
    value = fit_value("thing1", text)
    if value is not None and value.endswith("…") and not text.rstrip().endswith("…"):
        assert len(value) <= 20


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "鼓励企业加大技术改造投入力度支持设备更新换代补助", "鼓励企业加大技术改造投入力度支持设备更…"),
        ("thing1", "两行\n变一行", "两行 变一行"),
        ("thing1", " \n", None),
        ("phrase2", "有变化", "有变化"),
        ("phrase2", "即将到期提醒", None),
        ("phrase2", "A级", None),
        ("character_string3", "Q91-3", "Q91-3"),
        ("character_string3", "青政发〔2024〕11号", None),
        ("date4", "2026年12月31日", "2026年12月31日"),
        ("date4", "2026-12-31 08:30", "2026-12-31 08:30"),
        ("date4", "年底", None),
        ("time5", "2026年12月31日 15:01", "2026年12月31日 15:01"),
        ("time5", "15:01~16:00", "15:01~16:00"),
        ("amount6", "¥800.50元", "¥800.50元"),
        ("amount6", "800万元", None),
        ("number7", "-3.5", "-3.5"),
        ("number7", "1" * 33, None),
        ("phone_number8", "0532-85911248", "0532-85911248"),
        ("phone_number8", "85911248转8012345678", None),
        ("name9", "市工信局投资处", "市工信局投资处"),
        ("name9", "青岛市工业和信息化局投资处", None),
        ("nothing1", "x", None),
        ("thing", "x", None),
    ],
)
def test_values(key: str, value: str, fitted: str | None) -> None:
    """Examples of each kind."""
    assert fit_value(key, value) == fitted


def test_a_notice_with_a_gap_is_not_sent() -> None:
    """One value that is missing or does not fit, and there is no data at all."""
    keys = {"thing1": "title", "date2": "date"}
    assert fill(keys, {"title": "标题", "date": "2026-12-31", "more": "x"}) == {
        "thing1": {"value": "标题"},
        "date2": {"value": "2026-12-31"},
    }
    assert fill(keys, {"title": "标题"}) is None
    assert fill(keys, {"title": "标题", "date": "年底"}) is None
    assert fill({}, {"title": "标题"}) is None


def test_settings_know_the_same_kinds() -> None:
    """A key that the settings take is a key here, and the other way round."""
    assert {kind for kind in KINDS if config.FIELD.fullmatch(f"{kind}12")} == KINDS
    assert not config.FIELD.fullmatch("thing")
    assert not config.FIELD.fullmatch("first1")
    assert (kind_of("thing12"), kind_of("thing"), kind_of("other3")) == ("thing", "", "")
