"""The form of a part of any kind: typed in field by field or as bare text, kept as a draft, never over the unseen.

The form carries what it was begun on. Where somebody else has written meanwhile, both versions are shown and nothing is
lost: whoever looks decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from bot.console.corpus import (
    Place,
    choices,
    deltas,
    draft_page,
    edit_of,
    known_kind,
    located,
    publishing,
    shape_for,
)
from bot.console.entries import Entry, Errors, added, is_day, is_long, named, posted, read, shown
from bot.console.publishing import Look
from bot.console.shapes import anchor, benefit_kinds
from bot.console.visit import Visit
from bot.editions.gate import Complaint
from bot.errors import CorpusError, Overtaken
from bot.folder import part_of, text_of
from bot.parts import MENU, NAMED, NUMBERED, POLICY, RATED, canonical, handle
from bot.revisions import DRAFT, IN_REVIEW, Body, Part, Revision, ground

NEW = frozenset({"policy", "paper", "department", "topic", "fact", "synonym", "collection", "saying", "rated"})
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
WRITTEN_KEYS = frozenset({POLICY, RATED, "paper", "fact"})  # kinds whose keys stand in addresses and files
KEY_LIMIT = 60  # characters of any other
DATES = ("review_by", "effective")


@dataclass(kw_only=True)
class Sheet:
    """One form as it stands: of which part, on what it was begun, and what is typed into it.

    standing  what is in force
    draft     what somebody works on
    seen      the draft and how often it was written, as the form was opened on it
    review_was  the day to look at the part again that the form was opened with: kept, it stays what it is by then
    look      what is wrong with it, where that was looked at: with the draft or, where `tried`, with what is typed
    """

    kind: str
    key: str
    standing: Revision | None
    draft: Revision | None
    tab: str = "form"
    entry: Entry = field(default_factory=dict)
    source: str = ""
    wording: str = ""
    dates: dict[str, str] = field(default_factory=dict)
    review_was: str = ""
    based_on: int = 0
    seen: tuple[int, int] = (0, 0)
    errors: Errors = field(default_factory=dict)
    look: Look | None = None
    tried: bool = False

    @property
    def found(self) -> dict[str, list[Complaint]]:
        """What the lint says of this part, by the fields it is about; empty of what is about no one field."""
        fields: dict[str, list[Complaint]] = {}
        for one in self.look.complaints if self.look else ():
            if one.where == self.key:
                fields.setdefault(one.at, []).append(one)
        return fields

    @property
    def is_new(self) -> bool:
        """Whether the part is not in force yet and nobody has begun it: its key can be chosen."""
        return self.standing is None and self.draft is None


async def show(visit: Visit) -> web.Response:
    """The form, on the draft where there is one, else, or where that takes the part away, on what is in force, else
    empty."""
    kind = known_kind(visit.part("kind"))
    if kind == MENU:
        return visit.go("/console/phone-menu/edit")
    sheet = await _opened(visit, kind, visit.asked("key"))
    if sheet.draft is not None and sheet.draft.state == IN_REVIEW:
        return visit.go(draft_page(sheet.draft), "draft_in_review")
    draft = sheet.draft
    held = sheet.standing if draft is None or (draft.gone and sheet.standing) else draft
    body: Body = held.body if held else _suggested(visit, kind)
    sheet.entry = shown(shape_for(kind), body)
    sheet.wording = held.wording if held else ""
    dated = draft if draft and draft.sets_review_by else sheet.standing or draft
    sheet.dates = {"review_by": dated.review_by if dated else "", "effective": draft.effective if draft else ""}
    sheet.review_was = dated.review_was if dated else ""
    sheet.based_on = ground(sheet.standing)
    sheet.seen = (sheet.draft.id, sheet.draft.edits) if sheet.draft else (0, 0)
    if visit.asked("tab") == "source":
        sheet.tab, sheet.source = "source", text_of(_part(sheet, body)) if held else ""
    if draft is not None and not draft.gone:
        sheet.look = await publishing(visit).look([draft])
    return _form(visit, sheet)


async def save(visit: Visit) -> web.Response:
    """Keep what was typed as a draft, add a group to the form, or say what is wrong; nothing that was typed is lost."""
    kind = known_kind(visit.part("kind"))
    sheet = await _opened(visit, kind, visit.asked("key"))
    _take(visit, sheet)
    action = visit.form.get("action")
    if action.startswith("add:") and sheet.tab == "form":
        sheet.entry = added(shape_for(kind), sheet.entry, action.removeprefix("add:"))
        return _form(visit, sheet)
    body = _body(visit, sheet)
    if action == "redraw" and body is not None and sheet.key:
        sheet.look, sheet.tried = await publishing(visit).look_at_typed(_draft(visit, sheet, body)), True
    if action == "redraw" or sheet.errors or body is None:
        return _form(visit, sheet, status=200 if action == "redraw" else 422)
    if sheet.is_new and await _is_taken(visit, sheet):
        return _form(visit, sheet, status=422)
    mine = _draft(visit, sheet, body)
    if _was_overtaken(sheet):
        return await _conflict(visit, sheet, mine)
    try:
        number = await _keep(visit, sheet, mine)
    except Overtaken:
        again = await _opened(visit, kind, mine.key)
        sheet.draft, sheet.standing = again.draft, again.standing
        return await _conflict(visit, sheet, mine)
    return visit.go(f"/console/drafts/{number}", "draft_saved")


async def _opened(visit: Visit, kind: str, key: str) -> Sheet:
    shape_for(kind)
    revisions = publishing(visit).revisions
    standing = await revisions.standing_of(kind, key) if key else None
    draft = await revisions.open_of(kind, key) if key else None
    if key and standing is None and draft is None and kind not in NEW:
        raise web.HTTPNotFound
    if not key and kind not in NEW:
        raise web.HTTPNotFound
    return Sheet(kind=kind, key=key, standing=standing, draft=draft)


def _suggested(visit: Visit, kind: str) -> Body:
    """What a new part begins with: values that the address brings, as from a question nobody could answer."""
    given = {name: visit.asked(name) for name in ("title", "text") if visit.asked(name)}
    fields = {one.key for one in shape_for(kind).fields}
    body: Body = {name: value for name, value in given.items() if name in fields}
    for name in ("keywords", "say", "words"):
        if name in fields and visit.asked(name):
            body[name] = [visit.asked(name)]
    return body


def _take(visit: Visit, sheet: Sheet) -> None:
    """Put what was sent into the sheet."""
    form = visit.form
    sheet.tab = "source" if form.get("tab") == "source" else "form"
    sheet.based_on = form.number("based_on")
    sheet.seen = (form.number("draft"), form.number("edits"))
    sheet.wording = form.raw("wording").replace("\r\n", "\n").strip()
    sheet.dates = {name: form.get(name) for name in DATES}
    sheet.review_was = form.get("review_was")
    _settle_review_by(sheet)
    if sheet.tab == "source":
        sheet.source = form.raw("source").replace("\r\n", "\n")
    else:
        sheet.entry = posted(shape_for(sheet.kind), form)


def _settle_review_by(sheet: Sheet) -> None:
    """What the form brings as the day it began with counts where that is a day which stands somewhere; else the day
    that is set now takes its place, and that of the field too, where nobody touched it."""
    day = sheet.standing.review_by if sheet.standing else ""
    if sheet.review_was in {day, sheet.draft.review_was if sheet.draft else day}:
        return
    if sheet.dates["review_by"] == sheet.review_was:
        sheet.dates["review_by"] = day
    sheet.review_was = day


def _body(visit: Visit, sheet: Sheet) -> Body | None:
    """The body that the sheet means, in its one spelling; what is wrong goes into the sheet's errors."""
    shape = shape_for(sheet.kind)
    if sheet.tab == "source":
        return _from_source(visit, sheet)
    body, sheet.errors = read(shape, sheet.entry)
    _check_dates(visit, sheet)
    _check_key(visit, sheet, body)
    if sheet.errors:
        return None
    try:
        return canonical(_part(sheet, body)).body
    except CorpusError as error:
        sheet.errors[named(error.field) or shape.fields[0].key] = str(error)
        return None


