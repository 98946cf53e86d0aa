"""The sentences of importing: one for everything that can be said, none that never is."""

from __future__ import annotations

import re
import string
from pathlib import Path

import bot.importers
from bot.commands import importing
from bot.editions import compendium
from bot.importers.sentences import SPOTS
from handlers.importing import IMPORTING

SOURCES = [*Path(bot.importers.__path__[0]).glob("*.py"), Path(importing.__file__), Path(compendium.__file__)]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
GAPS = {
    "", "done", "total", "kind", "rows", "items", "count", "place", "sentence", "number", "title", "basis", "validity",
    "units", "source", "new", "changed", "same", "gone", "id", "field", "before", "after", "batch", "names", "sources",
    "found", "expected", "path", "reason", "name",
}  # fmt: skip


def test_every_fault_has_its_sentence() -> None:
    """Whatever a file is refused for, or a cell is, can be said."""
    codes = set(re.findall(r'(?:FileRefused|Unclear)\(\s*"(\w+)"', CODE)) | set(re.findall(r'code="(\w+)"', CODE))
    codes |= set(re.findall(r'"(number_\w+|validity_\w+|\w+_unreadable|encrypted|damaged|old_format)"', CODE))
    assert len(codes) > 30
    assert codes - set(IMPORTING) == set()


def test_every_sentence_is_said() -> None:
    """None is left over from something that is no longer told."""
    made = {
        *(f"at_{spot}" for spot in SPOTS),
        *(f"field_{name}" for name in ("title", "wording", "basis", "validity", "units", "phones")),
        *(f"kind_{name}" for name in ("xlsx", "csv", "docx", "text", "pdf")),
        *(name for name in IMPORTING if name.endswith("_none")),
    }
    assert {name for name in IMPORTING if name not in made and f'"{name}"' not in CODE} == set()


def test_every_sentence_takes_what_it_is_given() -> None:
    """A sentence has no gap that nothing fills."""
    for sentence in IMPORTING.values():
        gaps = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert gaps <= GAPS, sentence
