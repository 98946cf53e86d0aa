"""崂山小巨人奖多少, 即墨技改: a place without policies of its own on the matter, said before whose there are."""

from __future__ import annotations

import msgspec

from bot.chinese import fold
from bot.context import Context
from bot.lacking import Lack, is_known_for, lacking
from bot.policies import Policy
from bot.replies import TEXT_LIMIT, Answer, Say, say_link
from handlers import amounts, contacts, lists, policies, qualifying, validity, wording
from handlers.cards import card

OPTIONAL = ("也可能是", "相近的", '<a href="http')  # lines that give way to what is said first
ASKED = frozenset({"policy", "conditions", "amount", "contact", "expiry", "list"})
HANDLERS = (
    contacts.answer,
    amounts.answer,
    validity.answer,
    lists.listing,
    qualifying.answer,
    policies.answer,
)


async def answer(ctx: Context) -> Answer | None:
    """Whatever is asked, under the line that says that the place has none of its own."""
    finding = ctx.finding
    if not ctx.words or finding.intent not in ASKED:
        return None
    if finding.ids and (unknown := lists.unknown_place(ctx)):
        return led(await asked(ctx), *unknown)
    lack = lacking(finding, ctx.corpus, ctx.find) if finding.ids else None
    return await _without(ctx, lack) if lack else await _near_alone(ctx)


async def _near_alone(ctx: Context) -> Answer | None:
    """崂山首台套: what the district has is only of the same topic; the city's own, under a line that names both."""
    finding, policies = ctx.finding, ctx.corpus.policies
    question = finding.question
    places = [hit for hit in question.chosen if any(m.kind == "district" for m in hit.entry.meanings)]
    words = [hit for hit in question.naming if hit not in places]
    if len(places) != 1 or len(words) != 1 or finding.scope or not finding.ids or question.unexplained:
        return None
    there, word = policies[finding.ids[0]], words[0].entry.word
    city = [i for i in finding.ids if policies[i].level == "city" and not ctx.corpus.is_over(policies[i], ctx.today)]
    own = [i for i in city if is_known_for(ctx.corpus, policies[i], words[0]) and _speaks_of(policies[i], word)]
    if there.level == "city" or not own or _speaks_of(there, word) or word not in there.topics:
        return None
    text = question.folded.text
    lack = Lack(district=there.district, matter=word, words=text[: places[0].start] + text[places[0].end :])
    near = say_link(wording.beside(ctx, there), there.title, there.id)
    said = f"📍 资料里没有{there.district}自己的“{word}”政策，相近的有：{near}"
    shown = finding.intent == "policy" and "conditions" not in finding.wants
    answer = card(ctx, policies[own[0]], others=tuple(own[1:])) if shown else await _asked_of_city(ctx, lack, own)
    return led(answer, said, "下面是市级的，全市企业都能用：")


def _speaks_of(policy: Policy, word: str) -> bool:
    """Whether a policy's own text has a word, and not its topics alone."""
    texts = (policy.title, policy.summary, *policy.keywords, *policy.who, *policy.conditions, *policy.offers)
    return any(word in fold(text).text for text in (*texts, *(benefit.name for benefit in policy.benefits)))


async def _without(ctx: Context, lack: Lack) -> Answer | None:
    """The city's, which holds there too, with all that was asked; else whose there are, for those places alone."""
    said = f"📍 资料里没有{lack.district}自己的“{lack.matter}”政策。"
    alive = [i for i in lack.ids if not ctx.corpus.is_over(ctx.corpus.policies[i], ctx.today)]
    if not alive:
        over = lack.ids[0] == ctx.finding.ids[0]
        return led(await asked(ctx), said + "别的区（市）有过，已到期，只作参考：") if over else None
    city = [i for i in alive if ctx.corpus.policies[i].level == "city"]
    if city and city[0] == ctx.finding.ids[0]:
        return led(await asked(ctx), said + "下面是市级的，全市企业都能用：")
    if city:
        return led(await _asked_of_city(ctx, lack, city), said + "下面是市级的，全市企业都能用：")
    named = [hit for hit in ctx.finding.question.chosen if hit.entry.word == lack.matter]
    of_it = (i for i in lack.ids if any(is_known_for(ctx.corpus, ctx.corpus.policies[i], hit) for hit in named))
    ids = lists.ordered(ctx, tuple(of_it) or lack.ids)
    wanted = ctx.finding.intent if ctx.finding.intent in ("amount", "contact", "expiry") else ""
    lead = (said, "别的区（市）有，只给当地企业：")
    levels = "、".join(dict.fromkeys(wording.level(ctx.corpus.policies[i]) for i in ids))
    return lists.show(ctx, ids, f"{levels}这方面的", intent=ctx.finding.intent, wanted=wanted, lead=lead)


async def _asked_of_city(ctx: Context, lack: Lack, city: list[str]) -> Answer | None:
    """The same question of the city's policies, for an enterprise of the district."""
    aside = ctx.aside(lack.words, first=city)
    answer = await asked(aside)
    ctx.conversation = aside.conversation
    return answer


async def asked(ctx: Context) -> Answer | None:
    """What is asked of policies, whatever it is."""
    for handler in HANDLERS:
        answer = await handler(ctx)
        if answer is not None:
            return answer
    return None


def led(answer: Answer | None, *lead: str) -> Answer | None:
    """An answer under lines of its own; what is offered beside gives way where there is no room."""
    if answer is None or not isinstance(answer.reply, Say):
        return answer
    lines = [*lead, *answer.reply.text.split("\n")]
    for beginning in OPTIONAL:
        if len("\n".join(lines).encode()) > TEXT_LIMIT:
            lines = [line for line in lines if not line.startswith(beginning)]
    text = "\n".join(lines)
    return answer if len(text.encode()) > TEXT_LIMIT else msgspec.structs.replace(answer, reply=Say(text=text))
