"""May they apply for this one: each condition of a policy met, failed or open, and the one that is asked for."""

from __future__ import annotations

import re

from bot.context import Context
from bot.person import Facts, FactValue
from bot.policies import AnyBenefit, Fact, Need, Policy, Pool, facts_of
from bot.reckoning.benefits import Verdict, check
from bot.reckoning.eligibility import Fit, asked_by, judge, next_fact
from bot.reckoning.facts import Told
from bot.replies import Answer, Say, fitting, say_link
from handlers import addressees, arithmetic, conditions, enterprise, wording
from handlers.cards import edition

MARKS = {Verdict.MET: "✅", Verdict.UNMET: "❌", Verdict.UNKNOWN: "❓"}
HEADS = {
    Verdict.MET: "按您说的，条件对得上。",
    Verdict.UNMET: "按您说的，报不了这一项：",
    Verdict.UNKNOWN: "还差一点才能判断：",
}
PARTLY = "按您说的，有对得上的；带❓的还要看情况："
SO_FAR = "按您说的，能对照的都对得上；是不是下面写的对象、条件，还要看："
OVER = "这一条已到期，现在不能再报；到期前的条件是："
WANTED = "eligible"  # what a list or a policy at hand is answered with
CAVEAT = "只按资料和您说的对照，能不能报以责任单位审核为准。"
SKIP, YES = "跳过", "是"
ASKS_ON = ("呢", "有吗", "有没有", "有没", "有么")  # how somebody ends who asks the same of something else
OWN = "(?:我们?|俺们?|咱们?|本公司|本企业|公司|企业|厂子?)"
MAY = "(?:能不能|可不可以|能否|可否|能|可以)(?:申报|申请|申领|享受|报|领|拿|用)(?:到|上)?(?:这个|它|钱)?"
MINE = re.compile(
    f"{OWN}.{{0,12}}{MAY}(?:.{{1,12}}(?:吗|么|嘛)$|吗|么|不|嘛|没|$)|{MAY}(?:吗|么|不|嘛)|(?:能不能|可不可以|能否|可否)(?:申报|申请|申领|享受|报|领|拿)"
    "|够不够格|够格|够不够条件|符不符合|符合(?:条件|要求)?(?:吗|么|不)|有没有资格|有资格(?:吗|么)|(?:行吗|行不行)$"
)
LATEST = 6  # benefits that get a line of their own


async def answer(ctx: Context) -> Answer | None:
    """技改我们能报吗: a policy that is named, against what is known of them."""
    finding = ctx.finding
    if not ctx.words or finding.intent not in ("policy", "conditions") or not is_asked(ctx):
        return None
    policy = ctx.corpus.policies.get(finding.ids[0]) if finding.ids else None
    if policy is None or finding.undecided or finding.whole or ctx.corpus.is_over(policy, ctx.today):
        return None
    if not _has_needs(policy):
        return None
    return await of_policy(ctx, policy, finding.ids[1:], told=tell(ctx, policy))


async def of_policy(
    ctx: Context, policy: Policy, others: tuple[str, ...] = (), *, told: Told | None = None
) -> Answer:  # fmt: skip
    """Every condition with its mark, who qualifies in the words of the paper, and the fact that is asked for."""
    if not _has_needs(policy):
        return conditions.of_policy(ctx, policy, others)
    told = told or Told()
    facts = await _facts(ctx, policy, told)
    about = frozenset(facts_of(policy))
    fit = judge(policy, facts, about=about)
    if fit.verdict is Verdict.MET and not fit.particular:
        return conditions.of_policy(ctx, policy, others)
    asked = next_fact([fit], facts, declared=ctx.corpus.facts, about=about, skipped=ctx.conversation.skipped)
    over = ctx.corpus.is_over(policy, ctx.today)
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    marks = _marks(ctx, fit, facts)
    partly = fit.verdict is Verdict.MET and any(line.startswith(MARKS[Verdict.UNKNOWN]) for line in marks)
    whole = fit.verdict is not Verdict.MET or addressees.is_whole(ctx, fit, facts)
    lines += [OVER] if over else [PARTLY] if partly else [HEADS[fit.verdict] if whole else SO_FAR]
    lines += [*marks, *enterprise.doubts(ctx.corpus, told.odd)]
    lines += _original(ctx, policy)
    lines += question(ctx, asked) if asked else []
    tail = _tail(ctx, policy)
    who = [f"· {text}" for text in (*policy.who, *policy.conditions)]
    room = fitting(who, [*lines, *tail], spare=160)
    lines += ["", "👤 资料里写的对象和条件：", *who[:room]] if room else []
    ctx.move(
        facts={**ctx.conversation.facts, **told.facts},
        focus=policy.id,
        asked=asked,
        wanted=WANTED,
        meant=(),
    )
    return Answer(reply=Say(text="\n".join([*lines, *tail])), intent="policy", policies=(policy.id, *others))


