"""Announcements from the command line: the acts of the console, by a named member of staff, in the same log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from bot.announcements import OVER, REACHED, WRITABLE, Announcement, Content, Criterion, Plan, may
from bot.assembly import build_broadcasts
from bot.broadcasts import Broadcasts, begins
from bot.clock import Clock, SystemClock, now
from bot.commands.recounting import (
    Said,
    calls,
    content,
    faults,
    heading,
    minute,
    person,
    planned,
    progress,
    reached,
    report,
    row,
    sheet,
)
from bot.commands.watching import Watch
from bot.commands.wishes import Reader, Wish
from bot.config import Config
from bot.console.broadcast_views import corrections
from bot.console.keys import Keys
from bot.console.letters import NAME as DIGITS
from bot.console.sheets import BOM
from bot.errors import BotError, NotAllowed, Overtaken
from bot.minutes import changes, written
from bot.spellings import faults as faults_of
from bot.spellings import wording_faults
from bot.store.audit import Audit, Entry
from bot.store.database import Database
from bot.store.ledgers import Recipient
from bot.store.phones import Phones
from bot.store.staff import ROLES, Member, Staff

EDITOR, APPROVER = "editor", "approver"
PLAIN = {  # acts that take nothing but who does them, and what they are called in the log and in the words
    "submit": "submitted", "reopen": "reopened", "discard": "discarded",
    "pause": "paused", "resume": "resumed", "cancel": "cancelled",
}  # fmt: skip
PEOPLE = ("planned", "queued", "waiting", "sent", "arrived", "failed", "skipped", "unknown")
SHOWN = 50  # people of a ledger shown at once
PAGE = 1000  # and written at once into a file


class Bulletins:
    """What the commands do; what there is to say is said by `say`, line by line. BotError, in the office's words, where
    a rule, a role or somebody else stands in the way."""

    def __init__(
        self, config: Config, database: Database, said: Said, *, say: Callable[[str], None], clock: Clock
    ) -> None:
        self._config = config
        self._database = database
        self._said = said
        self._say = say
        self._clock = clock
        self._keys = Keys(config.console.secret)
        self._staff = Staff(database, Audit(database))
        self._reader = Reader(config, database, said, clock=clock)
        self.broadcasts: Broadcasts = build_broadcasts(config, database, clock=clock)

    # ----- looking

    async def find(self, number: int) -> Announcement:
        """The announcement of this number."""
        one = await self.broadcasts.rows.get(number)
        if one is None:
            raise BotError(self._said["missing"].format(id=number))
        return one

    async def list_all(self, *, ended: bool = False) -> None:
        """Those that are not over, or also those that are, newest first."""
        found = await (self.broadcasts.rows.newest() if ended else self.broadcasts.rows.unfinished())
        for one in found:
            self._say(row(one, await self.broadcasts.ledgers.counts(one.id), self._said))
        if not found:
            self._say(self._said["nothing" if ended else "nothing_open"])

    async def show(self, number: int) -> None:
        """All of one, as somebody reads it who is to approve it."""
        one, said = await self.find(number), self._said
        counts, later = await self.broadcasts.ledgers.counts(number), await corrections(self.broadcasts, one)
        lines = [*heading(one, said), *content(one, said), *planned(one, said), *await self._awaits(one)]
        if one.began:
            lines += progress(one, counts, said)
        elif one.state not in OVER:
            lines.append(reached(await self.broadcasts.reach(one), said))
            lines.append(said["begins"].format(when=self._begins(one)))
            lines += faults(faults_of(one, self.broadcasts.ways), said)
        lines += [said["corrected"].format(id=other.id, state=said[f"state {other.state}"]) for other in later]
        for line in (*lines, said["digest"].format(digest=one.digest)):
            self._say(line)

    async def report(self, number: int) -> None:
        """What it came to."""
        one, said, ledgers = await self.find(number), self._said, self.broadcasts.ledgers
        counts, groups = await ledgers.counts(number), await ledgers.groups(number)
        for line in (*heading(one, said), *progress(one, counts, said), *report(one, counts, groups, said)):
            self._say(line)
        for line in calls(await ledgers.calls(number), said):
            self._say(line)
        if one.forgotten:
            self._say(said["forgotten"].format(id=number, when=minute(one.forgotten)))

    async def ledger(self, number: int, state: str, *, path: Path | None = None) -> None:
        """What became of each of its audience: some of them here, or all in a file."""
        one = await self.find(number)
        if state and state not in PEOPLE:
            raise BotError(self._said["bad_state"].format(name=state, known=", ".join(PEOPLE)))
        if one.forgotten:
            raise BotError(self._said["forgotten"].format(id=number, when=minute(one.forgotten)))
        if path is not None:
            await self._write(number, state, path)
            return
        people = await self._people(number, state, 0, many=SHOWN + 1)
        for somebody in people[:SHOWN]:
            self._say(person(somebody, self._named, self._said))
        if len(people) > SHOWN:
            self._say(self._said["more_rows"].format(many=SHOWN))
        if not people:
            self._say(self._said["no_rows"])

    async def watch(self, number: int, *, minutes: int, screen: Console) -> None:
        """Draw how far it is, for so many minutes at most."""
        watch = Watch(self.broadcasts, self._said, say=self._say, clock=self._clock)
        await watch.run(await self.find(number), minutes, screen)

    # ----- writing

    async def new(self, wish: Wish, who: str) -> int:
        """A draft of what is wished; its number."""
        member, time = await self._member(who, EDITOR), self._clock.time()
        ways = tuple(way for way in Plan().ways if way in self.broadcasts.ways)
        blank = Announcement(
            name="", content=Content(ending=self._said["ending"]), plan=Plan(ways=ways),
            author=member.name, hands=(member.name,), created=time, changed=time,
        )  # fmt: skip
        one = await self._reader.apply(wish, blank)
        self._keepable(one)
        number = await self.broadcasts.compose(one, told=[self._entry(member, "composed", 0, after=written(one))])
        self._done("composed", number)
        self._complain(one)
        return number

    async def edit(self, number: int, wish: Wish, who: str) -> None:
        """Write on it; what was submitted or approved no longer is."""
        member, one = await self._member(who, EDITOR), await self.find(number)
        if one.state not in WRITABLE:
            raise BotError(self._rule("wrong_state", one))
        fresh = await self._reader.apply(wish, one)
        self._keepable(fresh)
        before, after = changes(one, fresh)
        told = self._entry(member, "changed", number, before=before, after=after)
        await self._try(one, self.broadcasts.save(fresh, member.name, told=[told]))
        self._done("changed", number)
        self._complain(fresh)

    async def correct(self, number: int, who: str) -> int:
        """A draft to exactly those whom this one reached; its number."""
        member, one, time = await self._member(who, EDITOR), await self.find(number), self._clock.time()
        if not one.began:
            raise BotError(self._said["not_begun"].format(id=number, state=self._said[f"state {one.state}"]))
        if one.forgotten:
            raise BotError(self._said["no_list"].format(id=number))
        draft = Announcement(
            name=one.name,
            content=Content(ending=self._said["ending"] if one.plan.urgent else one.content.ending),
            criteria=(Criterion(kind=REACHED, value=str(number)),),
            plan=msgspec.structs.replace(one.plan, urgent=False, reason=""),  # it is no emergency by itself
            author=member.name,
            hands=(member.name,),
            created=time,
            changed=time,
            corrects=number,
        )
        told = self._entry(member, "composed", 0, after=written(draft))
        fresh = await self.broadcasts.compose(draft, told=[told])
        self._done("correcting", fresh, corrected=number)
        for line in await self._awaits(draft):
            self._say(line)
        return fresh

    # ----- deciding

    async def act(self, act: str, number: int, who: str, *, people: int | None = None) -> None:
        """One of PLAIN."""
        member, one = await self._member(who, EDITOR), await self.find(number)
        if act == "submit":
            if not may("submit", one):
                raise BotError(self._rule("wrong_state", one))
            self._complain(one)
            await self._confirm(one, people)
        done = getattr(self.broadcasts, act)
        await self._try(one, done(one, member.name, told=[self._entry(member, PLAIN[act], number)]))
        self._done(PLAIN[act], number)
        if act in ("pause", "cancel") and (gone := (await self.broadcasts.ledgers.counts(number)).queued):
            self._say(self._said["gone_out"].format(count=gone))

    async def approve(self, number: int, digest: str, who: str, *, people: int | None = None) -> None:
        """Let it go out as it was read: the digest says what that was."""
        member, one = await self._member(who, APPROVER), await self.find(number)
        if not may("approve", one):
            raise BotError(self._rule("wrong_state", one))
        if digest.strip().lower() != one.digest:
            raise BotError(self._said["other_digest"].format(id=number))
        await self._confirm(one, people)
        told = self._entry(member, "approved", number, after={"digest": one.digest})
        await self._try(one, self.broadcasts.approve(one, member.name, digest=one.digest, told=[told]))
        self._done("approved", number, start=self._begins(one))

    async def reject(self, number: int, remark: str, who: str) -> None:
        """Return it to those who wrote it."""
        member, one = await self._member(who, APPROVER), await self.find(number)
        told = self._entry(member, "rejected", number, after={"remark": remark})
        await self._try(one, self.broadcasts.reject(one, member.name, remark=remark, told=[told]))
        self._done("rejected", number)

    async def retry(self, number: int, who: str, *, unknown: bool) -> None:
        """Let those go again with whom it failed."""
        member, one = await self._member(who, APPROVER), await self.find(number)
        told = self._entry(member, "retried", number, after={"unknown": unknown})
        many = await self._try(one, self.broadcasts.retry(one, member.name, unknown=unknown, told=[told]))
        self._done("retried", number, count=many)

    async def test(self, number: int, names: Sequence[str], who: str) -> None:
        """Show it on phones of staff."""
        member, one = await self._member(who, EDITOR), await self.find(number)
        if wrong := wording_faults(one.content):
            raise BotError("\n".join(faults(wrong, self._said)))
        bound, openids = await Phones(self._database).bound(), list[str]()
        for name in dict.fromkeys(names):
            other = await self._member(name, ROLES[0])
            if other.id not in bound:
                raise BotError(self._said["no_phone"].format(name=other.name))
            openids.append(bound[other.id])
        told = self._entry(member, "tested", number, after={"phones": len(openids)})
        if not await self.broadcasts.show(one, openids, told=[told]):
            raise BotError(self._said["no_call"])
        self._done("tested", number, names=self._said["and"].join(dict.fromkeys(names)))

    # ----- what the above share

    async def _member(self, name: str, role: str) -> Member:
        """The account of that name, which must be open and have that role at least."""
        member = await self._staff.named(name.casefold())
        if member is None:
            raise BotError(self._said["no_member"].format(name=name))
        if member.disabled:
            raise BotError(self._said["off_member"].format(name=name))
        if ROLES.index(member.role) < ROLES.index(role):
            raise BotError(self._said["weak_member"].format(name=name, role=self._said[f"role {role}"]))
        return member

    async def _awaits(self, one: Announcement) -> list[str]:
        """What a correction waits for: the end of what it corrects."""
        if not one.corrects or one.began:
            return []
        other = await self.broadcasts.rows.get(one.corrects)
        if other is None or not other.began or other.state in OVER:
            return []
        return [self._said["corrects_open"].format(id=other.id, state=self._said[f"state {other.state}"])]

    async def _confirm(self, one: Announcement, people: int | None) -> None:
        """Of what is for everybody the count must be told back, as it is now."""
        if one.to_everyone:
            count = (await self.broadcasts.reach(one)).audience
            if people != count:
                raise BotError(self._said["count_people"].format(count=count))

    async def _try(self, one: Announcement, act: Any) -> Any:
        try:
            return await act
        except NotAllowed as error:
            raise BotError(self._rule(error.rule, one)) from error
        except Overtaken as error:
            raise BotError(self._said["overtaken"].format(id=one.id)) from error

    def _rule(self, rule: str, one: Announcement) -> str:
        return self._said[f"rule {rule}"].format(id=one.id, state=self._said[f"state {one.state}"])

    def _keepable(self, one: Announcement) -> None:
        """Refuse what the database could not even hold as it is."""
        wrong = [fault for fault in faults_of(one, self.broadcasts.ways) if fault.field == "name"]
        if wrong:
            raise BotError("\n".join(faults(wrong, self._said)))

    def _complain(self, one: Announcement) -> None:
        """Say what keeps it from being submitted."""
        for line in faults(faults_of(one, self.broadcasts.ways), self._said):
            self._say(line)

    def _entry(self, member: Member, action: str, number: int, **changed: Any) -> Entry:
        return Entry(
            time=self._clock.time(),
            staff=member.id,
            who=member.name,
            action=f"broadcast.{action}",
            target=str(number) if number else "",
            **changed,
        )

    def _done(self, what: str, number: int, **more: object) -> None:
        self._say(self._said[f"done {what}"].format(id=number, **more))

    def _begins(self, one: Announcement) -> str:
        return minute(begins(one, self._config, now(self._clock)).timestamp())

    def _named(self, openid: str) -> str:
        """What a follower is called, here as in the console."""
        return self._keys.digest("follower", openid)[:DIGITS].upper()

    async def _people(self, number: int, state: str, after: int, *, many: int) -> list[Recipient]:
        return await self.broadcasts.ledgers.people(number, state=state, after=after, many=many)

    async def _write(self, number: int, state: str, path: Path) -> None:
        """The ledger as a table that a spreadsheet opens."""
        after, count = 0, 0
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.write(f"{BOM}{self._said['header']}\r\n")
                while people := await self._people(number, state, after, many=PAGE):
                    file.writelines(sheet(one, self._named, self._said) for one in people)
                    after, count = people[-1].id, count + len(people)
        except OSError as error:
            raise BotError(self._said["no_file"].format(path=path, error=error.strerror)) from error
        self._say(self._said["written"].format(path=path, count=count))


@asynccontextmanager
async def open_bulletins(
    config: Config, said: Said, *, say: Callable[[str], None], clock: Clock | None = None
) -> AsyncIterator[Bulletins]:
    """The announcements of a deployment; BotError where its console is closed: there is no staff to act."""
    if not config.console.enabled:
        raise BotError(said["closed"])
    database = await Database.open(config.database.url)
    try:
        yield Bulletins(config, database, said, say=say, clock=clock or SystemClock())
    finally:
        await database.close()
