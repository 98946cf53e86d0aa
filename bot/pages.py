"""The public pages for phones: one policy with its papers and desks, and the list to search and narrow down."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from bot.chinese import day, money, share
from bot.clock import SHANGHAI, Clock, now
from bot.corpus import Corpus
from bot.policies import SOON, AnyBenefit, Paper, Policy, Pool, Status, Tiers, largest
from bot.ranking import find

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
PAGES = ("policy", "policies", "missing", "lost", "mine", "busy")
TEXT_LIMIT = 100  # characters of a search that are read; a longer one costs time and finds nothing better
ECHO_LIMIT = 24  # characters of a wrong value that are shown back
OVER = 0.7  # what a policy that is over is worth beside one in force
FACETS = ("district", "topic", "status", "paper")
STATES = ("valid", "soon", "expired", "not_stated", "upcoming")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
# The platform's script and the frames its open tags are made of (its page on open tags): on pages that use it alone.
SCRIPTED = {
    **HEADERS,
    "Content-Security-Policy": HEADERS["Content-Security-Policy"]
    + "; script-src 'self' https://res.wx.qq.com; frame-src https://*.qq.com webcompt:",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
WECHAT = "MicroMessenger"  # in the name of its browser
FRESH = "no-cache"  # a status changes at midnight: a page kept from yesterday must not be shown
FOREVER = "public, max-age=31536000, immutable"  # for a file whose address carries its hash


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a policy stands on a day; `left` counts the days after that day, where a last day is stated."""

    status: Status
    start: date | None
    end: date | None
    left: int | None

    @property
    def is_soon(self) -> bool:
        """Whether it is in force and ends within SOON days."""
        return self.status is Status.VALID and self.left is not None and self.left <= SOON

    @property
    def is_in_force(self) -> bool:
        """Whether the papers say that it holds on this day."""
        return self.status in (Status.VALID, Status.OPEN)

    @property
    def states(self) -> frozenset[str]:
        """The values of the status filter that it falls under."""
        state = "valid" if self.is_in_force else self.status.value
        return frozenset((state, "soon") if self.is_soon else (state,))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A policy as the pages show it on one day, by what it is called among others of its title; `most` is the largest
    sum it names, in yuan."""

    policy: Policy
    title: str
    paper: Paper
    standing: Standing
    most: int | None

    @property
    def values(self) -> dict[str, frozenset[str]]:
        """For each filter the values that let this policy through."""
        return {
            "district": frozenset((self.policy.district,)),
            "topic": frozenset(self.policy.topics),
            "status": self.standing.states,
            "paper": frozenset((self.policy.paper,)),
        }


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What the address of the list asks for. `cut`: the text was too long; `unknown`: values no filter has."""

    text: str
    chosen: Mapping[str, str]
    cut: bool = False
    unknown: tuple[str, ...] = ()

    def admits(self, entry: Entry, *, leaving_out: str = "") -> bool:
        """Whether a policy passes every chosen filter, or every one but the one left out."""
        return all(value in entry.values[facet] for facet, value in self.chosen.items() if facet != leaving_out)

    def address(self, facet: str = "", value: str = "") -> str:
        """The list with one filter set, or, without a value, taken away."""
        wanted = {"q": self.text, **self.chosen, facet: value}
        query = urlencode({key: text for key, text in wanted.items() if key and text})
        return f"/policies?{query}" if query else "/policies"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One value of a filter: how many policies it would show, and the address that sets or takes it away."""

    value: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file the pages use, with the short hash that its address carries."""

    body: bytes
    content_type: str
    version: str


async def unsigned(_: str) -> Mapping[str, str] | None:
    """No page may use the platform's script."""
    return None


