"""The real program in a folder of its own, with the platform in this process, to be killed and looked into.

It runs as another Python with its own settings and database, as an operator starts it. What it says goes to a file, so
that nobody need read it for it to go on.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from benchmarks.stores import SqliteStore, Store, Stores
from bot.emulator.platform import Platform
from bot.outbox import LEASE
from tests.corpus import DATA
from tests.scenarios.programs import ROOT, command, free_port, write_settings
from tests.scenarios.stage import ACCOUNT

READY = {"serve": '"serving"', "worker": '"working"'}
PATIENCE = 180.0  # seconds that anything may take on a machine that does much else
LOOK = 0.001  # seconds between looks at whether a moment has come
TEMPLATE = "T_CHANGED"
SETTINGS = f"""
[push]
pace = 20000.0
template_id = "{TEMPLATE}"
template_fields = {{ thing1 = "title", thing2 = "change" }}
quiet_from = "00:00"
quiet_until = "00:00"
workdays = false
"""


class Broken(Exception):
    """A promise that was not kept."""


def has_ended(process: int) -> bool:
    """Whether a child is over and waits to be noticed."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def hold(fact: object, *saying: object) -> None:
    """Broken, with what is said, unless it is so."""
    if not fact:
        raise Broken(" ".join(map(str, saying)))


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to kill: after so many seconds, or once so much was done since the program began, and then `seconds` later.

    pages    of the database that were written
    locks    times that it was seen to hold the database for a transaction of its own
    calls    of the platform's API that came in; the last of them is not answered yet
    answers  that followers got
    """

    what: str
    count: float = 0.0
    seconds: float = 0.0


class Wreck:
    """One folder with its database, the platform, and the program that lives and dies there."""

    def __init__(self, folder: Path, platform: Platform, config: Path, *, port: int, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.alone = True  # nobody else has the database open
        self.platform = platform
        self.config = config
        self.port = port
        self.calls = 0
        self.answers = 0
        self.up = asyncio.Event()  # it works, or is believed to
        self.process: subprocess.Popen[bytes]

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What another program reads in the database, or writes."""
        return self.store.ask(query, *values)

    def begin(self, *words: str) -> None:
        """Start the program, and do not wait for it."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command(*words, "--config", str(self.config)),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    async def start(self, name: str) -> None:
        """Start the program, and return once it works."""
        before = self.said().count(READY[name])
        self.begin(name)

        def works() -> bool:
            hold(self.process.poll() is None, name, "ended with", self.process.poll(), self.said()[-1500:])
            return self.said().count(READY[name]) > before

        await self.until(works)
        self.up.set()

    def said(self) -> str:
        """All that it wrote, in all its lives."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    async def kill(self) -> None:
        """As a machine that loses its power, but for the disk: no signal handler, no goodbye."""
        self.up.clear()
        self.process.kill()
        await self.ended()

    async def stop(self) -> None:
        """As a supervisor does it; it is to end well."""
        self.process.send_signal(signal.SIGTERM)
        hold(await self.ended() == 0, "it did not stop well:", self.said()[-2000:])

    async def ended(self) -> int:
        """Its exit code, once it is gone, and all it had under way in the database with it."""
        ends = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            hold(time.monotonic() < ends, "it does not end")
            await asyncio.sleep(0.005)
        if self.alone:
            await self.store.rest()
        return self.process.returncode

    async def until(self, done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Return once it is so."""
        ends = time.monotonic() + seconds
        while not done():
            if time.monotonic() > ends:
                raise Broken(f"it never came about: {self.standing()} {self.said()[-1500:]}")
            await asyncio.sleep(0.05)

    async def strike(self, moment: Moment, over: Callable[[], bool] = lambda: False) -> bool:
        """Kill it at a moment; false where it was `over` or had ended before."""
        if moment.what in ("pages", "locks"):
            return await self.strike_writing(moment, over)
        measure = {"seconds": lambda: 0.0, "calls": self.called, "answers": self.answered}
        now = measure[moment.what]
        began, was, looks = time.monotonic(), now(), 0
        while now() - was < moment.count:
            looks += 1  # whether it is over takes a look into the database, which would hold the platform up
            if self.process.poll() is not None or (looks % 100 == 0 and over()):
                return False
            if time.monotonic() - began > PATIENCE:
                raise Broken(f"the moment never came: {moment} {self.standing()} {self.said()[-1500:]}")
            await asyncio.sleep(LOOK)
        await asyncio.sleep(moment.seconds)
        if self.process.poll() is not None:
            return False
        await self.kill()
        return True

    async def strike_writing(self, moment: Moment, over: Callable[[], bool]) -> bool:
        """Kill it as it writes: a commit is over in milliseconds, so a thread looks, and nothing comes between."""
        ends, enough = time.monotonic() + PATIENCE, threading.Event()

        def watch() -> bool:
            with self.counting(moment.what) as count:
                while self.process.returncode is None and not enough.is_set() and time.monotonic() < ends:
                    if count() >= moment.count:
                        time.sleep(moment.seconds)
                        os.kill(self.process.pid, signal.SIGKILL)
                        return True
                    time.sleep(self.store.look)
            return False

        watching = asyncio.get_running_loop().run_in_executor(None, watch)
        while not watching.done():
            if has_ended(self.process.pid) or over():
                enough.set()
            await asyncio.sleep(100 * LOOK)
        struck = await watching
        if struck:
            self.up.clear()
            struck = await self.ended() == -signal.SIGKILL
        self.process.poll()  # one that ended by itself is taken note of, before another stands in its place
        return struck

    @contextmanager
    def counting(self, what: str) -> Iterator[Callable[[], float]]:
        """Counts pages or locks from now on."""
        if what == "pages":
            with self.store.pages() as pages:
                was = pages()
                yield lambda: pages() - was
            return
        with self.store.holding() as is_held:
            locks, was_held = 0, False

            def look() -> float:
                nonlocal locks, was_held
                held = is_held()
                locks, was_held = locks + (held and not was_held), held
                return float(locks)

            yield look

    def called(self) -> float:
        """Calls of the platform's API so far."""
        return self.calls

    def answered(self) -> float:
        """Answers that followers got so far."""
        return self.answers

    def let_time_pass(self) -> None:
        """As if the dead process's leases on sends were over: all that it left is so much older."""
        self.ask(f"UPDATE outbox SET lease = lease - {LEASE}, tried = tried - {LEASE} WHERE state = 'sending'")

    def standing(self) -> dict[str, int]:
        """How many rows of inbox and outbox are in each state."""
        rows = self.ask("SELECT 'inbox ' || state, count(*) FROM inbox GROUP BY state")
        rows += self.ask("SELECT 'outbox ' || state, count(*) FROM outbox GROUP BY state")
        return dict(rows)

    def is_drained(self) -> bool:
        """Whether nothing is being answered and nothing is to be sent."""
        return not self.standing().keys() & {"inbox running", "outbox waiting", "outbox sending"}

    def check_database(self) -> None:
        """The database itself finds nothing wrong with it."""
        hold(not self.store.faults(), "the database is damaged:", self.store.faults())

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Counts the calls of the platform's API as they come in."""
        self.calls += 1
        return await handler(request)


@asynccontextmanager
async def wrecked(
    folder: Path, stores: Stores = SqliteStore, *, corpus: Path = DATA, source: str = "files", seed: int = 1
) -> AsyncIterator[Wreck]:
    """A folder with settings, a platform and an empty database. Nothing outlives it."""
    async with Platform(ACCOUNT, seed=seed) as platform:
        store = stores(folder)
        platform.jobs.delay = 3600.0  # what is reported afterwards is another story
        platform.add_template(TEMPLATE, {"thing1": "政策", "thing2": "变化"})
        port = free_port()
        app = platform.app()
        server = TestServer(app, shutdown_timeout=0.0)
        wreck = Wreck(folder, platform, folder / "huiqi.toml", port=port, store=store)
        app.middlewares.append(wreck.count)
        await server.start_server()
        platform.callback_url = f"http://127.0.0.1:{port}/wechat"
        config = write_settings(folder, ACCOUNT, port=port, api=str(server.make_url("")).rstrip("/"))
        text = config.read_text(encoding="utf-8").replace(f'"{DATA}"', f'"{corpus}"').replace('"files"', f'"{source}"')
        text = text.replace(f"sqlite:///{folder}/huiqi.sqlite3", store.url)
        config.write_text(text + SETTINGS, encoding="utf-8")
        try:
            yield wreck
        finally:
            process = getattr(wreck, "process", None)
            if process is not None and process.poll() is None:
                process.kill()
                await wreck.ended()
            await server.close()
            store.close()


def pick(chance: random.Random, *moments: tuple[str, float, float]) -> Moment:
    """One of some kinds of moments, each with its least and its largest count; of seconds it is the time."""
    what, least, most = chance.choice(moments)
    drawn = chance.uniform(least, most)
    if what == "seconds":
        return Moment(what=what, seconds=drawn)
    after = 0.01 if what == "locks" else 0.05  # a transaction of many rows takes some milliseconds
    return Moment(what=what, count=max(1.0, round(drawn)), seconds=chance.choice((0.0, 0.0, chance.uniform(0, after))))
