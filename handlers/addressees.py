"""Whether what was told says all that the text of a policy asks of somebody: its words, and not only its needs."""

from __future__ import annotations

from bot.chinese import fold
from bot.context import Context
from bot.person import Facts
from bot.policies import Policy
from bot.reckoning.benefits import Verdict
from bot.reckoning.eligibility import Fit
from handlers import enterprise

YES = "是"
# What a text of who it is for says of everybody.
PLAIN = (
    "企业", "单位", "公司", "机构", "区内", "本市", "全市", "青岛市", "业", "类", "区", "市",
    "的", "和", "及", "或", "等", "在", "、", "“", "”", "（", "）",
)  # fmt: skip
SHOWN = 22  # characters of who it is for in a line of a list


def is_whole(ctx: Context, fit: Fit, facts: Facts) -> bool:
    """Whether a policy is theirs by all that it asks: something beside the place was told for it, nothing of a project
    is open, and its text has no word of who it is for, and no condition, that no fact explains."""
    beyond = any(need.fact != enterprise.DISTRICT for need in fit.met)
    if fit.verdict is not Verdict.MET or not beyond or fit.open or fit.policy.conditions:
        return False
    whos = [b.who for b in fit.benefits if b.who] or list(fit.policy.who)
    return any(not _left(ctx, who, facts) for who in whos)


def _left(ctx: Context, who: str, facts: Facts) -> str:
    """What of a text no fact that was told explains."""
    words = [word for key, value in facts.items() if key in ctx.corpus.facts for word in _words(ctx, key, value)]
    text = who
    for word in (*sorted(words, key=len, reverse=True), *PLAIN):
        text = text.replace(word, "")
    return fold(text).text


def _words(ctx: Context, key: str, value: object) -> list[str]:
    """The words for the value of a fact."""
    fact = ctx.corpus.facts[key]
    if fact.kind == "yes":
        return [fact.name.removeprefix("是否"), *fact.words] if value == YES else []
    return [word for option in fact.options if option.name == value for word in (option.name, *option.words)]


def told_beyond(fit: Fit) -> int:
    """How many facts beside the place speak for it."""
    return len({need.fact for need in fit.met} - {enterprise.DISTRICT})


def named(ctx: Context, policy: Policy, facts: Facts) -> str:
    """Who a policy is for that no fact says, in as many words as a line of a list has room for."""
    untold = [who for who in policy.who if _left(ctx, who, facts)]
    first = untold[0] if untold else ""
    short = first if len(first) <= SHOWN else f"{first[: SHOWN - 1]}…"
    return f"{short}等" if len(untold) > 1 and not short.endswith(("…", "等")) else short
