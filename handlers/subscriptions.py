"""订阅, 退订, 我的订阅: who wants to be told of what, how often, and how they stop it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.chinese import fold, ordinal
from bot.context import Context
from bot.conversation import Conversation
from bot.person import AT_ONCE, DAILY, DECLINED, WEEKLY, Person, SetRhythm, Subscribe, Subscription, Unsubscribe
from bot.replies import Answer, Say, fitting, say_link
from handlers import declining
from handlers.hearing import NO_MORE, STRUCK
from handlers.interests import (
    EVERYTHING,
    THIS_KIND,
    Interest,
    Wanted,
    of_leaving,
    of_telling,
    pace_of,
    paced,
    read,
    rhythm,
    waits,
    wants_to_hear,
)
from handlers.leaving import TOO_MANY, Grade, Leaving, judged
from handlers.notices import ALL, NAMES, REMINDED, name_of

MOST = 20  # subscriptions of one person
OFFERED = 6  # topics offered where somebody does not say which
SPOKEN = {AT_ONCE: "有了就发", DAILY: "每天最多一次（早上9点）", WEEKLY: "每周一次（周一早上9点）"}
TAPS = {AT_ONCE: "马上发", DAILY: "每天发一次", WEEKLY: "每周发一次"}
SET_RHYTHM = re.compile(
    "(?:请|麻烦|那就|就|改成|改为|改|换成|调成|设成|设为)*(?:每天|每日|每周|每星期|每个?礼拜|每个?星期|一天|一周|一星期|马上|立即|立刻|实时|即时|随时|有了就)"
    "(?:给我|给我们)?(?:发|推|推送|通知|告诉)?(?:我|我们)?(?:[一1]次|[一1]条|[一1]回)?(?:吧|就行|就好|即可|好了|就可以了?)*"
)
BARE_RHYTHM = re.compile("每天|每日|一天|每周|一周|随时|马上|立即|立刻|实时|即时|每星期|每个?礼拜|每个?星期|一星期")
REMIND = re.compile("(?:我要|请|给我|开通|设置?)?(?:快?到期(?:前|了|时)?)(?:请|就|给我)?提醒(?:我|一下)?")
SUBSCRIBED = re.compile("订阅|订的|提醒|退订")  # said of what was subscribed alone
ONE_OF_THEM = re.compile("[这那](?:种|类|个|条|样的)")
LEAD = re.compile("^(?:请|我要|我想|帮我|把)?(?:退订|退定|取消订阅|取消|删除订阅|删掉|删除|不订|别订)(?:掉|了)?")
PROGRESS = (
    "办理进度这里查不到，审核、拨付有了结果也提醒不了；请问责任单位（发“政策名＋找谁”，比如“技改找谁”），"
    "或打政务服务便民热线12345。有新政策要提醒，请说“订阅”加主题。"
)
WHETHER = re.compile("会(?:不会|及时|主动|给我)?(?:通知|提醒|告诉|推送?)[^，。]{0,6}(?:吗|么|不|没)$")  # no wish yet
BOTH = "分开都订"  # said by the link that subscribes to a place and to a topic, each by itself
LISTED, LEAVING = "subscriptions", "unsubscribe"  # what a number means after a list of one's subscriptions
NEXT_TIME = "本公众号不能主动发消息，有了下次您来问时告诉您"


async def answer(ctx: Context) -> Answer | None:
    """Anything about being told of news."""
    if not ctx.words:
        return None
    words, intent = fold(ctx.words).text, ctx.finding.intent
    if SET_RHYTHM.fullmatch(words) and not BARE_RHYTHM.fullmatch(words):
        return await _set_rhythm(ctx, pace_of(words))
    if pace := paced(ctx, words):
        return await _set_rhythm(ctx, pace)
    left = judged(ctx)
    if left.grade:
        return await _unsubscribe(ctx, left)
    if intent == "subscriptions":
        return _listed(ctx, await ctx.person())
    if waits(ctx):
        return _said(PROGRESS, intent="help")
    told = intent in ("policy", "list", "offtopic") and wants_to_hear(ctx)
    if intent == "subscribe" or told or REMIND.fullmatch(words) or (intent == "unsubscribe" and left.wished):
        return await _subscribe(ctx)
    return None


async def pick(ctx: Context) -> Answer | None:
    """A number after a list of one's subscriptions: which one to end."""
    number = ordinal(ctx.words) if ctx.words else None
    if number is None or ctx.conversation.wanted not in (LISTED, LEAVING) or ctx.conversation.listed:
        return None
    person = await ctx.person()
    chosen = person.wanted[number - 1 : number] if number else ()
    if not chosen:
        return _listed(ctx, person, "没有这个序号。")
    if ctx.conversation.wanted == LEAVING:
        return _end(ctx, person, list(chosen))
    name = name_of(chosen[0].kind, chosen[0].value)
    return _said(f"第{number}项是“{name}”，要退订点：{say_link(f'退订{name}', f'退订 {name}')}")


