"""The ledger of an announcement: a row for each recipient, what became of it and why; on a page and as a file."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from bot.announcements import MASS, WAYS, Announcement
from bot.console.letters import name_of
from bot.console.sheets import BOM, cell
from bot.console.templates import Templates, minute
from bot.console.visit import Visit
from bot.store.correspondence import Announced
from bot.store.ledgers import Group, Recipient
from bot.wechat.errcodes import TABLE, UNANSWERED

HERE = "/console/broadcasts"
ROWS, IN_FILE = 100, 1000  # recipients of a page; of a piece of the file
KINDS = 2000  # of lines of the file that are kept ready: what the platform says may hold the number of a call
STATES = ("arrived", "sent", "failed", "unknown", "skipped", "waiting", "queued", "planned")
LEFT = "left:"  # how the name of a recipient begins who left
_reported = re.compile(r"(\d{5}) ")  # an error code at the head of what the platform reported of a notice
_call = re.compile(r",?\s*\b(?:rid|hint)\s*:\s*\[?[^\]\s]*\]?")  # the number of one call, in what is said of it
_judged = re.compile(r"err\((\d+)\)")  # what its examiners said of a mass message


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why it came so: `key` tells it from others, `code` is the platform's, `kind` what is done about such a code,
    `reason` our own word or the platform's."""

    key: str
    code: int = 0
    kind: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which recipients are asked for; what is empty does not narrow."""

    state: str = ""
    way: str = ""
    cause: str = ""

    def matches(self, group: Group, *, but: str = "") -> bool:
        """Whether a group is among them, without regard to the field `but`."""
        found = {"state": group.state, "way": group.channel, "cause": cause_of(group).key}
        return all(not getattr(self, name) or getattr(self, name) == found[name] for name in found if name != but)

    def query(self, **other: object) -> str:
        """The address behind the question mark."""
        values = {"state": self.state, "way": self.way, "cause": self.cause, **other}
        return urlencode({name: str(value) for name, value in values.items() if value})


async def show(visit: Visit) -> web.Response:
    """The recipients that the address asks for, and how many there are of each kind."""
    return await _page(visit, await announcement(visit))


async def _page(visit: Visit, one: Announcement, *, status: int = 200) -> web.Response:
    chosen = _chosen(visit)
    groups = await groups_of(visit, one)
    people = await _people(visit, one, chosen, after=_after(visit), many=ROWS + 1)
    following = chosen.query(after=people[ROWS - 1].id) if len(people) > ROWS else ""
    return visit.page(
        "ledger",
        status=status,
        one=one,
        chosen=chosen,
        total=sum(group.count for group in groups),
        matching=sum(group.count for group in groups if chosen.matches(group)),
        states=_facet(groups, chosen, "state", lambda group: group.state, STATES),
        ways=_facet(groups, chosen, "way", lambda group: group.channel, WAYS),
        causes=_causes(groups, chosen),
        rows=[(name(visit, person), person, cause_of(person)) for person in people[:ROWS]],
        after=_after(visit),
        following=following,
        by_list=any(group.channel == MASS for group in groups),
    )


async def download(visit: Visit) -> web.Response:
    """The same recipients as a file, which is made while it is read: a page in memory at a time. The page that says so
    where they are forgotten."""
    one, chosen = await announcement(visit), _chosen(visit)
    if one.forgotten:  # a file without them would look as if there had been nobody
        return await _page(visit, one, status=410)
    return visit.file(_lines(visit, one, chosen), name=f"huiqi-ledger-{one.id}.csv", content_type="text/csv")


async def announcement(visit: Visit) -> Announcement:
    """The announcement that the address names; HTTPNotFound where there is none."""
    one = await visit.desk.broadcasts.rows.get(visit.number("id"))
    if one is None:
        raise web.HTTPNotFound
    return one


async def groups_of(visit: Visit, one: Announcement) -> list[Group]:
    """Its audience by state, way and reason; of a large one as it was a moment ago."""
    acting = visit.desk.broadcasts
    return await acting.sparing.get(("groups", one.id, one.state), partial(acting.ledgers.groups, one.id))


def cause_of(one: Group | Recipient | Announced) -> Cause:
    """Why a recipient is in their state."""
    reason, code, kind = " ".join(_call.sub("", one.reason).split()), one.errcode, ""
    if not code and (found := _reported.match(reason)):
        code = int(found[1])
    if code:
        kind = kind_of(code)
    elif found := _judged.match(reason):
        code, kind = int(found[1]), "judged"
    return Cause(key=str(one.errcode) if one.errcode else one.reason, code=code, kind=kind, reason=reason)


def kind_of(code: int) -> str:
    """What is done about an error code: the name of its error."""
    if code == UNANSWERED or 500 <= code < 600:
        return "Temporary"
    row = TABLE.get(code)
    return row.error.__name__ if row else "Refused"


def name(visit: Visit, person: Recipient) -> str:
    """What a recipient is called; empty who left."""
    return "" if person.openid.startswith(LEFT) else name_of(visit, person.openid)


async def _lines(visit: Visit, one: Announcement, chosen: Chosen) -> AsyncIterator[bytes]:
    words = Wordings(visit.desk.templates)
    yield f"{BOM}{words.head}\r\n".encode()
    after = 0
    while True:
        people = await _people(visit, one, chosen, after=after, many=IN_FILE)
        rows = [(name(visit, person), person) for person in people]
        lines = await asyncio.to_thread(words.lines, rows)
        if lines:
            yield ("\r\n".join(lines) + "\r\n").encode()
        if len(people) < IN_FILE:
            return
        after = people[-1].id


class Wordings:
    """The lines of the file. What is the same for many of them is worded once: there are few kinds and many rows."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._known: dict[tuple[str, str, Cause], str] = {}
        self.head, self._left = self._render([])

    def lines(self, rows: Sequence[tuple[str, Recipient]]) -> list[str]:
        """A line for each recipient, by name."""
        kinds = [(person.state, person.channel, cause_of(person)) for _, person in rows]
        if len(self._known) > KINDS:
            self._known.clear()
        new = list(dict.fromkeys(kind for kind in kinds if kind not in self._known))
        self._known |= zip(new, self._render(new)[2:], strict=True)
        found = []
        for (name, person), kind in zip(rows, kinds, strict=True):
            who = cell(name) if name else self._left
            found.append(f"{who},{self._known[kind]},{cell(minute(person.changed))},{cell(person.made)}")
        return found

    def _render(self, kinds: Sequence[tuple[str, str, Cause]]) -> list[str]:
        text = self._templates.render("ledger_csv", kinds=kinds)
        return [line.strip() for line in text.splitlines() if line.strip()]


