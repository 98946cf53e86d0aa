"""The way in: password, second step, the invitation that sets the first password; and the way out.

Whether an account exists shows neither in the words nor in the time: a name that nobody has is counted, checked against
a hash and refused like any other. What tries are counted under stands in `bot.console.attempts`.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from bot.console.agents import described
from bot.console.attempts import at_the_door, at_the_second_step, is_known, pardon, pardon_of, remember
from bot.console.codes import folded_recovery_code, matching_step
from bot.console.keys import new_token
from bot.console.passwords import LONGEST, weakness
from bot.console.permissions import Permission
from bot.console.visit import GUEST, HOME, SESSION, Visit
from bot.store.sessions import CODE, ENROL, FULL, Session
from bot.store.staff import Member

STRICT = ("approver", "admin")  # roles for which the second factor may be required
HALFWAY = 600.0  # seconds that the second step may take
OURS = re.compile(r"/console(?:[/?][!-~]*)?")
PAGES = ("sign-in", "second-step", "sign-out", "invitation")


def onward(wanted: str) -> str:
    """Where to go after signing in: a page of the console, whatever the address says."""
    is_ours = OURS.fullmatch(wanted) and "\\" not in wanted and "//" not in wanted.partition("?")[0]
    if not is_ours or wanted.removeprefix("/console/").startswith(PAGES):
        return HOME
    return wanted


async def show(visit: Visit) -> web.Response:
    """The form; whoever is in already goes on."""
    if visit.permission > Permission.STARTED:
        return visit.go(onward(visit.asked("next")))
    return await _form(visit, next=onward(visit.asked("next")))


async def enter(visit: Visit) -> web.Response:
    """Check name and password."""
    desk, name = visit.desk, visit.form.get("name").casefold()[:40]
    wanted = onward(visit.form.get("next"))
    tries = at_the_door(visit, name)
    wait = await desk.attempts.count(tries, visit.time, pardon=pardon_of(desk.keys, name))
    if wait > 0:
        return await _form(visit, status=429, next=wanted, name=name, error="wait", minutes=_minutes(wait))
    member = await desk.staff.named(name)
    kept, stranger = member.hash if member else "", not is_known(visit, name)
    right = await desk.passwords.check(visit.form.raw("password"), kept, stranger=stranger)
    if member is None or not right or member.disabled:
        # A name that nobody has may be a password in the wrong field: it is written down nowhere.
        await desk.audit.write(visit.entry("sign_in.refused", member.name if member else ""))
        return await _form(visit, status=403, next=wanted, name=name, error="wrong")
    await desk.attempts.succeed(tries)
    if desk.passwords.is_outdated(member.hash):
        newer = await desk.passwords.hash(visit.form.raw("password"))
        await desk.staff.rehash(member.id, newer, instead_of=member.hash)
        member = msgspec.structs.replace(member, hash=newer)
    if not member.totp:
        return await let_in(visit, member, wanted)
    if not await begin(visit, member, stage=CODE):
        return await _overtaken(visit, member, wanted)
    return visit.go(f"/console/second-step?{urlencode({'next': wanted})}")


async def show_second_step(visit: Visit) -> web.Response:
    """The form for the code."""
    if visit.here.stage != CODE:
        return visit.go(HOME)
    return visit.page("second_step", error="", minutes=0, next=onward(visit.asked("next")))


async def take_second_step(visit: Visit) -> web.Response:
    """Check the code of the app, or a recovery code."""
    if visit.here.stage != CODE:
        return visit.go(HOME)
    desk, member, wanted = visit.desk, visit.who, onward(visit.form.get("next"))
    tries = at_the_second_step(visit, member)
    wait = await desk.attempts.count(tries, visit.time, pardon=pardon_of(desk.keys, member.name))
    if wait > 0:
        facts = {"error": "wait", "minutes": _minutes(wait), "next": wanted}
        return visit.page("second_step", status=429, **facts)
    if not await is_second_factor(visit, member, visit.form.get("code")):
        await desk.audit.write(visit.entry("sign_in.code_refused", member.name))
        return visit.page("second_step", status=403, error="wrong", minutes=0, next=wanted)
    await desk.attempts.succeed(tries)
    return await let_in(visit, member, wanted)


async def is_second_factor(visit: Visit, member: Member, text: str) -> bool:
    """Whether a code is right and was not taken before; a recovery code is used up."""
    desk = visit.desk
    secret = desk.keys.unseal(member.totp, owner=str(member.id))
    step = matching_step(secret, text, visit.time) if secret else None
    if step is not None:
        return await desk.staff.take_step(member.id, step)
    code = folded_recovery_code(text)
    used = bool(code) and await desk.staff.use_code(member.id, desk.keys.digest(f"recovery:{member.id}", code))
    if used:
        await desk.audit.write(visit.entry("sign_in.recovery_code", member.name))
    return used


async def let_in(visit: Visit, member: Member, wanted: str) -> web.Response:
    """Begin a full session, or, where a second factor is required and missing, one that can only set it up."""
    desk = visit.desk
    is_enrolling = desk.config.console.totp_required and member.role in STRICT and not member.totp
    if not await begin(visit, member, stage=ENROL if is_enrolling else FULL):
        return await _overtaken(visit, member, wanted)
    if is_enrolling:
        return visit.go("/console/profile/second-factor")
    remember(visit, member)
    await desk.staff.note_sign_in(member.id, entry=visit.entry("sign_in", member.name))
    return visit.go(wanted)


async def _overtaken(visit: Visit, member: Member, wanted: str) -> web.Response:
    """Refuse what was right for the account as it was a moment ago: its password, factor or role is another by now."""
    await visit.desk.audit.write(visit.entry("sign_in.refused", member.name))
    return await _form(visit, status=403, next=wanted, name=member.name, error="wrong")


async def begin(visit: Visit, member: Member, *, stage: str) -> bool:
    """A new session under a new cookie, in place of whatever this browser had; False where the account is not any more
    what was looked at."""
    token, time = new_token(), visit.time
    desk, old = visit.desk, visit.session.id if visit.session else ""
    lasts = desk.config.console.session_hours * 3600.0 if stage == FULL else HALFWAY
    session = Session(
        id=desk.keys.digest("session", token),
        staff=member.id,
        stage=stage,
        created=time,
        seen=time,
        expires=time + lasts,
        ip=visit.address,
        agent=described(visit.request.headers.get("User-Agent", "")),
    )
    if not await desk.sessions.begin(session, instead_of=old, of=member):
        return False
    visit.session, visit.member, visit.cookie = session, member, token
    visit.cookies.update({SESSION: token, GUEST: ""})
    return True


async def leave(visit: Visit) -> web.Response:
    """Sign out here."""
    if visit.session is not None:
        await visit.desk.sessions.end(visit.session.id, told=visit.entry("sign_out", visit.who.name))
    visit.cookies[SESSION] = ""
    return visit.go("/console/sign-in", "signed_out")


async def show_invitation(visit: Visit) -> web.Response:
    """The form that sets a first, or a new, password."""
    member = await _invited(visit)
    if member is None:
        return visit.page("invitation_gone", status=404)
    return visit.page("invitation", invited=member, errors={})


async def accept_invitation(visit: Visit) -> web.Response:
    """Set the password, once; then sign in with it, which nobody's tries elsewhere keep this browser from."""
    desk, member = visit.desk, await _invited(visit)
    if member is None:
        return visit.page("invitation_gone", status=404)
    password = visit.form.raw("password")
    errors = new_password_errors(visit, member)
    if errors:
        return visit.page("invitation", status=422, invited=member, errors=errors)
    entry = visit.entry("staff.invitation_accepted", member.name)
    hashed = await desk.passwords.hash(password)
    if not await desk.staff.accept(member.id, _digest(visit), hash=hashed, entry=entry):
        return visit.page("invitation_gone", status=404)
    await pardon(desk.attempts, desk.keys, member, time=visit.time)
    remember(visit, member)
    return visit.go("/console/sign-in", "password_set")


def new_password_errors(visit: Visit, member: Member) -> dict[str, str]:
    """What is wrong with a password typed twice, by field."""
    password = visit.form.raw("password")
    weak = weakness(password, member.name, member.display, "huiqi") if len(password) <= LONGEST else "long"
    if weak:
        return {"password": weak}
    return {"again": "differs"} if password != visit.form.raw("again") else {}


async def _form(visit: Visit, *, status: int = 200, **facts: object) -> web.Response:
    known = {"name": "", "error": "", "minutes": 0, "empty": not await visit.desk.staff.everyone()}
    return visit.page("sign_in", status=status, **{**known, **facts})


async def _invited(visit: Visit) -> Member | None:
    return await visit.desk.staff.invited(_digest(visit), visit.time)


def _digest(visit: Visit) -> str:
    return visit.desk.keys.digest("invitation", visit.part("token"))


def _minutes(seconds: float) -> int:
    return max(1, -(-int(seconds) // 60))
