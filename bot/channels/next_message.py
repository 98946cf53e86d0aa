"""Told with the next answer: what waits for a follower to whom nothing may be pushed stands beneath what they are
answered next."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.notices import Notice
from bot.replies import TEXT_LIMIT, Answer, Say

MOST = 3  # notices beneath one answer: who asked something came for the answer
RULE = "\n\n────────\n"


def beneath(answer: Answer, waiting: Sequence[Notice], heading: str) -> tuple[Answer, tuple[Notice, ...]]:
    """The answer with what waits beneath it, and which of that was taken in: as much as one text holds, the oldest
    first, in full where there is room and else in brief. What has no room goes on waiting and holds up nothing behind
    it. Only words have room for more words."""
    if not isinstance(answer.reply, Say) or not waiting:
        return answer, ()
    text, told = answer.reply.text + RULE + heading, list[Notice]()
    for notice in waiting:
        joint = "\n" if told or heading else ""
        longer = [text + joint + words for words in (notice.text, notice.brief) if words]
        fitting = next((one for one in longer if len(one.encode()) <= TEXT_LIMIT), "")
        if fitting:
            text = fitting
            told.append(notice)
        if len(told) == MOST:
            break
    if not told:
        return answer, ()
    return msgspec.structs.replace(answer, reply=Say(text=text)), tuple(told)
