"""What the tags of the account are called, as the platform last told."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.broadcast_tables import tags
from bot.store.driver import Store, once

_ALL = select(tags.c.id, tags.c.name).order_by(tags.c.id)


class TagNames:
    """Reads them. Raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def everything(self) -> dict[str, str]:
        """The name of every tag, by its id."""
        return {row[0]: row[1] for row in await self._store.run(lambda: once(_ALL))}
