"""A browser as the tests use it: it keeps cookies, sends forms with the page's token, and reads what comes back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from yarl import URL

from bot.app import Services, build_app, build_desk, open_services
from bot.clock import ManualClock
from bot.config import Config, Console, Corpus, Database, Server, WeChat
from bot.console.desk import Desk
from bot.console.keys import Keys, new_token
from bot.console.site import PREFIX
from bot.console.templates import Templates
from bot.store.audit import Audit, Entry, Search
from bot.store.sessions import FULL, Session, Sessions
from bot.store.staff import Member, Staff
from handlers import ROUTER, WORDS
from tests.corpus import DATA
from tests.databases import prepare
from tests.scenarios.stage import ACCOUNT
from tests.small import FILES, write_files

SECRET = "f" * 64
SHAPE = (DATA / "import.toml").read_text(encoding="utf-8")
PASSWORD = "jade horse lantern"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # so that a test need not wait for a hash
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
TAG = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer: its status, where it leads, its source, and the text that can be read."""

    status: int
    location: str
    source: str
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        """What can be read, blanks folded."""
        return " ".join(unescape(TAG.sub(" ", self.source)).split())


class Visitor:
    """One browser."""

    def __init__(self, url: URL, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session
        self.token = ""

    async def get(self, path: str, **more: Any) -> Page:
        """Open a page; it is not followed where it leads."""
        async with self.session.get(self.url.join(URL(path)), allow_redirects=False, **more) as response:
            return await self._read(response)

    async def post(self, path: str, data: Any = None, *, token: str | None = None, **more: Any) -> Page:
        """Send a form with the token of the page opened last, or another, or, empty, none.

        `data` is a dictionary of fields, or an aiohttp.FormData with files.
        """
        carried = self.token if token is None else token
        headers = {**({"X-CSRF-Token": carried} if carried else {}), **more.pop("headers", {})}
        url = self.url.join(URL(path))
        async with self.session.post(url, data=data, headers=headers, allow_redirects=False, **more) as response:
            return await self._read(response)

    async def follow(self, page: Page) -> Page:
        """Go where an answer leads."""
        assert page.status == 303, (page.status, page.text)
        return await self.get(page.location)

    def cookie(self, name: str) -> str:
        """What a cookie holds now; empty where there is none."""
        found = self.session.cookie_jar.filter_cookies(self.url / "console").get(name)
        return found.value if found else ""

    async def _read(self, response: aiohttp.ClientResponse) -> Page:
        body = await response.read()
        text = body.decode(errors="replace") if response.content_type.startswith("text/") else ""
        found = TOKEN.search(text)
        if found:
            self.token = found[1]
        headers = response.headers
        return Page(status=response.status, location=headers.get("Location", ""), source=text, headers=headers)


class Office:
    """The running bot with its console, and browsers of its staff."""

    def __init__(self, services: Services, url: URL, *, app: web.Application, stack: AsyncExitStack) -> None:
        self.services = services
        self.app = app
        self.url = url
        self.audit = Audit(services.database)
        self.staff = Staff(services.database, self.audit)
        self.sessions = Sessions(services.database)
        self.keys = Keys(services.config.console.secret)
        self._stack = stack

    @property
    def desk(self) -> Desk:
        """What its pages work with."""
        templates = Templates(
            asset=lambda name: f"/static/{name}",
            name=WORDS.name,
            importing=WORDS.importing,
            ending=WORDS.broadcasts["ending"],
        )
        return build_desk(self.services, templates)

    @asynccontextmanager
    async def serving(self, site: web.Application) -> AsyncIterator[Visitor]:
        """A stranger's browser in front of another console."""
        app = web.Application()
        app.add_subapp(PREFIX, site)
        async with TestServer(app, shutdown_timeout=0.0) as server:
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar) as session:
                yield Visitor(server.make_url("/"), session)

    async def stranger(self) -> Visitor:
        """A browser in which nobody is signed in."""
        jar = aiohttp.CookieJar(unsafe=True)
        session = await self._stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        return Visitor(self.url, session)

    async def hire(self, name: str, role: str = "viewer", *, password: str = "") -> Member:
        """An account, with a password if one is given."""
        time = self.services.clock.time()
        entry = Entry(time=time, staff=0, who="test", action="staff.invited", target=name)
        number = await self.staff.add(name, name.title(), role=role, entry=entry)
        if password:
            await self.staff.set_password(number, QUICK.hash(password), entry=entry)
        member = await self.staff.get(number)
        assert member is not None
        return member

    async def sign_in(self, role: str, name: str = "") -> Visitor:
        """A browser in which somebody of this role is signed in; the account is made where it is missing."""
        name = name or role
        member = await self.staff.named(name) or await self.hire(name, role)
        visitor, token, time = await self.stranger(), new_token(), self.services.clock.time()
        session = Session(
            id=self.keys.digest("session", token),
            staff=member.id,
            stage=FULL,
            created=time,
            seen=time,
            expires=time + self.services.config.console.session_hours * 3600.0,
        )
        await self.sessions.begin(session)
        cookie: SimpleCookie = SimpleCookie({"huiqi": token})
        cookie["huiqi"]["path"] = "/console"
        visitor.session.cookie_jar.update_cookies(cookie, self.url)
        visitor.token = self.keys.form_token(token)
        return visitor

    def desk_entry(self, action: str) -> Entry:
        """An entry of the audit log that a test writes itself."""
        return Entry(time=self.services.clock.time(), staff=0, who="test", action=action)

    async def acts(self) -> list[str]:
        """The actions of the audit log, oldest first."""
        return [entry.action for entry in reversed(await self.audit.read(Search(), 1000))]


def office_settings(folder: Path, **console: Any) -> Config:
    """Settings with a fresh database, a small corpus and a console."""
    return Config(
        server=Server(),
        wechat=WeChat(
            app_id=ACCOUNT.app_id,
            app_secret=ACCOUNT.secret,
            token=ACCOUNT.token,
            encoding_aes_key=ACCOUNT.aes_key,
            original_id=ACCOUNT.original_id,
            api_base_url="http://127.0.0.1:9",
        ),
        database=Database(url=f"sqlite:///{folder}/store.sqlite3"),
        corpus=Corpus(path=str(write_files(folder / "data", {**FILES, "import.toml": SHAPE}))),
        console=Console(**{"enabled": True, "secret": SECRET, "totp_required": False, **console}),
    )


@asynccontextmanager
async def open_office(
    config: Config, clock: ManualClock, *, hasher: PasswordHasher = QUICK, **server: Any
) -> AsyncIterator[Office]:
    """The office, open."""
    prepare(Path(config.database.url.removeprefix("sqlite:///")))
    if server:
        config = msgspec.structs.replace(config, server=Server(**server))
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(
            open_services(config, ROUTER, words=WORDS, clock=clock, migrate=True, hasher=hasher)
        )
        app = build_app(services, WORDS)
        test_server = await stack.enter_async_context(TestServer(app, shutdown_timeout=0.0))
        yield Office(services, test_server.make_url("/"), app=app, stack=stack)