def topic_link(topic: str, policy_id: str) -> str:
    """The link below a card that subscribes to what the policy is about: it says in the chat to what."""
    return say_link("订阅这类", f"订阅 {topic}", policy_id)


async def _subscribe(ctx: Context) -> Answer:
    wanted, person = read(ctx), await ctx.person()
    interests = _certain(ctx, wanted) or _certain(ctx, read(of_telling(ctx)))
    interests = [] if WHETHER.search(fold(ctx.words).text) else interests
    if not interests:
        return _ask(ctx, wanted)
    held = {(one.kind, one.value) for one in person.wanted}
    fresh = [one for one in interests if one not in held]
    if len(held) + len(fresh) > MOST:
        said = f"每个人最多订阅{MOST}项，您已有{len(held)}项。先退订用不上的：{say_link('我的订阅', '我的订阅')}"
        return _said(said)
    for kind, value in fresh:
        ctx.change(Subscribe(kind=kind, value=value))
    pace = rhythm(ctx.words) or person.rhythm
    if pace != person.rhythm:
        ctx.change(SetRhythm(rhythm=pace))
    lines = [_kept(ctx, one, is_new=one in fresh) for one in interests]
    lines.append(_consent(ctx, interests, pace))
    lines += _beside(ctx, interests)
    links = [say_link("我的订阅", "我的订阅")]
    if ctx.office.can_push:
        links += [say_link(tap, tap) for name, tap in TAPS.items() if name != pace]
    return _said("\n".join([*lines, "👉 " + " ｜ ".join(links)]))


def _certain(ctx: Context, wanted: Wanted) -> list[Interest]:
    """What they are to be told of, where the words leave no doubt; else nothing."""
    if wanted.foreign:
        return []
    if wanted.place and not wanted.named:
        return [("word", fold(wanted.place).text)]
    if wanted.named:
        kinds = {kind for kind, _ in wanted.named}
        return list(wanted.named) if (wanted.certain and len(kinds) == 1) or BOTH in ctx.words else []
    if wanted.broad:
        return [wanted.broad]
    if wanted.word and not wanted.title:
        return [("word", wanted.word)]
    topics = _topics_here(ctx)
    return [("topic", topics[0])] if len(topics) == 1 and THIS_KIND.search(ctx.words) else []


def _topics_here(ctx: Context) -> tuple[str, ...]:
    """The topics of the policy at hand."""
    policy = ctx.corpus.policies.get(ctx.focus)
    return policy.topics if policy else ()


def _kept(ctx: Context, interest: Interest, *, is_new: bool) -> str:
    """What was subscribed, and what there is of it."""
    name, count = name_of(*interest), len(ctx.concerning(*interest))
    verb = "已订阅" if is_new else "您之前订过"
    if interest[0] == "all":
        return f"✅ {verb}全部政策（现在{count}条）。"
    if interest[0] == "expiring":
        return f"✅ {verb}到期提醒：任何一条政策到期前30天、7天、1天提醒您。"
    if not count:
        return f"✅ 资料里还没有“{name}”的政策，{'已替您记下' if is_new else '之前已替您记下'}，一有就告诉您。"
    related = "相关" if interest[0] == "word" else ""
    return f"✅ {verb}“{name}”（现在{count}条{related}政策）。"


