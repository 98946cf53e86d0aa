"""What everybody may do with their own account: name, password, second factor, and where they are signed in."""

from __future__ import annotations

from typing import NoReturn

import msgspec
from aiohttp import web

from bot.console.attempts import inside, remember
from bot.console.codes import folded_recovery_code, matching_step, new_recovery_codes, new_secret, picture
from bot.console.sign_in import STRICT, begin, is_second_factor, new_password_errors
from bot.console.visit import HOME, SESSION, Visit
from bot.store.audit import NAME_LIMIT
from bot.store.sessions import CODE, ENROL, FULL
from bot.store.staff import Member

PROFILE, DOOR = "/console/profile", "/console/sign-in"


async def show(visit: Visit) -> web.Response:
    """The page."""
    return await page(visit)


async def rename(visit: Visit) -> web.Response:
    """Show another name."""
    display = visit.form.get("display")[:NAME_LIMIT]
    if not display:
        return await page(visit, status=422, errors={"display": "missing"})
    before, after = {"display": visit.who.display}, {"display": display}
    entry = visit.entry("profile.renamed", visit.who.name, before=before, after=after)
    await visit.desk.staff.rename(visit.who.id, display, entry=entry)
    return visit.go(PROFILE, "saved")


async def change_password(visit: Visit) -> web.Response:
    """Another password, for whoever knows the old one; sign-ins elsewhere end."""
    errors = await _password_error(visit, "old") or new_password_errors(visit, visit.who)
    if errors:
        return await page(visit, status=422, errors=errors)
    hashed = await visit.desk.passwords.hash(visit.form.raw("password"))
    entry = visit.entry("profile.password", visit.who.name)
    here, who = visit.here.id, visit.who
    if not await visit.desk.staff.set_password(who.id, hashed, entry=entry, here=here, was=who):
        return await page(visit, status=422, errors={"old": "wrong"})  # it was changed elsewhere meanwhile
    await begin(visit, msgspec.structs.replace(who, hash=hashed), stage=FULL)
    return visit.go(PROFILE, "password_changed")


async def show_second_factor(visit: Visit) -> web.Response:
    """What to scan, and the form that confirms it."""
    return await _elsewhere(visit) or await _enrolment(visit)


async def set_second_factor(visit: Visit) -> web.Response:
    """Turn the second factor on, or to another phone, once a code proves that it works."""
    elsewhere = await _elsewhere(visit)
    if elsewhere is not None:
        return elsewhere
    desk, who = visit.desk, visit.who
    errors = await _proof_error(visit, who)
    if errors:
        return await _enrolment(visit, status=422, errors=errors)
    secret = desk.keys.unseal(visit.here.enrolment, owner=f"enrolment:{who.id}") if visit.here.enrolment else None
    step = matching_step(secret, visit.form.get("code"), visit.time) if secret else None
    if secret is None or step is None:
        return await _enrolment(visit, status=422, errors={"code": "wrong"})
    codes = new_recovery_codes()
    entry = visit.entry("profile.second_factor", who.name)
    sealed = desk.keys.seal(secret, owner=str(who.id))
    kept, here = _hashed(visit, codes), visit.here.id
    if not await desk.staff.set_totp(who.id, sealed, codes=kept, entry=entry, here=here, was=who):
        return visit.go(DOOR)  # the account was changed elsewhere meanwhile, which ended this session or will
    await desk.staff.take_step(who.id, step)
    is_entering = visit.here.stage != FULL
    await begin(visit, msgspec.structs.replace(who, totp=sealed), stage=FULL)
    if is_entering:
        remember(visit, who)
        await desk.staff.note_sign_in(who.id, entry=visit.entry("sign_in", who.name))
    return visit.page("recovery_codes", codes=codes, onward=HOME if is_entering else PROFILE)


async def drop_second_factor(visit: Visit) -> web.Response:
    """Turn it off, where it is not required, for whoever has it."""
    who = visit.who
    if _is_required(visit):
        raise web.HTTPForbidden
    if not await _is_right_code(visit, who):
        return await page(visit, status=422, errors={"off_code": "wrong"})
    entry = visit.entry("profile.second_factor_off", who.name)
    if not await visit.desk.staff.set_totp(who.id, b"", codes=(), entry=entry, was=who):
        return await page(visit, status=422, errors={"off_code": "wrong"})  # of another phone by now
    return visit.go(PROFILE, "second_factor_off")


async def renew_recovery_codes(visit: Visit) -> web.Response:
    """New recovery codes in place of the old."""
    who = visit.who
    if not who.totp or not await _is_right_code(visit, who):
        return await page(visit, status=422, errors={"codes_code": "wrong"})
    codes = new_recovery_codes()
    entry = visit.entry("profile.recovery_codes", who.name)
    await visit.desk.staff.set_codes(who.id, _hashed(visit, codes), entry=entry)
    return visit.page("recovery_codes", codes=codes, onward=PROFILE)