def _from_source(visit: Visit, sheet: Sheet) -> Body | None:
    _check_dates(visit, sheet)
    try:
        body = part_of(sheet.source, _part(sheet, {})).body
    except CorpusError as error:
        sheet.errors["source"] = str(error)
        return None
    if is_long(body):
        sheet.errors["source"] = "many"
        return None
    _check_key(visit, sheet, body)
    name = NAMED.get(sheet.kind, "")
    if name in sheet.errors:
        sheet.errors["source"] = sheet.errors.pop(name)
    return None if sheet.errors else body


def _check_dates(visit: Visit, sheet: Sheet) -> None:
    for name, day in sheet.dates.items():
        if day and not is_day(day):
            sheet.errors[name] = "day"
    today = visit.now.date().isoformat()
    if sheet.dates["effective"] and "effective" not in sheet.errors and sheet.dates["effective"] < today:
        sheet.errors["effective"] = "past"


def _check_key(visit: Visit, sheet: Sheet, body: Body) -> None:
    """A part keeps its key; a new one has one that nobody has, and that can stand where it must."""
    name = NAMED.get(sheet.kind, "")
    if not sheet.is_new or sheet.key:
        if name and body.get(name) != sheet.key:
            sheet.errors[name] = "key_kept"
        return
    key = visit.form.get("key") if not name and sheet.kind not in NUMBERED else handle(sheet.kind, body)
    at = _key_field(sheet)
    if not key:
        sheet.errors.setdefault(at, "missing")
    elif sheet.kind in WRITTEN_KEYS and not KEY.fullmatch(key):
        sheet.errors[at] = "key_shape"
    elif len(key) > KEY_LIMIT:
        sheet.errors[at] = "long"
    sheet.key = key


