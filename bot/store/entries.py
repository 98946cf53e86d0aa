"""The rows of the inbox as one transaction writes them: many claims and settlements, and all that hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TypeVar

import msgspec
from sqlalchemy import String, bindparam, select, update

from bot.conversation import Conversation, fresh
from bot.messages import AnyMessage
from bot.notices import Notice
from bot.person import DECLINED, Change, Erase, Person, Subscribe
from bot.replies import Answer
from bot.store import conversations, feedback
from bot.store.departures import Departures, is_stale, leaver
from bot.store.driver import Changes, Row, Script, Store, Values
from bot.store.feedback import Feedback, Remark
from bot.store.followers import Followers, window
from bot.store.grants import Grants
from bot.store.notices import Notices, Settled
from bot.store.people import Changed, People
from bot.store.recipients import LEAVING
from bot.store.reports import Reports
from bot.store.standing import NOTHING, Standing, Standings
from bot.store.tables import followers, inbox, outbox

LOCK = (
    select(followers.c.openid)
    .where(followers.c.openid == bindparam("who", type_=String))
    .with_for_update(key_share=True)
)
SEEN = select(inbox.c.key, inbox.c.state, inbox.c.owner, inbox.c.lease, inbox.c.answer, inbox.c.delivery).where(
    inbox.c.key == bindparam("the_key")
)
SETTLE = Changes(
    update(inbox).where(
        inbox.c.key == bindparam("the_key"),
        inbox.c.owner == bindparam("the_owner"),
        inbox.c.state == "running",
    ),
    key=inbox.c.key,
    name="the_key",
)


STRANGER = Person()


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that needs no work, with all it changes: `encoded` is its spelling in the row, `conversation` what it
    leads to if it moves. Where `stranger` is true it is only for followers of whom nothing is kept."""

    answer: Answer
    encoded: bytes
    conversation: Conversation | None = None
    remarks: tuple[Remark, ...] = ()
    changes: tuple[Change, ...] = ()
    stranger: bool = False


AtOnce = Callable[[Conversation], Ready | None]


class Claiming(msgspec.Struct, frozen=True):
    """A message to enter, and its row if it is new. `at_once` says what is answered without work, if anything is, once
    it is known where the follower stands: the row is then written with its answer."""

    key: str
    message: AnyMessage
    row: Values
    at_once: AtOnce | None = None


class Settling(msgspec.Struct, frozen=True):
    """An answer to write, and the rows that go with it. `told` are the notices beneath the answer; where they cannot
    be had any more, `without` is written in its place."""

    key: str
    row: Values
    conversation: Values | None
    remarks: Sequence[Values]
    changes: Sequence[Changed]
    late: Values | None
    told: Sequence[Settled] = ()
    without: Values = {}


class Seen(msgspec.Struct, frozen=True):
    """What became of a job: None for the row as it was asked for, else the row (of SEEN) that was found instead.
    `waiting` is what its follower is to be told; `alone` where an answer was written without that; `ready` the answer
    that a claim was written with."""

    row: Row | None
    fresh: bool = False
    conversation: bytes | None = None
    waiting: tuple[Notice, ...] = ()
    alone: bool = False
    ready: Ready | None = None


J = TypeVar("J", Claiming, Settling)


