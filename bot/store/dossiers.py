"""Everything that is kept of one follower, read for their own eyes."""

from __future__ import annotations

import msgspec
from sqlalchemy import Float, String, bindparam, func, select

from bot.announcements import Content
from bot.messages import AnyMessage
from bot.person import Dossier, Said
from bot.replies import Answer, Say, visible
from bot.store.audiences import GOT
from bot.store.broadcast_tables import broadcasts, recipients
from bot.store.driver import Script, Store, spelled
from bot.store.notices import PENDING, WAITING
from bot.store.people import People
from bot.store.tables import concerns, feedback, followers, grants, inbox, notices, outbox

MOST = 2000  # messages; who wrote more within the days that are kept sees the newest
BEGINNING = 40  # characters of an announcement without a title

_messages: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_contents: msgspec.json.Decoder[Content] = msgspec.json.Decoder(Content)
_answers = msgspec.json.Decoder(Answer)
_who = bindparam("who", type_=String)
_FOLLOWER = select(followers.c.followed, followers.c.scene).where(followers.c.openid == _who)
_made = bindparam("made", type_=Float)
_STILL = select(followers.c.openid).where(
    followers.c.openid == _who, followers.c.followed <= _made, followers.c.erased < _made
)
_SAID = (
    select(inbox.c.received, inbox.c.message, inbox.c.answer)
    .where(inbox.c.openid == _who, inbox.c.state == "answered")
    .order_by(inbox.c.received.desc())
    .limit(MOST)
)
_REMARKS = (
    select(feedback.c.created, feedback.c.text).where(feedback.c.openid == _who).order_by(feedback.c.created.desc())
)
_PENDING = select(func.count()).where(
    notices.c.openid == _who, (notices.c.state == PENDING) | (notices.c.state == WAITING)
)
_SENT = select(func.count()).where(outbox.c.openid == _who, outbox.c.state == "sent")
_GRANTS = select(func.coalesce(func.sum(grants.c.sends), 0)).where(grants.c.openid == _who, ~grants.c.refused)
_ANNOUNCED = (
    select(recipients.c.changed, broadcasts.c.content)
    .join(broadcasts, broadcasts.c.id == recipients.c.broadcast)
    .where(recipients.c.openid == _who, recipients.c.state.in_(spelled(*GOT)))
    .order_by(recipients.c.changed.desc(), recipients.c.id.desc())
    .limit(MOST)
)
_CONCERNS = select(func.count()).where(concerns.c.openid == _who)


class Dossiers:
    """What reads them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._people = People(store)

    async def read(self, openid: str) -> Dossier:
        """All that is kept of a follower."""
        return await self._store.run(lambda: self._read(openid))

    async def opened(self, openid: str, made: float) -> Dossier | None:
        """The same for who was given a way to it at `made`; None where they left or had all erased since: what came
        after that was never theirs to show by it."""

        def script() -> Script[Dossier | None]:
            if (yield _STILL, [{"who": openid, "made": made}]):
                return (yield from self._read(openid))
            return None

        return await self._store.run(script)

    def _read(self, openid: str) -> Script[Dossier]:
        asked = [{"who": openid}]
        person = yield from self._people.read(openid)
        follower = yield _FOLLOWER, asked
        said = yield _SAID, asked
        remarks = yield _REMARKS, asked
        pending = [*(yield _PENDING, asked), *(yield _CONCERNS, asked)]
        sent = yield _SENT, asked
        allowed = yield _GRANTS, asked
        announced = yield _ANNOUNCED, asked
        return Dossier(
            person=person,
            followed=follower[0][0] if follower else 0.0,
            scene=follower[0][1] if follower else "",
            said=tuple(_said(*row) for row in said),
            remarks=tuple((time, text) for time, text in remarks),
            pending=sum(row[0] for row in pending),
            sent=sent[0][0],
            grants=int(allowed[0][0]),
            announced=tuple((time, _named(content)) for time, content in announced),
        )


def _said(time: float, message: bytes, answer: bytes) -> Said:
    sent, reply = _messages.decode(message), _answers.decode(answer)
    return Said(
        time=time,
        kind=type(sent).__name__,
        text=_words(sent),
        answer=visible(reply.reply.text) if isinstance(reply.reply, Say) else "",
        policies=reply.policies,
    )


def _named(content: bytes) -> str:
    """What an announcement is known by to whoever read it: its title, else how it begins."""
    said = _contents.decode(bytes(content))
    return (said.title or visible(said.text).strip().partition("\n")[0])[:BEGINNING]


def _words(message: AnyMessage) -> str:
    """What a message says, in whichever field its kind has for it."""
    names = ("text", "recognition", "label", "title", "button", "scene", "url")
    return next((str(value) for name in names if (value := getattr(message, name, ""))), "")
