"""What people asked, read for staff: the messages of the inbox that were answered, without whose they were."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, select

from bot.messages import AnyMessage
from bot.store.driver import Script, Store
from bot.store.tables import inbox

_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
RECENT = (
    select(inbox.c.key, inbox.c.message)
    .where(inbox.c.state == "answered", inbox.c.received >= bindparam("since"))
    .order_by(inbox.c.received.desc())
    .limit(bindparam("many"))
)
ONE = select(inbox.c.key, inbox.c.message).where(inbox.c.key == bindparam("the_key"), inbox.c.state == "answered")


class Questions:
    """Reads them. What was erased is not among them. Raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recent(self, since: float, many: int) -> list[tuple[str, AnyMessage]]:
        """The newest messages since a time, at most `many`, each with its key."""

        def script() -> Script[list[tuple[str, AnyMessage]]]:
            rows = yield RECENT, [{"since": since, "many": many}]
            return [(row[0], _messages.decode(row[1])) for row in rows]

        return await self._store.run(script)

    async def by_key(self, keys: Iterable[str]) -> dict[str, AnyMessage]:
        """Messages by their keys, those that are still there."""
        wanted = [{"the_key": key} for key in dict.fromkeys(keys)]

        def script() -> Script[dict[str, AnyMessage]]:
            rows = yield ONE, wanted
            return {row[0]: _messages.decode(row[1]) for row in rows}

        return await self._store.run(script)
