"""A follower's words, read: which words of the dictionary stand where, what is asked, what is left as the matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from bot.chinese import INTRODUCTION, LEADING, OF, PARTICLES, Folded, Sum, day_places, days, fold, sums, years
from bot.index import Index
from bot.vocabulary import CURATED, Entry

SOUNDED = 0.8  # a word found by its sound alone is worth this share of the word itself
CALLS, SHORT = frozenset({"staff"}), 2  # characters
PARTED = 0.95  # and one that a particle stands in this share
SIGNS = frozenset({"seeking", "ours", "bait", "kin", "trade"})
FILLER = "filler"  # a single character that says nothing alone, and may be part of a word that does
SILENT = frozenset({"stop", "intent", "foreign", "elsewhere", "uncovered", "district", "level", "sum", "date", FILLER})
SCOPES = frozenset({"unit", "paper", "phone", "collection", "id", "source", "title"})
# Where two words of one length lie over each other, the one that says more about the matter is taken.
PRECEDENCE = (
    "phone", "paper", "id", "unit", "collection", "title", "source", "topic", "district", "foreign", "elsewhere",
    "uncovered", "doubtful", "level", "", "intent", "stop",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the dictionary at a place of the folded text; `factor` is below 1 where only its sound fits."""

    start: int
    end: int
    entry: Entry
    factor: float = 1.0


@dataclass(frozen=True)
class Question:
    """What a text says, before anything is ranked.

    hits    every word found, overlapping
    chosen  those that do not lie over each other: the longest first
    signs   kinds of words that count wherever they stand, even inside others: seeking, ours, bait, kin, trade
    labels  for each character of the folded text the kind of the chosen word it belongs to, or "" for the matter
    """

    text: str
    folded: Folded
    hits: tuple[Hit, ...]
    chosen: tuple[Hit, ...]
    signs: frozenset[str]
    labels: tuple[str, ...]
    sums: tuple[Sum, ...]
    days: tuple[date, ...]
    years: tuple[int, ...]

    def named(self, kind: str) -> tuple[str, ...]:
        """The values of a kind the text names, in its order."""
        return tuple(dict.fromkeys(m.value for hit in self.chosen for m in hit.entry.meanings if m.kind == kind))

    @cached_property
    def intents(self) -> frozenset[str]:
        """What the words ask for."""
        return frozenset(self.named("intent"))

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

    @property
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
        return tuple(place for place, label in enumerate(self.labels) if label not in SILENT)

    @cached_property
    def open(self) -> frozenset[int]:
        """The places that may carry evidence: the matter, and the fillers within it."""
        return frozenset(place for place, label in enumerate(self.labels) if label not in SILENT or label == FILLER)

    @cached_property
    def clauses(self) -> tuple[tuple[int, ...], ...]:
        """The matter by clauses, as punctuation parts them."""
        bounds = sorted({0, *self.folded.breaks, len(self.labels)})
        return tuple(tuple(place for place in self.matter if start <= place < end) for start, end in pairwise(bounds))

    @property
    def sum_is_named(self) -> bool:
        """Whether a sum is what the policies are told by, as in 给1000万的, not what somebody spent."""
        return any(self.folded.text[figure.end : figure.end + 1] == OF for figure in self.sums)

    @cached_property
    def unexplained(self) -> tuple[int, ...]:
        """The matter that no curated word or name explains."""
        known = {place for hit in self.chosen for place in range(hit.start, hit.end)}
        return tuple(place for place in self.matter if place not in known)

    @cached_property
    def told(self) -> tuple[int, ...]:
        """The matter that a curated word or a name explains."""
        silent = set(self.unexplained)
        return tuple(place for place in self.matter if place not in silent)

    @cached_property
    def residue(self) -> tuple[int, ...]:
        """The matter without the words that name a whole set: a unit, a paper, a phone."""
        return tuple(place for place in self.matter if self.labels[place] not in SCOPES)


