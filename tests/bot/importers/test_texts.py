"""Text files: their characters, their separators, and the shape they are read by."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import CorpusError, FileRefused
from bot.importers.encoding import decoded
from bot.importers.kinds import read_file
from bot.importers.reading import joined, unwrapped
from bot.importers.shape import read_shape
from tests.bot.importers.samples import HEAD, the_shape
from tests.bot.importers.test_tables import RIGHT
from tests.corpus import DATA

SHAPE = the_shape()
TOML = (DATA / "import.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("mark", "code"),
    [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (b"", "gbk"), (b"", "gb18030"), (codecs.BOM_UTF16_LE, "utf-16-le"),
     (codecs.BOM_UTF16_BE, "utf-16-be")],
)  # fmt: skip
def test_every_spelling_of_characters(mark: bytes, code: str) -> None:
    """As Windows, Linux and spreadsheets save them."""
    assert decoded(mark + "〔2024〕按12%奖补\n".encode(code)) == "〔2024〕按12%奖补\n"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=8))
def test_gbk_is_told_from_utf8(text: str) -> None:
    """Chinese text in either is read as what it is."""
    assert decoded(text.encode("utf-8")) == text
    if decoded(text.encode("gbk")) != text:  # so short a text may be both
        text.encode("gbk").decode("utf-8")


@pytest.mark.parametrize("data", [b"\xff" * 9, b"a\0b", b"\xef\xbb\xbf\xff", b"\xff\xfe\0", b"\x01\x02\x03 abc"])
def test_what_is_no_text(data: bytes) -> None:
    """It is refused, not read as signs."""
    with pytest.raises(FileRefused, match="encoding_unknown"):
        decoded(data)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_head_tells_the_delimiter(delimiter: str) -> None:
    """A comma within a cell is text where another character separates."""
    cells = (*RIGHT[:2], '"按12%奖补, 最高100万元"', *RIGHT[3:])
    reading = read_file(f"{delimiter.join(HEAD)}\n{delimiter.join(cells)}\n".encode(), SHAPE)
    assert [item.wording for item in reading.items] == ["按12%奖补, 最高100万元"]


def test_cells_of_several_lines_count_the_lines_of_the_file() -> None:
    """A fault is found at the line where its row begins."""
    rows = [
        ",".join(HEAD),
        '1,甲,"一\n二\n三",某措施（某发〔2024〕1号）,,市财政局',
        "2,乙,丙,某措施（某发〔2024〕1号）,三年,市财政局",
    ]
    (fault,) = read_file("\r\n".join(rows).encode(), SHAPE).faults
    assert (fault.code, fault.place.line) == ("validity_unreadable", 5)


def test_quotes_that_do_not_pair_are_told() -> None:
    """Instead of one cell with the rest of the file."""
    (fault,) = read_file((",".join(HEAD) + '\n1,"甲,丙\n2,乙\n').encode(), SHAPE).faults
    assert (fault.code, fault.found) == ("quotes", "2")


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("支持", "发展", "支持发展"),
        ("5G", "工厂", "5G工厂"),
        ("open", "source", "open source"),
        ("20", "万", "20万"),
        ("", "甲", "甲"),
    ],
)
def test_lines_are_joined_as_they_were_broken(first: str, second: str, whole: str) -> None:
    """A space stands only between Latin words."""
    assert joined(first, second) == whole
    assert unwrapped(f"{first}\n{second}") == whole


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (TOML.replace("[columns]", "[columns"), "is not valid TOML"),
        (TOML.replace('number = ["序号"', 'nummer = ["序号"'), "columns: number, nummer: must be"),
        (TOML.replace("yuan = ", "yen = "), "yen"),
        (TOML.replace("count = '", "count = '("), "is no pattern"),
        (TOML.replace("[headings]", "[headings]\nmore = 1"), "more"),
    ],
)
def test_a_wrong_shape_is_named(tmp_path: Path, changed: str, said: str) -> None:
    """The file, and what in it is wrong."""
    path = tmp_path / "import.toml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read_shape(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_missing_shape_is_named(tmp_path: Path) -> None:
    """With where it was looked for."""
    with pytest.raises(CorpusError, match="cannot be read"):
        read_shape(tmp_path / "import.toml")
