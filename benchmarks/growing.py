"""What grows: the start and the memory of a bot, many followers, many rows of the log, many policies."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import uvloop

from benchmarks.broadcast import openid, quietly
from benchmarks.competitors import ACCOUNT, APP, KEY, TOKEN
from benchmarks.job import PATIENCE, ROOT, configured, cpu, rss
from benchmarks.matching import TODAY
from benchmarks.measuring import Table
from benchmarks.traffic import Crowd, rated_texts
from benchmarks.words import Writer
from bot.app import Services, open_services
from bot.config import Config, Corpus, Database, WeChat
from bot.corpus import Corpus as Policies
from bot.dictionary.index import Index
from bot.dictionary.vocabulary import CURATED, Entry, Vocabulary
from bot.messages import Text
from bot.ranking import look_up
from bot.serving import AHEAD
from bot.store.database import migrate
from handlers import ROUTER, WORDS
from tests.corpus import the_corpus
from tests.scenarios.programs import free_port

FLOOR = "import uvloop, aiohttp.web, sqlalchemy.ext.asyncio, structlog, cryptography.hazmat.primitives.ciphers"
LOOK, IDLE = 0.5, 0.1  # seconds between two looks at a bot that comes to rest; the share of a core it may take there
ANSWER = msgspec.json.encode({"reply": {"type": "Say", "text": "资料：" + "惠" * 80}})


@dataclass(frozen=True, kw_only=True)
class Size:
    """How often a start is measured; followers, rows and policies, few and many; messages of a burst, rounds."""

    starts: int = 5
    few: int = 10_000
    many: int = 1_000_000
    policies: int = 100_000
    messages: int = 2_000
    texts: int = 300
    rounds: int = 5


FULL = Size()


def starting(size: Size = FULL) -> Table:
    """A bot from nothing to its first answer, and what it has taken once it is at rest, beside an interpreter that only
    imports what any such bot needs. All of it is compiled before, as it is where it is installed."""
    alone, first, rest = "the libraries alone", "Huiqi, to its first answer", "Huiqi, at rest"
    taken: dict[str, list[Taken]] = {alone: [], first: [], rest: []}
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        config = configured(Path(name), port)
        compiled = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        compiled["PYTHONPYCACHEPREFIX"] = str(Path(name) / "compiled")
        _imports(compiled)
        _started(config, port, compiled)  # which keeps the index
        for _ in range(size.starts):
            taken[alone].append(_imports(compiled))
            answered, rested = _started(config, port, compiled)
            taken[first].append(answered)
            taken[rest].append(rested)
    columns = ("seconds", "cpu s", "memory MB")
    return Table(
        title=f"Starting, medians of {size.starts}",
        rows={
            name: dict(zip(columns, map(statistics.median, zip(*rows, strict=True)), strict=True))
            for name, rows in taken.items()
        },
        note="Seconds as the clock of a shared machine has them; cpu s is what the start itself takes. At rest all is\n"
        "built that only some questions and pages need.",
    )


Taken = tuple[float, float, float]  # seconds, seconds of processor time, megabytes


def _imports(environment: Mapping[str, str]) -> Taken:
    start = time.perf_counter()
    tell = "import os, time; print(time.process_time(), int(open('/proc/self/statm').read().split()[1]))"
    command = [sys.executable, "-c", f"{FLOOR}; {tell}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    seconds, pages = done.stdout.split()
    return time.perf_counter() - start, float(seconds), int(pages) * 4096 / 1e6


def _started(config: Path, port: int, environment: Mapping[str, str]) -> tuple[Taken, Taken]:
    """What a bot took to its first answer, and until it came to rest."""
    request = Crowd().once([rated_texts()[0]])[0].request
    command = [sys.executable, "main.py", "serve", "--config", str(config)]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=environment) as bot:
        try:
            with _connected(port, start + PATIENCE) as connection:
                connection.sendall(request)
                assert connection.recv(65536).startswith(b"HTTP/1.1 200")
                answered = time.perf_counter() - start, cpu(bot.pid), rss(bot.pid)
            time.sleep(AHEAD)
            before = -1.0
            while (now := cpu(bot.pid)) > before + IDLE * LOOK:
                before = now
                time.sleep(LOOK)
            return answered, (time.perf_counter() - start, now, rss(bot.pid))
        finally:
            bot.kill()


def _connected(port: int, end: float) -> socket.socket:
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.perf_counter() > end:
                raise
            time.sleep(0.005)


def volume(size: Size = FULL) -> Table:
    """A known question, claimed and answered in the database, with few and with many followers and rows of the log."""
    with quietly():
        return uvloop.run(_volume(size))


async def _volume(size: Size) -> Table:
    names = {
        f"{size.few:,} followers, {size.few:,} rows": (size.few, size.few),
        f"{size.many:,} followers, {size.few:,} rows": (size.many, size.few),
        f"{size.few:,} followers, {size.many:,} rows": (size.few, size.many),
    }
    taken: dict[str, list[float]] = {name: [] for name in names}
    async with AsyncExitStack() as stack:
        bots = {
            name: await stack.enter_async_context(_filled(followers, rows, TEXT))
            for name, (followers, rows) in names.items()
        }
        for name, services in bots.items():  # what is built at first need is built now
            await _burst(services, size.messages, names[name][0])
        for _ in range(size.rounds):
            for name, services in bots.items():
                taken[name].append(await _burst(services, size.messages, names[name][0]))
    few = taken[next(iter(names))]
    return Table(
        title=f"Messages of random followers, claimed and answered, {size.rounds} bursts of {size.messages:,} by turns",
        rows={
            name: {
                "cpu µs": statistics.median(each) * 1e6,
                "÷ few": statistics.median(one / other for one, other in zip(each, few, strict=True)),
            }
            for name, each in taken.items()
        },
        note="Processor time of engine and database for one message; ÷ by the burst of the first in the same round.",
    )


TEXT = "技改"
_numbers = itertools.count()


@asynccontextmanager
async def _filled(followers: int, rows: int, text: str) -> AsyncIterator[Services]:
    """A bot without a port whose database has so many followers and rows, and which knows the question."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "store.sqlite3"
        url = f"sqlite:///{path}"
        await migrate(url)
        _fill(path, followers, rows)
        wechat = WeChat(app_id=APP, app_secret="s" * 32, token=TOKEN, encoding_aes_key=KEY, original_id=ACCOUNT)
        config = Config(wechat=wechat, database=Database(url=url), corpus=Corpus(source="files"))
        async with open_services(config, ROUTER, words=WORDS, corpus=the_corpus()) as services:
            await services.engine.handle(_message(0, text))
            yield services


