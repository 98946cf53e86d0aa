"""News on its way to people: what was published, what follows from it, whom it concerns, and when they are told.

Every step is won by one process: an edition by its number, a reminder by its key, a page of people by the place the
news had reached, a follower's news by taking them away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec
import structlog
from sqlalchemy import Float, Integer, String, bindparam, delete, select, update

from bot.notices import CORRECTED, LIFE, Criterion, News, Notice
from bot.person import AT_ONCE, DAILY, WEEKLY, Subscription, due
from bot.replies import Answer
from bot.store import notices as rows_of
from bot.store.driver import Changes, Row, Script, Store, once
from bot.store.forgetting import Forgetting
from bot.store.notices import Notices
from bot.store.recalls import going, send_no_more, take_back
from bot.store.subscriptions import Subscriptions
from bot.store.tables import concerns, editions, inbox, news, published, reminders, subscriptions

SPREADING, SPREAD, FAILED = "spreading", "spread", "failed"
ANSWERED = "answered"  # the criterion of those whom a policy was told
URGENT = 7  # days before a last day: from here on a reminder does not wait for the week's end

logger = structlog.get_logger(__name__)

_encoder = msgspec.json.Encoder()
_news = msgspec.json.Decoder(News)
_answers = msgspec.json.Decoder(Answer)
_LATEST = select(editions.c.number, editions.c.version, editions.c.time).order_by(editions.c.number.desc()).limit(1)
_BEFORE = select(editions.c.number).where(editions.c.version == bindparam("the_version", type_=String)).limit(1)
_PUBLISHED = select(published.c.policy, published.c.digest, published.c.data, published.c.gone)
_GONE = update(published).where(published.c.policy == bindparam("the_policy"))
_SPREADING = (
    select(news.c.id, news.c.data, news.c.at, news.c.after)
    .where(news.c.state == SPREADING)
    .order_by(news.c.id)
    .limit(1)
)
_id = bindparam("the_id", type_=Integer)
_MOVE = Changes(
    update(news).where(
        news.c.id == _id,
        news.c.state == SPREADING,
        news.c.at == bindparam("was_at", type_=Integer),
        news.c.after == bindparam("was_after", type_=String),
    ),
    key=news.c.id,
    name="the_id",
)
_COUNT = update(news).where(news.c.id == _id).values(people=news.c.people + bindparam("more", type_=Integer))
_READ = select(news.c.id, news.c.data).where(news.c.id == _id, news.c.state != FAILED)
_FAIL = update(news).where(news.c.id == _id).values(state=FAILED)
_OLDER = select(news.c.policy, news.c.id, news.c.data).where(
    news.c.policy == bindparam("the_policy", type_=String),
    news.c.created > bindparam("since", type_=Float),
    news.c.state != FAILED,
)
_KNOWN = select(news.c.state, news.c.people).where(news.c.key == bindparam("the_key", type_=String))
_DUE = (
    select(concerns.c.openid)
    .where(concerns.c.due <= bindparam("now", type_=Float))
    .order_by(concerns.c.due, concerns.c.openid)
    .limit(bindparam("many"))
)
_who = bindparam("who", type_=String)
_ALL = select(concerns.c.openid, concerns.c.news, concerns.c.due).where(concerns.c.openid == _who)
_TAKE = (
    delete(concerns)
    .where(concerns.c.openid == _who, concerns.c.news == _id)
    .returning(concerns.c.openid, concerns.c.news)
)
_by = bindparam("by", type_=Float)
_SOONER = update(concerns).where(concerns.c.openid == _who, concerns.c.due > _by).values(due=_by)
_WANTED = select(subscriptions.c.openid, subscriptions.c.kind, subscriptions.c.value).where(
    subscriptions.c.openid == _who
)
_received = bindparam("since", type_=Float)
_ANSWERS = (
    select(inbox.c.received, inbox.c.key, inbox.c.openid, inbox.c.answer)
    .where(
        inbox.c.received >= _received,
        (inbox.c.received > _received) | (inbox.c.key > bindparam("behind", type_=String)),
        inbox.c.received <= bindparam("before", type_=Float),
        inbox.c.state == "answered",
    )
    .order_by(inbox.c.received, inbox.c.key)
    .limit(bindparam("many"))
    .with_for_update(read=True)  # who leaves meanwhile is erased after they were written down, not before
)


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """What people were last told of: the version of a corpus, its number among editions, and when that was."""

    number: int
    version: str
    time: float


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as people were last told of it; `gone` where the corpus has it no more."""

    policy: str
    digest: str
    data: bytes
    gone: bool = False


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """A new edition: its policies that are new or another, those that are gone, what people are told of it by its key,
    and the reminders that nobody needs any more."""

    edition: Edition
    policies: Sequence[Published] = ()
    gone: Sequence[str] = ()
    news: Sequence[tuple[str, News]] = ()
    reminders: Sequence[str] = ()


