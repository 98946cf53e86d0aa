"""What one follower and the bot said to one another, around a message: read by staff, and added to by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.announcements import NEXT
from bot.console.bubbles import Piece, pieces
from bot.console.ledgers import Cause, cause_of
from bot.console.letters import faults, name_of, said_of, window, write
from bot.console.visit import Visit
from bot.replies import Answer, HandOver, Say, ShowArticle
from bot.routing import spoken
from bot.store.correspondence import MOST, Announced, Letter, Line, together
from bot.store.recipients import SENT


@dataclass(frozen=True, kw_only=True)
class Bubble:
    """Something in the chat. side: mine of the follower, theirs of the bot, staff of whoever wrote by hand, announced
    of an announcement to many, or line. `state` is what became of something that was written unasked, `announced` what
    the ledger says of an announcement, `why` what went wrong with it."""

    side: str
    time: float
    pieces: Sequence[Piece]
    kind: str = ""
    key: str = ""
    state: str = ""
    marked: bool = False
    announced: Announced | None = None
    why: Cause | None = None


async def show(visit: Visit) -> web.Response:
    """The conversation in which a message stands."""
    return await page(visit, visit.part("key"))


async def reply(visit: Visit) -> web.Response:
    """Write to whoever sent the message."""
    key = visit.part("key")
    errors = faults(visit, [key])
    if errors:
        return await page(visit, key, errors=errors, status=422)
    said, words = said_of(await write(visit, [key]))
    back = visit.form.number("ticket")
    return visit.go(f"/console/tickets/{back}" if back else f"/console/conversations/{key}", said, **words)


async def page(visit: Visit, key: str, *, errors: dict[str, str] | None = None, status: int = 200) -> web.Response:
    """The page of a conversation; 404 where the message is kept no more."""
    facts = await around(visit, key)
    if facts is None:
        raise web.HTTPNotFound
    tickets = await visit.desk.talk.tickets.of_follower(await visit.desk.talk.correspondence.who(key))
    return visit.page(
        "conversation",
        status=status,
        key=key,
        tickets=tickets,
        errors=errors or {},
        typed=visit.form.raw("text"),
        **facts,
    )


async def around(visit: Visit, key: str) -> dict[str, Any] | None:
    """What is shown of the follower who sent a message: the chat, the name, the window, the answers at hand."""
    talk = visit.desk.talk
    openid = await talk.correspondence.who(key)
    if not openid:
        return None
    lines = await talk.correspondence.lines(openid, visit.time)
    since = lines[0].received if len(lines) == MOST else 0.0  # what came before the lines that are shown is not shown
    letters = await talk.correspondence.letters(openid, since)
    announced = await talk.correspondence.announced(openid, since)
    found = await talk.correspondence.window(openid)
    return {
        "who": name_of(visit, openid),
        "bubbles": [bubble for one in together(lines, letters, announced) for bubble in bubbles(one, key)],
        "window": window(visit, found.until, found.left),
        "canned": await talk.canned.everything(),
        "may_write": talk.may_write,
    }


def bubbles(one: Line | Letter | Announced, key: str) -> list[Bubble]:
    """What a message and its answer, a letter or an announcement look like in the chat; what happens without a word is
    a line, and so is an announcement that stands in an answer."""
    if isinstance(one, Announced):
        beneath = one.channel == NEXT and one.state == SENT
        said = () if beneath else tuple(pieces(one.text))
        side, why = "line" if beneath else "announced", cause_of(one)
        return [Bubble(side=side, time=one.time, pieces=said, state=one.state, announced=one, why=why)]
    if isinstance(one, Letter):
        side = "staff" if one.by_staff else "theirs"
        return [Bubble(side=side, time=one.created, pieces=tuple(pieces(one.text)), state=one.state)]
    words, text, kind = spoken(one.message), _text(one.answer), type(one.message).__name__
    heard = Bubble(
        side="mine" if words else "line",
        time=one.received,
        pieces=(Piece(text=words),) if words else (),
        kind=kind,
        key=one.key,
        marked=one.key == key,
    )
    if text:
        return [heard, Bubble(side="theirs", time=one.answered, pieces=tuple(pieces(text)))]
    return [heard, Bubble(side="line", time=one.answered, pieces=(), kind=_silence(one.answer))] if words else [heard]


def _silence(answer: Answer) -> str:
    return "HandOver" if isinstance(answer.reply, HandOver) else "Silence"


def _text(answer: Answer) -> str:
    match answer.reply:
        case Say(text=text):
            return text
        case ShowArticle(title=title, description=description):
            return f"{title}\n{description}"
    return ""
