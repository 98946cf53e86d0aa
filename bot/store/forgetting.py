"""How rows are forgotten that are old enough: a piece at a time, so that messages get in between."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select

from bot.store.driver import Statement, Store, once

AT_ONCE = 1000  # rows in one transaction


class Forgetting:
    """What removes the rows of a table whose `time` is past."""

    def __init__(self, store: Store, table: Table, time: Column[Any]) -> None:
        self._store = store
        self._statement = _piece(table, time)

    async def purge(self, before: float) -> int:
        """Forget at most AT_ONCE rows of before that time; how many went. Raises StoreError."""
        return len(await self._store.run(lambda: once(self._statement, before=before, many=AT_ONCE)))


def _piece(table: Table, time: Column[Any]) -> Statement:
    (key,) = table.primary_key.columns
    old = select(key).where(time < bindparam("before")).limit(bindparam("many"))
    return delete(table).where(key.in_(old)).returning(key)
