"""Files that are small and want much, each read under limits of the kernel: of memory and of the processor."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.importers.kinds import read_file
from bot.importers.reading import LARGEST_FILE
from tests.bot.importers import bombs
from tests.bot.importers.burdens import BOMBS
from tests.bot.importers.documents import compendium_docx, compendium_xlsx
from tests.bot.importers.samples import the_shape

ROOT = Path(__file__).parents[3]
WHY = {
    "rows": "too_many_rows",
    "just_under": "too_many_rows",
    "overlapping": "damaged",
    "nested_objects": "damaged",
    "many_pages": "too_many_pages",
    "picture": "no_items",
    "long_line": "too_long",
    "long_row": "too_long",
    "open_quote": "too_long",
    "laughs_in_xlsx": "declarations",
    "laughs_in_docx": "declarations",
    "quadratic_in_xlsx": "declarations",
    "quadratic_in_docx": "declarations",
    "lzw": "old_format",
    "by_numbers": "old_format",
}  # the others are called what they are


@pytest.fixture(scope="module")
def became() -> dict[str, tuple[int, list[str]]]:
    """What became of each that was read to its end: its size, and what was said of it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bot.importers.burdens"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return {name: (size, said) for name, size, said in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_told_within_the_limits(became: dict[str, tuple[int, list[str]]], name: str) -> None:
    """It is small enough to be sent, is not read beyond 320 MB and 20 seconds of the processor, and is refused for what
    it is, not for want of memory."""
    assert name in became, "the kernel ended it"
    size, said = became[name]
    assert size <= LARGEST_FILE
    assert said[0].split()[0] == WHY.get(name, "bomb"), said
    assert "Memory" not in said[0]


@pytest.mark.parametrize("make", [compendium_xlsx, compendium_docx])
def test_parts_that_nobody_reads_do_no_harm(make: object) -> None:
    """The samples are read as before with another archive inside, as a picture or an attachment."""
    data: bytes = make()  # type: ignore[operator]
    reading = read_file(bombs.rebuilt(data, {"media/inner.bin": data}), the_shape())
    assert len(reading.items) == 91
    assert reading.faults == ()


def test_strings_that_are_shared_are_read() -> None:
    """A workbook that keeps its strings apart, as Excel does, is not taken for a bomb."""
    reading = read_file(bombs.shared(b"<sst %b>%b</sst>" % (bombs.SHEET, b"<si><t>x</t></si>" * 20_000)), the_shape())
    assert len(reading.items) == 91
