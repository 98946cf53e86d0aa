"""The items of a file held against the corpus in force: which are new, which have changed in what, which are gone."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

import msgspec

from bot.chinese import paper_numbers
from bot.corpus import Corpus
from bot.importers.figures import candidates
from bot.importers.reading import Desk, Fault, Item, Progress, Reading, shown, silent
from bot.importers.shape import Shape, plain
from bot.policies import Paper, Policy, Record

SAME_TITLE = 0.6  # how alike two titles, or two wordings, must be to speak of one policy
SAME_TEXT = 0.5
SAME_NUMBER = 0.2  # decides between two that are as sure
COMPARED = 400  # characters of a text that are compared
MOST_PAIRS = 10_000  # comparisons of texts before the rest is called new
NEW, CHANGED, SAME = "new", "changed", "same"
AS_TYPED = re.compile(r"[^\w]")


class Change(Record, frozen=True, kw_only=True):
    """A field that the file states otherwise than the corpus: title, wording, basis, validity, units or phones."""

    field: str
    before: str
    after: str


class Match(Record, frozen=True, kw_only=True):
    """What an item is to the corpus.

    id       the policy it is, or for a new one the id it would have
    kind     new, changed or same
    adds     the corpus has no official wording of this policy yet
    moved    the policy has another number in its id
    unknown  units of the item that the corpus does not have
    """

    item: Item
    id: str
    kind: str
    changes: tuple[Change, ...] = ()
    adds: bool = False
    moved: bool = False
    unknown: tuple[str, ...] = ()


class Comparison(Record, frozen=True, kw_only=True):
    """All items of a file in its order, and the ids of the source's policies that it does not have."""

    matches: tuple[Match, ...]
    gone: tuple[str, ...]

    def of_kind(self, kind: str) -> tuple[Match, ...]:
        """The matches that are new, changed or same."""
        return tuple(match for match in self.matches if match.kind == kind)


def compare(reading: Reading, corpus: Corpus, source: str, *, shape: Shape, progress: Progress = silent) -> Comparison:
    """Each item with the policy it is: the one that shares most of number, title, papers, words and figures with it."""
    live = {policy.id: policy for policy in corpus.policies.values() if _source(policy) == source}
    paired = _paired(reading.items, live, corpus, source=source, shape=shape)
    for found in paired.values():
        del live[found.id]
    budget = [MOST_PAIRS]
    for number, item in enumerate(reading.items):
        if number not in paired and (policy := _by_likeness(item, live.values(), corpus, budget=budget)):
            paired[number] = live.pop(policy.id)
        progress(number + 1, len(reading.items))
    taken = set(corpus.policies)
    matches = tuple(
        _match(item, paired.get(number), corpus, source=source, taken=taken, shape=shape)
        for number, item in enumerate(reading.items)
    )
    return Comparison(matches=matches, gone=tuple(live))


def with_wordings(reading: Reading, corpus: Corpus, source: str, *, shape: Shape) -> Reading:
    """The reading, with a fault where an item has no wording and is no policy of the source: a new one needs it. An
    empty cell of a policy in force says that its wording is what it was."""
    if all(item.wording for item in reading.items):
        return reading
    matches = compare(reading, corpus, source, shape=shape).matches
    lacking = [match.item for match in matches if match.kind == NEW and not match.item.wording]
    if not lacking:
        return reading
    column = shape.columns["wording"][0]
    place = msgspec.structs.replace(lacking[0].place, column=column)
    if len(lacking) == 1:
        fault = Fault(code="cell_empty", place=place, expected=column)
    else:
        numbers = ", ".join(str(item.number) for item in lacking)
        fault = Fault(code="wordings_empty", place=place, found=shown(numbers), expected=str(len(lacking)))
    return msgspec.structs.replace(reading, faults=(*reading.faults, fault))


