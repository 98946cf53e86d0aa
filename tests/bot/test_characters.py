"""What is known of single characters, held against the libraries that it is taken from."""

from __future__ import annotations

import os
from collections import defaultdict

import opencc
import pytest

from bot.characters import HANZI, _reading, is_hanzi, syllable
from bot.chinese import fold

os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # a phrase dictionary of 45 MB: readings are of single characters

from pypinyin import lazy_pinyin

CHARACTERS = tuple(filter(is_hanzi, map(chr, range(0x3000, 0xB000))))


def readings() -> str:
    """The file of readings as pypinyin has them: a line for each syllable with what is first read so."""
    found: dict[str, str] = defaultdict(str)
    for char in CHARACTERS:
        (sound,) = lazy_pinyin(char)
        found[sound] += "" if sound == char else char
    return "".join(f"{sound} {chars}\n" for sound, chars in sorted(found.items()) if chars)


def simplified() -> str:
    """The file of simpler forms as opencc has them: the characters that have one, and below each its own. They are
    converted twice, because what it makes of 薴 is itself converted."""
    convert = opencc.OpenCC("t2s").convert
    pairs = [(char, simpler) for char in CHARACTERS if (simpler := convert(convert(char))) != char]
    return "".join("".join(line) + "\n" for line in zip(*pairs, strict=True))


def test_readings_are_those_of_pypinyin() -> None:
    """The file has them all, and each character is read by it."""
    assert (HANZI / "readings.txt").read_text(encoding="utf-8") == readings()
    assert [char for char in CHARACTERS if syllable(char) != "".join(lazy_pinyin(char))] == []


def test_simpler_forms_are_those_of_opencc() -> None:
    """The file has them all, and each character is folded into its own."""
    assert (HANZI / "simplified.txt").read_text(encoding="utf-8") == simplified()
    convert = opencc.OpenCC("t2s").convert
    letters = filter(str.isalnum, CHARACTERS)  # among them are the hexagrams of 易经, which are signs
    assert [char for char in letters if fold(char).text != convert(convert(char))] == []


@pytest.mark.parametrize("char", ["a", "1", "。", "\n", " ", "\u3005", "\u4dc0", ""])
def test_what_has_no_reading_stands_for_itself(char: str) -> None:
    """Letters, signs, what stands between the lines of the file, and characters that no dictionary reads."""
    assert syllable(char) == char


def test_what_strangers_send_is_not_kept() -> None:
    """Of a hundred thousand characters that have no reading nothing is remembered."""
    before = _reading.cache_info().currsize
    assert [code for code in range(0xA000, 0x20000) if syllable(chr(code)) != chr(code)] == []
    assert _reading.cache_info().currsize == before
