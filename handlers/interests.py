"""What a message wants to be told of: read, never guessed. What is not certain is left to be asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.chinese import fold
from bot.context import Context
from handlers.hearing import DAYS, ENDS, FRESH, LEADING, NO_MORE, PACE, TELLING, TO_US, TOLD, TOO_OFTEN

Interest = tuple[str, str]  # kind and value, as bot/person.py has them

KINDS = ("topic", "unit")  # names that are part of the matter; a district is none
LONGEST_WORD, SHORTEST_WORD = 12, 2  # characters of a word of their own
EVERYTHING = re.compile("全部|所有|一切|全都|统统")
ANY_NEWS = re.compile("(?:有|出|下来)了?新的?政策?")  # 有新政策告诉我: any
THIS_KIND = re.compile("这一?类|这个|这条|这方面|这一条|这项|本条|同类")
REMINDER = re.compile("到期|过期|截止|期限")
EXPLICIT = re.compile(
    r"(?:请|麻烦|帮我|给我|我要|我想|我想要|想|要|再|也|还要)*(?:订阅?|关注)(?:一下|下|一个|个)?(?:[:,。、]|关于|有关)*"
)
# What stands beside the matter in such a sentence and names nothing.
NOISE = re.compile(
    "往后|今后|以后|长期|定期|随时|关注|更新|新出|出台|变化|变动|动静|消息|提醒|到期|过期|截止|快要|马上|求|第一时间|开通|"
    "推送|推|送|发|上|类|每天|每日|天天|每周|每星期|每礼拜|一周|有|留意|跟踪|第一|时间|再|收|到|通知|告诉|取消|不要|别|停|了"
)
MATTERS = re.compile(
    "(?:的?(?:相关|有关)?(?:政策|补贴|补助|奖励|扶持|优惠|项目|方面)){1,6}$"
)  # say nothing behind a word
# Not news, but how what they handed in fares: 审核有进展告诉我.
OF_THEIRS = re.compile(
    "(?:审核|审批|评审|验收|办理|办得?|我们?的|申请|申报的?|材料|批复|批得?|公示|拨款|资金|钱|奖金|款)(?:的|那边|这边|一)?"
    "(?:有|出|下来|到)(?:了|个)?(?:进展|结果|消息|信儿?|说法|动静|情况|账|来)"
)
APART = re.compile(r"[\s,，、;；:：/和与及]+")
SENT = "(?:就|只|给?我们?)?(?:发|推送?|送|通知|告诉|提醒)?(?:给?我们?)?[一1][次回条]"
WEEK = "(?:周|个?星期|个?礼拜)"
RHYTHMS = (
    ("daily", re.compile(f"每天|每日|天天|[一1][天日]{SENT}|每晚|每早")),
    ("weekly", re.compile(f"每{WEEK}|[一1]{WEEK}{SENT}|周报")),
    ("at_once", re.compile("马上发|立即发|立刻发|实时|有了就发|随时发|第一时间|即时")),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a message names.

    named    topics, units and districts, in the order of their kinds
    word     what is left and could be a word of their own; empty where nothing is
    beside   a word of its own beside what is named, which may be meant too
    certain  nothing else is said, so that what is named is what is meant
    broad    every policy, or every last day, is meant: ("all", "") or ("expiring", "")
    place    a part of the city that the corpus has nothing of
    foreign  a place or matter that is not ours
    title    the id of a policy whose title is said
    reminding  last days are what they want to be told of
    said     the words that name topics otherwise than they are called, as (word, topic)
    """

    named: tuple[Interest, ...] = ()
    word: str = ""
    beside: str = ""
    certain: bool = False
    broad: Interest | None = None
    place: str = ""
    foreign: str = ""
    title: str = ""
    reminding: bool = False
    said: tuple[tuple[str, str], ...] = ()


def read(ctx: Context) -> Wanted:
    """What the words name."""
    question = ctx.finding.question
    topics = tuple(("topic", topic) for topic in question.named("topic"))
    units = tuple(("unit", unit) for unit in question.named("unit"))
    districts = tuple(("district", district) for district in question.named("district"))
    named = (*topics, *units, *districts)
    rest = MATTERS.sub("", _rest(ctx))
    topic = _topic(ctx, rest)
    if topic and not named:
        named, rest = (("topic", topic),), ""
    foreign = next(iter((*question.named("foreign"), *question.named("elsewhere"))), "") if not named else ""
    titles = question.named("title")
    title = next((p.id for p in ctx.corpus.policies.values() if p.title in titles), "") if titles else ""
    reminding = bool(REMINDER.search(ctx.words)) and bool(question.intents & {"expiry", "expiring", "subscribe"})
    broad = _broad(ctx, reminding=reminding) if not (named or rest or title) else None
    places = question.named("uncovered")
    return Wanted(
        named=named,
        word=rest if _is_word(ctx, rest) else "",
        beside=rest if named and rest in map(_plain, APART.split(ctx.words)) else "",
        certain=not rest and not title and not (reminding and named),
        broad=broad,
        place=places[0] if places and not rest else "",
        foreign=foreign,
        title=title,
        reminding=reminding,
        said=tuple(
            (hit.entry.word, meaning.value)
            for hit in question.chosen
            for meaning in hit.entry.meanings
            if meaning.kind == "topic" and hit.entry.word not in _plain(meaning.value)
        ),
    )