def _consent(ctx: Context, interests: Sequence[Interest], pace: str) -> str:
    """In one line: what is sent, how often, how to stop it."""
    what = "快到期" if interests == [("expiring", "")] else "有新政策、有变化或快到期（前30天、7天、1天）"
    way = f"发给您，{SPOKEN[pace]}" if ctx.office.can_push else f"，{NEXT_TIME}"
    stop = say_link(f"退订 {name_of(*interests[0])}", f"退订 {name_of(*interests[0])}")
    return f"{what}时{way}。不想再收，点{stop}，或说“别再给我发了”。"


def _beside(ctx: Context, interests: Sequence[Interest]) -> list[str]:
    """What is close to what was subscribed and may have been meant too."""
    kind, value = interests[0]
    if kind == "district" and value not in ctx.corpus.whole_city:
        return [f"只含{value}自己的政策；市级政策全市都能用，要一起订：{say_link('订阅市级', '订阅 市级')}"]
    if kind == "word" and ctx.finding.question.named("uncovered"):
        return [f"市级政策全市都能用，要订：{say_link('订阅市级', '订阅 市级')}"]
    if kind == "word" and not ctx.concerning(kind, value):
        near = _near(ctx, value)
        return [f"如果您想订的是：{'　'.join(_offer(topic) for topic in near)}"] if near else []
    more = [topic for topic in _topics_here(ctx) if (kind, topic) not in interests] if kind == "topic" else []
    if more and value in _topics_here(ctx):
        return [f"刚才那条政策还属于：{'　'.join(_offer(topic) for topic in more)}"]
    return []


def _near(ctx: Context, text: str) -> list[str]:
    """Topics of what sounds or reads like a text."""
    found = ctx.find(text).ids[:2]
    topics = dict.fromkeys(topic for policy_id in found for topic in ctx.corpus.policies[policy_id].topics)
    return list(topics)[:3]


def _offer(name: str, label: str = "") -> str:
    return say_link(label or f"订阅{name}", f"订阅 {name}")


def _ask(ctx: Context, wanted: Wanted) -> Answer:
    """What could be meant, to tap; nothing is subscribed."""
    if wanted.foreign:
        return _said(f"这里只有青岛市及区（市）的惠企政策，“{wanted.foreign}”订不了。{_commonest(ctx)}")
    offers = [name_of(kind, value) for kind, value in wanted.named]
    if wanted.title:
        offers += ctx.corpus.policies[wanted.title].topics
    elif THIS_KIND.search(ctx.words) or not offers:
        offers += _topics_here(ctx)
    offers += [word for word in (wanted.word, wanted.beside) if word]
    if not offers:
        return _said(f"您想订哪方面的？说“订阅”加主题、区（市）、处室或关键词就行，比如：\n{_commonest(ctx)}")
    several = len({kind for kind, _ in wanted.named}) > 1
    lead = "区（市）和主题请分开订，您要哪一个？" if several and wanted.certain else "您要订的是哪一个？点一下就订上："
    lead = "".join(f"“{word}”归在主题“{topic}”里。" for word, topic in wanted.said) + lead
    if wanted.reminding and wanted.named:
        lead = f"订上后，快到期（前30天、7天、1天）会提醒您，有新的、有变化也会告诉您。{lead}"
    links = [f"👉 {_offer(name)}" for name in dict.fromkeys(offers)]
    if several and wanted.certain:
        both = f"订阅 {'、'.join(dict.fromkeys(offers))}，{BOTH}"
        links.append(f"👉 {say_link(f'{BOTH}（各收各的）', both)}")
    more = [f"都不是？请说“订阅”加关键词。也可以：{_offer(ALL, '订阅全部')}　{say_link(REMINDED, REMINDED)}"]
    return _said("\n".join([lead, *links, *more]))


def _commonest(ctx: Context) -> str:
    counts = Counter(topic for policy in ctx.corpus.policies.values() for topic in policy.topics)
    links = [_offer(topic, topic) for topic, _ in counts.most_common(OFFERED)]
    return "　".join([*links, _offer(ALL, "全部政策"), say_link(REMINDED, REMINDED)])


