"""个体户能报吗, 合作社行不行, can foreign-invested companies apply: who is no plain enterprise."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.chinese import fold
from bot.context import Context
from bot.policies import Policy
from bot.replies import Answer, Say, say_link
from handlers import enterprise, lists, texts, wording
from handlers.cards import edition

BODIES = {  # what they call themselves
    "个体户": re.compile("个体户|个体工商户|个体经营|夫妻店"),
    "个人": re.compile("(?<![0-9一二两三四五六七八九十几多每])个人(?!独资|信息|资料|数据|隐私|账|所得|合伙)|自然人"),
    "养殖户": re.compile("养殖户|养殖大户"),
    "渔民": re.compile("渔民|渔户|船老大"),
    "合作社": re.compile("合作社"),
    "事业单位": re.compile("事业单位"),
    "高校": re.compile("高校(?!毕业|成果|科技)|大学(?!科技园|生|毕业)|院校|学校"),
    "科研院所": re.compile("科研院所|科研机构|研究所|研究院"),
    "医院": re.compile("医院|医疗机构"),
    "协会": re.compile("协会|商会|社会组织|民办非企业"),
    "外资企业": re.compile(
        "外资|外商投资|港资|台资|foreign-?(?:invested|owned|funded)?(?:compan(?:y|ies)|enterprises?|business(?:es)?|firms?)"
    ),
    "国企": re.compile("国企|央企|国有企业"),
    "分公司": re.compile("分公司|分支机构"),
    "上市公司": re.compile("上市公司"),
}
# By which words a text speaks of them, where those are not the same.
SAYS = {
    "个体户": re.compile("个体"),
    "个人": re.compile("个人|自然人|人才|专家|工程师|高管|毕业生"),
    "高校": re.compile("高校(?!毕业)|大学(?!科技园|生|毕业)|院校|学校"),
    "医院": re.compile("医院|医疗机构"),
    "外资企业": re.compile("外资|外商|港资|台资|外国投资"),
    "国企": re.compile("国企|央企|国有"),
    "分公司": re.compile("分公司|分支|专营机构"),
    "上市公司": re.compile("上市公司|已上市"),
}
SPACED = re.compile(
    r"(?i)\b(?:an?\s+)?foreign[-\s]*(?:invested|owned|funded)?\s*(?:company|companies|enterprises?|business(?:es)?|firms?)"
)
MAY = re.compile(
    "(?:能不能|可不可以|能否|可否|能|可以|也?算|够格|有资格|有限制)[^，。]{0,6}(?:吗|么|嘛|不|没|啥|哪些|什么)?$|(?:行不行|行吗|可以吗|有限制吗)|apply|eligible"
)
WHOLLY = re.compile("能(?:报|申请|享受|拿|领)(?:啥|什么|哪些)")
OBJECT = "办建引进招请聘和与跟同用找给帮购并股投"
BRIEF = 26  # characters of such a question, three times as many letters of an English one
LEFT = 6  # characters beside it that no policy is named by
LATIN = 12  # letters of it, such as "eligible"
LINES = 3
FEW = 3  # of them that are named at once: 高校科研院所


async def answer(ctx: Context) -> Answer | None:
    """What the policy that is named or at hand says of them; else which policies name them at all."""
    question = ctx.finding.question
    text = question.folded.text
    limit = BRIEF * 3 if text.isascii() else BRIEF
    if not ctx.words or len(text) > limit or not MAY.search(text) or question.sums or question.elsewhere:
        return None
    if ctx.finding.wants & {"amount", "contact", "expiry"}:
        return None
    bodies = tuple(name for name, called in BODIES.items() if (m := called.search(text)) and _is_who(text, m))[:FEW]
    if not bodies or any(not any(BODIES[b].search(word) for b in bodies) for word in question.named("foreign")):
        return None
    called = re.compile("|".join(BODIES[name].pattern for name in bodies))
    found = ctx.find(SPACED.sub(" ", ctx.words) if text.isascii() else called.sub("，", text))
    at_hand = ctx.focus if not WHOLLY.search(text) else ""
    named = found.ids[0] if found.ids and found.question.naming else ""
    spans = [match.span() for match in (*called.finditer(text), *MAY.finditer(text))]
    beside = [place for place in question.matter if not any(start <= place < end for start, end in spans)]
    if not named and len(beside) > (LEFT if not text.isascii() else LATIN):
        return None
    policy = ctx.corpus.policies.get(named or at_hand)
    return _of_policy(ctx, policy, bodies) if policy else _of_all(ctx, bodies)


def _is_who(text: str, said: re.Match[str]) -> bool:
    """Whether it is who asks, and not whom they found, hire or work with: 办研究院, 和高校."""
    return text[max(0, said.start() - 1) : said.start()] not in OBJECT or said.start() == 0


def _of_policy(ctx: Context, policy: Policy, bodies: Sequence[str]) -> Answer:
    """The lines of a policy that speak of them, else that none of its texts does and whom it names."""
    said, body = _lines(policy, bodies), "、".join(bodies)
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), *wording.caution(ctx, policy), ""]
    if said:
        lines += [f"资料里和“{body}”有关的：", *(f"· {text}" for text in said[:LINES])]
    else:
        named = list(dict.fromkeys((*policy.who, *(b.who for b in policy.benefits if b.who))))
        lines += [f"资料里没有写“{body}”能不能报。写的对象是：", *(f"· {who}" for who in named[:LINES])]
    lines += ["能不能报由责任单位审核决定，请先问：", *(f"☎ {desk}" for desk in wording.desks(policy))]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy", policies=(policy.id,))


def _of_all(ctx: Context, bodies: Sequence[str]) -> Answer:
    """Which policies in force name them anywhere; that the others are written for enterprises."""
    body = "、".join(bodies)
    policies = [p for p in ctx.corpus.policies.values() if not ctx.corpus.is_over(p, ctx.today)]
    whose = sorted((p for p in policies if _lines(p, bodies)), key=lambda p: not _is_for(p, bodies))
    ids = tuple(policy.id for policy in whose)
    rest = f"下面的写到了，不等于都发给“{body}”，点开看对象；"
    rest += f"别的没有写“{body}”能不能报，写的大多是企业，能不能报请问责任单位。"
    if ids:
        return lists.show(ctx, ids, f"和“{body}”有关、没到期的", intent="list", lead=(rest,))
    lines = [f"资料里没到期的政策，没有一条写到“{body}”；写的大多是企业，能不能报请问责任单位。"]
    lines.append(f"按企业的条件对照：👉 {say_link(enterprise.MATCH, enterprise.MATCH)}")
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy")


def _lines(policy: Policy, bodies: Sequence[str]) -> list[str]:
    """What a policy says of them, in whichever of its texts; its summary is ours, and counts where no other does."""
    says = _says(bodies)
    said = [text for text in texts.of(policy) if says.search(fold(text).text)]
    if "个人" in bodies:
        paid = [benefit for benefit in policy.benefits if benefit.per == "人"]
        names = {benefit.name for benefit in paid}
        said = [f"按人算：{wording.brief(benefit)}" for benefit in paid] + [text for text in said if text not in names]
    said = [text for text in said if text != policy.title] or said
    return said or [policy.summary] * bool(says.search(fold(policy.summary).text))


def _is_for(policy: Policy, bodies: Sequence[str]) -> bool:
    """Whether they stand among those whom a policy is for."""
    says = _says(bodies)
    return any(says.search(fold(text).text) for text in (*policy.who, *(b.who for b in policy.benefits)))


def _says(bodies: Sequence[str]) -> re.Pattern[str]:
    """By which words a text speaks of any of them."""
    return re.compile("|".join(SAYS.get(body, BODIES[body]).pattern for body in bodies))
