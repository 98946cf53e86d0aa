"""The other parts of the corpus: units, topics, papers, facts, words and rated questions, each in a list and alone."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.console.corpus import known_kind, publishing, shape_for, title_of
from bot.console.entries import shown
from bot.console.policies import show_all as policies
from bot.console.visit import Visit
from bot.editions.links import links_to
from bot.parts import (
    COLLECTION,
    DEPARTMENT,
    EDITION,
    FACT,
    HOURS,
    MENU,
    PAPER,
    POLICY,
    RATED,
    SAYING,
    SYNONYM,
    TABLES,
    TOPIC,
)
from bot.parts import WORDS as LISTS
from bot.revisions import Revision

LEXICON = (SYNONYM, COLLECTION, LISTS, "intents", *TABLES[1:], SAYING)  # the tabs of the page of words
BOOKS = (TOPIC, PAPER, FACT, RATED)  # those beside the policies
ALONE = (HOURS, EDITION)  # of these there is one each


async def show_lexicon(visit: Visit) -> web.Response:
    """The words: synonyms, lists, words of intent, by kind, searched."""
    kind = visit.asked("kind") if visit.asked("kind") in LEXICON else SYNONYM
    return await _list(visit, "lexicon", kind, LEXICON)


async def show_books(visit: Visit) -> web.Response:
    """Topics, papers, facts or rated questions."""
    kind = visit.part("kind")
    if kind == POLICY:
        return await policies(visit)
    if kind not in BOOKS:
        raise web.HTTPNotFound
    return await _list(visit, "books", kind, BOOKS)


async def show_departments(visit: Visit) -> web.Response:
    """The units with their phones, under those they belong to, and the office hours."""
    revisions = publishing(visit).revisions
    newest = await revisions.newest()
    units = await revisions.standing(newest, DEPARTMENT)
    text = visit.asked("q")
    if text:
        units = [unit for unit in units if text in _words(unit)]
    hours = await revisions.standing_of(HOURS, HOURS)
    drafts = {draft.key: draft for draft in await revisions.unfinished() if draft.kind == DEPARTMENT}
    corpus = visit.desk.corpus()
    counts = {unit.key: len({link.key for link in links_to(corpus, DEPARTMENT, unit.key)}) for unit in units}
    return visit.page("departments", units=units, hours=hours, drafts=drafts, text=text, counts=counts)


async def show(visit: Visit) -> web.Response:
    """One part with its history and what refers to it."""
    kind, key = known_kind(visit.part("kind")), visit.asked("key")
    if kind == MENU:
        return visit.go("/console/phone-menu")
    shape = shape_for(kind)
    revisions = publishing(visit).revisions
    history = await revisions.history(kind, key)
    held = await revisions.standing_of(kind, key)
    draft = await revisions.open_of(kind, key)
    if held is None:
        if draft is not None:
            return visit.go(f"/console/drafts/{draft.id}")
        raise web.HTTPNotFound
    return visit.page(
        "part",
        kind=kind,
        key=key,
        title=title_of(kind, key, held.body),
        shape=shape,
        entry=shown(shape, held.body),
        held=held,
        draft=draft,
        waiting=await revisions.waiting_of(kind, key),
        history=history,
        corpus=visit.desk.corpus(),
        links=links_to(visit.desk.corpus(), kind, key),
    )


async def _list(visit: Visit, page: str, kind: str, tabs: Iterable[str]) -> web.Response:
    revisions = publishing(visit).revisions
    everything = await revisions.standing(await revisions.newest(), kind)
    text = visit.asked("q")
    found = [part for part in everything if not text or text in _words(part)]
    paging = visit.paging(len(found), 50)
    return visit.page(
        page,
        kind=kind,
        tabs=tuple(tabs),
        parts=found[paging.start : paging.start + paging.size],
        paging=paging,
        total=len(everything),
        text=text,
        drafts={draft.key: draft for draft in await revisions.unfinished() if draft.kind == kind},
    )


def _words(part: Revision) -> str:
    """All that a part says, to be searched."""
    return "\n".join((part.key, *_texts(part.body)))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    else:
        yield str(value)
