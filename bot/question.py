"""A follower's words, read: which words of the dictionary stand where, what is asked, what is left as the matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise

import msgspec

from bot.chinese import (
    BUY,
    CORRECTION,
    COUNTED,
    INTRODUCTION,
    LEADING,
    OF,
    PARTICLES,
    UNWANTED,
    Folded,
    Sum,
    day_places,
    days,
    fold,
    sums,
    years,
)
from bot.dictionary.index import Index
from bot.dictionary.vocabulary import CURATED, Entry, Meaning
from bot.reckoning.figures import NOT_THERE, growths, shares_in

SOUNDED = 0.8  # a word found by its sound alone is worth this share of the word itself
CALLS, SHORT = frozenset({"staff"}), 2  # characters
PARTED = 0.95  # and one that a particle stands in this share
THINGS = (4, 3, 2)  # characters of what a sum is spent on, the longest first
OVER, IN_FORCE = frozenset({"expiry", "expired", "expiring"}), frozenset({"current", "list"})
SIGNS = frozenset({"seeking", "ours", "bait", "kin", "trade"})
BAIT = frozenset({"bait"})
DIGIT = re.compile("[0-9]")  # without one no day and no year is named
FILLER = "filler"  # a single character that says nothing alone, and may be part of a word that does
SILENT = frozenset({"stop", "intent", "foreign", "elsewhere", "uncovered", "district", "level", "sum", "date", FILLER})
SHUT = SILENT - {FILLER}
SCOPES = frozenset({"unit", "paper", "phone", "collection", "id", "source", "title"})
# Where two words of one length lie over each other, the one that says more about the matter is taken.
PRECEDENCE = (
    "phone", "paper", "id", "unit", "collection", "title", "source", "topic", "district", "foreign", "elsewhere",
    "uncovered", "doubtful", "level", "", "intent", "stop",
)  # fmt: skip


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A word of the dictionary at a place of the folded text; `factor` is below 1 where only its sound fits."""

    start: int
    end: int
    entry: Entry
    factor: float = 1.0


