"""What is mined of sayings: the pieces of words by which people speak of a policy, or of what is no policy's matter.

`data/sayings/*.toml` holds lines that somebody would text who needs just that policy, and, under FOREIGN, lines that
ask for none. A piece that several lines of a policy share, and lines of few other policies, speaks for it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

import msgspec

from bot.chinese import TALK, Folded, fold

FOREIGN = "foreign"  # the name under which lines stand that ask for no policy
COMMON = 0.12  # a piece that more than this share of the policies have says nothing
OFTEN = 2  # lines of one policy that have a piece: more add nothing

_lines = msgspec.json.Decoder(tuple[str, ...])
Pieces = Callable[[Folded], Iterable[str]]


class Sayings(Mapping[str, tuple[str, ...]]):
    """The lines by name, packed until somebody asks: of 13,000, which only an index is built of, and staff read."""

    def __init__(self, lines: Mapping[str, tuple[str, ...]]) -> None:
        self._packed = {name: msgspec.json.encode(each) for name, each in lines.items()}

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return _lines.decode(self._packed[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def mine(
    sayings: Mapping[str, tuple[str, ...]],
    positions: Mapping[str, int],
    *,
    pieces: Pieces,
    silent: Container[str],
    places: Iterable[str],
) -> dict[str, dict[int, float]]:
    """For each piece the policies whose lines have it, with the share (up to 1) of OFTEN lines that do, as a weight.

    `positions` gives each name its place; names without one are left out. `silent` pieces say nothing, and `places`
    are cut out: which district somebody is in is read by itself.
    """
    names = re.compile("|".join(sorted(map(re.escape, places), key=len, reverse=True)) or "(?!)")
    counts: dict[str, dict[int, int]] = {}
    for name, lines in sayings.items():
        position = positions.get(name)
        if position is None:
            continue
        having: Counter[str] = Counter()
        for line in lines:
            having.update(set(pieces(fold(TALK.sub(" ", names.sub(" ", line))))))
        for piece, count in having.items():
            if piece not in silent:
                counts.setdefault(piece, {})[position] = count
    most = max(2, COMMON * len(positions))
    return {
        piece: {position: _weight(count) for position, count in held.items()}
        for piece, held in counts.items()
        if len(held) <= most and not _adds_nothing(piece, held, counts)
    }


def _adds_nothing(piece: str, held: dict[int, int], counts: Mapping[str, dict[int, int]]) -> bool:
    """Whether a shorter part of a piece already speaks for the same policies as often."""
    return len(piece) > 2 and held in (counts.get(piece[1:]), counts.get(piece[:-1]))


def _weight(count: int) -> float:
    return math.sqrt(min(count, OFTEN) / OFTEN)
