"""海洋局电话, 工信局在哪, 科技局管高企吗: offices as people call them, and who is really in charge of a matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.chinese import PARTICLES, fold
from bot.context import Context
from bot.policies import Department, Policy
from bot.replies import Answer, Say, say_link
from handlers import contacts, lists, units, wording
from handlers.cards import edition
from handlers.places import led

PLACES = re.compile("^(?:青岛市?|市委|市|崂山区?|平度市?|高新区|西海岸新区|西海岸|新区|黄岛区?|开发区|区)")
OFFICE, ENDS = re.compile("[一-鿿]{1,8}(?:局|委|办|厅)$"), re.compile("局|委|办|厅")
UNKNOWN = re.compile("(?:[找问去到是打]|请问|想问)?([一-鿿]{2,6}(?:局|管委会?))(?!域|部|面|长|势|限|里的)")
BESIDE = re.compile("是(?:[一-鿿]{2,6}局)?$")  # 高企是, 绿色工厂是生态环境局: an office of no policy is no matter
BOARD = re.compile("高新区管委会?")
WHERE = re.compile(f"{units.WHERE.pattern}|在哪(?:里|儿)?")  # said of an office alone, 在哪 is the way there
HOURS = re.compile("几点(?:钟)?(?:上班|下班|开门|关门)|上班时间|下班时间|办公时间|(?:什么|啥)时候上班")
THIS = re.compile("管(?:不管)?(?:这|那)(?:个|事|条|项)|(?:这|那)(?:个|事|条|项)[^，。]{0,3}(?:归|是)")
CHARGE = re.compile("管|归|负责|找|问|电话|谁|还是|是不是")
ASKING = "(?:是不是|还是|归|找|问|打|负责|主管|管不管|管|办|的|电话|号码|谁|吗|呢|么|多少|哪里|哪儿|哪)+"
EITHER = "还是"
BRIEF = 18  # characters: who says more tells a story
NEARBY = 4  # offices of one name that are shown with their phones
LEFT = 2  # characters beside an office that name no matter


async def answer(ctx: Context) -> Answer | None:
    """Offices of the name that is said, or the desk that has the matter instead of the office that is named."""
    question = ctx.finding.question
    if not ctx.words or question.elsewhere or "bait" in question.signs or question.sums or question.named("phone"):
        return None
    text = question.folded.text
    said = _said(ctx)
    offices = [ctx.corpus.departments[name] for name in question.named("unit")]
    bare = not offices
    offices += [o for those in said.values() for o in those] if bare or EITHER in text else []
    offices = sorted({o.name: o for o in offices}.values(), key=lambda o: o.district not in ctx.corpus.whole_city)
    there = set(question.named("district")) - ctx.corpus.whole_city
    offices = [office for office in offices if not there or office.district in there]
    where, hours = WHERE.search(text), HOURS.search(text)
    if not offices:
        return _unknown(ctx) if "contact" in ctx.finding.wants or where or hours else None
    matter = _matter(ctx, (*said, *(hit.entry.word for hit in question.chosen if question.labels[hit.start] == "unit")))
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy and THIS.search(text) and all(any(hit.entry.word in core for core in said) for hit in question.naming):
        return _of_this(ctx, policy, offices)
    if policy and EITHER in text and CHARGE.search(text) and not matter.removesuffix("是"):
        return _of_this(ctx, policy, offices)  # 是工信局还是发改委
    if CHARGE.search(text) and len(text) <= BRIEF and (answer := await _of_matter(ctx, matter, offices)):
        return answer
    asks = ctx.finding.wants & {"contact", "list"} or hours or where or EITHER in text
    if not asks or len(matter) > LEFT or not (bare or where or hours or EITHER in text):
        return None
    return _of_offices(ctx, offices, where=bool(where))


def _said(ctx: Context) -> dict[str, list[Department]]:
    """The offices that the words name without their place: 海洋局, of the city and of a district."""
    text, found = ctx.finding.question.folded.text, dict[str, list[Department]]()
    for office in ctx.corpus.departments.values() if ENDS.search(text) else ():
        for core in map(_core, (office.name, office.short, *office.aliases)):
            if core and core in text:
                found.setdefault(core, []).append(office)
    longest = max(map(len, found), default=0)
    places = set(ctx.finding.question.named("district")) - ctx.corpus.whole_city
    kept = {
        core: list({o.name: o for o in offices}.values()) for core, offices in found.items() if len(core) == longest
    }
    if places:
        kept = {core: there for core, all_ in kept.items() if (there := [o for o in all_ if o.district in places])}
    return kept


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    """The name of an office without its place; nothing where that says too little: 海洋局 of 西海岸海洋局."""
    core = PLACES.sub("", PLACES.sub("", fold(name).text))
    return core if OFFICE.fullmatch(core) and len(core) > LEFT else ""


def _matter(ctx: Context, names: Sequence[str]) -> str:
    """The words without the offices, and without what is asked of them."""
    text = HOURS.sub("，", WHERE.sub("，", ctx.finding.question.folded.text))
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "，")
    parts = [re.sub(f"^{ASKING}|{ASKING}$", "", part) for part in text.split("，")]
    return "".join("".join(char for char in part if char not in PARTICLES) for part in parts)


async def _of_matter(ctx: Context, matter: str, offices: Sequence[Department]) -> Answer | None:
    """Who is in charge of a matter, where it is not the office that was named."""
    matter = BESIDE.sub("", matter)
    found = ctx.find(matter) if len(matter) > 1 else None
    if found is None or not found.ids or found.scope or not found.question.naming:
        return None
    policies = [ctx.corpus.policies[i] for i in found.ids]
    held = [policy for policy in policies if any(_holds(ctx, office, policy) for office in offices)]
    asked = "、".join(dict.fromkeys(office.name for office in offices[:2]))
    several = len({office.name for office in offices}) > 1
    if held and not several:
        return None
    aside = ctx.aside(f"{matter}找谁", first=[policy.id for policy in held])
    if (
        held and held[0].id != lists.in_force_first(ctx, found)[0]
    ):  # theirs is not what the matter is first of all: all desks of it
        aside = ctx.aside(f"{matter}找谁")
        lead = f"{_each(ctx, held, offices)}。“{matter}”的政策各由不同单位负责："
        answer = led(await contacts.answer(aside), lead)
    else:
        answer = contacts.of_policy(aside, held[0]) if held else await contacts.answer(aside)
    ctx.conversation = aside.conversation
    if held:
        return answer
    return led(answer, f"“{matter}”不在{asked}负责的政策里，资料里负责的是：")


def _each(ctx: Context, held: Sequence[Policy], offices: Sequence[Department]) -> str:
    """What each of some offices has of a matter: the first of its policies on it."""
    whose: dict[str, list[str]] = {}
    for office in offices:
        policy = next((policy for policy in held if _holds(ctx, office, policy)), None)
        if policy is not None:
            whose.setdefault(wording.title(ctx, policy), []).append(office.name)
    return "；".join(f"{'、'.join(names)}负责的是“{title}”" for title, names in list(whose.items())[:NEARBY])


def _of_this(ctx: Context, policy: Policy, offices: Sequence[Department]) -> Answer | None:
    """海洋局管这个吗, of the policy at hand: whether it is among those in charge, and who is."""
    held = [office for office in offices if _holds(ctx, office, policy)]
    asked = "、".join(dict.fromkeys(office.name for office in held or offices[:2]))
    return led(contacts.of_policy(ctx, policy), f"{asked}{'是' if held else '不是'}这条的责任单位，资料里写的是：")


def _holds(ctx: Context, office: Department, policy: Policy) -> bool:
    """Whether an office, or a desk of it, answers for a policy."""
    units = {contact.unit for contact in policy.contacts}
    above = {ctx.corpus.departments[unit].parent for unit in units if unit in ctx.corpus.departments}
    return office.name in units | above


def _of_offices(ctx: Context, offices: Sequence[Department], *, where: bool) -> Answer:
    """Each office with its phone, or with those of its desks, and how to see what it is in charge of."""
    lines: list[str] = []
    for office in offices[:NEARBY]:
        lines += [
            *units.numbers(ctx, office, brief=len(offices) > 1),
            *(units.place(office) or ([units.NO_PLACE] if where else [])),
        ]
        lines.append(f"　👉 {say_link('它管哪些政策', f'{office.name}管哪些政策')}")
    reached = [d for d in ctx.corpus.departments.values() if wording.phones(d)]
    some = any(d in offices or d.parent in {o.name for o in offices} for d in reached)
    lines += [note] if some and (note := wording.hours(ctx)) else []
    lines.append("要找哪个处室，说要办的事，比如“技改找谁”；也可打政务服务便民热线12345转问。")
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="contact")


def _unknown(ctx: Context) -> Answer | None:
    """An office that no policy names: that it is not here."""
    question = ctx.finding.question
    match = UNKNOWN.search(question.folded.text)
    if match is None or question.named("foreign") or re.search("[哪个啥]", match[1]):
        return None
    places, name = "、".join(question.named("district")), PLACES.sub("", match[1])
    if BOARD.search(question.folded.text) and not WHERE.search(question.folded.text):
        return None  # the desks of a zone are its board's, and have their phones
    beside = PLACES.sub("", _matter(ctx, (match[1],)))
    if len(beside) > LEFT or len(name) < LEFT:
        return None
    said = f"资料里的政策没有由{places}“{name}”负责的，也没有它的电话；可打政务服务便民热线12345转问。"
    return Answer(reply=Say(text=said), intent="contact")