@dataclass(frozen=True)
class Question:
    """What a text says, before anything is ranked.

    found   every word found, overlapping
    hits    those that speak for a policy
    chosen  those that do not lie over each other: the longest first
    signs   kinds of words that count wherever they stand, even inside others: seeking, ours, bait, kin, trade
    labels  for each character of the folded text the kind of the chosen word it belongs to, or "" for the matter
    """

    text: str
    folded: Folded
    found: tuple[Hit, ...]
    hits: tuple[Hit, ...]
    chosen: tuple[Hit, ...]
    signs: frozenset[str]
    labels: tuple[str, ...]
    sums: tuple[Sum, ...]
    days: tuple[date, ...]
    years: tuple[int, ...]

    def named(self, kind: str) -> tuple[str, ...]:
        """The values of a kind the text names, in its order."""
        return self.names.get(kind, ())

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """All values that the text names, by their kinds."""
        found: dict[str, dict[str, None]] = {}
        for hit in self.chosen:
            for meaning in hit.entry.meanings:
                found.setdefault(meaning.kind, {})[meaning.value] = None
        return {kind: tuple(values) for kind, values in found.items()}

    @cached_property
    def intents(self) -> frozenset[str]:
        """What the words ask for; where what is over is not wanted, what is in force."""
        named = frozenset(self.named("intent"))
        return named - OVER | IN_FORCE if UNWANTED.search(self.folded.text) else named

    @cached_property
    def faint(self) -> frozenset[str]:
        """Calls that may be none: each stands in a short word that may be a part of a longer one, as in 人工关节."""
        asked = [(hit, m.value) for hit in self.chosen for m in hit.entry.meanings if m.value in CALLS]
        clear = {value for hit, value in asked if hit.end - hit.start > SHORT or not self._runs_on(hit)}
        return frozenset(value for _, value in asked if value not in clear)

    def _runs_on(self, hit: Hit) -> bool:
        """Whether matter that no word explains follows at once."""
        end = hit.end
        return end in self.unexplained and end not in self.folded.breaks

    @cached_property
    def elsewhere(self) -> bool:
        """Whether it is about another place, and no place of ours is named beside it.

        A name that also stands inside common words counts only where a clause begins or a word of place leads to it.
        """
        if "ours" in self.signs:
            return False
        return bool(self.named("elsewhere")) or any(
            self._leads(hit.start)
            for hit in self.chosen
            if any(meaning.kind == "doubtful" for meaning in hit.entry.meanings)
        )

    def _leads(self, place: int) -> bool:
        return place in (0, *self.folded.breaks) or self.folded.text[place - 1] in LEADING

    @cached_property
    def matter(self) -> tuple[int, ...]:
        """The places of the characters that carry the matter: no filler, no asking word, no place, no figure."""
        return tuple([place for place, label in enumerate(self.labels) if label not in SILENT])

    @cached_property
    def open(self) -> frozenset[int]:
        """The places that may carry evidence: the matter, and the fillers within it."""
        return frozenset([place for place, label in enumerate(self.labels) if label not in SHUT])

    @cached_property
    def clauses(self) -> tuple[tuple[int, ...], ...]:
        """The matter by clauses, as punctuation parts them."""
        bounds = sorted({0, *self.folded.breaks, len(self.labels)})
        if len(bounds) == 2:
            return (self.matter,)
        return tuple(tuple([place for place in self.matter if start <= place < end]) for start, end in pairwise(bounds))

    @cached_property
    def shares(self) -> frozenset[float]:
        """The shares it names, in percent: 20%, 五成."""
        return shares_in(self.folded)

    @property
    def sum_is_named(self) -> bool:
        """Whether a sum is what the policies are told by, as in 给1000万的, not what somebody spent."""
        return any(self.folded.text[figure.end : figure.end + 1] == OF for figure in self.sums)

    @cached_property
    def unexplained(self) -> tuple[int, ...]:
        """The matter that no curated word or name explains."""
        known = {place for hit in self.chosen for place in range(hit.start, hit.end)}
        return tuple([place for place in self.matter if place not in known])

    @cached_property
    def told(self) -> tuple[int, ...]:
        """The matter that a curated word or a name explains."""
        silent = set(self.unexplained)
        return tuple([place for place in self.matter if place not in silent])

    @cached_property
    def naming(self) -> tuple[Hit, ...]:
        """The curated words that speak for policies, in the text's order."""
        return tuple(hit for hit in self.chosen if hit.entry.strength == CURATED and hit.entry.postings)

    @cached_property
    def residue(self) -> tuple[int, ...]:
        """The matter without the words that name a whole set: a unit, a paper, a phone."""
        return tuple([place for place in self.matter if self.labels[place] not in SCOPES])


def read(text: str, index: Index, *, by_sound: bool = False) -> Question:
    """The words of a text; `by_sound` also takes words that are only pronounced so, and pinyin."""
    folded = fold(text)
    figures = tuple(sums(folded))
    found = [Hit(*word) for word in index.matcher.find_whole(folded)]
    found += _over_particles(folded, figures, index)
    found += _bought(folded, figures, index)
    found += _sounding(folded, index) if by_sound else ()
    dated = DIGIT.search(folded.text) is not None
    return _question(
        text,
        folded,
        found,
        figures=figures,
        dates=tuple(days(text)) if dated else (),
        named=tuple(years(text)) if dated else (),
    )


def heard(question: Question, index: Index) -> Question | None:
    """The same text with words that are only pronounced so, and pinyin; None where it has none but those it had."""
    known = {(hit.start, hit.end, hit.entry.word) for hit in question.found if hit.factor == 1.0}
    sounding = _sounding(question.folded, index)
    if all((hit.start, hit.end, hit.entry.word) in known for hit in sounding):
        return None  # a word that stands there as written is worth no less than its sound
    found = [*question.found, *sounding]
    return _question(
        question.text, question.folded, found, figures=question.sums, dates=question.days, named=question.years
    )


