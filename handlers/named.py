"""What of a policy the words name: its benefits first, and what it offers without a benefit of its own."""

from __future__ import annotations

import re

from bot.chinese import fold
from bot.context import Context
from bot.policies import AnyBenefit, Policy, Tiers, stated
from bot.reckoning.benefits import Verdict, check, needs_of
from bot.reckoning.selection import choose
from handlers import wording
from handlers.readings import beside_title, read, silent

RUN = 4  # characters in a row of what they said that an offer has
SHORTEST = 2  # characters of a word that names anything
FIGURE = re.compile("[0-9一二两三四五六七八九十百千]+(?:万|元|亿|%)")
UNSTATED = "没有写明"


def offers(ctx: Context, policy: Policy) -> tuple[str, ...]:
    """What the words name and no benefit is for, as 瞪羚; that no amount is stated is said beside it."""
    text = ctx.finding.question.folded.text if ctx.words else ""
    paid = fold("，".join((policy.title, *(part for b in policy.benefits for part in _called(b))))).text
    words = [word for k in policy.keywords if len(word := fold(k).text) >= SHORTEST and word in text]
    own = [word for word in words if word not in paid]
    found = [offer for offer in policy.offers if any(word in fold(offer).text for word in own)]
    return tuple(offer if UNSTATED in offer or FIGURE.search(offer) else f"{offer}，金额没有写明" for offer in found)


def first(ctx: Context, policy: Policy) -> tuple[AnyBenefit, ...]:
    """The benefits of a policy: what the words name best before the others, what fails by what they told last."""
    chosen = () if offers(ctx, policy) else _meant(ctx, policy)
    text = ctx.finding.question.folded.text if ctx.words else ""
    told = read(ctx, policy).facts if ctx.words else {}
    fails = [b for b in policy.benefits if any(check(need, told) is Verdict.UNMET for need in needs_of(b))]

    def place(benefit: AnyBenefit) -> tuple[bool, bool, int]:
        said = sum(len(word) for w in benefit.words if (word := fold(w).text) in text)
        return benefit in fails, benefit not in chosen, -said if benefit in chosen else 0

    return tuple(sorted(policy.benefits, key=place))


def headline(ctx: Context, policy: Policy) -> str:
    """The largest sum that the benefits which the words name reach, or, where they name none, all of the policy's."""
    return wording.headline(_meant(ctx, policy) or policy.benefits)


def figures(ctx: Context, policy: Policy) -> frozenset[int]:
    """The sums of the benefits that the words name; where they name none, all of the policy's."""
    meant = _meant(ctx, policy)
    return stated(meant or policy.benefits)


def means_one(ctx: Context, policy: Policy) -> bool:
    """Whether the words name a benefit by a word of its own."""
    text = ctx.finding.question.folded.text if ctx.words else ""
    return any(fold(word).text in text for benefit in _meant(ctx, policy) for word in benefit.words)


def near(ctx: Context, policy: Policy) -> tuple[str, ...]:
    """What it offers, without a sum, that has a word of theirs: 数字技能, 一事一议."""
    text = ctx.finding.question.folded.text if ctx.words else ""
    runs = {text[n : n + RUN] for n in range(len(text) - RUN + 1)}
    told = (*policy.offers, *policy.conditions)
    return tuple(offer for offer in told if any(run in fold(offer).text for run in runs))


def _meant(ctx: Context, policy: Policy) -> tuple[AnyBenefit, ...]:
    if not ctx.words:
        return ()
    meant = choose(policy, beside_title(ctx, policy), {}, silent=silent(ctx.corpus, policy))
    return meant.benefits if meant.named else ()


def _called(benefit: AnyBenefit) -> tuple[str, ...]:
    labels = tuple(tier.label for tier in benefit.tiers) if isinstance(benefit, Tiers) else ()
    return (benefit.name, benefit.who, *benefit.words, *labels)
