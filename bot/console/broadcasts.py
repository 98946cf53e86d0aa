"""Announcements: the board of all, the page of one, and what is done with it by whom."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.announcements import (
    ACTIVE,
    DRAFT,
    ERRORS,
    IN_REVIEW,
    OVER,
    PAUSED,
    REJECTED,
    SCHEDULED,
    WRITABLE,
    Announcement,
    may,
)
from bot.broadcasts import Broadcasts
from bot.console.audit import differences
from bot.console.broadcast_forms import typed_of
from bot.console.broadcast_progress import measure
from bot.console.broadcast_views import (
    PLACE,
    beginning,
    broadcasts,
    bubbles,
    chosen,
    corrections,
    counts_of,
    lacking,
    original,
    page_of,
    reach,
)
from bot.console.visit import Visit
from bot.errors import NotAllowed, Overtaken
from bot.spellings import faults
from bot.store.audit import Search

TABS = ("going", "review", "drafts", "over")
REMARK_LIMIT = 1000  # characters
MOST_TESTED = 10  # phones of a test
HISTORY = 200  # entries shown
NEAR = 20  # by how many people a count may have changed since it was read, or by a fiftieth
SAID = frozenset({"name", "form", "template", "text", "title", "url", "picture", "values"})  # faults of what is said

SHOWN = ("pause", "resume", "cancel", "retry", "reopen", "discard", "submit")  # what there are buttons for

Act = Callable[[Broadcasts], Awaitable[str]]


# ----- the board


async def show_all(visit: Visit) -> web.Response:
    """What is under way, waits for approval, is written, and is over."""
    lists = await _lists(visit)
    asked = visit.asked("tab")
    first = "review" if visit.may("approver") and lists["review"] and not lists["going"] else "going"
    tab = asked if asked in TABS else first if lists[first] else next((t for t in TABS if lists[t]), "going")
    paging = visit.paging(len(lists[tab]))
    rows = lists[tab][paging.start : paging.start + paging.size]
    return visit.page(
        "broadcasts",
        tab=tab,
        tabs=TABS,
        lists={name: len(found) for name, found in lists.items()},
        rows=rows,
        counts={one.id: await counts_of(visit, one) for one in rows if one.began and one.state not in OVER},
        tags=await broadcasts(visit).tags(),
        paging=paging,
    )


async def panel(visit: Visit) -> dict[str, Any] | None:
    """For the first page: what waits for this person, what runs, what paused by itself; None for nothing."""
    lists, me = await _lists(visit), visit.who.name
    waits = [one for one in lists["review"] if visit.may("approver") and not _is_theirs(one, me)]
    back = [one for one in lists["drafts"] if one.state == REJECTED and _is_theirs(one, me)]
    stopped = [one for one in lists["going"] if one.state == PAUSED and one.why == ERRORS]
    going = [one for one in lists["going"] if one not in stopped]
    found = {"waits": waits, "back": back, "stopped": stopped, "going": going}
    return found if any(found.values()) else None


async def _lists(visit: Visit) -> dict[str, list[Announcement]]:
    rows = broadcasts(visit).rows
    open_ones = await rows.unfinished()
    return {
        "going": [one for one in open_ones if one.state in (*ACTIVE, PAUSED)],
        "review": [one for one in open_ones if one.state == IN_REVIEW],
        "drafts": [one for one in open_ones if one.state in (DRAFT, REJECTED)],
        "over": [one for one in await rows.newest() if one.state in OVER],
    }


def _is_theirs(one: Announcement, who: str) -> bool:
    return who in (one.author, one.submitter, *one.hands)


# ----- the page of one


async def show(visit: Visit) -> web.Response:
    """One announcement: how it looks, whom it is for, how it goes, who did what."""
    return await _page(visit, await chosen(visit))


async def _page(
    visit: Visit, one: Announcement, *, status: int = 200, refused: str = "", wrong: Mapping[str, str] | None = None
) -> web.Response:
    ways, me = broadcasts(visit).ways, visit.who.name
    waits = one.state in WRITABLE
    missing = await lacking(visit, one, typed_of(one)) if waits else {}
    log = await visit.desk.audit.read(Search(action="broadcast.", target=str(one.id)), HISTORY)
    later = await corrections(broadcasts(visit), one)
    again = not one.forgotten and not any(other.began for other in later)
    return visit.page(
        "broadcast",
        status=status,
        one=one,
        missing=missing,
        refused=refused,
        wrong=wrong or {},
        typed=visit.form,
        theirs=_is_theirs(one, me),
        acts={act for act in SHOWN if may(act, one) and (act != "retry" or again)},
        waits=waits,
        beginning=beginning(visit, one),
        bubbles=bubbles(one, ways),
        tags=await broadcasts(visit).tags(),
        phones=await _phones(visit) if visit.may("editor") else [],
        log=[(entry, differences(entry)) for entry in log],
        push=visit.desk.config.push,
        ours=ways,
        original=await original(visit, one),
        corrections=later,
        facts=await measure(visit, one) if one.began or one.state == SCHEDULED else None,
        **(await reach(visit, one) if waits else {"reach": None, "kept": 0}),
    )


async def _phones(visit: Visit) -> list[tuple[int, str]]:
    """Staff with a phone that is known: their numbers and names."""
    bound = await visit.desk.phones.bound()
    return [(m.id, m.display) for m in await visit.desk.staff.everyone() if m.id in bound and not m.disabled]


# ----- what is done with it


async def submit(visit: Visit) -> web.Response:
    """Ask somebody else to approve what was read."""
    one = await chosen(visit)
    wrong = await _unconfirmed(visit, one)
    if wrong:
        return await _page(visit, one, status=422, wrong=wrong)

    async def act(acting: Broadcasts) -> str:
        _is_as_read(visit, one)
        await acting.submit(one, visit.who.name, told=[visit.entry("broadcast.submitted", str(one.id))])
        return "broadcast_submitted"

    return await _do(visit, one, act)


async def approve(visit: Visit) -> web.Response:
    """Let what was read go out; for everybody only with their number typed."""
    one = await chosen(visit)
    wrong = await _unconfirmed(visit, one)
    if wrong:
        return await _page(visit, one, status=422, wrong=wrong)

    async def act(acting: Broadcasts) -> str:
        digest = visit.form.get("digest")
        told = [visit.entry("broadcast.approved", str(one.id), after={"name": one.name, "digest": digest})]
        await acting.approve(one, visit.who.name, digest=digest, told=told)
        return "broadcast_approved"

    return await _do(visit, one, act)


async def reject(visit: Visit) -> web.Response:
    """Return it to those who wrote it, with a remark."""
    one, remark = await chosen(visit), visit.form.get("remark")[:REMARK_LIMIT]
    if not remark:
        return await _page(visit, one, status=422, wrong={"remark": "missing"})

    async def act(acting: Broadcasts) -> str:
        told = [visit.entry("broadcast.rejected", str(one.id), after={"remark": remark})]
        await acting.reject(one, visit.who.name, remark=remark, told=told)
        return "broadcast_rejected"

    return await _do(visit, one, act)


async def reopen(visit: Visit) -> web.Response:
    """Take it back from review, or before it begins."""
    return await _plainly(visit, Broadcasts.reopen, "broadcast.reopened", said="broadcast_reopened")


async def discard(visit: Visit) -> web.Response:
    """Give a draft up."""
    return await _plainly(visit, Broadcasts.discard, "broadcast.discarded", said="broadcast_discarded")


async def pause(visit: Visit) -> web.Response:
    """Hand nothing more on."""
    return await _plainly(visit, Broadcasts.pause, "broadcast.paused", said="broadcast_paused")


async def resume(visit: Visit) -> web.Response:
    """Go on."""
    return await _plainly(visit, Broadcasts.resume, "broadcast.resumed", said="broadcast_resumed")


async def cancel(visit: Visit) -> web.Response:
    """Send nothing more."""
    return await _plainly(visit, Broadcasts.cancel, "broadcast.cancelled", said="broadcast_cancelled")


async def retry(visit: Visit) -> web.Response:
    """Let those go again with whom it failed, and, where that is asked for, those of whom nobody knows."""
    one, unknown = await chosen(visit), bool(visit.form.get("unknown"))

    async def act(acting: Broadcasts) -> str:
        told = [visit.entry("broadcast.retried", str(one.id), after={"unknown": unknown})]
        await acting.retry(one, visit.who.name, unknown=unknown, told=told)
        return "broadcast_retried"

    return await _do(visit, one, act)


async def test(visit: Visit) -> web.Response:
    """Send it to phones of staff."""
    one, bound = await chosen(visit), await visit.desk.phones.bound()
    wanted = {int(text) for text in visit.form.every("staff") if text.isascii() and text.isdigit() and len(text) < 10}
    phones = [bound[number] for number, _ in await _phones(visit) if number in wanted]
    if not phones or len(phones) > MOST_TESTED:
        return await _page(visit, one, status=422, wrong={"staff": "many" if phones else "missing"})
    if any(fault.field in SAID for fault in faults(one, broadcasts(visit).ways)):
        return await _page(visit, one, status=409, refused="faulty")
    told = [visit.entry("broadcast.tested", str(one.id), after={"phones": len(phones)})]
    if not await broadcasts(visit).show(one, phones, told=told):
        return await _page(visit, one, status=409, refused="no_way")
    return visit.go(page_of(one.id), "broadcast_tested", count=len(phones))


async def _plainly(visit: Visit, work: Callable[..., Awaitable[None]], action: str, *, said: str) -> web.Response:
    """Do what needs nothing but the announcement and who does it."""
    one = await chosen(visit)

    async def act(acting: Broadcasts) -> str:
        await work(acting, one, visit.who.name, told=[visit.entry(action, str(one.id))])
        return said

    return await _do(visit, one, act)


async def _do(visit: Visit, one: Announcement, act: Act) -> web.Response:
    """Act, and say so; where a rule or somebody else stands in the way, say that, above how it stands now."""
    try:
        said = await act(broadcasts(visit))
    except NotAllowed as error:
        return await _page(visit, await chosen(visit), status=409, refused=error.rule)
    except Overtaken:
        again = await chosen(visit)
        same = again.digest == one.digest == visit.form.get("digest", one.digest)
        return await _page(visit, again, status=409, refused="first" if same else "changed")
    return visit.go(PLACE if said == "broadcast_discarded" else page_of(one.id), said)


def _is_as_read(visit: Visit, one: Announcement) -> None:
    """Refuse, as Overtaken, what is not what was read."""
    if visit.form.get("digest") != one.digest:
        raise Overtaken("it was changed since it was read")


async def _unconfirmed(visit: Visit, one: Announcement) -> dict[str, str]:
    """What is wrong with the number that was typed for everybody: it must be the one that was read, and still hold."""
    if not one.to_everyone:
        return {}
    typed = _digits(visit.form.get("people"))
    if not typed:
        return {"people": "missing"}
    if typed != _digits(visit.form.get("counted")):
        return {"people": "differs"}
    now = (await broadcasts(visit).reach(one)).audience
    return {} if abs(now - int(typed)) <= max(NEAR, now // 50) else {"people": "moved"}


def _digits(text: str) -> str:
    """The number that was typed, in full width or with commas too."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text[:20]) if char.isascii() and char.isdigit())
    return str(int(plain)) if plain else ""
