"""Who to ask: the desk of a policy, a unit by its name, a unit by its phone, and whether somebody is there now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.context import Context
from bot.conversation import Conversation
from bot.policies import Department, Policy
from bot.replies import Answer, Say, fitting, say_link
from handlers import lists, units, wording
from handlers.cards import edition

SHOWN = 6  # policies named below a unit
BRIEF = 20  # characters of a question that is of the policy at hand
CALLING = re.compile("打(?:个)?电话|打过去|现在打|接电话|有人接|电话号|座机|去哪|上哪|到哪|在哪")


async def answer(ctx: Context) -> Answer | None:
    """找谁办, 消费品产业处电话, 85911248是哪."""
    if not ctx.words or ctx.finding.intent != "contact":
        return None
    named = [ctx.corpus.departments[name] for kind, name in ctx.finding.scope if kind == "unit"]
    numbers = [name for kind, name in ctx.finding.scope if kind == "phone"]
    if numbers:
        return _of_phone(ctx, numbers[0])
    if named and ctx.finding.whole:
        return _of_units(ctx, named)
    ids = lists.near(ctx, lists.in_force_first(ctx, ctx.finding)) if ctx.finding.ids else ()
    if not ids:
        focus = ctx.corpus.policies.get(ctx.focus)
        return of_policy(ctx, focus) if focus else _unknown()
    return of_policy(ctx, ctx.corpus.policies[ids[0]], ids[1:])


async def again(ctx: Context) -> Answer | None:
    """电话多少啊我打电话问, 现在打有人接吗: the desk of the policy at hand, where nothing else is named."""
    finding = ctx.finding
    if not ctx.words or finding.ids or finding.intent != "offtopic":
        return None
    question = finding.question
    calls = "contact" in finding.wants or CALLING.search(question.folded.text)
    if not calls or question.named("foreign") or question.elsewhere or len(question.folded.text) > BRIEF:
        return None
    policy = ctx.corpus.policies.get(ctx.focus)
    return of_policy(ctx, policy) if policy else None


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The desks of one policy, and those of close ones."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy)]
    lines += [f"☎ {line}" for line in wording.desks(policy)]
    desks = [ctx.corpus.departments[c.unit] for c in policy.contacts if c.unit in ctx.corpus.departments]
    lines += units.missing_place(ctx, desks)
    if not any(c.phone for c in policy.contacts):
        lines.append("资料没有给出这些单位的电话，可打政务服务便民热线12345转问。")
    elif note := wording.hours(ctx):
        lines.append(note)
    lines.append(f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}")
    near = [ctx.corpus.policies[i] for i in others[:3]]
    if near:
        lines += ["", "相近的："]
        lines += [f"· {wording.beside(ctx, p)}：{wording.desks(p)[0]}" for p in near]
    lines += ["", "👉 " + say_link("看这条政策", policy.title, policy.id), edition(ctx)]
    ctx.look_at(policy.id, others, wanted="contact")
    return Answer(reply=Say(text="\n".join(lines)), intent="contact", policies=(policy.id, *others))


def _of_phone(ctx: Context, number: str) -> Answer:
    owners = ctx.corpus.by_phone(number)
    return _with_policies(ctx, [*units.of_number(ctx, number), *units.missing_place(ctx, owners)], owners)


def _of_units(ctx: Context, named: list[Department]) -> Answer:
    lines, reached = [], list(named)
    for unit in named[:3]:
        lines += [*units.numbers(ctx, unit), *units.place(unit)]
        reached += units.rooms(ctx, unit)
    return _with_policies(ctx, [*lines, *units.missing_place(ctx, named)], reached)


def _with_policies(ctx: Context, lines: list[str], reached: Sequence[Department]) -> Answer:
    ids = ctx.finding.ids
    if any(wording.phones(unit) for unit in reached) and (note := wording.hours(ctx)):
        lines.append(note)
    if ids:
        lines += ["", f"负责的政策共{len(ids)}条："]
        entries = [wording.entry(ctx, n, ctx.corpus.policies[i]) for n, i in enumerate(ids[:SHOWN], 1)]
        shown = fitting(entries, lines, spare=200)
        lines += entries[:shown]
        if shown < len(ids):
            lines.append(f"还有{len(ids) - shown}条，{say_link('更多', '更多')}")
        ctx.remember(Conversation(listed=ids, shown=shown, heading="上述单位负责的"))
    lines.append(edition(ctx))
    return Answer(reply=Say(text="\n".join(lines)), intent="contact", policies=ids)


def _unknown() -> Answer:
    said = "您想问哪项政策或哪个处室的电话？比如：技改找谁、消费品产业处电话、85911248是哪。"
    return Answer(reply=Say(text=said), intent="contact")
