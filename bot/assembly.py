"""The parts that `bot.app` puts together, each built by a function of its own; a command may need one of them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bot.broadcasts import Broadcasts
from bot.channels import CHANNELS
from bot.chores import other_jobs
from bot.clock import SHANGHAI, Clock
from bot.config import Config
from bot.console.passwords import Hasher, Passwords
from bot.context import Context, Office, nobody, nothing, off_duty
from bot.conversation import Conversation, fresh
from bot.corpus import Corpus
from bot.duty import Duty
from bot.editions.gate import Gate
from bot.editions.lint import complaints
from bot.editions.press import Press
from bot.editions.shelf import Shelf
from bot.engine import Engine, Outcome
from bot.known import Known
from bot.messages import AnyMessage
from bot.outbox import Channel
from bot.passes import Passes
from bot.person import Dossier, Person
from bot.routing import Router, pointed, spoken
from bot.store.audiences import Audience
from bot.store.bells import Bells, House
from bot.store.database import Database
from bot.store.feedback import Remark
from bot.store.imports import Imports
from bot.store.inbox import Inbox
from bot.store.ledgers import Ledgers
from bot.store.revisions import Revisions
from bot.store.tags import Tags
from bot.store.tokens import TokenRows
from bot.subscriptions import Herald
from bot.tagging import Tagging
from bot.wechat.client import Client
from bot.wechat.token import StableToken
from bot.wechat.wire import Wire as ApiWire
from bot.words import Words
from bot.worker import Job, Worker

if TYPE_CHECKING:
    from bot.editions.uploads import Uploads


def office_of(config: Config, passes: Passes | None = None) -> Office:
    """What handlers may know of the deployment; `passes` make the addresses of followers' own data."""
    pushes = config.wechat.may_push
    transfers = pushes and config.replies.transfer
    url = config.server.public_url

    def export_link(openid: str, made: float) -> str:
        assert passes is not None
        return f"{url}/mine/{passes.make(openid, made)}"

    link = export_link if passes and url else None
    return Office(public_url=url, can_push=pushes, can_transfer=transfers, export_link=link)


def marking(config: Config) -> bytes:
    """What marks of people are keyed with in the database: made of a secret that is not in it, so that a copy of it and
    a list of followers find nobody."""
    secret = config.console.secret or config.wechat.app_secret
    return blake2b(secret.encode(), digest_size=32, person=b"huiqi marks").digest()


Answering = Callable[[AnyMessage, Conversation | None, float], Awaitable[Outcome]]


def answering(
    router: Router,
    corpus: Callable[[], Corpus],
    office: Office,
    person: Callable[[str], Awaitable[Person]] | None = None,
    dossier: Callable[[str], Awaitable[Dossier]] | None = None,
    *,
    duty: Callable[[str, str, int], Awaitable[Duty]] | None = None,
) -> Answering:
    """The function that makes an outcome of a message; `person` reads what is kept of a follower because they asked
    for it, `dossier` all that is kept, `duty` what there is for them as a member of staff."""

    async def answer(message: AnyMessage, conversation: Conversation | None, time: float) -> Outcome:
        before = fresh(conversation, time)
        ctx = Context(
            message=message,
            words=spoken(message),
            pointed=pointed(message),
            corpus=corpus(),
            now=datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI),
            office=office,
            conversation=before,
            load=partial(person, message.openid) if person else nobody,
            recall=partial(dossier, message.openid) if dossier else nothing,
            attend=partial(duty, message.openid) if duty else off_duty,
        )
        said = await router.answer(ctx)
        remarks = tuple(Remark(kind=n.kind, text=n.text, about=n.about) for n in ctx.notes)
        changed = ctx.conversation if ctx.conversation != before else None
        return Outcome(answer=said, conversation=changed, remarks=remarks, changes=tuple(ctx.changes))

    return answer


@asynccontextmanager
async def hashing(config: Config, hasher: Hasher | None) -> AsyncIterator[Passwords]:
    """What hashes passwords, warm where there is a console."""
    passwords = Passwords(hasher)
    try:
        if config.console.enabled:
            await passwords.warm_up()
        yield passwords
    finally:
        passwords.close()


