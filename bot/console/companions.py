"""Drafts that hold only together, looked at, published and returned as one.

One draft that names what another brings, or a question beside the policy it asks for, does not pass the gate alone. A
reviewer puts such drafts together; which they are stands in the address and in the form, and nothing is kept of it: who
comes by another way finds each by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiohttp import web

from bot.console.corpus import draft_page, publishing, title_of
from bot.console.visit import Visit
from bot.revisions import IN_REVIEW, OPEN, Revision
from bot.store.revisions import Revisions

MOST = 50  # drafts that are put together: each is compared on one page
FIELD = "with"  # in the address and in forms: the numbers of the others


async def gather(visit: Visit) -> web.Response:
    """Lead to the page of the drafts that were ticked, the first of which gives it its address."""
    numbers = _numbers(",".join(visit.request.query.getall("id", [])))
    if not numbers:
        return visit.go("/console/drafts?tab=review", "none_ticked")
    first = await publishing(visit).revisions.get(numbers[0])
    if first is None:
        raise web.HTTPNotFound
    return visit.go(draft_page(first) + spelled(numbers[1:]))


async def chosen(visit: Visit) -> list[Revision]:
    """The revision that the address names, with the others of its batch that are where it is; for a reviewer also those
    that were put beside it and are still up for review, with theirs."""
    revisions = publishing(visit).revisions
    revision = await revisions.get(visit.number("id"))
    if revision is None:
        raise web.HTTPNotFound
    found = await _mates(revisions, revision)
    if revision.state == IN_REVIEW and visit.may("approver"):
        for number in _numbers(visit.form.get(FIELD) or visit.asked(FIELD)):
            other = await revisions.get(number)
            if other is not None and other.state == IN_REVIEW:
                found += await _mates(revisions, other)
    return list({one.id: one for one in found}.values())


async def others(visit: Visit, shown: Sequence[Revision]) -> list[tuple[Revision, str]]:
    """What else is up for review that this reviewer may put beside what is shown, with titles; a batch once."""
    if not visit.may("approver") or any(one.state != IN_REVIEW for one in shown):
        return []
    revisions, me, seen = publishing(visit).revisions, visit.who.name, {one.batch or one.id for one in shown}
    found: list[tuple[Revision, str]] = []
    for one in await revisions.unfinished():
        if one.state == IN_REVIEW and me not in (one.author, *one.hands) and (one.batch or one.id) not in seen:
            seen.add(one.batch or one.id)
            found.append((one, await titled(revisions, one)))
    return found


async def titled(revisions: Revisions, one: Revision) -> str:
    """What a draft is called; one that takes a part away as that part is."""
    standing = await revisions.standing_of(one.kind, one.key) if one.gone else None
    return title_of(one.kind, one.key, standing.body if standing else one.body)


def apart(shown: Sequence[Revision]) -> list[Revision]:
    """Of what was put together one of each batch: they name it again."""
    return list({one.batch or one.id: one for one in reversed(shown)}.values())[::-1]


def spelled(numbers: Iterable[int]) -> str:
    """The end of the address of a page that has these beside its own."""
    text = ",".join(map(str, numbers))
    return f"?{FIELD}={text}" if text else ""


async def _mates(revisions: Revisions, revision: Revision) -> list[Revision]:
    together = [one for one in await revisions.batch(revision.batch) if one.state in OPEN or one.waits]
    return together if revision in together else [revision]


def _numbers(text: str) -> list[int]:
    """The numbers in a text, each once; what is none is left out."""
    found = [int(word) for word in text.split(",") if word.isascii() and word.isdigit() and len(word) < 10]
    return list(dict.fromkeys(found))[:MOST]