async def _people(visit: Visit, one: Announcement, chosen: Chosen, *, after: int, many: int) -> list[Recipient]:
    coded = chosen.cause.removeprefix("-").isdigit()
    return await visit.desk.broadcasts.ledgers.people(
        one.id,
        state=chosen.state,
        channel=chosen.way,
        reason="" if coded else chosen.cause,
        errcode=int(chosen.cause) if coded else 0 if chosen.cause else None,
        after=after,
        many=many,
    )


def _chosen(visit: Visit) -> Chosen:
    state, way, cause = visit.asked("state"), visit.asked("way"), visit.request.query.get("cause", "")
    digits = cause.removeprefix("-")
    if digits.isdigit() and not (digits.isascii() and len(digits) < 9):
        cause = ""
    return Chosen(
        state=state if state in STATES else "", way=way if way in WAYS else "", cause=cause.replace("\0", "")[:300]
    )


def _after(visit: Visit) -> int:
    text = visit.asked("after")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _facet(
    groups: Sequence[Group], chosen: Chosen, field: str, value: Callable[[Group], str], order: Sequence[str]
) -> list[tuple[str, int]]:
    """How many recipients each value of a field would show beside what is chosen of the others."""
    counts: Counter[str] = Counter()
    for group in groups:
        if chosen.matches(group, but=field):
            counts[value(group)] += group.count
    return [(one, counts[one]) for one in order if counts[one] or one == getattr(chosen, field)]


def _causes(groups: Sequence[Group], chosen: Chosen) -> list[tuple[Cause, int]]:
    return causes_of([group for group in groups if chosen.matches(group, but="cause")])


def causes_of(groups: Sequence[Group]) -> list[tuple[Cause, int]]:
    """Why recipients are in their states, those of the most first."""
    counts: Counter[str] = Counter()
    known: dict[str, Cause] = {}
    for group in groups:
        cause = known.setdefault(cause_of(group).key, cause_of(group))
        counts[cause.key] += group.count
    return [(known[key], count) for key, count in counts.most_common() if key]
