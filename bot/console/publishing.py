"""What the pages of the corpus work with: drafts, the press, simulations, the shelf that is told of new editions."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.clock import Clock, now
from bot.editions.gate import Complaint
from bot.editions.press import Press, Proof
from bot.editions.shelf import Shelf
from bot.editions.trials import Trials
from bot.errors import CorpusError
from bot.revisions import Revision
from bot.store.database import Database
from bot.store.questions import Questions
from bot.store.revisions import Revisions
from bot.store.simulations import Simulations

PROOFS = 8  # that are kept, so that a page and the button on it ask once
LOOKS = 64  # at drafts, likewise: each is a few words


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is wrong with a change before anybody reviews it: why it would not load, or what the lint says of it."""

    fault: CorpusError | None = None
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """The parts; there are none where files are the truth."""

    press: Press
    revisions: Revisions
    questions: Questions
    simulations: Simulations
    trials: Trials
    shelf: Shelf
    clock: Clock
    _proofs: OrderedDict[object, Proof] = field(default_factory=OrderedDict)
    _looks: OrderedDict[object, Look] = field(default_factory=OrderedDict)
    _proving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def prove(self, chosen: Sequence[Revision]) -> Proof:
        """The proof of a change; the same change on the same day against the same edition is proved once."""
        async with self._proving:
            edition = await self.revisions.newest()
            key = (edition, now(self.clock).date(), tuple((r.id, r.edits) for r in chosen))
            if key not in self._proofs:
                self._proofs[key] = await self.press.prove(chosen)
                while len(self._proofs) > PROOFS:
                    self._proofs.popitem(last=False)
            return self._proofs[key]

    async def look(self, chosen: Sequence[Revision]) -> Look:
        """What is wrong with a change as it is kept; the same change is looked at once, and one at a time: whoever may
        look at drafts can ask for it."""
        async with self._proving:
            key = (await self.revisions.newest(), tuple((r.id, r.edits) for r in chosen))
            if key not in self._looks:
                self._looks[key] = await self._looked(chosen)
                while len(self._looks) > LOOKS:
                    self._looks.popitem(last=False)
            return self._looks[key]

    async def look_at_typed(self, typed: Revision) -> Look:
        """The same of a form that is not kept yet."""
        async with self._proving:
            return await self._looked([typed])

    async def _looked(self, chosen: Sequence[Revision]) -> Look:
        try:
            return Look(complaints=await self.press.look(chosen))
        except CorpusError as error:  # kept without the frames it went through: they hold whole corpora
            return Look(fault=CorpusError(str(error), kind=error.kind, key=error.key, field=error.field))

    async def close(self) -> None:
        """Give up the simulations that run."""
        await self.trials.close()


def build_publishing(press: Press, shelf: Shelf, database: Database, clock: Clock) -> Publishing:
    """The parts, on one database."""
    questions, simulations = Questions(database), Simulations(database)
    return Publishing(
        press=press,
        revisions=Revisions(database),
        questions=questions,
        simulations=simulations,
        trials=Trials(press, questions, simulations, clock=clock),
        shelf=shelf,
        clock=clock,
    )
