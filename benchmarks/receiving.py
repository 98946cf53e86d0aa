"""Messages come while the process that answers them is killed: one row, one answer, one remark for each."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.stores import SqliteStore, Stores
from benchmarks.wreck import Moment, Wreck, hold, pick, wrecked
from bot.emulator.phone import Phone, Seen
from tests.small import write_files

PHONES, ROUNDS = 24, 3  # each asks so often in a run, one question after another
QUESTIONS = ("技改{}", "首台套{}", "崂山区有哪些{}", "技改找谁{}", "85911248 {}", "还有效吗{}", "你好{}", "转人工{}")
COMPLAINT = "答非所问，第{}次"
AGAIN = 0.2  # of the runs, in which the platform loses the first answer to each message and delivers it again
PAUSES = (0.0, 0.0, 0.0, 1.0, 3.0)  # seconds until somebody starts it again
LAST = (10.0, 15.0)  # seconds after the first delivery of a message in which the platform waits for the third


@dataclass(frozen=True)
class Said:
    """One message and what its follower saw of it at once."""

    phone: Phone
    text: str
    seen: Seen
    began: float


@dataclass(frozen=True)
class Outage:
    """From when until when nobody listened."""

    since: float
    until: float

    def covers(self, said: Said) -> bool:
        """Whether the platform's last delivery of a message could not be answered, after which it gives up."""
        return said.began + LAST[0] < self.until and said.began + LAST[1] > self.since


async def receiving(
    folder: Path, chance: random.Random, runs: int, *, stores: Stores = SqliteStore
) -> AsyncIterator[Counter[str]]:
    """Kill the process that answers, so many times: it is started again and goes on with the next followers' talk."""
    corpus = write_files(folder / "corpus")
    async with wrecked(folder, stores, corpus=corpus, seed=chance.randrange(10**6)) as wreck:
        await wreck.start("serve")
        for number in range(runs):
            wreck.platform.faults.set("retry", chance.random() < AGAIN)
            yield await kill_once(wreck, chance, number)
        await wreck.stop()


async def kill_once(wreck: Wreck, chance: random.Random, number: int) -> Counter[str]:
    """One kill amid the talk of some followers, and what became of every message."""
    phones = [wreck.platform.phone(f"oKilled_{number:06d}_{who:013d}") for who in range(PHONES)]
    talk = begin_talk(wreck, phones, chance, number)
    moment = pick(chance, ("seconds", 0.0, 1.0), ("answers", 1, PHONES * ROUNDS), ("pages", 1, 400), ("calls", 1, 3))
    if moment.what == "calls" and not wreck.platform.faults.is_on("retry"):  # nothing is pushed by a bot that is well
        moment = Moment(what="answers", count=chance.randrange(1, PHONES))
    killed = await wreck.strike(moment, over=talk.done)
    if not killed:
        await wreck.kill()
    since = time.time()
    amid = wreck.standing().get("inbox running", 0)
    await asyncio.sleep(chance.choice(PAUSES))
    wreck.let_time_pass()
    await wreck.start("serve")
    until = time.time()
    said = [one for several in await talk for one in several]
    await wreck.until(wreck.is_drained)
    wreck.check_database()
    found = check(wreck, said, Outage(since, until))
    return found + Counter({"kills": 1, "amid": int(amid > 0), "items": len(said)})


def begin_talk(
    wreck: Wreck, phones: Sequence[Phone], chance: random.Random, number: int
) -> asyncio.Future[list[list[Said]]]:
    """All of them speak at once."""
    return asyncio.gather(*(speak(wreck, phone, random.Random(chance.random()), number) for phone in phones))


async def speak(wreck: Wreck, phone: Phone, chance: random.Random, number: int) -> list[Said]:
    """Somebody follows and asks, each message in words of its own."""
    await asyncio.sleep(chance.uniform(0.0, 0.2))
    await wreck.up.wait()
    await phone.follow()
    said = []
    for turn in range(ROUNDS):
        form = COMPLAINT if chance.random() < 0.2 else chance.choice(QUESTIONS)
        text = form.format(f"{number:03d}{int(phone.openid[-13:]):02d}{turn:02d}")
        await wreck.up.wait()  # who has seen that nobody is there writes later; who was on the way finds it out
        began = time.time()
        seen = await phone.say(text)
        wreck.answers += len(seen.bubbles)
        said.append(Said(phone, text, seen, began))
    return said


def check(wreck: Wreck, said: list[Said], outage: Outage) -> Counter[str]:
    """Every message has one row if it was ever taken in, and one answer, by the way its row says; how many answers
    wait for a person, and how many messages the platform gave up while nobody listened."""
    rows = inbox(wreck)
    pushes = dict(wreck.ask("SELECT key, state FROM outbox"))
    remarks = Counter(key for (key,) in wreck.ask("SELECT key FROM feedback WHERE kind = 'complaint'"))
    counts = Counter[str]()
    for one in said:
        found = rows.get((one.phone.openid, one.text), [])
        shown = sum(bubble.sender != "system" for bubble in one.seen.bubbles)
        if one.seen.fault:
            hold(outage.covers(one), "the platform gave up, and somebody listened:", one)
        if not found:
            hold(one.seen.fault and not shown, "answered without a row:", one)
            counts["given up"] += 1
            continue
        hold(len(found) == 1, "two rows of one message:", one)
        key, state, delivery = found[0]
        push = pushes.get(f"late:{key}")
        hold(state == "answered", "not answered:", one, state)
        hold((push is not None) == (delivery == "active"), "the row's way is not its answer's:", one, delivery)
        hold(shown == (delivery == "passive" and not one.seen.fault), "not answered once:", one, delivery, shown)
        hold(remarks[key] <= one.text.startswith(COMPLAINT[:4]), "written down twice:", one, remarks[key])
        counts["given up"] += delivery == "passive" and bool(one.seen.fault)
        if push is not None:
            hold(push in ("sent", "unknown"), "a push that is not settled:", one, push)
            counts["in doubt"] += push == "unknown"
        counts["pushed"] += push is not None
    check_pushes(wreck, said)
    return counts


def check_pushes(wreck: Wreck, said: list[Said]) -> None:
    """Each push has the row of its message, welcomes to new followers too; what is sent the platform took in once, and
    at most what is in doubt besides."""
    orphans = wreck.ask("SELECT key FROM outbox WHERE substr(key, 6) NOT IN (SELECT key FROM inbox)")
    hold(not orphans, "a push without a message:", orphans)
    rows = wreck.ask("SELECT openid, state = 'sent' FROM outbox WHERE state IN ('sent', 'unknown')")
    sent, doubtful = (Counter(who for who, is_sent in rows if is_sent == wanted) for wanted in (1, 0))
    for who in {one.phone.openid for one in said}:
        taken = wreck.platform.sent.get(("custom", who), 0)
        hold(sent[who] <= taken <= sent[who] + doubtful[who], "pushed twice, or never:", who, taken, sent[who])


def inbox(wreck: Wreck) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """The rows of messages in words, by follower and words: key, state, delivery."""
    rows: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for key, state, delivery, message in wreck.ask("SELECT key, state, delivery, message FROM inbox"):
        content = msgspec.json.decode(message) if message else {}
        if "text" in content:
            rows.setdefault((content["openid"], content["text"]), []).append((key, state, delivery))
    return rows
