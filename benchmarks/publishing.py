"""An edition comes into force and people are told while the worker is killed: whole or not at all, each told once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.stores import SqliteStore, Stores
from benchmarks.wreck import Wreck, hold, pick, wrecked
from bot.clock import SystemClock, now
from bot.corpus import build_corpus
from bot.outbox import WINDOW
from bot.revisions import Revision, begun
from bot.store.database import Database
from bot.store.revisions import Revisions
from tests.small import write_files

PEOPLE = 120  # subscribed to a topic; the even ones wrote lately
POLICIES = 20  # new ones of that topic that come into force together
PARTS = POLICIES + 1
TOPIC = "技术改造"
REASON = "演练"
DEATHS = (1, 2, 3)  # of the workers of one edition


async def publishing(
    folder: Path, chance: random.Random, runs: int, *, stores: Stores = SqliteStore
) -> AsyncIterator[Counter[str]]:
    """Kill the worker on the day of an edition, once or a few times for each edition."""
    corpus = write_files(folder / "corpus")
    async with wrecked(folder, stores, corpus=corpus, source="database") as wreck:
        people = await prepare(wreck)
        restore, done = wreck.store.keep(), 0
        while done < runs:
            restore()
            wreck.platform.sent.clear()
            for who in people[::2]:
                wreck.platform.followers.speak(who)
            deaths = min(chance.choice(DEATHS), runs - done)
            async for counts in kill_some(wreck, chance, deaths):
                done += 1
                yield counts


async def prepare(wreck: Wreck) -> list[str]:
    """The first edition is in force, people have subscribed, and the day of the second one has come."""
    people = [f"oKilled_{number:020d}" for number in range(PEOPLE)]
    for number, who in enumerate(people):
        wreck.platform.followers.follow(who)
        window = (time.time() + 40 * 3600, 5) if number % 2 == 0 else (0.0, 0)
        names = "openid, followed, window_until, window_left"
        wreck.ask(f"INSERT INTO followers ({names}) VALUES (?, 1, ?, ?)", who, *window)
        wreck.ask("INSERT INTO subscriptions (kind, value, openid, since) VALUES ('topic', ?, ?, 1)", TOPIC, who)
    await wreck.start("worker")
    await wreck.until(lambda: wreck.ask("SELECT max(number) FROM editions") == [(1,)])
    await wreck.stop()
    database = await Database.open(wreck.store.url)
    await enter(Revisions(database))
    await database.close()
    return people


async def enter(revisions: Revisions) -> None:
    """New policies, and another summary of an old one, published for a day that has come."""
    standing = await revisions.standing_of("policy", "q91-1")
    hold(standing, "there is no policy to begin with")
    assert standing is not None
    clock = SystemClock()
    day = (now(clock) - timedelta(days=1)).date().isoformat()
    bodies = [("q91-1", {**standing.body, "summary": "买新设备按投资的15%给补助，一家一年最多600万元。"})]
    for number in range(100, 100 + POLICIES):
        body = {**standing.body, "id": f"q91-{number}", "title": f"支持第{number}类改造", "keywords": [f"改造{number}"]}
        bodies.append((f"q91-{number}", body))
    drafts = [draft(key, body, standing if key == "q91-1" else None, clock.time()) for key, body in bodies]
    drafts = [msgspec.structs.replace(one, effective=day) for one in drafts]
    numbers = await revisions.begin(drafts)
    entered = [one for number in numbers if (one := await revisions.get(number))]
    await revisions.submit(entered, time=clock.time())
    submitted = [one for number in numbers if (one := await revisions.get(number))]
    await revisions.schedule(submitted, who="wang", override=REASON, time=clock.time())


def draft(key: str, body: dict[str, object], standing: Revision | None, created: float) -> Revision:
    """A draft of a policy."""
    return begun("policy", key, who="li", time=created, on=standing, body=body, batch=REASON)


async def kill_some(wreck: Wreck, chance: random.Random, deaths: int) -> AsyncIterator[Counter[str]]:
    """So many kills on the day of one edition, then a worker that ends it."""
    counts = list[Counter[str]]()
    for _ in range(deaths):
        wreck.begin("worker")
        moment = pick(
            chance, ("locks", 1, 20), ("locks", 1, 20), ("pages", 1, 200), ("calls", 2, PEOPLE), ("seconds", 1.0, 4.0)
        )
        if not await wreck.strike(moment, over=lambda: is_over(wreck)):
            await wreck.kill()
        wreck.check_database()
        came, told = look(wreck)
        hold(came in (0, PARTS), "half of an edition:", came)
        hold(told == came, "the log tells of", told, "parts,", came, "came into force")
        counts.append(Counter({"kills": 1, "amid": int(came > 0 and not is_over(wreck))}))
        wreck.let_time_pass()
    await wreck.start("worker")
    await wreck.until(lambda: is_over(wreck))
    await wreck.stop()
    wreck.check_database()
    counts[-1] += Counter({"items": PARTS + PEOPLE, "in doubt": await check(wreck, deaths)})
    for one in counts:
        yield one


def look(wreck: Wreck) -> tuple[int, int]:
    """How many parts came with the second edition, and how many lines of the log tell of it."""
    ((parts,),) = wreck.ask("SELECT count(*) FROM revisions WHERE edition = 2")
    ((editions,),) = wreck.ask("SELECT count(*) FROM corpus_editions WHERE number = 2")
    ((told,),) = wreck.ask("SELECT count(*) FROM audit WHERE action = 'corpus.came_into_force'")
    hold(bool(parts) == bool(editions), "an edition without parts, or parts without an edition")
    return parts, told


def is_over(wreck: Wreck) -> bool:
    """Whether all are told."""
    open_ = (
        "SELECT (SELECT max(number) FROM editions) = 2 AND NOT EXISTS (SELECT 1 FROM news WHERE state = 'spreading')"
        " AND NOT EXISTS (SELECT 1 FROM concerns) AND NOT EXISTS (SELECT 1 FROM notices WHERE state = 'pending')"
    )
    return wreck.ask(open_) == [(1,)] and wreck.is_drained()


async def check(wreck: Wreck, deaths: int) -> int:
    """The edition is what it says it is, and each who subscribed has one notice that came once; how many of them wait
    for a person."""
    hold(look(wreck) == (PARTS, PARTS), "not whole at the end:", look(wreck))
    database = await Database.open(wreck.store.url)
    revisions = Revisions(database)
    corpus = build_corpus(revision.part for revision in await revisions.standing(2))
    (edition,) = [one for one in await revisions.editions() if one.number == 2]
    await database.close()
    hold(edition.version == corpus.version, "the edition is another than it says")
    notices = Counter(who for (who,) in wreck.ask("SELECT openid FROM notices"))
    hold(len(notices) == PEOPLE and set(notices.values()) == {1}, "not one notice for each:", notices.most_common(2))
    rows = wreck.ask("SELECT openid, channel, state FROM outbox")
    hold(len(rows) == len({who for who, _, _ in rows}) == PEOPLE, "not one row for each:", len(rows))
    for who, channel, state in rows:
        taken = wreck.platform.sent[channel, who]
        hold(taken == 1 if state == "sent" else (state == "unknown" and taken <= 1), who, channel, state, taken)
    hold(wreck.platform.sent.total() <= PEOPLE, "sent to somebody without a row")
    held: int = sum(state == "unknown" for _, _, state in rows)
    hold(held <= WINDOW * deaths, "more in doubt than was under way:", held)
    return held