def build_worker(
    stack: AsyncExitStack,
    doing: Sequence[Job],
    config: Config,
    database: Database,
    *,
    press: Press | None,
    shelf: Shelf,
    herald: Herald,
    clock: Clock,
) -> Worker:
    """What does these jobs and those of the corpus, the console and the news; when the stack is closed it hears no
    bells, and another process keeps house."""
    house, bells = House(database), Bells(database)
    stack.push_async_callback(house.close)
    stack.push_async_callback(bells.close)
    others = other_jobs(config, database, press, shelf, bells=bells, herald=herald, clock=clock)
    return Worker(*doing, *others, clock=clock, keeps_house=house.keeps)


def build_engine(config: Config, router: Router, inbox: Inbox, answer: Answering | Known, *, clock: Clock) -> Engine:
    """What answers each message once."""
    return Engine(
        inbox=inbox,
        answer=answer.answer if isinstance(answer, Known) else answer,
        at_once=answer.at_once if isinstance(answer, Known) else None,
        apology=router.apology,
        slower=router.slower,
        clock=clock,
        deadline=config.replies.deadline,
        can_push=config.wechat.may_push,
        heading=router.aside,
    )


def build_press(config: Config, router: Router, words: Words, *, database: Database, clock: Clock) -> Press | None:
    """What publishes the corpus that the database keeps, of which the folder is the first edition; None where files
    are the truth."""
    if config.corpus.source == "files":
        return None
    gate = Gate(router.speak, lint=partial(complaints, words=words))
    return Press(Revisions(database), folder=Path(config.corpus.path), gate=gate, clock=clock)


def build_channels(client: Client, config: Config) -> list[Channel]:
    """Every way that makes calls; what is told beneath an answer makes none."""
    return [kind(client, config.push) for kind in CHANNELS]


def build_uploads(stack: AsyncExitStack, config: Config, database: Database, *, clock: Clock) -> Uploads | None:
    """What reads the files that staff bring in, None where there is no console to bring them in; what is read when the
    stack is closed is given up."""
    if not config.console.enabled:
        return None
    # Late: with the readers of seven kinds of files, none of them for a bot without staff.
    from bot.editions.uploads import Uploads

    uploads = Uploads(Imports(database), Revisions(database), folder=Path(config.corpus.path), clock=clock)
    stack.push_async_callback(uploads.close)
    return uploads


def build_broadcasts(config: Config, database: Database, *, clock: Clock) -> Broadcasts:
    """What staff do with announcements."""
    audience, ledgers = Audience(database), Ledgers(database)
    return Broadcasts(database, config=config, audience=audience, ledgers=ledgers, clock=clock)


def build_tagging(stack: AsyncExitStack, client: Client, database: Database, *, clock: Clock) -> Tagging:
    """What reads the account's tags; what is being read when the stack is closed is given up."""
    tagging = Tagging(client, Tags(database, database), clock=clock)
    stack.push_async_callback(tagging.close)
    return tagging


def build_duty(
    config: Config, database: Database, *, clock: Clock
) -> Callable[[str, str, int], Awaitable[Duty]] | None:
    """What reads what there is for a member of staff in the chat; None where there is no console to bind a phone in."""
    if not config.console.enabled:
        return None
    from bot.console.codes import PHONE  # late: a bot without staff needs none of it
    from bot.console.keys import Keys
    from bot.duties import Duties

    digest = partial(Keys(config.console.secret).digest, PHONE)
    broadcasts = build_broadcasts(config, database, clock=clock)
    return Duties(database, broadcasts, config=config, digest=digest, clock=clock).read


def build_client(config: Config, session: aiohttp.ClientSession, database: Database, clock: Clock) -> Client:
    """The one door to the platform's API, with the token every process shares."""
    wire = ApiWire(session, config.wechat.api_base_url, clock=clock)
    tokens = StableToken(
        wire, TokenRows(database), app_id=config.wechat.app_id, app_secret=config.wechat.app_secret, clock=clock
    )
    return Client(wire, tokens, clock=clock)
