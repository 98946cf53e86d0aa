"""Where a draft becomes the truth: editions are checked, put into force one after another, and rolled back.

The database keeps the corpus. An edition follows the one it was checked against, or it is refused: of two people who
publish at once the second looks again. What is published for a day to come is put into force on that day by a worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.clock import Clock, now
from bot.corpus import Corpus, build_corpus
from bot.editions.gate import Complaint, Gate, Verdict
from bot.errors import CorpusError, NotAllowed, Overtaken
from bot.folder import read_parts
from bot.parts import EDITION, RATED, Rated, canonical, convert
from bot.revisions import (
    WORKER,
    Edition,
    Encoded,
    Part,
    Revision,
    applied,
    begun,
    changes,
    content,
    is_due,
    is_founded,
    may_review,
    may_submit,
    stands_on,
    together,
)
from bot.store.audit import NOBODY, Entry
from bot.store.revisions import Revisions

logger = structlog.get_logger(__name__)

TOGETHER = "together "  # begins the batch of what a reviewer put together for a day to come
STALE, SHUT = "stale", "gate_shut"  # why something goes back on its day, as the rules of publishing have it


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What would be in force: the edition it was checked against and on which day, its version, and the verdict."""

    against: int
    day: date
    version: str
    verdict: Verdict


