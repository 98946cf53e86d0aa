"""Accounts from the command line: the way to the first one, and back in when nobody can sign in any more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.clock import SHANGHAI, Clock, SystemClock
from bot.config import Config
from bot.console.attempts import pardon
from bot.console.keys import Keys, new_token
from bot.console.passwords import Passwords, weakness
from bot.console.staff import INVITED, NAME, has_entered
from bot.errors import BotError
from bot.revisions import MACHINES
from bot.store.attempts import Attempts
from bot.store.audit import NAME_LIMIT, NOBODY, Audit, Entry
from bot.store.database import Database
from bot.store.staff import LastAdmin, Member, NameTaken, Staff


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts as the command line changes them; it has no account of its own."""

    staff: Staff
    attempts: Attempts
    keys: Keys
    passwords: Passwords
    clock: Clock
    site: str
    words: Mapping[str, str]

    async def add(self, name: str, display: str, *, role: str, password: str = "") -> Member:
        """A new account, which still needs an invitation or a password; none where this one is too weak."""
        name, weak = name.casefold(), weakness(password, name, display, "huiqi") if password else ""
        if weak:
            raise BotError(self.words[weak])
        if not NAME.fullmatch(name):
            raise BotError(self.words["shape"].format(name=name))
        if name in MACHINES:
            raise BotError(self.words["taken"].format(name=name))
        display = (display or name)[:NAME_LIMIT]
        try:
            entry = self._entry("staff.invited", name, {"display": display, "role": role})
            await self.staff.add(name, display, role=role, entry=entry)
        except NameTaken as error:
            raise BotError(self.words["taken"].format(name=name)) from error
        return await self.named(name)

    async def named(self, name: str) -> Member:
        """The account of this name."""
        member = await self.staff.named(name.casefold())
        if member is None:
            raise BotError(self.words["unknown"].format(name=name))
        return member

    async def invite(self, member: Member) -> str:
        """The link by which its owner sets a password; the old one ends."""
        token, until = new_token(), self.clock.time() + INVITED
        entry = self._entry("staff.reset" if has_entered(member) else "staff.link_made", member.name)
        await self.staff.invite(member.id, self.keys.digest("invitation", token), until=until, entry=entry)
        await self._forgive(member)
        return f"{self.site or self.words['no_address']}/console/invitation/{token}"

    async def set_password(self, member: Member, password: str) -> None:
        """A password given here; sessions end."""
        weak = weakness(password, member.name, member.display, "huiqi")
        if weak:
            raise BotError(self.words[weak])
        entry = self._entry("staff.reset" if has_entered(member) else "staff.password_given", member.name)
        await self.staff.set_password(member.id, await self.passwords.hash(password), entry=entry)
        await self._forgive(member)

    async def remove_second_factor(self, member: Member) -> None:
        """For whoever lost phone and recovery codes."""
        entry = self._entry("staff.second_factor_removed", member.name)
        await self.staff.set_totp(member.id, b"", codes=(), entry=entry)

    async def let_in(self, member: Member, password: str, *, sentence: str) -> str:
        """Give an account a password or, without one, a link; what to say of it."""
        if password:
            await self.set_password(member, password)
            return self.words["password_set"].format(name=member.name)
        facts = {"name": member.name, "display": member.display, "role": self.words[member.role]}
        return self.words[sentence].format(**facts, hours=round(INVITED / 3600), link=await self.invite(member))

    async def set_disabled(self, member: Member, disabled: bool) -> None:
        """Close an account or open it again."""
        entry = self._entry("staff.disabled" if disabled else "staff.enabled", member.name)
        try:
            await self.staff.set_disabled(member.id, disabled, entry=entry)
        except LastAdmin as error:
            raise BotError(self.words["last_admin"].format(name=member.name)) from error

    async def _forgive(self, member: Member) -> None:
        await pardon(self.attempts, self.keys, member, time=self.clock.time())

    def _entry(self, action: str, target: str, after: Mapping[str, str] | None = None) -> Entry:
        time = self.clock.time()
        return Entry(time=time, staff=NOBODY, who="", action=action, target=target, after=after or {})


@asynccontextmanager
async def open_accounts(
    config: Config, words: Mapping[str, str], *, clock: Clock | None = None
) -> AsyncIterator[Accounts]:
    """The accounts of a deployment; BotError where its console is closed."""
    if not config.console.enabled:
        raise BotError(words["closed"])
    database, passwords = await Database.open(config.database.url), Passwords()
    try:
        yield Accounts(
            staff=Staff(database, Audit(database)),
            attempts=Attempts(database),
            keys=Keys(config.console.secret),
            passwords=passwords,
            clock=clock or SystemClock(),
            site=config.server.public_url,
            words=words,
        )
    finally:
        passwords.close()
        await database.close()


def line(member: Member, said: Mapping[str, str]) -> str:
    """How an account stands, in one line."""
    state = "off" if member.disabled else "active" if member.hash else "waiting"
    last = datetime.fromtimestamp(member.signed_in, UTC).astimezone(SHANGHAI)
    return said["line"].format(
        name=member.name,
        display=member.display,
        role=said[member.role],
        state=said[state] + (said["with_factor"] if member.totp else ""),
        last=f"{last:%Y-%m-%d %H:%M}" if member.signed_in else said["never"],
    )