class Pages:
    """Serves the pages. `describe` puts one benefit into one line; `public_url` is empty where none is set.

    `notice_id` is the subscription notice that a policy's page offers inside WeChat, `notice_lasting` where one consent
    allows many, and `sign` what lets a page at an address use the platform's script, where it may.
    """

    def __init__(
        self,
        *,
        corpus: Callable[[], Corpus],
        clock: Clock,
        describe: Callable[[AnyBenefit], str],
        public_url: str,
        notice_id: str = "",
        notice_lasting: bool = False,
        sign: Callable[[str], Awaitable[Mapping[str, str] | None]] = unsigned,
    ) -> None:
        self._corpus = corpus
        self._sign = sign
        self._offers = bool(notice_id and public_url)
        self._public_url = public_url
        self._clock = clock
        self._assets = read_assets(HERE / "static")
        self._given = {"describe": describe, "notice_id": notice_id, "notice_lasting": notice_lasting}

    @cached_property
    def _env(self) -> Environment:
        from bot.markup import environment  # late: what draws pages is loaded after the first answer

        env = environment()
        env.filters.update(money=money, share=share, day=day, moment=moment)
        env.tests.update(
            tiered=lambda benefit: isinstance(benefit, Tiers), pool=lambda benefit: isinstance(benefit, Pool)
        )
        env.globals.update(
            self._given, public_url=self._public_url, asset=self.address, soon=SOON, text_limit=TEXT_LIMIT
        )
        return env

    def build(self) -> None:
        """Compile the templates, so that no visitor waits for it."""
        for name in PAGES:
            self._env.get_template(f"page_{name}.html")

    def routes(self) -> list[web.RouteDef]:
        """What to mount; each answers HEAD too."""
        return [*self.pages(), *self.assets()]

    def pages(self) -> list[web.RouteDef]:
        """What people read."""
        return [web.get("/p/{id}", self.policy), web.get("/policies", self.policies)]

    def assets(self) -> list[web.RouteDef]:
        """What the pages use."""
        return [web.get("/static/{name}", self.asset)]

    async def policy(self, request: web.Request) -> web.Response:
        """One policy in full; 404 where the corpus has none of this id."""
        corpus, today = self._corpus(), self._today()
        policy = corpus.policies.get(request.match_info["id"])
        if policy is None:
            return self._missing(request.match_info["id"], corpus, today=today)
        in_wechat = self._offers and WECHAT in request.headers.get("User-Agent", "")
        wx = await self._sign(f"{self._public_url}{request.path_qs}") if in_wechat else None
        related = _entries(corpus, [other for other in policy.related if other not in policy.restates], today)
        response = self._page(
            "policy",
            corpus,
            today=today,
            wx=wx,
            entry=_entry(corpus, policy, today),
            restated=_entries(corpus, policy.restates, today),
            related=sorted(related, key=lambda other: other.standing.status is Status.EXPIRED),
            also_papers=[corpus.papers[key] for key in policy.also_papers],
            same_paper=told_once([other for other in corpus.policies.values() if other.paper == policy.paper]),
            departments=corpus.departments,
            wording=corpus.wordings.get(policy.id, ""),
            facts=corpus.facts,
        )
        response.headers.update(SCRIPTED if wx else {})
        if self._offers:
            response.headers["Vary"] = "Accept-Encoding, User-Agent"
        return response

    async def policies(self, request: web.Request) -> web.Response:
        """The list: searched with `q`, narrowed by district, topic, status and paper, each once in the address."""
        corpus, today = self._corpus(), self._today()
        known = _known(corpus)
        selection = read_selection(request.query, known)
        ids: Iterable[str] = searched(corpus, selection.text, today) if selection.text else corpus.policies
        found = _entries(corpus, ids, today)
        shown = [entry for entry in found if selection.admits(entry)]
        return self._page(
            "policies",
            corpus,
            today=today,
            selection=selection,
            found=len(found),
            shown=shown,
            groups={} if selection.text else grouped(shown),
            counts=told_once([entry.policy for entry in shown]),
            papers=corpus.papers,
            of_topic=sum(selection.text in policy.topics for policy in corpus.policies.values()),
            options={facet: options(found, selection, facet, known[facet]) for facet in FACETS[:3]},
        )

    async def asset(self, request: web.Request) -> web.Response:
        """A file of the pages, kept for good by whoever asks for it by its hash."""
        found = self._assets.get(request.match_info["name"])
        if found is None:
            return self._missing(request.match_info["name"], self._corpus(), today=self._today())
        by_hash = request.query.get("v") == found.version
        headers = {**HEADERS, "Cache-Control": FOREVER if by_hash else FRESH}
        return _compressed(web.Response(body=found.body, content_type=found.content_type, headers=headers))

    def page(self, name: str, **facts: object) -> web.Response:
        """Another page in the frame of these."""
        corpus = self._corpus()
        return self._page(name, corpus, today=self._today(), status=200, facts=corpus.facts, **facts)

    def missing(self, wanted: str) -> web.Response:
        """The page for what there is not."""
        return self._missing(wanted, self._corpus(), today=self._today())

    def busy(self) -> web.Response:
        """The page for whoever opens more than anybody reads."""
        return self._page("busy", self._corpus(), today=self._today(), status=429)

    def _missing(self, wanted: str, corpus: Corpus, *, today: date) -> web.Response:
        return self._page("missing", corpus, today=today, status=404, wanted=printable(wanted)[:ECHO_LIMIT])

    def _page(self, name: str, corpus: Corpus, *, today: date, status: int = 200, **facts: object) -> web.Response:
        text = self._env.get_template(f"page_{name}.html").render(
            today=today, edition=corpus.edition, version=corpus.version, total=len(corpus.policies), **facts
        )
        headers = {**HEADERS, "Cache-Control": FRESH}
        return _compressed(web.Response(text=text, status=status, content_type="text/html", headers=headers))

    def _today(self) -> date:
        return now(self._clock).date()

    def address(self, name: str) -> str:
        """Where a file of bot/static is, by its hash."""
        return f"/static/{name}?v={self._assets[name].version}"


