"""Files that staff bring in: read in a thread one at a time, the state of each written down for whoever waits.

A file is in memory while it is read and nowhere after; what was read of it is kept in the database. So only a few may
wait, and one of each colleague.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from bot.clock import Clock, within
from bot.corpus import Corpus
from bot.editions.intake import Intake
from bot.errors import BotError
from bot.importers.drafts import Draft, drafts_from
from bot.importers.excerpts import Excerpt, excerpts
from bot.importers.kinds import read_whole
from bot.importers.matching import Comparison, compare, with_wordings
from bot.importers.reading import Reading
from bot.importers.shape import Shape, read_shape
from bot.store.imports import COMPARING, FAILED, INTERRUPTED, READ, READING, WAITING, Import, Imports
from bot.store.revisions import Revisions

logger = structlog.get_logger(__name__)
T = TypeVar("T")

MOST = 4  # files that are read or wait, each of 20 MB at most
BEAT, LEASE = 0.5, 30.0  # seconds between two notes of how far it is, and after which one is given up for dead
LOOKS = 8  # comparisons that are kept, so that a page and the button on it ask once
SHAPE = "import.toml"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a file, and around each of its faults and hints what stands there."""

    reading: Reading
    faults: tuple[Excerpt, ...] = ()
    hints: tuple[Excerpt, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is to a corpus, and the drafts that would come of it, by the ids of their policies."""

    comparison: Comparison
    drafts: dict[str, Draft]

    @property
    def parts(self) -> int:
        """How many drafts that would be: the policies, with the papers and units that they bring."""
        papers = {key for draft in self.drafts.values() for key in draft.papers}
        units = {unit.name for draft in self.drafts.values() for unit in draft.departments}
        return len(self.drafts) + len(papers) + len(units)


class Stopped(BotError):
    """The process ends, and a thread is told to leave off."""


class Going:
    """How far one file is, told from the thread that reads it."""

    def __init__(self) -> None:
        self.state = WAITING
        self.done = self.total = 0
        self.stopped = False

    def tell(self, done: int, total: int) -> None:
        """So many of so many steps."""
        if self.stopped:
            raise Stopped("the process ends")
        self.done, self.total = done, total


_decoder = msgspec.json.Decoder(Report)


class Uploads:
    """Reads what staff bring in, and holds it against the corpus."""

    def __init__(self, imports: Imports, revisions: Revisions, *, folder: Path, clock: Clock) -> None:
        self.imports = imports
        self._revisions = revisions
        self._folder = folder
        self._clock = clock
        self.turn = asyncio.Semaphore(1)  # what reads PDF is not safe for threads, and answers come first
        self._running: dict[asyncio.Task[None], tuple[int, Going]] = {}
        self._looks: OrderedDict[tuple[int, str], Look] = OrderedDict()

    def shape(self) -> Shape:
        """The shape of the papers, as the file has it now; CorpusError where it cannot be used."""
        return read_shape(self._folder / SHAPE)

    def intake(self) -> Intake:
        """What enters drafts."""
        return Intake(self._revisions, shape=self.shape(), clock=self._clock)

    async def start(self, data: bytes, *, file: str, source: str, who: str, corpus: Corpus) -> int:
        """Begin to read a file; its number. NotAllowed where `who` has one going, or too many are going already."""
        shape, time = self.shape(), self._clock.time()
        one = Import(author=who, file=file, source=source, created=time, lease=time + LEASE)
        number = await self.imports.begin(one, most=MOST)
        going = Going()
        task = asyncio.create_task(self._run(number, going, data, source=source, shape=shape, corpus=corpus))
        self._running[task] = (number, going)
        task.add_done_callback(lambda done: self._running.pop(done, None))
        return number

    async def report(self, number: int) -> Report | None:
        """What was read of a file; None where nothing was."""
        packed = await self.imports.result(number)
        return await asyncio.to_thread(_unpacked, packed) if packed else None

    async def look(self, one: Import, report: Report, corpus: Corpus) -> Look:
        """What a file is to this corpus; asked again of the same, it is at hand."""
        key = (one.id, corpus.version)
        if key not in self._looks:
            look = await asyncio.to_thread(_look, report.reading, corpus, one.source, self.shape(), Going())
            self._keep(key, look)
        return self._looks[key]

    async def settle(self) -> None:
        """Return once nothing runs."""
        await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Give up what runs, and say so."""
        held = dict(self._running)
        for task, (_, going) in held.items():
            going.stopped = True
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        for number, _ in held.values():
            await self.imports.finish(number, state=INTERRUPTED)

    async def _run(self, number: int, going: Going, data: bytes, *, source: str, shape: Shape, corpus: Corpus) -> None:
        try:
            async with self._turn_of(number, going):
                report = await self._step(number, going, READING, lambda: _read(data, corpus, source, shape, going))
                whole = report.reading
                look = await self._step(number, going, COMPARING, lambda: _look(whole, corpus, source, shape, going))
            self._keep((number, corpus.version), look)
            packed = await asyncio.to_thread(_packed, report)
            counts = {"items": len(whole.items), "faults": len(whole.faults)}
            await self.imports.finish(number, state=READ, result=packed, **counts)
        except BotError as error:
            logger.warning("import failed", number=number, error=type(error).__name__, reason=str(error))
            await self.imports.finish(number, state=FAILED)
        except Exception:
            logger.exception("import failed", number=number)
            await self.imports.finish(number, state=FAILED)

    @asynccontextmanager
    async def _turn_of(self, number: int, going: Going) -> AsyncIterator[None]:
        """Wait until no other file is read."""
        acquired = asyncio.ensure_future(self.turn.acquire())
        try:
            await self._beating(number, going, acquired)
            yield
        finally:
            if acquired.done() and not acquired.cancelled():
                self.turn.release()

    async def _step(self, number: int, going: Going, state: str, work: Callable[[], T]) -> T:
        """Work in a thread, its progress written down."""
        going.state, going.done, going.total = state, 0, 0
        return await self._beating(number, going, asyncio.to_thread(work))

    async def _beating(self, number: int, going: Going, waiting: Awaitable[T]) -> T:
        """Wait for something, and say meanwhile that somebody is still at it."""
        task = asyncio.ensure_future(waiting)
        try:
            await self._note(number, going)
            while not await within(self._clock, task, BEAT):
                await self._note(number, going)
            return await task
        finally:
            task.cancel()

    async def _note(self, number: int, going: Going) -> None:
        lease = self._clock.time() + LEASE
        await self.imports.note(number, state=going.state, done=going.done, total=going.total, lease=lease)

    def _keep(self, key: tuple[int, str], look: Look) -> None:
        self._looks[key] = look
        while len(self._looks) > LOOKS:
            self._looks.popitem(last=False)


def _read(data: bytes, corpus: Corpus, source: str, shape: Shape, going: Going) -> Report:
    reading, blocks = read_whole(data, shape, going.tell)
    reading = with_wordings(reading, corpus, source, shape=shape)
    return Report(
        reading=reading,
        faults=excerpts(reading.faults, blocks, shape),
        hints=excerpts(reading.hints, blocks, shape),
    )


def _look(reading: Reading, corpus: Corpus, source: str, shape: Shape, going: Going) -> Look:
    """Of a file with faults only what could be read, and nothing is called gone: it may stand in a wrong row."""
    if not reading.items:
        return Look(comparison=Comparison(matches=(), gone=()), drafts={})
    found = compare(reading, corpus, source, shape=shape, progress=going.tell)
    if not reading.is_whole:
        found = Comparison(matches=found.matches, gone=())
    drafts = drafts_from(found, corpus, source, shape=shape)
    return Look(comparison=found, drafts={draft.policy.id: draft for draft in drafts})


def _packed(report: Report) -> bytes:
    return zlib.compress(msgspec.json.encode(report))


def _unpacked(packed: bytes) -> Report:
    return _decoder.decode(zlib.decompress(packed))
