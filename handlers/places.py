"""崂山小巨人奖多少, 即墨技改: a place without policies of its own on the matter, said before whose there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bot.context import Context
from bot.lacking import Lack, is_known_for, lacking
from bot.replies import TEXT_LIMIT, Answer, Say, say_link, visible
from handlers import amounts, contacts, enterprise, lists, pointing, policies, qualifying, validity, wording
from handlers.cards import card, edition

OPTIONAL = ("也可能是", "相近的", '<a href="http')  # lines that give way to what is said first
BRIEF = 20  # characters of a question why
# 我说的不是平度，是崂山的技改: what they mean stands behind.
RATHER = re.compile(
    "不是(?P<not>[^，,。\\s是]{2,6})[，,。\\s]*(?:而是|(?:我|我们)?(?:说|问|要)?的?是)(?P<but>[^，,。]{2,20})$"
)
# 凭什么平度有, 为什么我们没有; not 怎么才有, which asks for the way, nor 怎么没有标准, which asks for a part of it.
WHY = re.compile(
    "(?:凭什么|凭啥|为什么|为啥|咋|怎么)(?:就|只|都|只有|光)*[^，。才能]{0,8}(?:就|只)?有(?:[我俺咱你]|啊|呢|$)"
    "|凭(?:什么|啥)[^，。]{0,8}有(?!效)"
    "|(?:凭什么|凭啥|为什么|为啥)(?:就|只|光)+[^，。]{0,8}有"
    "|(?:凭什么|凭啥|为什么|为啥)[^，。]{0,10}(?:没有?|不给)|(?:咋|怎么)(?:就|都|只)?(?:没有?|不给)(?:[我俺咱]|啊|呢|$)"
)
FIGURE = re.compile("[0-9]|百分|多少|标准|比例|有没有")
OTHERS = re.compile(
    "(?:别的|其他|我们?|俺们?|咱们?|这边?|哪个?)(?:个)?区|给(?:他们|人家|别人)[^，。]{0,3}不给|(?:他们|人家|别人)有"
)
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
    if ctx.words and (said := _why_there(ctx) or _there_alone(ctx)):
        return said
    if not ctx.words or finding.intent not in ASKED:
        return None
    if meant := _rather(ctx):
        return await _corrected(ctx, meant)
    if finding.ids and (unknown := lists.unknown_place(ctx)):
        return led(await asked(ctx), *unknown)
    lack = lacking(finding, ctx.corpus, ctx.find) if finding.ids else None
    return await _without(ctx, lack) if lack else None


def _rather(ctx: Context) -> str:
    """What they mean instead, where the place that was shown is not theirs; nothing where no other place is said."""
    match = RATHER.search(ctx.words)
    if match is None:
        return ""
    no, but = ctx.find(match["not"]).question, ctx.find(match["but"]).question
    is_place = bool(no.named("district") or no.named("uncovered"))
    return match["but"] if is_place and (but.named("district") or but.named("uncovered")) else ""


async def _corrected(ctx: Context, meant: str) -> Answer | None:
    """What they mean, as if they had said no more than that; a place alone is one for the policy at hand."""
    aside = ctx.aside(meant)
    policy = ctx.corpus.policies.get(ctx.focus)
    if not aside.finding.question.naming and policy:
        matter = wording.title(ctx, policy).rpartition("·")[2]
        aside = ctx.aside(f"{meant}{matter if matter != policy.title else next(iter(policy.topics), matter)}")
    told = await answer(aside) or await asked(aside)
    ctx.conversation = aside.conversation
    return told


def _why_there(ctx: Context) -> Answer | None:
    """凭什么平度有我们没有: each district makes its own, the papers give no reason; and what holds for all."""
    question = ctx.finding.question
    text = question.folded.text
    if len(text) > BRIEF or not WHY.search(text) or question.elsewhere or FIGURE.search(text):
        return None
    if not (question.named("district") or question.named("uncovered") or OTHERS.search(text)):
        return None
    lines = ["区（市）自己的政策由各区（市）自己定；为什么有的有、有的没有，资料里没有写。", *lists.unknown_place(ctx)]
    lines.append(f"市级政策全市企业都能问：👉 {say_link('市级有哪些政策', '市级有哪些政策')}")
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy")


def _there_alone(ctx: Context) -> Answer | None:
    """我在城阳: a place that has nothing of its own here, and nothing else said: what they may ask instead."""
    place = lists.unknown_place(ctx)
    if not place or ctx.finding.ids or not enterprise.is_own(ctx) or ctx.finding.question.intents - {"greeting"}:
        return None
    if enterprise.rest(ctx, enterprise.tell(ctx)):
        return None
    asks = f"👉 {say_link('市级有哪些政策', '市级有哪些政策')} ｜ {say_link(enterprise.MATCH, enterprise.MATCH)}"
    return Answer(reply=Say(text="\n".join([*place, asks, edition(ctx)])), intent="help")


async def _without(ctx: Context, lack: Lack) -> Answer | None:
    """The city's, which holds there too, with all that was asked; else whose there are, for those places alone."""
    said = f"📍 资料里没有{lack.district}自己的“{lack.matter}”政策。"
    alive = [i for i in lack.ids if not ctx.is_over(i)]
    if not alive:
        over = lack.ids[0] == ctx.finding.ids[0]
        of_city = ctx.corpus.policies[lack.ids[0]].level == "city"
        whose = "市级" if of_city else "别的区（市）"
        return led(await asked(ctx), f"{said}{whose}有过，已到期，只作参考：") if over else None
    city = [i for i in alive if ctx.corpus.policies[i].level == "city"]
    if city:
        answer = await _asked_of_city(ctx, lack, city)
        return led(answer, said + _below(ctx, answer))
    named = [hit for hit in ctx.finding.question.chosen if hit.entry.word == lack.matter]
    of_it = (i for i in lack.ids if any(is_known_for(ctx.corpus, ctx.corpus.policies[i], hit) for hit in named))
    ids = lists.ordered(ctx, tuple(of_it) or lack.ids)
    wanted = ctx.finding.intent if ctx.finding.intent in ("amount", "contact", "expiry") else ""
    lead = (said, "别的区（市）有，只给当地企业：")
    levels = "、".join(dict.fromkeys(wording.level(ctx.corpus.policies[i]) for i in ids))
    return lists.show(ctx, ids, f"{levels}这方面的", intent=ctx.finding.intent, wanted=wanted, lead=lead)


