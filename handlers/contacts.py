"""Who to ask: the desk of a policy, a unit by its name, a unit by its phone, and whether somebody is there now."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.context import Context
from bot.conversation import Conversation
from bot.policies import Department, Policy
from bot.replies import Answer, Say, fitting, say_link
from handlers import wording
from handlers.cards import edition

STRAY = 1  # characters beside them that nothing explains
SHOWN = 6  # policies named below a unit
BRIEF = 20  # characters of a question that is of the policy at hand
INSIDE = 16  # of the units of a bureau that are told with their numbers
CALLING = re.compile("打(?:个)?电话|打过去|现在打|接电话|有人接|电话号|座机|去哪|上哪|到哪|在哪")
WHERE = re.compile(
    "地址|地点|位置|门牌|大门|几楼|楼层|哪层|几层|哪栋|哪座楼|哪个楼|哪条路|什么路|几号楼|房间号|办公室号"
    "|(?:在|去|到)(?:哪儿?|哪里|啥地方|什么地方)(?:办公|上班)|怎么(?:走|去|过去)|咋(?:走|去)|导航|坐几路"
)
NO_PLACE = "📍 地址：资料没有给出"


async def answer(ctx: Context) -> Answer | None:
    """找谁办, 消费品产业处电话, 85911248是哪."""
    if not ctx.words or ctx.finding.intent != "contact":
        return None
    units = [ctx.corpus.departments[name] for kind, name in ctx.finding.scope if kind == "unit"]
    numbers = [name for kind, name in ctx.finding.scope if kind == "phone"]
    if numbers:
        return _of_phone(ctx, numbers[0])
    if units and ctx.finding.whole:
        return _of_another(ctx, units) or _of_units(ctx, units)
    ids = ctx.finding.ids
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


def _of_another(ctx: Context, units: Sequence[Department]) -> Answer | None:
    """Where a matter is named beside an office that does not have it: whose it is, 高企找科技局的谁."""
    question = ctx.finding.question
    words = [hit.entry.word for hit in question.naming if question.labels[hit.start] in ("", "topic")]
    found = (
        ctx.find("".join((*question.named("district")[:1], *words)))
        if words and len(question.unexplained) <= STRAY
        else None
    )
    if found is None or not found.ids or found.scope or set(found.ids) & set(ctx.finding.ids):
        return None
    ids = found.ids
    told = of_policy(ctx, ctx.corpus.policies[ids[0]], ids[1:])
    lead = f"资料里“{'、'.join(words)}”没有写由{units[0].name}负责，写的是："
    text = told.reply.text if isinstance(told.reply, Say) else ""
    return Answer(reply=Say(text=f"{lead}\n{text}"), intent="contact", policies=told.policies)


def of_policy(ctx: Context, policy: Policy, others: tuple[str, ...] = ()) -> Answer:
    """The desks of one policy, and those of close ones."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy)]
    lines += [f"☎ {line}" for line in wording.desks(policy)]
    units = [ctx.corpus.departments[c.unit] for c in policy.contacts if c.unit in ctx.corpus.departments]
    lines += _asked_where(ctx, units)
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


def of_number(ctx: Context, number: str) -> list[str]:
    """Whose a phone is, with what it is for and where they sit."""
    lines = [f"{number} 是："]
    for unit in ctx.corpus.by_phone(number):
        matter = next((p.matter for p in unit.phones if p.number == number and p.matter), "")
        lines.append(f"☎ {unit.name}" + (f"（{matter}）" if matter else ""))
        lines += _place(unit)
    return lines


def _of_phone(ctx: Context, number: str) -> Answer:
    units = ctx.corpus.by_phone(number)
    return _with_policies(ctx, [*of_number(ctx, number), *_asked_where(ctx, units)], units)


def _of_units(ctx: Context, units: list[Department]) -> Answer:
    lines, reached = [], list(units)
    for unit in units[:3]:
        numbers, inside = wording.phones(unit), [] if unit.phones else _inside(ctx, unit)
        if inside:
            lines.append(f"☎ {unit.name}：资料没有列总机，列了{len(inside)}个处室（科室）的：")
            lines += [f"· {d.short} {'、'.join(wording.phones(d))}" for d in inside[:INSIDE]]
            reached += inside
        else:
            lines.append(f"☎ {unit.name}：{'、'.join(numbers) if numbers else wording.NO_PHONE}")
        lines += _place(unit)
    return _with_policies(ctx, [*lines, *_asked_where(ctx, units)], reached)


def _inside(ctx: Context, unit: Department) -> list[Department]:
    """The units of a bureau that have numbers of their own."""
    return [d for d in ctx.corpus.departments.values() if d.parent == unit.name and d.phones]


def _asked_where(ctx: Context, units: Sequence[Department]) -> list[str]:
    """Where an address is asked for that the papers do not give: that they do not."""
    asked = ctx.words and WHERE.search(ctx.finding.question.folded.text)
    return [NO_PLACE] if asked and not any(unit.address for unit in units) else []


def _place(unit: Department) -> list[str]:
    parts = [("地址", unit.address), ("网址", unit.website), ("说明", unit.note)]
    return [f"{label}：{value}" for label, value in parts if value]


def _with_policies(ctx: Context, lines: list[str], units: Sequence[Department]) -> Answer:
    ids = ctx.finding.ids
    if any(wording.phones(unit) for unit in units) and (note := wording.hours(ctx)):
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
