"""The phones of staff: which follower each of them is."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.broadcast_tables import phones
from bot.store.driver import Store, once

_BOUND = select(phones.c.staff, phones.c.openid).where(phones.c.openid != "").order_by(phones.c.staff)


class Phones:
    """The table. Raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def bound(self) -> dict[int, str]:
        """Whose phone is known: the openid by the number of their account."""
        return {int(row[0]): str(row[1]) for row in await self._store.run(lambda: once(_BOUND))}