class Entries:
    """Scripts that write batches of jobs."""

    def __init__(self, store: Store) -> None:
        self._in_turn = store.dialect == "postgresql"
        self._followers = Followers(store)
        self._departures = Departures(store)
        self._standings = Standings(store)
        self._feedback = Feedback(store)
        self._people = People(store)
        self._notices = Notices(store)
        self._grants = Grants(store)
        self._reports = Reports(store)
        enter = store.insert(inbox).on_conflict_do_nothing(index_elements=["key"])
        self._enter = Changes(enter, key=inbox.c.key, name="key")
        self._send = store.insert(outbox).on_conflict_do_nothing(index_elements=["key"])

    def transact(self, jobs: Sequence[Claiming | Settling]) -> Script[list[Seen]]:
        """Write a batch; what became of each job, in their order.

        Settlements go first, so that a claim of the same batch sees the conversation they leave.
        """
        settlements = [job for job in jobs if isinstance(job, Settling)]
        claims = [job for job in jobs if isinstance(job, Claiming)]
        leaving = {id(job): who for job in claims if (who := leaver(job.message))}
        parting = sorted({*leaving.values(), *_parting(settlements)})
        if len(parting) > 1:
            for statement in LEAVING:
                yield statement, [{"who": openid} for openid in parting]
        settled = iter((yield from self._settle(settlements, {job.message.openid for job in claims})))
        claimed: list[Seen] = []
        for group in _between(claims, leaving):
            claimed += yield from self._claim(group, leaving.get(id(group[0]), ""))
        entered = iter(claimed)
        return [next(settled) if isinstance(job, Settling) else next(entered) for job in jobs]

    def _claim(self, jobs: Sequence[Claiming], gone: str) -> Script[list[Seen]]:
        """Enter claims among which nobody leaves, or that of `gone`, alone, who does.

        Of who leaves, or left since they sent it, a message leaves no more than its key.
        """
        standing = yield from self._standings.look([job.message for job in jobs])
        stands = [standing.get(job.message.openid, NOTHING) for job in jobs]
        both = list(zip(jobs, stands, strict=True))
        erased = {job.key for job, one in both if gone or is_stale(job.message, one.left)}
        due = {job.message.openid for job, one in both if one.told and window(job.message)}
        told = yield from self._notices.waiting(due)
        ready = yield from self._ready([pair for pair in both if pair[0].key not in erased])
        rows = [_blank(job.row) if job.key in erased else _written(job.row, ready.get(id(job))) for job in jobs]
        # In the order of keys: two processes with the same messages then never wait for each other.
        entered = yield self._enter, sorted(rows, key=itemgetter("key"))
        new = _first_of_each(jobs, (row[0] for row in entered))
        if gone and new:
            yield from self._followers.erase(gone, jobs[0].row["received"])
            yield from self._departures.remember(gone, jobs[0].message.created)
        yield from self._keep([(job, ready.get(id(job))) for job in new.values() if job.key not in erased])
        found = yield from self._look([job for job in jobs if id(job) not in new or job.key in erased])
        return [
            Seen(
                found.get(job.key),
                id(job) in new,
                one.talk,
                tuple(told.get(job.message.openid, ())),
                ready=ready.get(id(job)) if id(job) in new else None,
            )
            for job, one in both
        ]

    def _keep(self, entered: Sequence[tuple[Claiming, Ready | None]]) -> Script[None]:
        """Keep what new messages tell, and what the answers change that some of them were entered with."""
        facts = [(job.message, job.row["received"]) for job, _ in entered]
        talks = {job.key: one.conversation for job, one in entered if one and one.conversation}
        yield from self._reports.record(facts)
        yield from self._followers.record(facts, talks)
        yield from self._grants.record(message for message, _ in facts)
        changing = [(job, one) for job, one in entered if one and (one.remarks or one.changes)]
        yield from self._feedback.keep([row for job, one in changing for row in _remarks(job, one)])
        yield from self._people.apply(
            [(job.message.openid, change, job.row["received"]) for job, one in changing for change in one.changes]
        )

    def _ready(self, jobs: Sequence[tuple[Claiming, Standing]]) -> Script[dict[int, Ready]]:
        """The answers that are there already, by the identity of their jobs: of a follower's messages the first's, and
        none where something else is to be told with it."""
        found: dict[int, Ready] = {}
        for openid, (job, stands) in {pair[0].message.openid: pair for pair in reversed(jobs)}.items():
            if job.at_once is None or stands.told:
                continue
            ready = job.at_once(fresh(conversations.unpack(stands.talk), job.row["received"]))
            if ready is not None and ready.stranger and stands.kept:
                ready = None if (yield from self._people.read(openid)) != STRANGER else ready
            if ready is not None:
                found[id(job)] = ready
        return found

    def _settle(self, jobs: Sequence[Settling], behind: set[str]) -> Script[list[Seen]]:
        """Settle; `behind` are the followers whose rows the claims that come next may write."""
        if not jobs:
            return []
        taken = yield from self._notices.take([one for job in jobs for one in job.told])
        alone = _alone(jobs, taken)
        changed = yield SETTLE, [job.without if id(job) in alone else job.row for job in jobs]
        won = _first_of_each(jobs, (row[0] for row in changed))
        told = {one.key for job in jobs if id(job) in won and id(job) not in alone for one in job.told}
        yield from self._notices.put_back(sorted(taken - told))
        yield from self._feedback.keep([row for job in won.values() for row in job.remarks])
        yield from self._people.apply([change for job in won.values() for change in job.changes])
        yield self._send, [job.late for job in won.values() if job.late]
        # Behind what goes out, as everywhere (`bot.store.limits`).
        talks = _talks(list(won.values()))
        yield from self._lock({talk["who"] for talk in talks}, behind)
        yield from conversations.keep(talks)
        found = yield from self._look([job for job in jobs if id(job) not in won])
        return [
            Seen(None if id(job) in won else found.get(job.key, _gone(job.key)), alone=id(job) in alone) for job in jobs
        ]

    def _lock(self, first: set[str], then: set[str]) -> Script[None]:
        """Take the rows of followers that are written in two turns in one, in their order, as whoever writes down what
        many are to be told locks them: else each may wait for the other. SQLite has one writer at a time."""
        if self._in_turn and first and then and max(first) > min(then):
            yield LOCK, [{"who": openid} for openid in sorted(first | then)]

    def _look(self, jobs: Sequence[Claiming] | Sequence[Settling]) -> Script[dict[str, Row]]:
        rows = yield SEEN, [{"the_key": job.key} for job in jobs]
        return {row[0]: row for row in rows}


