"""The whole job: a sealed push in, deduplicated and logged on disk, answered from the real corpus, sealed and out.

Every competitor is a process of its own and all are alive together on one core; whoever asks has the other one. Bursts
take turns, with one of the bare server before and after each, so that what else the machine does meets all alike.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import uvloop

from benchmarks.competitors import ACCOUNT, APP, DEFAULT, KEY, TOKEN, answer_of
from benchmarks.load import Burst, Load
from benchmarks.measuring import Table
from benchmarks.traffic import TEXTS, Asked, Crowd, rated_texts, said
from bot.clock import SystemClock, now
from bot.replies import Say, fit
from handlers import ROUTER
from tests.corpus import the_corpus
from tests.scenarios.programs import free_port

ROOT = Path(__file__).parent.parent
SERVER, CLIENT = 0, 1  # the cores of those who answer and of whoever asks
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 30.0  # seconds until a server must listen
KEYWORDS = 300  # of WeRoBot
CHECKED = 40  # answers of each burst that are opened
BARE, LIFE, TALK, UNSEEN, WEROBOT, FLASK = (
    "bare aiohttp, a constant",
    "Huiqi, questions as in life",
    "Huiqi, conversations",
    "Huiqi, questions never seen",
    f"WeRoBot, {KEYWORDS} keywords",
    "wechatpy + Flask, an echo",
)
CONFIG = """
[server]
port = {port}
[wechat]
app_id = "{app}"
app_secret = "0123456789abcdef0123456789abcdef"
token = "{token}"
encoding_aes_key = "{key}"
original_id = "{account}"
api_base_url = "http://127.0.0.1:9"
[database]
url = "sqlite:///{path}"
[corpus]
path = "{data}"
[log]
level = "warning"
"""


@dataclass(frozen=True, kw_only=True)
class Size:
    """Messages of a burst at each server, rounds, and how long a steady load lasts."""

    bare: int = 6_000
    life: int = 6_000
    talk: int = 3_000
    unseen: int = 600
    others: int = 600
    rounds: int = 7
    seconds: float = 3.0
    share: float = 0.5  # of what the bot answers at most: the steady load


FULL = Size()


@dataclass
class Measured:
    """What one competitor did: bursts with their ratio to the bare ones around, and processor time."""

    speeds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    busy: float = 0.0
    messages: int = 0

    def row(self, bare: Measured) -> dict[str, float]:
        """The figures of the table."""
        cpu = self.busy / max(self.messages, 1)
        return {
            "msg/s": statistics.median(self.speeds),
            "÷ bare": statistics.median(self.ratios) if self.ratios else 1.0,
            "cpu µs": cpu * 1e6,
            "cpu ÷": cpu / (bare.busy / bare.messages) if bare.busy else float("nan"),
            "p50 ms": _cut(self.waits, 49),
            "p99 ms": _cut(self.waits, 98),
        }


def _cut(waits: list[float], place: int) -> float:
    return statistics.quantiles(waits, n=100)[place] * 1000 if len(waits) > 1 else float("nan")


@dataclass
class Server:
    """One that answers; `expects` is what it should say to a message, None where that is not known."""

    port: int
    pid: int
    load: Load
    expects: Callable[[Asked], str | None]


def cpu(pid: int) -> float:
    """Seconds of processor time that a process took so far; NaN where the machine does not tell."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return float("nan")
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss(pid: int) -> float:
    """Megabytes of memory that a process holds; NaN where the machine does not tell."""
    path = Path(f"/proc/{pid}/statm")
    return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if path.exists() else float("nan")


def pin(core: int, pid: int = 0) -> None:
    """Keep a process on one core, where the machine has several and lets us."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core and core in os.sched_getaffinity(pid):
        os.sched_setaffinity(pid, {core})


@contextmanager
def started(*command: str, given: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process of this interpreter on the core of those who answer."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    pin(SERVER, process.pid)
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.close()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def configured(folder: Path, port: int, data: Path = ROOT / "data") -> Path:
    """The settings of a bot with a database in a folder, which is made."""
    path = folder / "huiqi.toml"
    database = folder / "store.sqlite3"
    path.write_text(CONFIG.format(port=port, app=APP, token=TOKEN, key=KEY, account=ACCOUNT, path=database, data=data))
    subprocess.run([sys.executable, "main.py", "migrate", "--config", str(path)], cwd=ROOT, check=True)
    return path


def until_ready(port: int) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE):
                return
        except (URLError, ConnectionError):
            time.sleep(0.02)
    raise TimeoutError("no server came up")


def answers_of_ours(asked: Asked) -> str | None:
    """What the bot says to the first message of a follower."""
    if not asked.first:
        return None
    coroutine = ROUTER.speak(asked.text, the_corpus(), now(SystemClock()))
    try:
        coroutine.send(None)
    except StopIteration as end:
        reply = end.value.reply
        return fit(reply.text) if isinstance(reply, Say) else None
    raise AssertionError("an answer waited for something")


def check(server: Server, asked: Sequence[Asked], burst: Burst) -> None:
    """Some of the answers, spread over the burst, are for whoever asked and say what they should."""
    step = max(1, len(asked) // CHECKED)
    for one, body in list(zip(asked, burst.bodies, strict=True))[::step]:
        expected = server.expects(one)
        if expected is None:
            continue
        receiver, words = said(body)
        assert receiver == one.openid
        assert words.strip() == expected.strip(), (one.text, words, expected)


@contextmanager
def servers(folder: Path) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Ports and process ids of all competitors that can run here."""
    with ExitStack() as stack:
        port = free_port()
        config = configured(folder, port)
        bot = stack.enter_context(started("main.py", "serve", "--config", str(config)))
        processes = {"bare": stack.enter_context(started("-m", "benchmarks.competitors", "bare"))}
        if find_spec("werobot") and find_spec("waitress"):
            keywords = json.dumps(rated_texts()[:KEYWORDS])
            processes["werobot"] = stack.enter_context(
                started("-m", "benchmarks.competitors", "werobot", given=keywords)
            )
        if find_spec("flask") and find_spec("waitress"):
            processes["flask"] = stack.enter_context(started("-m", "benchmarks.competitors", "flask"))
        ports = {name: int(process.stdout.readline()) for name, process in processes.items() if process.stdout}
        until_ready(port)
        yield {"bot": port, **ports}, {"bot": bot.pid, **{name: p.pid for name, p in processes.items()}}


