"""What is not words: pictures, recordings, places, files and events get a hint or nothing, never a fault line."""

from __future__ import annotations

import re

from bot.context import Context
from bot.dictionary.lexicon import Lexicon
from bot.messages import (
    Clicked,
    File,
    Image,
    Link,
    Location,
    Message,
    PickedLocation,
    ScannedCode,
    Text,
    Unknown,
    Video,
    Voice,
)  # fmt: skip
from bot.replies import Answer, Say, Silence
from handlers import lists

ADMINISTRATION = "区市"  # how the name of a district ends
PARTS = ("街道", "镇")  # and that of a part of one
NO_STREET = (
    "(?!(?:[东西南北中一二三四五六七八九]?(?:路|大?街(?!道)|大道|支路)|大厦|大楼|小区|广场|花园|酒店|宾馆|公园))"
)
EVENT = "event:"  # how the kind of an unknown event begins: nobody said anything
HINTS: dict[type[Message], str] = {
    Image: "图片我还看不懂。请用文字说您想问的事，比如“技改补贴”。",
    Video: "视频我还看不懂。请用文字说您想问的事，比如“技改补贴”。",
    File: "文件我还读不了。请把想问的那句话发成文字，比如“技改补贴”。",
    Voice: "这段语音没能转成文字。请改发文字，或用输入法的语音输入。",
    ScannedCode: "这个码里没有惠企政策。请用文字说您想问的事。",
    Clicked: "这个菜单项暂时没有内容。请用文字说您想问的事，比如“技改补贴”。",
}


async def places(ctx: Context) -> Answer | None:
    """A place the follower sent: the policies of its district."""
    if not isinstance(ctx.message, Location | PickedLocation):
        return None
    lexicon = ctx.corpus.lexicon
    district, uncovered = _place(ctx.message.label, lexicon)
    ids = tuple(p.id for p in ctx.corpus.policies.values() if p.district == district)
    if ids:
        return lists.show(ctx, lists.ordered(ctx, ids), f"您在{district}，{district}的", intent="list")
    where = f"{uncovered}本区的政策资料里还没有收录" if uncovered else "没看出您在哪个区（市）"
    return Answer(
        reply=Say(text=f"{where}。市级政策全市企业都能问，直接说想问的事就行，比如“技改补贴”。"), intent="help"
    )


def _place(label: str, lexicon: Lexicon) -> tuple[str, str]:
    """The district an address is in, and the name of a part of the city that the corpus has nothing of; one or none.

    A name of administration, as 市南区, comes before any other: addresses name streets and houses after districts.
    Before it comes a part of a district of ours, as 红岛街道: it may have changed hands.
    """
    if _elsewhere(label, lexicon):
        return "", ""
    words = {word: name for name, aliases in lexicon.districts.items() if name != "市" for word in (name, *aliases)}
    known = {**dict.fromkeys(lexicon.places.uncovered, ""), **words}
    found = [
        (not (known[word] and word.endswith(PARTS)), word[-1] not in ADMINISTRATION, match.start(), -len(word), word)
        for word in known
        for match in re.finditer(re.escape(word) + NO_STREET, label)
    ]
    if not found:
        return "", ""
    word = min(found)[-1]
    return (known[word], "") if known[word] else ("", word)


def _elsewhere(label: str, lexicon: Lexicon) -> bool:
    """Whether an address is in another city or province; streets here are named after many of them."""
    cities = (f"{word.removesuffix('市')}市" for word in lexicon.places.elsewhere)
    provinces = (word for word in lexicon.places.elsewhere if word.endswith("省"))
    return not re.search(f"青岛{NO_STREET}", label) and any(place in label for place in (*cities, *provinces))


async def hints(ctx: Context) -> Answer | None:
    """Anything else without words."""
    if ctx.words:
        return None
    for kind, hint in HINTS.items():
        if isinstance(ctx.message, kind):
            return Answer(reply=Say(text=hint), intent="help")
    if isinstance(ctx.message, Text) or (isinstance(ctx.message, Unknown) and not ctx.message.kind.startswith(EVENT)):
        return Answer(reply=Say(text="请用文字说您想问的事，比如“技改补贴”。"), intent="help")
    if isinstance(ctx.message, Link):
        return Answer(reply=Say(text="链接我打不开。请用文字说您想问的事，比如“技改补贴”。"), intent="help")
    return Answer(reply=Silence())
