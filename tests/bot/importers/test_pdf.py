"""Pages: what real programs print is read, what cannot be read safely is refused."""

from __future__ import annotations

import html
import io
import subprocess
import zlib
from pathlib import Path

import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from bot.importers.kinds import read_file
from bot.importers.pdf import MOST_PAGES
from bot.importers.reading import Reading
from bot.importers.streams import LARGEST
from tests.bot.importers.documents import FONT, Pages
from tests.bot.importers.samples import HEAD, TITLE, compendium, digest, expected, facts, the_shape
from tests.browser import CHROMIUM

SHAPE = the_shape()
STYLE = """<meta charset="utf-8"><style>
@page { size: A4 landscape; margin: 15mm } body { font: 9pt "Noto Sans CJK SC" }
table { border-collapse: collapse } td, th { border: 1px solid #333; padding: 3px } th:first-child { width: 8mm }
</style>"""


def codes(reading: Reading) -> list[str]:
    """The codes of its faults."""
    return [fault.code for fault in reading.faults]


def printed(folder: Path, body: str) -> bytes:
    """A page as Chromium prints it: real fonts, lines of its own, rows cut by page breaks."""
    page, out = folder / "page.html", folder / "page.pdf"
    page.write_text(STYLE + body, encoding="utf-8")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={out}")
    subprocess.run([str(CHROMIUM), *flags, page.as_uri()], check=True, capture_output=True, timeout=120)
    return out.read_bytes()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
def test_a_printed_table_is_read(tmp_path: Path) -> None:
    """The 91 items, though rows go on over pages and the head comes again on each."""
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    rows = "".join(
        f"<tr><td colspan=6>{html.escape(line.heading)}</td></tr>"
        if line.heading
        else "<tr>" + "".join(f"<td>{html.escape(cell).replace(chr(10), '<br>')}</td>" for cell in line.cells) + "</tr>"
        for line in compendium()
    )
    data = printed(tmp_path, f"<h1>{TITLE}</h1><table><thead><tr>{head}</tr></thead>{rows}</table>")
    reading = read_file(data, SHAPE)
    assert (reading.kind, reading.faults) == ("pdf", ())
    assert [facts(item) for item in reading.items] == expected("q91")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
def test_printed_paragraphs_are_read(tmp_path: Path) -> None:
    """The 49 items, put together from the lines of their pages."""
    body = "".join(
        f"<{tag}>{html.escape(text)}</{tag}>"
        for chapter in digest()
        for tag, text in (("h2", chapter.heading), *(("p", text) for text in (chapter.opening, *chapter.items)))
    )
    reading = read_file(printed(tmp_path, body), SHAPE)
    assert reading.faults == ()
    assert [facts(item) for item in reading.items] == expected("xh49")


def test_heads_feet_and_page_numbers_are_dropped() -> None:
    """What comes again at the edge of pages stands in no item, and is not told as left out."""
    pages = Pages("某市试点摘编", (400.0, 300.0))
    texts = ["一、甲章", "1. 按照《甲办法（甲发〔2023〕1号）》，", "给予10万元", "奖励（区工信局）。"]
    for text in texts:
        pages.begin()
        pages.write([text], 30, 200)
    reading = read_file(pages.saved(), SHAPE)
    assert (reading.faults, reading.hints) == ((), ())
    assert [item.wording for item in reading.items] == ["".join(texts[1:]).removeprefix("1. ")]
    assert reading.items[0].place.page == 2


def test_a_page_without_text_may_be_a_picture() -> None:
    """Nothing to read is told as that, not as an empty table."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(10, 10, 100, 100)
    canvas.save()
    assert codes(read_file(out.getvalue(), SHAPE)) == ["no_text"]


def test_a_locked_document_is_told_apart() -> None:
    """One with a password is not called damaged."""
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=pdfencrypt.StandardEncryption("secret", strength=128))
    canvas.drawString(10, 10, "text")
    canvas.save()
    assert codes(read_file(out.getvalue(), SHAPE)) == ["encrypted"]


def test_pages_without_end_are_refused() -> None:
    """Before any of them is read."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for _ in range(MOST_PAGES + 1):
        canvas.drawString(10, 10, "x")
        canvas.showPage()
    canvas.save()
    told: list[int] = []
    assert codes(read_file(out.getvalue(), SHAPE, lambda done, total: told.append(done))) == ["too_many_pages"]
    assert told == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_bomb_is_not_unpacked(times: int) -> None:
    """A small stream that unpacks to more than any paper has is refused, also where it is packed twice."""
    packed = bytes(LARGEST + 1)
    for _ in range(times):
        packed = zlib.compress(packed, 9)
    head = b"<< /Length %d /Filter [%s] >>" % (len(packed), b" /FlateDecode" * times)
    data = b"%PDF-1.7\n1 0 obj\n" + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    assert len(data) < LARGEST / 500
    assert codes(read_file(data, SHAPE)) == ["bomb"]


def test_lines_without_end_are_refused() -> None:
    """A page of a hundred thousand strokes is no table."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for n in range(25_000):
        canvas.line(n % 500, 10, n % 500, 700)
    canvas.save()
    assert codes(read_file(out.getvalue(), SHAPE)) == ["bomb"]


def test_the_font_of_the_samples_has_their_characters() -> None:
    """What the samples write is read back as it was, so that their comparison means something."""
    pages = Pages("", (800.0, 100.0))
    pages.begin()
    text = "〔2024〕《〈》“双跨”（区）、—％①αβ"
    pages.canvas.setFont(FONT, 9)
    pages.write([text], 30, 60)
    reading = read_file(pages.saved(), SHAPE)
    assert reading.hints[0].found == text
