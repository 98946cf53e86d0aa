"""The bot with WeChat in a box, in one process: nothing is left out but Tencent.

The emulated platform has an address of its own, pushes sealed messages to the bot's real callback and takes the bot's
API calls; the bot keeps its data in a real database file. `open_demo` is also what the browser tests drive.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
import signal
import socket
import string
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web

from bot import config as settings
from bot.app import STOP_SECONDS, Services, mount, open_services
from bot.clock import Clock, SystemClock
from bot.commands.accounts import Accounts
from bot.config import Config, Console, Database, Push, Replies, Server, WeChat
from bot.console.codes import new_recovery_codes
from bot.console.keys import Keys
from bot.console.passwords import Hasher
from bot.context import Context
from bot.corpus import Corpus
from bot.emulator import page
from bot.emulator.account import Account
from bot.emulator.memories import recall, remember
from bot.emulator.platform import Platform
from bot.errors import ConfigError, NoPlace
from bot.keepsakes import Keeper, Keepsake, kept, place_of, read_keepsake
from bot.logs import set_up_logs
from bot.menu import read_menu
from bot.messages import Text
from bot.replies import Answer
from bot.routing import Router
from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.bells import alone
from bot.store.database import Database as Store
from bot.store.saved import Backups
from bot.store.staff import Staff
from bot.store.tokens import TokenRows
from bot.words import Words

LETTERS = string.ascii_letters + string.digits
LOOPBACK = ("127.0.0.1", "::1", "localhost")
LOCK = 0x4855_4951_4B  # of the demo on a server's database: any number of our own
DEMO_STAFF = ("editor", "approver")  # what each may do is what it is called
THINKING = 5.5  # seconds: the platform gives up after five
DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A running demo: where the chat is, its two halves, and the passwords of its staff by their names; an empty one
    is not known, since another was set in the console. `is_renewed` where those of an earlier run are not known."""

    url: str
    platform: Platform
    services: Services
    passwords: Mapping[str, str]
    is_renewed: bool = False


class Thinking(Router):
    """The same router, which takes its time while it is told to: the answer then goes out as a message of its own."""

    def __init__(self, router: Router, *, clock: Clock, is_late: Callable[[], bool]) -> None:
        super().__init__(*router.handlers, apology=router.apology, slower=router.slower, aside=router.aside)
        self._clock = clock
        self._is_late = is_late

    async def answer(self, ctx: Context) -> Answer:
        """The first answer, after longer than the platform waits where the switch is on."""
        if self._is_late() and isinstance(ctx.message, Text):
            await self._clock.sleep(THINKING)
        return await super().answer(ctx)


@asynccontextmanager
async def open_demo(
    router: Router,
    words: Words,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    database: str = "",
    clock: Clock | None = None,
    corpus: Corpus | None = None,
    staffed: bool = False,
    hasher: Hasher | None = None,
    state: Path | None = None,
    quiet: bool = True,
) -> AsyncIterator[Demo]:
    """Start both halves and introduce them to each other; `database` is a file or an address, empty keeps
    nothing. With a `corpus` that was read already the files are the truth, and nothing is edited. `hasher` where
    passwords are hashed in another way than is usual, `state` the folder for what is kept of a server's database. Where
    it is not `quiet` people are written to at any hour of any day.

    With `staffed` the console has two accounts without a second factor: refused where others can reach it.
    """
    if staffed and host not in LOOPBACK:
        raise ConfigError(f"accounts without a second factor are for {LOOPBACK[0]} alone, not for {host}")
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huiqi-demo-")))
        url = _url(database or str(folder / "demo.sqlite3"))
        await stack.enter_async_context(_alone(url))
        place = place_of(url, state) if database else None
        before = (read_keepsake(place) if place else None) or _first(words.name)
        platform = await stack.enter_async_context(Platform(before.account, clock=clock))
        platform.choose_templates()
        thinking = Thinking(router, clock=clock, is_late=lambda: platform.faults.is_on("late"))
        api = await stack.enter_async_context(_site(platform.app(), _door("127.0.0.1", 0)))
        door = stack.enter_context(_door(host, port))  # the bot must know its address before it is built
        address = _address(door)
        app = web.Application(client_max_size=64 * 1024)
        config = _config(before, api, door, url=url, staffed=staffed, quiet=quiet)
        services = await stack.enter_async_context(
            open_services(config, thinking, words=words, clock=clock, corpus=corpus, migrate=True, hasher=hasher)
        )
        for kind in ("access_token", "jsapi_ticket"):  # of an earlier run: this platform gave them to nobody
            await TokenRows(services.database, kind).end()
        mount(app, services, words, home="/emulator/")
        page.mount(app, platform, console="/console" if staffed else "")
        await stack.enter_async_context(_site(app, door))
        platform.callback_url = f"{address}/wechat"
        await services.client.create_menu(read_menu(DATA / "menu.toml", address))
        hired = await _hire(services, words, before.passwords) if staffed else Hired()
        if before.begun == await _begun(services):
            recall(platform.world, before.memories)
        services.worker.start()
        stack.push_async_callback(services.worker.stop, STOP_SECONDS)
        if place:
            gather = partial(_gather, platform, services, passwords={**before.passwords, **hired.passwords})
            await stack.enter_async_context(kept(Keeper(place, gather, clock)))
        renewed = hired.is_renewed and bool(database)
        yield Demo(
            url=address, platform=platform, services=services, passwords=hired.passwords, is_renewed=renewed
        )  # fmt: skip


