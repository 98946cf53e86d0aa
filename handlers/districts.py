"""How much where only districts give it and nobody said which: each district with its own sum, those in force first."""

from __future__ import annotations

from bot.chinese import fold
from bot.context import Context
from bot.policies import AnyBenefit, Policy, Pool
from bot.replies import Answer, Say, say_link
from handlers import lists, wording
from handlers.cards import edition

FEW = 2  # districts from which on it has to be told which
MOST = 0.6  # of the matter: what the topic's words have to make up
LINES = 4  # benefits of one district
HEADING = "各区（市）自己的"
ASKED = ("contact", "conditions", "expiry")  # what has another answer in each of them
FIRST = "各区（市）不一样，先选企业所在地的那一条："
DECIDES = "能不能报、给多少，由责任单位审核决定。"


def by_district(ctx: Context, *, known: str = "") -> Answer | None:
    """专精特新给多少, which the city does not pay for: what each district gives; `known` is the one they are in."""
    question = ctx.finding.question
    if question.named("district") or question.sums:
        return None
    topic, words = _named(ctx)
    if not words:
        return None
    given = {p: _of(p, words) for p in ctx.corpus.policies.values()}
    given = {policy: benefits for policy, benefits in given.items() if benefits}
    if (
        known in {policy.district for policy in given}
        or any(policy.level == "city" for policy in given)
        or len({p.district for p in given}) < FEW
    ):
        return None
    return _answer(ctx, topic, given)


def _named(ctx: Context) -> tuple[str, list[str]]:
    """The one topic or title that the matter is, with the words it is known by; nothing where more is asked of."""
    question = ctx.finding.question
    topics = [name for name in question.named("topic") if name in ctx.corpus.topics]
    hits = [hit for hit in question.chosen if any(meaning.kind == "topic" for meaning in hit.entry.meanings)]
    if not topics and len(question.naming) == 1:
        hits = [*question.naming]
    places = {place for hit in hits for place in range(hit.start, hit.end)}
    if len(topics) > 1 or not hits or len(places) < MOST * len(question.matter):
        return "", []  # something else is asked of, and the topic is what it is paid by
    if not topics:
        word = hits[0].entry.word
        inside = {w for p in ctx.corpus.policies.values() for k in p.keywords if (w := fold(k).text) in word}
        name = max(inside, key=len, default="")
        return name, [name] if name else []
    words = [fold(word).text for word in (topics[0], *ctx.corpus.topics[topics[0]].words)]
    return topics[0], [word for word in words[1:] if word in question.folded.text] or words


async def which(ctx: Context) -> Answer | None:
    """怎么申报, 找谁, where the last answer was of several districts and none was chosen: which one is asked first."""
    here, finding = ctx.conversation, ctx.finding
    chosen = ctx.pointed in ctx.corpus.policies or here.heading != HEADING or here.listed[:1] != (here.focus,)
    if not ctx.words or chosen or finding.ids or finding.question.named("district"):
        return None
    wanted = next((intent for intent in ASKED if intent in finding.wants), "")
    if not wanted or any(i not in ctx.corpus.policies for i in here.listed):
        return None
    intent = wanted if wanted != "conditions" else "policy"
    return lists.show(ctx, here.listed, HEADING, intent=intent, wanted=wanted, named=False, lead=(FIRST,))


def _of(policy: Policy, words: list[str]) -> tuple[AnyBenefit, ...]:
    """The benefits of a policy that are for one of the words by their name."""
    awards = (benefit for benefit in policy.benefits if not isinstance(benefit, Pool))
    return tuple(b for b in awards if any(word in fold(b.name).text for word in words))


def _answer(ctx: Context, topic: str, given: dict[Policy, tuple[AnyBenefit, ...]]) -> Answer:
    found = sorted(given, key=lambda policy: ctx.corpus.is_over(policy, ctx.today))
    lines = [f"“{topic}”的奖补由各区（市）自己定，资料里市级没有单独给钱；看企业在哪里：", ""]
    for number, policy in enumerate(found, 1):
        title = say_link(wording.title(ctx, policy), str(number), policy.id)
        lines += [f"{number}. {policy.district}：{title}", f"　{wording.status(ctx, policy)}"]
        was = "到期前：" if ctx.corpus.is_over(policy, ctx.today) else ""
        lines += [f"　💰 {was}{wording.benefit(benefit)}" for benefit in given[policy][:LINES]]
    ids = tuple(policy.id for policy in found)
    ctx.look_at(ids[0], ids[1:], wanted="amount")
    ctx.move(heading=HEADING)
    lines += ["", "回数字看对应的那一条；其他区（市）资料里没有这一项。", DECIDES, edition(ctx)]
    return Answer(reply=Say(text="\n".join(lines)), intent="amount", policies=ids)