def _paired(
    items: tuple[Item, ...], live: dict[str, Policy], corpus: Corpus, *, source: str, shape: Shape
) -> dict[int, Policy]:
    """Items by their places with policies of the same number or title, the surest pairs first."""
    titles: dict[str, list[str]] = defaultdict(list)
    for policy in live.values():
        titles[bare(policy.title)].append(policy.id)
    pairs: list[tuple[float, int, str]] = []
    for place, item in enumerate(items):
        same = f"{source}-{item.number}"
        for name in dict.fromkeys([same, *titles[bare(item.title)]] if item.title else [same]):
            if name in live and len(pairs) < MOST_PAIRS and (surety := _surety(item, live[name], corpus, shape=shape)):
                pairs.append((surety + SAME_NUMBER * (name == same), place, name))
    paired: dict[int, Policy] = {}
    taken: set[str] = set()
    for _, place, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if place not in paired and name not in taken:
            paired[place] = live[name]
            taken.add(name)
    return paired


def _surety(item: Item, policy: Policy, corpus: Corpus, *, shape: Shape) -> float:
    """How sure it is that an item is a policy; 0 where it cannot be said to be."""
    rests, shared = _rests_on(item, policy, corpus), _shared(item, policy, corpus, shape=shape)
    worded = bool(item.wording and _text(policy, corpus))
    if not item.title:
        return shared + rests if shared >= SAME_TEXT or (rests and not worded) else 0.0
    title = difflib.SequenceMatcher(None, bare(item.title)[:COMPARED], bare(policy.title)[:COMPARED]).ratio()
    telling = policy.title not in corpus.shared_titles and rests
    likely = title >= SAME_TITLE and (shared >= SAME_TEXT or telling)
    return 2 * title + 2 * shared + rests if likely or (worded and shared >= SAME_TEXT) else 0.0


def _source(policy: Policy) -> str:
    return policy.id.rpartition("-")[0]


def _text(policy: Policy, corpus: Corpus) -> str:
    return corpus.wordings.get(policy.id, "")


def alike(first: str, second: str) -> float:
    """How alike two texts are, from 0 to 1, by their beginnings."""
    a, b = bare(first)[:COMPARED], bare(second)[:COMPARED]
    if not a or not b:
        return 0.0
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= SAME_TEXT else 0.0


def bare(text: str) -> str:
    """A text by its letters and digits alone, in one width: white space and punctuation are no change of wording."""
    return AS_TYPED.sub("", plain(text))


def _rests_on(item: Item, policy: Policy, corpus: Corpus) -> bool:
    papers = [corpus.papers[key] for key in (policy.paper, *policy.also_papers)]
    return any(is_paper(basis.title, basis.number, paper) for basis in item.basis[:1] for paper in papers)


def is_paper(title: str, number: str, paper: Paper) -> bool:
    """Whether a title and a number name this paper: by number where both have one, else by title."""
    if number and paper.number:
        return not _spellings(number).isdisjoint(_spellings(paper.number))
    return bare(title) == bare(paper.title)


@lru_cache(maxsize=10_000)  # more than a file has papers: each is held against all that came before it
def _spellings(number: str) -> frozenset[str]:
    """How a number is typed: one paper is printed with a letter before its year that says so, and without."""
    return frozenset((plain(number), *paper_numbers(number)))


def _shared(item: Item, policy: Policy, corpus: Corpus, *, shape: Shape) -> float:
    """How much of an item is in a policy: of its words where the official ones are kept, else of its figures. Where it
    has no words its number speaks."""
    if not item.wording:
        return float(policy.id.rpartition("-")[2] == str(item.number))
    if wording := _text(policy, corpus):
        return alike(item.wording, wording)
    given = {float(f.percent or f.yuan or 0) for f in candidates(item.wording, shape) if f.benefit}
    known = set(_numbers(msgspec.to_builtins(policy.benefits)))
    return len(given & known) / len(given) if given else float(not known)


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def _by_likeness(item: Item, policies: Iterable[Policy], corpus: Corpus, *, budget: list[int]) -> Policy | None:
    """The policy whose official wording is the most alike, if any is alike enough."""
    best, found = SAME_TEXT, None
    for policy in policies:
        wording = _text(policy, corpus)
        if not wording or budget[0] <= 0:
            continue
        budget[0] -= 1
        if (likeness := alike(item.wording, wording)) > best:
            best, found = likeness, policy
    return found


