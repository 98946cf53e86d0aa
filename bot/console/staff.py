"""The accounts: who has one, invitations, roles, and what helps somebody who cannot get in."""

from __future__ import annotations

import re

from aiohttp import web

from bot.console.attempts import pardon
from bot.console.keys import new_token
from bot.console.visit import Visit
from bot.revisions import MACHINES
from bot.store.audit import NAME_LIMIT, Search
from bot.store.staff import ROLES, LastAdmin, Member, NameTaken

STAFF = "/console/staff"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
INVITED = 72 * 3600.0  # seconds that a link is good
ACTS = 10  # shown with an account


async def show_all(visit: Visit) -> web.Response:
    """The list."""
    return visit.page("staff", members=await visit.desk.staff.everyone(), time=visit.time)


async def show_new(visit: Visit) -> web.Response:
    """The form for a new account."""
    return visit.page("staff_new", values={"name": "", "display": "", "role": ROLES[0]}, errors={})


async def invite(visit: Visit) -> web.Response:
    """A new account, and the link by which its owner sets a password."""
    values = {key: visit.form.get(key)[:NAME_LIMIT] for key in ("name", "display", "role")}
    values["name"] = values["name"].casefold()
    errors = {key: "missing" for key in ("name", "display") if not values[key]}
    if values["name"] and not NAME.fullmatch(values["name"]):
        errors["name"] = "shape"
    elif values["name"] in MACHINES:
        errors["name"] = "taken"
    if values["role"] not in ROLES:
        errors["role"] = "choice"
    if not errors:
        name, display, role = values["name"], values["display"], values["role"]
        entry = visit.entry("staff.invited", name, after={"display": display, "role": role})
        token, until = new_token(), visit.time + INVITED
        digest = visit.desk.keys.digest("invitation", token)
        try:
            await visit.desk.staff.add(name, display, role=role, entry=entry, digest=digest, until=until)
            return await _link(visit, name, token, until=until, is_new=True)
        except NameTaken:
            errors["name"] = "taken"
    return visit.page("staff_new", status=422, values=values, errors=errors)


async def show(visit: Visit) -> web.Response:
    """One account."""
    return await _page(visit, await _member(visit))


async def set_role(visit: Visit) -> web.Response:
    """Another role."""
    member, role = await _member(visit), visit.form.get("role")
    if role not in ROLES:
        return await _page(visit, member, status=422, errors={"role": "choice"})
    if role == member.role:
        return visit.go(_address(member))
    entry = visit.entry("staff.role", member.name, before={"role": member.role}, after={"role": role})
    try:
        await visit.desk.staff.set_role(member.id, role, entry=entry)
    except LastAdmin:
        return await _page(visit, member, status=409, errors={"role": "last_admin"})
    return visit.go("/console" if member.id == visit.who.id else _address(member), "saved")


async def rename(visit: Visit) -> web.Response:
    """Another name to show."""
    member, display = await _member(visit), visit.form.get("display")[:NAME_LIMIT]
    if not display:
        return await _page(visit, member, status=422, errors={"display": "missing"})
    before, after = {"display": member.display}, {"display": display}
    await visit.desk.staff.rename(
        member.id, display, entry=visit.entry("staff.renamed", member.name, before=before, after=after)
    )
    return visit.go(_address(member), "saved")


async def reset(visit: Visit) -> web.Response:
    """A link that sets a new password; the old one ends at once."""
    member = _another(visit, await _member(visit))
    token, until = new_token(), visit.time + INVITED
    entry = visit.entry("staff.reset" if has_entered(member) else "staff.link_made", member.name)
    digest = visit.desk.keys.digest("invitation", token)
    await visit.desk.staff.invite(member.id, digest, until=until, entry=entry)
    return await _link(visit, member.name, token, until=until, is_new=not member.hash)


async def remove_second_factor(visit: Visit) -> web.Response:
    """For whoever lost phone and recovery codes."""
    member = _another(visit, await _member(visit))
    entry = visit.entry("staff.second_factor_removed", member.name)
    await visit.desk.staff.set_totp(member.id, b"", codes=(), entry=entry)
    return visit.go(_address(member), "second_factor_removed", name=member.display)


async def unlock(visit: Visit) -> web.Response:
    """Let somebody try again who failed too often, or whom others hold up."""
    member = await _member(visit)
    told = visit.entry("staff.unlocked", member.name)
    await pardon(visit.desk.attempts, visit.desk.keys, member, time=visit.time, told=told)
    return visit.go(_address(member), "unlocked", name=member.display)


async def disable(visit: Visit) -> web.Response:
    """Close an account; it stays, for what it did."""
    member = _another(visit, await _member(visit))
    try:
        await visit.desk.staff.set_disabled(member.id, True, entry=visit.entry("staff.disabled", member.name))
    except LastAdmin:
        return await _page(visit, member, status=409, errors={"disabled": "last_admin"})
    return visit.go(STAFF, "disabled", name=member.display)


async def enable(visit: Visit) -> web.Response:
    """Open it again."""
    member = await _member(visit)
    await visit.desk.staff.set_disabled(member.id, False, entry=visit.entry("staff.enabled", member.name))
    return visit.go(_address(member), "enabled", name=member.display)


async def _member(visit: Visit) -> Member:
    member = await visit.desk.staff.get(visit.number("id"))
    if member is None:
        raise web.HTTPNotFound
    return member


def _another(visit: Visit, member: Member) -> Member:
    """Not one's own account: that is what the profile is for."""
    if member.id == visit.who.id:
        raise web.HTTPForbidden
    return member


def _address(member: Member) -> str:
    return f"{STAFF}/{member.id}"


async def _page(
    visit: Visit, member: Member, *, status: int = 200, errors: dict[str, str] | None = None
) -> web.Response:
    acts = await visit.desk.audit.read(Search(target=member.name, action="staff."), ACTS)
    return visit.page("staff_member", status=status, member=member, errors=errors or {}, acts=acts, time=visit.time)


def has_entered(member: Member) -> bool:
    """Whether somebody ever had a password, which a link then resets."""
    return bool(member.hash or member.signed_in)


async def _link(visit: Visit, name: str, token: str, *, until: float, is_new: bool) -> web.Response:
    """The page that shows a link, once."""
    desk = visit.desk
    member = await desk.staff.named(name)
    if member is None:
        raise web.HTTPNotFound
    site = desk.config.server.public_url or str(visit.request.url.origin())
    link = f"{site}/console/invitation/{token}"
    return visit.page("staff_link", member=member, link=link, until=until, is_new=is_new)
