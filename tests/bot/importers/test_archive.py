"""What an archive may not be: a bomb, a locked box, a document that declares entities."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from bot.errors import FileRefused
from bot.importers import archive
from bot.importers.archive import check_archive, names_of
from bot.importers.kinds import read_file
from tests.bot.importers.documents import compendium_docx, compendium_xlsx
from tests.bot.importers.samples import the_shape


def rebuilt(data: bytes, changed: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name, part in {**{name: old.read(name) for name in old.namelist()}, **changed}.items():
            new.writestr(name, part)
    return out.getvalue()


def refused(data: bytes) -> str:
    """Why an archive may not be opened."""
    with pytest.raises(FileRefused) as caught:
        check_archive(data)
    assert [fault.code for fault in read_file(data, the_shape()).faults] == [caught.value.code]
    return caught.value.code


@pytest.mark.parametrize("make", [compendium_xlsx, compendium_docx])
def test_what_office_programs_write_may_be_opened(make: object) -> None:
    """The samples pass, and their parts are named."""
    data: bytes = make()  # type: ignore[operator]
    check_archive(data)
    assert "[Content_Types].xml" in names_of(data)


def test_a_bomb_is_not_opened() -> None:
    """A part that grows to many times its size is refused by what its header says, before it is unpacked."""
    data = rebuilt(compendium_xlsx(), {"xl/media/picture.png": b"\0" * (archive.HARMLESS * 4)})
    assert refused(data) == "bomb"


def test_a_bomb_that_lies_is_not_opened() -> None:
    """A header that says less than there is does not help: the archive is damaged, and never fully unpacked."""
    data = bytearray(rebuilt(compendium_xlsx(), {"xl/bomb.xml": b" " * (archive.HARMLESS * 4)}))
    true_size = struct.pack("<I", archive.HARMLESS * 4)
    at = data.find(true_size)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
        at = data.find(true_size)
    assert refused(bytes(data)) == "damaged"


def test_too_many_parts_are_not_opened() -> None:
    """Each costs something, however small."""
    data = rebuilt(compendium_xlsx(), {f"xl/part{n}.xml": b"" for n in range(archive.MOST_ENTRIES)})
    assert refused(data) == "bomb"


@pytest.mark.parametrize(
    "declared",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
        b" " * (archive.CHUNK - 4) + b"<!DOCTYPE x><x/>",  # across the border of two pieces
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sheet1.dat", "_rels/.rels", "customXml/item1.xml"])
def test_entities_are_refused(declared: bytes, part: str) -> None:
    """No part may declare anything, be it one that nobody reads."""
    assert refused(rebuilt(compendium_xlsx(), {part: declared}, method=zipfile.ZIP_STORED)) == "declarations"


def test_a_locked_archive_is_told_apart() -> None:
    """One whose entries are encrypted is not called damaged."""
    data = bytearray(compendium_xlsx())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= archive.ENCRYPTED
        at += 4
    assert refused(bytes(data)) == "encrypted"


def test_odd_packing_is_refused() -> None:
    """Office programs pack in one way alone."""
    assert refused(rebuilt(compendium_xlsx(), {}, method=zipfile.ZIP_LZMA)) == "damaged"
