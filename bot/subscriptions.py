"""A new edition of the corpus, or a day that comes near a last day, becomes notices to those whom it concerns.

The corpus in force is held against what people were last told of. What is new, or has changed in what people care
about, becomes news; news spreads page by page to those whose subscriptions it meets; what is due to one person is
gathered into one notice. Every step may be taken by any process, and is won by one (`bot/store/news.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from hashlib import blake2b

import msgspec
import structlog

from bot.clock import Clock, now
from bot.config import Config
from bot.corpus import Corpus
from bot.differences import Publication, differences
from bot.interests import EXPIRING as REMINDED
from bot.interests import Interests
from bot.notices import CHANGED, CORRECTED, DIGEST, EXPIRING, NEW, WISH, Criterion, News, Notice, Told, Wording
from bot.policies import Policy
from bot.replies import Answer, Say
from bot.store.driver import Store
from bot.store.news import ANSWERED, Due, Edition, Issue, NewsRows, Published
from bot.store.subscriptions import Subscriptions
from bot.words import Words

logger = structlog.get_logger(__name__)

STEPS = (1, 7, 30)  # days before a last day when people are reminded of it
PAGE = 1000  # people whom one transaction finds concerned
GATHERED = 250  # facts that one transaction makes notices of
DAY = 86_400.0

_encoder = msgspec.json.Encoder()
_publications = msgspec.json.Decoder(Publication)


class _Concern(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is told of one policy: of which news it is made, and why it is theirs."""

    numbers: tuple[int, ...]
    fact: News
    why: Criterion


