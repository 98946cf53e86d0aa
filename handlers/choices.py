"""A number or a tapped title: that policy of a list, answered with what was asked of the list."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.chinese import fold, ordinal, several
from bot.context import Context
from bot.messages import Text
from bot.policies import Policy
from bot.replies import Answer, Say
from handlers import amounts, conditions, contacts, districts, lists, matters, qualifying, validity
from handlers.cards import card

POLICY_ID = re.compile(r"[a-z]+\d+-\d+")
BEFORE = ("上一个", "上一条", "前一个", "前一条", "上个", "看上一个", "看上一条")  # the one before, of the list
AFTER = ("下一个", "下一条", "后一个", "后一条", "下个", "看下一个", "看下一条")
LAST = ("最后一个", "最后一条", "最后那个", "最后那条", "看最后一个", "看最后一条")
LONGEST_CHOICE = 12  # characters
ANSWERS: dict[str, Callable[[Context, Policy], Answer]] = {
    "contact": contacts.of_policy,
    "expiry": validity.of_policy,
    "conditions": conditions.of_policy,
}


async def answer(ctx: Context) -> Answer | None:
    """A number, or a tapped title: that policy of the last list."""
    tapped = ctx.corpus.policies.get(ctx.pointed)
    if tapped is None and POLICY_ID.fullmatch(ctx.pointed):
        return lists.gone()
    number = ordinal(ctx.words) if ctx.words else None
    if tapped is not None and ctx.words == tapped.title:
        return card(ctx, tapped)
    if tapped is not None and number is not None:
        listed = ctx.conversation.listed[number - 1 : number] == (tapped.id,)  # else it stands in an older list
        return await chosen(ctx, tapped) if listed else card(ctx, tapped)
    if number is not None and 1 <= number <= len(ctx.conversation.listed):
        if not ctx.conversation.listed[number - 1]:  # one of several matters, and nothing was found for it
            return Answer(reply=Say(text=f"第{number}件没有找到对得上的政策，请换个说法单独再问。"), intent="help")
        before = ctx.conversation
        answer = await chosen(ctx, ctx.corpus.policies.get(before.listed[number - 1]))
        if before.heading == matters.HEADING:  # the others of them are still to be picked
            ctx.move(listed=before.listed, shown=before.shown, heading=before.heading, wanted=before.wanted)
        elif before.heading == districts.HEADING:  # the district is settled
            ctx.move(heading="")
        return answer
    beside = _beside(ctx, fold(ctx.words).text)
    if beside is not None:
        return await chosen(ctx, ctx.corpus.policies.get(ctx.conversation.listed[beside]))
    return _no_choice(ctx, number) if isinstance(ctx.message, Text) else None


def _beside(ctx: Context, words: str) -> int | None:
    """The place in the list that is meant by its last, or by the one before or behind that was looked at last."""
    listed = ctx.conversation.listed
    if words in LAST and listed:
        return len(listed) - 1
    place = listed.index(ctx.focus) if ctx.focus in listed else None
    if place is not None and words in BEFORE:
        return max(place - 1, 0)
    return place + 1 if place is not None and words in AFTER and place + 1 < len(listed) else None


def _no_choice(ctx: Context, number: int | None) -> Answer | None:
    """What to say of a number that no list on the screen has, and of several numbers at once."""
    if number is None and len(ctx.words) <= LONGEST_CHOICE and several(ctx.words) and ctx.conversation.listed:
        return Answer(reply=Say(text="一次看一条，请回复一个数字。"), intent="help")
    if number is None or len(ctx.words) > 6:
        return None
    if ctx.conversation.listed:
        return Answer(
            reply=Say(
                text=f"这个列表只有{len(ctx.conversation.listed)}条，请回复1到{len(ctx.conversation.listed)}之间的数字。"
            ),
            intent="help",
        )
    return Answer(
        reply=Say(text="这会儿没有可选的列表（列表保留30分钟）。请直接说您想问的事，比如“技改补贴”。"), intent="help"
    )


async def chosen(ctx: Context, policy: Policy | None) -> Answer | None:
    """A policy that was picked, answered with what is wanted of it."""
    if policy is None:
        return lists.gone()
    if ctx.conversation.wanted == "amount":
        return await amounts.of_policy(ctx, policy)
    if ctx.conversation.wanted == qualifying.WANTED:
        return await qualifying.of_policy(ctx, policy)
    return ANSWERS.get(ctx.conversation.wanted, card)(ctx, policy)
