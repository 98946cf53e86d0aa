"""Drafts: the board of all, the page of one or of what came together, and what is done with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console import companions, waiting
from bot.console.corpus import deltas, draft_page, edit_of, known_kind, located, publishing, title_of
from bot.console.entries import is_day
from bot.console.publishing import Look, Publishing
from bot.console.visit import Visit
from bot.editions.deltas import Delta
from bot.editions.links import Impact, impact
from bot.editions.press import Proof
from bot.errors import CorpusError, NotAllowed, Overtaken
from bot.parts import POLICY
from bot.revisions import (
    IN_REVIEW,
    OPEN,
    REJECTED,
    WRITABLE,
    Revision,
    begun,
    content,
    is_due,
    may_review,
    must_be_seen,
)
from bot.store.audit import Entry

TABS = ("mine", "review", "all", "waiting", "due")
REMARK_LIMIT = 2000  # characters
BOARD = "/console/drafts"
UNSEEN = "not_seen"  # the rule: what is decided on is what was shown


@dataclass(frozen=True, kw_only=True)
class Change:
    """One revision of a change, with what it changes and whom that reaches."""

    revision: Revision
    title: str
    standing: Revision | None
    deltas: Sequence[Delta]
    impact: Impact


# ----- the board


async def show_all(visit: Visit) -> web.Response:
    """What is worked on, what waits for review or for its day, and what must be looked at again."""
    lists = await _lists(visit)
    asked = visit.asked("tab")
    first = "review" if visit.may("approver") and lists["review"] else "mine"
    tab = asked if asked in TABS else first if lists[first] else "all"
    chosen = lists[tab]
    paging = visit.paging(len(chosen))
    shown, revisions = chosen[paging.start : paging.start + paging.size], publishing(visit).revisions
    return visit.page(
        "drafts",
        tab=tab,
        tabs=TABS,
        counts={name: len(found) for name, found in lists.items()},
        rows=[(r, await companions.titled(revisions, r)) for r in shown],
        paging=paging,
        pending=await waiting.pending(visit),
    )


async def panel(visit: Visit) -> dict[str, int] | None:
    """For the first page: how much waits for this person; None for nothing."""
    if visit.desk.publishing is None:
        return None
    lists = await _lists(visit)
    counts = {name: len(lists[name]) for name in ("review", "waiting", "due")} if visit.may("approver") else {}
    counts["back"] = sum(r.state == REJECTED for r in lists["mine"])
    counts["mine"] = len(lists["mine"]) - counts["back"]
    return counts if any(counts.values()) else None


async def _lists(visit: Visit) -> dict[str, list[Revision]]:
    """What there is, by tab."""
    revisions, me, today = publishing(visit).revisions, visit.who.name, visit.now.date()
    open_ones = await revisions.unfinished()
    standing = await revisions.standing(await revisions.newest())
    return {
        "mine": [r for r in open_ones if me in (r.author, *r.hands)],
        "review": [r for r in open_ones if r.state == IN_REVIEW and me not in (r.author, *r.hands)],
        "all": open_ones,
        "waiting": await revisions.waiting(),
        "due": sorted((r for r in standing if must_be_seen(r, today)), key=lambda r: r.review_by),
    }


# ----- one change


async def show(visit: Visit) -> web.Response:
    """A draft, or all of the batch it came with."""
    return await _page(visit, await companions.chosen(visit))


async def submit(visit: Visit) -> web.Response:
    """Ask for a review."""
    chosen = await companions.chosen(visit)

    async def act(parts: Publishing) -> str:
        held = _held([r for r in chosen if r.state in WRITABLE], "not_a_draft")
        if not _wrote(visit, held):
            raise NotAllowed("not_your_draft")
        _was_shown(visit, chosen)
        entries = [visit.entry("corpus.submitted", r.target) for r in held]
        await parts.press.submit(held, told=entries)
        return "draft_submitted"

    return await _do(visit, chosen, act)


async def reopen(visit: Visit) -> web.Response:
    """Take a draft back from review, to go on with it."""
    chosen = await companions.chosen(visit)

    async def act(parts: Publishing) -> str:
        held = _held([r for r in chosen if r.state == IN_REVIEW], "not_in_review")
        _is_theirs(visit, held)
        _was_shown(visit, chosen)
        entries = [visit.entry("corpus.reopened", r.target) for r in held]
        await parts.revisions.reopen(held, time=visit.time, told=entries)
        return "draft_reopened"

    return await _do(visit, chosen, act)


async def withdraw(visit: Visit) -> web.Response:
    """Give a change up, or take back what waits for its day."""
    chosen = await companions.chosen(visit)

    async def act(parts: Publishing) -> str:
        held = _held([r for r in chosen if r.state in OPEN or r.waits], "not_a_draft")
        _is_theirs(visit, held)
        _was_shown(visit, chosen)
        entries = [visit.entry("corpus.withdrawn", r.target) for r in held]
        await parts.revisions.withdraw(held, time=visit.time, told=entries)
        return "draft_withdrawn"

    return await _do(visit, chosen, act, to=BOARD)


async def send_back(visit: Visit) -> web.Response:
    """Return a change to those who wrote it, with a remark."""
    chosen, remark = await companions.chosen(visit), visit.form.get("remark")[:REMARK_LIMIT]
    if not remark and visit.form.get("seen") == _seen(chosen):
        return await _page(visit, chosen, status=422, errors={"remark": "missing"})

    async def act(parts: Publishing) -> str:
        _may_decide(visit, chosen)
        entries = [visit.entry("corpus.sent_back", r.target, after={"remark": remark}) for r in chosen]
        await parts.revisions.send_back(chosen, who=visit.who.name, remark=remark, time=visit.time, told=entries)
        return "draft_sent_back"

    return await _do(visit, chosen, act, to=BOARD)


async def publish(visit: Visit) -> web.Response:
    """Put a change into force, or have it wait for its day; against the gate only with a reason.

    Texts, edition and day are those of the page that was looked at, or nothing happens. From here on the store holds
    all of it to what was read: each revision to its number of edits, the edition to the one before it.
    """
    chosen = await companions.chosen(visit)
    remark, override = (visit.form.get(name)[:REMARK_LIMIT] for name in ("remark", "override"))

    async def act(parts: Publishing) -> str:
        _may_decide(visit, chosen)
        proof = await parts.prove(chosen)
        if visit.form.get("against") != _against(proof.against, proof):
            raise NotAllowed(UNSEEN)
        told = await _told(visit, chosen, proof, override=override)
        edition = await parts.press.publish(
            chosen, who=visit.who.name, proof=proof, remark=remark, override=override, told=told
        )
        if edition is None:
            return "scheduled"
        await parts.shelf.reload()
        return "published_later" if when else "published"

    when = waiting.told_from(visit)
    return await _do(visit, chosen, act, to=BOARD, when=when)


async def _told(visit: Visit, chosen: Sequence[Revision], proof: Proof, *, override: str) -> list[Entry]:
    """What the audit log says of a publication: for today, or for the day that it names."""
    told = []
    if override and not proof.verdict.open:
        told = [visit.entry("corpus.gate_overridden", r.target, after={"reason": override}) for r in chosen]
    for revision in chosen:
        was = content(await publishing(visit).revisions.standing_of(revision.kind, revision.key))
        after = content(revision)
        if is_due(revision, proof.day):
            told.append(visit.entry("corpus.published", revision.target, before=was, after=after))
        else:
            after["effective"] = revision.effective
            told.append(visit.entry("corpus.scheduled", revision.target, before=was, after=after))
    return told


async def take_away(visit: Visit) -> web.Response:
    """Begin a draft that takes a part out of the corpus."""
    kind, key = known_kind(visit.part("kind")), visit.asked("key")
    revisions = publishing(visit).revisions
    standing = await revisions.standing_of(kind, key)
    if standing is None:
        raise web.HTTPNotFound
    gone = begun(kind, key, who=visit.who.name, time=visit.time, on=standing, gone=True)
    try:
        (number,) = await revisions.begin([gone], told=[visit.entry("corpus.removal_begun", gone.target)])
    except Overtaken:
        return visit.go(edit_of(kind, key), "draft_is_there")
    return visit.go(f"{BOARD}/{number}", "draft_saved")


async def simulate(visit: Visit) -> web.Response:
    """See what a draft would do to the questions people asked."""
    (draft, *_) = await companions.chosen(visit)
    number = await publishing(visit).trials.start(draft, visit.who.name)
    return visit.go(f"/console/simulations/{number}")


async def set_review_by(visit: Visit) -> web.Response:
    """Say by when a part in force is to be looked at again."""
    kind, key, day = known_kind(visit.part("kind")), visit.asked("key"), visit.form.get("review_by")
    revisions = publishing(visit).revisions
    standing = await revisions.standing_of(kind, key)
    if standing is None:
        raise web.HTTPNotFound
    if day and not is_day(day):
        return visit.go(f"{BOARD}?tab=due", "bad_day")
    before, after = {"review_by": standing.review_by}, {"review_by": day}
    entry = visit.entry("corpus.review_by", standing.target, before=before, after=after)
    await revisions.set_review_by(kind, key, day=day, told=[entry])
    return visit.go(f"{BOARD}?tab=due", "saved")


# ----- what they share


async def _do(
    visit: Visit,
    chosen: Sequence[Revision],
    act: Callable[[Publishing], Awaitable[str]],
    *,
    to: str = "",
    **words: str,
) -> web.Response:
    """Act, and go on with what the act has to say, in whose sentence `words` stand; where a rule or somebody else
    stands in the way, say that."""
    try:
        said = await act(publishing(visit))
    except NotAllowed as error:
        return await _page(visit, await companions.chosen(visit), status=409, refused=error.rule)
    except Overtaken:
        return await _page(visit, await companions.chosen(visit), status=409, refused="overtaken")
    except CorpusError as error:
        return await _page(visit, await companions.chosen(visit), status=422, refused=str(error))
    return visit.go(to or draft_page(chosen[0]), said, **words)


async def _page(
    visit: Visit,
    chosen: Sequence[Revision],
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    refused: str = "",
) -> web.Response:
    parts = publishing(visit)
    first = chosen[0]
    newest = await parts.revisions.newest()  # before anything is compared: what came later was not shown
    changes = [await _change(visit, parts, revision) for revision in chosen]
    mine = any(visit.who.name in (r.author, *r.hands) for r in chosen)
    reviewing = first.state == IN_REVIEW and visit.may("approver") and not mine
    proof: Proof | None = None
    look: Look | None = None
    if first.state == IN_REVIEW and visit.may("approver"):
        proof = await parts.prove(chosen)
    elif first.state in OPEN:
        look = await parts.look(chosen)
    return visit.page(
        "draft",
        status=status,
        first=first,
        changes=changes,
        corpus=visit.desk.corpus(),
        mine=mine,
        submits=_wrote(visit, chosen),
        reviewing=reviewing,
        proof=proof,
        fault=look.fault if look else None,
        found=None if look is None or look.fault else located(visit, chosen, look),
        stale=[
            c for c in changes if first.state in OPEN and c.revision.based_on != (c.standing.id if c.standing else 0)
        ],
        errors=errors or {},
        refused=refused,
        remark=visit.form.get("remark"),
        override="" if refused in (UNSEEN, "overtaken") else visit.form.get("override"),
        seen=_seen(chosen),
        apart=companions.apart(chosen),
        others=await companions.others(visit, chosen) if reviewing else [],
        against=_against(newest, proof) if proof else "",
    )


def _seen(chosen: Sequence[Revision]) -> str:
    """Which texts a page shows, and where they are."""
    return ",".join(f"{revision.id}:{revision.edits}:{revision.state}" for revision in chosen)


def _against(edition: int, proof: Proof) -> str:
    """What a page compares them with, and on which day."""
    return f"{edition} {proof.day.isoformat()}"


def _may_decide(visit: Visit, chosen: Sequence[Revision]) -> None:
    """Refuse whoever may not review this, and whoever looked at something else."""
    for revision in chosen:
        may_review(revision, visit.who.name)
    _was_shown(visit, chosen)


def _was_shown(visit: Visit, chosen: Sequence[Revision]) -> None:
    """Refuse whoever acts on another text, or on another state of it, than their page showed."""
    if visit.form.get("seen") != _seen(chosen):
        raise NotAllowed(UNSEEN)


def _held(chosen: list[Revision], rule: str) -> list[Revision]:
    """What an act is about: what is told of it is told of these, and of nothing nothing is told."""
    if not chosen:
        raise NotAllowed(rule)
    return chosen


async def _change(visit: Visit, parts: Publishing, revision: Revision) -> Change:
    standing = await parts.revisions.standing_of(revision.kind, revision.key)
    if not (revision.state in OPEN or revision.waits):  # what it changed when it came into force
        standing = await parts.revisions.get(revision.based_on) if revision.based_on else None
    keywords = tuple(revision.body.get("keywords", ())) if revision.kind == POLICY else None
    return Change(
        revision=revision,
        title=title_of(revision.kind, revision.key, revision.body or (standing.body if standing else {})),
        standing=standing,
        deltas=await deltas(standing, revision),
        impact=impact(visit.desk.corpus(), revision.kind, revision.key, keywords=keywords),
    )


def _is_theirs(visit: Visit, chosen: Sequence[Revision]) -> None:
    """Refuse whoever neither wrote on a change nor reviews changes."""
    if not visit.may("approver") and not _wrote(visit, chosen):
        raise NotAllowed("not_yours")


def _wrote(visit: Visit, chosen: Sequence[Revision]) -> bool:
    """Whether they wrote on all of it."""
    return all(visit.who.name in (r.author, *r.hands) for r in chosen)
