"""平度的呢, 我们在崂山能拿吗, 规上的呢: the matter at hand once more, for another place or with a fact more."""

from __future__ import annotations

import msgspec

from bot.context import Context
from bot.policies import Policy
from bot.replies import TEXT_LIMIT, Answer, Say, say_link
from handlers import districts, enterprise, lists, qualifying, wording
from handlers.cards import card
from handlers.choices import chosen

SHOWN = 2  # policies of the city that are named instead
BRIEF = 16  # characters of such a question


async def answer(ctx: Context) -> Answer | None:
    """Nothing but a place or a fact is said, and a policy is at hand."""
    if not ctx.words or not _goes_on(ctx):
        return None
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy is None or enterprise.rest(ctx, enterprise.tell(ctx)):
        return None
    places = ctx.finding.question.named(enterprise.DISTRICT)
    asks = qualifying.is_asked(ctx)
    if len(places) == 1:
        return await _at(ctx, policy, places[0], asks=asks)
    told = qualifying.tell(ctx, policy)
    return await qualifying.of_policy(ctx, policy, told=told) if asks or told.facts else None


def _goes_on(ctx: Context) -> bool:
    """Whether the words end as those do that have no matter of their own."""
    question = ctx.finding.question
    text = question.folded.text
    if question.elsewhere or question.days or question.years or len(text) > BRIEF:
        return False
    return text.endswith(qualifying.ASKS_ON) or qualifying.is_asked(ctx) or enterprise.is_own(ctx)


async def _at(ctx: Context, policy: Policy, place: str, *, asks: bool) -> Answer:
    """The same matter at another place: its own policy there, or that there is none, and whose holds."""
    if enterprise.is_own(ctx) and place not in ctx.corpus.whole_city:
        enterprise.take(ctx, enterprise.tell(ctx))
    if ctx.conversation.heading == districts.HEADING:
        ctx.move(heading="")  # the district is settled
    if policy.district == place:
        return await _of(ctx, policy, asks=asks)
    same = lists.ordered(ctx, _on_the_same(ctx, policy, place))
    if not same:
        return _none(ctx, policy, place)
    first = ctx.corpus.policies[same[0]]
    alone = len(same) == 1 or asks
    answer = await _of(ctx, first, asks=asks) if alone else card(ctx, first, others=same[1:])
    return _led(answer, f"和“{wording.title(ctx, policy)}”相关的{_name(ctx, place)}政策：")


def _led(answer: Answer, lead: str) -> Answer:
    """An answer under a line that says how it came about, if there is room."""
    text = f"{lead}\n{answer.reply.text}" if isinstance(answer.reply, Say) else ""
    if not text or len(text.encode()) > TEXT_LIMIT:
        return answer
    return msgspec.structs.replace(answer, reply=Say(text=text))


def _none(ctx: Context, policy: Policy, place: str) -> Answer:
    """There is none of that place: the city's, which holds there too, and all of the place."""
    name = _name(ctx, place)
    lines = [f"资料里没有{name}和“{wording.title(ctx, policy)}”同一件事的政策。"]
    city = [policy.id] if policy.level == "city" else [*_on_the_same(ctx, policy, *ctx.corpus.whole_city)]
    alive = [p for p in (ctx.corpus.policies[i] for i in city) if not ctx.corpus.is_over(p, ctx.today)]
    if alive and place not in ctx.corpus.whole_city:
        names = "、".join(wording.linked(ctx, p) for p in alive[:SHOWN])
        lines.append(f"市级的全市企业都能用：{names}")
    lines.append(f"👉 {say_link(f'{name}有哪些政策', f'{name}有哪些政策')}")
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=(policy.id,))


def _name(ctx: Context, place: str) -> str:
    return wording.LEVELS["city"] if place in ctx.corpus.whole_city else place


async def _of(ctx: Context, policy: Policy, *, asks: bool) -> Answer:
    if asks:
        return await qualifying.of_policy(ctx, policy, told=qualifying.tell(ctx, policy))
    return await chosen(ctx, policy) or card(ctx, policy)


def _on_the_same(ctx: Context, policy: Policy, *places: str) -> tuple[str, ...]:
    """Policies of a place on the matter of another: shown beside it, or related either way."""
    beside = [i for i in ctx.conversation.listed if i in ctx.corpus.policies] if ctx.conversation.focus else []
    related = [*policy.related, *(p.id for p in ctx.corpus.policies.values() if policy.id in p.related)]
    there = {p.id for p in ctx.corpus.policies.values() if p.district in places}
    return tuple(i for i in dict.fromkeys((*beside, *related)) if i in there and i != policy.id)
