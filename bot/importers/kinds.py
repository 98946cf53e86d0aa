"""The kinds of files that can be imported, told apart by what is in them, and the one way to read any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.errors import FileRefused
from bot.importers.archive import names_of
from bot.importers.csv import delimiter_of, read_csv
from bot.importers.docx import read_docx
from bot.importers.encoding import decoded
from bot.importers.pdf import read_pdf
from bot.importers.prose import read_prose
from bot.importers.reading import LARGEST_FILE, MOST_ROWS, Block, Fault, Progress, Reading, shown, silent
from bot.importers.shape import Shape
from bot.importers.tables import is_head, nearest_head, read_table
from bot.importers.text import TAB, read_text
from bot.importers.xlsx import read_xlsx

IMPORTERS: dict[str, Callable[[bytes, Shape, Progress], Iterator[Block]]] = {
    "xlsx": read_xlsx,
    "docx": read_docx,
    "pdf": read_pdf,
    "csv": read_csv,
    "text": read_text,
}
ZIP, PDF, OLE, RTF = b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf"
PDF_WITHIN = 1024  # bytes in which a PDF must say that it is one
PACKED = "EncryptedPackage".encode("utf-16-le")  # how Office keeps a file that has a password
MB = 1024 * 1024


def kind_of(data: bytes, shape: Shape) -> str:
    """Which importer reads these bytes; FileRefused where none does."""
    if not data.strip(b"\0 \t\r\n"):
        raise FileRefused("empty")
    if len(data) > LARGEST_FILE:
        raise FileRefused("too_large", found=f"{len(data) / MB:.1f} MB", expected=f"{LARGEST_FILE // MB} MB")
    if data.startswith(ZIP):
        names = names_of(data)
        kinds = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx"}
        kind = next((kind for name, kind in kinds.items() if name in names), "")
        if not kind:
            raise FileRefused("old_format" if "xl/workbook.bin" in names else "unknown_kind", found="ZIP")
        return kind
    if PDF in data[:PDF_WITHIN]:
        return "pdf"
    if data.startswith(OLE):
        raise FileRefused("encrypted" if PACKED in data else "old_format")
    if data.startswith(RTF):
        raise FileRefused("old_format", found="RTF")
    text = decoded(data)
    if text.lstrip()[:100].lower().startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise FileRefused("unknown_kind", found="HTML")
    delimiter = delimiter_of(text, shape)
    quoted = delimiter == TAB and f'{TAB}"' in text  # as spreadsheets do with cells of several lines
    return "csv" if quoted or delimiter not in ("", TAB) else "text"


def read_file(data: bytes, shape: Shape, progress: Progress = silent) -> Reading:
    """The items of a file, or what is wrong with it and where. Raises nothing; run it in a thread."""
    return read_whole(data, shape, progress)[0]


def read_whole(data: bytes, shape: Shape, progress: Progress = silent) -> tuple[Reading, list[Block]]:
    """The same with the rows and lines it was made of."""
    kind = ""
    try:
        kind = kind_of(data, shape)
        blocks = blocks_of(data, kind, shape, progress=progress)
        has_table = any(is_head(block, shape) for block in blocks)
        items, faults, hints = (read_table if has_table else read_prose)(blocks, shape)
    except FileRefused as refused:
        fault = Fault(code=refused.code, found=shown(refused.found), expected=refused.expected)
        return Reading(kind=kind, faults=(fault,)), []
    if not (items or faults):
        head, near = nearest_head(blocks, shape)
        expected = " ".join(names[0] for names in shape.columns.values())
        faults = [Fault(code="no_items", place=head, found=near, expected=expected)]
    reading = Reading(kind=kind, items=tuple(items), faults=tuple(faults), hints=tuple(hints), rows=len(blocks))
    return reading, blocks


def blocks_of(data: bytes, kind: str, shape: Shape, *, progress: Progress = silent) -> list[Block]:
    """The rows and lines of a file of a known kind. Raises FileRefused, and of what its library raises nothing else."""
    blocks: list[Block] = []
    try:
        for block in IMPORTERS[kind](data, shape, progress):
            blocks.append(block)
            if len(blocks) > 8 * MOST_ROWS:
                raise FileRefused("too_many_rows", expected=str(8 * MOST_ROWS))
    except FileRefused:
        raise
    except Exception as error:  # libraries raise anything over a damaged file
        raise FileRefused("damaged", found=type(error).__name__) from error
    return blocks