async def _set_rhythm(ctx: Context, pace: str) -> Answer:
    person = await ctx.person()
    if not ctx.office.can_push:
        return _said(f"{NEXT_TIME}，不用设多久一次。")
    if not person.wanted:
        return _said(f"可以，{SPOKEN[pace]}。您还没有订阅，先订上，再说多久发一次：\n{_commonest(ctx)}")
    ctx.change(SetRhythm(rhythm=pace))
    taps = [tap for name, tap in TAPS.items() if name != pace]
    links = " ｜ ".join(say_link(tap, tap) for tap in (*taps, "我的订阅"))
    return _said(f"好的，订阅的消息{SPOKEN[pace]}；几条会合成一条。\n👉 {links}")


def _listed(ctx: Context, person: Person, lead: str = "", *, leaving: bool = False) -> Answer:
    """Everything they subscribed to, numbered, each to be ended by a tap."""
    # From here on a number means one of these, and none of the policies listed before.
    ctx.remember(Conversation(focus=ctx.conversation.focus, wanted=LEAVING if leaving else LISTED))
    announced = declining.standing(person)
    if not person.wanted:
        return _said(f"{lead or '您还没有订阅政策消息。'}\n{announced}\n想订哪方面的？{_commonest(ctx)}")
    way = SPOKEN[person.rhythm] if ctx.office.can_push else "下次您来问时告诉您"
    head = [*([lead] if lead else []), f"您订阅了{len(person.wanted)}项（{way}）："]
    taps = [say_link(tap, tap) for name, tap in TAPS.items() if name != person.rhythm and ctx.office.can_push]
    tail = [announced, "👉 " + " ｜ ".join([*taps, say_link("全部退订", "全部退订")])]
    lines = [_line(ctx, n, one) for n, one in enumerate(person.wanted, 1)]
    kept = lines[: fitting(lines, [*head, *tail])]
    if len(kept) < len(lines):
        kept.append(f"……还有{len(lines) - len(kept)}项，退订几项就看得到。")
    return _said("\n".join([*head, *kept, *tail]))


def _line(ctx: Context, number: int, one: Subscription) -> str:
    name, count = name_of(one.kind, one.value), len(ctx.concerning(one.kind, one.value))
    state = f"（{count}条政策）" if count else "（还没有政策，有了就告诉您）"
    return f"{number}. {name}{state if one.kind != 'expiring' else ''}　{say_link('退订', f'退订 {name}')}"


async def _unsubscribe(ctx: Context, left: Leaving) -> Answer:
    """End what is named, all where all or no more messages is plainly said, else ask."""
    person = await ctx.person()
    held = person.wanted
    ended = _meant(ctx, held, left)
    all_of_it = ended is None and _wants_nothing(left)
    if not held:
        said = f"您没有订阅政策消息。{_watching(ctx)}\n{_announced(ctx, person, ends=all_of_it)}"
        return _said(said, intent="unsubscribe")
    if ended is None:
        ctx.change(Unsubscribe(reason=_reason(ctx)))
        said = f"已全部退订（{len(held)}项），有新政策也不会再主动发给您。{_watching(ctx)}"
        announced = _announced(ctx, person, ends=all_of_it)
        return _said(f"{said}\n{announced}\n想再收随时说，比如“订阅 技改”。", intent="unsubscribe")
    if not ended:
        return _which(ctx, person, left)
    return _end(ctx, person, ended)


def _wants_nothing(left: Leaving) -> bool:
    """Whether no message of any kind is wanted any more, and not only what was subscribed: 别给我发了."""
    refused = STRUCK.search(left.clause) or NO_MORE.search(left.clause)
    return left.grade is Grade.ALL and refused is not None and not SUBSCRIBED.search(left.clause)


def _announced(ctx: Context, person: Person, *, ends: bool) -> str:
    """What becomes of announcements: whoever wants nothing gets none of them either."""
    if not ends or person.declines:
        return declining.standing(person)
    ctx.change(Subscribe(kind=DECLINED))
    return f"单位公告也不再发给您。{declining.URGENT}　{say_link(declining.RESTORE, declining.RESTORE)}"


