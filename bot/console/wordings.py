"""An official wording as it is shown: what is new and what is gone in it, and its figures that could be benefits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.editions.deltas import ADDED, REMOVED, SAME, TOKEN
from bot.importers.figures import Candidate

SENTENCE = re.compile(r"[^\u3002\uff1b\n]*[\u3002\uff1b\n]|[^\u3002\uff1b\n]+")
MOST = 2_000_000  # pairs of words of which each is compared; longer texts are compared by sentence first
Piece = tuple[str, str]  # same, removed or added, and the text


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of a wording of one kind: same, removed or added; `figure` where it is one."""

    kind: str
    text: str
    figure: Candidate | None = None


def segments(before: str, after: str, figures: Iterable[Candidate]) -> tuple[Segment, ...]:
    """The wording in force and the one of a file laid over each other, with the figures of the new one."""
    found, at, left = list[Segment](), 0, sorted(figures, key=lambda figure: figure.start)
    for kind, text in pieces(before, after):
        if kind == REMOVED:
            found.append(Segment(kind=kind, text=text))
            continue
        end = at + len(text)
        while at < end:
            left = [figure for figure in left if figure.end > at]
            inside = left[0] if left and left[0].start <= at else None
            until = min(end, inside.end if inside else left[0].start if left else end)
            found.append(Segment(kind=kind, text=after[at:until], figure=inside))
            at = until
    return tuple(found)


def pieces(before: str, after: str) -> Iterator[Piece]:
    """The pieces of two texts in order; a text that is new altogether has nothing added to it."""
    if not before or before == after:
        if after:
            yield SAME, after
        return
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if len(old) * len(new) <= MOST:
        yield from _laid(old, new)
        return
    for kind, text, other in _runs(SENTENCE.findall(before), SENTENCE.findall(after)):
        if kind == SAME:
            yield SAME, text
        elif text and other and len(TOKEN.findall(text)) * len(TOKEN.findall(other)) <= MOST:
            yield from _laid(TOKEN.findall(text), TOKEN.findall(other))
        else:
            yield from ((REMOVED, text),) if text else ()
            yield from ((ADDED, other),) if other else ()


def _laid(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for kind, text, other in _runs(old, new):
        if kind == SAME:
            yield SAME, text
            continue
        if text:
            yield REMOVED, text
        if other:
            yield ADDED, other


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        kind = SAME if operation == "equal" else ADDED
        yield kind, "".join(old[a:b]), "".join(new[c:d])