def _fill(path: Path, followers: int, rows: int) -> None:
    people = ((openid(number), 1.0) for number in range(followers))
    message = msgspec.json.encode(_message(0, TEXT))
    log = (
        (f"{number:032x}", openid(number % followers), float(number), "answered", "p", 0.0, message, ANSWER, "passive")
        for number in random.Random(1).sample(range(2**40), rows)
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany("INSERT INTO followers (openid, followed) VALUES (?, ?)", people)
        columns = "key, openid, received, state, owner, lease, message, answer, delivery"
        connection.executemany(f"INSERT INTO inbox ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", log)
        connection.commit()


def _message(number: int, text: str) -> Text:
    key = f"{random.Random(next(_numbers)).getrandbits(128):032x}"
    return Text(key=key, openid=openid(number), account=ACCOUNT, created=int(time.time()), text=text)


async def _burst(services: Services, many: int, followers: int) -> float:
    """Seconds of processor time for one message."""
    chance = random.Random(many)
    messages = [_message(chance.randrange(followers), TEXT) for _ in range(many)]

    async def send(waiting: Iterator[Text]) -> None:
        for message in waiting:
            assert await services.engine.handle(message) is not None

    waiting = iter(messages)
    start = time.process_time()
    await asyncio.gather(*(send(waiting) for _ in range(50)))
    return (time.process_time() - start) / many


def policies(size: Size = FULL) -> Table:
    """The rated questions on the corpus, and with so many made-up policies more, each with three words of its own."""
    corpora = {f"{len(the_corpus().policies):,}": the_corpus(), f"{size.policies:,}": _enlarged(size.policies)}
    texts = rated_texts()[: size.texts]
    for corpus in corpora.values():
        assert corpus.index.sounds  # built at first need
    taken: dict[str, list[list[float]]] = {name: [[] for _ in texts] for name in corpora}
    for _ in range(max(2, size.rounds // 2)):
        for place, text in enumerate(texts):
            for name, corpus in corpora.items():
                start = time.thread_time()
                look_up(text, corpus, TODAY)
                taken[name][place].append((time.thread_time() - start) * 1e6)
    each = {name: [statistics.median(times) for times in all_times] for name, all_times in taken.items()}
    few = each[next(iter(each))]
    alone = [place for place, text in enumerate(texts) if not look_up(text, the_corpus(), TODAY).scope]
    return Table(
        title=f"Policies: {', '.join(corpora)}; {len(texts)} rated questions",
        rows={
            name: {
                "words": len(corpora[name].index.entries),
                "p50 µs": statistics.median(times),
                "p99 µs": _p99(times),
                "no set p99 µs": _p99([times[place] for place in alone]),
                "÷ few": statistics.median(one / other for one, other in zip(times, few, strict=True)),
            }
            for name, times in each.items()
        },
        note="bot.ranking.look_up, processor time: from words to ranked policies. ÷ is the median over questions.\n"
        "The made-up policies are copies of the real ones, so that a paper or a district that a question names has\n"
        "hundreds of times as many, and all of them are the answer; “no set” is of the questions that name none.",
    )


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else float("nan")


def _enlarged(many: int) -> Policies:
    corpus = the_corpus()
    real = tuple(corpus.policies.values())
    added = [
        msgspec.structs.replace(real[number % len(real)], id=f"made-{number}", related=(), restates=())
        for number in range(many - len(real))
    ]
    words = dict.fromkeys(Writer().keywords(3 * len(added)))
    for entry in corpus.index.entries:
        words.pop(entry.word, None)
    entries = [Entry(word, (), ((len(real) + number // 3, 5.0),), CURATED) for number, word in enumerate(words)]
    ids = (*corpus.index.ids, *(policy.id for policy in added))
    found = dataclasses.replace(corpus, policies={**corpus.policies, **{policy.id: policy for policy in added}})
    index = Index(ids, Vocabulary.of((*corpus.index.entries, *entries)))
    index.warm()
    found.__dict__["index"] = index
    return found