def moment(time: float) -> str:
    """A moment in Shanghai, as people read it."""
    return f"{datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _entry(corpus: Corpus, policy: Policy, today: date) -> Entry:
    start, end = corpus.period(policy)
    standing = Standing(
        status=corpus.status(policy, today), start=start, end=end, left=(end - today).days if end is not None else None
    )
    title = corpus.called(policy)
    return Entry(policy=policy, title=title, paper=corpus.paper(policy), standing=standing, most=largest(policy))


def _entries(corpus: Corpus, ids: Iterable[str], today: date) -> list[Entry]:
    return [_entry(corpus, corpus.policies[policy_id], today) for policy_id in ids]


def _known(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """For each filter the values it has, in the order they are shown."""
    policies = corpus.policies.values()
    topics = Counter(topic for policy in policies for topic in policy.topics)
    return {
        "district": tuple(dict.fromkeys(policy.district for policy in policies)),
        "topic": tuple(topic for topic, _ in topics.most_common()),
        "status": STATES,
        "paper": tuple(corpus.papers),
    }


def read_selection(query: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> Selection:
    """What a query string asks for; values that no filter has are kept apart and change nothing."""
    text = printable(query.get("q", ""))
    given = {facet: printable(query.get(facet, "")) for facet in FACETS}
    return Selection(
        text=text[:TEXT_LIMIT].strip(),
        chosen=MappingProxyType({facet: value for facet, value in given.items() if value in known[facet]}),
        cut=len(text) > TEXT_LIMIT,
        unknown=tuple(value[:ECHO_LIMIT] for facet, value in given.items() if value and value not in known[facet]),
    )


def printable(text: str) -> str:
    """A text as one line without control characters, lone surrogates and the like."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def options(entries: Iterable[Entry], selection: Selection, facet: str, values: Iterable[str]) -> list[Option]:
    """The values of one filter, each counted under the other filters as they are chosen."""
    open_to = [entry for entry in entries if selection.admits(entry, leaving_out=facet)]
    counts = Counter(value for entry in open_to for value in entry.values[facet])
    chosen = selection.chosen.get(facet, "")
    return [
        Option(
            value=value,
            count=counts[value],
            chosen=value == chosen,
            address=selection.address(facet, "" if value == chosen else value),
        )
        for value in values
    ]


def searched(corpus: Corpus, text: str, today: date) -> tuple[str, ...]:
    """The policies that a text finds, the best first; one that is over comes after those that fit nearly as well."""
    finding = find(text, corpus, today)
    scores = {ranked.id: ranked.score for ranked in finding.ranked}
    if not scores.keys() >= set(finding.ids):
        return finding.ids

    def worth(policy_id: str) -> float:
        return scores[policy_id] * (OVER if corpus.is_over(corpus.policies[policy_id], today) else 1)

    return tuple(sorted(finding.ids, key=worth, reverse=True))


def told_once(policies: Sequence[Policy]) -> tuple[int, int]:
    """How many these are, and how many more restate another of them: the chat tells of a paper or a state without."""
    ids = {policy.id for policy in policies}
    again = sum(bool(ids & set(policy.restates)) for policy in policies)
    return len(policies) - again, again


def grouped(entries: Iterable[Entry]) -> dict[str, dict[str, list[Entry]]]:
    """Policies by district, then by the key of their paper, in the order they come."""
    groups: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        groups.setdefault(entry.policy.district, {}).setdefault(entry.policy.paper, []).append(entry)
    return groups


PUBLIC = web.AppKey("pages", Pages)


def read_assets(folder: Path) -> dict[str, Asset]:
    """The files of a folder by name, read once."""
    assets = {}
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        content_type, _ = mimetypes.guess_type(path.name)
        body = path.read_bytes()
        version = hashlib.blake2b(body, digest_size=6).hexdigest()
        assets[path.name] = Asset(body=body, content_type=content_type or "application/octet-stream", version=version)
    return assets


def _compressed(response: web.Response) -> web.Response:
    response.headers["Vary"] = "Accept-Encoding"
    response.enable_compression()
    return response
