"""单贯军奖多少, 高qi: nothing is called so, and one name is within one slip of it, by its characters or its sound."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from itertools import chain

from bot.characters import is_hanzi, syllable
from bot.chinese import fold
from bot.context import Context
from bot.corpus import Corpus
from bot.replies import Answer, Say, say_link
from handlers import places

SHORTEST, LONGEST = 2, 8  # characters of a name
SURE = 3  # characters from which on a slip may be more than another character of the same sound
FIRM = 4  # characters from which on another sound may be a slip too; below it is asked whether it was one
SAME = 2  # characters that have to be as they are in the name
MOST = 3  # names that are offered where several are as near
OTHER = re.compile("[0-9]")
LATIN = re.compile("[a-z]+")

Unit = tuple[str, str]  # a character and its syllable; of pinyin the syllable alone


async def answer(ctx: Context) -> Answer | None:
    """What is meant is answered, under a line that says what was understood; of several it is asked which."""
    said = _said(ctx)
    found = list(_meant(ctx.corpus, said)) if said else []
    if not found:
        return None
    least = min(found)[0]
    names = [name for cost, name in sorted(found) if cost == least]
    policies = {ctx.find(name).ids[:1]: name for name in reversed(names) if ctx.find(name).ids}
    if len(policies) != 1 or _is_another_word(said, next(iter(policies.values()))):
        links = "、".join(say_link(name, name) for name in dict.fromkeys(policies.values()))
        return Answer(reply=Say(text=f"没有“{said}”。您是不是想问：{links}"), intent="offtopic") if links else None
    name = next(iter(policies.values()))
    told = await places.asked_aside(ctx, ctx.aside(ctx.finding.question.folded.text.replace(said, name)))
    return places.led(told, f"没有叫“{said}”的，按“{name}”找到的：")


def _said(ctx: Context) -> str:
    """The matter, in one piece, of words of which nothing is known."""
    finding = ctx.finding
    question = finding.question
    if finding.ids or question.named("foreign") or question.elsewhere or "bait" in question.signs:
        return ""
    text, matter = question.folded.text, question.matter
    whole = bool(matter) and matter[-1] - matter[0] + 1 == len(matter)
    said = text[matter[0] : matter[-1] + 1] if whole else ""
    return said if SHORTEST <= len(said) <= 2 * LONGEST and not OTHER.search(said) else ""


def _meant(corpus: Corpus, said: str) -> Iterator[tuple[int, str]]:
    """The names that are one slip away, with what it costs to take them for it."""
    names = _names(corpus)
    mixed = LATIN.search(said) is not None
    known = {sound for units in names.values() for _, sound in units} if mixed else set()
    heard = tuple(_units(said, known))
    for name, units in names.items():
        if abs(len(units) - len(heard)) > 1:
            continue
        if _ends_otherwise(heard, units):
            continue
        same = sum(char in name for char, _ in heard if char)
        if len(units) < SURE or len(heard) < SURE:
            if len(units) == len(heard) and same and all(_alike(a, b) for a, b in zip(heard, units, strict=True)):
                yield 0, name
        elif same >= SAME or mixed:
            slips = _slips(heard, units)
            if slips <= (0 if mixed and same < SAME else 1):
                yield 2 * slips + (len(heard) - same), name


def _names(corpus: Corpus) -> dict[str, tuple[Unit, ...]]:
    """What policies and topics are called, with their syllables."""
    called = chain(corpus.topics, *(policy.keywords for policy in corpus.policies.values()))
    return dict(filter(None, map(_spelled, called)))


@lru_cache(maxsize=8192)
def _spelled(name: str) -> tuple[str, tuple[Unit, ...]] | None:
    """A name as it is folded, with its syllables; None where it cannot be slipped at, or is too long to be typed."""
    text = fold(name).text
    fits = SHORTEST <= len(text) <= LONGEST and all(map(is_hanzi, text))
    return (text, tuple((char, syllable(char)) for char in text)) if fits else None


def _units(said: str, known: Container[str]) -> Iterator[Unit]:
    """The characters of what was said with their sounds; Latin letters as syllables, the longest first."""
    place = 0
    while place < len(said):
        char = said[place]
        run = LATIN.match(said, place)
        sound = next((run[0][:n] for n in range(len(run[0]), 0, -1) if run[0][:n] in known), char) if run else ""
        yield ("", sound) if run else (char, syllable(char))
        place += len(sound) or 1


def _is_another_word(said: str, name: str) -> bool:
    """Whether a short name has another character of another sound: 充电宝 and 租设备 are words, and no slips."""
    heard, units = tuple(_units(said, ())), tuple(_units(name, ()))
    short = len(heard) == len(units) < FIRM and LATIN.search(said) is None
    return short and not all(_alike(a, b) for a, b in zip(heard, units, strict=True))


def _ends_otherwise(heard: tuple[Unit, ...], name: tuple[Unit, ...]) -> bool:
    """Whether two characters or more at an end of a name are others: 科技馆 begins as 科技攻关 does, and is another
    word. Not where all of them are only written otherwise: a slip of the ear."""
    start = 0
    while start < min(len(heard), len(name)) and heard[start] == name[start]:
        start += 1
    end = 0
    while end < min(len(heard), len(name)) - start and heard[-1 - end] == name[-1 - end]:
        end += 1
    written = all(char for char, _ in heard) and (start == 0 or end == 0) and len(name) - start - end >= SAME
    return written and len(name) >= SURE and not (len(heard) == len(name) and all(map(_alike, heard, name)))


def _alike(one: Unit, other: Unit) -> bool:
    return one == other or one[1] == other[1]


def _slips(heard: tuple[Unit, ...], name: tuple[Unit, ...]) -> int:
    """Units that were put in, left out or taken for another; from two on it does not matter how many."""
    start = 0
    while start < min(len(heard), len(name)) and _alike(heard[start], name[start]):
        start += 1
    end = 0
    while end < min(len(heard), len(name)) - start and _alike(heard[-1 - end], name[-1 - end]):
        end += 1
    return max(len(heard), len(name)) - start - end
