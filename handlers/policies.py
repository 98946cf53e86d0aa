"""A question about a matter: one card, a choice of close ones, or the details of the policy at hand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.chinese import fold
from bot.context import Context
from bot.policies import Need, Policy
from bot.ranking import Finding
from bot.reckoning.benefits import Verdict, check
from bot.replies import Answer, Say, say_link
from handlers import lists, qualifying, wording
from handlers.cards import NEXT, card, edition
from handlers.conditions import of_policy
from handlers.enterprise import DISTRICT, place
from handlers.estimates import positions
from handlers.readings import meant_by, read

DATED = re.compile(r"[\d年月日号]")
CLOSE = 0.8  # the share of a score from which on another policy is on the same matter
FEW = 3  # policies that a word speaks for
SMALL = 2  # characters that no word explains and that name no matter
AGAIN = frozenset({
    "全文", "看全文", "全文呢", "详细", "详情", "看详情", "详细点", "详细说", "详细说说", "说详细点", "具体点",
    "具体说说", "完整的", "再说一遍", "再说一次", "再讲一遍", "再发一遍", "再发一次", "再看一遍", "重复一遍",
})  # fmt: skip
QUALIFYING = ("有几条对得上，选一条，按您的情况一项一项看够不够格：",)
NODS = frozenset({"是", "是的", "对", "对的", "没错", "嗯", "嗯嗯"})
PREFIX = re.compile("^(?:你|您|请|麻烦|劳驾|能不能|可不可以|可以|能|帮我|给我|那)+")
# One or several of them in a row: 太长了看不懂你说简单点.
SIMPLER = re.compile(
    "(?:(?:[你您]|请|那|就|给我|能不能|可不可以|能|可以)*(?:再?[说讲]?得?(?:简单|简短|短|通俗|直白)(?:一?点儿?|些|说说?|讲讲?)?的?|说人话|太长了?|太多了?|看不懂|听不懂|看不明白)了?)+"
)
OWN_CASE = re.compile("[换买购投花建造改付招没未]|[新添]上|运回|拉回|做完|完成")
COUNT = re.compile("[0-9〇零一二两三四五六七八九十百千万]+(?:亩|吨|条|艘|台|套|家|个)")  # 养海参 有200亩
RELATED = ("相关政策", "相关的政策", "类似政策", "类似的政策")


async def answer(ctx: Context) -> Answer | None:
    """技改, 厂里换了新设备能补钱吗."""
    finding = ctx.finding
    if not ctx.words or finding.intent not in ("policy", "conditions") or not finding.ids:
        return None
    local = any(ctx.corpus.policies[i].level == "district" for i in finding.ids)
    here = await place(ctx) if local and not finding.question.named("district") else ""
    ids = own_first(ctx, finding, here)
    titled = _titled(ctx, finding) if ids == finding.ids else ""
    if titled:
        ids = (titled, *(i for i in ids if i != titled))
    elif (finding.undecided or not finding.question.naming) and ids == finding.ids:
        ids = lists.in_force_first(ctx, finding)
    conditions = "conditions" in finding.wants
    theirs = bool(here) and ctx.corpus.policies[ids[0]].district == here  # where they are says which is theirs
    meets = _meeting(ctx, finding) if ids == finding.ids else ""
    if meets:
        ids = (meets, *(i for i in ids if i != meets))
    settled = theirs or bool(titled) or bool(meets) or (finding.undecided and _is_alone(ctx, finding))
    if finding.undecided and not settled and qualifying.is_asked(ctx):
        alive = tuple(i for i in ids if not ctx.is_over(i))
        return lists.ask_which(ctx, alive or ids, "policy", wanted=qualifying.WANTED, lead=QUALIFYING)
    if (finding.undecided and not settled) or (conditions and finding.whole and len(ids) > 1):
        return lists.ask_which(ctx, ids, "policy", wanted="conditions" if conditions else "")
    if conditions:
        return of_policy(ctx, ctx.corpus.policies[ids[0]], ids[1:])
    shown = card(ctx, ctx.corpus.policies[ids[0]], others=lists.near(ctx, ids)[1:], here=here)
    _keep_case(ctx, ctx.corpus.policies[ids[0]])
    return shown


def _titled(ctx: Context, finding: Finding) -> str:
    """The one policy that has what is named in its title, where a word of few policies is all that is said."""
    words, question = finding.question.naming, finding.question
    if len(words) != 1 or len(words[0].entry.postings) > FEW or question.unexplained or question.named("district"):
        return ""
    word = words[0].entry.word
    found = [i for i in finding.ids if word in fold(ctx.corpus.called(ctx.corpus.policies[i])).text]
    return found[0] if len(found) == 1 and not ctx.is_over(found[0]) else ""


def _meeting(ctx: Context, finding: Finding) -> str:
    """The close policy whose needs what they told meets, where it rules out the first: 没进库, of 入库企业."""
    first, *others = finding.ranked
    if not _is_ruled_out(ctx, ctx.corpus.policies[first.id]):
        return ""
    related = ctx.corpus.policies[first.id].related
    near = (r.id for r in others if r.id in related or r.score >= CLOSE * first.score)
    return next((i for i in near if _decided(ctx, ctx.corpus.policies[i], Verdict.MET)), "")


def _is_alone(ctx: Context, finding: Finding) -> bool:
    """Whether what they told meets the first and fails whatever fits the words as well: 规下 of what is for 规上."""
    first, *others = (ctx.corpus.policies[r.id] for r in finding.ranked if r.score >= CLOSE * finding.ranked[0].score)
    ruled_out = all(
        _decided(ctx, policy, Verdict.UNMET) and not _decided(ctx, policy, Verdict.MET) for policy in others
    )
    return ruled_out and _decided(ctx, first, Verdict.MET)


def _is_ruled_out(ctx: Context, policy: Policy) -> bool:
    """Whether what they told fails the policy as a whole, or each of its benefits; its district apart."""
    told = read(ctx, policy).facts

    def fails(needs: Iterable[Need]) -> bool:
        return any(check(need, told) is Verdict.UNMET for need in needs if need.fact != DISTRICT)

    return fails(policy.needs) or (bool(policy.benefits) and all(fails(b.needs) for b in policy.benefits))


def _decided(ctx: Context, policy: Policy, verdict: Verdict) -> bool:
    """Whether a need of a policy, apart from the district, stands so by the words."""
    told = read(ctx, policy).facts
    needs = (*policy.needs, *(need for benefit in policy.benefits for need in benefit.needs))
    return any(check(need, told) is verdict for need in needs if need.fact != DISTRICT)


def _keep_case(ctx: Context, policy: Policy) -> None:
    """What was told of their own case, for 能补多少 to be said next: 换了几台车床，花了八百万; 鱿鱼拉回来给钱不."""
    question = ctx.finding.question
    text = question.folded.text
    own = OWN_CASE.search(text) is not None
    if not (own or COUNT.search(text)) or question.sum_is_named:
        return
    told = read(ctx, policy)
    counted = any(ctx.corpus.facts[key].kind == "number" for key in told.facts)
    if told.odd or not (own or counted):
        return
    chosen = meant_by(ctx, policy, told.facts, told)
    meant = positions(policy, chosen.benefits) if chosen.told else ()
    ctx.move(facts={**ctx.conversation.facts, **told.facts}, meant=meant)


def own_first(ctx: Context, finding: Finding, here: str) -> tuple[str, ...]:
    """The policies found; one of the district they are in stands before another district's of the same matter."""
    ids, scores = list(finding.ids), {r.id: r.score for r in finding.ranked}
    corpus = ctx.corpus.policies
    for number, policy_id in enumerate(ids if here and not finding.whole else ()):
        policy = corpus[policy_id]
        if policy.level == "city" or policy.district == here:
            continue
        same = [
            i
            for i in ids[number + 1 :]
            if corpus[i].district == here
            and not ctx.corpus.is_over(corpus[i], ctx.today)
            and (_are_related(policy, corpus[i]) or scores[i] >= CLOSE * scores[policy_id])
        ]
        if same:
            ids.remove(same[0])
            ids.insert(number, same[0])
    return tuple(ids)


