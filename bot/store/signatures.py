"""Which message a signature came with, for every process: where bodies travel in clear it does not cover them."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.store.driver import Script, Store
from bot.store.forgetting import Forgetting
from bot.store.tables import signatures

_LOOK = select(signatures.c.key).where(signatures.c.signature == bindparam("the_signature"))


class Signatures:
    """The table. Everything here raises StoreError when the database does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._enter = store.insert(signatures).on_conflict_do_nothing(index_elements=["signature"])
        self.purge = Forgetting(store, signatures, signatures.c.time).purge

    async def belongs(self, signature: str, key: str, time: float) -> bool:
        """Whether the signature is that message's, by `key`: whichever came with it first, at any process, has it."""
        return await self._store.run(lambda: self._bind(signature, key, time))

    def _bind(self, signature: str, key: str, time: float) -> Script[bool]:
        yield self._enter, [{"signature": signature, "key": key, "time": time}]
        ((first,),) = yield _LOOK, [{"the_signature": signature}]
        return bool(first == key)
