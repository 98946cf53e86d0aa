"""Under which keys tries at the door are counted, and how each is slowed.

A browser in which somebody has been signed in before waits for its own failures alone: neither whoever tries their name
elsewhere nor whoever tries names at the same address keeps them out.
"""

from __future__ import annotations

from bot.console.addresses import place_of
from bot.console.keys import Keys, new_token
from bot.console.visit import KNOWN, Visit
from bot.store.attempts import Attempts, Limit, Patience, Trickle
from bot.store.audit import Entry
from bot.store.staff import Member

BY_NAME = Patience(free=5, first=30.0, longest=900.0)
BY_PLACE = Trickle(burst=30, every=60.0)
INSIDE = Patience(free=5, first=86_400.0, longest=86_400.0)  # whoever would have to wait is signed out instead
PARDONED = 3600.0  # seconds that an admin's word holds


def at_the_door(visit: Visit, name: str) -> dict[str, Limit]:
    """What a try at a password is counted under, whether anybody has this name or not."""
    known = _known(visit)
    if is_known(visit, name):
        return {attempts_key(visit.desk.keys, f"known:{known}"): BY_NAME}
    place = f"browser:{known}" if known else f"address:{place_of(visit.address)}"
    return {
        attempts_key(visit.desk.keys, f"name:{name}"): BY_NAME,
        attempts_key(visit.desk.keys, place): BY_PLACE,
    }


def at_the_second_step(visit: Visit, member: Member) -> dict[str, Limit]:
    """What a try at a code is counted under; the place does not matter to whoever has shown the password."""
    what = f"known-code:{_known(visit)}" if is_known(visit, member.name) else f"code:{member.id}"
    return {attempts_key(visit.desk.keys, what): BY_NAME}


def inside(visit: Visit) -> dict[str, Limit]:
    """What a try by whoever is signed in is counted under: this session alone, so that it holds up no sign-in."""
    return {attempts_key(visit.desk.keys, f"inside:{visit.here.id}"): INSIDE}


def pardon_of(keys: Keys, name: str) -> str:
    """Where a pardon for this name is kept."""
    return attempts_key(keys, f"pardon:{name}")


async def pardon(attempts: Attempts, keys: Keys, member: Member, *, time: float, told: Entry | None = None) -> None:
    """Let a member try again at once, in whatever browser and wherever they sit."""
    gone = [attempts_key(keys, what) for what in (f"name:{member.name}", f"code:{member.id}")]
    await attempts.pardon(pardon_of(keys, member.name), gone, time=time, lasts=PARDONED, told=told)


def remember(visit: Visit, member: Member) -> None:
    """Know this browser again as one of theirs."""
    visit.cookies[KNOWN] = visit.desk.keys.sign("known", f"{member.name}:{new_token()}")


def attempts_key(keys: Keys, what: str) -> str:
    """Under which key tries are counted."""
    return keys.digest("attempt", what)


def is_known(visit: Visit, name: str) -> bool:
    """Whether whoever has this name was signed in in this browser before."""
    return bool(name) and _known(visit).partition(":")[0] == name


def _known(visit: Visit) -> str:
    """Name and token of who was signed in in this browser before; empty where nobody was."""
    return visit.desk.keys.verified("known", visit.known) or ""