def _are_related(one: Policy, other: Policy) -> bool:
    return one.id in other.related or other.id in one.related


async def again(ctx: Context) -> Answer | None:
    """全文, 再说一遍, 能说简单点吗: the policy at hand once more, as a card or in its shortest form."""
    words = fold(ctx.words).text.rstrip("吗吧呗啊呢嘛")
    words = PREFIX.sub("", words) if PREFIX.sub("", words) in AGAIN else words
    if not (words in AGAIN or words in NODS or SIMPLER.fullmatch(words)):
        return None
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy is None:
        return None
    if words in AGAIN:
        return card(ctx, policy)
    asked = ctx.corpus.facts.get(ctx.conversation.asked)
    if words in NODS and (asked is None or asked.kind != "yes"):
        links = " ｜ ".join(say_link(label, said, policy.id) for label, said in NEXT if label != "相关政策")
        return Answer(
            reply=Say(text=f"好的。关于“{wording.title(ctx, policy)}”，还可以看：\n👉 {links}"), intent="help"
        )
    return in_short(ctx, policy) if SIMPLER.fullmatch(words) else None


def in_short(ctx: Context, policy: Policy) -> Answer:
    """What it is and whom to ask, and nothing else."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), policy.summary]
    lines += [*(f"☎ {d}" for d in wording.desks(policy)), edition(ctx)]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join(lines)), intent="policy", policies=(policy.id,))


async def details(ctx: Context) -> Answer | None:
    """申报条件, 相关政策: of the policy at hand."""
    related = ctx.words.strip() in RELATED
    if not ctx.words or ctx.finding.ids or not (related or "conditions" in ctx.finding.wants):
        return None
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy is None or _about_else(ctx.finding):
        return None
    return of_related(ctx, policy) if related else of_policy(ctx, policy)


def _about_else(finding: Finding) -> bool:
    """Whether the words name a matter of their own, and so not the policy at hand."""
    question = finding.question
    matter = DATED.sub("", "".join(question.folded.text[place] for place in question.matter))
    return bool(question.named("foreign")) or question.elsewhere or len(matter) > SMALL


def of_related(ctx: Context, policy: Policy) -> Answer:
    """Other policies on the same matter."""
    if not policy.related:
        said = f"资料里没有和“{wording.title(ctx, policy)}”直接相关的其他政策。"
        return Answer(reply=Say(text=said + say_link("看这条政策", policy.title, policy.id)), intent="list")
    return lists.show(ctx, lists.ordered(ctx, policy.related), f"和“{wording.title(ctx, policy)}”相关的", intent="list")
