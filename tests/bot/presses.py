"""A press on a fresh database whose first edition is the small corpus, for tests."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.clock import ManualClock
from bot.editions.gate import Gate, Lint
from bot.editions.press import Press
from bot.errors import NotAllowed
from bot.revisions import IN_REVIEW, Revision
from bot.store.revisions import Revisions
from handlers import ROUTER
from tests.small import FILES, write_files

RATED = (
    '{"id":"r1","text":"备用电源","intent":"policy","expect":["q91-2"]}\n'
    '{"id":"r2","text":"买设备","intent":"policy","expect":["q91-1"]}\n'
    '{"id":"r3","text":"今天天气怎么样","intent":"offtopic"}\n'
)


class Printing:
    """A press with what it works on, and short ways to have something to publish."""

    def __init__(self, store: Any, folder: Path, clock: ManualClock, *, lint: Lint | None = None) -> None:
        self.clock = clock
        self.revisions = Revisions(store)
        folder = write_files(folder / "data", {**FILES, "rated.jsonl": RATED})
        self.press = Press(self.revisions, folder=folder, gate=Gate(ROUTER.speak, lint=lint), clock=clock)

    async def draft(self, kind: str, key: str, author: str = "li", **values: Any) -> Revision:
        """A draft of a part, on what is in force of it; `body` changes single fields."""
        standing = await self.revisions.standing_of(kind, key)
        body = {**(standing.body if standing else {}), **values.pop("body", {})}
        draft = Revision(
            kind=kind,
            key=key,
            body=body,
            author=author,
            created=self.clock.time(),
            changed=self.clock.time(),
            based_on=standing.id if standing else 0,
        )
        (number,) = await self.revisions.begin([msgspec.structs.replace(draft, **values)])
        return await self.get(number)

    async def submitted(self, kind: str, key: str, author: str = "li", **values: Any) -> Revision:
        """Such a draft, up for review."""
        draft = await self.draft(kind, key, author, **values)
        await self.press.submit([draft])
        submitted = await self.get(draft.id)
        assert submitted.state == IN_REVIEW
        return submitted

    async def published(self, kind: str, key: str, **values: Any) -> Revision:
        """Such a draft, in force."""
        revision = await self.submitted(kind, key, **values)
        await self.press.publish([revision], who="wang", proof=await self.press.prove([revision]))
        return await self.get(revision.id)

    async def get(self, number: int) -> Revision:
        """A revision as it is now."""
        found = await self.revisions.get(number)
        assert found is not None
        return found


async def refused(act: Awaitable[Any]) -> str:
    """The rule that forbids an act."""
    with pytest.raises(NotAllowed) as caught:
        await act
    return caught.value.rule