def _below(ctx: Context, answer: Answer | None) -> str:
    """For whom what is shown is: all of it for the whole city, or a part of it for a park or a district alone."""
    text = visible(answer.reply.text) if answer and isinstance(answer.reply, Say) else ""
    named = [ctx.corpus.policies[i] for i in (answer.policies if answer else ())]
    shown = [policy for policy in named if wording.title(ctx, policy) in text]
    parks = any(pointing.is_of_park(ctx, policy) for policy in shown)
    local = any(policy.level == "district" for policy in shown)
    if not (parks or local):
        return "下面是市级的，全市企业都能用："
    if shown and pointing.is_of_park(ctx, shown[0]):
        return "下面是市里为产业园定的，不是全市企业都能用："
    but = "、".join((*(["为产业园定的只给园区"] if parks else []), *(["标了区（市）的只给当地企业"] if local else [])))
    return f"下面的市级政策全市企业都能用；{but}："


async def _asked_of_city(ctx: Context, lack: Lack, city: Sequence[str]) -> Answer | None:
    """The same question of the city's policies, for an enterprise of the district; none of another place among them."""
    aside = ctx if city[0] == ctx.finding.ids[0] else ctx.aside(lack.words, first=city)
    finding = aside.finding
    if finding.undecided and finding.intent == "policy" and "conditions" not in finding.wants:
        meant = tuple(i for i in city if i in lists.alike(finding))
        if len(meant) > 1:
            return lists.ask_which(ctx, meant, "policy")
        return card(ctx, ctx.corpus.policies[city[0]], others=tuple(city[1:]))
    return await asked_aside(ctx, aside)


async def asked_aside(ctx: Context, aside: Context) -> Answer | None:
    """What is asked in the words of a context beside: where that leads is where we are."""
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
