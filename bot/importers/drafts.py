"""Drafts of policies from the items of a file: facts filled in, everything that needs words left to a person."""

from __future__ import annotations

import re

import msgspec

from bot.characters import is_hanzi, syllable
from bot.corpus import Corpus
from bot.importers.figures import Candidate, candidates
from bot.importers.matching import NEW, SAME, Comparison, Match, bare, default_district, is_paper, unit_of
from bot.importers.reading import Basis, Item
from bot.importers.shape import Shape, plain
from bot.policies import Contact, Department, Paper, Phone, Policy, Record

WORDS = re.compile(r"\d+|[^\W\d_]+")
KEY = 8  # letters of a paper's key where it has no number


class Draft(Record, frozen=True, kw_only=True):
    """What an editor completes.

    policy       its summary is empty where the policy is new: a person must write it
    wording      the official text
    papers       papers that the corpus does not have, by the keys the policy names them with
    departments  units that the corpus does not have
    candidates   figures of the wording, each with the characters it stands in
    """

    policy: Policy
    wording: str
    papers: dict[str, Paper]
    departments: tuple[Department, ...]
    candidates: tuple[Candidate, ...]


def drafts_from(comparison: Comparison, corpus: Corpus, source: str, *, shape: Shape) -> tuple[Draft, ...]:
    """A draft for each item that is new, changed, or the first to bring the official wording."""
    known: dict[str, Paper] = {}
    wanted = [match for match in comparison.matches if match.kind != SAME or match.adds]
    return tuple(draft_from(match, corpus, source, shape=shape, known=known) for match in wanted)


def draft_from(
    match: Match, corpus: Corpus, source: str, *, shape: Shape, known: dict[str, Paper] | None = None
) -> Draft:
    """The draft that an item calls for: of a new policy, or of the one it changes with what people wrote kept.

    `known` collects the papers that drafts before this one brought.
    """
    known = {} if known is None else known
    item = match.item
    old = None if match.kind == NEW else corpus.policies[match.id]
    level, district = _whose(item, corpus, source, old=old, shape=shape)
    keys = tuple(dict.fromkeys(_key(basis, item, corpus, new=known) for basis in item.basis))
    papers = {key: known[key] for key in keys if key in known}
    contacts, departments = _contacts(item, corpus, district, shape=shape)
    paper = known.get(keys[0]) or corpus.papers[keys[0]]
    period = item.period
    own_start = period.start if period and period.start != paper.start else None
    own_end = period.end if period and period.end != paper.end else None
    if old is None:
        policy = Policy(
            id=match.id, title=item.title, level=level, district=district, chapter=item.section or item.chapter,
            topics=(), paper=keys[0], also_papers=keys[1:], summary="", who=(), contacts=contacts,
            start=own_start, end=own_end,
        )  # fmt: skip
    else:
        policy = _revised(old, match, keys, contacts=contacts, start=own_start, end=own_end)
    return Draft(
        policy=policy,
        wording=item.wording or corpus.wordings.get(match.id, ""),
        papers=papers,
        departments=departments,
        candidates=candidates(item.wording, shape),
    )


def _revised(
    old: Policy, match: Match, keys: tuple[str, ...], *, contacts: tuple[Contact, ...], **period: object
) -> Policy:
    """A policy with those of its facts replaced that the file states otherwise."""
    changed = {change.field for change in match.changes}
    values: dict[str, object] = {}
    if "title" in changed:
        values["title"] = match.item.title
    if "basis" in changed:
        values |= {"paper": keys[0], "also_papers": keys[1:]}
    if "validity" in changed:
        values |= period
    if changed & {"units", "phones"}:
        matters = {(contact.unit, contact.phone): contact.matter for contact in old.contacts}
        values["contacts"] = tuple(
            msgspec.structs.replace(contact, matter=matters.get((contact.unit, contact.phone), ""))
            for contact in contacts
        )
    return msgspec.structs.replace(old, **values)


def _whose(item: Item, corpus: Corpus, source: str, *, old: Policy | None, shape: Shape) -> tuple[str, str]:
    """Level and district: of the policy, else of the unit that answers first, else of the source."""
    if old is not None:
        return old.level, old.district
    district = default_district(source, shape)
    name = unit_of(item.desks[0].unit, corpus, district, shape=shape)
    district = corpus.departments[name].district if name else district
    return "city" if district in corpus.whole_city else "district", district


def _key(basis: Basis, item: Item, corpus: Corpus, *, new: dict[str, Paper]) -> str:
    """The key of a paper; one that the corpus does not have gets one, and the days that the item states."""
    for key, paper in (*corpus.papers.items(), *new.items()):
        if is_paper(basis.title, basis.number, paper):
            return key
    key = first = paper_key(basis) or "paper"
    for count in range(2, len(corpus.papers) + len(new) + 3):
        if key not in corpus.papers and key not in new:
            break
        key = f"{first}-{count}"
    start, end = (item.period.start, item.period.end) if item.period else (None, None)
    new[key] = Paper(title=basis.title, number=basis.number, period=basis.period, start=start, end=end)
    return key


def paper_key(basis: Basis) -> str:
    """The key of a paper as the corpus spells them: the initials of its number, its year and its serial number."""
    if basis.number:
        return "-".join(_initials(word) for word in WORDS.findall(plain(basis.number))[:3])
    return _initials(bare(basis.title)[:KEY])


def _initials(text: str) -> str:
    return "".join(syllable(char)[:1] if is_hanzi(char) else char for char in text if char.isalnum()).lower()


def _contacts(
    item: Item, corpus: Corpus, district: str, *, shape: Shape
) -> tuple[tuple[Contact, ...], tuple[Department, ...]]:
    """The contacts, by the names the corpus has for them, and the units it has not."""
    contacts: list[Contact] = []
    unknown: dict[str, list[str]] = {}
    for desk in item.desks:
        name = unit_of(desk.unit, corpus, district, shape=shape)
        contacts.append(Contact(unit=name or desk.unit, phone=desk.phone))
        if not name:
            unknown.setdefault(desk.unit, []).append(desk.phone)
    departments = tuple(
        Department(name=name, short=name, district=district, phones=tuple(Phone(number=p) for p in phones if p))
        for name, phones in unknown.items()
    )
    return tuple(contacts), departments
