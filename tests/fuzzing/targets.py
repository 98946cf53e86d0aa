"""Every border that a stranger's bytes cross, by name: what takes them, and what one input may cost there."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzzing.files import read_any, read_document, read_workbook
from tests.fuzzing.wire import read_xml, receive
from tests.fuzzing.words import ask

SEEDS = Path(__file__).parent.parent / "seeds"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Takes bytes, and raises where something is not as it must be.

    seconds  of the processor that one input may take, with room for a slow machine and for measuring
    longest  bytes of an input that are tried
    """

    take: Callable[[bytes], object]
    seconds: float
    longest: int


TARGETS = {
    "callback": Target(take=receive, seconds=0.5, longest=4096),
    "xml": Target(take=read_xml, seconds=0.5, longest=4096),
    "words": Target(take=ask, seconds=2.0, longest=2048),
    "texts": Target(take=read_any, seconds=2.0, longest=8192),
    "xlsx": Target(take=read_workbook, seconds=3.0, longest=8192),
    "docx": Target(take=read_document, seconds=3.0, longest=8192),
    "pdf": Target(take=read_any, seconds=3.0, longest=16384),
}


def seeds(name: str) -> list[bytes]:
    """The inputs that are kept for a target: one of each kind, and what once was wrong."""
    return [path.read_bytes() for path in sorted((SEEDS / name).iterdir())]


def fresh(kept: list[bytes], many: int, chance: random.Random) -> Iterator[bytes]:
    """Inputs that nobody tried: kept ones with bytes changed, cut out, doubled or taken from others."""
    for _ in range(many):
        data = bytearray(chance.choice(kept))
        for _ in range(chance.randint(1, 6)):
            at, long = chance.randrange(len(data) + 1), chance.choice((1, 1, 2, 4, 16, 64))
            match chance.randrange(5):
                case 0:
                    data[at : at + long] = chance.randbytes(long)
                case 1:
                    del data[at : at + long]
                case 2:
                    data[at:at] = data[at : at + long] * chance.choice((1, 1, 3, 20))
                case 3:
                    other = chance.choice(kept)
                    start = chance.randrange(len(other) + 1)
                    data[at : at + long] = other[start : start + chance.choice((4, 32, 256))]
                case _:
                    data[at : at + 1] = chance.choice(ODD)
        yield bytes(data)


ODD = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"<",
    b"]]>",
    b"&#0;",
    b'"',
    b"9" * 25,
    b"-1",
    "亿".encode(),
    "〇".encode(),
    "①".encode(),
    "\u2028".encode(),
    "\u0301".encode(),
    b"<!DOCTYPE",
)
