"""Any file of any kind: the same items from each, and from what is none of them a reason."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import FileRefused
from bot.importers.kinds import IMPORTERS, blocks_of, kind_of, read_file
from bot.importers.reading import LARGEST_FILE, Reading
from tests.bot.importers import documents, samples
from tests.bot.importers.samples import expected, facts, the_shape

SHAPE = the_shape()
COMPENDIA: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text": ("text", samples.compendium_text),
    "csv": ("csv", samples.compendium_csv),
    "csv of Excel in China": ("csv", partial(samples.compendium_csv, "gb18030")),
    "csv with semicolons": ("csv", partial(samples.compendium_csv, "utf-8", ";")),
    "csv in UTF-16": ("csv", partial(samples.compendium_csv, "utf-16")),
    "tabs in GBK": ("csv", partial(samples.compendium_csv, "gbk", "\t")),
    "xlsx": ("xlsx", documents.compendium_xlsx),
    "docx": ("docx", documents.compendium_docx),
    "pdf": ("pdf", documents.compendium_pdf),
    "pdf, turned": ("pdf", partial(documents.compendium_pdf, turned=True)),
}
DIGESTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "text": ("text", samples.digest_text),
    "long lines": ("text", partial(samples.digest_text, 60)),
    "docx": ("docx", documents.digest_docx),
    "pdf": ("pdf", documents.digest_pdf),
}
CHARACTERS = "一二三123.、,，;\t\n\"'（）()《》〈〉〔〕%万元年月日至自起责任单位:局处序号政策要点支持依据时限 "
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def zipped(**parts: bytes) -> bytes:
    """An archive with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@cache
def made(source: str, name: str) -> bytes:
    """A sample, made once."""
    return (COMPENDIA if source == "q91" else DIGESTS)[name][1]()


@pytest.mark.parametrize("name", COMPENDIA)
def test_every_kind_gives_the_91_items(name: str) -> None:
    """Titles, words, papers, days, units and phones are the corpus's, whatever program kept the table."""
    reading = read_file(made("q91", name), SHAPE)
    assert (reading.kind, reading.faults) == (COMPENDIA[name][0], ())
    assert [facts(item) for item in reading.items] == expected("q91")
    assert {hint.code for hint in reading.hints} <= {"left_out"}
    assert reading.is_whole


@pytest.mark.parametrize("name", DIGESTS)
def test_every_kind_gives_the_49_items(name: str) -> None:
    """Numbered paragraphs are put together again across lines and pages, wherever they broke."""
    reading = read_file(made("xh49", name), SHAPE)
    assert (reading.kind, reading.faults) == (DIGESTS[name][0], ())
    assert [facts(item) for item in reading.items] == expected("xh49")


@pytest.mark.parametrize("name", COMPENDIA)
def test_headings_are_kept_with_what_stands_below(name: str) -> None:
    """Each item has its chapter and section, without their numbers and counts."""
    items = read_file(made("q91", name), SHAPE).items
    assert {item.chapter for item in items} == {"市级制造业惠企政策", "区（市）制造业惠企政策"}
    assert [item.section or item.chapter for item in items] == [p.chapter for p in samples.of_source("q91")]


@pytest.mark.parametrize("source", ["q91", "xh49"])
def test_every_item_says_where_it_stands(source: str) -> None:
    """No two items of a file have the same place, and each place can be found."""
    for name in COMPENDIA if source == "q91" else DIGESTS:
        items = read_file(made(source, name), SHAPE).items
        assert len({item.place for item in items}) == len(items)
        assert all(place.row or place.line or place.paragraph for place in (item.place for item in items))