Due = tuple[int, News, Criterion | None]  # a fact by its number, and why it is somebody's; None where it no longer is
Tell = Callable[[str, Sequence[Due]], tuple[Sequence[tuple[Notice, Sequence[int]]], Sequence[int]]]


class NewsRows:
    """Scripts that bring news to people."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subscriptions = Subscriptions(store)
        self._notices = Notices(store)
        edition = store.insert(editions).on_conflict_do_nothing(index_elements=["number"])
        self._edition = Changes(edition, key=editions.c.number, name="number")
        upsert = store.insert(published)
        names = ("digest", "data", "version", "time", "gone")
        self._publish = upsert.on_conflict_do_update(
            index_elements=["policy"], set_={name: upsert.excluded[name] for name in names}
        )
        self._add = store.insert(news).on_conflict_do_nothing(index_elements=["key"])
        remind = store.insert(reminders).on_conflict_do_nothing(index_elements=["key"])
        self._remind = Changes(remind, key=reminders.c.key, name="key")
        concern = store.insert(concerns).on_conflict_do_nothing(index_elements=["openid", "news"])
        self._concern = Changes(concern, key=concerns.c.openid, name="openid")
        self.purge = Forgetting(store, news, news.c.created).purge
        self.purge_reminders = Forgetting(store, reminders, reminders.c.time).purge

    async def latest(self) -> Edition | None:
        """The edition people were last told of."""
        rows = await self._store.run(lambda: once(_LATEST))
        return Edition(number=rows[0][0], version=rows[0][1], time=rows[0][2]) if rows else None

    async def was_published(self, version: str) -> bool:
        """Whether people were told of that version of the corpus at any time."""
        return bool(await self._store.run(lambda: once(_BEFORE, the_version=version)))

    async def published(self) -> dict[str, Published]:
        """Every policy as people were last told of it."""
        rows = await self._store.run(lambda: once(_PUBLISHED))
        return {
            policy: Published(policy=policy, digest=digest, data=data, gone=gone is not None)
            for policy, digest, data, gone in rows
        }

    def issue(self, issue: Issue) -> Script[bool]:
        """Write a new edition and what follows from it; false, and nothing written, where another process was first."""
        edition = issue.edition
        row = {"number": edition.number, "version": edition.version, "time": edition.time}
        if not (yield self._edition, [row]):
            return False
        kept = {"version": edition.version, "time": edition.time, "gone": None}
        rows = [{"policy": one.policy, "digest": one.digest, "data": one.data, **kept} for one in issue.policies]
        yield self._publish, rows
        yield _GONE, [{"the_policy": policy, "gone": edition.time} for policy in issue.gone]
        yield self._remind, [{"key": key, "time": edition.time} for key in sorted(issue.reminders)]
        yield from self.add((yield from self._replacing(issue.news)))
        return True

    def _replacing(self, found: Sequence[tuple[str, News]]) -> Script[list[tuple[str, News]]]:
        """The same news, each with the older news of its policy that may not have been told yet and is not so any
        more."""
        rows = yield _OLDER, [{"the_policy": one.policy, "since": one.created - 2 * LIFE} for _, one in found]
        older: dict[str, list[tuple[int, News]]] = {}
        for policy, number, data in rows:
            fact = _read(number, data)
            if fact is not None and fact.kind != CORRECTED:
                older.setdefault(policy, []).append((number, fact))
        replacing = []
        for key, one in found:
            olds = older.get(one.policy, [])
            also = dict.fromkeys(criterion for _, old in olds for criterion in (*old.criteria, *old.also))
            wanted = {(criterion.kind, criterion.value) for criterion in one.criteria}
            others = tuple(criterion for criterion in also if (criterion.kind, criterion.value) not in wanted)
            numbers = tuple(number for number, _ in olds)
            if not one.lines and not numbers:
                continue  # nothing to say, and nothing to take back
            replacing.append((key, msgspec.structs.replace(one, replaces=numbers, also=others)))
        return replacing

    def add(self, found: Sequence[tuple[str, News]]) -> Script[None]:
        """Begin to spread news, each by its key once."""
        rows = [
            {
                "key": key,
                "policy": one.policy,
                "data": _encoder.encode(one),
                "created": one.created,
                "state": SPREADING,
            }
            for key, one in found
        ]
        yield self._add, rows

    def remind(self, found: Sequence[tuple[tuple[str, ...], News]], time: float) -> Script[int]:
        """Spread the reminders whose keys are new, of each the first; the other keys only say that they need not come.

        Returns how many are spread.
        """
        keys = sorted(key for several, _ in found for key in several)
        rows = yield self._remind, [{"key": key, "time": time} for key in keys]
        fresh = {row[0] for row in rows}
        told = [(f"expiring:{several[0]}", one) for several, one in found if several[0] in fresh]
        yield from self.add(told)
        return len(told)

    def spread(self, shows: Callable[[Answer, News], bool], *, since: float, many: int) -> Script[int]:
        """Take the oldest news that is spreading one page of people further; 0 where none is.

        `shows` says whether an answer told a policy, `since` from when on answers are looked at.
        """
        rows = yield _SPREADING, [{}]
        if not rows:
            return 0
        number, data, at, after = rows[0]
        fact = _read(number, data)
        if fact is None:
            yield _FAIL, [{"the_id": number}]
            return 1
        criteria = (*fact.criteria, *fact.also)
        people: list[tuple[str, str]] = []
        behind = ""
        if at < len(criteria):
            criterion = criteria[at]
            if criterion.kind == ANSWERED:
                people, behind = yield from self._answered(fact, shows, after or f"{since!r} ", many)
            else:
                wanted = Subscription(kind=criterion.kind, value=criterion.value, since=fact.created)
                people = yield from self._subscriptions.audience(wanted, after=after, many=many)
                behind = people[-1][0] if len(people) == many else ""
        next_at = at if behind else at + 1
        state = SPREADING if next_at < len(criteria) else SPREAD
        place = {"was_at": at, "was_after": after, "at": next_at, "after": behind, "state": state}
        moved = yield _MOVE, [{"the_id": number, **place}]
        if moved:
            told = [
                {"openid": openid, "news": number, "due": _due(fact, rhythm)} for openid, rhythm in sorted(set(people))
            ]
            concerned = yield self._concern, told
            yield _COUNT, [{"the_id": number, "more": len(concerned)}] if concerned and at < len(fact.criteria) else []
            if fact.replaces:
                dues = {str(row["openid"]): row["due"] for row in told}
                back = yield from take_back(dues, fact.replaces)
                again = [(openid, old) for openid, numbers in back.items() for old in sorted(set(numbers))]
                yield self._concern, [{"openid": who, "news": old, "due": dues[who]} for who, old in again]
        return 1

    def _answered(
        self, fact: News, shows: Callable[[Answer, News], bool], after: str, many: int
    ) -> Script[tuple[list[tuple[str, str]], str]]:
        received, _, key = after.partition(" ")
        values = {"since": float(received), "behind": key, "before": fact.created, "many": many}
        rows = yield _ANSWERS, [values]
        people = {openid for _, key, openid, data in rows if (said := _answer(key, data)) and shows(said, fact)}
        behind = f"{rows[-1][0]!r} {rows[-1][1]}" if len(rows) == many else ""
        return [(openid, "") for openid in people], behind

    def gather(self, tell: Tell, *, time: float, many: int) -> Script[int]:
        """Make notices of what is due, of each follower's together; how many facts were taken.

        What a follower does not want any more is taken and not told.
        """
        if (yield _SPREADING, [{}]):
            return 0  # what belongs together is told together
        rows = yield _DUE, [{"now": time, "many": many}]
        who = sorted({row[0] for row in rows})
        known = yield _ALL, [{"who": openid} for openid in who]
        facts = yield from self._facts({row[1] for row in known})
        taken = yield _TAKE, [{"who": openid, "the_id": number} for openid, number in _together(known, facts, time)]
        wanted = yield from self._wanted(who)
        theirs: dict[str, list[Due]] = {}
        for openid, number in sorted((row[0], row[1]) for row in taken):
            if number in facts:
                due_one = (number, facts[number], _why(facts[number], wanted[openid]))
                theirs.setdefault(openid, []).append(due_one)
        made, failed = [], set[int]()
        for openid, several in theirs.items():
            notices, unsaid = tell(openid, [one for one in several if one[0] not in failed])
            made += [rows_of.pack(notice, numbers) for notice, numbers in notices]
            failed.update(unsaid)
        yield from self._notices.keep(made)
        yield _FAIL, [{"the_id": number} for number in sorted(failed)]
        return len(taken)

    def _facts(self, numbers: Collection[int]) -> Script[dict[int, News]]:
        """What can be read of news, by number."""
        rows = yield _READ, [{"the_id": number} for number in sorted(numbers)]
        return {number: fact for number, data in rows if (fact := _read(number, data)) is not None}

    def _wanted(self, people: Sequence[str]) -> Script[dict[str, set[tuple[str, str]]]]:
        wanted: dict[str, set[tuple[str, str]]] = {openid: set() for openid in people}
        for openid, kind, value in (yield _WANTED, [{"who": openid} for openid in people]):
            wanted[openid].add((kind, value))
        return wanted

    def look_again(self, openid: str, time: float) -> Script[None]:
        """Look again at what was to be told a follower, who may want less of it by now. What is just going out goes
        once, and is not tried again if it is no more wanted."""
        back = yield from take_back([openid])
        numbers = sorted(set(back.get(openid, ())))
        yield self._concern, [{"openid": openid, "news": number, "due": time} for number in numbers]
        rows = yield from going(openid)
        if rows:
            facts = yield from self._facts({number for _, several in rows.values() for number in several})
            wanted = (yield from self._wanted([openid]))[openid]
            still = {number for number, fact in facts.items() if _why(fact, wanted) is not None}
            unwanted = {row: key for row, (key, several) in rows.items() if still.isdisjoint(several)}
            yield from send_no_more(list(unwanted), list(unwanted.values()))

    def reset(self, openid: str, rhythm: str, time: float) -> Script[None]:
        """Tell a follower of what waits for them no later than a new rhythm would."""
        yield _SOONER, [{"who": openid, "by": due(rhythm, time)}]

    async def standing(self, key: str) -> tuple[str, int] | None:
        """Whether news is still spreading, and how many people it concerns so far; None for none of that key."""
        rows = await self._store.run(lambda: once(_KNOWN, the_key=key))
        return (rows[0][0], rows[0][1]) if rows else None


def _due(fact: News, rhythm: str) -> float:
    """When a fact is told by a rhythm; an urgent one as soon as somebody with another rhythm would be told."""
    if rhythm == WEEKLY and 0 < fact.step <= URGENT:
        rhythm = DAILY
    return due(rhythm or AT_ONCE, fact.created)


def _read(number: int, data: bytes) -> News | None:
    try:
        return _news.decode(data)
    except msgspec.DecodeError as error:  # another version of the program wrote it
        logger.error("news cannot be read and is set aside", number=number, reason=str(error))
        return None


def _answer(key: str, data: bytes) -> Answer | None:
    try:
        return _answers.decode(data)
    except msgspec.DecodeError as error:
        logger.warning("kept answer cannot be read and is passed over", key=key, reason=str(error))
        return None


def _together(known: Sequence[Row], facts: dict[int, News], time: float) -> list[tuple[str, int]]:
    """Of what concerns people, what is due, and with it what else is new of the same policies: what has changed again
    is told as it stands now."""
    told = {(openid, facts[number].policy) for openid, number, due in known if due <= time and number in facts}
    return sorted(
        (openid, number)
        for openid, number, due in known
        if due <= time
        or (number in facts and facts[number].kind != CORRECTED and (openid, facts[number].policy) in told)
    )


def _why(fact: News, wanted: set[tuple[str, str]]) -> Criterion | None:
    """The most telling of the criteria by which a fact concerns somebody."""
    return next((c for c in fact.criteria if c.kind == ANSWERED or (c.kind, c.value) in wanted), None)
