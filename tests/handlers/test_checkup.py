"""The doctor's sentences."""

from __future__ import annotations

import inspect
import re
import string

from bot import findings, passage
from bot.commands import checkup, standing, upkeep
from handlers.checkup import CHECKUP

FAMILY = re.compile(r"(kind|channel|queue)_\w+")  # named after kinds of accounts, channels, and tables
EITHER = re.compile(r"(?:template|notice)_(\w+)")  # said of both alike


def test_every_finding_has_its_sentence() -> None:
    """The doctor is never at a loss for words, and has none that are never said."""
    source = "".join(inspect.getsource(module) for module in (checkup, findings, passage, standing, upkeep))
    assert set(re.findall(r'name="(\w+)"', source)) <= set(CHECKUP)
    said = {name for name in CHECKUP if f'"{name}"' in source}
    said |= {name for name in CHECKUP if (found := FAMILY.fullmatch(name)) and f"{found[1]}_{{" in source}
    said |= {name for name in CHECKUP if (found := EITHER.fullmatch(name)) and f'}}_{found[1]}"' in source}
    assert said == set(CHECKUP)


def test_every_sentence_takes_detail_and_reason_alone() -> None:
    """A sentence has no other gap than {detail} and {reason}."""
    for sentence in CHECKUP.values():
        gaps = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert gaps <= {"detail", "reason"}, sentence