class Press:
    """Publishes. It is also where the shelf reads the corpus from."""

    def __init__(self, revisions: Revisions, *, folder: Path, gate: Gate, clock: Clock) -> None:
        self._revisions = revisions
        self._folder = folder
        self._gate = gate
        self._clock = clock
        self._last: tuple[int, Corpus] | None = None  # the edition that was built last

    # ----- what the shelf asks

    async def mark(self) -> int:
        """The number of the edition in force."""
        return await self._revisions.newest()

    async def read(self) -> tuple[int, Corpus]:
        """The edition in force and its number; on an empty database the folder becomes the first edition."""
        number = await self._revisions.newest() or await self._seed()
        return number, await self._built(number, await self._revisions.parts(number))

    async def _seed(self) -> int:
        parts, corpus = await asyncio.to_thread(_from_folder, self._folder)
        came = await self._revisions.seed(
            parts, name=corpus.edition, version=corpus.version, time=self._clock.time()
        )  # fmt: skip
        if came:
            logger.info("corpus imported", version=corpus.version, parts=len(parts), folder=str(self._folder))
        return await self._revisions.newest()

    async def _parts(self, number: int) -> list[Part]:
        """The parts of an edition. They are not kept: 8 MB, and to read them again takes less than a blink."""
        return [revision.part for revision in await self._revisions.standing(number)]

    async def _built(self, number: int, parts: Sequence[Part | Encoded]) -> Corpus:
        """The corpus of an edition that has these parts."""
        if self._last is None or self._last[0] != number:
            self._last = (number, await asyncio.to_thread(build_corpus, parts))
        return self._last[1]

    # ----- checking

    async def prove(self, chosen: Sequence[Revision]) -> Proof:
        """What the corpus would be with these revisions in force, and whether it may be."""
        time = now(self._clock)
        against = await self._revisions.newest()
        parts = await self._parts(against)
        before = await self._built(against, parts)
        after_parts = applied(parts, chosen)
        try:
            after = await asyncio.to_thread(build_corpus, after_parts)
            old, new = _rated(parts), _rated(after_parts)
        except CorpusError as error:
            verdict = Verdict(fault=str(error), at=(error.kind, error.key, error.field))
            return Proof(against=against, day=time.date(), version="", verdict=verdict)
        verdict = await self._gate.judge(before, after, old=old, new=new, now=time)
        return Proof(against=against, day=time.date(), version=after.version, verdict=verdict)

    async def corpus_with(self, chosen: Sequence[Revision]) -> tuple[Corpus, Corpus]:
        """The corpus in force, and what it would be with these revisions; CorpusError where that does not load."""
        number = await self._revisions.newest()
        parts = await self._parts(number)
        before = await self._built(number, parts)
        return before, await asyncio.to_thread(build_corpus, applied(parts, chosen))

    async def look(self, chosen: Sequence[Revision]) -> tuple[Complaint, ...]:
        """What the lint says of these revisions, as whoever publishes them will see it; CorpusError where that does not
        load."""
        return await self._gate.complaints(*await self.corpus_with(chosen))

    # ----- submitting and publishing

    async def submit(self, drafts: Sequence[Revision], *, told: Sequence[Entry] = ()) -> None:
        """Put drafts up for review. Raises NotAllowed by the rules, CorpusError where one is not what it must be."""
        for draft in drafts:
            may_submit(draft, await self._revisions.standing_of(draft.kind, draft.key))
            if not draft.gone:
                convert(draft.part)
        await self._revisions.submit(drafts, time=self._clock.time(), told=told)

    async def publish(
        self,
        chosen: Sequence[Revision],
        *,
        who: str,
        proof: Proof,
        remark: str = "",
        override: str = "",
        told: Sequence[Entry] = (),
    ) -> Edition | None:
        """Put what is up for review into force, or have it wait for its day; None for the latter.

        `override` is the reason why it may be although the gate is shut. Raises NotAllowed by the rules, Overtaken
        where another edition came since the proof.
        """
        for revision in chosen:
            may_review(revision, who)
            stands_on(revision, await self._revisions.standing_of(revision.kind, revision.key))
            if await self._revisions.waiting_of(revision.kind, revision.key):
                raise NotAllowed("another_waits")
        if not proof.verdict.loads:
            raise NotAllowed("does_not_load")
        override = "" if proof.verdict.open else override
        if not proof.verdict.open and not override:
            raise NotAllowed(SHUT)
        note, time = override or remark, self._clock.time()
        later = [revision for revision in chosen if not is_due(revision, proof.day)]
        if later and len({revision.effective for revision in chosen}) > 1:
            raise NotAllowed("days_differ")
        if later:
            bound = _bound(chosen)
            await self._revisions.schedule(bound, who=who, remark=note, override=override, time=time, told=told)
            return None
        edition = await self._edition(proof.against + 1, chosen, author=who, version=proof.version, note=note)
        await self._revisions.publish(chosen, edition, who=who, remark=note, override=override, time=time, told=told)
        logger.info("edition published", number=edition.number, version=edition.version, parts=edition.parts)
        return edition

    async def take_effect(self) -> int:
        """Put into force what waits for a day that has come; how many parts that were.

        What came together is looked at together and by itself, against what is in force by then; one thing may need
        another, so what is refused is tried again after the others. Then it goes back to those who wrote it.
        """
        waiting = together([r for r in await self._revisions.waiting() if is_due(r, now(self._clock).date())])
        done, stuck = 0, False
        try:
            while waiting and not stuck:
                refused: list[tuple[list[Revision], str]] = []
                for group in waiting:
                    fault = await self._bring(group)
                    if fault:
                        refused.append((group, fault))
                    else:
                        done += len(group)
                stuck = len(refused) == len(waiting)
                waiting = [group for group, _ in refused]
            for group, fault in refused if stuck else ():
                await self._go_back(group, fault)
        except Overtaken:  # another process was first, or somebody published meanwhile: the next round looks again
            logger.info("what was to come into force was overtaken")
        return done

    async def _bring(self, group: Sequence[Revision]) -> str:
        """Put into force what came together, all or nothing; why not, where it is not."""
        newest = await self._revisions.newest()
        standing = [await self._revisions.standing_of(r.kind, r.key) for r in group]
        if not all(is_founded(r, was) for r, was in zip(group, standing, strict=True)):
            return STALE  # an admin took back meanwhile what it was begun on
        proof = await self.prove(group)
        if proof.against != newest:
            raise Overtaken("another edition came into force meanwhile")
        if not proof.verdict.loads:
            return proof.verdict.fault
        reason = "" if proof.verdict.open else next((r.override for r in group if r.override), "")
        if not proof.verdict.open and not reason:
            return SHUT
        told = [self._entry("corpus.gate_overridden", r, after={"reason": reason}) for r in group if reason]
        told += [
            self._entry("corpus.came_into_force", r, before=content(was), after=content(r))
            for r, was in zip(group, standing, strict=True)
        ]
        edition = await self._edition(proof.against + 1, group, author=WORKER, version=proof.version, note=reason)
        await self._revisions.take_effect(group, edition, told=told)
        logger.info("edition published", number=edition.number, version=edition.version, parts=edition.parts)
        return ""

    async def _go_back(self, group: Iterable[Revision], reason: str) -> None:
        """Return them for review, one by one; where somebody writes on the part again already, that one remains."""
        for revision in map(_apart, group):
            time, after = self._clock.time(), {"reason": reason}
            logger.error("what was to come into force goes back", part=revision.target, reason=reason)
            if await self._revisions.open_of(revision.kind, revision.key):
                told = [self._entry("corpus.came_to_nothing", revision, after=after)]
                await self._revisions.withdraw([revision], time=time, told=told)
            else:
                told = [self._entry("corpus.went_back", revision, after=after)]
                await self._revisions.return_to_review([revision], reason, time=time, told=told)

    def _entry(self, action: str, revision: Revision, **changed: Any) -> Entry:
        """What happened without anybody doing it, for the audit log."""
        time = self._clock.time()
        return Entry(time=time, staff=NOBODY, who=WORKER, action=action, target=revision.target, **changed)

    # ----- going back

    async def restore(self, kind: str, key: str, number: int, *, who: str) -> Revision:
        """A draft that has a part as it was in one of its revisions. Raises NotAllowed where that is not to be had."""
        old = await self._revisions.get(number)
        if old is None or old.place != (kind, key) or not old.edition:
            raise NotAllowed("no_such_revision")
        return self._draft(old, who, on=await self._revisions.standing_of(kind, key), gone=old.gone)

    async def restored_to(self, number: int, *, who: str) -> list[Revision]:
        """Drafts that together have the corpus as it was with an edition; not entered anywhere."""
        was = {revision.place: revision for revision in await self._revisions.standing(number)}
        stands = {r.place: r for r in await self._revisions.standing(await self._revisions.newest())}
        changed = [old for place, old in was.items() if place not in stands or changes(old, stands[place])]
        back = [self._draft(old, who, on=stands.get(old.place), gone=old.gone) for old in changed]
        came = [stands[place] for place in stands if place not in was]
        return back + [self._draft(r, who, on=r, gone=True) for r in came]

    async def emergency(
        self, restored: Sequence[Revision], *, who: str, reason: str, against: int, told: Sequence[Entry] = ()
    ) -> Edition:
        """Put revisions into force that take something back, without a second person: an admin answers for it.

        `against` is the edition that was in force when they were made: where another came since, they would go over
        what nobody looked at, or leave it standing. Overtaken then.
        """
        if not reason:
            raise NotAllowed("no_reason")
        if not restored:
            raise NotAllowed("nothing_changed")
        proof = await self.prove(restored)
        if proof.against != against:
            raise Overtaken("another edition came into force meanwhile")
        if not proof.verdict.loads:
            raise NotAllowed("does_not_load")
        edition = await self._edition(proof.against + 1, restored, author=who, version=proof.version, note=reason)
        signed = [msgspec.structs.replace(r, reviewer=who, reviewed=edition.created, remark=reason) for r in restored]
        await self._revisions.enter_published(signed, edition, told=told)
        logger.warning("edition rolled back", number=edition.number, version=edition.version, parts=len(restored))
        return edition

    def _draft(self, old: Revision, who: str, *, on: Revision | None, gone: bool) -> Revision:
        return begun(
            old.kind,
            old.key,
            who=who,
            time=self._clock.time(),
            on=on,
            body=old.body,
            wording=old.wording,
            gone=gone,
        )

    async def _edition(
        self, number: int, chosen: Iterable[Revision], *, author: str, version: str, note: str
    ) -> Edition:
        chosen = list(chosen)
        named = next((r.body for r in chosen if r.kind == EDITION and not r.gone), None)
        if named is None:
            standing = await self._revisions.standing_of(EDITION, EDITION)
            named = standing.body if standing else {}
        return Edition(
            number=number,
            name=str(named.get("name", "")),
            created=self._clock.time(),
            author=author,
            version=version,
            note=note,
            parts=len(chosen),
        )


def _bound(chosen: Sequence[Revision]) -> list[Revision]:
    """What is published as one for a day to come, as one batch, so that it is judged together on that day. What came by
    a file is known by its batch and takes nothing else into it."""
    batches = {revision.batch for revision in chosen}
    if len(batches) > 1:
        raise NotAllowed("batches_differ")
    if len(chosen) < 2 or batches != {""}:
        return list(chosen)
    return [msgspec.structs.replace(revision, batch=f"{TOGETHER}{chosen[0].id}") for revision in chosen]


def _apart(revision: Revision) -> Revision:
    """As it was before a reviewer put it together with others: each goes on with whoever wrote it."""
    return msgspec.structs.replace(revision, batch="") if revision.batch.startswith(TOGETHER) else revision


def _from_folder(folder: Path) -> tuple[list[Part], Corpus]:
    """The parts of a folder in one spelling, and the corpus they make."""
    parts = [canonical(part) for part in read_parts(folder)]
    return parts, build_corpus(parts)


def _rated(parts: Iterable[Part]) -> list[Rated]:
    """The rated questions among parts."""
    return [convert(part) for part in parts if part.kind == RATED]
