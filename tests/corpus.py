"""The corpus that ships with the program, read once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.corpus import Corpus, read_corpus

DATA = Path(__file__).parent.parent / "data"


@cache
def the_corpus() -> Corpus:
    """The real corpus; its index is built when first asked for."""
    return read_corpus(DATA)
