"""Files that are small and want much: each is built of a good one, with one part that grows."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.bot.importers.documents import compendium_docx, compendium_xlsx
from tests.bot.importers.samples import HEAD

WORD = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SHEET = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
MILLION = 1_000_000


def rebuilt(data: bytes, changed: dict[str, bytes]) -> bytes:
    """An archive with parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in {**{name: old.read(name) for name in old.namelist()}, **changed}.items():
            new.writestr(name, part)
    return out.getvalue()


def noise(many: int) -> list[bytes]:
    """Words that pack badly, so that no part grows as steeply as a bomb does."""
    chance = random.Random(7)
    return [b"%06x" % chance.getrandbits(24) for _ in range(many)]


def shared_strings() -> bytes:
    """A workbook with a million strings to share, of which its cells use a few."""
    strings = b"".join(b"<si><t>%b</t></si>" % word for word in noise(MILLION))
    return shared(b"<sst %b>%b</sst>" % (SHEET, strings))


def shared(strings: bytes) -> bytes:
    """A workbook with these strings to share, which it says it has."""
    data = compendium_xlsx()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types, relations = archive.read("[Content_Types].xml"), archive.read("xl/_rels/workbook.xml.rels")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    place = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%b"/></Types>' % kind
    way = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    link = b'<Relationship Id="rShared" Type="%b" Target="/xl/sharedStrings.xml"/></Relationships>' % way
    return rebuilt(
        data,
        {
            "xl/sharedStrings.xml": strings,
            "[Content_Types].xml": types.replace(b"</Types>", place),
            "xl/_rels/workbook.xml.rels": relations.replace(b"</Relationships>", link),
        },
    )


def cells() -> bytes:
    """A sheet of a million cells in one row."""
    row = b"".join(b"<c><v>%d</v></c>" % int(word, 16) for word in noise(MILLION))
    sheet = b'<worksheet %b><sheetData><row r="1">%b</row></sheetData></worksheet>' % (SHEET, row)
    return rebuilt(compendium_xlsx(), {"xl/worksheets/sheet1.xml": sheet})