@pytest.mark.parametrize("name", ["text", "csv", "xlsx", "docx", "pdf"])
def test_progress_is_told(name: str) -> None:
    """It grows, never beyond the whole, and ends with it."""
    told: list[tuple[int, int]] = []
    read_file(made("q91", name), SHAPE, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert all(0 < done <= total for done, total in told)
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"a" * (LARGEST_FILE + 1), "too_large"),
        (zipped(readme=b"hello"), "unknown_kind"),
        (zipped(**{"xl/workbook.bin": b""}), "old_format"),
        (b"PK\x03\x04" + b"rubbish" * 9, "damaged"),
        (OLE, "old_format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1 text}", "old_format"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "unknown_kind"),
        (b"%PDF-1.7\nrubbish", "damaged"),
        (bytes(range(256)) * 4, "encoding_unknown"),
        ("一份没有政策的文件".encode(), "no_items"),
    ],
)
def test_what_is_none_of_them_says_why(data: bytes, code: str) -> None:
    """A file that cannot be used gives one fault and no items."""
    reading = read_file(data, SHAPE)
    assert ([fault.code for fault in reading.faults], reading.items) == ([code], ())
    assert not reading.is_whole


def test_the_kind_is_told_from_what_is_inside() -> None:
    """No name is asked for: a workbook called .csv is a workbook."""
    kinds = {name: kind_of(made("q91", name), SHAPE) for name in COMPENDIA}
    assert kinds == {name: kind for name, (kind, _) in COMPENDIA.items()}
    assert set(kinds.values()) == set(IMPORTERS)


def test_a_table_without_its_head_names_the_nearest() -> None:
    """Where no row names the columns, the one that comes nearest is shown, and what was looked for."""
    reading = read_file("编号一,政策要点啊,支持政策项\n1,甲,乙\n".encode(), SHAPE)
    (fault,) = reading.faults
    assert (fault.code, fault.expected) == ("no_items", "序号 政策要点 支持政策 政策依据 政策时限 责任处（科）室")


def read_is_safe(data: bytes) -> Reading:
    """Read what may be anything: there are items, or faults that say something, or both."""
    reading = read_file(data, SHAPE)
    assert reading.items or reading.faults
    assert all(fault.code for fault in reading.faults)
    for kind in IMPORTERS:
        with suppress(FileRefused):
            blocks_of(data, kind, SHAPE)
    return reading


@settings(max_examples=150)
@given(st.binary(max_size=400))
@example(b"PK\x05\x06" + b"\0" * 18)
def test_rubbish_raises_nothing_else(data: bytes) -> None:
    """Random bytes, given to the importer of their kind or to any other, are refused and nothing more."""
    read_is_safe(data)


@settings(max_examples=150)
@given(st.text(alphabet=CHARACTERS, max_size=300))
def test_odd_texts_raise_nothing(text: str) -> None:
    """Whatever order the characters of a paper come in."""
    reading = read_file(text.encode(), SHAPE)
    assert reading.items or reading.faults


@pytest.mark.parametrize("name", ["text", "csv", "xlsx", "docx", "pdf"])
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_damaged_files_raise_nothing(name: str, seed: int) -> None:
    """A real file with bytes changed, cut out or doubled is read or refused."""
    chance = random.Random(seed)
    data = bytearray(made("xh49" if name == "pdf" else "q91", name))
    for _ in range(chance.randint(1, 12)):
        at, many = chance.randrange(len(data)), chance.choice([1, 1, 2, 8, 200])
        match chance.choice(["change", "cut", "double"]):
            case "change":
                data[at : at + many] = chance.randbytes(many)
            case "cut":
                del data[at : at + many]
            case _:
                data[at:at] = data[at : at + many]
    reading = read_file(bytes(data), SHAPE)
    assert reading.items or reading.faults


@pytest.mark.parametrize(("name", "part"), [("xlsx", "xl/worksheets/sheet1.xml"), ("docx", "word/document.xml")])
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_damaged_parts_raise_nothing(name: str, part: str, seed: int) -> None:
    """The same of the text inside an archive, whose checks an attacker would keep right."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(made("q91", name))) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    data = bytearray(parts[part])
    for _ in range(chance.randint(1, 8)):
        at, many = chance.randrange(len(data)), chance.choice([1, 2, 30, 2000])
        data[at : at + many] = chance.choice([b"", b"9" * 7, b"<", b'"', bytes(data[at : at + many]) * 2])
    reading = read_file(zipped(**(parts | {part: bytes(data)})), SHAPE)
    assert reading.items or reading.faults
