"""The policies of a corpus by what they have in common, found at once however many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TypeVar

from bot.memory import Memory
from bot.policies import Match, Paper, Policy, Status, figures, largest, period, status_on

Ids = frozenset[str]
NONE: Ids = frozenset()
V = TypeVar("V", date, int)
DAYS = 4  # on which it is kept where the policies stand


class Groups:
    """Sets of ids: of a paper, a unit, a phone, a title, a district, a topic, a state, a last day, a sum."""

    def __init__(self, policies: Mapping[str, Policy], papers: Mapping[str, Paper]) -> None:
        self._policies, self._papers = policies, papers
        self._states: Memory[date, dict[Status, Ids]] = Memory(DAYS)
        named: dict[tuple[str, str], list[str]] = defaultdict(list)
        for policy in policies.values():
            for name in _names(policy):
                named[name].append(policy.id)
        self._named = {name: frozenset(ids) for name, ids in named.items()}
        self.restating = frozenset(policy.id for policy in policies.values() if policy.restates)

    def of(self, kind: str, *names: str) -> Ids:
        """The policies that have any of these names of a kind."""
        found = [self._named[kind, name] for name in names if (kind, name) in self._named]
        return found[0] if len(found) == 1 else NONE.union(*found)

    def among(self, day: date, *states: Status) -> Ids:
        """The policies that stand so on a day."""
        known = self._states.get(day)
        if known is None:
            ids: dict[Status, list[str]] = defaultdict(list)
            for policy in self._policies.values():
                ids[status_on(day, *self._period(policy))].append(policy.id)
            known = {state: frozenset(those) for state, those in ids.items()}
            self._states.put(day, known)
        found = [known[state] for state in states if state in known]
        return found[0] if len(found) == 1 else NONE.union(*found)

    def ending(self, first: date, last: date) -> Ids:
        """The policies whose last day is one of these."""
        days, ids = self._ends
        return frozenset(ids[bisect_left(days, first) : bisect_right(days, last)])

    def naming(self, yuan: float) -> Ids:
        """The policies that name a sum."""
        return self._sums.get(yuan, NONE)

    def reaching(self, yuan: float) -> Ids:
        """The policies that give so much or more."""
        most, ids = self._most
        return frozenset(ids[bisect_left(most, yuan) :])

    def linked(self, policy_id: str) -> tuple[str, ...]:
        """The policies that it names as related or takes a share of, or that name it so, in the order of the corpus."""
        return self._links.get(policy_id, ())

    @cached_property
    def _links(self) -> dict[str, tuple[str, ...]]:
        order = {policy_id: number for number, policy_id in enumerate(self._policies)}
        links: dict[str, set[str]] = defaultdict(set)
        for policy in self._policies.values():
            shares = (name for benefit in policy.benefits if isinstance(benefit, Match) for name in benefit.of)
            for other in (name for name in (*policy.related, *shares) if name in order):
                links[policy.id].add(other)
                links[other].add(policy.id)
        return {policy_id: tuple(sorted(others, key=order.__getitem__)) for policy_id, others in links.items()}

    def _period(self, policy: Policy) -> tuple[date | None, date | None]:
        return period(policy, self._papers[policy.paper])

    @cached_property
    def _ends(self) -> tuple[list[date], list[str]]:
        each = ((self._period(policy)[1], policy.id) for policy in self._policies.values())
        return _by_value((end, policy_id) for end, policy_id in each if end is not None)

    @cached_property
    def _most(self) -> tuple[list[int], list[str]]:
        return _by_value((largest(policy) or 0, policy.id) for policy in self._policies.values())

    @cached_property
    def _sums(self) -> dict[float, Ids]:
        named: dict[float, list[str]] = defaultdict(list)
        for policy in self._policies.values():
            for yuan in figures(policy):
                named[yuan].append(policy.id)
        return {yuan: frozenset(ids) for yuan, ids in named.items()}


def _names(policy: Policy) -> Iterator[tuple[str, str]]:
    yield from (("paper", policy.paper), ("title", policy.title), ("district", policy.district))
    yield from (("topic", name) for name in dict.fromkeys(policy.topics))
    yield from (("unit", name) for name in dict.fromkeys(contact.unit for contact in policy.contacts))
    yield from (("phone", number) for number in dict.fromkeys(contact.phone for contact in policy.contacts))


def _by_value(pairs: Iterable[tuple[V, str]]) -> tuple[list[V], list[str]]:
    ordered = sorted(pairs)
    return [value for value, _ in ordered], [policy_id for _, policy_id in ordered]
