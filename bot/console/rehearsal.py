"""The box to try a message in: the reply as on a phone, and why; with drafts in force, on any day, as anybody asks.

All that was said stands in the address, so that a tapped link, a reload and the browser's way back need nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import quote, urlencode

from aiohttp import web

from bot.chinese import fold
from bot.clock import SHANGHAI
from bot.console.bubbles import Piece, pieces
from bot.console.corpus import title_of
from bot.console.entries import is_day
from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.errors import CorpusError
from bot.explain import Reading, reading
from bot.person import Facts, Person
from bot.rehearsal import Said, Turn
from bot.replies import Answer, HandOver, Say, ShowArticle
from bot.revisions import IN_REVIEW, Revision

HERE = "/console/try"
TEXT_LIMIT = 300  # characters of a message
TURNS = 12  # messages of a conversation
ADDRESS_LIMIT = 3600  # bytes that they may take in an address: with one more typed it stays below a proxy's 8000
DISTRICT = "district"  # the fact that says where an enterprise is
ALL = "review"  # the choice of a corpus: all that is up for review together
SPLIT = "|"  # between the id of a tapped link and its words


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A turn as the page shows it. `look` is the address where it is explained."""

    words: str
    tapped: bool
    pieces: Sequence[Piece]
    kind: str
    answer: Answer
    look: str
    looked: bool


@dataclass(kw_only=True)
class Wish:
    """What the address asks for."""

    said: list[Said]
    day: date
    day_is_set: bool
    district: str
    corpus: str
    look: int
    errors: dict[str, str]

    def address(self, *, more: Said | None = None, look: int = -1, fresh: bool = False) -> str:
        """The page with something more said, another turn looked at, or begun anew."""
        said = [] if fresh else [*self.said, *([more] if more else [])]
        pairs = [("say", _spelled(one)) for one in said]
        pairs += [("district", self.district), ("corpus", self.corpus), ("look", str(look) if look >= 0 else "")]
        if self.day_is_set:
            pairs.append(("on", self.day.isoformat()))
        return f"{HERE}?{urlencode([pair for pair in pairs if pair[1]])}"


async def show(visit: Visit) -> web.Response:
    """The conversation so far, and why its last answer, or the one looked at, is what it is."""
    wish = _read(visit)
    corpus, drafts = await _corpus(visit, wish)
    districts = _districts(visit.desk.corpus())
    facts: Facts = {DISTRICT: wish.district} if wish.district in districts and DISTRICT in corpus.facts else {}
    person = Person(facts=facts, consented=1.0 if facts else 0.0)
    turns = await visit.desk.talk.rehearsal.play(wish.said, corpus, now=_moment(visit, wish), person=person)
    looked = wish.look if 0 <= wish.look < len(turns) else len(turns) - 1
    why: Reading | None = reading(turns[looked].finding, corpus) if turns else None
    return visit.page(
        "rehearsal",
        wish=wish,
        before=[_spelled(one) for one in wish.said],
        turns=[_shown(wish, number, turn, looked) for number, turn in enumerate(turns)],
        say=lambda piece: wish.address(more=Said(words=piece.words, menu_id=piece.menu_id)),
        turn=turns[looked] if turns else None,
        why=why,
        corpus=corpus,
        drafts=drafts,
        districts=districts,
        asked=sorted(turns[looked].finding.wants) if turns else [],
    )


def _read(visit: Visit) -> Wish:
    query = visit.request.query
    said = [_said(text) for text in query.getall("say", [])]
    typed = visit.asked("text")[:TEXT_LIMIT]
    if typed:
        said.append(Said(words=typed))
    said = _within(said[-TURNS:])
    on, errors = visit.asked("on"), {}
    if on and not is_day(on):
        errors["on"] = "day"
    is_set = bool(on) and not errors
    look = visit.asked("look")
    return Wish(
        said=said,
        day=date.fromisoformat(on) if is_set else visit.now.date(),
        day_is_set=is_set and on != visit.now.date().isoformat(),
        district=visit.asked("district"),
        corpus=visit.asked("corpus"),
        look=int(look) if look.isascii() and look.isdigit() and len(look) < 4 and not typed else -1,
        errors=errors,
    )


def _within(said: list[Said]) -> list[Said]:
    """The newest that an address can hold."""
    kept: list[Said] = []
    room = ADDRESS_LIMIT
    for one in reversed(said):
        room -= len(quote(_spelled(one))) + len("&say=")
        if room < 0 and kept:
            break
        kept.insert(0, one)
    return kept


def _said(text: str) -> Said:
    menu_id, split, words = text.partition(SPLIT)
    menu_id, words = (menu_id, words) if split else ("", text)
    printable = "".join(char if char.isprintable() or char == "\n" else " " for char in words)
    return Said(words=printable.strip()[:TEXT_LIMIT], menu_id=menu_id[:128])


def _spelled(said: Said) -> str:
    return f"{said.menu_id}{SPLIT}{said.words}" if said.menu_id or SPLIT in said.words else said.words


def _moment(visit: Visit, wish: Wish) -> datetime:
    """Now, or ten in the morning of another day."""
    return datetime.combine(wish.day, time(10), SHANGHAI) if wish.day_is_set else visit.now


async def _corpus(visit: Visit, wish: Wish) -> tuple[Corpus, list[tuple[str, str]]]:
    """The corpus to answer from, and those that can be chosen, as (value, title)."""
    live, publishing = visit.desk.corpus(), visit.desk.publishing
    if publishing is None:
        return live, []
    drafts = await publishing.revisions.unfinished()
    groups: dict[str, list[Revision]] = {}
    for draft in drafts:
        groups.setdefault(draft.batch or str(draft.id), []).append(draft)
    reviewed = [draft for draft in drafts if draft.state == IN_REVIEW]
    titles = [(key, _title(group)) for key, group in groups.items()]
    chosen = reviewed if wish.corpus == ALL else groups.get(wish.corpus, [])
    if len(reviewed) > 1:
        titles.insert(0, (ALL, ""))
    if wish.corpus and not chosen:
        wish.errors["corpus"] = "no_draft"
    if not chosen:
        return live, titles
    try:
        return await visit.desk.talk.corpus_with(publishing, chosen), titles
    except CorpusError as error:
        wish.errors["corpus"] = str(error)
        return live, titles


def _title(group: Sequence[Revision]) -> str:
    first = group[0]
    title = title_of(first.kind, first.key, first.body)
    return title if len(group) == 1 else f"{title} +{len(group) - 1}"


def _districts(corpus: Corpus) -> list[str]:
    fact = corpus.facts.get(DISTRICT)
    return [option.name for option in fact.options] if fact else []


def _shown(wish: Wish, number: int, turn: Turn, looked: int) -> Shown:
    reply = turn.answer.reply
    text, kind = "", type(reply).__name__
    if isinstance(reply, Say):
        text = reply.text
    elif isinstance(reply, ShowArticle):
        text = f"{reply.title}\n{reply.description}"
    elif isinstance(reply, HandOver):
        kind = "HandOver"
    return Shown(
        words=turn.said.words,
        tapped=bool(turn.said.menu_id),
        pieces=tuple(pieces(text)),
        kind=kind,
        answer=turn.answer,
        look=wish.address(look=number),
        looked=number == looked,
    )


def address_of(words: str) -> str:
    """Where words are tried."""
    return f"{HERE}?{urlencode({'text': words[:TEXT_LIMIT]})}" if fold(words).text else HERE
