"""An announcement is sent while its worker is killed: its ledger adds up, and nobody gets it twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.stores import SqliteStore, Stores
from benchmarks.wreck import Wreck, hold, pick, wrecked
from bot.broadcasts import Broadcasts
from bot.clock import SystemClock
from bot.config import read_config
from bot.outbox import WINDOW
from bot.store.audiences import Audience
from bot.store.database import Database
from bot.store.ledgers import Ledgers
from tests.scenarios import test_announcing_crash as crash
from tests.small import write_files

PEOPLE = 400  # half of them wrote lately
DEATHS = (1, 2, 3)  # of the workers of one announcement


async def announcing(
    folder: Path, chance: random.Random, runs: int, *, stores: Stores = SqliteStore
) -> AsyncIterator[Counter[str]]:
    """Kill the worker, once or a few times for each announcement."""
    corpus = write_files(folder / "corpus")
    done = 0
    while done < runs:
        place = folder / f"{done}"
        deaths = min(chance.choice(DEATHS), runs - done)
        async with wrecked(place, stores, corpus=corpus, seed=chance.randrange(10**6)) as wreck:
            await crash.prepare(wreck.store.url, wreck.config, wreck.platform, people=PEOPLE)
            async for counts in kill_some(wreck, chance, deaths):
                done += 1
                yield counts


async def kill_some(wreck: Wreck, chance: random.Random, deaths: int) -> AsyncIterator[Counter[str]]:
    """So many kills of one announcement's workers, then one that ends it."""
    killed, counts = 0, list[Counter[str]]()
    for _ in range(deaths):
        wreck.begin("worker")
        moment = pick(chance, ("calls", 1, PEOPLE // 4), ("calls", 1, 20), ("pages", 1, 200), ("seconds", 1.0, 4.0))
        struck = await wreck.strike(moment, over=lambda: state(wreck) in ("finished", "paused"))
        if not struck:
            await wreck.kill()
        wreck.check_database()
        amid = bool(wreck.ask("SELECT 1 FROM recipients")) and not is_over(wreck)
        killed += struck
        counts.append(Counter({"kills": 1, "amid": int(amid)}))
        wreck.let_time_pass()
        if state(wreck) == "paused":  # a person looks, before there is more to kill
            await let_go_on(wreck)
            counts[-1]["paused"] += 1
    await wreck.start("worker")
    await wreck.until(lambda: is_over(wreck) or state(wreck) == "paused")
    if state(wreck) == "paused":
        await let_go_on(wreck)
        counts[-1]["paused"] += 1
    await wreck.until(lambda: is_over(wreck))
    await wreck.stop()
    wreck.check_database()
    held = check(wreck, deaths)
    counts[-1] += Counter({"items": PEOPLE, "in doubt": held})
    for one in counts:
        yield one


def is_over(wreck: Wreck) -> bool:
    """Whether the announcement is finished."""
    return state(wreck) == "finished"


def state(wreck: Wreck) -> str:
    """The announcement's."""
    ((found,),) = wreck.ask("SELECT state FROM broadcasts")
    return str(found)


async def let_go_on(wreck: Wreck) -> None:
    """Where all of the first hundred are in doubt an announcement pauses by itself; a person looks, and resumes it."""
    database = await Database.open(wreck.store.url)
    settings, clock, ledgers = read_config(wreck.config), SystemClock(), Ledgers(database)
    office = Broadcasts(database, config=settings, audience=Audience(database), ledgers=ledgers, clock=clock)
    ((number,),) = wreck.ask("SELECT id FROM broadcasts")
    one = await office.rows.get(number)
    hold(one, "the announcement is gone")
    assert one is not None
    await office.resume(one, "wang")
    await database.close()


def check(wreck: Wreck, deaths: int) -> int:
    """The ledger adds up to the audience; what it calls sent arrived once, and nobody got it twice; how many of it
    wait for a person."""
    rows = wreck.ask("SELECT state, channel, count(*) FROM recipients GROUP BY state, channel")
    states = Counter({(state, channel): count for state, channel, count in rows})
    hold(sum(states.values()) == PEOPLE, "the ledger does not add up:", states)
    held = states.pop(("unknown", "custom"), 0)
    hold(states.pop(("sent", "custom"), 0) + held == PEOPLE // 2, "by customer service:", states, held)
    hold(states.pop(("sent", "mass"), 0) == PEOPLE // 2 and not states, "by a mass call:", states)
    hold(held <= WINDOW * deaths, "more in doubt than was under way:", held)
    taken = Counter({who: count for (kind, who), count in wreck.platform.sent.items() if kind == "custom"})
    hold(max(taken.values()) == 1, "somebody got it twice")
    settled = wreck.ask("SELECT openid FROM recipients WHERE state = 'sent' AND channel = 'custom'")
    hold({taken[who] for (who,) in settled} <= {1}, "called sent, and never taken in")
    known = {who for (who,) in wreck.ask("SELECT openid FROM recipients WHERE channel = 'custom'")}
    hold(taken.keys() <= known, "sent to somebody without a row")
    (job,) = wreck.platform.jobs.masses.values()
    odd = [crash.openid(number) for number in range(1, PEOPLE, 2)]
    hold(sorted(job.audience) == odd, "the mass call reached others")
    return held
