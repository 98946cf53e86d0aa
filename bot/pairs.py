"""Neighbouring characters of a text: what names are held against each other by, with no dictionary of words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bot.chinese import Folded, fold

Place = tuple[int, str]


def placed_pairs(folded: Folded) -> Iterator[Place]:
    """Neighbouring characters with the place of the second; Latin letters and digits as whole runs."""
    text, run = folded.text, ""
    for place, char in enumerate(text):
        joined = place and place not in folded.breaks
        if char.isascii():
            run = run + char if joined else char
            if place + 1 == len(text) or not text[place + 1].isascii() or place + 1 in folded.breaks:
                if not run.isdigit():
                    yield place, run
                run = ""
        elif joined and not text[place - 1].isascii():
            yield place, text[place - 1] + char


@lru_cache(maxsize=8192)
def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a text, folded, and its Latin words."""
    return frozenset(pair for _, pair in placed_pairs(fold(text)))
