"""What the packed streams of a PDF unpack to, looked at before a library unpacks them all."""

from __future__ import annotations

import re
import zlib

from bot.errors import FileRefused

LARGEST = 100 * 1024 * 1024  # bytes of all streams together; the printed papers have 3 MB
MOST = 20_000  # streams
DEEPEST = 3  # times that a stream may be packed within itself
MB = 1024 * 1024
BEGIN = re.compile(rb"stream\r?\n")


def check_streams(data: bytes) -> None:
    """FileRefused where the streams unpack to more than any paper has."""
    left = LARGEST
    for count, match in enumerate(BEGIN.finditer(data)):
        if count > MOST:
            raise FileRefused("bomb", found=str(count), expected=str(MOST))
        end = data.find(b"endstream", match.end())
        packed = data[match.end() : end if end >= 0 else len(data)]
        for _ in range(DEEPEST):
            packed = _unpacked(packed, left)
            left -= len(packed)
            if left <= 0:
                raise FileRefused("bomb", found=f"{LARGEST // MB} MB", expected=f"{LARGEST // MB} MB")
            if not packed:
                break


def _unpacked(packed: bytes, most: int) -> bytes:
    """What a stream unpacks to, at most so much of it; nothing where it is packed in another way or not at all."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""
