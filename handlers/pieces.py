"""The pieces of a message that are matters of their own: as numbers, marks, commas and small words part them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.chinese import CORRECTION, fold
from bot.context import Context
from bot.lacking import is_known_for
from bot.policies import facts_of
from bot.ranking import Finding
from handlers import enterprise, lists
from handlers.eligibility import ASKING, ENDING

LEAST, MOST = 2, 6  # matters of one message
PHRASE = 16  # characters that name matters and need no word of asking
SHORT = 12  # characters of a matter that is joined to another by 和 or 、
JOINED_PARTS = 24  # a message of more is a list of something, and no few matters
ROW, STRING = 6, 30  # names that stand in a row, and characters of such a message
BETWEEN = re.compile(
    "(?:补贴|补助|奖励|奖补|政策|资金|扶持|一个|和|跟|与|还有|以及|的)*"
)  # and what may stand between two
# What they just got is one thing, whatever words it is called by: 海参良种场刚评上国家级.
GOT = re.compile("刚刚?(?:给|被)?(?:评|认定|拿|获|批|通?过|下来)")
STRAY = 1  # characters in it that nothing explains
NUMBERED = re.compile(
    r"(?:^|(?<=[\s，,。；;：:、！!？?]))(?:[(（]?\d{1,2}[)）、]|\d{1,2}[.．](?!\d)|[①-⑨]|[(（]?[一二三四五六七八九][)）、])"
)
CLAUSES = re.compile(r"[；;。？?！!\n]+")
PAIRS = re.compile(
    r"[、]|还有|以及|另外|顺便(?:再|也)?(?:问问?|说说?)?(?:一?下)?|[再还也](?:想|要)?问问?(?:一?下)?|和|与"
)
# How one more thing is asked, in a clause of its own; but 还有没有 and 还有吗 ask for no other.
ASIDE = re.compile(
    r"[，,]?(?:另外|此外|还有(?!没有|吗|么|效|多|哪|几|啥|什么|机会)|以及|对了|顺便|顺带|再问|还想问)(?:再|也|还)?(?:想|要)?(?:问问?|说说?|查查?|看看?)?(?:一?下)?[，,]?"
)
COUNTED_OUT = re.compile(
    r"^[^：:，,。]{0,8}(?:[两二三四五六]|[2-6])(?:样|件|个|条|项)(?:事儿?|问题|东西|政策|内容)?(?:想问|要问|请教)?[：:，,\s]+"
)
SPACES = re.compile(r"[\s，,、；;。]+")
ONE_IS = re.compile(r"[，,；;\s]*(?:另?一个|再一个|[一二三]|一方面|另一方面|第[一二三](?:个|件)?)是")
MOREOVER = re.compile(r"[，,。；;\s]+(?:另外|此外|同时还|与此同时)")
REFUSED = re.compile("^(?:我[问说]的)?(?:可|又|并|根本|压根)?(?:不是|没问|没说)")  # before what is corrected
COMMA = re.compile(r"[，,]")
WITHIN = re.compile(r"\d[，,]\d")  # a comma within a number, which is not read as one without it
# Words that say that more than one thing follows, so that a comma may part them.
PLURAL = re.compile(
    "分别|各自|各(?:有|找|对应|能|走|拿|是|奖|给)|[两二三四五几](?:件|个|条|样)(?:事|问题|政策)|[两二三四五几]家|一家.+一家|一个.+[另一]一?个|一是.+二是|"
    "(?<![a-z])a(?![a-z]).+(?<![a-z])b(?![a-z])"
)
PREAMBLE = re.compile(r"^[^：:]{0,24}[：:]")
FIRST = re.compile(r"^[^，,]{2,12}[，,]")
JOINED = re.compile("一共|总共|合计|加一?起|加起来|同时|叠加|一块儿?拿")
# How it is asked if one may have both of two things.
BOTH = re.compile(
    "(?:同时|一起|一块儿?|一并|重复|都|全)(?:能|可以|可)?(?:申请|申报|享受|拿|领|报|要)|叠加|累加|两头(?:拿|报)|冲突|互斥|二选一|只能(?:选|拿|报|领)一"
    "|(?:拿|领|享受|报)[了过].{0,8}(?:还|再)(?:能|可以)?(?:再)?(?:拿|领|享受|报)"
    "|(?:评|认定|评上|拿到|有)[了过]?.{1,10}(?:还|再)(?:能|可以)(?:再)?(?:拿|领|享受|申报|申请|报)"
)
HAVING = re.compile("都能?(?:拿|领|享受|要)|冲突|互斥|二选一|只能(?:选|拿|报|领)一|[了过].{1,8}还能")
EACH = re.compile("分别|各自|各(?=[能奖补给拿])")
ASKS = re.compile("(?:吗|么|没有?|不|啥|多少|谁|哪|咋|怎么)[^，,]{0,4}$")
HOW = re.compile(
    "(?:怎么|咋|如何|怎样)(?:才能)?(?:申请|申报|报|办|弄|认定|评|领)|有没有|[有能给补奖报](?:吗|么|没有?|不)"
)
ASKED = {"amount": "奖多少", "contact": "找谁", "expiry": "还有效吗"}  # how one of several is asked by itself
OPEN = frozenset({"policy", "conditions", "offtopic", "list", *ASKED})


def matters_of(ctx: Context) -> list[str]:
    """The matters of a message, each as a question of its own; nothing where there is but one."""
    finding, text = ctx.finding, ctx.words
    folded = finding.question.folded.text
    if finding.intent not in OPEN or finding.scope or ASKING.search(folded) or ENDING.search(folded):
        return []
    marks = list(NUMBERED.finditer(text))
    if len(marks) > 1:
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        pieces = [text[mark.end() : end].strip(" ，,。；;、\n") for mark, end in zip(marks, ends, strict=True)]
        pieces = [piece for piece in pieces if piece]
        return pieces[:MOST] if sum(bool(ctx.find(piece).ids) for piece in pieces) > 1 else []
    corrected = CORRECTION.search(folded) is not None
    clauses = [piece.strip() for piece in CLAUSES.split(text) if piece.strip()]
    clauses = [piece for piece in clauses if not (corrected and REFUSED.match(piece))]
    asking = _asking(ctx, clauses)
    if asking and _are_apart(ctx, asking):
        return asking[:MOST]
    both = BOTH.search(folded) and HAVING.search(folded)
    if JOINED.search(text) or both or finding.question.elsewhere:
        return []
    return (
        _announced(ctx, text)
        or _asides(ctx, text)
        or _pair(ctx, text)
        or ([] if enterprise.is_telling(ctx) else _strung(ctx, finding))
    )


def _asking(ctx: Context, clauses: Sequence[str]) -> list[str]:
    """The clauses that name a matter and ask, if they are several; the short ones, which seldom do, are tried first."""
    found: set[int] = set()
    left = len(clauses)
    for number in sorted(range(left), key=lambda number: len(clauses[number])):
        if len(found) + left < LEAST:
            return []
        left -= 1
        if _stands(ctx, clauses[number]) and _asks(ctx.find(clauses[number])):
            found.add(number)
    return [clauses[number] for number in sorted(found)] if len(found) >= LEAST else []


def _announced(ctx: Context, text: str) -> list[str]:
    """What is said to be several without asking: 我问三样：…, 一个是…，一个是…, …，另外还准备….

    Each is a matter of its own, known by its own words.
    """
    before: Sequence[str] = ()
    if counted := COUNTED_OUT.match(text):
        pieces = SPACES.split(text[counted.end() :])
    elif len(ONE_IS.findall(text)) >= LEAST:
        lead, *pieces = ONE_IS.split(text)
        before = ctx.find(lead).question.named("district") if lead else ()
    elif not (ctx.finding.wants & set(ASKED) or ctx.finding.question.sums):
        pieces = MOREOVER.split(text)
    else:
        return []
    pieces = [piece for part in pieces if (piece := part.strip(" ，,。；;、？?！!"))]
    known = LEAST <= len(pieces) <= MOST and all(ctx.find(p).ids and ctx.find(p).intent in OPEN for p in pieces)
    return _with_district(ctx, pieces, before) if known and _are_apart(ctx, pieces) else []


def _asides(ctx: Context, text: str) -> list[str]:
    """What one more thing is asked beside, and that: 算力券怎么申请，另外首版次软件有没有奖，还有人才公寓找谁.

    What is none of ours is one of them too where it asks: it is said that there is nothing of it.
    """
    pieces = [piece for part in ASIDE.split(text) if (piece := part.strip(" ，,。？?！!"))]
    if not LEAST <= len(pieces) <= MOST or not any(_asks(ctx.find(piece)) for piece in pieces):
        return []
    ours = [piece for piece in pieces if _stands(ctx, piece)]
    if not ours or any(_tells(ctx, piece) if piece in ours else not _is_foreign(ctx, piece) for piece in pieces):
        return []
    if not _begin_apart(ctx, ours):
        return []
    asks = ASKED.get(ctx.finding.intent, "")
    placed = _with_district(ctx, pieces, ())
    return [piece if _asks(ctx.find(piece)) else f"{piece}{asks}" for piece in placed]


def _tells(ctx: Context, piece: str) -> bool:
    """Whether a piece asks nothing, and tells of themselves or at length."""
    found = ctx.find(piece)
    ours = enterprise.TELLING.match(found.question.folded.text) is not None
    return not _asks(found) and (ours or bool(found.question.sums) or len(found.question.matter) > SHORT)


def _is_foreign(ctx: Context, piece: str) -> bool:
    """Whether a piece asks for what no policy is about, by a word that is known for that."""
    found = ctx.find(piece)
    return not found.ids and bool(found.question.named("foreign")) and _asks(found)


def _begin_apart(ctx: Context, pieces: Sequence[str]) -> bool:
    """Whether each piece has another policy first: enough where it is said that there are several."""
    return len({ctx.find(piece).ids[0] for piece in pieces}) == len(pieces)


def _pair(ctx: Context, text: str) -> list[str]:
    """The matters that one phrase joins: 高企和小巨人分别奖多少, 3000万设备和200万算力费能补多少."""
    whole = ctx.find(text)
    if "list" in whole.wants or not (_asks(whole) or len(whole.question.folded.text) <= PHRASE):
        return []
    plural = PLURAL.search(whole.question.folded.text) is not None
    preamble = (PREAMBLE.match(text) or _place(ctx, text)) if plural else None
    rest = EACH.sub("", text[preamble.end() :] if preamble else text)
    pieces = _commas(ctx, rest, plural=plural) or _joints(ctx, rest)
    if len(pieces) < LEAST or not (_begin_apart(ctx, pieces) if EACH.search(text) else _are_apart(ctx, pieces)):
        return []
    before = ctx.find(preamble[0]).question.named("district") if preamble else ()
    return [_alone(ctx, whole, piece) for piece in _with_district(ctx, pieces, before)][:MOST]


def _place(ctx: Context, text: str) -> re.Match[str] | None:
    """The clause before all that says where they are and nothing else: 我在平度，."""
    first = FIRST.match(text)
    return first if first and {kind for kind, _ in ctx.find(first[0]).scope} == {"district"} else None


def _is_one(ctx: Context, whole: Finding, place: int) -> bool:
    """Whether two names that touch are one thing, by a word that stands over both: 兽药二类 in 新兽药二类证书."""
    if not whole.ids:
        return False
    text = whole.question.folded.text
    for key in facts_of(ctx.corpus.policies[whole.ids[0]]):
        for word in (w for option in ctx.corpus.facts[key].options for w in (option.name, *option.words)):
            start = text.find(fold(word).text)
            if 0 <= start < place < start + len(fold(word).text):
                return True
    return False


def _strung(ctx: Context, whole: Finding) -> list[str]:
    """The matters that stand in a row with nothing between them: 技改 绿色工厂 算力券, 高企小巨人各奖多少."""
    question = whole.question
    names = question.naming
    if not LEAST <= len(names) <= ROW or len(question.folded.text) > STRING or question.sums or "list" in whole.wants:
        return []
    if GOT.search(question.folded.text) and "都" not in question.folded.text:
        return []
    left = EACH.sub("", "".join(question.folded.text[place] for place in question.unexplained))
    if any(_is_one(ctx, whole, one.end) for one, other in pairwise(names) if one.end == other.start):
        return []
    between = [range(one.end, other.start) for one, other in pairwise(names)]
    beside = ("".join(question.folded.text[n] for n in gap if question.labels[n] != "district") for gap in between)
    if len(left) > STRAY or not all(BETWEEN.fullmatch(words) for words in beside):
        return []
    best = ctx.corpus.policies[whole.ids[0]] if whole.ids else None
    if best and all(is_known_for(ctx.corpus, best, name) for name in names):
        return []
    starts = [0, *(hit.start for hit in names[1:]), len(question.folded.text)]
    pieces: list[str] = []
    for piece in (question.folded.text[start:end] for start, end in pairwise(starts)):
        alike = pieces and not _are_apart(ctx, [pieces[-1], piece])
        pieces = [*pieces[:-1], pieces[-1] + piece] if alike else [*pieces, piece]
    if len(pieces) < LEAST or not all(_stands(ctx, piece) for piece in pieces) or not _are_apart(ctx, pieces):
        return []
    return [_alone(ctx, whole, EACH.sub("", piece)) for piece in _with_district(ctx, pieces, ())][:MOST]


def _commas(ctx: Context, text: str, *, plural: bool) -> list[str]:
    """What commas part: where it is said that there are several, or where each part asks for itself."""
    if not plural and not _asks_twice(ctx, text):
        return []
    pieces = [text]
    for joint in dict.fromkeys(COMMA.findall(text)):
        pieces = [part for piece in pieces for part in _split(ctx, piece, joint)]
    asking = plural or all(_asks(ctx.find(piece)) for piece in pieces)
    return pieces if len(pieces) >= LEAST and asking else []


def _asks_twice(ctx: Context, text: str) -> bool:
    """Whether words that ask stand on both sides of a comma: else no two of its parts ask, and none is looked up."""
    folded = ctx.find(text).question.folded
    if not folded.breaks:
        return False
    if WITHIN.search(text) or any(folded.text[max(0, n - 1) : n + 1].isascii() for n in folded.breaks):
        return True  # what stands at a comma may be read otherwise without what is beyond it: pinyin, 1,000
    meant = [(hit, m) for hit in ctx.words_of(text) for m in hit.entry.meanings]
    asking = [(hit.start, hit.end) for hit, m in meant if m.kind == "intent" and m.value in (*ASKED, "conditions")]
    asking += [match.span() for match in HOW.finditer(folded.text)]
    first, last = min((end for _, end in asking), default=0), max((start for start, _ in asking), default=-1)
    return any(first <= place <= last for place in folded.breaks)


def _joints(ctx: Context, text: str) -> list[str]:
    """What 和 or 、 joins: names of matters, and nothing that tells a story."""
    if COMMA.search(text):
        return []
    names = [hit.entry.word for hit in ctx.find(text).question.chosen if len(hit.entry.word) > 1]
    pieces = [text]
    for joint in dict.fromkeys(PAIRS.findall(text)):
        if not any(joint in word for word in names):
            pieces = [part for piece in pieces for part in _split(ctx, piece, joint)]
    lengths = [len(ctx.find(piece).question.matter) for piece in pieces]
    return pieces if max(lengths) <= SHORT else []


def _split(ctx: Context, text: str, joint: str) -> list[str]:
    """A text at a joint, wherever what stands before and behind it are matters of their own.

    From the end on, so that what is behind each joint is looked at once, however many there are.
    """
    parts = text.split(joint)
    if len(parts) > JOINED_PARTS:
        return [text]
    pieces: list[str] = []
    behind: dict[int, list[str]] = {}  # by where it begins, as far as all of it are matters
    for start in range(len(parts) - 1, -1, -1):
        ends = (end for end in range(start + 1, len(parts)) if end in behind)
        end = next((end for end in ends if _stands(ctx, joint.join(parts[start:end]))), None)
        pieces = [joint.join(parts[start:])] if end is None else [joint.join(parts[start:end]), *behind[end]]
        if all(_stands(ctx, piece) for piece in pieces):
            behind[start] = pieces
    return pieces


def _stands(ctx: Context, piece: str) -> bool:
    """Whether a piece names a matter by a word that is known for it."""
    found = ctx.find(piece)
    if not found.ids or found.scope or found.intent not in OPEN or found.question.elsewhere:
        return False
    policy = ctx.corpus.policies[found.ids[0]]
    keywords = {fold(word).text for word in policy.keywords}
    said = [hit.entry.word for hit in found.question.chosen]
    return any(keywords & {word, *ctx.corpus.synonyms.get(word, ())} for word in said)


def _asks(finding: Finding) -> bool:
    text = finding.question.folded.text
    return bool(finding.wants & {*ASKED, "conditions"}) or ASKS.search(text) is not None


def _are_apart(ctx: Context, pieces: Sequence[str]) -> bool:
    """Whether no policy that one piece may mean is meant by another."""
    meant = [lists.alike(ctx.find(piece)) for piece in pieces]
    return not any(one & other for n, one in enumerate(meant) for other in meant[n + 1 :])


def _with_district(ctx: Context, pieces: Sequence[str], before: Sequence[str]) -> list[str]:
    """平度技改和算力券: the district that stands before all, or in the first alone, is that of the others."""
    named = [ctx.find(piece).question.named("district") for piece in pieces]
    shared = before or named[0]
    if len(shared) != 1 or any(named[1:]) or (before and named[0]):
        return list(pieces)
    return [piece if own else f"{shared[0]}{piece}" for piece, own in zip(pieces, named, strict=True)]


def _alone(ctx: Context, whole: Finding, piece: str) -> str:
    """A piece with what the whole asks, where it asks nothing itself."""
    asks = ASKED.get(whole.intent, "")
    return piece if not asks or _asks(ctx.find(piece)) else f"{piece}{asks}"
