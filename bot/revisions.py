"""What the corpus is kept as: parts with their revisions, and the rules by which a draft becomes the truth.

A part is one record of the corpus: a policy, a paper, a unit, a list of words. What stands in force is, for each part,
the revision that came with the newest edition. Nothing is overwritten: who takes a part away publishes that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import msgspec

from bot.errors import NotAllowed

DRAFT, IN_REVIEW, REJECTED = "draft", "in_review", "rejected"
PUBLISHED, WITHDRAWN = "published", "withdrawn"
OPEN = (DRAFT, IN_REVIEW, REJECTED)  # somebody still works on it: one such revision of a part at most
WRITABLE = (DRAFT, REJECTED)  # it may be written on, and submitted
IMPORTED = "data"  # the author of what was imported from the folder
WORKER = "worker"  # the author of what came into force by its day
MACHINES = frozenset({IMPORTED, WORKER})  # nobody may be called as they are: what they did would be somebody's
FIRST = 1  # the number of the edition that was imported
SOON = 30  # days: a part that must be looked at again within these is shown as due

Body = dict[str, Any]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the corpus.

    kind     policy, paper, department, topic, synonym … ; `bot.parts` has them all
    key      what tells it from others of its kind
    body     as the file of the corpus holds it
    wording  the official wording, where a policy's is known
    origin   where it was read, for complaints
    """

    kind: str
    key: str
    body: Body
    wording: str = ""
    origin: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Kind and key."""
        return self.kind, self.key


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """A part as it is kept, its body in JSON: for whoever wants its value alone."""

    kind: str
    key: str
    body: bytes
    wording: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Kind and key."""
        return self.kind, self.key

    @property
    def origin(self) -> str:
        """For complaints: what is kept came from no file."""
        return self.kind


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a part, from the first draft to what is in force or was.

    gone       the part is taken away
    hands      everybody who wrote on it: none of them may publish it
    edits      how often it was written, so that nobody writes over what they have not seen
    based_on   the revision that was in force when it was begun; 0 for a new part
    effective  the first day it is to be in force; empty for the day it is published
    override   why it may come into force although the gate is shut, where somebody said so
    review_by  the day by which somebody must look at the part again; of what is in force the day that is set now
    review_was that day as it was when the draft was begun: where the two differ, its form has set another
    edition    the edition it came into force with; 0 before that
    batch      what was brought in together is looked at and published together
    """

    id: int = 0
    kind: str
    key: str
    body: Body = {}
    wording: str = ""
    gone: bool = False
    state: str = DRAFT
    author: str
    hands: tuple[str, ...] = ()
    created: float = 0.0
    changed: float = 0.0
    edits: int = 0
    based_on: int = 0
    reviewer: str = ""
    reviewed: float = 0.0
    remark: str = ""
    effective: str = ""
    override: str = ""
    review_by: str = ""
    review_was: str = ""
    edition: int = 0
    batch: str = ""

    @property
    def target(self) -> str:
        """Its part, as the audit log names it."""
        return f"{self.kind} {self.key}"

    @property
    def sets_review_by(self) -> bool:
        """Whether it sets another day to look at the part again. No other draft touches that day."""
        return self.review_by != self.review_was

    @property
    def place(self) -> tuple[str, str]:
        """Kind and key of its part."""
        return self.kind, self.key

    @property
    def part(self) -> Part:
        """The part as this revision has it."""
        return Part(kind=self.kind, key=self.key, body=self.body, wording=self.wording, origin=self.kind)

    @property
    def waits(self) -> bool:
        """Whether it is published and its day has not come."""
        return self.state == PUBLISHED and not self.edition


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A state of the whole corpus: its number only grows, and the newest one is in force."""

    number: int
    name: str
    created: float
    author: str
    version: str
    note: str = ""
    parts: int = 0  # how many came, changed or went with it


def ground(standing: Revision | None) -> int:
    """What a draft is based on that is begun, or opened, while this stands; 0 where the part is new."""
    return standing.id if standing else 0


def is_founded(revision: Revision, standing: Revision | None) -> bool:
    """Whether a revision was begun on what is in force."""
    return revision.based_on == ground(standing)


def begun(
    kind: str,
    key: str,
    *,
    who: str,
    time: float,
    on: Revision | None,
    body: Body | None = None,
    wording: str = "",
    gone: bool = False,
    batch: str = "",
) -> Revision:
    """A new draft of a part of which `on` is in force; the day to look at it again stays what it is."""
    day = on.review_by if on else ""
    return Revision(
        kind=kind,
        key=key,
        body=body or {},
        wording=wording,
        gone=gone,
        author=who,
        created=time,
        changed=time,
        based_on=ground(on),
        review_by=day,
        review_was=day,
        batch=batch,
    )


def may_write(revision: Revision) -> None:
    """Refuse to write on what is being looked at, or is done."""
    if revision.state not in WRITABLE:
        raise NotAllowed("not_a_draft")


def may_submit(revision: Revision, standing: Revision | None) -> None:
    """Refuse to submit what is no draft, changes nothing, or was begun on what is no longer in force."""
    may_write(revision)
    stands_on(revision, standing)
    if standing is not None and not changes(revision, standing) and not revision.sets_review_by:
        raise NotAllowed("nothing_changed")
    if standing is None and revision.gone:
        raise NotAllowed("nothing_changed")


def stands_on(revision: Revision, standing: Revision | None) -> None:
    """Refuse what was begun on another state of the part than the one in force."""
    if not is_founded(revision, standing):
        raise NotAllowed("stale")


def changes(revision: Revision, standing: Revision) -> bool:
    """Whether a revision says anything else than what is in force. The day to look again is nothing it says."""
    keys = ("body", "wording", "gone")
    return any(getattr(revision, key) != getattr(standing, key) for key in keys)


def content(revision: Revision | None) -> Body:
    """What a revision says, as the audit log keeps it."""
    if revision is None or revision.gone:
        return {}
    return {**revision.body, **({"wording": revision.wording} if revision.wording else {})}


def together(revisions: Iterable[Revision]) -> list[list[Revision]]:
    """Revisions by what was brought in together, in their order; most came alone."""
    groups: dict[object, list[Revision]] = {}
    for revision in revisions:
        groups.setdefault(revision.batch or revision.id, []).append(revision)
    return list(groups.values())


def may_review(revision: Revision, who: str) -> None:
    """Refuse whoever wrote on it, and what is not up for review: nobody publishes their own draft."""
    if revision.state != IN_REVIEW:
        raise NotAllowed("not_in_review")
    if who == revision.author or who in revision.hands:
        raise NotAllowed("own_draft")


def is_due(revision: Revision, today: date) -> bool:
    """Whether the day of a published revision has come."""
    return not revision.effective or revision.effective <= today.isoformat()


def must_be_seen(revision: Revision, today: date, days: int = SOON) -> bool:
    """Whether a part is to be looked at again within so many days, or should have been."""
    return bool(revision.review_by) and revision.review_by <= (today + timedelta(days=days)).isoformat()


def applied(parts: Iterable[Part], revisions: Iterable[Revision]) -> list[Part]:
    """The parts as they would be with these revisions in force, each at its place, new ones at the end."""
    found = {part.place: part for part in parts}
    for revision in revisions:
        if revision.gone:
            found.pop(revision.place, None)
        else:
            found[revision.place] = revision.part
    return list(found.values())