async def _is_taken(visit: Visit, sheet: Sheet) -> bool:
    """Whether the key of a new part is another's; the field says so then."""
    revisions = publishing(visit).revisions
    if not (await revisions.standing_of(sheet.kind, sheet.key) or await revisions.open_of(sheet.kind, sheet.key)):
        return False
    sheet.errors[_key_field(sheet)] = "key_taken"
    sheet.key = ""
    return True


def _key_field(sheet: Sheet) -> str:
    """The field that the key of a new part is typed into."""
    if sheet.tab == "source":
        return "source"
    name = NAMED.get(sheet.kind, "")
    return name or ("key" if sheet.kind not in NUMBERED else shape_for(sheet.kind).fields[0].key)


def _draft(visit: Visit, sheet: Sheet, body: Body) -> Revision:
    """What is to be kept: the draft as the form was opened on it, with what was typed."""
    number, edits = sheet.seen
    held = sheet.draft if sheet.draft and sheet.draft.id == number else None
    fresh = Revision(
        kind=sheet.kind, key=sheet.key, author=visit.who.name, created=visit.time, changed=visit.time
    )  # fmt: skip
    return msgspec.structs.replace(
        held or fresh,
        body=body,
        wording=sheet.wording,
        gone=False,
        edits=edits,
        based_on=sheet.based_on,
        effective=sheet.dates["effective"],
        review_by=sheet.dates["review_by"],
        review_was=sheet.review_was,
    )


def _was_overtaken(sheet: Sheet) -> bool:
    """Whether what the form was opened on is no longer what is there."""
    draft = (sheet.draft.id, sheet.draft.edits) if sheet.draft else (0, 0)
    return draft != sheet.seen or sheet.based_on != ground(sheet.standing)


async def _keep(visit: Visit, sheet: Sheet, mine: Revision) -> int:
    revisions = publishing(visit).revisions
    if mine.id:
        entry = visit.entry("corpus.draft_written", f"{mine.kind} {mine.key}")
        await revisions.save(mine, who=visit.who.name, time=visit.time, told=[entry])
        return mine.id
    entry = visit.entry("corpus.draft_begun", f"{mine.kind} {mine.key}")
    (number,) = await revisions.begin([msgspec.structs.replace(mine, state=DRAFT)], told=[entry])
    return number


async def _conflict(visit: Visit, sheet: Sheet, mine: Revision) -> web.Response:
    """Both versions, and the form with what was typed: kept now, it goes over the other knowingly."""
    theirs = sheet.draft or sheet.standing
    sheet.based_on = ground(sheet.standing)
    sheet.seen = (sheet.draft.id, sheet.draft.edits) if sheet.draft else (0, 0)
    body = theirs.body if theirs else {}
    return _form(
        visit,
        sheet,
        status=409,
        theirs=theirs,
        theirs_entry=shown(shape_for(sheet.kind), body),
        between=await deltas(theirs, mine) if theirs else [],
    )


def _part(sheet: Sheet, body: Body) -> Part:
    return Part(kind=sheet.kind, key=sheet.key, body=body, origin=sheet.kind)


def _form(visit: Visit, sheet: Sheet, *, status: int = 200, **more: object) -> web.Response:
    shape = shape_for(sheet.kind)
    facts: dict[str, object] = {"theirs": None, "theirs_entry": {}, "between": [], **more}
    return visit.page(
        "edit",
        status=status,
        sheet=sheet,
        shape=shape,
        choices=choices(visit.desk.corpus(), shape),
        benefit_kinds=benefit_kinds(),
        own_key=NAMED.get(sheet.kind, "") == "" and sheet.kind not in NUMBERED,
        own_address=edit_of(sheet.kind, "" if sheet.is_new else sheet.key),
        others={one.where: place.kind for one, place in _elsewhere(visit, sheet) if place},
        anchors={at: anchor(sheet.kind, at) for at in sheet.found if at},
        **facts,
    )


def _elsewhere(visit: Visit, sheet: Sheet) -> list[tuple[Complaint, Place | None]]:
    """What the lint says of other parts than this one, each with where that is."""
    found = located(visit, [], sheet.look) if sheet.look else []
    return [(one, place) for one, place in found if one.where != sheet.key]
