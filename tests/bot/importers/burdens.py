"""Reads each bomb in a process of its own, which the kernel ends where it takes too much; says what became of it."""

from __future__ import annotations

import base64
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path

from bot.importers.kinds import read_file
from tests.bot.importers import bombs
from tests.bot.importers.documents import compendium_docx, compendium_xlsx
from tests.bot.importers.samples import the_shape

MEMORY = 320 * 1024 * 1024  # bytes of addresses more than before it is read
PROCESSOR = 20  # seconds that the kernel counts, whatever else the machine does
BOMBS: dict[str, Callable[[], bytes]] = {
    **{
        make.__name__: make
        for make in (
            bombs.shared_strings, bombs.cells, bombs.rows, bombs.styles, bombs.paragraphs, bombs.just_under,
            bombs.depth, bombs.within, bombs.overlapping, bombs.boasting, bombs.nested_objects, bombs.many_pages,
            bombs.picture, bombs.long_line, bombs.long_row, bombs.open_quote,
        )
    },
    "laughs_in_xlsx": lambda: bombs.laughs(compendium_xlsx, "xl/worksheets/sheet1.xml"),
    "laughs_in_docx": lambda: bombs.laughs(compendium_docx, "word/document.xml"),
    "quadratic_in_xlsx": lambda: bombs.quadratic(compendium_xlsx, "xl/workbook.xml"),
    "quadratic_in_docx": lambda: bombs.quadratic(compendium_docx, "docProps/app.xml"),
    "hexadecimal": lambda: bombs.spelled(lambda data: data.hex().encode() + b">", b"ASCIIHexDecode"),
    "letters": lambda: bombs.spelled(lambda data: base64.a85encode(data) + b"~>", b"ASCII85Decode"),
    "lzw": lambda: bombs.spelled(lambda data: data, b"LZWDecode"),
    "by_numbers": lambda: bombs.spelled(lambda data: data.hex().encode() + b">", b"ASCII#48exDecode"),
}  # fmt: skip


def read(data: bytes) -> list[str]:
    """What is wrong with a file, read within the limits; what it took goes beyond them where it is not here."""
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + PROCESSOR
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    faults = read_file(data, the_shape()).faults
    return [f"{fault.code} {fault.found}" for fault in faults[:3]]


def main() -> None:
    """A line for each that came to its end."""
    import docx  # noqa: F401 - what reads is there before anything is counted
    import openpyxl  # noqa: F401
    import pypdfium2  # noqa: F401

    for name, make in BOMBS.items():
        data = make()
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        print(json.dumps([name, len(data), read(data)]), flush=True)  # noqa: T201 - what it is run for
        os._exit(0)


if __name__ == "__main__":
    main()
