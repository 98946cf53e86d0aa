"""An estimate in words: the headline, one line of arithmetic for each part, the doubts, the papers, what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.chinese import day
from bot.context import Context
from bot.policies import Fact, Need, Policy, Status, Step, Tiers
from bot.reckoning.awards import Award, Part, award, in_force
from bot.reckoning.benefits import RECEIVED, Outcome, State, deciding
from bot.reckoning.claims import Odd
from bot.reckoning.selection import choose
from bot.replies import TEXT_LIMIT, fitting, say_link, web_link
from handlers import hedges, wording
from handlers.arithmetic import YES, affirmed, clause, line, need, told, yuan
from handlers.cards import edition
from handlers.estimates import Estimate
from handlers.readings import DISTRICT, silent

DECIDES = "能不能报、给多少，由责任单位审核决定。"
ODD = {
    "negative": "“{said}”不能是负数。",
    "zero": "“{said}”算不出补助。",
    "absurd": "“{said}”大得不像一家企业的数，怕是多写了。",
    "range": "“{said}”是个范围，算不准。",
    "short": "不到“{said}”，到底是多少？",
    "under": "最多“{said}”，到底是多少？",
    "contradiction": "前后说的数对不上。",
    "bare": "“{said}”没有带单位，是元还是万元？",
    "foreign": "“{said}”是外币，请按人民币说。",
    "part": "“{said}”像是一段时间的数，政策按全年（或整个项目）算。",
    "inside": "里面有不该算的部分（土地费、基建或税），请说扣掉以后的数。",
    "several": "这是几件（几个项目）的数；上限按一件还是按一家企业算，文件没有写明，请一件一件问。",
    "both": "您说到的几项都按这个数算，请分开说各是多少。",
    "other": "您说的像是“{said}”，没有记成这一项。",
    "each": "“{said}”像是单个的数，请说总数，或者说清一共几个。",
}
OTHER_DISTRICT = "其他"  # how the choice of a district begins that has no policies here
SUPPOSED = 3  # untold facts that a headline names
OFFERED = 2  # districts whose share is offered


def asked(found: Estimate) -> str:
    """The fact that the answer asks for: the odd one, the missing one, the district where it would add something."""
    if found.odd:
        return found.odd[0].fact
    return found.missing or (DISTRICT if found.offered else _open(found))


def _open(found: Estimate) -> str:
    """The first fact that decides over a part of the sum and that nobody told."""
    return next((need.fact for _, needs in found.hanging for need in needs), "")


def question(ctx: Context, found: Estimate) -> list[str]:
    """What cannot be reckoned with, and the question again: no figure is guessed."""
    odd = found.odd[0]
    fact = ctx.corpus.facts[odd.fact]
    lines = [wording.heading(ctx, found.policy), wording.status(ctx, found.policy), ""]
    return [*lines, _odd(odd, fact), fact.ask, edition(ctx)]


def _odd(odd: Odd, fact: Fact) -> str:
    return f"❓ {fact.name}：{ODD[odd.kind].format(said=odd.said)}"


def refusal(ctx: Context, found: Estimate) -> list[str]:
    """Which need the facts fail, and by what; the desk may see it otherwise."""
    own = found.own
    reasons = [_failed(ctx, found, asked.fact, need(asked, ctx.corpus.facts[asked.fact])) for asked in own.unmet]
    for part in own.parts if not reasons else ():
        reasons += _reasons(ctx, found, part.outcome)
    lines = [*_head(ctx, found), "按您说的情况，这项对不上：", *(f"· {reason}" for reason in dict.fromkeys(reasons))]
    lines += ["如果我理解错了，把对的情况再说一遍就行。", "", DECIDES]
    return [*lines, *_foot(ctx, found)]


def _failed(ctx: Context, found: Estimate, key: str, wants: str) -> str:
    return f"要求{wants}；您说的是{told(ctx.corpus.facts[key], found.facts[key])}"


def _reasons(ctx: Context, found: Estimate, outcome: Outcome) -> list[str]:
    facts = ctx.corpus.facts
    name = f"{outcome.benefit.name}："
    if outcome.state is State.UNMET:
        return [name + _failed(ctx, found, n.fact, need(n, facts[n.fact])) for n in outcome.unmet]
    key = getattr(outcome.benefit, "fact", "")
    said = told(facts[key], found.facts[key])
    if isinstance(outcome.benefit, Step):
        return [f"{name}{said}，还不满一档（{wording.benefit(outcome.benefit)}）"]
    if not isinstance(outcome.benefit, Tiers):
        return [f"{name}{said}，没有可奖补的数"]
    tiers = outcome.benefit.tiers
    floors = {
        tier.label: min(b for b in (tier.at_least, tier.above) if b is not None) for tier in tiers if not tier.one_of
    }
    if floors:
        return [f"{name}{said}，还没到最低一档“{min(floors, key=lambda label: floors[label])}”"]
    return [f"{name}只分{'、'.join(tier.label for tier in tiers)}，没有{said}这一档"]


def worked_out(ctx: Context, found: Estimate) -> list[str]:
    """The sum with its arithmetic."""
    head = [*_head(ctx, found), *_given(ctx, found)]
    body = [_headline(ctx, found), *_parts(ctx, found)]
    open_parts = [f"· 还没算{part.outcome.benefit.name}" for part in found.own.parts if found.missing and _waits(part)]
    open_parts += [f"· 还没算进来：{wording.linked(ctx, policy)}，请单独问" for policy in found.open_beside]
    wanted = found.missing or ("" if found.offered else _open(found))
    ask = [f"❓ {ctx.corpus.facts[wanted].ask}"] if wanted else []
    beside = [*_over(ctx, found), *_failing(ctx, found), *_offers(ctx, found), *open_parts]
    who, foot = _who(ctx, found), [DECIDES, *_foot(ctx, found)]
    kept = [*head, *body, *beside, *ask, "", *who, *foot]
    if len("\n".join(kept).encode()) > TEXT_LIMIT:
        beside = []
    if len("\n".join([*head, *body, *beside, *ask, "", *who, *foot]).encode()) > TEXT_LIMIT:
        who = []
    rest = [*head, *body, *beside, *ask, "", *who, *foot]
    terms = _terms(ctx, found) if who else []
    return [*head, *body, *beside, *ask, "", *who, *terms[: fitting(terms, rest)], *foot]


def _waits(part: Part) -> bool:
    return part.outcome.state is State.MISSING and bool(part.outcome.missing)


def _head(ctx: Context, found: Estimate) -> list[str]:
    policy, period = found.policy, found.period
    lines = [wording.heading(ctx, policy)]
    if period.start == period.end == ctx.today:
        lines.append(wording.status(ctx, policy))
    else:
        when = day(period.start) if period.start == period.end else f"{period.start.year}年"
        state = "不在有效期内" if found.own.over else "在有效期内"
        if not found.own.over and ctx.corpus.status(policy, ctx.today) is Status.NOT_STATED:
            state = "是否有效，资料未列"
        elif _is_unstarted(ctx, found):
            state = wording.unstarted(ctx, policy)
        lines.append(f"🗓 按{when}算，这条政策{state}；现在：{wording.status(ctx, policy)}")
    if found.facts.get(DISTRICT) != policy.district:
        lines += wording.caution(ctx, policy)
    if found.own in found.alive and found.own.over and period.start == ctx.today:
        lines.append("现在不能再报，下面按到期前的标准算：")
    return [*lines, ""]


def _is_unstarted(ctx: Context, found: Estimate) -> bool:
    """Whether a day of the past is asked about, and the policy states only its end."""
    start, end = ctx.corpus.period(found.policy)
    return found.period.start < ctx.today and not found.own.over and start is None and end is not None


def _given(ctx: Context, found: Estimate) -> list[str]:
    """The facts that the sum rests on; those they agreed to have kept are named as such."""
    facts = ctx.corpus.facts
    said = [told(facts[key], found.facts[key]) for key in found.heard if key not in found.kept]
    kept = [told(facts[key], found.facts[key]) for key in found.heard if key in found.kept]
    elsewhere = str(found.facts.get(DISTRICT, "")).startswith(OTHER_DISTRICT) and found.policy.level == "city"
    alone = ["资料里没有您所在区（市）自己的政策，下面只是市级的。"] if elsewhere else []
    stands = [f for f in facts.values() if f.within in found.used and f.key in found.told.facts]
    alone += [f"没说{facts[f.within].name}，先按{f.name}算。" for f in stands if f.within not in found.told.facts]
    alone += hedges.lines(ctx, found)
    lines = [f"按您说的：{'，'.join(said)}"] if said else []
    return [*lines, *([f"按“我的企业”：{'，'.join(kept)}"] if kept else []), *alone]


def in_short(ctx: Context, found: Estimate) -> list[str]:
    """What it comes to, with the arithmetic alone, and the policy to tap."""
    policy = found.policy
    named = wording.linked(ctx, policy)
    return [f"{_headline(ctx, found)}：{named}", wording.status(ctx, policy), *_parts(ctx, found), DECIDES]


def _headline(ctx: Context, found: Estimate) -> str:
    """What it comes to: what is sure, then what hangs on something that nobody told."""
    if not found.adds_up:
        return "💰 看您属于哪一种："
    alive = found.alive
    total = sum((award.sum for award in alive), Decimal(0))
    most = "最多" if any(award.up_to for award in alive) else ""
    if alive == (found.own,) and found.own.over:
        if found.period.end.year != found.today.year:
            year = found.period.end.year
            return f"💰 按这条的标准是{most}{yuan(total)}，但{year}年不在有效期内，不能这样算"
        return f"💰 {_if(ctx, found)}到期前{most}可得{yuan(total)}"
    together = "合计" if len(alive) > 1 else ""
    hanging = [part for part, _ in found.hanging]
    sure = [part for award in alive for part in award.counted if part not in hanging]
    if _is_unstarted(ctx, found):
        return f"💰 {_if(ctx, found)}按这条的标准{together}{most}可得{yuan(total)}；那时是否已经施行，资料没有写"
    if not (hanging and sure):
        return f"💰 {_if(ctx, found)}{together}{most}可得{yuan(total)}"
    certain = sum((part.sum for part in sure), Decimal(0))
    at_most = "最多" if any(part.outcome.state is State.UP_TO for part in sure) else ""
    adds = f"再加{yuan(hanging[0].sum)}，" if len(hanging) == 1 else ""
    return f"💰 {at_most}可得{yuan(certain)}；{_if(ctx, found).rstrip('，')}{adds}合计{most}{yuan(total)}"


def _if(ctx: Context, found: Estimate) -> str:
    """What has to be so for what hangs on it: 规上、制造业或生物医药的话，."""
    return _supposed_all(ctx, list(dict.fromkeys(need for _, needs in found.hanging for need in needs)))


def _supposed_all(ctx: Context, needs: Sequence[Need]) -> str:
    if not needs:
        return ""
    said = [_supposed(ctx.corpus.facts[asked.fact], asked) for asked in needs]
    return f"{'、'.join(said[:SUPPOSED])}{'等' if len(said) > SUPPOSED else ''}的话，"


def _supposed(fact: Fact, asked: Need) -> str:
    if asked.one_of == (YES,):
        return affirmed(fact)
    if fact.kind == "choice" and asked.one_of:
        return f"{'在' if fact.key == DISTRICT else ''}{'或'.join(asked.one_of)}"
    return need(asked, fact)


def _parts(ctx: Context, found: Estimate) -> list[str]:
    """One line of arithmetic for each part, the city's before the district's, and the sum of the sums."""
    lines = []
    alive = sorted(found.alive, key=lambda award: award.policy.level != "city")
    for given in alive:
        for part in given.counted:
            benefit = part.outcome.benefit
            lines += [_label(ctx, found, given, part=part), f"　{line(ctx.corpus, part)}"]
            lines += [f"　{wording.status(ctx, given.policy)}"] if given is not found.own else []
            lines += [f"　{benefit.note}"] if benefit.note and given is found.own else []
            lines += ["　低一档的以前拿过的，只补差额"] if benefit.topup and RECEIVED not in found.facts else []
        lines += [*_others(ctx, given), *_siblings(ctx, found)] if given is found.own else []
    summands = [part.sum for award in alive for part in award.counted]
    if found.adds_up and len(summands) > 1:
        lines.append(f"合计：{'＋'.join(yuan(s) for s in summands)}＝{yuan(sum(summands, Decimal(0)))}")
    hanging = [part for part, _ in found.hanging]
    sure = [part.sum for award in alive for part in award.counted if part not in hanging]
    if found.adds_up and hanging and len(sure) > 1:
        lines.append(f"其中不看别的：{'＋'.join(yuan(s) for s in sure)}＝{yuan(sum(sure, Decimal(0)))}")
    return [*lines, *_same_money(ctx, found), *_doubts(ctx, found)]


def _label(ctx: Context, found: Estimate, award: Award, *, part: Part) -> str:
    where = f"{wording.level(award.policy)}·" if found.beside or found.also else ""
    benefit = part.outcome.benefit
    source = clause(ctx.corpus, award.policy, benefit.clause)
    return f"· {where}{benefit.name}{f'（{source}）' if source else ''}"


def _others(ctx: Context, award: Award) -> list[str]:
    """What was not chosen of benefits that exclude each other, and what would give more if it were for them."""
    best = max((part.sum for part in award.counted), default=Decimal(0))
    lines = []
    for part in award.parts:
        if part.beaten and not part.outcome.unknown:
            lines.append(f"　不选另一种：{part.outcome.benefit.name}，{line(ctx.corpus, part)}")
        elif part.beaten and part.outcome.sum > best:
            lines.append(f"　如果属于{part.outcome.benefit.name}：{line(ctx.corpus, part)}")
    return lines


def _siblings(ctx: Context, found: Estimate) -> list[str]:
    """What the same sentence gives more for, by the same figures, where the words left it out: 大型金枪鱼围网船."""
    if found.selection.together or len(found.own.counted) != 1:
        return []
    mine = found.own.counted[0]
    benefit = mine.outcome.benefit
    others = [
        b
        for b in found.policy.benefits
        if b not in found.selection.benefits and b.clause == benefit.clause and deciding(b) == deciding(benefit)
    ]
    given = award(ctx.corpus, found.policy, found.facts, period=found.period, benefits=others)
    more = [part for part in given.counted if part.outcome.sum > mine.sum and deciding(part.outcome.benefit)]
    return [f"　如果属于{part.outcome.benefit.name}：{line(ctx.corpus, part)}" for part in more]


def _same_money(ctx: Context, found: Estimate) -> list[str]:
    """Which policies state the same money, so that nobody counts it twice."""
    originals = [ctx.corpus.policies[i] for i in found.policy.restates]
    there = found.facts.get(DISTRICT)
    again = [p for p in ctx.corpus.policies.values() if found.policy.id in p.restates and p.district == there]
    same = [p for p in (*originals, *again) if in_force(ctx.corpus, p, found.period)]
    if not same or len(originals) > 1:
        return []
    named = "、".join(f"{wording.level(p)}的{clause(ctx.corpus, p) or p.title}" for p in same)
    return [f"　和{named}是同一笔钱，不重复拿。"]


def _doubts(ctx: Context, found: Estimate) -> list[str]:
    """What the texts leave open where two levels stand together."""
    if found.apart:
        named = "、".join(f"{wording.level(a.policy)}的{clause(ctx.corpus, a.policy)}" for a in found.apart)
        return [f"　只算了{wording.level(found.policy)}这一块，{named}另算。"]
    added = [award for award in found.alive if award not in found.also]
    derived = [part for award in added for part in award.counted if part.source]
    if derived:
        return ["　区（市）这部分按上面算出的上级奖补来算，实际以上级拨付的数为准。"]
    if len(added) > 1 and not found.stated & {award.policy.id for award in found.beside}:
        return ["　市、区两级能不能都拿，文件没有写明，请先问责任单位。"]
    if found.also:
        return ["　几项能不能同时拿，请先问责任单位。"]
    return []


def _over(ctx: Context, found: Estimate) -> list[str]:
    """Awards that are over: named with what they gave, not counted."""
    lines = []
    for given in found.past:
        name, state = wording.title(ctx, given.policy), wording.mark(ctx, given.policy)
        most = "最多" if given.up_to else ""
        was = f"到期前{most}可给{yuan(given.sum)}，{clause(ctx.corpus, given.policy)}"
        lines.append(f"🚫 {wording.level(given.policy)}的「{name}」{state}，没有计入（{was}）")
    return lines


def _offers(ctx: Context, found: Estimate) -> list[str]:
    """What a district would add if the enterprise were there, to be tapped."""
    if found.missing:
        return []
    lines = []
    for given in found.offered[:OFFERED]:
        where = given.policy.district
        most = "最多" if given.up_to else ""
        link = say_link(f"在{where}", where, found.policy.id)
        adds = "现在可得" if found.own.over else "还可叠加"
        needs = (*given.unknown, *(need for part in given.counted for need in part.outcome.unknown))
        adds = f"{_supposed_all(ctx, [n for n in dict.fromkeys(needs) if n.fact != DISTRICT])}{adds}"
        lines.append(f"📍 如果企业{link}，{adds}{most}{yuan(given.sum)}（{clause(ctx.corpus, given.policy)}）")
    return lines


def _failing(ctx: Context, found: Estimate) -> list[str]:
    """What their own district does not add, and by which fact."""
    lines = []
    for given in found.failed:
        needs = (*given.unmet, *(need for part in given.parts for need in part.outcome.unmet))
        facts = ctx.corpus.facts
        why = [_failed(ctx, found, n.fact, _supposed(facts[n.fact], n)) for n in needs if n.fact in found.facts]
        where = f"{wording.level(given.policy)}的「{wording.title(ctx, given.policy)}」"
        lines += [f"🚫 {where}没有计入：{'；'.join(dict.fromkeys(why))}"] if why else []
    return lines


def _who(ctx: Context, found: Estimate) -> list[str]:
    """Who it is for by the texts: no fact that was told says all of it."""
    lines = []
    for given in found.alive:
        own = [part.outcome.benefit.who for part in given.counted if part.outcome.benefit.who]
        lines += own or _of_these(ctx, given, given.policy.who)
    return [f"👤 条件：{'；'.join(dict.fromkeys(lines))}"] if lines else []


def _terms(ctx: Context, found: Estimate) -> list[str]:
    """What else the texts ask, beside who it is for."""
    terms = [
        term
        for given in found.alive
        for term in _of_these(ctx, given, given.policy.conditions)
        if not _of_an_offer(given.policy, term)
    ]
    return [f"　· {term}" for term in dict.fromkeys(terms)]


def _of_an_offer(policy: Policy, term: str) -> bool:
    """Whether a condition is of what the policy offers beside its sums: 海域使用金 of 减缴或免缴."""
    paid = "".join(part for b in policy.benefits for part in (b.name, b.who, b.note, getattr(b, "base", "")))
    named = [word for word in policy.keywords if word in term]
    return any(word not in paid and any(word in offer for offer in policy.offers) for word in named)


def _of_these(ctx: Context, given: Award, texts: tuple[str, ...]) -> list[str]:
    """Of what a policy says of its several benefits what is not of others than those that count."""
    counted = {part.outcome.benefit.name for part in given.counted}
    kept = []
    for text in texts:
        meant = choose(given.policy, text, {}, silent=silent(ctx.corpus, given.policy))
        kept += [text] if not meant.named or counted & {b.name for b in meant.benefits} else []
    return kept


def _foot(ctx: Context, found: Estimate) -> list[str]:
    """Papers, desks, the page, the edition: of the policy, and of those that were added."""
    lines = []
    for given in (found.own, *(a for a in found.alive if a is not found.own)):
        policy = given.policy
        lines.append(f"📄 依据：{wording.paper(ctx.corpus.paper(policy))}")
        lines += [f"☎ {desk}" for desk in wording.desks(policy)]
    if ctx.office.public_url:
        lines.append(web_link("全文", f"{ctx.office.public_url}/p/{found.policy.id}"))
    return [*dict.fromkeys(lines), edition(ctx)]
