"""平度技改和算力券, 1、技改投了2000万；2、高企复审: several matters of one message, each answered in short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.conversation import Conversation
from bot.lacking import lacking
from bot.policies import Policy
from bot.ranking import Finding
from bot.reckoning.facts import read_facts
from bot.replies import TEXT_LIMIT, Answer, Say, say_link
from handlers import amounts, lists, wording
from handlers.cards import edition
from handlers.pieces import ASKED, matters_of
from handlers.readings import wanted as facts_wanted

HEADING = "您问的几件事的"
QUOTED = 24  # characters of a matter that is said again
BODY, BESIDE = 8, 2  # lines of one matter, and policies that may be meant as well
COUNTED = re.compile(r"^\d+\. ")  # the number of a line within an answer, which is none of this list
DROPPED = (
    "能不能报",
    "📄",
    "资料：",
    "全文",
    "<a href",
    "相近的",
    "👉",
    "点标题",
    "如果我理解错",
    "👤",
    "　·",
    "📍 如果",
)


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One of several: how it is called here, the policy that answers it if any does, and the lines of that."""

    words: str
    policy: str = ""
    head: tuple[str, ...]
    body: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()

    def lines(self, most: int) -> list[str]:
        """At most so many lines between the first and the last ones."""
        return ["", *self.head, *self.body[:most], *self.foot]


async def answer(ctx: Context) -> Answer | None:
    """Each matter by its number, with its sum or what it gives, its phone and a link; they are a list from then on."""
    parts = matters_of(ctx) if ctx.words and ctx.pointed not in ctx.corpus.policies else []
    if not parts:
        return None
    told = [await _matter(ctx, part, number) for number, part in enumerate(parts, 1)]
    intents = {_intent(ctx.find(part)) for part in parts}
    intent = "amount" if intents == {"amount", "policy"} else intents.pop() if len(intents) == 1 else "policy"
    text = _text(ctx, told)
    listed = tuple(matter.policy for matter in told)
    facts = {**ctx.conversation.facts, **_facts(ctx, told)}
    kept = intent if intent in ASKED else ""
    ctx.remember(Conversation(listed=listed, shown=len(listed), heading=HEADING, wanted=kept, facts=facts))
    return Answer(reply=Say(text=text), intent=intent, policies=tuple(dict.fromkeys(i for i in listed if i)))


def _intent(finding: Finding) -> str:
    return finding.intent if finding.intent in ASKED else "policy"


async def _matter(ctx: Context, words: str, number: int) -> Matter:
    """One matter in short; the full answer is a tap away."""
    found = ctx.find(words)
    named = f"“{words[:QUOTED]}{'…' if len(words) > QUOTED else ''}”"
    if not found.ids:
        return Matter(words=words, head=(f"{number}. {named}：没有找到对得上的惠企政策，请换个说法单独再问。",))
    lack = lacking(found, ctx.corpus, ctx.find)
    alive = [i for i in lack.ids if not ctx.is_over(i)] if lack else []
    if lack and alive and not any(ctx.corpus.policies[i].level == "city" for i in alive):
        there = [ctx.corpus.policies[i] for i in alive[:2]]
        links = [say_link(wording.beside(ctx, p), str(number), p.id) for p in there]
        head = f"{number}. 资料里没有{lack.district}自己的“{lack.matter}”政策。别的区（市）有，只给当地企业："
        return Matter(words=words, policy=alive[0], head=(head,), body=("、".join(links),))
    if lack and alive:  # else what the district has of something else would be told as the city's
        words = lack.words
    aside = ctx.aside(words, first=[i for i in alive if ctx.corpus.policies[i].level == "city"])
    found = aside.find(words)
    aside.conversation = Conversation(facts=ctx.conversation.facts)
    answer = await amounts.answer(aside) if found.intent == "amount" or found.question.sums else None
    meant = lists.alike(found)
    best = lists.in_force_first(ctx, found)[0]
    policy = ctx.corpus.policies[answer.policies[0] if answer and answer.policies else best]
    body = _body(answer) if answer else [wording.status(ctx, policy), *wording.caution(aside, policy), policy.summary]
    near = [i for i in lists.ordered(ctx, found.ids) if i in meant and i != policy.id][:BESIDE] if not answer else []
    names = [wording.beside(ctx, ctx.corpus.policies[i]) for i in near]
    body += [f"也可能是：{'、'.join(names)}"] if names else []
    led = _first(answer) if answer else ""
    lacks = (f"（资料里没有{lack.district}自己的这项，下面是市级的）",) if lack else ()
    return Matter(
        words=words,
        policy=policy.id,
        head=(f"{number}. {led or wording.heading(ctx, policy)}", *lacks),
        body=tuple(body[:BODY]),
        foot=(*(f"☎ {desk}" for desk in wording.desks(policy)[:1]), f"👉 {say_link('看这条', str(number), policy.id)}"),
    )


def _body(answer: Answer) -> list[str]:
    """The lines of a sum that carry it: the state, what it rests on, what it comes to, what is asked."""
    lines = answer.reply.text.split("\n") if isinstance(answer.reply, Say) else []
    kept = [line for line in lines[1:] if line.strip() and not line.startswith((*DROPPED, "☎"))]
    return [COUNTED.sub("· ", line) for line in kept]


def _first(answer: Answer) -> str:
    return answer.reply.text.split("\n")[0] if isinstance(answer.reply, Say) else ""


def _text(ctx: Context, told: Sequence[Matter]) -> str:
    """All in one message: shorter where they do not fit, and what is left out at last is named."""
    head = [f"您问了{len(told)}件事，一件一件说："]
    tail = ["", "回复数字看详情；能不能报、给多少，由责任单位审核决定。", edition(ctx)]
    for most in range(BODY, 0, -1):
        text = "\n".join([*head, *_lines(told, most), *tail])
        if len(text.encode()) <= TEXT_LIMIT:
            return text
    kept = len(told)
    while True:
        kept -= 1
        left = "".join(f"“{matter.words[:QUOTED]}”" for matter in told[kept:])
        text = "\n".join([*head, *_lines(told[:kept], 1), "", f"一条消息放不下，剩下的请单独再发一次：{left}", *tail])
        if kept == 1 or len(text.encode()) <= TEXT_LIMIT:
            return text


def _lines(told: Iterable[Matter], most: int) -> list[str]:
    return [line for matter in told for line in matter.lines(most)]


def _facts(ctx: Context, told: Sequence[Matter]) -> dict[str, float | str]:
    """What was told for one matter alone, to work it out with when it is picked."""
    each = [_read(ctx, ctx.corpus.policies[m.policy], m.words) for m in told if m.policy]
    keys = [key for facts in each for key in facts]
    return {key: value for facts in each for key, value in facts.items() if keys.count(key) == 1}


def _read(ctx: Context, policy: Policy, words: str) -> dict[str, float | str]:
    return dict(read_facts(words, facts_wanted(ctx.corpus, policy)).facts)