async def run_demo(router: Router, words: Words, *, host: str, port: int, database: str, quiet: bool = True) -> None:
    """Run until a signal comes, and say where to look."""
    set_up_logs("warning", "text")
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    staffed = host in LOOPBACK
    opening = open_demo(router, words, host=host, port=port, database=database, staffed=staffed, quiet=quiet)
    async with opening as demo:
        print(f"Chat with the bot   {demo.url}/emulator/")  # noqa: T201  # the one thing this command says
        print(f"Public pages        {demo.url}/policies")  # noqa: T201
        for who, password in demo.passwords.items():
            said = f"password {password}" if password else "with the password that was set there"
            print(f"Staff console       {demo.url}/console  as {who}, {said}")  # noqa: T201
        if demo.is_renewed:
            print("These passwords are new: those of an earlier run, and its phones, are not known here.")  # noqa: T201
        print(f"Readiness, metrics  {demo.url}/readyz  {demo.url}/metrics")  # noqa: T201
        if written := write_settings(demo.services.config) if database else None:
            print(f"Settings, for other commands beside it: --config {written}")  # noqa: T201
        print("Stop with Ctrl-C.", flush=True)  # noqa: T201
        await stop.wait()


def write_settings(config: Config) -> Path | None:
    """The file beside a demo's database that other commands take as --config; None for a database of a server. Its name
    ends as no deployment's own settings would, for it is written over at each start."""
    file = Store.file(config.database.url)
    if file is None:
        return None
    sections = {
        "server": ("host", "port", "public_url"),
        "wechat": ("app_id", "app_secret", "token", "encoding_aes_key", "original_id", "api_base_url"),
        "corpus": ("path",),
        "push": ("quiet_from", "quiet_until", "workdays"),
        "console": ("enabled", "secret", "totp_required"),
    }
    lines = ["# Of a demo; each start writes it anew.", "[database]", f"url = {json.dumps(f'sqlite:///{file}')}"]
    lines.append(f"backup_hours = {config.database.backup_hours}")
    for name, keys in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(getattr(getattr(config, name), key))}" for key in keys]
    path = file.with_name(f"{file.name}.toml")
    path.unlink(missing_ok=True)  # an old one may be open to more eyes than this is to be
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write("\n".join(lines) + "\n")
    return path


