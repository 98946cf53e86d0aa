"""Files that are brought in: sent, read while a bar moves, looked at with faults and differences, stored as drafts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.corpus import publishing
from bot.console.forms import Upload
from bot.console.templates import local
from bot.console.visit import Visit
from bot.console.wordings import Segment, segments
from bot.corpus import Corpus
from bot.editions.compendium import sources
from bot.editions.uploads import Look, Uploads
from bot.errors import CorpusError, NotAllowed, Overtaken
from bot.importers.drafts import Draft
from bot.importers.figures import Candidate, candidates
from bot.importers.matching import CHANGED, NEW, SAME, Match
from bot.importers.reading import LARGEST_FILE
from bot.importers.shape import Shape
from bot.policies import Policy
from bot.revisions import DRAFT, WITHDRAWN, Revision
from bot.store.imports import READ, Import

PLACE = "/console/import"
SOURCE = re.compile(r"[a-z][a-z0-9]{0,11}")
NAME_LIMIT = 120  # characters of the name of a file
ADDS, GONE, ALL = "adds", "gone", "all"
KINDS = (NEW, CHANGED, ADDS, SAME, GONE)
OTHER = "new"  # the choice of a compilation that there is not yet
ROWS = 20  # items of a page


@dataclass(frozen=True, kw_only=True)
class Row:
    """A policy of the file as it is shown: `kind` as in KINDS, `policy` the one it is, `draft` what would be stored."""

    match: Match
    kind: str
    policy: Policy | None
    draft: Draft | None
    wording: tuple[Segment, ...]
    figures: tuple[Candidate, ...]


# ----- bringing in


async def show_all(visit: Visit) -> web.Response:
    """The form, and what was brought in lately."""
    return await _list(visit, source=visit.asked("source"))


async def start(visit: Visit) -> web.Response:
    """Take a file and begin to read it."""
    uploads, corpus, file = _uploads(visit), visit.desk.corpus(), visit.form.upload("file")
    chosen, typed = visit.form.get("source"), visit.form.get("new_source").lower()
    known = _known(uploads, corpus)
    errors = {}
    if file is None:
        errors["file"] = "missing"
    elif len(file.body) > LARGEST_FILE:
        errors["file"] = "file_large"
    if chosen == OTHER:
        if not SOURCE.fullmatch(typed):
            errors["new_source"] = "source_shape"
        elif typed in known:
            errors["new_source"] = "source_known"
    elif chosen not in known:
        errors["source"] = "choice"
    if errors or file is None:
        return await _list(visit, source=chosen, typed=typed, errors=errors, status=422)
    source = typed if chosen == OTHER else chosen
    try:
        number = await uploads.start(file.body, file=_called(file), source=source, who=visit.who.name, corpus=corpus)
    except NotAllowed as error:
        return await _list(visit, source=chosen, typed=typed, refused=error.rule, status=409)
    except CorpusError as error:
        return await _list(visit, source=chosen, typed=typed, refused=str(error), status=409)
    return visit.go(f"{PLACE}/{number}")


async def _list(
    visit: Visit,
    *,
    source: str,
    typed: str = "",
    errors: dict[str, str] | None = None,
    refused: str = "",
    status: int = 200,
) -> web.Response:
    uploads = _uploads(visit)
    recent = await uploads.imports.recent(visit.time)
    try:
        known = _known(uploads, visit.desk.corpus())
    except CorpusError as error:
        known, refused = sources(visit.desk.corpus()), refused or str(error)
    stored = {one.id: bool(await _stored(visit, one)) for one in recent}
    return visit.page(
        "imports",
        status=status,
        recent=recent,
        stored=stored,
        known=known,
        source=source or next(iter(known), OTHER),
        typed=typed,
        errors=errors or {},
        refused=refused,
        largest=LARGEST_FILE,
    )


def _uploads(visit: Visit) -> Uploads:
    """What reads files; HTTPConflict where files are the truth."""
    publishing(visit)
    assert visit.desk.uploads is not None
    return visit.desk.uploads


def _known(uploads: Uploads, corpus: Corpus) -> dict[str, int]:
    """The compilations that there are or could be, each with how many policies it has."""
    return {**dict.fromkeys(uploads.shape().source, 0), **sources(corpus)}


def _called(file: Upload) -> str:
    """What a file is called, to be shown: without folders, and with nothing that does not show."""
    name = re.split(r"[/\\]", file.name)[-1]
    return "".join(char for char in name if char.isprintable())[:NAME_LIMIT] or "?"


# ----- looking


async def show(visit: Visit) -> web.Response:
    """How far a file is, or what is in it."""
    return await _page(visit, await _one(visit))


async def tell(visit: Visit) -> web.Response:
    """How far a file is, for the script of the page."""
    one = await _one(visit)
    return web.json_response({"going": one.going, "state": one.state, "done": one.done, "total": one.total})


async def _one(visit: Visit) -> Import:
    one = await _uploads(visit).imports.get(visit.number("id"), visit.time)
    if one is None:
        raise web.HTTPNotFound
    return one


async def _page(visit: Visit, one: Import, *, status: int = 200, refused: str = "") -> web.Response:
    uploads = _uploads(visit)
    report = await uploads.report(one.id) if one.state == READ else None
    if report is None:
        return visit.page("import", status=status, one=one, report=None, busy=(), refused=refused)
    corpus = visit.desk.corpus()
    try:
        look, shape = await uploads.look(one, report, corpus), uploads.shape()
    except CorpusError as error:
        return visit.page("import", status=409, one=one, report=None, busy=(), refused=str(error))
    counts = _counts(look)
    asked = visit.asked("kind")
    kind = asked if asked in KINDS else ALL
    chosen = [match for match in look.comparison.matches if kind in (ALL, _kind(match))]
    paging = visit.paging(counts[GONE] if kind == GONE else len(chosen), ROWS)
    stored = await _stored(visit, one)
    part = chosen[paging.start : paging.start + ROWS]
    gone = look.comparison.gone if kind == ALL else look.comparison.gone[paging.start : paging.start + ROWS]
    return visit.page(
        "import",
        status=status,
        one=one,
        report=report,
        faults=list(zip(report.reading.faults, report.faults, strict=True)),
        hints=list(zip(report.reading.hints, report.hints, strict=True)),
        look=look,
        counts=counts,
        kinds=KINDS,
        kind=kind,
        rows=await asyncio.to_thread(lambda: [_row(match, look, corpus, shape) for match in part]),
        gone=[corpus.policies[name] for name in gone] if kind in (ALL, GONE) else [],
        paging=paging,
        stored=stored,
        may_withdraw=bool(stored) and _is_untouched(stored) and _may_withdraw(visit, stored),
        mine=one.author == visit.who.name,
        refused=refused,
        busy=await _busy(visit, look) if refused == "import_overtaken" else [],
    )


def _kind(match: Match) -> str:
    return ADDS if match.kind == SAME and match.adds else match.kind


def _counts(look: Look) -> dict[str, int]:
    kinds = [_kind(match) for match in look.comparison.matches]
    return {**{kind: kinds.count(kind) for kind in KINDS}, GONE: len(look.comparison.gone), ALL: len(kinds)}


def _row(match: Match, look: Look, corpus: Corpus, shape: Shape) -> Row:
    figures = candidates(match.item.wording, shape)
    is_changed = any(change.field == "wording" for change in match.changes)
    before = corpus.wordings.get(match.id, "") if is_changed else ""
    return Row(
        match=match,
        kind=_kind(match),
        policy=None if match.kind == NEW else corpus.policies.get(match.id),
        draft=look.drafts.get(match.id),
        wording=segments(before, match.item.wording, figures),
        figures=figures,
    )


# ----- storing, and taking back


async def store(visit: Visit) -> web.Response:
    """Enter all drafts or none, of exactly what was looked at."""
    one, uploads = await _one(visit), _uploads(visit)
    report = await uploads.report(one.id) if one.state == READ else None
    if one.author != visit.who.name:
        return await _page(visit, one, status=403, refused="import_not_yours")
    if report is None or not report.reading.is_whole:
        return await _page(visit, one, status=409, refused="import_faulty")
    await publishing(visit).shelf.look()  # so that the page, where it must be shown again, is of what is in force
    number, corpus = await publishing(visit).press.read()
    if visit.form.get("version") != corpus.version:
        return await _page(visit, one, status=409, refused="import_outdated")
    if await _stored(visit, one):
        return await _page(visit, one, status=409, refused="import_stored")
    look = await uploads.look(one, report, corpus)
    if not look.drafts:
        return await _page(visit, one, status=409, refused="nothing_changed")
    after = {"file": one.file, "kind": report.reading.kind, "items": one.items, "drafts": look.parts}
    entry = visit.entry("corpus.imported", _batch(one), after=after)
    try:
        done = await uploads.intake().store(
            tuple(look.drafts.values()), batch=_batch(one), who=visit.who.name, against=number, told=[entry]
        )
    except NotAllowed as error:
        return await _page(visit, one, status=409, refused=error.rule)
    except Overtaken:
        return await _page(visit, one, status=409, refused="import_overtaken")
    return visit.go(f"{PLACE}/{one.id}", "import_stored", count=len(done.drafts))


async def withdraw(visit: Visit) -> web.Response:
    """Take a whole batch back, as long as nobody has submitted any of it."""
    one = await _one(visit)
    stored = await _stored(visit, one)
    if not stored or not _is_untouched(stored):
        return await _page(visit, one, status=409, refused="import_submitted")
    if not _may_withdraw(visit, stored):
        return await _page(visit, one, status=403, refused="not_yours")
    entry = visit.entry("corpus.import_withdrawn", _batch(one), before={"drafts": len(stored)})
    try:
        await publishing(visit).revisions.withdraw(stored, time=visit.time, told=[entry])
    except Overtaken:
        return await _page(visit, one, status=409, refused="overtaken")
    return visit.go(f"{PLACE}/{one.id}", "import_withdrawn", count=len(stored))


def _batch(one: Import) -> str:
    """What the drafts of a file are looked at together by."""
    return f"{one.source} {local(one.created):%Y-%m-%d} #{one.id}"


async def _stored(visit: Visit, one: Import) -> list[Revision]:
    """The drafts that were made of a file, and what has become of them; without those that were given up."""
    if one.state != READ:
        return []
    return [r for r in await publishing(visit).revisions.batch(_batch(one)) if r.state != WITHDRAWN]


def _is_untouched(stored: Sequence[Revision]) -> bool:
    return all(revision.state == DRAFT for revision in stored)


def _may_withdraw(visit: Visit, stored: Sequence[Revision]) -> bool:
    return visit.may("approver") or all(visit.who.name == revision.author for revision in stored)


async def _busy(visit: Visit, look: Look) -> list[Revision]:
    """What others work on that a file would change."""
    names = set(look.drafts)
    for draft in look.drafts.values():
        names |= {*draft.papers, *(unit.name for unit in draft.departments)}
    return [r for r in await publishing(visit).revisions.unfinished() if r.key in names]
