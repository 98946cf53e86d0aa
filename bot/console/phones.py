"""The phone of a member of staff, on the page of their account: a code to send in the chat, and how to take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from bot.broadcasts import Broadcasts
from bot.clock import Clock
from bot.config import Config
from bot.console.codes import PHONE, PHONE_LIFE, new_phone_code
from bot.console.keys import Keys
from bot.console.profile import PROFILE
from bot.console.visit import Visit
from bot.duties import Duties
from bot.duty import Duty
from bot.store.audiences import Audience
from bot.store.database import Database
from bot.store.ledgers import Ledgers


async def offer(visit: Visit) -> web.Response:
    """Show a code, once; the one before is good no more."""
    code, until = new_phone_code(), visit.time + PHONE_LIFE
    told = visit.entry("profile.phone_offered", visit.who.name)
    await visit.desk.phones.offer(visit.who.id, visit.desk.keys.digest(PHONE, code), until, told=[told])
    return visit.go(PROFILE, "phone_offered", code=code)  # the page can be loaded again


async def unbind(visit: Visit) -> web.Response:
    """Take it away from the account."""
    told = visit.entry("profile.phone_unbound", visit.who.name)
    gone = await visit.desk.phones.unbind(visit.who.id, told=[told])
    return visit.go(PROFILE, "phone_unbound" if gone else "")


def build_duty(
    config: Config, database: Database, *, clock: Clock
) -> Callable[[str, str, int], Awaitable[Duty]] | None:
    """What reads what there is for a member of staff in the chat; None where there is no console to bind a phone in."""
    if not config.console.enabled:
        return None
    digest, ledgers = partial(Keys(config.console.secret).digest, PHONE), Ledgers(database)
    broadcasts = Broadcasts(database, config=config, audience=Audience(database), ledgers=ledgers, clock=clock)
    return Duties(database, broadcasts, config=config, digest=digest, clock=clock).read
