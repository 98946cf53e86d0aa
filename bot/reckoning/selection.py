"""Which benefits of a policy a follower's words mean: told by what sets each apart from its siblings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from bot.chinese import NOT, Folded, denied, fold
from bot.pairs import Place, pairs, placed_pairs
from bot.policies import AnyBenefit, Policy, Pool, Tiers
from bot.reckoning.benefits import Given, Verdict, check, needs_of
from bot.reckoning.figures import ADDS

WORD, NAME, WHO = 1.5, 1.0, 0.5  # what a character, or a pair of them, is worth by where the benefit has it
TELLING = 0.6  # evidence from which on a benefit is told from its siblings
CLEAR = 0.65  # and the share of the best evidence from which on it is meant as well
WHOLE = 6  # characters of a name that, written out, leave no doubt
ALIKE = 0.6  # two names with this share of their pairs in common are for the same thing

SUBJECT = 2  # characters a name begins with, that say what it is about


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The benefits that are meant.

    told      the words or the facts pick them; else they are what the policy gives to everybody
    named     the words pick them
    together  each is named by words of its own: they are meant beside each other, not as readings of one word
    """

    benefits: tuple[AnyBenefit, ...]
    told: bool = False
    named: bool = False
    together: bool = False


def alike(one: str, other: str, having: Mapping[str, int]) -> bool:
    """Whether two names of benefits are for the same thing; `having` counts the names that have each pair, so that
    what all of them are called says little."""
    size = max(having.values(), default=1) + 1
    mine, theirs = ({pair: log(1 + size / having.get(pair, 1)) for pair in pairs(name)} for name in (one, other))
    common = sum(weight for pair, weight in mine.items() if pair in theirs)
    return common > 0 and common >= ALIKE * min(sum(mine.values()), sum(theirs.values()))


def _said(folded: Folded) -> tuple[Place, ...]:
    """The pairs of a question without those that it denies; what is denied begins with NOT, as in 非重大."""
    silent = denied(folded)
    found = [(n, pair) for n, pair in placed_pairs(folded) if not (n in silent and (n - 1 in silent or len(pair) > 2))]
    starts = (place for place in silent if place - 1 not in silent)
    return (*found, *((place, NOT + folded.text[place]) for place in starts))


def _weights(benefit: AnyBenefit) -> dict[str, float]:
    """What each pair says for a benefit."""
    labels = [tier.label for tier in benefit.tiers] if isinstance(benefit, Tiers) else []
    return _weighed(benefit.name, (benefit.who, getattr(benefit, "base", ""), *labels))