def _first_of_each(jobs: Sequence[J], keys: Iterable[str]) -> dict[int, J]:
    """The first job of each key, by identity: a batch may hold the same message twice."""
    left, found = set(keys), {}
    for job in jobs:
        if job.key in left:
            left.remove(job.key)
            found[id(job)] = job
    return found


def _alone(jobs: Sequence[Settling], taken: set[str]) -> set[int]:
    """The jobs, by identity, whose notices were not all taken, or not for them."""
    left, found = set(taken), set()
    for job in jobs:
        keys = {one.key for one in job.told}
        if keys <= left:
            left -= keys
        else:
            found.add(id(job))
    return found


def _remarks(job: Claiming, ready: Ready) -> list[Values]:
    return feedback.pack(job.key, job.message.openid, remarks=ready.remarks, time=job.row["received"])


def _parting(jobs: Sequence[Settling]) -> set[str]:
    """Whose places in announcements settlements take away."""
    return {who for job in jobs for who, change, _ in job.changes if isinstance(change, Erase) or _declines(change)}


def _talks(jobs: Sequence[Settling]) -> list[Values]:
    """The conversations that are kept: of who has all erased only those behind it, and not that of its own answer."""
    kept: list[Values] = []
    for job in jobs:
        gone = {who for who, change, _ in job.changes if isinstance(change, Erase)}
        kept = [talk for talk in kept if talk["who"] not in gone]
        if job.conversation and job.conversation["who"] not in gone:
            kept.append(job.conversation)
    return kept


def _declines(change: Change) -> bool:
    return isinstance(change, Subscribe) and change.kind == DECLINED


def _between(jobs: Sequence[Claiming], leaving: Container[int]) -> Iterator[list[Claiming]]:
    """Cut where somebody must be forgotten: that message stands alone, erases what came before and nothing after it."""
    group: list[Claiming] = []
    for job in jobs:
        if id(job) in leaving:
            if group:
                yield group
            yield [job]
            group = []
        else:
            group.append(job)
    if group:
        yield group


def _written(row: Values, ready: Ready | None) -> Values:
    if ready is None:
        return row
    return {
        **row,
        "state": "answered",
        "answer": ready.encoded,
        "answered": row["received"],
        "delivery": "passive",
    }


def _blank(row: Values) -> Values:
    return {**row, "openid": "", "message": b"", "state": "erased"}


def _gone(key: str) -> Row:
    return key, "erased", "", 0.0, b"", ""
