"""What the packed streams of a PDF unpack to, looked at before a library unpacks them all."""

from __future__ import annotations

import base64
import re
import zlib

from bot.errors import FileRefused

LARGEST = 100 * 1024 * 1024  # bytes of all streams together; the printed papers have 3 MB
MOST = 20_000  # streams
DEEPEST = 4  # times that a stream may be packed or spelled within itself
MOST_SPELLED = 4 * 1024 * 1024  # bytes of streams that are spelled in letters: what decodes them here is slow
MB = 1024 * 1024
BEGIN = re.compile(rb"stream\r?\n")
HEXADECIMAL = re.compile(rb"[0-9A-Fa-f\s]+>\s*")
# Other ways to pack, also where a name is spelled by numbers: none of the papers has one, and they are not looked into.
OTHERWISE = re.compile(rb"/(?:LZW|RunLength)Decode|/[A-Za-z]*#[0-9A-Fa-f]{2}[A-Za-z#0-9]*Decode")


def check_streams(data: bytes) -> None:
    """FileRefused where the streams unpack to more than any paper has, or are packed in a way nobody looks into."""
    _check_ways(data)
    left, letters = LARGEST, MOST_SPELLED
    for count, match in enumerate(BEGIN.finditer(data)):
        if count > MOST:
            raise FileRefused("bomb", found=str(count), expected=str(MOST))
        end = data.find(b"endstream", match.end())
        packed = data[match.end() : end if end >= 0 else len(data)]
        for _ in range(DEEPEST):
            unpacked = _unpacked(packed, left)
            if not unpacked and _is_spelled(packed):
                letters -= len(packed)
                unpacked = _unspelled(packed) if letters > 0 else bytes(left)
            packed = unpacked
            left -= len(packed)
            if left <= 0:
                raise FileRefused("bomb", found=f"{LARGEST // MB} MB", expected=f"{LARGEST // MB} MB")
            if not packed:
                break
            _check_ways(packed)


def _check_ways(data: bytes) -> None:
    if found := OTHERWISE.search(data):
        raise FileRefused("old_format", found=found[0].decode())


def _unpacked(packed: bytes, most: int) -> bytes:
    """What a stream unpacks to, at most so much of it; nothing where it is packed in another way or not at all."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""


def _is_spelled(packed: bytes) -> bool:
    """Whether bytes are spelled in letters."""
    return packed.rstrip().endswith(b"~>") or HEXADECIMAL.fullmatch(packed) is not None


def _unspelled(packed: bytes) -> bytes:
    """The bytes that are spelled in letters; nothing where they cannot be read."""
    text = b"".join(packed.split())
    try:
        if text.endswith(b"~>"):
            return base64.a85decode(text[:-2].removeprefix(b"<~"))
        digits = text[:-1].decode("ascii")
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    except ValueError:
        return b""
