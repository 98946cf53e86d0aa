"""A compilation of policies as a table in the shape of the paper it came from, which can be imported again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from bot.chinese import day
from bot.corpus import Corpus
from bot.importers.shape import COLUMNS, Shape
from bot.policies import Paper, Policy

Said = Mapping[str, str]


class Compendium(msgspec.Struct, frozen=True, kw_only=True):
    """The names of the columns, and the rows. `unworded` ones have no official wording: none is made up."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unworded: int = 0


def sources(corpus: Corpus) -> dict[str, int]:
    """The compilations, each with how many policies it has."""
    found: dict[str, int] = {}
    for name in corpus.policies:
        source = name.rpartition("-")[0]
        found[source] = found.get(source, 0) + 1
    return found


def compendium(corpus: Corpus, source: str, *, shape: Shape, said: Said) -> Compendium:
    """The policies of a compilation, in their order."""
    policies = [policy for policy in corpus.policies.values() if policy.id.rpartition("-")[0] == source]
    return Compendium(
        head=tuple(shape.columns[column][0] for column in COLUMNS),
        rows=tuple(_row(policy, corpus, said) for policy in policies),
        unworded=sum(policy.id not in corpus.wordings for policy in policies),
    )


def _row(policy: Policy, corpus: Corpus, said: Said) -> tuple[str, ...]:
    papers = [corpus.papers[key] for key in (policy.paper, *policy.also_papers)]
    named = [_paper(paper, said) for paper in papers]
    basis = named[0] if len(named) == 1 else "\n".join(said["export_quoted"].format(name) for name in named)
    desks = said["export_next"].join(f"{contact.unit} {contact.phone}".strip() for contact in policy.contacts)
    number = policy.id.rpartition("-")[2]
    wording = corpus.wordings.get(policy.id, "")
    return number, policy.title, wording, basis, _validity(*corpus.period(policy), said=said), desks


def _paper(paper: Paper, said: Said) -> str:
    return said["export_paper"].format(title=paper.title, number=paper.number) if paper.number else paper.title


def _validity(start: date | None, end: date | None, *, said: Said) -> str:
    if start and end:
        return said["export_between"].format(day(start), day(end))
    if end:
        return said["export_until"].format(day(end))
    return said["export_since"].format(day(start)) if start else ""