class Herald:
    """Tells people what is new. `keep_days` is how long answers are kept, and so how far back a correction reaches."""

    def __init__(
        self,
        store: Store,
        *,
        corpus: Callable[[], Corpus],
        words: Words,
        clock: Clock,
        public_url: str = "",
        keep_days: int = 90,
    ) -> None:
        self._store = store
        self._rows = NewsRows(store)
        self._subscriptions = Subscriptions(store)
        self._corpus = corpus
        self._words = words
        self._clock = clock
        self._public_url = public_url
        self._keep = keep_days * DAY
        self._held: Corpus | None = None
        self._since = 0.0  # when this process first held it,
        self._meant = False  # and whether it was given it in the place of the one that people were last told of
        self._silent = ""  # the edition of which it was logged that it is not told
        self._reminded: tuple[str, date] | None = None
        self._worded: dict[tuple[tuple[int, ...], tuple[tuple[str, str, bool], ...]], Wording] = {}

    async def run(self) -> int:
        """Take one step; 0 where there is none to take."""
        corpus, latest = self._corpus(), await self._rows.latest()
        if corpus is not self._held:
            self._meant = self._held is not None and latest is not None and self._held.version == latest.version
            self._held, self._since = corpus, self._clock.time()
        if latest is not None and latest.version == corpus.version:
            self._silent = ""
            return await self._remind(corpus) or await self.spread()
        if latest is not None and await self._is_behind(corpus, latest):
            return await self.spread()
        return await self._publish(corpus, latest)

    @property
    def holds_back(self) -> bool:
        """Whether this process tells nobody of its edition, since it was told before and replaced."""
        return self._silent == self._corpus().version

    async def publish_again(self) -> bool:
        """Publish the corpus although it was published before, and another after it; false where it was the last."""
        corpus, latest = self._corpus(), await self._rows.latest()
        if latest is not None and latest.version == corpus.version:
            return False
        return await self._publish(corpus, latest) > 0

    async def _is_behind(self, corpus: Corpus, latest: Edition) -> bool:
        """Whether what it lacks is no news: another process holds a newer edition, or this one began with files that
        were published before and replaced since. A process that held the last edition and was given this one means it.
        """
        if latest.time > self._since:
            return True
        if self._meant or not await self._rows.was_published(corpus.version):
            return False
        if self._silent != corpus.version:
            self._silent = corpus.version
            logger.warning("edition was published before, nobody is told of it", version=corpus.version)
        return True

    async def correct(self, policy_id: str, note: str) -> str:
        """Tell all who were answered with a policy that it was wrong, and how; the key of that news. Once per note."""
        corpus = self._corpus()
        policy, time = corpus.policies[policy_id], self._clock.time()
        key = f"{CORRECTED}:{policy_id}:{_digest(note.encode())}"
        criteria = (Criterion(kind=ANSWERED, value=policy_id),)
        fact = _fact(CORRECTED, policy, corpus, lines=(note,), criteria=criteria, time=time)
        await self._store.run(lambda: self._rows.add([(key, fact)]))
        return key

    async def _publish(self, corpus: Corpus, latest: Edition | None) -> int:
        before = await self._rows.published()
        words = await self._subscriptions.words()
        number = latest.number + 1 if latest else 1
        edition = Edition(number=number, version=corpus.version, time=self._clock.time())
        issue = await asyncio.to_thread(self._issue, corpus, edition, before=before, words=words)
        won = await self._store.run(lambda: self._rows.issue(issue))
        if won:
            logger.info("edition published", version=corpus.version, number=number, news=len(issue.news))
        return 1

    def _issue(self, corpus: Corpus, edition: Edition, *, before: dict[str, Published], words: Sequence[str]) -> Issue:
        """What an edition brings beside what was published before; the first one is nobody's news."""
        interests = Interests(corpus, words)
        known = interests.of_all(policy_id for policy_id in corpus.policies if policy_id in before)
        policies, news, reminders = [], [], []
        for policy_id, policy in corpus.policies.items():
            data = _encoder.encode(Publication(policy=policy, paper=corpus.paper(policy)))
            digest, old = _digest(data), before.get(policy_id)
            if old is not None and old.digest == digest and not old.gone:
                continue
            policies.append(Published(policy=policy_id, digest=digest, data=data))
            if edition.number == 1:
                reminders += [key for key, _ in self._steps(corpus, policy)]
                continue
            kind, lines = (NEW if old is None else CHANGED), self._lines(policy, old, data)
            if lines:
                criteria = interests.criteria(policy_id, known if old is None else None)
                fact = _fact(kind, policy, corpus, lines=lines, criteria=criteria, time=edition.time)
                fact = msgspec.structs.replace(fact, before=old.data if old else b"", after=data)
                news.append((f"{kind}:{policy_id}:{edition.number}", fact))
        gone = [policy_id for policy_id, old in before.items() if policy_id not in corpus.policies and not old.gone]
        for policy_id in gone:  # it says nothing, and takes back what was not told yet
            fact = News(kind=CHANGED, policy=policy_id, title="", place="", created=edition.time)
            news.append((f"gone:{policy_id}:{edition.number}", fact))
        return Issue(edition=edition, policies=policies, gone=gone, news=news, reminders=reminders)

    def _lines(self, policy: Policy, old: Published | None, data: bytes) -> tuple[str, ...]:
        """What is said of a policy that is new or another."""
        try:
            return self._words.gives(policy) if old is None else self._changes(policy.id, old.data, data)
        except Exception:
            logger.exception("news cannot be said", policy=policy.id)
            return ()

    def _changes(self, policy_id: str, before: bytes, after: bytes) -> tuple[str, ...]:
        """What people care about of what has changed, in words."""
        try:
            old = _publications.decode(before)
        except msgspec.DecodeError:  # an earlier program wrote it, whose policies had other fields
            logger.warning("published policy cannot be read and is not compared", policy=policy_id)
            return ()
        return self._words.changes(differences(old, _publications.decode(after)))

    def _steps(self, corpus: Corpus, policy: Policy) -> list[tuple[str, int]]:
        """The steps a policy has reached on its way to its last day, as (key, days), the nearest first."""
        end = corpus.period(policy)[1]
        left = (end - now(self._clock).date()).days if end is not None else -1
        return [(f"{policy.id}:{end}:{step}", step) for step in STEPS if 0 <= left <= step]

    async def _remind(self, corpus: Corpus) -> int:
        """Remind of last days that are near: once a day, and each step of each policy once."""
        today = now(self._clock).date()
        if self._reminded == (corpus.version, today):
            return 0
        reached = [(policy, steps) for policy in corpus.policies.values() if (steps := self._steps(corpus, policy))]
        interests = Interests(corpus, await self._subscriptions.words() if reached else ())
        time, found = self._clock.time(), []
        for policy, steps in reached:
            criteria = (*interests.criteria(policy.id), Criterion(kind=REMINDED))
            fact = _fact(EXPIRING, policy, corpus, criteria=criteria, time=time)
            found.append((tuple(key for key, _ in steps), msgspec.structs.replace(fact, step=steps[0][1])))
        told = await self._store.run(lambda: self._rows.remind(found, time)) if found else 0
        self._reminded = (corpus.version, today)
        return told

    async def spread(self) -> int:
        """Take news one page of people further, or, where none is on its way, make notices of what is due."""
        since = self._clock.time() - self._keep
        if await self._store.run(lambda: self._rows.spread(shows, since=since, many=PAGE)):
            return 1
        time = self._clock.time()
        self._worded.clear()
        return await self._store.run(lambda: self._rows.gather(self._tell, time=time, many=GATHERED))

    def _tell(self, openid: str, due: Sequence[Due]) -> tuple[Sequence[tuple[Notice, Sequence[int]]], Sequence[int]]:
        """The notices of one person, and which facts could not be said: these stand in nobody's way."""
        try:
            return self._notices_of(openid, due), ()
        except Exception:
            logger.exception("news cannot be said")
        failed = [one[0] for one in due if not self._can_be_said(openid, one)]
        if len(due) == len(failed) or not failed:  # it is all of it, or what they make together
            return (), [one[0] for one in due]
        made, more = self._tell(openid, [one for one in due if one[0] not in failed])
        return made, [*failed, *more]

    def _can_be_said(self, openid: str, one: Due) -> bool:
        try:
            self._notices_of(openid, [one])
        except Exception:
            logger.exception("news is set aside", number=one[0], policy=one[1].policy)
            return False
        return True

    def _notices_of(self, openid: str, due: Sequence[Due]) -> list[tuple[Notice, list[int]]]:
        """A correction stands alone, all else is told together."""
        today = now(self._clock).date()
        told = [one for one in self._merged(due) if not _is_late(one.fact, today) or one.fact.kind != EXPIRING]
        alone = [[one] for one in told if one.fact.kind == CORRECTED]
        together = [one for one in told if one.fact.kind != CORRECTED]
        return [self._notice(openid, several, today) for several in (*alone, together) if several]

    def _merged(self, due: Sequence[Due]) -> Iterator[_Concern]:
        """What is told of each policy: of several changes what they come to in the end, against what this person was
        last told; a reminder only of the last day that stands, and not where a change says it."""
        changes: dict[str, list[Due]] = {}
        for one in due:
            if one[1].kind in (NEW, CHANGED):
                changes.setdefault(one[1].policy, []).append(one)
        for number, fact, why in due:
            several = changes.get(fact.policy, [])
            if fact.kind in (NEW, CHANGED):
                if several[0][0] == number and (whole := self._whole(several)) is not None:
                    yield whole
            elif why is not None and (fact.kind != EXPIRING or not self._voids(several, fact)):
                yield _Concern(numbers=(number,), fact=fact, why=why)

    def _voids(self, changes: Sequence[Due], reminder: News) -> bool:
        """Whether changes of its policy say the last day, or another than a reminder does."""
        return bool(changes) and (changes[-1][1].end != reminder.end or self._whole(changes) is not None)

    def _whole(self, several: Sequence[Due]) -> _Concern | None:
        """News of one policy as one fact; None where it comes to nothing, or is not theirs."""
        why = next((why for _, _, why in several if why is not None), None)
        first, last = several[0][1], several[-1][1]
        if why is None or (len(several) > 1 and not last.after):
            return None
        lines = last.lines
        if len(several) > 1 and first.kind == NEW:
            lines = self._words.gives(_publications.decode(last.after).policy)
        elif len(several) > 1:
            lines = self._changes(first.policy, first.before, last.after)
        fact = msgspec.structs.replace(last, kind=first.kind, lines=lines)
        return _Concern(numbers=tuple(number for number, _, _ in several), fact=fact, why=why) if lines else None

    def _notice(self, openid: str, due: Sequence[_Concern], today: date) -> tuple[Notice, list[int]]:
        numbers = [number for one in due for number in one.numbers]
        told = [Told(news=one.fact, why=one.why) for one in due]
        only = told[0]
        kind = DIGEST if len(told) > 1 else WISH if only.why.wish else only.news.kind
        whys = tuple((one.why.kind, one.why.value, one.why.wish) for one in due)
        wording = self._worded.get((tuple(numbers), whys))  # most people are told the same
        if wording is None:
            wording = self._worded[tuple(numbers), whys] = self._words.notice(told, today, self._public_url)
        where = "/policies" if kind == DIGEST else f"/p/{only.news.policy}"
        notice = Notice(
            key=f"{kind}:{_digest(' '.join((openid, *map(str, numbers))).encode())}",
            openid=openid,
            kind=kind,
            text=wording.text,
            brief=wording.brief,
            title=wording.title,
            url=f"{self._public_url}{where}" if self._public_url else "",
            fields=wording.fields,
            urgent=kind == CORRECTED,
            created=self._clock.time(),
        )
        return notice, numbers