def styles() -> bytes:
    """A workbook of half a million formats."""
    formats = b"".join(b'<xf numFmtId="%d"/>' % int(word[:3], 16) for word in noise(MILLION // 2))
    return rebuilt(
        compendium_xlsx(), {"xl/styles.xml": b"<styleSheet %b><cellXfs>%b</cellXfs></styleSheet>" % (SHEET, formats)}
    )


def paragraphs() -> bytes:
    """A document of a million empty paragraphs."""
    body = b"".join(b'<w:p w:r="%b"/>' % word for word in noise(MILLION))
    return rebuilt(
        compendium_docx(),
        {"word/document.xml": b"<w:document %b><w:body>%b</w:body></w:document>" % (WORD, body)},
    )


def just_under() -> bytes:
    """A document of nearly as many empty paragraphs as there may be brackets."""
    body = b"".join(b'<w:p w:r="%b"/>' % word for word in noise(560_000))
    return rebuilt(
        compendium_docx(),
        {"word/document.xml": b"<w:document %b><w:body>%b</w:body></w:document>" % (WORD, body)},
    )


def depth() -> bytes:
    """A document of elements within elements, a hundred thousand deep."""
    deep = b"<w:p>" * 100_000 + b"</w:p>" * 100_000
    return rebuilt(
        compendium_docx(),
        {"word/document.xml": b"<w:document %b><w:body>%b</w:body></w:document>" % (WORD, deep)},
    )


def within() -> bytes:
    """A document that holds a bomb as an attachment, which is nobody's to open."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100 * MILLION))
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_STORED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.zip", bomb.getvalue())
    return rebuilt(compendium_docx(), {"word/embeddings/oleObject1.bin": nested.getvalue()})


def overlapping() -> bytes:
    """A workbook whose directory names one piece of data a thousand times."""
    data = rebuilt(compendium_xlsx(), {"xl/media/one.bin": zlib.compress(bytes(range(256)) * 2000)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        one = archive.getinfo("xl/media/one.bin")
        start, count = archive.start_dir, len(archive.infolist())
    entry = data[data.index(b"PK\x01\x02", start) :]
    place = entry.rindex(b"xl/media/one.bin") - 46
    head = entry[place : place + 46]
    more = b"".join(
        head[:28] + struct.pack("<H", 16) + head[30:] + b"xl/media/%03x.bin" % number for number in range(1000)
    )
    directory = entry[: place + 46 + 16] + more
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count + 1000, count + 1000, len(directory), start, 0)
    assert one.file_size
    return data[:start] + directory + end


def boasting() -> bytes:
    """A workbook that says of a part that it has nearly four gigabytes."""
    data = bytearray(compendium_xlsx())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", 0xFFFFFFF0)
    return bytes(data)


def rows() -> bytes:
    """A workbook whose brackets are as many as may be, in cells that are read."""
    lines = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % n for n in range(1, 90_000))
    return rebuilt(
        compendium_xlsx(),
        {"xl/worksheets/sheet1.xml": b"<worksheet %b><sheetData>%b</sheetData></worksheet>" % (SHEET, lines)},
    )


def laughs(make: Callable[[], bytes], part: str) -> bytes:
    """An office file whose part declares entities that hold each other."""
    entities = b"".join(b'<!ENTITY a%d "%b">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    text = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">%b]><x>&a9;</x>' % entities
    return rebuilt(make(), {part: text})


def quadratic(make: Callable[[], bytes], part: str) -> bytes:
    """An office file that names one long entity very often."""
    text = b'<!DOCTYPE x [<!ENTITY a "%b">]><x>%b</x>' % (b"a" * 50_000, b"&a;" * 50_000)
    return rebuilt(make(), {part: text})


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, of which the first is the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return body + end % (len(places) + 1, table, len(places) + 1, len(body))


def nested_objects() -> bytes:
    """A PDF of arrays within arrays, and of pages within pages, very deep."""
    deep = b"[" * 200_000 + b"]" * 200_000
    return pdf(b"<< /Type /Catalog /Pages 2 0 R /X %b >>" % deep, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")


def many_pages() -> bytes:
    """A PDF that says it has two thousand million pages, and shows one over and over."""
    kids = b"3 0 R " * 100_000
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count 2000000000 >>" % kids,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    )


def picture(many: int = 60_000) -> bytes:
    """A PDF of one page with a picture of so many dots a side, packed into little."""
    packed = zlib.compress(bytes(90 * MILLION), 9)
    image = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
    ) % (many, many, len(packed), packed)
    draw = b"q 500 0 0 500 0 0 cm /I Do Q BT /F 12 Tf 10 10 Td (1. a) Tj ET"
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> "
        b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(draw), draw),
        image,
    )


def spelled(spell: Callable[[bytes], bytes], name: bytes) -> bytes:
    """A PDF whose page unpacks to much, spelled in letters first, so that it does not look packed."""
    packed = spell(zlib.compress(b" " * (300 * MILLION), 9))
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 4 0 R >>",
        b"<< /Length %d /Filter [/%b /FlateDecode] >>\nstream\n%b\nendstream" % (len(packed), name, packed),
    )


def long_line() -> bytes:
    """A table with one line of nineteen megabytes."""
    return ",".join(HEAD).encode() + b"\n" + b"a" * (19 * MILLION)


def long_row() -> bytes:
    """A table with one row of millions of cells."""
    return ",".join(HEAD).encode() + b"\n" + b"a," * (9 * MILLION)


def open_quote() -> bytes:
    """A table with a quote that is never closed."""
    return ",".join(HEAD).encode() + b'\n"' + b"a\n" * (9 * MILLION)


def zeros(many: int) -> bytes:
    """So many bytes, packed as a body of a request may be: one stream, made of a piece that comes again and again."""
    piece = bytes(min(many, 10 * MILLION))
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    times, check = many // len(piece), 0
    for _ in range(times):
        check = zlib.crc32(piece, check)
    end = packer.flush() + struct.pack("<LL", check, times * len(piece))
    return gzip.compress(b"")[:10] + packed * times + end
