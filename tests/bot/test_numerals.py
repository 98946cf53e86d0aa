"""Numbers in Chinese characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.numerals import DIGITS, read

NUMBERS = st.integers(0, 9999)


def write(number: int) -> str:
    """A number as it is read aloud in full: 1015 is 一千零一十五."""
    said, silent = "", False
    for place, mark in zip((1000, 100, 10, 1), ("千", "百", "十", ""), strict=True):
        digit = number // place % 10
        if digit:
            said += ("零" if silent and said else "") + DIGITS[digit] + mark
        silent = not digit
    return said or "零"


@given(NUMBERS)
def test_every_number_is_read(number: int) -> None:
    """As it is said, as it is said without the one of a ten, digit by digit, and in the characters of cheques."""
    said = write(number)
    assert read(said) == number
    assert read(said.replace("一十", "十")) == number
    assert read("".join(DIGITS[int(digit)] for digit in str(number))) == number
    assert read(said.translate(str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟"))) == number


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([("百", 100), ("千", 1000)]))
def test_the_last_place_may_go_unsaid(many: int, few: int, place: tuple[str, int]) -> None:
    """三百五 is 350, 两千三 is 2300."""
    mark, value = place
    assert read(f"{DIGITS[many]}{mark}{DIGITS[few]}") == many * value + few * value // 10


@given(NUMBERS, st.text(st.sampled_from(DIGITS), min_size=1, max_size=5))
def test_what_stands_behind_the_point_is_read(number: int, rest: str) -> None:
    """一点五 is 1.5, to the last digit."""
    digits = "".join(str(DIGITS.index(char)) for char in rest)
    assert read(f"{write(number)}点{rest}") == float(f"{number}.{digits}")


@pytest.mark.parametrize(
    "text",
    ["", "点", "点五", "百千", "十十", "十一十九", "三百一十五四", "五点百", "一点二点三", "几", "一万", "a"],
)
def test_what_says_no_number_is_refused(text: str) -> None:
    """Neither a number is made up, nor a part of the text read for the whole."""
    with pytest.raises(ValueError, match=r"."):
        read(text)
