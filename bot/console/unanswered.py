"""Questions that nobody could answer: put together by what they ask, and each a few clicks from an answer."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from bot.chinese import fold
from bot.console.corpus import draft_page, publishing
from bot.console.letters import Window, faults, name_of, said_of, window, write
from bot.console.rehearsal import address_of
from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.dictionary.vocabulary import CURATED
from bot.errors import CorpusError, Overtaken
from bot.explain import near
from bot.parts import POLICY, SAYING, canonical
from bot.question import FILLER, Question, read
from bot.revisions import IN_REVIEW, Part, Revision, begun
from bot.routing import spoken
from bot.statistics.clusters import Asked, Cluster, cluster
from bot.store.unanswered import COMPLAINT, DONE, NOT_OURS, Open, Ruling

HERE = "/console/unanswered"
SPANS, SPAN, DAY = (7, 30, 90), 30, 86_400.0  # days
NEW = "new"
TABS = (NEW, DONE, NOT_OURS)
PAGE = 20  # clusters
STEPS = 10  # of a trend
SAMPLES, MESSAGES = 3, 50  # questions shown in the list, messages shown of one cluster
ID = 16  # digits of a question's hash that name its cluster
WORD_LIMIT = 40  # characters
TALK = frozenset({"stop", "intent", FILLER, "sum", "date"})  # kinds of words that say nothing of the matter
WAYS = {"keyword": POLICY, "saying": SAYING}  # how words are made to lead to a policy, and the part that takes them


@dataclass(frozen=True, kw_only=True)
class Group:
    """A cluster with its messages, newest first. `trend` counts them in equal steps, oldest first."""

    id: str
    cluster: Cluster
    messages: Sequence[Open]
    people: int
    complaints: int
    trend: tuple[int, ...]
    reachable: int

    @property
    def shown(self) -> str:
        """What names its questions in a form."""
        return " ".join(member.id[:ID] for member in self.cluster.members)

    @property
    def newest(self) -> float:
        """When it was asked last."""
        return self.messages[0].received


@dataclass(frozen=True, kw_only=True)
class Row:
    """A message of a cluster."""

    key: str
    text: str
    who: str
    received: float
    is_complaint: bool
    window: Window


@dataclass(frozen=True, kw_only=True)
class Board:
    """All that is looked at: the groups of a list, how many questions each list has, and since when."""

    tab: str
    days: int
    groups: Sequence[Group]
    counts: Mapping[str, int]

    def address(self, group: str = "", **changed: object) -> str:
        """The list, or one group of it."""
        query = {"tab": self.tab, "days": self.days, **changed}
        return f"{HERE}{'/' if group else ''}{group}?{urlencode(query)}"


async def show_all(visit: Visit) -> web.Response:
    """The clusters of a list, those asked most first."""
    board = await _board(visit)
    paging = visit.paging(len(board.groups), PAGE)
    return visit.page(
        "unanswered",
        board=board,
        groups=board.groups[paging.start : paging.start + paging.size],
        paging=paging,
        tabs=TABS,
        spans=SPANS,
        samples=SAMPLES,
        total=sum(group.cluster.times for group in board.groups),
    )


async def show(visit: Visit) -> web.Response:
    """One cluster."""
    board = await _board(visit)
    return await _page(visit, board, _group(visit, board))


async def rule(visit: Visit) -> web.Response:
    """Say of the questions that were on the page that they are done, not ours, or neither."""
    board = await _board(visit)
    group, state = _group(visit, board), visit.form.get("state")
    if state not in TABS:
        raise web.HTTPBadRequest
    seen = frozenset(visit.form.get("shown").split())
    # By now they may stand in other groups, and others in this one.
    chosen = [m.id for one in board.groups for m in one.cluster.members if m.id[:ID] in seen]
    if not chosen:
        raise web.HTTPBadRequest
    ruling = None if state == NEW else Ruling(state=state, who=visit.who.name, time=visit.time)
    # Not in their words: whoever leaves is erased everywhere, and the log is kept for years.
    told = visit.entry(f"question.{state}", group.id, after={"questions": len(chosen)})
    await visit.desk.talk.unanswered.rule(chosen, ruling, told=told)
    return visit.go(board.address(), f"question_{state}")


async def reply(visit: Visit) -> web.Response:
    """Write to those who asked and were ticked."""
    board = await _board(visit)
    group = _group(visit, board)
    known = {message.key for message in group.messages}
    keys = [key for key in visit.form.every("key") if key in known]
    errors = faults(visit, keys)
    if errors:
        return await _page(visit, board, group, errors=errors, ticked=frozenset(keys))
    said, words = said_of(await write(visit, keys))
    return visit.go(board.address(group.id), said, **words)


async def lead(visit: Visit) -> web.Response:
    """Make words lead to a policy: a draft with them, and at once what it would do to the questions people ask."""
    board = await _board(visit)
    group, parts = _group(visit, board), publishing(visit)
    words, way = visit.form.get("words"), visit.form.get("way")
    policy = visit.form.get("other") or visit.form.get("policy")
    errors = {}
    if policy not in visit.desk.corpus().policies:
        errors["policy"] = "choice"
    if not fold(words).text:
        errors["words"] = "missing"
    elif len(words) > WORD_LIMIT:
        errors["words"] = "long"
    if way not in WAYS:
        errors["way"] = "choice"
    if errors:
        return await _page(visit, board, group, errors=errors)
    try:
        draft = await _draft(visit, WAYS[way], policy, words)
    except CorpusError as error:
        return await _page(visit, board, group, errors={"words": str(error)})
    except Overtaken:
        return await _page(visit, board, group, errors={"policy": "busy"})
    if draft.state == IN_REVIEW:
        return visit.go(draft_page(draft), "draft_in_review")
    number = await parts.trials.start(draft, visit.who.name)
    return visit.go(f"/console/simulations/{number}")


async def _draft(visit: Visit, kind: str, policy: str, words: str) -> Revision:
    """A draft of the part with the words added; one that is up for review is left as it is."""
    revisions, who, time = publishing(visit).revisions, visit.who.name, visit.time
    held = await revisions.open_of(kind, policy)
    standing = await revisions.standing_of(kind, policy)
    if held is not None and held.state == IN_REVIEW:
        return held
    known = held if held is not None and not held.gone else standing  # whoever adds a word does not take it away
    field = "keywords" if kind == POLICY else "words"
    body, wording = {**(known.body if known else {})}, known.wording if known else ""
    body[field] = list(dict.fromkeys([*body.get(field, ()), words]))
    body = canonical(Part(kind=kind, key=policy, body=body, origin=kind)).body
    told = [visit.entry("corpus.draft_written" if held else "corpus.draft_begun", f"{kind} {policy}")]
    if held is not None:
        changed = msgspec.structs.replace(held, body=body, wording=wording, gone=False)
        await revisions.save(changed, who=who, time=time, told=told)
        number = held.id
    else:
        fresh = begun(kind, policy, who=who, time=time, on=standing, body=body, wording=wording)
        (number,) = await revisions.begin([fresh], told=told)
    saved = await revisions.get(number)
    assert saved is not None
    return saved


async def _page(
    visit: Visit,
    board: Board,
    group: Group,
    *,
    errors: dict[str, str] | None = None,
    ticked: frozenset[str] = frozenset(),
) -> web.Response:
    corpus, first = visit.desk.corpus(), group.cluster.first
    question = read(first.text, corpus.index)
    rows = [_row(visit, message) for message in group.messages[:MESSAGES]]
    return visit.page(
        "unanswered_group",
        status=422 if errors else 200,
        board=board,
        group=group,
        rows=rows,
        ticked=ticked,
        errors=errors or {},
        typed=visit.form,
        near=[corpus.policies[i] for i in near(question, corpus)],
        policies=corpus.policies,
        known=[hit.entry.word for hit in question.chosen if hit.entry.strength == CURATED],
        canned=await visit.desk.talk.canned.everything(),
        may_write=visit.desk.talk.may_write,
        edits=visit.desk.publishing is not None,
        tried=address_of(first.text),
        ways=tuple(WAYS),
    )


def _row(visit: Visit, message: Open) -> Row:
    return Row(
        key=message.key,
        text=spoken(message.message),
        who=name_of(visit, message.openid),
        received=message.received,
        is_complaint=message.why == COMPLAINT,
        window=window(visit, message.window_until, message.window_left),
    )


def _group(visit: Visit, board: Board) -> Group:
    """The group that has the question of the address; HTTPNotFound where it is asked no more."""
    wanted = visit.part("id")
    for group in board.groups:
        if any(member.id.startswith(wanted) for member in group.cluster.members) and len(wanted) == ID:
            return group
    raise web.HTTPNotFound


async def _board(visit: Visit) -> Board:
    days = next((span for span in SPANS if visit.asked("days") == str(span)), SPAN)
    tab = visit.asked("tab") if visit.asked("tab") in TABS else NEW
    talk, keys, since = visit.desk.talk, visit.desk.keys, visit.time - days * DAY
    rulings, messages = await talk.unanswered.rulings(), await talk.unanswered.since(since)
    corpus, digest = visit.desk.corpus(), partial(keys.digest, "question")

    def sort_out() -> tuple[list[Group], dict[str, int]]:
        lists = _lists(messages, rulings, digest)
        groups = [_grouped(one, lists[tab], since=since, time=visit.time) for one in _clusters(lists[tab], corpus)]
        return groups, {name: sum(map(len, found.values())) for name, found in lists.items()}

    groups, counts = await asyncio.to_thread(sort_out)
    return Board(tab=tab, days=days, groups=groups, counts=counts)


def _lists(
    messages: Iterable[Open], rulings: Mapping[str, Ruling], digest: Callable[[str], str]
) -> dict[str, dict[str, list[Open]]]:
    """The messages of each list by their question, a question being the hash of its folded words."""
    lists: dict[str, dict[str, list[Open]]] = {name: defaultdict(list) for name in TABS}
    digests: dict[str, str] = {}
    for message in messages:
        folded = fold(spoken(message.message)).text
        if not folded:
            continue
        if folded not in digests:
            digests[folded] = digest(folded)
        found = digests[folded]
        lists[_state(rulings.get(found), message)][found].append(message)
    return lists


def _state(ruling: Ruling | None, message: Open) -> str:
    """The list a message belongs to. What is asked again in vain after it was done is new."""
    if ruling is None or (ruling.state == DONE and message.received > ruling.time):
        return NEW
    return ruling.state


def _clusters(chosen: Mapping[str, Sequence[Open]], corpus: Corpus) -> list[Cluster]:
    questions = ((digest, spoken(several[0].message), len(several)) for digest, several in chosen.items())
    return cluster(
        Asked(id=digest, text=text, matter=_matter(read(text, corpus.index)), times=times)
        for digest, text, times in questions
    )


def _matter(question: Question) -> str:
    """What the question is about, ours or not; all of it where nothing else is left."""
    text = question.folded.text
    return "".join(text[place] for place, label in enumerate(question.labels) if label not in TALK) or text


def _grouped(one: Cluster, chosen: Mapping[str, Iterable[Open]], *, since: float, time: float) -> Group:
    messages = sorted(
        (message for member in one.members for message in chosen[member.id]), key=lambda m: (-m.received, m.key)
    )
    step = max(1.0, (time - since) / STEPS)
    counts = Counter(min(STEPS - 1, max(0, int((message.received - since) / step))) for message in messages)
    return Group(
        id=one.first.id[:ID],
        cluster=one,
        messages=messages,
        people=len({message.openid for message in messages}),
        complaints=sum(message.why == COMPLAINT for message in messages),
        trend=tuple(counts[n] for n in range(STEPS)),
        reachable=len({m.openid for m in messages if m.window_left > 0 and m.window_until > time}),
    )
