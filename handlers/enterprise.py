"""我的企业: what they tell of it is read back, kept if they agree, changed one by one, forgotten on request."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from bot.chinese import PARTICLES, fold
from bot.context import Context
from bot.corpus import Corpus
from bot.person import DropFacts, Facts, FactValue, KeepFacts
from bot.policies import Fact
from bot.reckoning.claims import Odd
from bot.reckoning.facts import Told, read_facts
from bot.replies import Answer, Say, say_link
from handlers import arithmetic, sums
from handlers.estimates import Estimate, best_estimate, positions

DISTRICT = "district"
HOW_MUCH = "能补多少"
KEEP, DECLINE, FORGET, MINE, MATCH = "同意保存", "不用", "忘掉我的企业", "我的企业", "我们能报什么"
ENDINGS = "吗吧呗啊呢嘛了呀哦"
OURS = "(?:我们?|俺们?|咱们?|本|敝)"
KEEPING = re.compile(
    "(?:我们?|可以)?(?:同意|愿意)(?:保存|记住|记下|存)?|(?:可以)?(?:保存|记住|存)(?:下来|起来|一下|上)?|存成我的企业"
)
DECLINING = re.compile("(?:不用|不要|不必|别|不)(?:存|保存|记|记住|同意)?(?:下来)?|先不(?:用|存|保存)|不同意保存")
FORGETTING = re.compile(
    f"(?:请?帮?我?把?)(?:忘掉|忘记|忘|删除|删掉|删|清除|清空|注销)(?:{OURS}的?|我家)(?:企业|公司|厂)(?:的?(?:信息|资料|情况|记录))?"
    f"|把?{OURS}的?(?:企业|公司)(?:信息|资料)?(?:删除|删掉|删|忘掉|清除)"
)
SHOWING = re.compile(
    f"(?:查看|看看?|查一?下?|打开|显示)?(?:{OURS}的|我)(?:企业|公司)(?:的?(?:信息|资料|情况|档案))?"
    f"|(?:你|您)?(?:都)?(?:记|存|保存|知道)(?:了|着)?{OURS}(?:企业|公司|厂)?(?:的)?(?:什么|啥|哪些)(?:信息|资料)?"
)
# How somebody begins who tells of their own, or corrects what was told.
TELLING = re.compile(
    "(?:你好|您好|老师好?|领导好?|请问|那么?|哎|嗯)*(?:我是(?:公司|厂里)?的?(?:会计|财务|出纳|hr|人事))?"
    f"(?:{OURS}(?!想|要|能|可以|该|的(?:企业|公司)$)|[我俺]是?(?:开|做|搞|干|办)(?!过)|(?:公司|企业|厂子?|单位)(?:是|在|有|规|已)|(?:名下|老板))"
)
# Who says no we: 平度的小厂，今年营收八百万. Of others' enterprises it is asked, and not told.
PLACED = re.compile("(?:我|俺)?在?[^的我俺咱您你]{2,4}(?:区|市)?的?(?:一家|一个)?小(?:厂子?|公司|企业)")
# Who says nothing but a figure of a year: 一年营业额三百来万.
FIGURED = re.compile(
    "(?:[我俺咱]们?|大概|差不多)*(?:一年|每年|去年|今年|全年|年)?的?(?:营业额|营业收入|营收|销售额|销售收入|流水)(?:[是有也才就在]|大概|差不多|大约|约)*[0-9〇零一二两三四五六七八九十百千]"
)
CHANGING = re.compile("(?:改成|改为|变成|更正|更新(?=为|成|一?下|资料|信息|企业)|应该是|现在是|搬到|迁到)")
ASKING = re.compile("有没有[奖补钱]|有[奖补钱][吗么]|能不能|给不给|[补奖拿领]多少")
NEITHER = frozenset(
    {"都不是", "都不在", "都没有", "以上都不是", "都不算", "别的", "其他", "其它", "其他的", "不在这些"}
)
RUN = "开做搞干办"  # what is done with a plant: 我开印刷厂的
REST = ("其他", "不")  # how the name of the choice begins that is left when no other fits
SEPARATING = re.compile("[，,、；;]")
ASKS_FACTS = "eligible"  # where what they are was asked for last
BETWEEN_TWO, SHORTEST = 2, 2  # bounds of one part alone, and characters of a part that names anything
FEW, MANY = 4, 3  # characters that no fact explains beside so many facts: 有高企
SOME = 12  # and these, where no policy is about them
OFFER = (
    "",
    f"💾 存成“{MINE}”，下次不用再说？只存您说的这几项，用来配政策、算金额；回复“{FORGET}”或取消关注就删除。",
    f"{say_link(KEEP, KEEP)} ｜ {say_link(DECLINE, DECLINE)}",
)


async def own(ctx: Context) -> Answer | None:
    """我的企业, 同意保存, 不用, 忘掉我的企业."""
    said = _plain(ctx.words)
    if not said:
        return None
    if FORGETTING.fullmatch(said):
        return await _forget(ctx)
    if SHOWING.fullmatch(said):
        return await _show(ctx)
    if said == KEEP or (KEEPING.fullmatch(said) and ctx.conversation.offered):
        return await _keep(ctx)
    if DECLINING.fullmatch(said) and ctx.conversation.offered:
        said = "好的，不保存。您说的只在这次对话里用，半小时后就忘掉。"
        return Answer(reply=Say(text=f"{said}\n👉 {say_link(MATCH, MATCH)}"), intent="help")
    return None


async def telling(ctx: Context) -> Answer | None:
    """我们是平度的规上制造企业，去年营收3亿: nothing but facts, of their own enterprise."""
    if not is_said(ctx) or not is_telling(ctx):
        return None
    told = tell(ctx)
    person = await ctx.person()
    more = set(told.facts) - {DISTRICT}
    if told.odd and not told.facts:
        return Answer(reply=Say(text="\n".join(doubts(ctx.corpus, told.odd))), intent="help")
    if not more and not (told.facts and person.consented and CHANGING.search(ctx.words)):
        if told.facts and not person.consented:
            take(ctx, told)
        return None  # a place alone asks for its policies
    take(ctx, told)
    case = await _case(ctx)
    lines = ["记下了：" if not person.consented else "“我的企业”已更新：", *listed(ctx.corpus, told.facts)]
    if person.consented:
        changed = {key for key in told.facts if key in person.facts and person.facts[key] != told.facts[key]}
        lines += [f"（原来是：{summary(ctx.corpus, {key: person.facts[key] for key in changed})}）"] if changed else []
        ctx.change(KeepFacts(facts={**person.facts, **told.facts}))
    facts = ((ctx.corpus.facts[key], said) for key, said in told.more.items() if key in told.facts)
    lines += [f"（“{said}”记作{entry(fact, told.facts[fact.key])}）" for fact, said in facts]
    lines += [*doubts(ctx.corpus, told.odd), *offer(ctx, consented=bool(person.consented))]
    matter = _costs(ctx, case) if case else beside(ctx, rest(ctx, told))
    lines += ["", *matter, f"👉 {say_link(MATCH, MATCH)} ｜ {say_link(MINE, MINE)}"]
    return Answer(reply=Say(text="\n".join(lines)), intent="help")


async def _case(ctx: Context) -> Estimate | None:
    """The policy whose rules take a sum that they told of a project of theirs: 今年买设备花了3000万."""
    if not (ctx.finding.ids and ctx.finding.question.sums):
        return None
    found = await best_estimate(ctx, ctx.finding.ids)
    claimed = set(_spent(ctx.corpus, found)) & found.named & set(found.used)
    guessed = found.own.over and found.hanging  # what is over, and only perhaps of their trade
    return found if claimed and not (found.odd or found.own.unmet or guessed) else None


def _spent(corpus: Corpus, found: Estimate) -> Facts:
    """The sums of a project that this message tells."""
    facts = ((corpus.facts[key], value) for key, value in found.told.facts.items())
    return {fact.key: value for fact, value in facts if fact.kind == "money" and not fact.lasting}


def _costs(ctx: Context, case: Estimate) -> list[str]:
    """What they told of a project, kept with its policy for the next question, which a tap asks."""
    spent = _spent(ctx.corpus, case)
    meant = positions(case.policy, case.selection.benefits)
    ctx.move(focus=case.policy.id, wanted="amount", facts={**ctx.conversation.facts, **spent}, meant=meant)
    told = summary(ctx.corpus, spent)
    lines = [f"🧮 还记下了（只在这次对话里用）：{told}。{say_link(HOW_MUCH, HOW_MUCH, case.policy.id)}"]
    return [*lines, *sums.in_short(ctx, case)] if case.adds_up and case.own.counted else lines


def beside(ctx: Context, matter: str) -> list[str]:
    """A matter that was named beside the facts, where there are policies of it."""
    return [f"🔎 您还说到“{matter}”：{say_link('看相关政策', matter)}"] if matter and ctx.find(matter).ids else []


def is_said(ctx: Context) -> bool:
    """Whether somebody said it, and the link they tapped stands under no policy."""
    return bool(ctx.words) and ctx.pointed not in ctx.corpus.policies


def is_own(ctx: Context) -> bool:
    """Whether the words speak of their own enterprise."""
    return TELLING.match(ctx.finding.question.folded.text) is not None


def is_telling(ctx: Context) -> bool:
    """Whether the words tell facts of their own enterprise, or are a list of such facts, and ask for nothing."""
    question = ctx.finding.question
    said = question.folded.text
    begun, changed = TELLING.match(said) or PLACED.match(said) or FIGURED.match(said), CHANGING.search(said)
    parts = SEPARATING.split(ctx.words)
    if (
        not (begun or changed or len(parts) >= MANY)
        or question.intents - {"greeting"}
        or question.elsewhere
        or ASKING.search(question.folded.text)
    ):
        return False
    told = tell(ctx)
    left = rest(ctx, told, range(*changed.span()) if changed else ()).strip(RUN)
    if not (begun or changed):  # 崂山区，制造业，规上: a fact in each part, as a form is filled in
        return not left and len(told.facts) >= len(parts)
    if not left or len(told.facts) < MANY:
        return not left
    return len(left) <= FEW or (len(left) <= SOME and not ctx.find(left).ids)


def lasting(corpus: Corpus) -> tuple[Fact, ...]:
    """The facts that belong to an enterprise."""
    return tuple(fact for fact in corpus.facts.values() if fact.lasting)


def tell(ctx: Context, asked: str = "", *, also: Iterable[Fact] = ()) -> Told:
    """What the words tell of the enterprise, and of the facts `also` wanted; `asked` is what they may answer."""
    subject = ctx.corpus.facts.get(asked)
    keys = {fact.key: fact for fact in (*([subject] if subject else []), *also, *lasting(ctx.corpus))}
    wanted = tuple(keys.values())
    others = tuple(fact for key, fact in ctx.corpus.facts.items() if key not in keys)
    told = read_facts(ctx.words, wanted, asked=asked, others=others)
    if told.odd:  # 去年4亿今年6亿 is understood where its growth is wanted as well
        growing = tuple(fact for fact in ctx.corpus.facts.values() if fact.grows)
        again = read_facts(ctx.words, (*wanted, *growing), asked=asked, others=others)
        if not again.odd:
            told = Told(
                facts={key: value for key, value in again.facts.items() if key in keys},
                whole=again.whole,
                places=again.places,
                more=again.more,
            )
    told = _in_part(ctx, _with_place(ctx, told), subject)
    row = ctx.conversation.wanted == ASKS_FACTS or len(SEPARATING.split(ctx.words)) >= MANY
    return _in_parts(ctx, told) if row else told


def _with_place(ctx: Context, told: Told) -> Told:
    """The district by all the names the lexicon has for it, where exactly one is named."""
    named = [name for name in ctx.finding.question.named(DISTRICT) if name not in ctx.corpus.whole_city]
    if DISTRICT in told.facts or len(named) != 1:
        return told
    odd = tuple(o for o in told.odd if o.fact != DISTRICT)
    return replace(told, facts={**told.facts, DISTRICT: named[0]}, odd=odd)


def _in_part(ctx: Context, told: Told, subject: Fact | None) -> Told:
    """A choice that is answered by a part of its name, 软件 of 软件和互联网, or by 都不是, which is the last one."""
    said = _plain(ctx.words)
    if subject is None or subject.key in told.facts or len(said) < 2:
        return told
    names = {o.name for o in subject.options for word in (o.name, *o.words) if said in fold(word).text}
    if said in NEITHER and subject.options and subject.options[-1].name.startswith(REST):
        names = {subject.options[-1].name}
    if len(names) != 1:
        return told
    facts = {**told.facts, subject.key: names.pop()}
    return Told(facts=facts, whole=True, places=frozenset(range(len(said))))


def _in_parts(ctx: Context, told: Told) -> Told:
    """The same with each part of a row, 崂山区、软件、规上, that is a part of the name of one choice alone."""
    folded = ctx.finding.question.folded
    bounds = sorted({0, *folded.breaks, len(folded.text)})
    facts, places = dict(told.facts), set(told.places)
    for start, end in pairwise(bounds) if len(bounds) > BETWEEN_TWO else ():
        said = folded.text[start:end].rstrip(ENDINGS)
        if len(said) < SHORTEST or places & set(range(start, end)):
            continue
        named = [
            (fact.key, option.name)
            for fact in lasting(ctx.corpus)
            for option in fact.options
            if said in spelled(option.name)
        ]
        if len(named) == 1 and named[0][0] not in facts:
            facts[named[0][0]] = named[0][1]
            places |= set(range(start, end))
    return replace(told, facts=facts, places=frozenset(places))


@lru_cache(maxsize=512)
def spelled(name: str) -> str:
    """The name of a choice as it stands in a folded text."""
    return fold(name).text


def rest(ctx: Context, told: Told, beside: Container[int] = ()) -> str:
    """The matter of the words that neither the facts nor the places `beside` explain."""
    question = ctx.finding.question
    left = (place for place in question.matter if place not in told.places and place not in beside)
    return "".join(char for place in left if (char := question.folded.text[place]) not in PARTICLES)


def take(ctx: Context, told: Told) -> None:
    """Remember what was told for this conversation."""
    facts = {**ctx.conversation.facts, **told.facts}
    ctx.move(facts=facts, asked="")


async def known(ctx: Context) -> Facts:
    """All that is known of the enterprise: what is kept, and over it what was told in this conversation."""
    person = await ctx.person()
    facts = {**(person.facts if person.consented else {}), **ctx.conversation.facts}
    return {fact.key: facts[fact.key] for fact in lasting(ctx.corpus) if fact.key in facts}


async def place(ctx: Context) -> str:
    """The district they are in, where it is known."""
    return str((await known(ctx)).get(DISTRICT, ""))


def offer(ctx: Context, *, consented: bool) -> list[str]:
    """The question whether to keep what was told, once in a conversation."""
    if consented or ctx.conversation.offered:
        return []
    ctx.move(offered=True)
    return list(OFFER)


def doubts(corpus: Corpus, odd: tuple[Odd, ...]) -> list[str]:
    """What of the told cannot be taken as it was said."""
    each = {o.fact: o for o in odd}.values()
    return [f"❓ {corpus.facts[o.fact].name}：{sums.ODD[o.kind].format(said=o.said)}" for o in each]


def entry(fact: Fact, value: FactValue) -> str:
    """A fact with its value, by its name: 年营业收入：5亿元."""
    name = fact.name.removeprefix("是否")
    if isinstance(value, str):
        return value if fact.kind == "choice" and name != fact.name else f"{name}：{value}"
    return f"{name}：{arithmetic.told(fact, value).removeprefix(fact.name)}"


def listed(corpus: Corpus, facts: Facts) -> list[str]:
    """Facts, one to a line, in the order of their declaration."""
    return [f"· {entry(fact, facts[fact.key])}" for fact in corpus.facts.values() if fact.key in facts]


def summary(corpus: Corpus, facts: Facts) -> str:
    """Facts in one line: 崂山区、软件和互联网、规上、年营业收入5亿元."""
    return "、".join(
        arithmetic.told(fact, facts[fact.key]) for fact in corpus.facts.values() if fact.key in facts
    )  # fmt: skip


def _plain(words: str) -> str:
    return fold(words).text.rstrip(ENDINGS) if words else ""


async def _show(ctx: Context) -> Answer:
    person = await ctx.person()
    now = {key: value for key, value in (await known(ctx)).items() if person.facts.get(key) != value}
    lines = []
    if person.consented:
        lines += ["“我的企业”存着：", *listed(ctx.corpus, person.facts)]
        lines += ["", "要改哪一项直接说，比如“我们规上了”“营收改成5亿”，只改那一项。"]
    else:
        lines += ["“我的企业”里什么都没存。"]
    if now:
        lines += ["", "这次对话里您说的（还没存）：", *listed(ctx.corpus, now), f"👉 {say_link(KEEP, KEEP)}"]
    elif not person.consented:
        lines += ["先说说企业情况，比如“我们是平度的规上制造企业，去年营收3亿”，您同意后才存。"]
    links = [say_link(MATCH, MATCH)]
    if person.consented:
        links.append(say_link("删除", FORGET))
    return Answer(reply=Say(text="\n".join([*lines, "", f"👉 {' ｜ '.join(links)}"])), intent="help")


async def _keep(ctx: Context) -> Answer:
    person, facts = await ctx.person(), await known(ctx)
    if not facts:
        said = "还没有可以存的。先说说企业情况，比如“我们是平度的规上制造企业，去年营收3亿”。"
        return Answer(reply=Say(text=said), intent="help")
    if facts != person.facts:
        ctx.change(KeepFacts(facts=facts))
    lines = ["存好了，“我的企业”：", *listed(ctx.corpus, facts)]
    lines += ["", f"改一项直接说；回复“{FORGET}”随时删除。", f"👉 {say_link(MATCH, MATCH)}"]
    return Answer(reply=Say(text="\n".join(lines)), intent="help")


async def _forget(ctx: Context) -> Answer:
    person = await ctx.person()
    if person.consented:
        ctx.change(DropFacts())
    said = (
        "“我的企业”已删除，这次对话里说的也忘掉了。"
        if person.consented
        else "没有存您的企业情况；这次对话里说的也忘掉了。"
    )
    ctx.forget()
    return Answer(reply=Say(text=said), intent="help")