def every_word(question: Question, index: Index) -> tuple[Hit, ...]:
    """The words of a text, and those that it has by their sound, whether it was read by its sound or not."""
    return (*question.found, *_sounding(question.folded, index))


def _sounding(folded: Folded, index: Index) -> list[Hit]:
    spoken, typed = index.sounds.heard(folded), index.sounds.typed(folded)
    return [*(Hit(*word, SOUNDED) for word in spoken), *(Hit(*word) for word in typed)]


def _question(
    text: str,
    folded: Folded,
    found: Sequence[Hit],
    *,
    figures: tuple[Sum, ...],
    dates: tuple[date, ...],
    named: tuple[int, ...],
) -> Question:
    """What the words found in a text say."""
    refused = _refused(folded)
    found = [hit for hit in found if not refused or hit.end <= refused.start or hit.start >= refused.stop]
    grown = growths(folded)  # a growth by 20% picks nothing that gives 20%
    found = [hit for hit in found if not any(hit.start in places for places in grown)]
    traits = [(hit, _traits(hit.entry.meanings, hit.entry.strength == CURATED)) for hit in found]
    signs = frozenset(sign for hit, its in traits for sign in its.signs - _parted(hit, folded))
    relatives = [hit for hit, its in traits if "kin" in its.signs] if {"trade", "kin"} <= signs else []
    chosen = _choose([(hit, its) for hit, its in traits if its.counts])
    if relatives:
        chosen = [(hit, its) for hit, its in chosen if hit not in relatives]
    denied = _denied(chosen, folded)
    chosen = [(hit, its) for hit, its in chosen if hit not in denied]
    labels = [""] * len(folded.text)
    for start, end in day_places(folded) if DIGIT.search(folded.text) else ():
        labels[start:end] = ["date"] * (end - start)
    for figure in figures:
        labels[figure.start : figure.end] = ["sum"] * (figure.end - figure.start)
    for hit, its in chosen:
        kind = FILLER if its.kind == "stop" and hit.end - hit.start == 1 else its.kind
        labels[hit.start : hit.end] = [kind] * (hit.end - hit.start)
    for places in grown:
        labels[places.start : places.stop] = ["sum"] * len(places)
    first = min((place for place in folded.breaks if place), default=0)
    if 0 < first < len(labels) and INTRODUCTION.match(folded.text[:first]):  # names in it are no matter
        labels[:first] = ["stop" if label in ("", FILLER) else label for label in labels[:first]]
    labels[refused.start : refused.stop] = ["stop"] * len(refused)
    for match in UNWANTED.finditer(folded.text):
        labels[match.start() : match.end()] = ["intent"] * (match.end() - match.start())
    for hit, start in denied.items():
        labels[start : hit.end] = ["stop"] * (hit.end - start)
    for hit in relatives:  # whose enterprise it is does not matter
        labels[hit.start : hit.end] = ["stop"] * (hit.end - hit.start)
    return Question(
        text=text,
        folded=folded,
        found=tuple(found),
        hits=tuple([hit for hit in found if hit.entry.postings]),
        chosen=tuple([hit for hit, _ in chosen]),
        signs=signs,
        labels=tuple(labels),
        sums=figures,
        days=dates,
        years=named,
    )


def _denied(chosen: Sequence[tuple[Hit, Traits]], folded: Folded) -> dict[Hit, int]:
    """The districts that they are not in, where they say in which they are, and where each denial begins:
    不在平度在崂山."""
    places = [hit for hit, its in chosen if its.kind == "district"]
    found = {hit: match.start() for hit in places if (match := NOT_THERE.search(folded.text[: hit.start]))}
    named = {meaning for hit in places if hit not in found for meaning in hit.entry.meanings}
    again = any(meaning in named for hit in found for meaning in hit.entry.meanings)  # 不在平度能报平度的吗
    return found if named and not again else {}


