"""Followers: since when, by which code, when last heard, until when we may write to them; and their erasure.

An account may write to a follower only for a while after something they did, and only so many messages (platform page
on customer-service messages): WINDOWS has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

import msgspec
from sqlalchemy import Boolean, String, bindparam, case, cast, delete, func, literal, literal_column, select, update

from bot.conversation import Conversation
from bot.messages import (
    AnyMessage,
    Clicked,
    File,
    Followed,
    Image,
    Link,
    Location,
    Scanned,
    ScannedCode,
    Text,
    Video,
    Voice,
)
from bot.store import conversations
from bot.store.broadcast_tables import phones, recipients, tagged
from bot.store.driver import Script, Statement, Store, Values
from bot.store.recipients import FORGET, PLANNED
from bot.store.subscriptions import Subscriptions
from bot.store.tables import (
    audiences,
    concerns,
    enterprises,
    feedback,
    followers,
    grants,
    inbox,
    news,
    notices,
    outbox,
    reports,
)

NONE: Mapping[str, Conversation] = {}
UNMOVED: Values = {"talk": None, "talk_until": 0.0}
SCENE_LIMIT = 128  # characters kept of a scene; the platform's own limit is 64


class Window(msgspec.Struct, frozen=True):
    """How many customer-service messages an act allows, and for how many seconds."""

    count: int
    seconds: float


SPOKEN = Window(5, 48 * 3600.0)
TOUCHED = Window(3, 60.0)
WINDOWS: dict[type[AnyMessage], Window] = {
    **dict.fromkeys((Text, Image, Voice, Video, Location, Link, File), SPOKEN),
    **dict.fromkeys((Clicked, ScannedCode, Followed, Scanned), TOUCHED),
}


def window(message: AnyMessage) -> Window | None:
    """What the message allows us; None for what is no act of a follower, or allows nothing."""
    return WINDOWS.get(type(message))


class Followers:
    """Scripts that keep the facts of messages, whatever is answered to them."""

    def __init__(self, store: Store) -> None:
        upsert = store.insert(followers)
        new, old = upsert.excluded, followers.c
        # A menu click opens a minute; it must not take the rest of two days from a follower who wrote yesterday.
        better = (old.window_until > new.window_until) & (old.window_left > literal_column("0"))
        came = bindparam("came", type_=Boolean)
        moved = new.talk.is_not(None)
        heard = {
            "followed": case((came, new.followed), else_=old.followed),
            "scene": case((came, new.scene), else_=old.scene),
            "last_message": case((old.last_message > new.last_message, old.last_message), else_=new.last_message),
            "window_until": case((better, old.window_until), else_=new.window_until),
            "window_left": case((better, old.window_left), else_=new.window_left),
            "talk": case((moved, new.talk), else_=old.talk),
            "talk_until": case((moved, new.talk_until), else_=old.talk_until),
        }
        self._subscriptions = Subscriptions(store)
        self._heard = upsert.on_conflict_do_update(index_elements=["openid"], set_=heard)

    def record(
        self, messages: Iterable[tuple[AnyMessage, float]], talks: Mapping[str, Conversation] = NONE
    ) -> Script[None]:
        """Keep what messages, each with the time it was received, tell of their senders, and the conversations that the
        answers to some of them lead to, by the messages' keys."""
        acts, others = [], []
        for message, time in messages:
            talk, allowed = talks.get(message.key), window(message)
            if allowed:
                acts.append(_row(message, time, allowed, talk=talk))
            elif talk:
                others.append(conversations.pack(message.openid, talk))
        # In the order of followers: two processes then never wait for each other.
        yield self._heard, sorted(acts, key=itemgetter("openid"))
        yield from conversations.keep(others)

    def erase(self, openid: str, time: float) -> Script[None]:
        """Forget a follower who left at `time`, as the platform demands: all that names them goes, in every table.

        What was sent stays as a count, and so does what they had subscribed to. The keys of their messages stay, so
        that a late retry is known and stays silent.
        """
        yield _UNSAY, [{"who": openid}]
        yield from self._subscriptions.end_all(openid, reason="left", time=time)
        for statement in (*FORGETTING, _UNFOLLOW):
            yield statement, [{"who": openid}]


def _row(message: AnyMessage, time: float, allowed: Window, *, talk: Conversation | None) -> Values:
    return {
        "openid": message.openid,
        "followed": time,
        "scene": message.scene[:SCENE_LIMIT] if isinstance(message, Followed) else "",
        "last_message": time if allowed is SPOKEN else 0.0,
        "window_until": time + allowed.seconds,
        "window_left": allowed.count,
        "came": isinstance(message, Followed),
        **(conversations.columns(talk) if talk else UNMOVED),
    }


_who = bindparam("who", type_=String)
_UNSAY = update(inbox).where(inbox.c.openid == _who).values(openid="", message=b"", answer=b"", state="erased")
_UNFOLLOW = delete(followers).where(followers.c.openid == _who)
# Whoever is being handed on at this moment is waited for: what brings it to them is there then, and goes too. Nobody
# else waits for such a row while they hold what goes below.
_WAIT = (
    select(recipients.c.id)
    .where(recipients.c.openid == _who, recipients.c.state == literal_column(f"'{PLANNED}'"))
    .order_by(recipients.c.id)
    .with_for_update()
)
# Concerns become notices, and these rows of the outbox: whoever makes one of the other meanwhile has made it before
# its own table's turn comes.
FORGETTING: Sequence[Statement] = (
    _WAIT,
    delete(concerns).where(concerns.c.openid == _who),
    delete(notices).where(notices.c.openid == _who),
    delete(enterprises).where(enterprises.c.openid == _who),
    delete(feedback).where(feedback.c.openid == _who),
    delete(outbox).where(outbox.c.openid == _who, outbox.c.state == "waiting"),
    # A walk that stands at them begins its criterion anew: whom it found already it does not find twice.
    update(news).where(news.c.state == "spreading", news.c.after == _who).values(after=""),
    # Not waiting and not sent: it must never be tried again, and whoever is sending it finds it no longer theirs.
    update(outbox)
    .where(outbox.c.openid == _who, outbox.c.state != "sent")
    .values(state="skipped", reason="left", settled=func.coalesce(outbox.c.settled, outbox.c.created)),
    update(outbox)
    .where(outbox.c.openid == _who)
    # Keys are hashes of them and of little else: whoever has a list of followers could find them by trying.
    .values(openid="", body=b"", notice="", key=literal("erased:").concat(cast(outbox.c.id, String))),
    *FORGET,
    delete(tagged).where(tagged.c.openid == _who),
    delete(phones).where(phones.c.openid == _who),
    delete(audiences).where(audiences.c.openid == _who),
    delete(grants).where(grants.c.openid == _who),
    delete(reports).where(reports.c.openid == _who),
)
