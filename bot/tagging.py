"""The account's tags, read from the platform: which there are, and who has each. Nothing is changed there.

An account may have a hundred tags and many pages of people, so a reading goes on behind the page that asked for it, and
what it came to is kept in the database, where every process sees it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol
from uuid import uuid4

import msgspec
import structlog

from bot.clock import Clock
from bot.errors import Overtaken, Refused, StoreError, WeChatError
from bot.store.tags import Progress, Tag, Tags

logger = structlog.get_logger(__name__)

LEASE = 120.0  # seconds that a page of people may take, repeats and all, before another may read
MOST_PAGES = 400  # of 10 000 people in all: four million taggings
OWN = 100  # from here on ids are the account's; below they are the platform's, a blacklist among them
STARRED = 2  # which one of the platform's staff do put on people
NO_SUCH_TAG = 45159


class Account(Protocol):
    """What is asked of the platform. Any WeChatError may come."""

    async def get_tags(self) -> Mapping[int, str]:
        """The names of all tags by id."""

    async def get_tagged(self, tag_id: int, after: str = "") -> tuple[tuple[str, ...], str]:
        """A page of who has one, and behind whom the next begins, empty after the last."""


class _TooMany(Exception):
    """More pages than a reading may have."""


class Tagging:
    """Reads, one reading at a time however many ask."""

    def __init__(self, account: Account, tags: Tags, *, clock: Clock, pages: int = MOST_PAGES) -> None:
        self._account = account
        self._pages = pages
        self._clock = clock
        self._going: asyncio.Task[None] | None = None
        self.tags = tags

    async def start(self, who: str) -> bool:
        """Begin a reading and do not wait for it; False where one is under way."""
        owner = uuid4().hex
        if not await self._begin(owner, who):
            return False
        self._going = asyncio.create_task(self._run(owner, who))
        await asyncio.sleep(0)  # it has begun, so that it can tell if it is given up
        return True

    async def read(self, who: str) -> bool:
        """Read all of it; False where a reading is under way. How it went, `tags.standing` tells."""
        owner = uuid4().hex
        if not await self._begin(owner, who):
            return False
        await self._run(owner, who)
        return True

    async def idle(self) -> None:
        """Return once nothing is read by this process."""
        if self._going is not None:
            await asyncio.wait([self._going])

    async def close(self) -> None:
        """Give up what is being read: it is told as what it came to."""
        if self._going is not None and not self._going.done():
            self._going.cancel()
            await asyncio.wait([self._going])

    async def _begin(self, owner: str, who: str) -> bool:
        time = self._clock.time()
        return await self.tags.begin(owner, Progress(who=who), time=time, until=time + LEASE)

    async def _run(self, owner: str, who: str) -> None:
        """Read, and tell how it ended."""
        note = Progress(who=who)
        try:
            note, read = await self._read(owner, note)
        except Overtaken:
            logger.warning("another process reads the tags now")
            return
        except StoreError as error:
            logger.warning("tags not read", reason=str(error))
            await self._end(owner, Progress(who=who, rule="store"), 0.0)
            return
        except asyncio.CancelledError:
            await self._end(owner, Progress(who=who, rule="closed"), 0.0)
            raise
        await self._end(owner, note, read)

    async def _end(self, owner: str, note: Progress, read: float) -> None:
        try:
            await self.tags.end(owner, note, read=read)
        except (Overtaken, StoreError) as error:
            logger.warning("how the tags were read is not kept", reason=str(error))

    async def _read(self, owner: str, note: Progress) -> tuple[Progress, float]:
        """How far it came, and when it was all read, 0 where it was not."""
        try:
            known = {number: name for number, name in (await self._account.get_tags()).items() if _is_ours(number)}
            note = msgspec.structs.replace(note, total=len(known))
            kept, pages = [], self._pages
            for number, name in sorted(known.items()):
                await self.tags.note(owner, note, until=self._later())
                is_there, pages = await self._read_one(owner, number, name, pages=pages)
                kept += [str(number)] if is_there else []
                note = msgspec.structs.replace(note, done=note.done + 1)
        except WeChatError as error:
            logger.warning("tags not read", errcode=error.errcode)
            return msgspec.structs.replace(note, errcode=error.errcode, said=error.errmsg[:200]), 0.0
        except _TooMany:
            return msgspec.structs.replace(note, rule="too_many"), 0.0
        await self.tags.keep(owner, kept, until=self._later())
        logger.info("tags read", tags=len(kept))
        return note, self._clock.time()

    async def _read_one(self, owner: str, number: int, name: str, *, pages: int) -> tuple[bool, int]:
        """Read who has a tag: whether it is still there, and how many pages may still be read."""
        tag, after = str(number), ""
        await self.tags.forget(owner, tag, until=self._later())
        while True:
            if pages <= 0:
                raise _TooMany
            try:
                openids, following = await self._account.get_tagged(number, after)
            except Refused as error:
                if error.errcode == NO_SUCH_TAG:
                    return False, pages
                raise
            pages -= 1
            await self.tags.gather(owner, tag, openids, until=self._later())
            if not following or following == after:
                break
            after = following
        await self.tags.put(owner, Tag(id=tag, name=name, read=self._clock.time()), until=self._later())
        return True, pages

    def _later(self) -> float:
        return self._clock.time() + LEASE


def _is_ours(number: int) -> bool:
    return number >= OWN or number == STARRED