class Contest:
    """All competitors, asked in turns."""

    def __init__(self, size: Size, ports: dict[str, int], pids: dict[str, int]) -> None:
        self._size, self._ports, self._pids = size, ports, pids
        self._crowd = Crowd()
        self.asked = 0  # of the bot
        self.measured: dict[str, Measured] = {}
        self._servers: dict[str, Server] = {}

    async def run(self) -> None:
        """Warm everybody up, then the rounds, then a steady load on the bare server and on the bot."""
        keywords = set(rated_texts()[:KEYWORDS])
        expecting: dict[str, Callable[[Asked], str | None]] = {
            "bare": lambda _: None,
            "bot": answers_of_ours,
            "werobot": lambda asked: answer_of(asked.text) if asked.text in keywords else DEFAULT,
            "flask": lambda asked: asked.text,
        }
        try:
            for name, port in self._ports.items():
                load = await Load.open(port)
                self._servers[name] = Server(port=port, pid=self._pids[name], load=load, expects=expecting[name])
            await self._warm_up()
            for _ in range(self._size.rounds):
                await self._round()
            await self._steadily()
        finally:  # a wrong answer, too, ends the run: uvloop would wait for open connections for ever
            for server in self._servers.values():
                server.load.close()

    async def _warm_up(self) -> None:
        """What is built at first need is built now; those who are asked for long know the texts that are asked."""
        every = self._crowd.once(list(rated_texts()[: min(TEXTS, self._size.life)]))
        self.asked += len(every)
        await self._ask("bot", every)
        for name in self._servers:
            await self._ask(name, self._batch(min(200, self._size.others), name))

    def _batch(self, many: int, name: str, kind: str = LIFE) -> list[Asked]:
        self.asked += many if name == "bot" else 0
        kinds = {UNSEEN: self._crowd.unseen, TALK: self._crowd.talking}
        return kinds.get(kind, self._crowd.familiar)(many)

    async def _ask(self, name: str, asked: list[Asked]) -> Burst:
        server = self._servers[name]
        burst = await server.load.burst([one.request for one in asked])
        check(server, asked, burst)
        return burst

    async def _round(self) -> None:
        size = self._size
        turns = [(LIFE, "bot", size.life), (TALK, "bot", size.talk), (UNSEEN, "bot", size.unseen)]
        turns += [(WEROBOT, "werobot", size.others)] if "werobot" in self._servers else []
        turns += [(FLASK, "flask", size.others)] if "flask" in self._servers else []
        before = await self._turn(BARE, "bare", size.bare)
        for kind, name, many in turns:
            speed = await self._turn(kind, name, many)
            after = await self._turn(BARE, "bare", size.bare)
            self.measured[kind].ratios.append(speed / ((before + after) / 2))
            before = after

    async def _turn(self, kind: str, name: str, many: int) -> float:
        measured = self.measured.setdefault(kind, Measured())
        asked = self._batch(many, name, kind)
        before = cpu(self._servers[name].pid)
        burst = await self._ask(name, asked)
        measured.busy += cpu(self._servers[name].pid) - before
        measured.messages += many
        measured.speeds.append(many / burst.seconds)
        return measured.speeds[-1]

    async def _steadily(self) -> None:
        """The same load on each, below what the bot can do."""
        rate = self._size.share * statistics.median(self.measured[LIFE].speeds)
        many = int(rate * self._size.seconds)
        for kind, name in ((BARE, "bare"), (LIFE, "bot")):
            asked = self._batch(many, name)
            burst = await self._servers[name].load.steady([one.request for one in asked], rate)
            check(self._servers[name], asked, burst)
            self.measured[kind].waits += burst.waits


def answered_rows(folder: Path) -> int:
    """How many messages the database has answers of."""
    with closing(sqlite3.connect(folder / "store.sqlite3")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM inbox WHERE state = 'answered'").fetchone()
        return int(count)


def job(size: Size = FULL) -> Table:
    """Throughput and processor time of each competitor by turns, as ratios to the bare server."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as (ports, pids):
        contest = Contest(size, ports, pids)
        pin(CLIENT)
        try:
            uvloop.run(contest.run())
        finally:
            if before is not None:
                os.sched_setaffinity(0, before)
        memory = rss(pids["bot"])
        rows = answered_rows(Path(name))
    assert rows == contest.asked, (rows, contest.asked)
    measured = contest.measured
    steady = size.share * statistics.median(measured[LIFE].speeds)
    return Table(
        title=f"The whole job, {size.rounds} rounds by turns; {rows:,} sealed messages, as many answered rows",
        rows={kind: one.row(measured[BARE]) for kind, one in measured.items()},
        note="÷ bare is the median over rounds of the speed by the mean of the bare bursts before and after; cpu is\n"
        f"user + system of the process. Waits at {steady:,.0f} a second on either, from when a message was due.\n"
        f"As in life: {TEXTS} texts that people asked, some far more often. Conversations: four of ten go on, with\n"
        f"another of them or a short question. Memory of the bot afterwards: {memory:.0f} MB.",
    )
