"""Tickets: what followers complained of or asked staff, seen to one by one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.conversations import around
from bot.console.letters import name_of, window
from bot.console.visit import Visit
from bot.store.staff import Member
from bot.store.tickets import CLOSED, MINE, OPEN, Ticket

HERE = "/console/tickets"
TABS = (OPEN, MINE, CLOSED)


async def show_all(visit: Visit) -> web.Response:
    """A list: open ones, those of whoever looks, closed ones."""
    tab = visit.asked("tab") if visit.asked("tab") in TABS else OPEN
    tickets = visit.desk.talk.tickets
    counts = await tickets.counts(visit.who.id)
    paging = visit.paging(counts[tab])
    rows = await tickets.page(tab, staff=visit.who.id, start=paging.start, many=paging.size)
    return visit.page(
        "tickets",
        tab=tab,
        tabs=TABS,
        counts=counts,
        rows=[(row, name_of(visit, row.openid), window(visit, row.window_until, row.window_left)) for row in rows],
        paging=paging,
        staff={member.id: member.display for member in await visit.desk.staff.everyone()},
        policies=visit.desk.corpus().policies,
    )


async def show(visit: Visit) -> web.Response:
    """One ticket, in the conversation it came from."""
    ticket = await _ticket(visit)
    facts: dict[str, Any] = await around(visit, ticket.key) or {}
    members = [member for member in await visit.desk.staff.everyone() if _may_have(member)]
    return visit.page(
        "ticket",
        ticket=ticket,
        members=members,
        staff={member.id: member.display for member in await visit.desk.staff.everyone()},
        about=visit.desk.corpus().policies.get(ticket.about),
        kept=bool(facts),
        name=name_of(visit, ticket.openid),
        key=ticket.key,
        errors={},
        typed="",
        **facts,
    )


async def close(visit: Visit) -> web.Response:
    """Close it, or open it again; what somebody else did already is not done, or told, twice."""
    ticket, state = await _ticket(visit), visit.form.get("state")
    if state not in (OPEN, CLOSED):
        raise web.HTTPBadRequest
    tickets, target = visit.desk.talk.tickets, f"ticket {ticket.id}"
    if state == OPEN:
        await tickets.reopen(ticket.id, told=visit.entry("ticket.reopened", target))
        return visit.go(f"{HERE}/{ticket.id}", "saved")
    await tickets.close(ticket.id, visit.time, told=visit.entry("ticket.closed", target))
    return visit.go(HERE, "ticket_closed")


async def assign(visit: Visit) -> web.Response:
    """Give it to somebody who may answer, or to nobody."""
    ticket, wanted = await _ticket(visit), visit.form.number("staff")
    member = await visit.desk.staff.get(wanted) if wanted else None
    if wanted and (member is None or not _may_have(member)):
        return visit.go(f"{HERE}/{ticket.id}", "nobody_chosen")
    if wanted == ticket.assignee:
        return visit.go(f"{HERE}/{ticket.id}", "saved")
    had = await visit.desk.staff.get(ticket.assignee)
    before, after = ({"staff": one.display if one else ""} for one in (had, member))
    told = visit.entry("ticket.assigned", f"ticket {ticket.id}", before=before, after=after)
    await visit.desk.talk.tickets.assign(ticket.id, wanted, told=told)
    return visit.go(f"{HERE}/{ticket.id}", "saved")


def _may_have(member: Member) -> bool:
    """Whether somebody can see to a ticket: who only looks cannot answer."""
    return not member.disabled and member.role != "viewer"


async def _ticket(visit: Visit) -> Ticket:
    ticket = await visit.desk.talk.tickets.get(visit.number("id"))
    if ticket is None:
        raise web.HTTPNotFound
    return ticket
