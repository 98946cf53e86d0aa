"""Question × corpus → the policies that fit, best first, with the reason for each place, and what is asked of them.

Evidence is counted by character: each character of the matter gives a policy the value of the best word over it, so
that overlapping words do not count twice and a long word beats its parts. What the question says of district and what
the day says of the period then move policies; too little evidence answers nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import msgspec

from bot.corpus import Corpus
from bot.dictionary.index import FEW
from bot.dictionary.vocabulary import CURATED, MINED, TELLING
from bot.evidence import Evidence
from bot.policies import Status, figures, shares
from bot.question import Question, heard, read
from bot.scopes import Scope, scopes

DISTRICT_NAMED, DISTRICT_OTHER, CITY_BESIDE = 1.8, 0.3, 0.9
DISTRICT_UNASKED, RESTATEMENT, EXPIRED, NO_SUM = 0.84, 0.85, 0.92, 0.88
SUM_NAMED, SHARE_NAMED = 1.12, 1.35
ENOUGH = 3.0  # evidence below this for the best policy answers nothing
COVERED = 0.3  # and so does evidence that explains less than this share of the matter
KNOWN = 0.2  # or than this one, where a curated or telling word is among it
HINTED = 0.1  # or than this one, where that word speaks for hardly any other policy
UNEXPLAINED = 2  # characters of the matter that no word explains: from here on the sound is tried
SOUNDER = 1.2  # what the sound finds must score by so much better than what the words found
MINED_LEAST = 3  # characters that mined words alone must explain: two are shared by too many matters
MANY, FAIR = 6, 0.4  # so many curated words of which the best policy has less than this share are bait
BROAD = 15  # policies that a word speaks for
ALIKE = 0.97  # of the evidence for the first: the words speak for both
CLOSE = 0.92  # policies within this share of the best fit as well as it
KEPT = 0.45  # and within this one are shown beside it
CLAUSE = 2  # characters of matter that make a clause of their own
SHOWN = 10
REMEMBERED = 120  # characters of a text of which it is kept what was found
FAINT = 0.2  # evidence of less than this share of the best is not looked at: nothing moves it so far
# Characters beside a set's names that a member must explain to be picked from it: telling ones, or any.
PICKS, NARROWS = 2, 3
SUMS = frozenset({"sum", "at_least"})  # sets that a sum names
WHOLE = 4  # from this many policies on, a set is a list
CERTAIN = 60.0  # evidence from here on needs no word of seeking beside it
SURE = 4  # characters of a curated word that leave no doubt of the matter, beside a word that asks an office
IDLER = 0.7  # and so is this share where nobody seems to be after anything
FOREIGNER = 1.1  # what speaks for no policy at all, this share of what speaks for the best, is believed
IDLE, REST = 0.5, 4  # without a word of seeking, this share must be explained where so many characters are not
DESKS = frozenset({"contact", "expiry", "expired", "expiring", "current"})  # asked of offices, not of shops
OFFICES = DESKS | {"amount"}
ASKED = ("unsubscribe", "subscriptions", "subscribe", "complaint", "staff")  # asked whatever the matter
TALK = ("more", "help", "greeting")  # asked where there is no matter


Move = tuple[float, str]


class Ranked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A policy with its score and what made it beside its words: what moved it by which factor, whom it was put before.

    A member of a set of which nothing was said has no score.
    """

    id: str
    score: float
    moves: tuple[Move, ...] = ()
    asides: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a text asks and which policies fit.

    intent   what is asked: policy, contact, expiry, amount, list, subscribe, subscriptions … offtopic
    ranked   best first
    whole    the policies are a whole set (a unit's, a paper's, a district's), not a choice
    scope    what names the set, as (kind, value)
    covered  the share of the matter that the best policy explains
    """

    text: str
    question: Question
    intent: str
    ranked: tuple[Ranked, ...] = ()
    whole: bool = False
    scope: tuple[tuple[str, str], ...] = ()
    covered: float = 0.0

    @property
    def ids(self) -> tuple[str, ...]:
        """The policies' ids, best first."""
        return tuple(ranked.id for ranked in self.ranked)

    @property
    def wants(self) -> frozenset[str]:
        """Everything the words ask for."""
        return self.question.intents

    @property
    def undecided(self) -> bool:
        """Whether two or more policies fit so evenly that choosing one would be a guess."""
        return len(self.ranked) > 1 and self.ranked[1].score >= CLOSE * self.ranked[0].score


def find(text: str, corpus: Corpus, today: date) -> Finding:
    """What a text asks of the corpus on a day; what was found lately is found again at once."""
    found: Finding | None = corpus.found.get((text, today))
    if found is None:
        found = look_up(text, corpus, today)
        if len(text) <= REMEMBERED:
            corpus.found.put((text, today), found)
    return found


def look_up(text: str, corpus: Corpus, today: date) -> Finding:
    """What a text asks of the corpus on a day. Where its words leave much unexplained, their sound is tried too."""
    finding = _find(read(text, corpus.index), corpus, today)
    if finding.scope or len(finding.question.unexplained) < UNEXPLAINED:
        return finding
    again = heard(finding.question, corpus.index)
    if again is None:
        return finding
    sounds = _find(again, corpus, today)
    # A name that is pronounced so says more than pieces of words, where these are all that stands there as written.
    named = bool(sounds.question.naming) and not finding.question.naming
    least = (1.0 if named else SOUNDER) * (finding.ranked[0].score if finding.ranked else 0.0)
    better = sounds.ranked and sounds.ranked[0].score > least
    talks = not finding.ranked and finding.intent == "offtopic"
    # Whoever asks for it in any case may say of what in letters: dingyue shoutaitao.
    beside = named and finding.intent in ASKED and sounds.intent == finding.intent
    return sounds if better or beside or (talks and sounds.intent != "offtopic") else finding


def _find(question: Question, corpus: Corpus, today: date) -> Finding:
    asked = next((intent for intent in ASKED if intent in question.intents and intent not in question.faint), None)
    if asked == "complaint" and question.named("foreign"):
        return Finding(text=question.text, question=question, intent="offtopic")
    if asked:
        return Finding(text=question.text, question=question, intent=asked)
    evidence = Evidence(question)
    _level(question, corpus, evidence)
    ranked = _rank(question, corpus, evidence, today)
    scope = scopes(question, corpus, today)
    if scope is not None:
        return _of_scope(question, corpus, scope, ranked)
    if not _believable(question, corpus, evidence, ranked):
        return Finding(text=question.text, question=question, intent=_without_matter(question))
    return Finding(
        text=question.text,
        question=question,
        intent=_asked_about(question, "policy"),
        ranked=tuple(r for r in ranked if r.score >= KEPT * ranked[0].score)[:SHOWN],
        covered=_coverage(question, evidence.at(corpus.index.position(ranked[0].id))),
    )


def _without_matter(question: Question) -> str:
    """What is asked by a text that names no policy."""
    if question.faint:
        return min(question.faint)
    if question.named("foreign") or question.named("elsewhere"):
        return "offtopic"
    if not question.folded.text:
        return "greeting"
    if not question.matter:
        about = _asked_about(question, "")
        talk = next((intent for intent in TALK if intent in question.intents), "")
        if talk or about:
            return talk or about
        if "list" in question.intents:
            return "list"
    return next((intent for intent in TALK if intent in question.intents), "offtopic")


def _asked_about(question: Question, otherwise: str) -> str:
    if question.intents & {"expiry", "expired", "expiring", "current"} and not (
        "current" in question.intents and "list" in question.intents
    ):
        return "expiry" if "contact" not in question.intents else "contact"
    return next((intent for intent in ("contact", "amount") if intent in question.intents), otherwise)


def _level(question: Question, corpus: Corpus, evidence: Evidence) -> None:
    """Let the name of a whole paper, or of the park it is for, speak alike for all policies of the paper."""
    naming = question.chosen if question.named("collection") or question.named("paper") else ()
    for hit in naming:
        keys = {meaning.value for meaning in hit.entry.meanings if meaning.kind in ("collection", "paper")}
        if keys:
            members = sorted(map(corpus.index.positions.__getitem__, corpus.groups.of("paper", *keys)))
            evidence.level(members, question, hit)


def _rank(question: Question, corpus: Corpus, evidence: Evidence, today: date) -> tuple[Ranked, ...]:
    ranked = []
    ids, size = corpus.index.ids, corpus.index.size
    districts = frozenset(question.named("district"))
    districts = districts - corpus.whole_city or districts
    # In a question of how much, a sum is what they spent; elsewhere it is what they heard of.
    sums = {int(s.yuan) for s in question.sums} if "amount" not in question.intents else set()
    expired = corpus.groups.among(today, Status.EXPIRED)
    known: dict[_Kind, tuple[Move, ...]] = {}
    raw = {position: sum(held.values()) for position, held in evidence.cells.items() if position < size}
    least = FAINT * max(raw.values(), default=0.0)
    for position, score in raw.items():
        if score < least:
            continue
        policy = corpus.policies[ids[position]]
        named = bool(sums) and not sums.isdisjoint(figures(policy))
        share = not question.shares.isdisjoint(shares(policy)) if question.shares else False
        over, pays = policy.id in expired, bool(policy.benefits)
        kind = _Kind(policy.district, policy.level, bool(policy.restates), over, named, share, pays)
        moves = known[kind] if kind in known else known.setdefault(kind, tuple(_moves(kind, districts)))
        for factor, _ in moves:
            score *= factor
        ranked.append((position, Ranked(id=policy.id, score=score, moves=moves)))
    ranked = _credit_originals(ranked, corpus, districts)
    ordered = tuple([r for _, _, r in sorted([(-round(r.score, 6), position, r) for position, r in ranked])])
    return _alive_first(ordered, question, corpus, raw=raw, today=today)


def _alive_first(
    ranked: tuple[Ranked, ...], question: Question, corpus: Corpus, *, raw: dict[int, float], today: date
) -> tuple[Ranked, ...]:
    """Where a broad topic is all that is named: of policies for which it speaks alike, one in force before one over."""
    words = [hit for hit in question.chosen if question.labels[hit.start] == "topic"]
    broad = len(words) == 1 and len(words[0].entry.postings) >= BROAD and not question.unexplained
    broad = broad and not (ranked and corpus.policies[ranked[0].id].district in question.named("district"))
    if not broad or not ranked or not corpus.is_over(corpus.policies[ranked[0].id], today):
        return ranked
    best = ranked[0]
    for r in ranked[1:]:
        policy = corpus.policies[r.id]
        alike = raw[corpus.index.position(r.id)] >= ALIKE * raw[corpus.index.position(best.id)]
        if alike and policy.benefits and not policy.restates and not corpus.is_over(policy, today):
            first = Ranked(id=r.id, score=best.score, moves=r.moves, asides=(*r.asides, f"in force before {best.id}"))
            return (first, *(other for other in ranked if other is not r))
    return ranked


def _credit_originals(
    ranked: list[tuple[int, Ranked]], corpus: Corpus, districts: frozenset[str]
) -> list[tuple[int, Ranked]]:
    """What is said of a policy in a restatement's words is said of the policy: it stands no lower, unless the
    restatement's district was asked for."""
    credit: dict[str, Ranked] = {}
    restating = corpus.groups.restating
    for policy, r in [(corpus.policies[r.id], r) for _, r in ranked if r.id in restating]:
        if len(policy.restates) == 1 and policy.district not in districts:
            credit[policy.restates[0]] = r
    if not credit:
        return ranked
    found = []
    for position, r in ranked:
        other = credit.get(r.id)
        if other is not None and other.score >= r.score:
            r = Ranked(id=r.id, score=other.score * 1.01, moves=r.moves, asides=(f"restated by {other.id}",))
        found.append((position, r))
    return found


class _Kind(NamedTuple):  # what of a policy moves it: of a hundred thousand most are of a few kinds
    district: str
    level: str
    restates: bool
    over: bool
    names_the_sum: bool
    names_the_share: bool
    pays: bool


def _moves(kind: _Kind, districts: frozenset[str]) -> Iterator[Move]:
    if kind.district in districts:
        yield DISTRICT_NAMED, "district named"
    elif districts:
        city = kind.level == "city"
        yield (CITY_BESIDE, "city beside district") if city else (DISTRICT_OTHER, "other district")
    elif kind.level == "district":
        yield DISTRICT_UNASKED, "district not asked for"
    if kind.restates and kind.district not in districts:
        yield RESTATEMENT, "restates another"
    if kind.over:
        yield EXPIRED, "expired"
    if kind.names_the_sum:
        yield SUM_NAMED, "names the sum"
    if kind.names_the_share:
        yield SHARE_NAMED, "names the share"
    if not kind.pays:
        yield NO_SUM, "names no sum"


def _coverage(question: Question, explained: Container[int]) -> float:
    """The share of the matter that a policy explains: of the whole, or of the clause it explains best."""
    clauses = [question.matter, *(clause for clause in question.clauses if len(clause) >= CLAUSE)]
    shares = [sum(map(explained.__contains__, clause)) / len(clause) for clause in clauses if clause]
    return max(shares, default=0.0)


def _believable(question: Question, corpus: Corpus, evidence: Evidence, ranked: tuple[Ranked, ...]) -> bool:
    """Whether the evidence is enough to answer at all."""
    if not ranked or question.elsewhere or "bait" in question.signs:
        return False
    position = corpus.index.position(ranked[0].id)
    telling = [
        hit
        for hit in question.hits
        if hit.entry.strength >= TELLING and position in {speaking for speaking, _ in hit.entry.postings}
    ]
    explained = evidence.at(position)
    score = sum(explained.values())
    seeks = _seeks(question)
    named_well = any(hit.entry.strength == CURATED and hit.end - hit.start >= SURE for hit in telling)
    least_foreign = (FOREIGNER if seeks else IDLER) * score
    if not (named_well and question.intents & OFFICES) and evidence.score(corpus.index.size) >= least_foreign:
        return False
    foreign = question.labels.count("foreign")
    certain = score >= CERTAIN
    if foreign >= len(explained) or (foreign and not (seeks and (telling or certain))):
        return False
    if _strung_together(question, len(explained)):
        return False
    covered = _coverage(question, explained)
    named = any(hit.entry.strength == CURATED and len(hit.entry.postings) <= FEW for hit in telling)
    whole = len(explained) / len(question.matter) if question.matter else 0.0
    idle = KNOWN if named else IDLE
    if not (seeks or certain) and whole < idle and len(question.unexplained) >= REST:
        return False
    if not telling and len(explained) < MINED_LEAST:
        return False
    least = COVERED if not telling else min(KNOWN if len(hit.entry.postings) > FEW else HINTED for hit in telling)
    return score >= ENOUGH and covered >= least


def _seeks(question: Question) -> bool:
    """Whether anything says that support, a rule or an office is wanted, and not the thing itself."""
    wanted = question.signs & {"seeking", "trade", "ours"} or question.intents & DESKS or question.named("level")
    return bool(wanted) or bool(question.sums)


def _strung_together(question: Question, explained: int) -> bool:
    """Whether words of many matters stand in a row and no policy has a fair share of them: bait, no question."""
    words = [hit for hit in question.chosen if hit.entry.strength == CURATED]
    told = sum(hit.end - hit.start for hit in words)
    return len(words) >= MANY and not question.intents and explained < FAIR * told


def _of_scope(question: Question, corpus: Corpus, scope: Scope, ranked: tuple[Ranked, ...]) -> Finding:
    """The set itself, or, where words of the matter are left that its policies have, what of it fits."""
    kept = _narrowed(question, corpus, scope, ranked)
    whole = not kept
    if whole:
        place, ids = corpus.index.positions.__getitem__, corpus.index.ids
        scored = {r.id: r for r in ranked if r.id in scope.members}
        first = sorted([(-r.score, place(r.id), r) for r in scored.values()])
        others = sorted(map(place, scope.members - scored.keys()))
        kept = (*(r for _, _, r in first), *(Ranked(id=ids[position], score=0.0) for position in others))
    listed = "list" in question.intents or (whole and len(kept) >= WHOLE)
    asked = _asked_about(question, (scope.asks if whole else "") or ("list" if listed else "policy"))
    of_sum = asked == "amount" and any(kind in SUMS for kind, _ in scope.names)  # 最高能拿两千万的有哪些
    if (asked == "contact" or of_sum) and "list" in question.intents and whole and kept:
        asked = "list"
    return Finding(
        text=question.text,
        question=question,
        intent=asked,
        ranked=kept,
        whole=whole,
        scope=scope.names,
        covered=1.0,
    )


def _narrowed(question: Question, corpus: Corpus, scope: Scope, ranked: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
    """The members that fit what is said beside the set's own names; none where nothing more is said."""
    if not scope.narrows or not scope.beside:
        return ()
    residue, evidence = scope.beside, Evidence(question, MINED)  # what people say beside a set is mostly talk
    fitting = []
    for r in ranked:
        cells = evidence.at(corpus.index.position(r.id)) if r.id in scope.members else {}
        if cells:  # of a whole set most are of it by its name alone
            score = sum([value for place, value in cells.items() if place in residue])
            score *= SHARE_NAMED if any(factor == SHARE_NAMED for factor, _ in r.moves) else 1
            fitting.append((score, len(residue & cells.keys()), r))
    fitting.sort(key=lambda item: -item[0])
    told = {
        place
        for hit in question.hits
        if hit.entry.strength >= TELLING and len(hit.entry.postings) < corpus.index.size
        for place in range(hit.start, hit.end)
    }
    if not fitting or not fitting[0][0]:
        return ()
    best, explained, _ = fitting[0]
    if explained < max(NARROWS, COVERED * len(residue)) and len(residue & told) < PICKS:
        return ()
    return tuple(msgspec.structs.replace(r, score=score) for score, _, r in fitting[:SHOWN] if score >= KEPT * best)