def _match(item: Item, policy: Policy | None, corpus: Corpus, *, source: str, taken: set[str], shape: Shape) -> Match:
    if policy is None:
        name = _free(source, item.number, taken)
        district = default_district(source, shape)
        unknown = tuple(desk.unit for desk in item.desks if not unit_of(desk.unit, corpus, district, shape=shape))
        return Match(item=item, id=name, kind=NEW, adds=True, unknown=unknown)
    changes = tuple(_changes(item, policy, corpus, shape=shape))
    unknown = tuple(desk.unit for desk in item.desks if not unit_of(desk.unit, corpus, policy.district, shape=shape))
    return Match(
        item=item,
        id=policy.id,
        kind=CHANGED if changes else SAME,
        changes=changes,
        adds=bool(item.wording) and not _text(policy, corpus),
        moved=policy.id != f"{source}-{item.number}",
        unknown=unknown,
    )


def _free(source: str, number: int, taken: set[str]) -> str:
    """An id that no policy has: of the item's number, or of the next that is free."""
    while f"{source}-{number}" in taken:
        number += 1
    taken.add(f"{source}-{number}")
    return f"{source}-{number}"


def default_district(source: str, shape: Shape) -> str:
    """The district that a compilation speaks for where its units do not tell."""
    return shape.source[source].district if source in shape.source else ""


def unit_of(name: str, corpus: Corpus, district: str, *, shape: Shape) -> str:
    """The department that a name stands for in a district, as its name, short name or alias says; empty where none."""
    wanted = plain(name)
    for word in shape.desks.local:  # 区工信局 is that of the district
        if district and wanted.startswith(plain(word)):
            local = district + wanted.removeprefix(plain(word))
            if local in corpus.departments:
                return local
    best = ""
    for department in corpus.departments.values():
        names = (department.name, department.short, *department.aliases)
        if wanted == plain(department.name):
            return department.name
        if any(wanted == plain(other) for other in names) and (not best or department.district == district):
            best = department.name
    return best


def _changes(item: Item, policy: Policy, corpus: Corpus, *, shape: Shape) -> Iterator[Change]:
    wording = _text(policy, corpus)
    if item.title and bare(item.title) != bare(policy.title):
        yield Change(field="title", before=policy.title, after=item.title)
    if wording and item.wording and bare(item.wording) != bare(wording):
        yield Change(field="wording", before=wording, after=item.wording)
    papers = [corpus.papers[key] for key in (policy.paper, *policy.also_papers)]
    first = item.basis[0]
    known = all(any(is_paper(basis.title, basis.number, paper) for paper in papers) for basis in item.basis)
    if not known or not is_paper(first.title, first.number, papers[0]):
        yield Change(field="basis", before=_named(papers), after=_named(item.basis))
    if item.period is not None and (item.period.start, item.period.end) != corpus.period(policy):
        yield Change(field="validity", before=_days(*corpus.period(policy)), after=item.period.text)
    yield from _desk_changes(item.desks, policy, corpus, shape=shape)


def _desk_changes(desks: tuple[Desk, ...], policy: Policy, corpus: Corpus, *, shape: Shape) -> Iterator[Change]:
    units = {unit_of(desk.unit, corpus, policy.district, shape=shape) or desk.unit for desk in desks}
    if units != {contact.unit for contact in policy.contacts}:
        yield Change(
            field="units", before=_listed(c.unit for c in policy.contacts), after=_listed(d.unit for d in desks)
        )
    phones = {desk.phone for desk in desks if desk.phone}
    if phones != {contact.phone for contact in policy.contacts if contact.phone}:
        yield Change(
            field="phones", before=_listed(c.phone for c in policy.contacts), after=_listed(d.phone for d in desks)
        )


def _named(papers: Iterable[object]) -> str:
    return _listed(f"{getattr(paper, 'title', '')} {getattr(paper, 'number', '')}".strip() for paper in papers)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))


def _days(start: date | None, end: date | None) -> str:
    return "/".join(value.isoformat() if value else "" for value in (start, end)) if start or end else ""
