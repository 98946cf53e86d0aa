"""Notices at rest, until a way to their follower is found.

A notice is pending until `due`; whoever plans it takes it and what follows from it in one transaction. Taking is won
by one: a notice that its follower took back meanwhile, or that another process took, is not taken.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
import structlog
from sqlalchemy import String, bindparam, exists, func, literal_column, or_, select, update

from bot.announcements import CLOSING, RUNNING
from bot.notices import ANNOUNCED, Notice
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.driver import Changes, Script, Store, Values, once, spelled
from bot.store.forgetting import Forgetting
from bot.store.outcomes import told, untold
from bot.store.tables import notices

PENDING, WAITING, PLANNED, TOLD, NOTHING = "pending", "waiting", "planned", "told", "nothing"

logger = structlog.get_logger(__name__)

_encoder = msgspec.json.Encoder()
_notices = msgspec.json.Decoder(Notice)
_key, _who = bindparam("the_key", type_=String), bindparam("who", type_=String)
_DUE = (
    select(notices.c.key, notices.c.data)
    .where(notices.c.state == PENDING, notices.c.due <= bindparam("now"))
    .order_by(notices.c.due)
    .limit(bindparam("many"))
)
# One of an announcement that pauses, is cancelled or is over is not told, though it waits.
_resting = (
    exists()
    .where(recipients.c.carrier == notices.c.key, recipients.c.carrier != literal_column("''"))
    .where(broadcasts.c.id == recipients.c.broadcast)
    .where(broadcasts.c.state.not_in(spelled(RUNNING, CLOSING)))
)
_WAITING = (
    select(notices.c.openid, notices.c.key, notices.c.data)
    .where(notices.c.openid == _who, notices.c.state == WAITING)
    .where(or_(notices.c.kind != literal_column(f"'{ANNOUNCED}'"), ~_resting))
    .order_by(notices.c.created, notices.c.key)
)
_TAKE = Changes(
    update(notices).where(notices.c.key == _key, (notices.c.state == PENDING) | (notices.c.state == WAITING)),
    key=notices.c.key,
    name="the_key",
)
_REOPEN = update(notices).where(notices.c.key == _key, notices.c.state == literal_column(f"'{PLANNED}'"))
_PUT_BACK = update(notices).where(notices.c.key == _key)
_COUNTS = select(notices.c.state, func.count()).group_by(notices.c.state)


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a notice: its new state, why, and, of one that stays pending, when it is looked at again."""

    key: str
    state: str
    reason: str = ""
    due: float = 0.0


class Notices:
    """Scripts that keep notices, and what reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keep = store.insert(notices).on_conflict_do_nothing(index_elements=["key"])
        self.purge = Forgetting(store, notices, notices.c.created).purge

    def keep(self, rows: Sequence[Values]) -> Script[None]:
        """Keep rows made by `pack`, each once."""
        yield self._keep, sorted(rows, key=lambda row: str(row["key"]))

    def due(self, time: float, *, many: int) -> Script[list[Notice]]:
        """Pending notices to look at by `time`, the longest due first, at most `many`."""
        rows = yield _DUE, [{"now": time, "many": many}]
        found = [(key, _read(key, data)) for key, data in rows]
        unread = [Settled(key=key, state=NOTHING, reason="unreadable") for key, notice in found if notice is None]
        yield from self.take(unread)
        return [notice for _, notice in found if notice is not None]

    def waiting(self, openids: Collection[str]) -> Script[dict[str, list[Notice]]]:
        """What each of these followers is to be told with their next answer, oldest first."""
        rows = yield _WAITING, [{"who": openid} for openid in sorted(openids)]
        found: dict[str, list[Notice]] = {}
        for openid, key, data in rows:
            if (notice := _read(key, data)) is not None:
                found.setdefault(openid, []).append(notice)
        return found

    def take(self, settled: Sequence[Settled]) -> Script[set[str]]:
        """Settle notices that are pending or waiting; the keys of those that still were. Only what follows from these
        may be written in the same transaction."""
        rows = [
            {"the_key": one.key, "state": one.state, "reason": one.reason, "due": one.due}
            for one in sorted(settled, key=lambda one: one.key)
        ]
        done = {row[0] for row in (yield _TAKE, rows)}
        yield from told((one.key, one.due) for one in settled if one.state == TOLD and one.key in done)
        return done

    def reopen(self, settled: Sequence[Settled]) -> Script[None]:
        """Settle notices that were planned, and whose row in the outbox is not sent."""
        rows = sorted(settled, key=lambda one: one.key)
        yield (
            _REOPEN,
            [{"the_key": one.key, "state": one.state, "reason": one.reason, "due": one.due} for one in rows],
        )

    def put_back(self, keys: Sequence[str]) -> Script[None]:
        """Let notices wait again that were taken in this transaction for an answer that is not given."""
        yield _PUT_BACK, [{"the_key": key, "state": WAITING} for key in sorted(keys)]
        yield from untold(keys)

    async def counts(self) -> dict[str, int]:
        """How many notices are in each state."""
        return {row[0]: row[1] for row in await self._store.run(lambda: once(_COUNTS))}


def _read(key: str, data: bytes) -> Notice | None:
    try:
        return _notices.decode(data)
    except msgspec.DecodeError as error:  # another version of the program wrote it
        logger.error("notice cannot be read and is set aside", kind=key.partition(":")[0], reason=str(error))
        return None


def pack(notice: Notice, news: Sequence[int]) -> Values:
    """The row of a notice that was made of these news."""
    return {
        "key": notice.key,
        "openid": notice.openid,
        "kind": notice.kind,
        "data": _encoder.encode(notice),
        "news": _encoder.encode(list(news)),
        "state": PENDING,
        "created": notice.created,
        "due": notice.created,
    }