def _parted(hit: Hit, folded: Folded) -> frozenset[str]:
    """What a word is no sign of where a pause parts it: 配套，现在 says nothing of 套现."""
    pauses = any(hit.start < pause < hit.end for pause in folded.breaks)
    return BAIT if pauses and not hit.entry.word.isascii() else frozenset()


def _refused(folded: Folded) -> range:
    """The places of what somebody says not to have asked about, where they say what they did."""
    match = CORRECTION.search(folded.text)
    return range(*match.span("not" if match["not"] else "nor")) if match else range(0)


def _over_particles(folded: Folded, figures: Iterable[Sum], index: Index) -> list[Hit]:
    """Words that a particle, a sum or a count stands in: 换了新设备, 买了800万的设备, 买4艘渔船."""
    counted = (match.span() for match in COUNTED.finditer(folded.text))
    spans = (*counted, *((figure.start, figure.end) for figure in figures))
    inside = {place for start, end in spans for place in range(start, end)}
    kept = [n for n, char in enumerate(folded.text) if char not in PARTICLES and n not in inside]
    if len(kept) in (0, len(folded.text)):
        return []
    found = index.matcher.find("".join([folded.text[place] for place in kept]))
    parted = [
        (kept[start], kept[end - 1], entry) for start, end, entry in found if kept[end - 1] - kept[start] >= end - start
    ]
    return [
        Hit(first, last + 1, entry, PARTED)
        for first, last, entry in parted
        if entry.strength == CURATED and not entry.word.isascii()
    ]


def _bought(folded: Folded, figures: Iterable[Sum], index: Index) -> list[Hit]:
    """What a sum stands right beside is bought with it: 设备2000万 and 2000w设备 speak for 买设备."""
    text, found = folded.text, []
    for figure in figures:
        start = figure.end + (text[figure.end : figure.end + 1] == OF)
        places = [(start, start + length) for length in THINGS if start + length <= len(text)]
        places += [(figure.start - length, figure.start) for length in THINGS if length <= figure.start]
        for first, last in places:
            whole = index.matcher.find(BUY + text[first:last])
            found += [
                Hit(first, last, entry, PARTED)
                for begin, end, entry in whole
                if (begin, end) == (0, last - first + 1) and entry.strength == CURATED
            ]
    return found


class Traits(msgspec.Struct, frozen=True):
    """What the meanings of a word come to: its kind and the precedence of that, whether it may be chosen, its signs. A
    mined n-gram has none of them."""

    kind: str
    rank: int
    counts: bool
    signs: frozenset[str]


@lru_cache(maxsize=8192)
def _traits(meanings: tuple[Meaning, ...], curated: bool) -> Traits:
    kinds = {meaning.kind for meaning in meanings}
    others = kinds - SIGNS | ({""} if curated else set())
    kind = min(others, key=PRECEDENCE.index, default="")
    return Traits(kind, PRECEDENCE.index(kind), bool(others), frozenset(kinds & SIGNS))


def _choose(words: list[tuple[Hit, Traits]]) -> list[tuple[Hit, Traits]]:
    """The words that count, longest first, none over another, in their order."""
    keyed = [
        (-(hit.end - hit.start) * hit.factor, -hit.factor, hit.start - hit.end, its.rank, hit.start, number)
        for number, (hit, its) in enumerate(words)
    ]
    keyed.sort()
    taken = 0  # places, each a bit
    chosen = []
    for *_, number in keyed:
        hit = words[number][0]
        places = (1 << hit.end) - (1 << hit.start)
        if not taken & places:
            taken |= places
            chosen.append(words[number])
    chosen.sort(key=lambda one: one[0].start)
    return chosen
