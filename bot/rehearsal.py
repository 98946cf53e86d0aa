"""A conversation played again from its beginning, on any day, with any corpus, and nothing of it kept.

The words are all there is to it: the same words are answered the same, so a page needs to remember nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.context import Context, Office
from bot.conversation import Conversation
from bot.corpus import Corpus
from bot.messages import Text
from bot.person import Change, DropFacts, Erase, KeepFacts, Person
from bot.ranking import Finding
from bot.replies import Answer
from bot.routing import Router


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the follower says: typed, or by a link with an id."""

    words: str
    menu_id: str = ""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, what was answered, and what was found for it."""

    said: Said
    answer: Answer
    finding: Finding


class Rehearsal:
    """Plays."""

    def __init__(self, router: Router, office: Office) -> None:
        self._router = router
        self._office = office

    async def play(
        self, said: Sequence[Said], corpus: Corpus, *, now: datetime, person: Person | None = None
    ) -> list[Turn]:
        """The turns of a conversation that begins with nothing but what is known of a person."""
        known = person or Person()
        conversation = Conversation()
        turns = []
        for one in said:
            ctx = self._context(one, corpus, now=now, conversation=conversation, person=known)
            answer = await self._router.answer(ctx)
            turns.append(Turn(said=one, answer=answer, finding=ctx.finding))
            conversation = ctx.conversation
            for change in ctx.changes:
                known = _changed(known, change)
        return turns

    def _context(
        self, said: Said, corpus: Corpus, *, now: datetime, conversation: Conversation, person: Person
    ) -> Context:
        message = Text(
            key="", openid="", account="", created=int(now.timestamp()), text=said.words, menu_id=said.menu_id
        )  # fmt: skip

        async def load() -> Person:
            return person

        return Context(
            message=message,
            words=said.words,
            pointed=said.menu_id,
            corpus=corpus,
            now=now,
            office=self._office,
            conversation=conversation,
            load=load,
        )


def _changed(person: Person, change: Change) -> Person:
    """What is known of somebody after a change of their enterprise."""
    match change:
        case KeepFacts(facts=facts):
            return msgspec.structs.replace(person, facts=facts, consented=1.0)
        case DropFacts():
            return msgspec.structs.replace(person, facts={}, consented=0.0)
        case Erase():
            return Person()
    return person
