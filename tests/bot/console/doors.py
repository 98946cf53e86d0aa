"""How tests come to the console's door: with a password, a code, a link."""

from __future__ import annotations

import re

import pyotp

from bot.clock import ManualClock
from bot.console.codes import STEP
from bot.store.staff import Member
from tests.bot.console.client import PASSWORD, Office, Page, Visitor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def knock(visitor: Visitor, name: str, password: str, **more: str) -> Page:
    """Try to sign in."""
    if not visitor.token:
        await visitor.get("/console/sign-in")
    return await visitor.post("/console/sign-in", {"name": name, "password": password, **more})


def code(clock: ManualClock, steps: int = 0) -> str:
    """What the app shows now, or some steps from now."""
    return pyotp.TOTP(SECRET).at(int(clock.time()) + steps * STEP)


async def with_second_factor(office: Office, name: str = "li", role: str = "approver") -> Member:
    """An account whose app has SECRET."""
    member = await office.hire(name, role, password=PASSWORD)
    sealed, digest = office.keys.seal(SECRET, owner=str(member.id)), office.keys.digest
    entry = office.desk_entry("profile.second_factor")
    codes = [digest(f"recovery:{member.id}", "abcdefghjkmnpqr")]
    await office.staff.set_totp(member.id, sealed, codes=codes, entry=entry)
    return member


def link_of(page: Page) -> str:
    """The path of the link that a page shows."""
    found = re.search(r"https?://[^/\s]+(/console/invitation/[\w-]+)", page.source)
    assert found is not None, page.text
    return found[1]


async def left(office: Office, name: str) -> Visitor:
    """A browser in which somebody was signed in, and is not any more."""
    visitor = await office.stranger()
    entered = await knock(visitor, name, PASSWORD)
    await visitor.follow(entered)
    await visitor.follow(await visitor.post("/console/sign-out", {}))
    return visitor
