"""Where the corpus stands that is answered from: a new edition is read beside it and takes its place in one step."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot.corpus import Corpus, read_corpus
from bot.errors import CorpusError

logger = structlog.get_logger(__name__)

LONGEST_READING = 60.0  # seconds; reading the files and building the index takes less than one


class Shelf:
    """Holds the corpus of a folder.

    Whoever answers takes `current` once and keeps it to the end: the next edition is a new object, the old one never
    changes. `corpus` is the first one, where it was read already.
    """

    def __init__(self, folder: Path, corpus: Corpus | None = None) -> None:
        self._folder = folder
        self._current = corpus or read_corpus(folder)
        self._current.index.warm()
        self._reading = asyncio.Lock()
        self._asked = self._read = 0  # how many times a reading was asked for, and how many of these had theirs

    @property
    def current(self) -> Corpus:
        """The corpus to answer from now."""
        return self._current

    async def reload(self) -> Corpus:
        """Read the folder again and return what stands then: the new corpus, or the old one where the new is refused.

        One reading at a time. Those who ask during one share the next, for the files may have changed since it began.
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
                corpus = await asyncio.to_thread(_prepared, self._folder)
        except CorpusError as error:
            logger.error("new corpus refused, the old one stays", reason=str(error), version=before)
        except TimeoutError:
            logger.error("new corpus not read in time, the old one stays", seconds=LONGEST_READING, version=before)
        else:
            self._current = corpus
            logger.info("corpus replaced", before=before, version=corpus.version, policies=len(corpus.policies))


def _prepared(folder: Path) -> Corpus:
    """The corpus of a folder with all that a question needs of it: nobody waits for what is built while it stands."""
    corpus = read_corpus(folder)
    corpus.index.warm()
    _ = corpus.index.sounds, corpus.texts, corpus.synonyms
    return corpus