def read(text: str, index: Index, *, by_sound: bool = False) -> Question:
    """The words of a text; `by_sound` also takes words that are only pronounced so, and pinyin."""
    folded = fold(text)
    hits = [Hit(start, end, entry) for start, end, entry in index.matcher.find_whole(folded)]
    figures = tuple(sums(folded))
    hits += _over_particles(folded, figures, index)
    if by_sound:
        hits += [Hit(start, end, entry, SOUNDED) for start, end, entry in index.sounds.heard(folded)]
        hits += [Hit(start, end, entry) for start, end, entry in index.sounds.typed(folded)]
    signs = frozenset(m.kind for hit in hits for m in hit.entry.meanings if m.kind in SIGNS)
    relatives = [hit for hit in hits if "trade" in signs and any(m.kind == "kin" for m in hit.entry.meanings)]
    chosen = tuple(hit for hit in _choose(hits) if hit not in relatives)
    labels = [""] * len(folded.text)
    for start, end in day_places(folded):
        labels[start:end] = ["date"] * (end - start)
    for figure in figures:
        labels[figure.start : figure.end] = ["sum"] * (figure.end - figure.start)
    for hit in chosen:
        kind = _kind(hit.entry)
        kind = FILLER if kind == "stop" and hit.end - hit.start == 1 else kind
        labels[hit.start : hit.end] = [kind] * (hit.end - hit.start)
    first = min((place for place in folded.breaks if place), default=0)
    if INTRODUCTION.match(folded.text[:first]) and first < len(labels):  # names in it are no matter
        labels[:first] = ["stop" if label in ("", FILLER) else label for label in labels[:first]]
    for hit in relatives:  # whose enterprise it is does not matter
        labels[hit.start : hit.end] = ["stop"] * (hit.end - hit.start)
    return Question(
        text=text,
        folded=folded,
        hits=tuple(hit for hit in hits if hit.entry.postings),
        chosen=chosen,
        signs=signs,
        labels=tuple(labels),
        sums=figures,
        days=tuple(days(text)),
        years=tuple(years(text)),
    )


def _over_particles(folded: Folded, figures: Iterable[Sum], index: Index) -> Iterable[Hit]:
    """Words that a particle or a sum stands in: 换了新设备, 买了800万的设备."""
    inside = {place for figure in figures for place in range(figure.start, figure.end)}
    kept = [n for n, char in enumerate(folded.text) if char not in PARTICLES and n not in inside]
    if len(kept) in (0, len(folded.text)):
        return
    bare = Folded("".join(folded.text[place] for place in kept), frozenset())
    for start, end, entry in index.matcher.find(bare.text):
        first, last = kept[start], kept[end - 1]
        if entry.strength == CURATED and last - first >= end - start and not entry.word.isascii():
            yield Hit(first, last + 1, entry, PARTED)


def _kind(entry: Entry) -> str:
    kinds = {meaning.kind for meaning in entry.meanings} - SIGNS
    if entry.strength == CURATED:
        kinds.add("")
    return min(kinds, key=PRECEDENCE.index)


def _counts(entry: Entry) -> bool:
    return entry.strength == CURATED or any(meaning.kind not in SIGNS for meaning in entry.meanings)


def _choose(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The words that count, longest first, none over another; mined n-grams are not among them."""
    words = [hit for hit in hits if _counts(hit.entry)]
    words.sort(key=lambda hit: (-hit.factor, hit.start - hit.end, PRECEDENCE.index(_kind(hit.entry)), hit.start))
    words.sort(key=lambda hit: (hit.end - hit.start) * hit.factor, reverse=True)
    taken: set[int] = set()
    chosen: list[Hit] = []
    for hit in words:
        if taken.isdisjoint(range(hit.start, hit.end)):
            taken.update(range(hit.start, hit.end))
            chosen.append(hit)
    return tuple(sorted(chosen, key=lambda hit: hit.start))
