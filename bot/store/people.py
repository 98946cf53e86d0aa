"""What followers asked us to keep of them: read for an answer, changed in the transaction of one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, delete, select

from bot.person import Change, DropFacts, Erase, Facts, KeepFacts, Person
from bot.store.driver import Script, Store
from bot.store.tables import enterprises

Changed = tuple[str, Change, float]  # whose, what, and when in seconds since 1970

_encoder = msgspec.json.Encoder()
_facts = msgspec.json.Decoder(Facts)
_READ = select(enterprises.c.facts, enterprises.c.consented).where(enterprises.c.openid == bindparam("openid"))
_DROP = delete(enterprises).where(enterprises.c.openid == bindparam("who"))


class People:
    """Scripts that read and change it."""

    def __init__(self, store: Store) -> None:
        upsert = store.insert(enterprises)
        new = {"facts": upsert.excluded.facts, "consented": upsert.excluded.consented}
        self._keep = upsert.on_conflict_do_update(index_elements=["openid"], set_=new)

    def read(self, openid: str) -> Script[Person]:
        """All that is kept of a follower."""
        rows = yield _READ, [{"openid": openid}]
        if not rows:
            return Person()
        facts, consented = rows[0]
        return Person(facts=_facts.decode(facts), consented=consented)

    def apply(self, changes: Sequence[Changed]) -> Script[None]:
        """Make changes in their order, and followers in that of their openids, so that nobody waits in a ring."""
        for openid, change, time in sorted(changes, key=lambda changed: changed[0]):
            match change:
                case KeepFacts(facts=facts):
                    yield self._keep, [{"openid": openid, "facts": _encoder.encode(facts), "consented": time}]
                case DropFacts() | Erase():
                    yield _DROP, [{"who": openid}]
