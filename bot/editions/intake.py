"""From a file to drafts: it is read and held against the corpus in threads, and its drafts are entered all or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import msgspec

from bot.clock import Clock
from bot.corpus import Corpus
from bot.errors import NotAllowed, Overtaken, StoreError
from bot.importers.drafts import Draft, drafts_from
from bot.importers.kinds import read_file
from bot.importers.matching import Comparison, compare, with_wordings
from bot.importers.reading import Progress, Reading, silent
from bot.importers.shape import Shape
from bot.parts import DEPARTMENT, PAPER, POLICY, body_of
from bot.revisions import Body, begun
from bot.store.audit import Entry
from bot.store.revisions import Revisions


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: the batch it is looked at together by, and the numbers of the drafts."""

    batch: str
    drafts: tuple[int, ...]


class Intake:
    """Takes files in; without `revisions` it only looks at them."""

    def __init__(self, revisions: Revisions | None, *, shape: Shape, clock: Clock) -> None:
        self._revisions = revisions
        self._shape = shape
        self._clock = clock

    async def read(self, data: bytes, progress: Progress = silent) -> Reading:
        """The items and faults of a file; `progress` is told from another thread."""
        return await asyncio.to_thread(read_file, data, self._shape, progress)

    async def compare(self, reading: Reading, corpus: Corpus, source: str) -> Comparison:
        """What the items are to the policies of a source."""
        return await asyncio.to_thread(compare, reading, corpus, source, shape=self._shape)

    async def with_wordings(self, reading: Reading, corpus: Corpus, source: str) -> Reading:
        """The reading, with a fault where a new policy has no wording."""
        return await asyncio.to_thread(with_wordings, reading, corpus, source, shape=self._shape)

    async def drafts(self, comparison: Comparison, corpus: Corpus, source: str) -> tuple[Draft, ...]:
        """What an editor would have to complete."""
        return await asyncio.to_thread(drafts_from, comparison, corpus, source, shape=self._shape)

    async def store(
        self, drafts: Sequence[Draft], *, batch: str, who: str, against: int, told: Sequence[Entry] = ()
    ) -> Stored:
        """Enter drafts with the papers and units they need. Overtaken, naming them, where somebody works on one;
        NotAllowed where another edition is in force than the one, `against`, that they were made by comparing with."""
        if self._revisions is None:
            raise StoreError("there is no database to store drafts in")
        newest = await self._revisions.newest()
        if not newest:
            raise StoreError("the database has no corpus yet: it takes the folder of [corpus] at the first start")
        if newest != against:
            raise NotAllowed("import_outdated")
        places = {place: (body, wording) for place, body, wording in _bodies(drafts)}
        busy = [r.key for r in await self._revisions.unfinished() if r.place in places]
        if busy:
            raise Overtaken(", ".join(busy))
        standing = {r.place: r for r in await self._revisions.standing(newest)}
        time = self._clock.time()
        entered = [
            begun(
                kind,
                key,
                who=who,
                time=time,
                on=standing.get((kind, key)),
                body=body,
                wording=wording,
                batch=batch,
            )
            for (kind, key), (body, wording) in places.items()
        ]
        return Stored(batch=batch, drafts=tuple(await self._revisions.begin(entered, told=told)))


def _bodies(drafts: Sequence[Draft]) -> Iterator[tuple[tuple[str, str], Body, str]]:
    """All parts that drafts are made of, what others point at first; a unit that two of them bring stands once."""
    for draft in drafts:
        for key, paper in draft.papers.items():
            yield (PAPER, key), body_of(paper), ""
        for department in draft.departments:
            yield (DEPARTMENT, department.name), body_of(department), ""
    for draft in drafts:
        yield (POLICY, draft.policy.id), body_of(draft.policy), draft.wording
