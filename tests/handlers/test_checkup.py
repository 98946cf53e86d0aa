"""The doctor's sentences."""

from __future__ import annotations

import inspect
import re
import string

from bot import checkup
from handlers.checkup import CHECKUP


def test_every_finding_has_its_sentence() -> None:
    """The doctor is never at a loss for words, and has none that are never said."""
    source = inspect.getsource(checkup)
    assert set(re.findall(r'name="(\w+)"', source)) <= set(CHECKUP)
    assert {name for name in CHECKUP if f'"{name}"' not in source} == set()


def test_every_sentence_takes_detail_and_reason_alone() -> None:
    """A sentence has no other gap than {detail} and {reason}."""
    for sentence in CHECKUP.values():
        gaps = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
        assert gaps <= {"detail", "reason"}, sentence
