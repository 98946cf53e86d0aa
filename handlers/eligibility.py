"""我能报什么: what fits them, what hangs on one more fact, what does not fit and why; one fact is asked at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from bot.chinese import fold, money, ordinal
from bot.context import Context
from bot.conversation import Conversation
from bot.person import Facts, KeepFacts
from bot.policies import Tiers, figures, largest
from bot.reckoning.benefits import Verdict, evaluate
from bot.reckoning.eligibility import Fit, Survey, next_fact, survey
from bot.reckoning.facts import OTHER, Told
from bot.replies import Answer, Say, fitting, say_link
from handlers import addressees, enterprise, lists, qualifying, wording
from handlers.cards import edition
from handlers.qualifying import CAVEAT, WANTED, YES

IDLE = frozenset({"greeting", "help", "at_least"})  # intents whose words stand in answers: 没有了, 不知道, 以上
ELSE = frozenset({"complaint", "staff", "subscribe", "unsubscribe", "subscriptions"})  # asked whatever else is said
PAGE = 6  # policies on one page, if they fit
NEAR = 2  # deciding facts that are named beside a policy
WHY, GENERAL, MORE = "不符合的有哪些", "不挑企业的有哪些", "更多"
# What enterprises of a trade do most: the first that are shown of what asks nothing of the enterprise itself.
TRADES = {
    "制造业": ("技术改造", "单项冠军", "智能制造", "绿色低碳", "首台套"),
    "软件和互联网": ("算力", "软件信息", "数字经济", "开源信创", "工业互联网"),
    "生物医药": ("技术改造", "研发投入", "创新平台", "人才", "投融资"),
    "海洋渔业": ("渔业", "海洋", "人才", "投融资"),
}
NAMED = 3  # of these topics
OURS = "(?:我们?|俺们?|咱们?|本公司|本企业|敝司|公司|企业|厂子?)"
CAN = "(?:都)?(?:能不能|能|可以|可|够)(?:都)?(?:够得?上|申报|申请|申领|享受|报|领|拿|沾)?(?:到|上|着)?"
WHAT = "(?:什么|啥|哪些|哪个|哪项|哪几|几个|多少条)"
ASKING = re.compile(
    f"{OURS}(?:家|公司|企业|厂|单位|这种|这样的)?{CAN}{WHAT}(?:政策|补贴|奖励|补助|项目|钱)?"
    f"|{OURS}?(?:都)?(?:符合|满足|够得上|够格|适合){WHAT}(?:政策|补贴|奖励|补助|条件|项目)?"
    f"|(?:有)?{WHAT}(?:政策|补贴|奖励|补助|项目)?(?:适合|符合){OURS}|适合{OURS}的(?:政策|补贴)?(?:都)?有?{WHAT}"
    f"|(?:看看?|瞧瞧|查查?|帮我看看?|测测?|算算){OURS}?(?:家|公司|企业|厂)?(?:够不够格|够不够条件|符不符合|符合不符合|有没有资格)"
    f"|^{CAN}{WHAT}(?:政策|补贴|奖励|补助)?$"
    f"|^(?:那|我们?)?(?:都)?(?:还)?有?{WHAT}(?:政策|补贴|奖励|补助|项目)?(?:是)?(?:我们?)?{CAN}的$"
    "|(?:政策)?(?:匹配|体检|自测)(?:一下)?$"
)
ENDING = re.compile(
    f"{CAN}{WHAT}(?:政策|补贴|奖励|补助|项目|钱)?$"
    "|有(?:没有)?(?:什么|啥|哪些)?(?:政策|补贴|奖励|补助|项目)?(?:是)?(?:能|可以)(?:申报|申请|申领|享受|报|领|拿)的?(?:政策|补贴)?(?:吗|么|呢)?$"
)
SKIPPING = re.compile(
    "(?:跳过|略过|略|不清楚|不太清楚|不知道|不晓得|说不清|说不准|下一[个题]|(?:先|我)?不(?:想|方便|便)?说|没算过|不确定|不一定)(?:这个|吧|了|呢|啊)*"
)
REASONS = re.compile(
    "为什么|为啥|(?:那)?(?:为什么|为啥|咋|怎么)(?:就)?(?:不行|不符合|不能报|报不了|不能)(?:呢|啊|呀)?|(?:不符合|不能报|报不了|不行)的?(?:都)?(?:有哪些|是哪些|有啥|是啥|呢)?"
)
GENERALLY = re.compile(
    "看看|(?:不挑企业|看事项)的?(?:还?有哪些|是哪些|有啥|呢)?|(?:其他|剩下)的?(?:还?有哪些|是哪些|有啥)"
)


async def answer(ctx: Context) -> Answer | None:
    """我们厂能申请啥, 我们崂山的软件公司，规上，营收5个亿，能报什么."""
    if not enterprise.is_said(ctx) or ctx.finding.intent in ELSE:
        return None
    text = ctx.finding.question.folded.text
    if not (ASKING.search(text) or ENDING.search(text)):
        return None
    told = enterprise.tell(ctx)
    return await show(ctx, told, beside=_left(ctx, told)) if _asks(ctx, told) else None


def _asks(ctx: Context, told: Told) -> bool:
    """Whether it is asked what fits them, and hardly anything else is named than what they are."""
    question = ctx.finding.question
    more = set(told.facts) - {enterprise.DISTRICT}
    theirs = bool(more) or enterprise.is_own(ctx)
    asks = ASKING.search(question.folded.text) or (theirs and ENDING.search(question.folded.text))
    return bool(asks) and not question.elsewhere and (not _left(ctx, told) or len(more) > 1)


def _left(ctx: Context, told: Told) -> str:
    """The matter that neither the facts nor the asking words explain, as 高企."""
    text = ctx.finding.question.folded.text
    asking = ASKING.search(text) or ENDING.search(text)
    return enterprise.rest(ctx, told, range(*asking.span()) if asking else ())


async def follows(ctx: Context) -> Answer | None:
    """An answer to what was asked, 跳过, 更多, 为什么不行, or a number, after such a list."""
    conversation = ctx.conversation
    if conversation.wanted != WANTED or not enterprise.is_said(ctx):
        return None
    said = fold(ctx.words).text
    policy = ctx.corpus.policies.get(conversation.focus)
    if GENERALLY.fullmatch(said):
        return await _apart(ctx, GENERAL)
    if REASONS.fullmatch(said):
        return await (qualifying.of_policy(ctx, policy) if policy and said not in WHY else _apart(ctx, WHY))
    if conversation.asked and SKIPPING.fullmatch(said):
        skipped = (*conversation.skipped, conversation.asked)
        ctx.move(skipped=skipped, asked="")
        return await (qualifying.of_policy(ctx, policy) if policy else show(ctx, Told()))
    if _is_choice(ctx):
        return None
    if ctx.finding.intent == "more" and conversation.shown < len(conversation.listed):
        return await _turn(ctx, conversation.shown)
    if said in lists.BACK and conversation.listed:
        return await _turn(ctx, 0)
    told = qualifying.tell(ctx, policy) if policy else enterprise.tell(ctx, conversation.asked)
    if not (told.facts or told.odd) or not _is_reply(ctx, told):
        return None
    return await (qualifying.of_policy(ctx, policy, told=told) if policy else show(ctx, told))


async def _turn(ctx: Context, start: int) -> Answer | None:
    """Another page of the view they are in."""
    conversation = ctx.conversation
    if any(policy_id not in ctx.corpus.policies for policy_id in conversation.listed):
        return lists.gone()
    if conversation.heading in (GENERAL, WHY):
        return await _apart(ctx, conversation.heading, start=start)
    return None if conversation.heading else await show(ctx, Told(), start=start)


def _is_choice(ctx: Context) -> bool:
    number = ordinal(ctx.words)
    return number is not None and 1 <= number <= len(ctx.conversation.listed)


def _is_reply(ctx: Context, told: Told) -> bool:
    """Whether the words answer the question, or tell more facts, and ask nothing of their own."""
    question, asked = ctx.finding.question, ctx.conversation.asked
    nods = "greeting" in question.intents and told.facts.get(asked) == YES  # 好的 is no yes to a question of facts
    if question.intents - IDLE or nods:
        return False
    if asked in told.facts and told.whole:
        return True
    if any(odd.fact == asked and odd.kind == OTHER for odd in told.odd) and not ctx.finding.ids:
        return True  # 厂房两千万 is no turnover: it is asked for again
    goes_on = bool(ctx.conversation.focus) and question.folded.text.endswith(qualifying.ASKS_ON)
    return not enterprise.rest(ctx, told) and not goes_on


async def show(ctx: Context, told: Told, *, start: int = 0, beside: str = "", lead: str = "") -> Answer:
    """A page of what fits and of what hangs on a fact, the counts of the rest, and the next question; `beside` is the
    matter that was named beside the facts, `lead` the line above all."""
    enterprise.take(ctx, told)
    facts = await enterprise.known(ctx)
    found = _survey(ctx, facts)
    asked = next_fact(
        found.fits,
        facts,
        declared=ctx.corpus.facts,
        about=about(ctx),
        skipped=ctx.conversation.skipped,
    )
    certain, near = _certain(ctx, found, facts), _near(ctx, found, facts)
    shown = (*certain, *near)
    head = [f"接着第{start + 1}条："] if start else _head(ctx, facts, certain=len(certain), near=near)
    head = [lead, *head] if lead else head
    tail = enterprise.doubts(ctx.corpus, told.odd)
    tail += qualifying.question(ctx, asked) if asked else []
    tail += [] if start else await _keep(ctx, told)
    tail += ["", CAVEAT, edition(ctx)]
    counts = [] if start else _counts(ctx, found, facts, beside=beside)
    page = await _page(ctx, shown, start=start, around=[*head, *counts, *tail])
    tail[-3:-3] = await _offer(ctx, [*head, *page, *counts, *tail])
    end = start + len(page)
    if end < len(shown):
        page.append(f"还有{len(shown) - end}条，{say_link(MORE, MORE)}")
    ids = tuple(fit.policy.id for fit in shown)
    ctx.remember(Conversation(listed=ids, shown=end, wanted=WANTED, asked=asked))
    text = "\n".join([*head, *page, *counts, *tail])
    return Answer(reply=Say(text=text), intent="more" if start else "list", policies=() if start else ids)


def about(ctx: Context) -> frozenset[str]:
    """The keys of the facts that are asked for here: those of the enterprise, none of its projects."""
    return frozenset(fact.key for fact in enterprise.lasting(ctx.corpus))


def _survey(ctx: Context, facts: Facts) -> Survey:
    return survey(ctx.corpus, facts, ctx.today, about=about(ctx))


def most(fit: Fit, facts: Facts) -> float | None:
    """The largest sum that one of the benefits still possible states, of a scale the step that is reached."""
    stated = [figures(msgspec.structs.replace(fit.policy, benefits=(benefit,))) for benefit in fit.benefits]
    found: list[float] = []
    for benefit, sums in zip(fit.benefits, stated, strict=True):
        outcome = evaluate(benefit, facts) if isinstance(benefit, Tiers) else None
        found += [float(outcome.sum)] if outcome and outcome.pays else [max(sums)] if sums else []
    return max(found, default=None)


def _worth(facts: Facts) -> Callable[[Fit], float]:
    return lambda fit: -(most(fit, facts) or 0.0)


def _certain(ctx: Context, found: Survey, facts: Facts) -> tuple[Fit, ...]:
    """What fits by all that its text asks, the most money first."""
    return tuple(sorted((f for f in found.of(Verdict.MET) if addressees.is_whole(ctx, f, facts)), key=_worth(facts)))


def _near(ctx: Context, found: Survey, facts: Facts) -> tuple[Fit, ...]:
    """What hangs on facts that nobody told, or on what its text asks and no fact says: what most speaks for first, then
    by the facts that are left; nothing where nothing was told that speaks for any."""
    worth = _worth(facts)
    part = [fit for fit in found.of(Verdict.MET) if fit.particular and not addressees.is_whole(ctx, fit, facts)]
    near = [*part, *found.of(Verdict.UNKNOWN)]
    near.sort(key=lambda fit: (-addressees.told_beyond(fit), len(fit.deciding), not fit.particular, worth(fit)))
    return tuple(near) if any(fit.particular for fit in found.fits) else ()


def _general(found: Survey, facts: Facts) -> tuple[Fit, ...]:
    """What asks nothing of the enterprise itself: what its trade does most first, then the most money."""
    worth, topics = _worth(facts), _topics(facts)
    fits = [fit for fit in found.of(Verdict.MET) if not fit.particular]
    return tuple(sorted(fits, key=lambda fit: (_place(fit, topics), worth(fit))))


def _topics(facts: Facts) -> tuple[str, ...]:
    return TRADES.get(str(facts.get("sector", "")), TRADES["制造业"])


def _place(fit: Fit, topics: Sequence[str]) -> int:
    return next((n for n, topic in enumerate(topics) if topic in fit.policy.topics), len(topics))


def _named(general: Sequence[Fit], facts: Facts) -> str:
    """Some of its topics, without links: those take the room of the list."""
    held = [topic for topic in _topics(facts) if any(topic in fit.policy.topics for fit in general)]
    return f"（{'、'.join(held[:NAMED])}等）" if held else ""


def _head(ctx: Context, facts: Facts, *, certain: int, near: Sequence[Fit]) -> list[str]:
    if not facts:
        return ["先说说企业情况，一句话说几样也行，比如“我们是崂山的软件公司，规上，营收5亿”。"]
    said = f"按您说的（{enterprise.summary(ctx.corpus, facts)}）"
    if not certain and not near:
        return [f"{said}："]
    counts = [f"✅ 条件对得上的{certain}条"] if certain else []
    part = sum(fit.verdict is Verdict.MET for fit in near)
    counts += [f"❓ 说过的对得上、还要看对象和事项的{part}条"] if part else []
    counts += [f"❓ 还差条件的{len(near) - part}条"] if len(near) > part else []
    return [f"{said}：", "，".join(counts) + "："]


def _counts(ctx: Context, found: Survey, facts: Facts, *, beside: str) -> list[str]:
    """How many there are beside the list, each with a way to see them."""
    if not facts:
        return []
    general, unmet = _general(found, facts), len(found.of(Verdict.UNMET))
    over = sum(fit.verdict is not Verdict.UNMET for fit in found.over)
    beyond = f"{len(general)}条{_named(general, facts)}：{say_link('看看', GENERAL)}"
    lines = [f"📎 不挑企业、只看做什么事的{beyond}"] if general else []
    lines += [f"❌ 不符合的{unmet}条：{say_link('为什么', WHY)}"] if unmet else []
    lines += [f"🕰 另有{over}条已到期，不能再报"] if over else []
    lines += enterprise.beside(ctx, beside)
    return ["", *lines] if lines else []


async def _page(ctx: Context, fits: Sequence[Fit], *, start: int, around: list[str]) -> list[str]:
    """As many of the next policies as fit, one to a line."""
    facts = await enterprise.known(ctx)
    lines = [_entry(ctx, n, fit, facts=facts) for n, fit in enumerate(fits[start : start + PAGE], start + 1)]
    return lines[: fitting(lines, around, spare=140)]


def _entry(ctx: Context, number: int, fit: Fit, *, facts: Facts) -> str:
    """A policy by its number, with its mark and its most, and what it hangs on or fails by."""
    policy, declared = fit.policy, ctx.corpus.facts
    title = say_link(wording.title(ctx, policy), str(number), policy.id)
    sum_ = most(fit, facts)
    upto = f"，最高{money(sum_)}" if sum_ else ""
    listed = fit.verdict is Verdict.MET and fit.particular and not addressees.is_whole(ctx, fit, facts)
    mark = qualifying.MARKS[Verdict.UNKNOWN if listed else fit.verdict]
    line = f"{number}. {mark} {title}（{wording.level(policy)}{upto}）"
    if listed:
        who = addressees.named(ctx, policy, facts)
        return f"{line}要看是不是{who}" if who else f"{line}另有条件"
    if fit.verdict is Verdict.UNKNOWN:
        names = [declared[key].name.removeprefix("是否") for key in fit.deciding[:NEAR]]
        return f"{line}要看{'、'.join(names)}"
    if fit.verdict is Verdict.UNMET:
        return f"{line}要求{'；'.join(qualifying.spell(declared[need.fact], need) for need in fit.unmet[:NEAR])}"
    names = [declared[key].name.removeprefix("是否") for key in dict.fromkeys(need.fact for need in fit.open)]
    return f"{line}另看{'、'.join(names[:NEAR])}" if names else line


async def _offer(ctx: Context, lines: list[str]) -> list[str]:
    """The question for consent, where there is room for it; else it waits for a shorter answer."""
    consented = bool((await ctx.person()).consented)
    if consented or not await enterprise.known(ctx) or fitting(enterprise.OFFER, lines) < len(enterprise.OFFER):
        return []
    return enterprise.offer(ctx, consented=consented)


async def _keep(ctx: Context, told: Told) -> list[str]:
    """What was told goes to what is kept, if they agreed to that; what contradicts it is asked about."""
    person = await ctx.person()
    if not person.consented:
        return []
    said = {key: value for key, value in told.facts.items() if key in about(ctx)}
    was = {key: person.facts[key] for key, value in said.items() if person.facts.get(key, value) != value}
    kept = said if enterprise.is_telling(ctx) else {key: value for key, value in said.items() if key not in was}
    new = {key: value for key, value in kept.items() if person.facts.get(key) != value}
    if new:
        ctx.change(KeepFacts(facts={**person.facts, **new}))
    lines = [f"（已记进“我的企业”：{enterprise.summary(ctx.corpus, new)}）"] if new else []
    if was:
        link = "" if was.keys() <= new.keys() else f"；要改成现在说的：{say_link('改存', enterprise.KEEP)}"
        lines.append(f"“我的企业”里原来存的是{enterprise.summary(ctx.corpus, was)}{link}")
    return lines


async def _apart(ctx: Context, heading: str, *, start: int = 0) -> Answer:
    """A page of those that do not fit, with the reason, or of those that ask nothing of the enterprise."""
    facts = await enterprise.known(ctx)
    found = _survey(ctx, facts)
    if heading == GENERAL:
        fits, head = _general(found, facts), ["不挑企业、只看做什么事的政策共{}条："]
    else:
        fits, head = _failing(found), ["按您说的，不符合的共{}条，要求和您不一样的是：", *_places(found)]
    lines = [f"接着第{start + 1}条："] if start else [head[0].format(len(fits)), *head[1:]]
    lines = lines if fits else ["按现在知道的，还没有不符合的。"]
    tail = ["", "说错了就再说一遍，比如“我们规上了”。" if heading == WHY else "点标题看条件。", CAVEAT, edition(ctx)]
    page = await _page(ctx, fits, start=start, around=[*lines, *tail])
    end = start + len(page)
    if end < len(fits):
        page.append(f"还有{len(fits) - end}条，{say_link(MORE, MORE)}")
    ids = tuple(fit.policy.id for fit in fits)
    ctx.remember(Conversation(listed=ids, shown=end, heading=heading, wanted=WANTED, asked=ctx.conversation.asked))
    text = "\n".join([*lines, *page, *tail])
    return Answer(reply=Say(text=text), intent="more" if start else "list", policies=() if start else ids)


def _failing(found: Survey) -> tuple[Fit, ...]:
    """What does not fit: first what the place alone does not explain."""
    return tuple(sorted(found.of(Verdict.UNMET), key=lambda fit: (_by_place(fit), -(largest(fit.policy) or 0))))


def _by_place(fit: Fit) -> bool:
    return any(need.fact == enterprise.DISTRICT for need in fit.unmet)


def _places(found: Survey) -> list[str]:
    counts = Counter(wording.level(fit.policy) for fit in found.of(Verdict.UNMET) if _by_place(fit))
    said = "、".join(f"{name}{count}条" for name, count in counts.items())
    return [f"· 只给别的区（市）的企业：{said}（排在后面）"] if said else []
