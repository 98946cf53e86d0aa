"""What the store knows of the ways to a follower: their window, their grants, and how often they were written to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Float, String, bindparam, literal_column, select

from bot.store.driver import Script, Store
from bot.store.tables import followers, grants, outbox


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The ways to one follower.

    follows   they still do: nobody else is written to
    window_*  customer-service messages left, and until when
    grants    sends left, by template
    refused   templates they lately said they take no more
    pushed    when notices were pushed to them lately
    channels  which are neither stopped nor used up for today
    later     which are paused or used up, with when they may be used again
    """

    follows: bool = False
    window_until: float = 0.0
    window_left: int = 0
    grants: dict[str, int] = {}
    refused: frozenset[str] = frozenset()
    pushed: tuple[float, ...] = ()
    channels: frozenset[str] = frozenset()
    later: Mapping[str, float] = {}


_who = bindparam("who", type_=String)
_WINDOW = select(followers.c.openid, followers.c.window_until, followers.c.window_left).where(
    followers.c.openid == _who
)
_GRANTS = select(grants.c.openid, grants.c.template, grants.c.sends, grants.c.refused, grants.c.changed).where(
    grants.c.openid == _who
)
FORGIVEN = (
    28 * 86_400.0
)  # seconds after which a refused template may be tried again: nobody tells when it is taken anew
_PUSHED = (
    select(outbox.c.openid, outbox.c.created)
    .where(outbox.c.openid == _who, outbox.c.notice != "", outbox.c.created > bindparam("since", type_=Float))
    .where(outbox.c.state != literal_column("'skipped'"))
)


class Reaches:
    """Scripts that read it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, openids: Collection[str], since: float, time: float) -> Script[dict[str, Reach]]:
        """The ways to each of these at `time`, but for the channels; pushes are counted from `since` on."""
        asked = [{"who": openid} for openid in sorted(openids)]
        windows = {row[0]: (row[1], row[2]) for row in (yield _WINDOW, asked)}
        left: dict[str, dict[str, int]] = {}
        refused: dict[str, set[str]] = {}
        for openid, template, sends, no, changed in (yield _GRANTS, asked):
            left.setdefault(openid, {})[template] = sends
            if no and changed > time - FORGIVEN:
                refused.setdefault(openid, set()).add(template)
        pushed: dict[str, list[float]] = {}
        for openid, created in (yield _PUSHED, [{**one, "since": since} for one in asked]):
            pushed.setdefault(openid, []).append(created)
        return {
            openid: Reach(
                follows=openid in windows,
                window_until=windows.get(openid, (0.0, 0))[0],
                window_left=windows.get(openid, (0.0, 0))[1],
                grants=left.get(openid, {}),
                refused=frozenset(refused.get(openid, ())),
                pushed=tuple(pushed.get(openid, ())),
            )
            for openid in openids
        }
