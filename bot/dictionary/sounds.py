"""Words found by their sound: homophones typed by mistake, and pinyin typed in Latin letters."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Generic, TypeVar

from bot.characters import is_hanzi, syllable
from bot.chinese import Folded
from bot.dictionary.vocabulary import Made
from bot.matcher import Letters, Matcher, Values, inner_places

T = TypeVar("T")

SHORTEST = 3  # characters: two syllables have too many homophones
BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"))  # initials that many speakers and typists do not tell apart
PRIVATE = 0xE000  # syllables are spelled as private characters, one for each
LONGEST_SYLLABLE, LONGEST_RUN = 6, 24  # letters
UNHEARD = PRIVATE - 1  # and a sound that no word has as this one
LATIN = re.compile("[a-z]")
MANY = 4096  # characters of which it is kept how their sound is spelled


class Spellings(dict[int, str]):
    """How the sound of a character is spelled, by its code; worked out once for those that are met."""

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, code: int) -> str:
        spelled = chr(self._numbers.get(_blurred(syllable(chr(code))), UNHEARD))
        if len(self) < MANY:
            self[code] = spelled
        return spelled


class Sounds(Generic[T]):
    """The words of a dictionary by their syllables."""

    def __init__(self, words: Iterable[tuple[str, int]], values: Values[T]) -> None:
        """Of words, each with the number that its value has."""
        self._numbers: dict[str, int] = {}
        self._spellings = Spellings(self._numbers)
        readings = Made(lambda code: syllable(chr(code)))
        spellings = Made(self._letter)
        spoken: dict[str, list[int]] = defaultdict(list)  # several words may have one sound
        typed: dict[str, list[int]] = defaultdict(list)
        for word, number in words:
            if not any(map(is_hanzi, word)):
                continue
            if len(word) >= SHORTEST:
                spoken[word.translate(spellings)].append(number)
            written = word.translate(readings)
            if written.isascii() and written.isalpha():  # what is typed is looked for in runs of letters
                typed[written].append(number)
        self._spoken_words = Matcher.over(*_listed(spoken, values))
        self._typed_words = Letters(*_listed(typed, values))

    def _letter(self, code: int) -> str:
        """How the sound of a character is spelled here."""
        return chr(self._numbers.setdefault(_blurred(syllable(chr(code))), PRIVATE + len(self._numbers)))

    def _spoken(self, text: str) -> str:
        return text.translate(self._spellings)

    def heard(self, folded: Folded) -> Iterator[tuple[int, int, T]]:
        """Words of the same sound as a part of the text, be some of it in Latin letters, as in 充电zhuang."""
        text = folded.text
        spoken, inner = self._spoken(text), inner_places(folded)
        for start, end, values in self._spoken_words.find(spoken):
            if start not in inner and end not in inner:
                yield from ((start, end, value) for value in values)
        if not LATIN.search(text):
            return
        tiled = list(self._units(text))
        if "".join(sound for _, _, sound in tiled) == spoken and len(tiled) == len(text):
            return
        for first, last, values in self._spoken_words.find("".join(sound for _, _, sound in tiled)):
            start, end = tiled[first][0], tiled[last - 1][1]
            if start not in inner and end not in inner:
                yield from ((start, end, value) for value in values)

    def _units(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where each syllable of a text stands, and how it is spelled."""
        place = 0
        for start, end in (*_runs(text), (len(text), len(text))):
            yield from ((n, n + 1, self._spoken(text[n])) for n in range(place, start))
            yield from self._tiled(text, start, end)
            place = end

    def _tiled(self, text: str, start: int, end: int) -> list[tuple[int, int, str]]:
        """The fewest syllables that make up a run of Latin letters; its letters, unheard, if none do."""
        best: dict[int, list[tuple[int, int, str]]] = {start: []}
        for reached in range(start, end) if end - start <= LONGEST_RUN else ():
            for stop in range(reached + 1, min(reached + LONGEST_SYLLABLE, end) + 1):
                number = self._numbers.get(_blurred(text[reached:stop]))
                if reached in best and number is not None:
                    longer = [*best[reached], (reached, stop, chr(number))]
                    best[stop] = min(best.get(stop, longer), longer, key=len)
        return best.get(end) or [(n, n + 1, chr(UNHEARD)) for n in range(start, end)]

    def typed(self, folded: Folded) -> Iterator[tuple[int, int, T]]:
        """Words whose pinyin tiles a run of Latin letters without a gap."""
        for start, end in _runs(folded.text) if LATIN.search(folded.text) else ():
            found = self._typed_words.find(folded.text[start:end])
            reached = {0}
            for left, right, _ in sorted(found, key=lambda hit: hit[1]):
                if left in reached:
                    reached.add(right)
            if end - start not in reached:
                continue
            kept = {end - start}
            for left, right, _ in sorted(found, key=lambda hit: -hit[1]):
                if right in kept and left in reached:
                    kept.add(left)
            for left, right, values in found:
                if left in kept and right in kept and left in reached:
                    yield from ((start + left, start + right, value) for value in values)


def _listed(words: Mapping[str, list[int]], values: Values[T]) -> tuple[str, Sequence[int], Values[list[T]]]:
    """Spellings in one text, where each begins and the last ends, and the values of all the words that have one."""
    numbers = array("I", chain.from_iterable(words.values()))
    lists = array("I", accumulate(map(len, words.values()), initial=0))
    bounds = array("I", accumulate(map(len, words), initial=0))
    return "".join(words), bounds, Made(lambda n: [values[number] for number in numbers[lists[n] : lists[n + 1]]])


def _blurred(sound: str) -> str:
    for initial, plain in BLURRED:
        if sound.startswith(initial):
            sound = plain + sound.removeprefix(initial)
    return sound.removesuffix("g") if sound.endswith("ng") else sound


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """The runs of Latin letters, across the spaces that people put between syllables."""
    start = None
    for place, char in enumerate(text + "\0"):
        inside = "a" <= char <= "z"
        if start is not None and not inside:
            yield start, place
            start = None
        if inside and start is None:
            start = place
