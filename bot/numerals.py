"""Numbers written in Chinese characters, below ten thousand; larger scales stand apart, as the words of a sum do."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
PLACES = {"十": 10, "百": 100, "千": 1000}
PLAIN = str.maketrans("〇两壹贰叁肆伍陆柒捌玖拾佰仟", "零二一二三四五六七八九十百千")
ONE = "[一二三四五六七八九]"
TENS = f"{ONE}?十{ONE}?"
ORDERLY = re.compile(
    f"零|{ONE}|(?:{ONE}千)?(?:{ONE}百)?(?:{TENS})?|(?:{ONE}千)?{ONE}百零{ONE}|{ONE}千零(?:{ONE}|{TENS})"
)
SHORTENED = re.compile(f"(?:[{DIGITS}]{{0,2}}[十百千])+[{DIGITS}]")  # 三百五 is 350, 两千三 is 2300
UNSAID = re.compile("(?<=零)(?=[十百])|(?<=[百千])(?=十)")  # where a one is left out: 一百十, 一千零十
MARK = "点"


def read(text: str) -> float:
    """What a numeral in characters says: 三千五百, 一百零五, 二五, 三百五, 一点五. ValueError where it says nothing."""
    whole, mark, rest = text.translate(PLAIN).partition(MARK)
    number = _whole(whole)
    return float(f"{number}.{_digits(rest) if rest else 0}") if mark else float(number)


def _whole(text: str) -> int:
    text = UNSAID.sub("一", text)
    if text and ORDERLY.fullmatch(text):
        return _sum(text)
    if len(text) > 2 and SHORTENED.fullmatch(text):
        place = max(text.rfind(mark) for mark in PLACES)
        if text[place] == "十":  # 一十五三
            raise ValueError(text)
        return _sum(text[: place + 1]) + PLACES[text[place]] // 10 * DIGITS.index(text[-1])
    return int(_digits(text))


def _digits(text: str) -> str:
    """Digits one by one, as 二〇二六; ValueError where one is none, or there is none."""
    return "".join(str(DIGITS.index(char)) for char in text)


def _sum(text: str) -> int:
    """Each digit times the place behind it; a place that begins the text counts once."""
    total, place = 0, 1
    for char in reversed(text):
        place = PLACES.get(char, place)
        total += 0 if char in PLACES else DIGITS.index(char) * place
    return total + PLACES.get(text[0], 0)