async def end_session(visit: Visit) -> web.Response:
    """Sign out in one other place."""
    told = visit.entry("session.ended", visit.who.name)
    if not await visit.desk.sessions.end_of(visit.who.id, visit.part("id"), told=told):
        raise web.HTTPNotFound
    return visit.go(PROFILE, "session_ended")


async def end_other_sessions(visit: Visit) -> web.Response:
    """Sign out everywhere else."""
    told = visit.entry("session.others_ended", visit.who.name)
    count = await visit.desk.sessions.end_others(visit.who.id, visit.here.id, told=told)
    return visit.go(PROFILE, "sessions_ended", count=count)


async def _elsewhere(visit: Visit) -> web.Response | None:
    """Where whoever may not set a second factor up must go: one that there is must be shown first, also where somebody
    else of this password was faster to set one up."""
    if visit.here.stage == ENROL and visit.who.totp:
        await visit.desk.sessions.end(visit.here.id)
        visit.cookies[SESSION] = ""
        return visit.go(DOOR)
    return visit.go("/console/second-step") if visit.here.stage == CODE else None


async def page(visit: Visit, *, status: int = 200, errors: dict[str, str] | None = None) -> web.Response:
    """The page."""
    desk, who = visit.desk, visit.who
    return visit.page(
        "profile",
        status=status,
        errors=errors or {},
        sessions=[s for s in await desk.sessions.of(who.id) if s.stage == FULL and _is_alive(visit, s.seen, s.expires)],
        this=visit.here.id,
        codes=await desk.staff.count_codes(who.id) if who.totp else 0,
        required=_is_required(visit),
        phone=await desk.phones.of(who.id),
    )


async def _enrolment(visit: Visit, *, status: int = 200, errors: dict[str, str] | None = None) -> web.Response:
    """The page with the secret that this session was given; a new one where it has none yet."""
    desk, who, sealed = visit.desk, visit.who, visit.here.enrolment
    secret = desk.keys.unseal(sealed, owner=f"enrolment:{who.id}") if sealed else None
    if secret is None:
        secret = new_secret()
        await desk.sessions.enrol(visit.here.id, desk.keys.seal(secret, owner=f"enrolment:{who.id}"))
    drawn = picture(secret, account=who.name, issuer=desk.templates.office)
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    facts = {"picture": drawn, "groups": groups, "entering": visit.here.stage != FULL, "has": bool(who.totp)}
    return visit.page("second_factor", status=status, errors=errors or {}, display=who.display, **facts)


async def _proof_error(visit: Visit, who: Member) -> dict[str, str]:
    """What is wrong with the proof that it is they who ask: the code of the old phone, or the password; none is needed
    by whoever has just typed it."""
    if visit.here.stage != FULL:
        return {}
    if who.totp:
        return {} if await _is_right_code(visit, who, "current") else {"current": "wrong"}
    return await _password_error(visit, "old")


async def _password_error(visit: Visit, field: str) -> dict[str, str]:
    """What is wrong with the password they have."""
    await _count(visit)
    if not await visit.desk.passwords.check(visit.form.raw(field), visit.who.hash):
        return {field: "wrong"}
    await visit.desk.attempts.succeed(inside(visit))
    return {}


async def _is_right_code(visit: Visit, who: Member, field: str = "code") -> bool:
    await _count(visit)
    if not await is_second_factor(visit, who, visit.form.get(field)):
        return False
    await visit.desk.attempts.succeed(inside(visit))
    return True


async def _count(visit: Visit) -> None:
    """Count a try at what only the owner knows; after too many this session ends, for it may be somebody else's."""
    if await visit.desk.attempts.count(inside(visit), visit.time) > 0:
        await _end_here(visit)


async def _end_here(visit: Visit) -> NoReturn:
    await visit.desk.sessions.end(visit.here.id, told=visit.entry("session.guessing_ended", visit.who.name))
    visit.cookies[SESSION] = ""
    visit.say("guessing_ended")
    raise web.HTTPSeeOther(DOOR)


def _is_required(visit: Visit) -> bool:
    return visit.desk.config.console.totp_required and visit.who.role in STRICT


def _is_alive(visit: Visit, seen: float, expires: float) -> bool:
    return visit.time < expires and visit.time - seen < visit.desk.config.console.idle_minutes * 60.0


def _hashed(visit: Visit, codes: list[str]) -> list[str]:
    return [visit.desk.keys.digest(f"recovery:{visit.who.id}", folded_recovery_code(code)) for code in codes]
