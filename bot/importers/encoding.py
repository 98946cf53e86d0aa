"""Which characters the bytes of a text file are: UTF-8, UTF-16 with its mark, or GBK and what grew of it."""

from __future__ import annotations

import codecs
import unicodedata

from bot.errors import FileRefused
from bot.importers.reading import LONGEST_TEXT

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WITHOUT_MARK = ("utf-8", "gb18030")
FORBIDDEN = {"Cc", "Cs", "Co", "Cn"}  # kinds of characters that no paper is written in
SPACES = "\t\n\r\x0b\x0c\x1a"
MOST_STRANGE = 0.02  # share of such characters: scanners and old editors leave a few


def decoded(data: bytes) -> str:
    """The text; FileRefused where the bytes are none."""
    codes = next(((code,) for mark, code in MARKS if data.startswith(mark)), WITHOUT_MARK)
    for code in codes:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        strange = sum(unicodedata.category(char) in FORBIDDEN and char not in SPACES for char in text[:LONGEST_TEXT])
        if "\0" in text or strange > MOST_STRANGE * len(text):
            break
        if len(text) > LONGEST_TEXT:
            raise FileRefused("too_long", expected=str(LONGEST_TEXT))
        return text.translate({ord("\x1a"): None})
    raise FileRefused("encoding_unknown")
