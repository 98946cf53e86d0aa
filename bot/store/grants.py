"""What followers allow us to send by a template or notice, as they and the platform told us.

An accepted notice may be sent once, or, where the platform gave the account that right, many times; of a refused one
nothing may be sent until it is accepted again. The platform tells of accepted and refused notices, and of refused
templates only by refusing the next one (43101).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Float, Integer, bindparam, case, delete, select, tuple_

from bot.messages import AnyMessage, Grant, Granted, GrantsChanged
from bot.store.driver import Script, Store, Values, once
from bot.store.limits import Held
from bot.store.tables import followers, grants

PURGED_AT_ONCE = 1000  # rows in one transaction, so that messages get in between
_strange = (
    select(grants.c.openid, grants.c.template)
    .where(grants.c.changed < bindparam("before", type_=Float))
    .where(~select(followers.c.openid).where(followers.c.openid == grants.c.openid).exists())
    .limit(bindparam("many", type_=Integer))
)
_PURGE = delete(grants).where(tuple_(grants.c.openid, grants.c.template).in_(_strange)).returning(grants.c.openid)
TEMPLATE_LIMIT = 64  # characters; the platform's own have 43


class Grants:
    """Scripts that keep them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        upsert = store.insert(grants)
        new, old = upsert.excluded, grants.c
        later = {"changed": case((old.changed > new.changed, old.changed), else_=new.changed)}
        # Of two words the later one holds, in whichever order they arrive; every acceptance is one more send.
        outdone = old.changed > new.changed
        more = {"sends": old.sends + 1, "refused": False, **later}
        none = {"sends": 0, "refused": True, **later}
        self._accept = upsert.on_conflict_do_update(
            index_elements=["openid", "template"], set_=more, where=~(outdone & old.refused)
        )
        self._refuse = upsert.on_conflict_do_update(
            index_elements=["openid", "template"], set_=none, where=~(outdone & ~old.refused)
        )

    async def purge(self, before: float) -> int:
        """Forget what people allowed before that time who do not follow; how many went. Raises StoreError."""
        return len(await self._store.run(lambda: once(_PURGE, before=before, many=PURGED_AT_ONCE)))

    def record(self, messages: Iterable[AnyMessage]) -> Script[None]:
        """Keep what messages tell of grants; each message is to be told of once."""
        told = [(m, one) for m in messages if isinstance(m, Granted | GrantsChanged) for one in m.grants]
        told.sort(key=lambda pair: (pair[0].openid, pair[1].template_id))
        yield self._accept, [_row(message, one, 1) for message, one in told if one.accepted]
        yield self._refuse, [_row(message, one, 0) for message, one in told if not one.accepted]

    def refuse(self, held: Mapping[Held, float]) -> Script[None]:
        """The platform said, of a send begun at that time, that these people take no more of these."""
        rows = [
            {"openid": openid, "template": template, "changed": time}
            for (openid, template), time in sorted(held.items())
        ]
        yield self._refuse, [{**row, "sends": 0, "refused": True} for row in rows]


def _row(message: AnyMessage, grant: Grant, sends: int) -> Values:
    return {
        "openid": message.openid,
        "template": grant.template_id[:TEMPLATE_LIMIT],
        "sends": sends,
        "refused": not sends,
        "changed": float(message.created),
    }
