"""What is known of single Chinese characters: how each is read, and its simpler form.

Both are as pypinyin and opencc have them, in two small files: as libraries they would be 20 MB of memory.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

HANZI = Path(__file__).parent / "hanzi"


def is_hanzi(char: str) -> bool:
    """Whether it is a Chinese character of the common planes, which have a reading and a simplified form."""
    return "\u3400" <= char <= "\u9fff"


@lru_cache(maxsize=4096)
def simplified(char: str) -> str:
    """The simplified form of a Chinese character; itself where it has none."""
    many, few = _forms()
    place = many.find(char)
    return char if place < 0 else few[place]


def syllable(char: str) -> str:
    """The toneless first reading of a character; other characters stand for themselves."""
    return _reading(char) if is_hanzi(char) else char


@cache
def _reading(char: str) -> str:  # kept of all that are read, not of whatever a stranger can send
    readings = _readings()
    place = readings.find(char)
    if place < 0:
        return char
    start = readings.rfind("\n", 0, place) + 1
    return readings[start : readings.index(" ", start)]


@cache
def _forms() -> tuple[str, str]:
    """The characters that have a simpler form, and those forms."""
    many, few = (HANZI / "simplified.txt").read_text(encoding="utf-8").splitlines()
    return many, few


@cache
def _readings() -> str:
    """A line for each syllable: it, a space, and the characters that are first read so."""
    return (HANZI / "readings.txt").read_text(encoding="utf-8")
