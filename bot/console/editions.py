"""Editions: the list, what came with each, and the ways back: of one part, or of the whole corpus."""

from __future__ import annotations

import secrets

import msgspec
from aiohttp import web

from bot.console.corpus import deltas, publishing, shape_for, title_of
from bot.console.drafts import BOARD, REMARK_LIMIT, UNSEEN
from bot.console.entries import shown
from bot.console.menus import readable
from bot.console.permissions import Permission
from bot.console.visit import Visit
from bot.errors import NotAllowed, Overtaken
from bot.parts import MENU
from bot.revisions import Edition, Revision

SHOWN = 200  # parts of an edition whose differences are shown
LIST = "/console/editions"


async def show_all(visit: Visit) -> web.Response:
    """The list, newest first."""
    editions = await publishing(visit).revisions.editions()
    paging = visit.paging(len(editions))
    return visit.page("editions", editions=editions[paging.start : paging.start + paging.size], paging=paging)


async def show(visit: Visit) -> web.Response:
    """One edition: what came, changed and went with it."""
    return await _edition_page(visit, await _edition(visit))


async def restore(visit: Visit) -> web.Response:
    """Have the corpus as it was with an edition: by drafts to review, or, in an emergency, at once."""
    edition, parts = await _edition(visit), publishing(visit)
    newest = await parts.revisions.newest()  # before anything is compared
    back = await parts.press.restored_to(edition.number, who=visit.who.name)
    if not back:
        return await _edition_page(visit, edition, status=409, refused="nothing_changed")
    target = f"edition {edition.number}"
    if visit.form.get("emergency"):
        return await _at_once(visit, back, target, against=newest, edition=edition)
    batch = secrets.token_hex(8)
    drafts = [msgspec.structs.replace(revision, batch=batch) for revision in back]
    try:
        numbers = await parts.revisions.begin(drafts, told=[visit.entry("corpus.restore_begun", target)])
    except Overtaken:
        return await _edition_page(visit, edition, status=409, refused="drafts_in_the_way")
    return visit.go(f"{BOARD}/{numbers[0]}", "draft_saved")


async def show_revision(visit: Visit) -> web.Response:
    """One revision of a part: all it said, and what has changed since."""
    return await _revision_page(visit, await _revision(visit))


async def restore_revision(visit: Visit) -> web.Response:
    """Have one part as it was."""
    old, parts = await _revision(visit), publishing(visit)
    newest = await parts.revisions.newest()
    try:
        draft = await parts.press.restore(old.kind, old.key, old.id, who=visit.who.name)
        standing = await parts.revisions.standing_of(old.kind, old.key)
        if standing is not None and not await deltas(standing, draft):
            raise NotAllowed("nothing_changed")
        if visit.form.get("emergency"):
            return await _at_once(visit, [draft], f"{old.kind} {old.key}", against=newest, revision=old)
        told = [visit.entry("corpus.restore_begun", f"{old.kind} {old.key}")]
        (number,) = await parts.revisions.begin([draft], told=told)
    except NotAllowed as error:
        return await _revision_page(visit, old, status=409, refused=error.rule)
    except Overtaken:
        return await _revision_page(visit, old, status=409, refused="drafts_in_the_way")
    return visit.go(f"{BOARD}/{number}", "draft_saved")


async def _at_once(
    visit: Visit,
    back: list[Revision],
    target: str,
    *,
    against: int,
    edition: Edition | None = None,
    revision: Revision | None = None,
) -> web.Response:
    """Roll back without a second person: an admin's, with a reason, and in the audit log as what it is. The edition in
    force is that of the page that was looked at, or nothing happens."""
    parts, reason = publishing(visit), visit.form.get("reason")[:REMARK_LIMIT]
    if visit.permission < Permission.ADMIN:
        raise web.HTTPForbidden
    entry = visit.entry("corpus.rolled_back_at_once", target, after={"reason": reason, "parts": len(back)})
    try:
        if visit.form.get("against") != str(against):
            raise NotAllowed(UNSEEN)
        await parts.press.emergency(back, who=visit.who.name, reason=reason, against=against, told=[entry])
    except (NotAllowed, Overtaken) as error:
        rule = error.rule if isinstance(error, NotAllowed) else "overtaken"
        if edition is not None:
            return await _edition_page(visit, edition, status=409, refused=rule)
        assert revision is not None
        return await _revision_page(visit, revision, status=409, refused=rule)
    await parts.shelf.reload()
    return visit.go(LIST, "rolled_back")


async def _edition_page(visit: Visit, edition: Edition, *, status: int = 200, refused: str = "") -> web.Response:
    revisions = publishing(visit).revisions
    newest = await revisions.newest()
    came = await revisions.came_with(edition.number)
    changes = []
    for revision in came[:SHOWN] if edition.number > 1 else []:
        was = await revisions.get(revision.based_on) if revision.based_on else None
        body = revision.body or (was.body if was else {})
        changes.append((revision, title_of(revision.kind, revision.key, body), await deltas(was, revision)))
    return visit.page(
        "edition",
        status=status,
        edition=edition,
        newest=newest,
        changes=changes,
        more=len(came) - len(changes),
        refused=refused,
    )


async def _revision_page(visit: Visit, revision: Revision, *, status: int = 200, refused: str = "") -> web.Response:
    revisions = publishing(visit).revisions
    newest = await revisions.newest()
    standing = await revisions.standing_of(revision.kind, revision.key)
    was = await revisions.get(revision.based_on) if revision.based_on else None
    shape = None if revision.kind == MENU else shape_for(revision.kind)
    return visit.page(
        "revision",
        status=status,
        revision=revision,
        title=title_of(revision.kind, revision.key, revision.body),
        shape=shape,
        entry=shown(shape, revision.body) if shape else {},
        menu=readable(revision) if revision.kind == MENU else None,
        made=await deltas(was, revision),
        since=await deltas(revision, standing) if standing is not None and standing.id != revision.id else [],
        standing=standing,
        newest=newest,
        refused=refused,
    )


async def _edition(visit: Visit) -> Edition:
    number = visit.number("number")
    found = next((e for e in await publishing(visit).revisions.editions() if e.number == number), None)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _revision(visit: Visit) -> Revision:
    revision = await publishing(visit).revisions.get(visit.number("id"))
    if revision is None:
        raise web.HTTPNotFound
    return revision
