"""这个是区里给还是市里给, 文件号多少, 这些什么时候到期: what is asked of the policy or the list at hand."""

from __future__ import annotations

import re

from bot.context import Context
from bot.policies import Policy
from bot.reckoning.awards import companions
from bot.replies import Answer, Say, web_link
from handlers import lists, qualifying, validity, wording
from handlers.cards import edition

GIVER = re.compile(
    "(?:[区县市省]|国家|上级)(?:里|级|上|的)?(?:给|出|发|补|管|定)?(?:的|钱)?还是(?:[区县市省]|国家|上级)"
)
PAPER = re.compile(
    "文件号|文号|红头文件|[哪什啥](?:个|么|份)?文件|文件(?:名|叫啥|叫什么|依据)|(?:政策|文件)?依据(?:是|呢|在)"
)
ALL = re.compile("(?:这|那)(?:些|几[个条项样])|上面(?:这|那|的|几)|刚才(?:那|的|几)")
TERMS_OF = re.compile(
    "^(?:那|这)(?:个|条|项)(?:政策|补贴|奖|钱)?(?:要|需要|得|有|是)?(?:些|满足)?(?:什么|啥|哪些|怎样的?)(?:样的?)?条件"
)
# The one at hand, and whether it is over: with a verb between them at most.
THIS = re.compile(
    "^(?:请问|那么?|哎|嗯)*(?:[这那](?:[个条项份款]|一[个条项])?|该[条项]?|上面[这那][个条项]|刚才[这那][个条项])(?:政策|补贴|奖补|奖励|奖|钱|优惠|文件)?(?:[是还已都不会早今现在年经没有能]{0,8}?)"
    "(?:过期|到期|失效|作废|有效|截止|管用|算数|期限|还?能报)"
)
# Of a title: that it is got, and that it is kept.
TURN = re.compile("首次|第一次|初次|复核|复审|复评|再次|重新认定|续期")
SAME_TURN = (("首次", "第一次", "初次"), ("复核", "复审", "复评", "再次", "重新认定", "续期"))
BRIEF = 20  # characters of such a question
OVER = frozenset({"expiry", "expired", "expiring", "current"})
PARK = "产业园"  # in the title of a paper
LEVELS = "每条后面括号里写着是市级的，还是哪个区（市）的："
TERMS = "每条后面括号里是它的期限，点标题看到哪一天："


async def answer(ctx: Context) -> Answer | None:
    """Nothing of its own is named, and something is at hand."""
    question = ctx.finding.question
    text = question.folded.text
    if not ctx.words or question.elsewhere or question.named("foreign") or question.named("paper"):
        return None
    policy = ctx.corpus.policies.get(ctx.focus)
    if policy is not None and "conditions" in question.intents and TERMS_OF.match(text):
        return await qualifying.of_policy(ctx, policy, told=qualifying.tell(ctx, policy))
    if len(text) > BRIEF or [hit for hit in question.naming if question.labels[hit.start] == "topic"]:
        return None
    if ALL.search(text) and ctx.finding.intent == "expiry" and not ctx.finding.ids:
        return _list_again(ctx, "expiry", TERMS)
    if (
        THIS.search(text)
        and ctx.finding.wants & OVER
        and "list" not in ctx.finding.wants
        and all(kind in ("state", "ends") for kind, _ in ctx.finding.scope)
    ):
        return validity.of_policy(ctx, policy) if policy else _list_again(ctx, "expiry", TERMS) or validity.of_none()
    if policy is not None and is_of_both(ctx):
        return _turns(ctx, policy, list(dict.fromkeys(TURN.findall(text))))
    if policy is None:
        return _list_again(ctx, "policy", LEVELS) if GIVER.search(text) else None
    if GIVER.search(text):
        return _giver(ctx, policy)
    return _paper(ctx, policy) if PAPER.search(text) and not ctx.finding.ids else None


def _list_again(ctx: Context, intent: str, lead: str) -> Answer | None:
    """The list at hand once more: each line has its level and its state."""
    here = ctx.conversation
    if len(here.listed) < 2 or any(i not in ctx.corpus.policies for i in here.listed):
        return None
    wanted = intent if intent == "expiry" else ""
    heading = here.heading or lists.NEAR
    return lists.show(ctx, here.listed, heading, intent=intent, wanted=wanted, named=False, lead=(lead,))


def _giver(ctx: Context, policy: Policy) -> Answer:
    """Of which level it is, who is responsible, and what the other level has for the same."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    lines.append(f"这是{_whose(ctx, policy)}，由下面的单位负责。")
    if policy.funding:
        lines.append(f"资金：{policy.funding}")
    same = [ctx.corpus.policies[i] for i in policy.restates]
    same += [p for p in ctx.corpus.policies.values() if policy.id in p.restates]
    other = [c.policy for c in companions(ctx.corpus, policy, policy.benefits) if c.policy not in same]
    lines += [f"和{wording.linked(ctx, p)}说的是同一笔钱。" for p in same[:2]]
    lines += [f"另一级也有：{'、'.join(wording.linked(ctx, p) for p in other[:2])}"] if other else []
    return _said(ctx, policy, lines)


def is_of_both(ctx: Context) -> bool:
    """Whether the first time and a later one are both asked of, without a figure: 首次和再次分别多少."""
    question = ctx.finding.question
    return len(set(TURN.findall(question.folded.text))) > 1 and not (question.sums or question.named("district"))


def _turns(ctx: Context, policy: Policy, asked: list[str]) -> Answer:
    """首次认定和复核都有吗: what the policy at hand says of each, or that it says nothing."""
    texts = dict.fromkeys([
        *(wording.benefit(benefit) for benefit in policy.benefits),
        *(benefit.who for benefit in policy.benefits if benefit.who),
        *policy.offers, *policy.who, *policy.conditions,
    ])  # fmt: skip
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), ""]
    for word in asked:
        same = next(words for words in SAME_TURN if word in words)
        found = [text for text in texts if any(one in text for one in same)]
        lines += [f"“{word}”，资料里写的是：", *(f"· {text}" for text in found)] if found else []
        lines += [] if found else [f"“{word}”，这条资料里没有写，请问责任单位。"]
    return _said(ctx, policy, lines)


def is_of_park(ctx: Context, policy: Policy) -> bool:
    """Whether a policy of the city is for one of its parks."""
    return policy.level == "city" and PARK in ctx.corpus.paper(policy).title


def _whose(ctx: Context, policy: Policy) -> str:
    """Whose policy it is and for whom: a park's is the city's too, and what is over is for nobody any more."""
    if policy.level != "city":
        return f"{policy.district}自己的政策，只给{policy.district}的企业"
    if is_of_park(ctx, policy):
        return f"市级政策，但是为{PARK}定的，不是全市企业都能用"
    return "市级政策" if ctx.corpus.is_over(policy, ctx.today) else "市级政策，全市企业都能用"


def _paper(ctx: Context, policy: Policy) -> Answer:
    """The paper with its number, and where its text can be read."""
    paper = ctx.corpus.paper(policy)
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), f"📄 依据：{wording.paper(paper)}"]
    lines += [] if paper.number else ["资料里没有写它的文号。"]
    if ctx.office.public_url:
        lines.append(web_link("看这条的全文", f"{ctx.office.public_url}/p/{policy.id}"))
    return _said(ctx, policy, lines)


def _said(ctx: Context, policy: Policy, lines: list[str]) -> Answer:
    ctx.look_at(policy.id)
    text = "\n".join([*lines, *(f"☎ {desk}" for desk in wording.desks(policy)), edition(ctx)])
    return Answer(reply=Say(text=text), intent="policy", policies=(policy.id,))
