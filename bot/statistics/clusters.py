"""Questions that mean much the same, put together by the pieces of words they share.

Each question joins the best of the clusters whose first question it is like, or begins one; the most asked are taken
first. So the outcome depends on nothing but the questions, and costs no more than the pieces they share.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PIECES = range(2, 4)  # lengths of the pieces, in characters
ALIKE = 0.33  # of the weight of the shorter one's pieces two questions share
MOST = 2000  # different questions that are looked at; the rest are too rare to matter
COMMON, MANY = 0.5, 10  # a piece that more than this share of many questions have tells nothing
LONGEST = 8  # characters of the words that a cluster is called by


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: what tells it from others, its words, the part of them that carries the matter, how often it came."""

    id: str
    text: str
    matter: str
    times: int = 1


@dataclass(kw_only=True)
class Cluster:
    """Questions together, the most asked first. `words` is what most of them have in common."""

    members: list[Asked] = field(default_factory=list)
    words: str = ""

    @property
    def first(self) -> Asked:
        """The question that stands for all."""
        return self.members[0]

    @property
    def times(self) -> int:
        """How often any of them was asked."""
        return sum(member.times for member in self.members)


def pieces(matter: str) -> frozenset[str]:
    """The pieces of a text; a text of one piece's length or less is one."""
    found = {matter[n : n + size] for size in PIECES for n in range(len(matter) - size + 1)}
    return frozenset(found or {matter})


def cluster(questions: Iterable[Asked]) -> list[Cluster]:
    """The clusters, those asked most first."""
    asked = sorted(questions, key=lambda question: (-question.times, -len(question.matter), question.id))[:MOST]
    held = [pieces(question.matter) for question in asked]
    weights = _weights(held)
    clusters: list[Cluster] = []
    sizes: list[float] = []  # the weight of each cluster's first question
    having: dict[str, list[int]] = defaultdict(list)  # by a piece the clusters whose first question has it
    for question, mine in zip(asked, held, strict=True):
        size = sum(weights[piece] for piece in mine)
        shared: dict[int, float] = defaultdict(float)
        for piece in sorted(mine):
            for number in having[piece]:
                shared[number] += weights[piece]
        best = max(shared, key=lambda n: (shared[n] / max(min(size, sizes[n]), 1e-9), -n), default=None)
        if best is not None and shared[best] >= ALIKE * min(size, sizes[best]) > 0:
            clusters[best].members.append(question)
            continue
        for piece in mine:
            having[piece].append(len(clusters))
        clusters.append(Cluster(members=[question]))
        sizes.append(size)
    for one in clusters:
        one.words = _words(one.members)
    return sorted(clusters, key=lambda one: (-one.times, one.first.id))


def _weights(held: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much it tells that two questions share a piece."""
    total = len(held)
    counts = Counter(piece for mine in held for piece in mine)
    common = max(MANY, COMMON * total)
    return {
        piece: 0.0 if count > common else math.log(1 + total / count) * len(piece) for piece, count in counts.items()
    }


def _words(members: Sequence[Asked]) -> str:
    """The longest words that as many as possible have: what a keyword would be made of."""
    first = members[0].matter
    best, most = first[:LONGEST], 0.0
    for size in range(min(LONGEST, len(first)), 1, -1):
        for start in range(len(first) - size + 1):
            words = first[start : start + size]
            having = sum(member.times for member in members if words in member.matter)
            if having * math.sqrt(size) > most:
                best, most = words, having * math.sqrt(size)
    return best
