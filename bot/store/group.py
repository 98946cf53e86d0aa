"""Group commit: what many callers ask of the database at the same time goes into one transaction.

A commit costs the same for one message as for hundreds. While one is under way the next callers gather, so a busy
process commits seldom and an idle one at once. A caller goes on when its own work is committed, and not before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from bot.errors import StoreError
from bot.store.driver import Script, Store

logger = structlog.get_logger(__name__)

J = TypeVar("J")
R = TypeVar("R")

BATCH = 500  # jobs in one transaction at most
TOLERATED = 2  # jobs refused alone before the database itself is taken to be at fault


class GroupCommit(Generic[J, R]):
    """Jobs on their way into the database; `script` turns a batch of them into statements and gives a result each."""

    def __init__(self, store: Store, script: Callable[[Sequence[J]], Script[list[R]]]) -> None:
        self._store = store
        self._script = script
        self._pending: deque[tuple[J, asyncio.Future[R]]] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._closed = False

    def submit(self, job: J) -> asyncio.Future[R]:
        """The job's result, once it is committed; StoreError if it is not."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(StoreError("the store is closing"))
            return future
        self._pending.append((job, future))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return future

    async def close(self) -> None:
        """Take no more jobs, and return when those taken are committed or refused."""
        self._closed = True
        if self._draining is not None:
            await self._draining

    async def _drain(self) -> None:
        while self._pending:
            batch = [self._pending.popleft() for _ in range(min(BATCH, len(self._pending)))]
            refusal = await self._commit(batch)
            if refusal is not None:
                await self._commit_apart(batch, refusal)
        self._draining = None

    async def _commit_apart(self, batch: Sequence[tuple[J, asyncio.Future[R]]], refusal: StoreError) -> None:
        """Try the jobs of a refused batch one by one, so that a single bad one fails alone."""
        refused = TOLERATED if len(batch) == 1 else 0
        for job, future in batch:
            if refused < TOLERATED:
                alone = await self._commit([(job, future)])
                if alone is None:
                    continue
                refused, refusal = refused + 1, alone
            if not future.done():
                future.set_exception(refusal)

    async def _commit(self, batch: Sequence[tuple[J, asyncio.Future[R]]]) -> StoreError | None:
        try:
            results = await self._store.run(lambda: self._script([job for job, _ in batch]))
        except StoreError as error:
            logger.warning("batch refused", jobs=len(batch), error=str(error))
            return error
        except Exception as error:
            logger.exception("batch failed", jobs=len(batch))
            return StoreError(f"the store failed: {type(error).__name__}")
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
        return None
