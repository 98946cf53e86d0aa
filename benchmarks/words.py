"""Made-up dictionaries and questions in Chinese characters, the same in every run."""

from __future__ import annotations

import random
from itertools import accumulate

SEED = 20261122
LEVEL_ONE = range(0xB0, 0xD8)  # rows of GB 2312 with its 3755 common characters
HANZI = range(0x4E00, 0x9FA6)
SHORTEST, LONGEST = 2, 10  # characters of a keyword
QUESTION = 30  # characters
DRAWN = 100_000  # characters that are drawn at once


def common() -> tuple[str, ...]:
    """The common characters in an order of their own, the first of them to be used most."""
    pairs = (bytes((row, cell)) for row in LEVEL_ONE for cell in range(0xA1, 0xFF))
    characters = [character for pair in pairs if len(character := pair.decode("gb2312", "ignore")) == 1]
    random.Random(SEED).shuffle(characters)
    return tuple(characters)


class Writer:
    """Writes keywords and questions; two of one seed write the same. Few characters are used most, as in a language."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        self._characters = common()
        self._shares = list(accumulate(1 / (20 + rank) for rank in range(len(self._characters))))

    def characters(self, many: int) -> str:
        """So many characters."""
        return "".join(self._random.choices(self._characters, cum_weights=self._shares, k=many))

    def keywords(self, many: int) -> tuple[str, ...]:
        """So many different keywords; the first of them are those of a smaller dictionary."""
        found: dict[str, None] = {}
        while len(found) < many:
            drawn, place = self.characters(DRAWN), 0
            while place + LONGEST < DRAWN and len(found) < many:
                length = self._random.randint(SHORTEST, LONGEST)
                found[drawn[place : place + length]] = None
                place += length
        return tuple(found)

    def spread(self, many: int, first: int) -> tuple[str, ...]:
        """So many different keywords that begin with `first` different characters, each as often as the others."""
        begin = random.Random(SEED).sample([chr(code) for code in HANZI], first)
        return tuple(begin[number % first] + tail for number, tail in enumerate(self.keywords(many)))

    def questions(self, words: tuple[str, ...], many: int) -> tuple[str, ...]:
        """So many questions of QUESTION characters: three of the words, the rest as it comes."""
        texts = ("".join(self._random.choices(words, k=3)) + self.characters(QUESTION) for _ in range(many))
        return tuple(text[:QUESTION] for text in texts)
