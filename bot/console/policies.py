"""The policies: the list to search and narrow down, and one policy with all that hangs on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.editions.links import links_to
from bot.parts import POLICY
from bot.policies import SOON, AnyBenefit, Policy, Status, largest
from bot.ranking import find
from bot.revisions import Revision

FILTERS = ("district", "unit", "topic", "state", "source")
STATES = ("in_force", "soon", "expired", "upcoming", "not_stated")
SORTS = ("order", "title", "end", "most", "changed")
TEXT_LIMIT = 100  # characters of a search


@dataclass(frozen=True, kw_only=True)
class Row:
    """A policy in the list; `held` is what is in force and `draft` what somebody works on, where the database tells."""

    policy: Policy
    number: str
    units: tuple[str, ...]
    status: Status
    end: date | None
    left: int | None
    most: int | None
    held: Revision | None
    draft: Revision | None

    @property
    def states(self) -> frozenset[str]:
        """The values of the filter by state that it passes."""
        state = "in_force" if self.status in (Status.VALID, Status.OPEN) else self.status.value
        soon = self.status is Status.VALID and self.left is not None and self.left <= SOON
        return frozenset((state, "soon") if soon else (state,))

    def passes(self, wanted: dict[str, str]) -> bool:
        """Whether it passes every filter that is set."""
        values = {
            "district": {self.policy.district},
            "unit": {contact.unit for contact in self.policy.contacts},
            "topic": set(self.policy.topics),
            "state": self.states,
            "source": {source_of(self.policy.id)},
        }
        return all(value in values[name] for name, value in wanted.items() if value)


def source_of(policy_id: str) -> str:
    """Which compilation a policy is an item of: what stands before the number."""
    return policy_id.rpartition("-")[0]


async def show_all(visit: Visit) -> web.Response:
    """The list."""
    corpus, today = visit.desk.corpus(), visit.now.date()
    text = visit.asked("q")[:TEXT_LIMIT]
    wanted = {name: visit.asked(name) for name in FILTERS}
    sort = visit.asked("sort") if visit.asked("sort") in SORTS else "order"
    ids: Iterable[str] = find(text, corpus, today).ids if text else corpus.policies
    held, drafts = await _revisions(visit)
    rows = [_row(corpus, corpus.policies[i], today, held.get(i), drafts.get(i)) for i in ids]
    rows = [row for row in rows if row.passes(wanted)]
    rows = _sorted(rows, sort)
    paging = visit.paging(len(rows))
    return visit.page(
        "policies",
        rows=rows[paging.start : paging.start + paging.size],
        paging=paging,
        text=text,
        wanted=wanted,
        sort=sort,
        sorts=SORTS,
        states=STATES,
        options=_options(corpus),
        total=len(corpus.policies),
        fresh=[draft for key, draft in drafts.items() if key not in corpus.policies],
    )


async def show(visit: Visit) -> web.Response:
    """One policy."""
    corpus, today, key = visit.desk.corpus(), visit.now.date(), visit.part("id")
    policy = corpus.policies.get(key)
    history: list[Revision] = []
    held = draft = waiting = None
    if visit.desk.publishing is not None:
        revisions = visit.desk.publishing.revisions
        history, held = await revisions.history(POLICY, key), await revisions.standing_of(POLICY, key)
        draft, waiting = await revisions.open_of(POLICY, key), await revisions.waiting_of(POLICY, key)
    if policy is None:
        if draft is not None:
            return visit.go(f"/console/drafts/{draft.id}")
        if history:
            return visit.page("policy_gone", status=410, key=key, history=history)
        raise web.HTTPNotFound
    return visit.page(
        "policy",
        corpus=corpus,
        policy=policy,
        row=_row(corpus, policy, today, held, draft),
        paper=corpus.paper(policy),
        period=corpus.period(policy),
        wording=corpus.wordings.get(key, ""),
        links=links_to(corpus, POLICY, key),
        sayings=corpus.sayings.get(key, ()),
        history=history,
        held=held,
        draft=draft,
        waiting=waiting,
        kind_of=_kind_of,
    )


def _kind_of(benefit: AnyBenefit) -> str:
    """fixed, rate, max … as the files call it."""
    return str(benefit.__struct_config__.tag)


async def _revisions(visit: Visit) -> tuple[dict[str, Revision], dict[str, Revision]]:
    """Of each policy what is in force and what somebody works on."""
    if visit.desk.publishing is None:
        return {}, {}
    revisions = visit.desk.publishing.revisions
    held = {r.key: r for r in await revisions.standing(await revisions.newest(), POLICY)}
    return held, {r.key: r for r in await revisions.unfinished() if r.kind == POLICY}


def _row(corpus: Corpus, policy: Policy, today: date, held: Revision | None, draft: Revision | None) -> Row:
    _, end = corpus.period(policy)
    return Row(
        policy=policy,
        number=corpus.paper(policy).number,
        units=tuple(dict.fromkeys(corpus.departments[contact.unit].short for contact in policy.contacts)),
        status=corpus.status(policy, today),
        end=end,
        left=(end - today).days if end else None,
        most=largest(policy),
        held=held,
        draft=draft,
    )


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    match sort:
        case "title":
            return sorted(rows, key=lambda row: row.policy.title)
        case "end":
            return sorted(rows, key=lambda row: row.end or date.max)
        case "most":
            return sorted(rows, key=lambda row: -(row.most or 0))
        case "changed":
            return sorted(rows, key=lambda row: -(row.held.reviewed or row.held.created if row.held else 0.0))
    return rows


def _options(corpus: Corpus) -> dict[str, list[str]]:
    policies = corpus.policies.values()
    units = Counter(contact.unit for policy in policies for contact in policy.contacts)
    topics = Counter(topic for policy in policies for topic in policy.topics)
    return {
        "district": list(dict.fromkeys(policy.district for policy in policies)),
        "unit": [unit for unit, _ in units.most_common()],
        "topic": [topic for topic, _ in topics.most_common()],
        "source": list(dict.fromkeys(source_of(policy.id) for policy in policies)),
    }
