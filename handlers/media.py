"""What is not words: pictures, recordings, places, files and events get a hint or nothing, never a fault line."""

from __future__ import annotations

from bot.context import Context
from bot.lexicon import Lexicon
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
    label = ctx.message.label
    lexicon = ctx.corpus.lexicon
    named = (name for name, words in lexicon.districts.items() if any(w in label for w in (name, *words)))
    district = "" if _elsewhere(label, lexicon) else next((name for name in named if name != "市"), "")
    ids = tuple(p.id for p in ctx.corpus.policies.values() if p.district == district)
    if ids:
        return lists.show(ctx, lists.ordered(ctx, ids), f"您在{district}，{district}的", intent="list")
    uncovered = next((word for word in lexicon.places.uncovered if word in label), "")
    where = f"{uncovered}本区的政策资料里还没有收录" if uncovered else "没看出您在哪个区（市）"
    return Answer(
        reply=Say(text=f"{where}。市级政策全市企业都能问，直接说想问的事就行，比如“技改补贴”。"), intent="help"
    )


def _elsewhere(label: str, lexicon: Lexicon) -> bool:
    """Whether an address is in another city or province; streets here are named after many of them."""
    cities = (f"{word.removesuffix('市')}市" for word in lexicon.places.elsewhere)
    provinces = (word for word in lexicon.places.elsewhere if word.endswith("省"))
    return "青岛" not in label and any(place in label for place in (*cities, *provinces))


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
