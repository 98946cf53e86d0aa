"""The platform's own words."""

from __future__ import annotations

import re

from bot.emulator.words import read_words


def test_the_words_are_whole() -> None:
    """The file has every word, in Chinese, and the fault line is the one clients show."""
    words = read_words()
    assert words.fault == "该公众号提供的服务出现故障，请稍后再试"
    assert all(words.__getattribute__(name) for name in words.__struct_fields__)


def test_every_pattern_compiles() -> None:
    """Each kind of field has a positive limit and a pattern that refuses nothing at all."""
    for shape in read_words().fields.values():
        assert shape.limit > 0
        assert not re.fullmatch(shape.pattern, "")