def _url(place: str) -> str:
    """The address of a database that is named by its file or by its address."""
    return place if "://" in place else f"sqlite:///{Path(place).expanduser().absolute()}"


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Keep other demos off a database; ConfigError where one has it. The system, or PostgreSQL, lets go of it with the
    process, however that ends; beside a file an empty one stays."""
    file = Store.file(url)
    async with AsyncExitStack() as stack:
        if file is None:
            if not await stack.enter_async_context(alone(url, LOCK)):
                raise ConfigError("another demo is running on this database; stop that, or name another one")
        elif file.parent.is_dir():  # else whoever opens it says so
            lock = stack.enter_context(file.with_name(f"{file.name}.lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConfigError(f"{file}: another demo is running on it; stop that, or name another file") from error
        yield


async def _begun(services: Services) -> float:
    """Since when the database has been in use."""
    return (await Backups(services.database).read()).begun


async def _gather(platform: Platform, services: Services, *, passwords: dict[str, str]) -> Keepsake:
    """What there is to keep now."""
    return Keepsake(
        account=platform.account,
        secret=services.config.console.secret,
        passwords=passwords,
        begun=await _begun(services),
        memories=remember(platform.world),
    )


@dataclass(frozen=True, kw_only=True)
class Hired:
    """The passwords of staff; `is_renewed` where somebody who had one got another."""

    passwords: Mapping[str, str] = field(default_factory=dict)
    is_renewed: bool = False


async def _hire(services: Services, words: Words, known: Mapping[str, str]) -> Hired:
    """Staff for this run: new ones, or those of a database that is kept, with the passwords that are known of them."""
    database = services.database
    accounts = Accounts(
        staff=Staff(database, Audit(database)),
        attempts=Attempts(database),
        keys=Keys(services.config.console.secret),
        passwords=services.passwords,
        clock=services.clock,
        site=services.config.server.public_url,
        words=words.staff,
    )
    made: dict[str, str] = {}
    renewed = False
    for name in DEMO_STAFF:
        member = await accounts.staff.named(name)
        if member and name in known:
            is_right = bool(known[name]) and await services.passwords.check(known[name], member.hash)
            made[name] = known[name] if is_right else ""  # somebody set another in the console, which stays
            continue
        renewed |= member is not None
        member = member or await accounts.add(name, words.staff[f"demo {name}"], role=name)
        made[name] = known.get(name) or new_recovery_codes()[0]
        await accounts.set_password(member, made[name])
        await accounts.remove_second_factor(member)  # another secret sealed it
    return Hired(passwords=made, is_renewed=renewed)


def _account(name: str) -> Account:
    return Account(
        name=name,
        app_id="wx" + secrets.token_hex(8),
        secret=secrets.token_hex(16),
        token="".join(secrets.choice(LETTERS) for _ in range(24)),
        aes_key="".join(secrets.choice(LETTERS) for _ in range(42)) + "E",
        original_id="gh_" + secrets.token_hex(6),
    )


def _settings(account: Account, api: str) -> WeChat:
    return WeChat(
        app_id=account.app_id,
        app_secret=account.secret,
        token=account.token,
        encoding_aes_key=account.aes_key,
        original_id=account.original_id,
        api_base_url=api,
    )


def _first(name: str) -> Keepsake:
    """What a demo begins with that has kept nothing: its phones are of no database."""
    return Keepsake(account=_account(name), secret=secrets.token_hex(32), begun=-1.0)


def _config(before: Keepsake, api: str, door: socket.socket, *, url: str, staffed: bool, quiet: bool) -> Config:
    return Config(
        server=Server(host=door.getsockname()[0], port=door.getsockname()[1], public_url=_address(door)),
        wechat=_settings(before.account, api),
        database=Database(url=url, backup_hours=0),
        corpus=settings.Corpus(path=str(DATA)),
        replies=Replies(transfer=False),
        push=Push() if quiet else Push(quiet_from="00:00", quiet_until="00:00", workdays=False),
        console=Console(enabled=staffed, secret=before.secret, totp_required=False),
    )


@asynccontextmanager
async def _site(app: web.Application, door: socket.socket) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, door).start()
        yield _address(door)
    finally:
        await runner.cleanup()


def _door(host: str, port: int) -> socket.socket:
    """A socket at an address, on a free port for 0; NoPlace where that cannot be."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise NoPlace(host, port, error, by="--port, 0 for any that is free, or --host") from error


def _address(door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
