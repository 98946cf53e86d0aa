"""What the pages of the corpus share: where a part has its page, what it is called, and what it is compared to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.console.publishing import Look, Publishing
from bot.console.shapes import GROUPS, Shape, anchor, shape_of
from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.editions.deltas import ADDED, CHANGED, REMOVED, Delta, compare, words
from bot.editions.gate import Complaint
from bot.parts import DEPARTMENT, FACT, KINDS, PAPER, POLICY, TOPIC
from bot.revisions import Revision


@dataclass(frozen=True, kw_only=True)
class Place:
    """A field of a form: of which part, and where in its page."""

    kind: str
    key: str
    anchor: str


class FilesAreTheTruth(web.HTTPConflict):
    """The corpus is not edited here."""


def publishing(visit: Visit) -> Publishing:
    """What the corpus is published with; HTTPConflict where files are the truth."""
    if visit.desk.publishing is None:
        raise FilesAreTheTruth
    return visit.desk.publishing


def known_kind(kind: str) -> str:
    """A kind that there is; HTTPNotFound for another."""
    if kind not in KINDS:
        raise web.HTTPNotFound
    return kind


def page_of(kind: str, key: str) -> str:
    """Where a part has its page."""
    if kind == POLICY:
        return f"/console/policies/{quote(key, safe='')}"
    return f"/console/parts/{kind}?{urlencode({'key': key})}"


def edit_of(kind: str, key: str = "", tab: str = "") -> str:
    """Where a part is edited; without a key a new one is begun. `tab` is source for its bare text."""
    query = urlencode({name: value for name, value in (("key", key), ("tab", tab)) if value})
    return f"/console/edit/{kind}{'?' if query else ''}{query}"


def draft_page(revision: Revision) -> str:
    """Where a draft has its page; one of a batch is looked at with the others."""
    return f"/console/drafts/{revision.id}"


async def deltas(before: Revision | None, after: Revision) -> list[Delta]:
    """What a revision changes against what is in force, or was before it; in a thread, for texts may be long."""
    return await asyncio.to_thread(_deltas, before, after)


def _deltas(before: Revision | None, after: Revision) -> list[Delta]:
    was: Mapping[str, Any] = before.body if before else {}
    found = list(compare(dict(was), {} if after.gone else after.body))
    old, new = before.wording if before else "", "" if after.gone else after.wording
    if old != new:
        kind = CHANGED if old and new else ADDED if new else REMOVED
        pieces = tuple(words(old, new)) if kind == CHANGED else ()
        found.append(Delta(path=("wording",), kind=kind, before=old or None, after=new or None, words=pieces))
    if after.sets_review_by:
        was_day, day = after.review_was or None, after.review_by or None
        found.append(Delta(path=("review_by",), kind=CHANGED, before=was_day, after=day))
    return found


def title_of(kind: str, key: str, body: Mapping[str, Any]) -> str:
    """What a part is called on a page."""
    match kind:
        case "policy" | "paper":
            return str(body.get("title", "") or key)
        case "fact":
            return str(body.get("name", "") or key)
        case "synonym":
            return " / ".join([*map(str, body.get("say", ()))][:3]) or key
        case "rated":
            return str(body.get("text", "") or key)
        case _:
            return key


def choices(corpus: Corpus, shape: Shape) -> dict[str, list[tuple[str, str]]]:
    """What the fields of a form that name other parts can name, by the kind of these: (key, title)."""
    kinds = set(_referred(shape))
    found: dict[str, list[tuple[str, str]]] = {}
    if PAPER in kinds:
        found[PAPER] = [(key, f"{paper.title} {paper.number}".strip()) for key, paper in corpus.papers.items()]
    if DEPARTMENT in kinds:
        found[DEPARTMENT] = [(name, name) for name in corpus.departments]
    if TOPIC in kinds:
        found[TOPIC] = [(name, name) for name in corpus.topics]
    if FACT in kinds:
        found[FACT] = [(key, fact.name) for key, fact in corpus.facts.items()]
    if POLICY in kinds:
        found[POLICY] = [(key, policy.title) for key, policy in corpus.policies.items()]
    return found


def _referred(shape: Shape) -> Iterable[str]:
    for one in shape.fields:
        if one.refers:
            yield one.refers
        if one.widget == GROUPS:
            for below in one.shapes.values():
                yield from _referred(below)


def shape_for(kind: str) -> Shape:
    """The shape of a kind that the console edits; HTTPNotFound for one it does not."""
    if kind not in KINDS or kind == "menu":
        raise web.HTTPNotFound
    return shape_of(kind)


def located(visit: Visit, chosen: Sequence[Revision], look: Look) -> list[tuple[Complaint, Place | None]]:
    """What the lint says, each with the part and field it is about; None where that is no one part."""
    corpus, mine = visit.desk.corpus(), {revision.key: revision.kind for revision in chosen}
    found: list[tuple[Complaint, Place | None]] = []
    for one in look.complaints:
        kind = mine.get(one.where) or (
            POLICY if one.where in corpus.policies else FACT if one.where in corpus.facts else ""
        )
        place = Place(kind=kind, key=one.where, anchor=anchor(kind, one.at) if one.at else "") if kind else None
        found.append((one, place))
    return found
