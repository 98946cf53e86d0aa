"""Writing an announcement: the form with what it reaches and how it looks, kept as a draft; nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from bot.announcements import IN_REVIEW, NOTICE, REACHED, SCHEDULED, WRITABLE, Announcement, Criterion, may
from bot.console.broadcast_forms import (
    Typed,
    blank,
    known_of,
    meant,
    read_typed,
    slots,
    typed_of,
    unsavable,
)
from bot.console.broadcast_views import (
    PLACE,
    beginning,
    broadcasts,
    bubbles,
    chosen,
    lacking,
    options,
    original,
    page_of,
    reach,
)
from bot.console.patterns import Known
from bot.console.visit import Visit
from bot.errors import Overtaken
from bot.minutes import changes, written

LOOK, TEMPLATES, ANEW = "look", "templates", "anew"  # what else a form's buttons do than to save


@dataclass(kw_only=True)
class Sheet:
    """What the page of the form shows.

    standing  the announcement as it is kept; None of a new one
    mine      what the form means
    edits     how often it had been written when the form was opened
    refused   why it was not saved: overtaken or begun
    between   what stands there and what was typed, where somebody else wrote meanwhile
    """

    standing: Announcement | None
    typed: Typed
    mine: Announcement
    edits: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    between: list[tuple[str, object, object]] = field(default_factory=list)

    @property
    def voids(self) -> bool:
        """Whether to save takes a submission or an approval away."""
        return self.standing is not None and self.standing.state in (IN_REVIEW, SCHEDULED)


# ----- the form


async def show_new(visit: Visit) -> web.Response:
    """An empty form, or one that begins with a kept text, with another announcement, or as its correction."""
    wrong = await broadcasts(visit).rows.get(_asked(visit, "corrects")) if _asked(visit, "corrects") else None
    if wrong is not None and wrong.forgotten:
        return visit.go(page_of(wrong.id), "broadcast_list_gone")
    fresh = _blank(visit)
    begun = await _begun(visit, fresh)
    typed = typed_of(begun)
    typed.ground = typed.ground or _asked(visit, "copy")
    return await _page(visit, Sheet(standing=None, typed=typed, mine=begun))


def _blank(visit: Visit) -> Announcement:
    """A draft without a word but how to end announcements."""
    ending = visit.desk.templates.ending
    return blank(visit.who.name, visit.time, broadcasts(visit).ways, ending=ending)


async def _begun(visit: Visit, fresh: Announcement) -> Announcement:
    rows = broadcasts(visit).rows
    sample, copy, corrects = (_asked(visit, name) for name in ("sample", "copy", "corrects"))
    if sample:
        kept = next((one for one in await rows.samples() if one.id == sample), None)
        if kept is None:
            raise web.HTTPNotFound
        content = msgspec.structs.replace(kept.content, ending=fresh.content.ending)
        return msgspec.structs.replace(fresh, name=kept.name, content=content, sample=kept.id, version=kept.version)
    if not (copy or corrects):
        return fresh
    other = await rows.get(copy or corrects)
    if other is None or (corrects and not other.began):
        raise web.HTTPNotFound
    plan = msgspec.structs.replace(other.plan, urgent=False, reason="")
    ending = fresh.content.ending if other.plan.urgent else other.content.ending  # an emergency had no choice
    content = msgspec.structs.replace(other.content, ending=ending)
    if copy:
        begun = msgspec.structs.replace(fresh, name=other.name, content=content, plan=plan)
        return msgspec.structs.replace(begun, criteria=() if other.corrects else other.criteria)
    reached = (Criterion(kind=REACHED, value=str(other.id)),)
    return msgspec.structs.replace(
        fresh, name=other.name, content=content, criteria=reached, plan=plan, corrects=other.id
    )  # fmt: skip


async def show(visit: Visit) -> web.Response:
    """The form of an announcement that may still be written; with `check` what keeps it from being submitted."""
    one = await chosen(visit)
    if one.state not in WRITABLE:
        return visit.go(page_of(one.id), "broadcast_not_writable")
    sheet = Sheet(standing=one, typed=typed_of(one), mine=one, edits=one.edits)
    if visit.asked("check"):
        sheet.wrong = await lacking(visit, one, sheet.typed)
    return await _page(visit, sheet)


# ----- what is sent


async def create(visit: Visit) -> web.Response:
    """Keep what was typed as a new draft, or look at it."""
    sheet = await _typed(visit, None)
    return await _looked(visit, sheet) or await _keep_new(visit, sheet)


async def save(visit: Visit) -> web.Response:
    """Write over what the form was opened on, or say why not."""
    one = await chosen(visit)
    sheet = await _typed(visit, one)
    looked = await _looked(visit, sheet)
    if looked is not None:
        return looked
    if visit.form.get("action") == ANEW:
        return await _keep_new(visit, sheet)
    if one.state not in WRITABLE:
        return await _refused(visit, sheet, "begun")
    if sheet.edits != one.edits:
        return await _refused(visit, sheet, "overtaken")
    before, after = changes(one, sheet.mine)
    if not before and not after:
        return visit.go(_next(sheet, one.id), "broadcast_unchanged")
    entry = visit.entry("broadcast.changed", str(one.id), before=before, after=after)
    try:
        await broadcasts(visit).save(sheet.mine, visit.who.name, told=[entry])
    except Overtaken:
        again = await chosen(visit)
        sheet.standing = again
        return await _refused(visit, sheet, "overtaken" if again.state in WRITABLE else "begun")
    said = "broadcast_incomplete" if sheet.wrong else "broadcast_voided" if sheet.voids else "broadcast_saved"
    return visit.go(_next(sheet, one.id), said)


async def _typed(visit: Visit, standing: Announcement | None) -> Sheet:
    typed = read_typed(visit.form)
    if visit.form.get("action") == TEMPLATES:
        await visit.desk.patterns.ask()
    known, ending = await _pattern(visit, typed, standing), visit.desk.templates.ending
    mine = meant(typed, known, standing or _blank(visit), ending=ending)
    wrong = await lacking(visit, mine, typed)
    return Sheet(standing=standing, typed=typed, mine=mine, edits=visit.form.number("edits"), wrong=wrong)


async def _pattern(visit: Visit, typed: Typed, standing: Announcement | None) -> Known | None:
    """The template that was chosen: of what is written already, or as the platform tells it."""
    if typed.form != NOTICE:
        return None
    written = await _written(visit, typed, standing)
    if written is not None and written.name == typed.template:
        return written
    return await visit.desk.patterns.find(typed.template)


async def _written(visit: Visit, typed: Typed, standing: Announcement | None) -> Known | None:
    """The template that stands in what the form began with."""
    if standing is not None:
        return known_of(standing.content)
    if typed.sample:
        kept = next((one for one in await broadcasts(visit).rows.samples() if one.id == typed.sample), None)
        return known_of(kept.content) if kept else None
    other = await broadcasts(visit).rows.get(typed.ground) if typed.ground else None
    return known_of(other.content) if other else None


async def _looked(visit: Visit, sheet: Sheet) -> web.Response | None:
    """The form again, where that is all that was asked for, or where it cannot be kept."""
    if visit.form.get("action") in (LOOK, TEMPLATES):
        sheet.wrong = {}
        return await _page(visit, sheet)
    if unsavable(sheet.wrong):
        return await _page(visit, sheet, status=422)
    return None


async def _keep_new(visit: Visit, sheet: Sheet) -> web.Response:
    fresh = _blank(visit)
    names = ("name", "content", "criteria", "plan", "start", "corrects", "sample", "version")
    hands = tuple(dict.fromkeys((visit.who.name, *await _writers(visit, sheet.typed))))
    mine = msgspec.structs.replace(fresh, hands=hands, **{name: getattr(sheet.mine, name) for name in names})
    number = await broadcasts(visit).compose(mine, told=[visit.entry("broadcast.composed", after=written(mine))])
    return visit.go(_next(sheet, number), "broadcast_incomplete" if sheet.wrong else "broadcast_saved")


async def _writers(visit: Visit, typed: Typed) -> list[str]:
    """Who wrote the words that the form began with: they do not approve them either."""
    rows, found = broadcasts(visit).rows, list[str]()
    other = await rows.get(typed.ground) if typed.ground else None
    if other is not None:
        found += (other.author, *other.hands)
    if typed.sample:
        found += [kept.who for kept in await rows.versions(typed.sample) if kept.version <= typed.version]
    return found


def _next(sheet: Sheet, number: int) -> str:
    """Where one goes from here: on with the form where something is missing, else to the page."""
    return f"{page_of(number)}/edit?check=1" if sheet.wrong else page_of(number)


async def _refused(visit: Visit, sheet: Sheet, why: str) -> web.Response:
    """Both versions, and the form with what was typed: saved now, it goes over the other knowingly."""
    theirs = sheet.standing
    assert theirs is not None
    was, now = changes(theirs, sheet.mine)
    sheet.refused, sheet.edits = why, theirs.edits
    sheet.between = [(name, was.get(name), now.get(name)) for name in dict.fromkeys((*was, *now))]
    return await _page(visit, sheet, status=409)


async def _page(visit: Visit, sheet: Sheet, *, status: int = 200) -> web.Response:
    patterns, own, typed = visit.desk.patterns, known_of(sheet.mine.content), sheet.typed
    listed = {**({own.name: own} if own else {}), **patterns.known}
    tags, first = await broadcasts(visit).tags(), await original(visit, sheet.mine)
    return visit.page(
        "broadcast_edit",
        status=status,
        sheet=sheet,
        typed=typed,
        wrong=sheet.wrong,
        address=f"{PLACE}/{sheet.standing.id}/edit" if sheet.standing else f"{PLACE}/new",
        listed=[(known, slots(known)) for known in listed.values()],
        patterns=patterns,
        options=options(visit, tags, typed.chosen),
        tags=tags,
        samples=await broadcasts(visit).rows.samples() if sheet.standing is None else [],
        push=visit.desk.config.push,
        wechat=visit.desk.config.wechat,
        beginning=beginning(visit, sheet.mine),
        one=sheet.mine,
        ours=broadcasts(visit).ways,
        original=first,
        stoppable=first is not None and may("cancel", first),
        bubbles=bubbles(sheet.mine, broadcasts(visit).ways),
        **await reach(visit, sheet.mine),
    )


# ----- while it is typed


async def count(visit: Visit) -> web.Response:
    """Whom it would reach as it is typed, and when it would begin: and the piece of the page for it."""
    sheet = await _typed(visit, None)
    facts = await reach(visit, sheet.mine)
    found = facts["reach"]
    when = beginning(visit, sheet.mine)
    html = visit.piece("broadcast_reach", one=sheet.mine, beginning=when, push=visit.desk.config.push, **facts)
    return web.json_response(
        {
            "audience": found.audience,
            "ways": found.ways,
            "declined": found.declined,
            "closed": found.closed,
            "html": html,
        }
    )


async def preview(visit: Visit) -> web.Response:
    """How it would look as it is typed: the piece of the page that shows it."""
    sheet = await _typed(visit, None)
    shown = bubbles(sheet.mine, broadcasts(visit).ways)
    return web.Response(
        text=visit.piece("broadcast_phone", one=sheet.mine, bubbles=shown), content_type="text/html"
    )  # fmt: skip


def _asked(visit: Visit, name: str) -> int:
    text = visit.asked(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
