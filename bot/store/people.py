"""What followers asked us to keep of them: read for an answer, changed in the transaction of one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Float, String, and_, bindparam, delete, or_, select, update

from bot.person import (
    DECLINED,
    BindPhone,
    Change,
    DropFacts,
    Erase,
    Facts,
    KeepFacts,
    Person,
    SetRhythm,
    ShowTest,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from bot.store.audit import Audit, Entry
from bot.store.calls import test_call
from bot.store.declines import decline
from bot.store.driver import Script, Store
from bot.store.followers import FORGETTING
from bot.store.news import NewsRows
from bot.store.outbox import OutboxRows
from bot.store.phones import Phones
from bot.store.subscriptions import Subscriptions
from bot.store.tables import enterprises, followers, inbox

Changed = tuple[str, Change, float]  # whose, what, and when in seconds since 1970

TESTED = "broadcast.tested"  # the entry of the audit log

_encoder = msgspec.json.Encoder()
_facts = msgspec.json.Decoder(Facts)
_READ = select(enterprises.c.facts, enterprises.c.consented).where(enterprises.c.openid == bindparam("openid"))
_who = bindparam("who", type_=String)
_DROP = delete(enterprises).where(enterprises.c.openid == _who)
_asking = inbox.alias("asking")
_asked = select(_asking.c.received).where(_asking.c.key == bindparam("but", type_=String)).scalar_subquery()
# What came before and is not answered yet goes too, so that its late answer finds nothing to be kept with; what came
# behind it waits for its turn, and is answered.
_UNSAY = (
    update(inbox)
    .where(
        inbox.c.openid == _who,
        inbox.c.key != bindparam("but", type_=String),
        or_(inbox.c.state == "answered", and_(inbox.c.state == "running", inbox.c.received < _asked)),
    )
    .values(openid="", message=b"", answer=b"", state="erased")
)
_UNSCENE = (
    update(followers)
    .where(followers.c.openid == _who)
    .values(scene="", talk=None, talk_until=0.0, erased=bindparam("time", type_=Float))
)


class People:
    """Scripts that read and change it."""

    def __init__(self, store: Store) -> None:
        upsert = store.insert(enterprises)
        new = {"facts": upsert.excluded.facts, "consented": upsert.excluded.consented}
        self._keep = upsert.on_conflict_do_update(index_elements=["openid"], set_=new)
        self._subscriptions = Subscriptions(store)
        self._news = NewsRows(store)
        self._phones = Phones(store)
        self._outbox = OutboxRows(store)
        self._audit = Audit(store)

    def read(self, openid: str) -> Script[Person]:
        """All that is kept of a follower."""
        rows = yield _READ, [{"openid": openid}]
        subscriptions, rhythm = yield from self._subscriptions.read(openid)
        if not rows:
            return Person(subscriptions=subscriptions, rhythm=rhythm)
        facts, consented = rows[0]
        return Person(facts=_facts.decode(facts), consented=consented, subscriptions=subscriptions, rhythm=rhythm)

    def apply(self, changes: Sequence[Changed]) -> Script[None]:
        """Make changes in their order, and followers in that of their openids, so that nobody waits in a ring."""
        for openid, change, time in sorted(changes, key=lambda changed: changed[0]):
            match change:
                case KeepFacts(facts=facts):
                    yield self._keep, [{"openid": openid, "facts": _encoder.encode(facts), "consented": time}]
                case DropFacts():
                    yield _DROP, [{"who": openid}]
                case Subscribe(kind=kind, value=value):
                    wanted = Subscription(kind=kind, value=value, since=time)
                    yield from self._subscriptions.add(openid, wanted)
                    if kind == DECLINED:
                        yield from decline(openid, time)
                case SetRhythm(rhythm=rhythm):
                    yield from self._subscriptions.set_rhythm(openid, rhythm)
                    yield from self._news.reset(openid, rhythm, time)
                case Unsubscribe():
                    yield from self._unsubscribe(openid, change, time)
                case Erase(but=but):
                    yield from self._erase(openid, but, time)
                case BindPhone(digest=digest):
                    yield from self._phones.bind(openid, digest, time)
                case ShowTest():
                    yield from self._show(openid, change, time)

    def _unsubscribe(self, openid: str, change: Unsubscribe, time: float) -> Script[None]:
        """End what was subscribed, and look again at what is on its way."""
        if change.kind:
            ended = Subscription(kind=change.kind, value=change.value)
            yield from self._subscriptions.end(openid, ended, reason=change.reason, time=time)
        else:
            yield from self._subscriptions.end_wanted(openid, reason=change.reason, time=time)
        yield from self._news.look_again(openid, time)

    def _show(self, openid: str, test: ShowTest, time: float) -> Script[None]:
        """Send a test to a phone of staff, and tell the log."""
        many = yield from self._outbox.add([test_call(openid, one, time) for one in test.calls], time=time)
        number, after = str(test.announcement), {"calls": many}
        entry = Entry(time=time, staff=test.staff, who=test.who, action=TESTED, target=number, after=after)
        yield from self._audit.record(entry)

    def _erase(self, openid: str, but: str, time: float) -> Script[None]:
        yield _UNSAY, [{"who": openid, "but": but}]
        yield from self._subscriptions.end_all(openid, reason="erased", time=time)
        for statement in FORGETTING:
            yield statement, [{"who": openid}]
        yield _UNSCENE, [{"who": openid, "time": time}]