def _end(ctx: Context, person: Person, ended: Sequence[Subscription]) -> Answer:
    for one in ended:
        ctx.change(Unsubscribe(kind=one.kind, value=one.value, reason=_reason(ctx)))
    names = "、".join(f"“{name_of(one.kind, one.value)}”" for one in ended)
    kept = tuple(one for one in person.subscriptions if one not in ended)
    left = Person(subscriptions=kept, rhythm=person.rhythm)
    lead = f"已退订{names}，不会再给您发这方面的消息。"
    if not left.wanted:
        return _said(f"{lead}您已没有其他订阅。\n{declining.standing(left)}", intent="unsubscribe")
    return _unsubscribing(_listed(ctx, left, lead))


def _meant(ctx: Context, held: Sequence[Subscription], left: Leaving) -> list[Subscription] | None:
    """The subscriptions that are meant; None for all of them, nothing where that is not certain."""
    number = ordinal(LEAD.sub("", fold(ctx.words).text))
    if number is not None:
        return list(held[number - 1 : number]) if number else []
    if left.wished or left.kept:
        return []
    if STRUCK.search(left.clause) and not read(of_leaving(ctx)).named:
        return None
    named = _held(ctx, held)
    if named is not None:
        return named
    if left.grade is Grade.DOUBTFUL:
        return []
    if EVERYTHING.search(left.clause) or (left.grade is Grade.ALL and not ONE_OF_THEM.search(ctx.words)):
        return None
    return list(held) if len(held) == 1 and not read(of_leaving(ctx)).word else []


def _held(ctx: Context, held: Sequence[Subscription]) -> list[Subscription] | None:
    """Those of the subscriptions that the words name; None where they name nothing at all."""
    said = fold(LEAD.sub("", fold(ctx.words).text)).text
    outright = [one for one in held if said and said == _plain(name_of(one.kind, one.value))]
    if outright or said in map(_plain, NAMES.values()):
        return outright
    wanted = read(of_leaving(ctx))
    if not wanted.named and not wanted.word and not wanted.place and not wanted.title:
        return None
    names: set[Interest] = {*wanted.named, ("word", wanted.word), ("word", fold(wanted.place).text)}
    found = [one for one in held if (one.kind, one.value) in names]
    return found if wanted.certain or (wanted.word and not wanted.named) else []


def _plain(text: str) -> str:
    return fold(text).text


def _which(ctx: Context, person: Person, left: Leaving) -> Answer:
    wanted = read(of_leaving(ctx))
    named = [name_of(kind, value) for kind, value in wanted.named] + [w for w in (wanted.word, wanted.place) if w]
    names = {name_of(one.kind, one.value) for one in person.wanted}
    named += [name for name in NAMES.values() if _plain(name) in _plain(ctx.words)]
    missing = [name for name in named if name not in names]
    lead = f"您没有订阅“{missing[0]}”。" if missing else "您要退订哪一项？点“退订”，或回复“退订”加序号。"
    if left.wished:
        offers = "　".join(_offer(name) for name in missing)
        lead = "还没有退订：要退哪一项，点它后面的“退订”。" + (f"要订的点：{offers}" if offers else "")
    elif left.grade is Grade.DOUBTFUL and not missing:
        lead = "还没有退订任何一项：要退哪一项，点它后面的“退订”；嫌发得勤，点下面换成每天或每周一次。"
    return _unsubscribing(_listed(ctx, person, lead, leaving=not missing))


def _unsubscribing(answer: Answer) -> Answer:
    return Answer(reply=answer.reply, intent="unsubscribe")


def _reason(ctx: Context) -> str:
    return "too_many" if TOO_MANY.search(ctx.words) else "asked"


def _watching(ctx: Context) -> str:
    """What may still come to somebody who is told of nothing."""
    return "（只有答复过您的内容有错时，会更正一次。）" if ctx.office.can_push else ""


def _said(text: str, intent: str = "subscribe") -> Answer:
    return Answer(reply=Say(text=text), intent=intent)
