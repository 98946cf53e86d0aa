"""A new edition of the corpus, or a day that comes near a last day, becomes notices to those whom it concerns.

The corpus in force is held against what people were last told of. What is new, or has changed in what people care
about, becomes news; news spreads page by page to those whose subscriptions it meets; what is due to one person is
gathered into one notice. Every step may be taken by any process, and is won by one (`bot/store/news.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
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
from bot.store.news import ANSWERED, Edition, Issue, NewsRows, Published
from bot.store.subscriptions import Subscriptions
from bot.words import Words

logger = structlog.get_logger(__name__)

STEPS = (1, 7, 30)  # days before a last day when people are reminded of it
PAGE = 1000  # people whom one transaction finds concerned
GATHERED = 250  # facts that one transaction makes notices of
DAY = 86_400.0

_encoder = msgspec.json.Encoder()
_publications = msgspec.json.Decoder(Publication)


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
        self._since = 0.0  # when this process first held it
        self._reminded: tuple[str, date] | None = None
        self._worded: dict[tuple[tuple[int, ...], tuple[tuple[str, str, bool], ...]], Wording] = {}

    async def run(self) -> int:
        """Take one step; 0 where there is none to take."""
        corpus = self._corpus()
        if corpus is not self._held:
            self._held, self._since = corpus, self._clock.time()
        latest = await self._rows.latest()
        if latest is None or latest.version != corpus.version:
            if latest is not None and latest.time > self._since:
                return await self.spread()  # another process holds a newer edition: what ours lacks is no news
            return await self._publish(corpus, latest)
        return await self._remind(corpus) or await self.spread()

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
            kind, lines = (NEW, self._words.gives(policy)) if old is None else (CHANGED, self._changes(old, data))
            if lines:
                criteria = interests.criteria(policy_id, known if old is None else None)
                fact = _fact(kind, policy, corpus, lines=lines, criteria=criteria, time=edition.time)
                news.append((f"{kind}:{policy_id}:{edition.number}", fact))
        gone = [policy_id for policy_id, old in before.items() if policy_id not in corpus.policies and not old.gone]
        return Issue(edition=edition, policies=policies, gone=gone, news=news, reminders=reminders)

    def _changes(self, before: Published, data: bytes) -> tuple[str, ...]:
        """What people care about of what has changed, in words."""
        try:
            old = _publications.decode(before.data)
        except msgspec.DecodeError:  # an earlier program wrote it, whose policies had other fields
            logger.warning("published policy cannot be read and is not compared", policy=before.policy)
            return ()
        return self._words.changes(differences(old, _publications.decode(data)))

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

    def _tell(self, openid: str, due: Sequence[tuple[int, News, Criterion]]) -> list[tuple[Notice, list[int]]]:
        """The notices of one person: a correction stands alone, all else is told together."""
        today = now(self._clock).date()
        told = {fact.policy for _, fact, _ in due if fact.kind in (NEW, CHANGED)}  # which says the last day too
        alive = [
            one for one in due if one[1].kind != EXPIRING or not (_is_late(one[1], today) or one[1].policy in told)
        ]
        alone = [[one] for one in alive if one[1].kind == CORRECTED]
        together = [one for one in alive if one[1].kind != CORRECTED]
        return [self._notice(openid, several, today) for several in (*alone, together) if several]

    def _notice(self, openid: str, due: Sequence[tuple[int, News, Criterion]], today: date) -> tuple[Notice, list[int]]:
        numbers = [number for number, _, _ in due]
        told = [Told(news=fact, why=why) for _, fact, why in due]
        only = told[0]
        kind = DIGEST if len(told) > 1 else WISH if only.why.wish else only.news.kind
        whys = tuple((why.kind, why.value, why.wish) for _, _, why in due)
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
