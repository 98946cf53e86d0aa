"""The phone of a member of staff, on the page of their account: a code to send in the chat, and how to take it back."""

from __future__ import annotations

from aiohttp import web

from bot.console.codes import PHONE, PHONE_LIFE, new_phone_code
from bot.console.profile import PROFILE
from bot.console.visit import Visit


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