def build_herald(config: Config, store: Store, *, corpus: Callable[[], Corpus], words: Words, clock: Clock) -> Herald:
    """The herald of a deployment."""
    url, days = config.server.public_url, config.replies.keep_days
    return Herald(store, corpus=corpus, words=words, clock=clock, public_url=url, keep_days=days)


def shows(answer: Answer, fact: News) -> bool:
    """Whether an answer told somebody of a policy: as its subject, by its title, or by a link to it."""
    if answer.policies[:1] == (fact.policy,):
        return True
    text = answer.reply.text if isinstance(answer.reply, Say) else ""
    linked = f'msgmenuid={fact.policy}"' in text or f'/p/{fact.policy}"' in text
    return linked or (fact.policy in answer.policies and fact.title in text)


def _is_late(fact: News, today: date) -> bool:
    """Whether the last day is past."""
    return fact.end is not None and fact.end < today


def _fact(
    kind: str,
    policy: Policy,
    corpus: Corpus,
    *,
    criteria: tuple[Criterion, ...],
    time: float,
    lines: tuple[str, ...] = (),
) -> News:
    contact = policy.contacts[0] if policy.contacts else None
    return News(
        kind=kind,
        policy=policy.id,
        title=corpus.called(policy),
        place=policy.district,
        lines=lines,
        unit=contact.unit if contact else "",
        phone=contact.phone if contact else "",
        end=corpus.period(policy)[1],
        criteria=criteria,
        created=time,
    )


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