@lru_cache(maxsize=512)
def _weighed(name: str, others: tuple[str, ...]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for weight, texts in ((WHO, others), (NAME, (name,))):
        for text in texts:
            weights |= dict.fromkeys(pairs(text), weight)
    return weights


def choose(policy: Policy, text: str, facts: Given, *, silent: Sequence[str] = ()) -> Selection:
    """The benefits of a policy that a text means; `silent` are words that say nothing here, as its topic's."""
    everything: list[AnyBenefit] = list(policy.benefits)
    candidates = [b for b in everything if not isinstance(b, Pool)] or everything
    fits = [all(check(need, facts) is not Verdict.UNMET for need in needs_of(b)) for b in candidates]
    if len(candidates) < 2:
        return Selection(benefits=tuple(candidates), told=len(policy.benefits) == 1)
    folded = fold(text)
    exact = [b for b in candidates if len(said := fold(b.name).text) >= WHOLE and said in folded.text]
    if exact:
        return Selection(benefits=tuple(exact), told=True, named=True, together=len(exact) > 1)
    evidence = _evidence(candidates, folded, frozenset(pair for word in silent for pair in pairs(word)))
    scores = [sum(places.values()) for places in evidence]
    best = max(scores)
    if best < TELLING:
        left = [b for b, fit in zip(candidates, fits, strict=True) if fit] or candidates
        plain = [b for b in left if not b.who and not b.needs] or [b for b in left if not b.who]
        return Selection(benefits=tuple(plain or left), told=len(left) < len(candidates))
    picked = {n for n, score in enumerate(scores) if score >= CLEAR * best or _stands_alone(n, scores, evidence)}
    picked = {n for n in picked if not _is_refused(candidates[n], folded)} or picked
    picked -= _of_another(candidates, picked, evidence, folded=folded)
    fitting = {n for n in picked if fits[n]} or _instead(candidates, picked, fits, facts=facts)
    picked = fitting or picked  # what is named stays named, although the facts fail it
    together = len(picked) > 1 and all(_own(n, picked, evidence) >= TELLING for n in picked)
    groups = {candidates[n].choice for n in picked} - {""}
    certain = [b for b in candidates if all(check(need, facts) is Verdict.MET for need in b.needs)]
    names = {candidates[n].beside for n in picked} - {""}
    whole = {candidates[n].name for n in picked}
    chosen = tuple(
        b
        for n, b in enumerate(candidates)
        if n in picked or b.name in names or (b in certain and (b.choice in groups or (b.needs and b.beside in whole)))
    )
    having = {b.name for b in chosen}
    together |= len(chosen) > 1 and sum(b.beside not in having for b in chosen) == 1
    return Selection(benefits=chosen, told=True, named=True, together=together)


def _instead(
    candidates: Sequence[AnyBenefit], picked: Iterable[int], fits: Sequence[bool], *, facts: Given
) -> set[int]:
    """The siblings for the other side of a bound that fails what was picked: 10亿以上 for whom 10亿以下 is not."""
    failed = {need.fact for n in picked for need in needs_of(candidates[n]) if check(need, facts) is Verdict.UNMET}
    asked = {need.fact for n in picked for need in needs_of(candidates[n])}
    met = [{need.fact for need in needs_of(b) if check(need, facts) is Verdict.MET} for b in candidates]
    alike = [asked <= {need.fact for need in needs_of(b)} for b in candidates]
    return {n for n, fit in enumerate(fits) if fit and failed and failed <= met[n] and alike[n]}


def _of_another(
    candidates: Sequence[AnyBenefit], picked: Iterable[int], evidence: Sequence[Mapping[int, float]], *, folded: Folded
) -> set[int]:
    """What is picked by what is said of another's subject: 院士工作站考核 means no 博士后站考核.

    A subject is what the names of several siblings begin with. One that is nowhere said is not meant beside one that
    is named in the same clause, unless a word such as 和 stands between.
    """
    subjects = [benefit.name[:SUBJECT] for benefit in candidates]
    shared = {subject for subject, count in Counter(subjects).items() if count > 1}
    named = [n for n in picked if subjects[n] in folded.text]
    found = set()
    for n in picked:
        if subjects[n] not in shared or subjects[n] in folded.text:
            continue
        start = min(evidence[n], default=0)
        found |= {n for other in named if _runs_into(max(evidence[other], default=0), start, folded)}
    return found


def _runs_into(end: int, start: int, folded: Folded) -> bool:
    """Whether one place of a text leads to a later one without a pause and without a word that adds another thing."""
    between = folded.text[end + 1 : start]
    return start > end and not ADDS.search(between) and not any(end < pause <= start for pause in folded.breaks)


def _evidence(benefits: Sequence[AnyBenefit], folded: Folded, silent: frozenset[str]) -> list[dict[int, float]]:
    """For each benefit what the places of the question say for it. What all siblings have says nothing."""
    weights = [_weights(benefit) for benefit in benefits]
    having = Counter(pair for held in weights for pair in held)
    size = len(benefits)
    found: list[dict[int, float]] = [{} for _ in benefits]
    for place, pair in _said(folded):
        if pair in silent or having[pair] in (0, size):
            continue
        rarity = log(size / having[pair]) / log(size)
        for number, held in enumerate(weights):
            if pair in held:
                found[number][place] = max(found[number].get(place, 0.0), held[pair] * rarity)
    for number, benefit in enumerate(benefits):
        for place, value in _words(benefit, folded):
            found[number][place] = max(found[number].get(place, 0.0), value)
    return found


def _words(benefit: AnyBenefit, folded: Folded) -> Iterator[tuple[int, float]]:
    """The places of the words that are declared to tell the benefit from its siblings."""
    refused = denied(folded)
    for word in benefit.words:
        said = fold(word).text
        start = folded.text.find(said) if said else -1
        if start >= 0 and start not in refused:
            yield from ((place, WORD) for place in range(start, start + len(said)))


def _is_refused(benefit: AnyBenefit, folded: Folded) -> bool:
    """Whether a word of a benefit is said only to say that it is not that: 是参与单位，不是牵头."""
    refused = denied(folded)
    starts = [folded.text.find(fold(word).text) for word in benefit.words]
    return any(start in refused for start in starts)


def _own(number: int, others: Iterable[int], evidence: list[dict[int, float]]) -> float:
    """The evidence of a benefit at places that say nothing for the others."""
    theirs = {place for other in others if other != number for place in evidence[other]}
    return sum(value for place, value in evidence[number].items() if place not in theirs)


def _stands_alone(number: int, scores: list[float], evidence: list[dict[int, float]]) -> bool:
    """Whether enough is said for it where nothing is said for any that has more."""
    better = [other for other, score in enumerate(scores) if score > scores[number]]
    return _own(number, better, evidence) >= 2 * TELLING