def _original(ctx: Context, policy: Policy) -> list[str]:
    """Where the city's policy of the same paper, which this one restates, asks for less: that it does."""
    lines = []
    for original in (ctx.corpus.policies[i] for i in policy.restates if len(policy.restates) == 1):
        more = [n for n in policy.needs if n not in original.needs and n.fact != enterprise.DISTRICT]
        if more and not ctx.corpus.is_over(original, ctx.today):
            said = "、".join(spell(ctx.corpus.facts[need.fact], need) for need in more)
            who = "；".join(original.who)
            link = wording.linked(ctx, original)
            lines.append(f"📌 同一份文件里{link}没有“{said}”这个条件，写的对象是：{who}。")
    return lines


def is_asked(ctx: Context) -> bool:
    """Whether the words ask if they qualify: 我们能报吗, 够不够格."""
    return MINE.search(ctx.finding.question.folded.text) is not None


def tell(ctx: Context, policy: Policy) -> Told:
    """What the words tell of what this policy asks for."""
    at_hand = ctx.conversation.focus == policy.id
    wanted = [ctx.corpus.facts[key] for key in dict.fromkeys(facts_of(policy))]
    return enterprise.tell(ctx, ctx.conversation.asked if at_hand else "", also=wanted)


async def _facts(ctx: Context, policy: Policy, told: Told) -> Facts:
    """What is known for this policy: of the enterprise, and of the project as far as it was told for this policy."""
    before = ctx.conversation.facts if ctx.conversation.focus == policy.id else {}
    return {**before, **(await enterprise.known(ctx)), **told.facts}


def _has_needs(policy: Policy) -> bool:
    return bool(policy.needs) or any(asked_by(b) for b in policy.benefits if not isinstance(b, Pool))


def _marks(ctx: Context, fit: Fit, facts: Facts) -> list[str]:
    """The policy's own conditions, then those of each benefit that has any."""
    policy = fit.policy
    lines = [_mark(ctx, need, facts) for need in policy.needs]
    own = set(policy.needs)
    each = [(b, [n for n in asked_by(b) if n not in own]) for b in policy.benefits if not isinstance(b, Pool)]
    alone = len(each) == 1
    for benefit, needs in each[:LATEST]:
        if alone:
            lines += [_mark(ctx, need, facts) for need in needs]
        else:
            lines.append(_of_benefit(ctx, benefit, needs, facts))
    if len(each) > LATEST:
        lines.append(f"· ……共{len(each)}项，{say_link('看全部', '能补多少', policy.id)}")
    return lines


def _of_benefit(ctx: Context, benefit: AnyBenefit, needs: list[Need], facts: Facts) -> str:
    verdicts = [check(need, facts) for need in needs]
    worst = next((v for v in (Verdict.UNMET, Verdict.UNKNOWN) if v in verdicts), Verdict.MET)
    said = "；".join(spell(ctx.corpus.facts[need.fact], need) for need in needs)
    return f"{MARKS[worst] if needs else '·'} {benefit.name}{f'：{said}' if said else ''}"


def _mark(ctx: Context, need: Need, facts: Facts) -> str:
    fact = ctx.corpus.facts[need.fact]
    verdict = check(need, facts)
    said = f"（您：{_value(fact, facts[need.fact])}）" if verdict is Verdict.UNMET else ""
    return f"{MARKS[verdict]} {spell(fact, need)}{said}"


def _value(fact: Fact, value: FactValue) -> str:
    return value if isinstance(value, str) else arithmetic.told(fact, value).removeprefix(fact.name)


def spell(fact: Fact, need: Need) -> str:
    """A need in few words: 规上, 已通过国家两化融合贯标, 年营业收入2000万元（含）以上."""
    name = fact.name.removeprefix("是否")
    if fact.kind == "yes" and need.one_of:
        return name if need.one_of == (YES,) else f"{name}：{'或'.join(need.one_of)}"
    if name != fact.name and need.one_of:
        return "或".join(need.one_of)
    return arithmetic.need(need, fact)


def question(ctx: Context, key: str) -> list[str]:
    """The question for a fact with its choices to tap, and a way round it."""
    fact = ctx.corpus.facts[key]
    choices = [option.name for option in fact.options] or ([YES, "不是"] if fact.kind == "yes" else [])
    links = [say_link(name, name) for name in (*choices, SKIP)]
    asked = fact.ask.partition("？")[0] + "？" if choices else fact.ask  # the examples stand there to be tapped
    return ["", f"👉 {asked}", " ｜ ".join(links)]


def _tail(ctx: Context, policy: Policy) -> list[str]:
    links = [say_link("能补多少", "能补多少", policy.id), say_link("看这条政策", policy.title, policy.id)]
    return [
        "",
        CAVEAT,
        *(f"☎ {line}" for line in wording.desks(policy)),
        f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}",
        " ｜ ".join(links),
        edition(ctx),
    ]
