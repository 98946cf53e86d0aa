"""Where the corpus stands that is answered from: a new edition is read beside it and takes its place in one step."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from bot.corpus import Corpus, read_corpus
from bot.errors import CorpusError, StoreError

logger = structlog.get_logger(__name__)

LONGEST_READING = 60.0  # seconds; reading the parts and building the index takes less than one


class Source(Protocol):
    """Where a corpus comes from."""

    async def mark(self) -> int:
        """A number that changes whenever a reading would give another corpus; cheap to ask for."""

    async def read(self) -> tuple[int, Corpus]:
        """The corpus, and the mark it had. Raises CorpusError where it does not load, StoreError where it is away."""


class Files:
    """The files of a folder. Nothing tells that they were edited but somebody who says so."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def mark(self) -> int:
        """The files have none."""
        return 0

    async def read(self) -> tuple[int, Corpus]:
        """The corpus as the files have it now."""
        return 0, await asyncio.to_thread(read_corpus, self._folder)


class Shelf:
    """Holds the corpus of a source.

    Whoever answers takes `current` once and keeps it to the end: the next edition is a new object, the old one never
    changes.
    """

    def __init__(self, source: Source, corpus: Corpus, mark: int = 0) -> None:
        self._source = source
        self._current = corpus
        self._mark = mark  # of what was read last, whether it could be used or not
        self._current.index.warm()
        self._reading = asyncio.Lock()
        self._asked = self._read = 0  # how many times a reading was asked for, and how many of these had theirs

    @classmethod
    async def open(cls, source: Source, corpus: Corpus | None = None) -> Shelf:
        """A shelf with what the source has now; `corpus` where that was read already."""
        if corpus is not None:
            return cls(source, corpus, await source.mark())
        mark, corpus = await source.read()
        return cls(source, corpus, mark)

    @property
    def current(self) -> Corpus:
        """The corpus to answer from now."""
        return self._current

    def build(self) -> None:
        """Build of the current corpus what only some questions need."""
        _warm(self._current)

    async def look(self) -> int:
        """Read the source again if it has something else by now; how many editions came, so 0 or 1."""
        if await self._source.mark() == self._mark:
            return 0
        before = self._current
        return int(await self.reload() is not before)

    async def reload(self) -> Corpus:
        """Read the source again and return what stands then: the new corpus, or the old one where the new is refused.

        One reading at a time. Those who ask during one share the next, for it may have changed since that began.
        """
        self._asked += 1
        number = self._asked
        async with self._reading:
            if self._read < number:
                covered = self._asked
                await self._replace()
                self._read = covered
        return self._current

    async def _replace(self) -> None:
        before = self._current.version
        try:
            async with asyncio.timeout(LONGEST_READING):
                self._mark = await self._source.mark()
                mark, corpus = await self._source.read()
                await asyncio.to_thread(_warm, corpus)
        except (CorpusError, StoreError) as error:
            logger.error("new corpus refused, the old one stays", reason=str(error), version=before)
        except TimeoutError:
            logger.error("new corpus not read in time, the old one stays", seconds=LONGEST_READING, version=before)
        else:
            self._current, self._mark = corpus, mark
            logger.info("corpus replaced", before=before, version=corpus.version, policies=len(corpus.policies))


def _warm(corpus: Corpus) -> None:
    """Build all that a question needs of a corpus: nobody waits for what is built while it stands."""
    corpus.index.warm()
    _ = corpus.index.sounds, corpus.texts, corpus.synonyms