def rhythm(text: str) -> str:
    """The rhythm a text asks for; empty where it asks for none."""
    plain = TOO_OFTEN.sub("", text)
    return next((name for name, pattern in RHYTHMS if pattern.search(plain)), "")


def pace_of(text: str) -> str:
    """The rhythm of a text that asks for nothing else: by the week, by the day, or at once."""
    if re.search("[周期拜]", text):
        return "weekly"
    return "daily" if re.search("[一每1][天日]", text) else "at_once"


def paced(ctx: Context, text: str) -> str:
    """The rhythm that a folded text asks for instead, where it is of nothing else; empty where it is not."""
    plain = TOO_OFTEN.sub("", text)
    found = PACE.search(plain)
    sent = ctx.finding.intent in ("subscribe", "unsubscribe", "subscriptions")
    if found is None or ctx.finding.ids:
        return ""
    if not (
        found["change"] or found["day"] or sent or (TO_US.search(found[0]) and ENDS.fullmatch(plain[found.end() :]))
    ):
        return ""
    left = read(ctx.aside(LEADING.sub("", plain[: found.start()]) + plain[found.end() :]))
    if left.named or left.word or left.place or left.title:
        return ""
    return "daily" if DAYS.search(found[0]) else "weekly"


def of_leaving(ctx: Context) -> Context:
    """What somebody says who wants no more of it, without how they say that."""
    return _without(ctx, NO_MORE)


def of_telling(ctx: Context) -> Context:
    """What somebody wants to hear of, without how they say that."""
    return _without(ctx, TELLING)


def waits(ctx: Context) -> bool:
    """Whether they want to be told how what they handed in fares, of which nothing is known here."""
    text = fold(ctx.words).text
    return OF_THEIRS.search(text) is not None and TOLD.search(text) is not None


def wants_to_hear(ctx: Context) -> bool:
    """Whether the words ask to be told when something comes, and nothing now."""
    text = fold(ctx.words).text
    found = TELLING.search(text) if TOLD.search(text) else None
    return found is not None and FRESH.search(found[0]) is not None


def _without(ctx: Context, pattern: re.Pattern[str]) -> Context:
    text = fold(ctx.words).text
    return ctx.aside(pattern.sub(_kept, text)) if pattern.search(text) else ctx


def _kept(match: re.Match[str]) -> str:
    """What stands within such a sentence and is its object."""
    return match.groupdict().get("what") or ""


def _rest(ctx: Context) -> str:
    """What is left of the matter beside the names: as it stands, without what says nothing here."""
    question = ctx.finding.question
    names = {
        place
        for hit in question.chosen
        if any(meaning.kind in (*KINDS, "title") for meaning in hit.entry.meanings)
        for place in range(hit.start, hit.end)
    }
    kept = [place for place in question.matter if place not in names]
    runs: list[str] = []
    for number, place in enumerate(kept):
        if number and place == kept[number - 1] + 1 and place not in question.folded.breaks:
            runs[-1] += question.folded.text[place]
        else:
            runs.append(question.folded.text[place])
    unexplained = set(question.unexplained)
    if set(kept) <= unexplained:  # none of it is a word we know, so its parts may be noise
        runs = [NOISE.sub("", run) for run in runs]
    return " ".join(run for run in runs if run)


def _is_word(ctx: Context, rest: str) -> bool:
    """Whether what is left can be a word of their own: one run, and either said outright or known to us."""
    if " " in rest or not SHORTEST_WORD <= len(rest) <= LONGEST_WORD or rest.isdecimal():
        return False
    outright = EXPLICIT.match(ctx.words.strip().lower())
    said = fold(ctx.words[outright.end() :]).text if outright else ""
    return not ctx.finding.question.unexplained or MATTERS.sub("", said.removesuffix("的")) == rest


def _topic(ctx: Context, word: str) -> str:
    """The topic that is called so; empty where none is."""
    return next((t.name for t in ctx.corpus.topics.values() if word and word in map(_plain, (t.name, *t.words))), "")


def _plain(text: str) -> str:
    return fold(text).text


def _broad(ctx: Context, *, reminding: bool) -> Interest | None:
    if reminding:
        return "expiring", ""
    if EVERYTHING.search(ctx.words) or (ANY_NEWS.search(ctx.words) and not ctx.focus):
        return "all", ""
    return None
