"""Answers that staff keep at hand."""

from __future__ import annotations

import msgspec
from aiohttp import web

from bot.console.visit import Visit
from bot.store.canned import TEXT_LIMIT, TITLE_LIMIT, Ready

HERE = "/console/canned-answers"


async def show_all(visit: Visit) -> web.Response:
    """All of them, and a form for a new one."""
    return await _page(visit, Ready(title="", text=""))


async def show(visit: Visit) -> web.Response:
    """All of them, and one in the form."""
    ready = await visit.desk.talk.canned.get(visit.number("id"))
    if ready is None:
        raise web.HTTPNotFound
    return await _page(visit, ready)


async def add(visit: Visit) -> web.Response:
    """Keep a new one."""
    return await _keep(visit, None)


async def change(visit: Visit) -> web.Response:
    """Change one, or take it away."""
    canned, number = visit.desk.talk.canned, visit.number("id")
    held = await canned.get(number)
    if held is None:
        raise web.HTTPNotFound
    if visit.form.get("action") != "drop":
        return await _keep(visit, held)
    entry = visit.entry("canned.dropped", held.title, before={"text": held.text})
    if not await canned.drop(number, told=entry, seen=_seen(visit)):
        return await _overtaken(visit, held)
    return visit.go(HERE, "saved")


async def _keep(visit: Visit, held: Ready | None) -> web.Response:
    title, text = visit.form.get("title"), visit.form.raw("text").replace("\r\n", "\n").strip()
    number = held.id if held else 0
    ready = Ready(id=number, title=title, text=text, changed=visit.time, who=visit.who.name)
    limits = {"title": (title, TITLE_LIMIT), "text": (text, TEXT_LIMIT)}
    errors = {name: "long" for name, (value, most) in limits.items() if len(value) > most}
    errors |= {name: "missing" for name, (value, _) in limits.items() if not value}
    if errors:
        return await _page(visit, msgspec.structs.replace(ready, changed=_seen(visit)), errors)
    before = {"title": held.title, "text": held.text} if held else {}
    entry = visit.entry("canned.kept", title, before=before, after={"title": title, "text": text})
    if not await visit.desk.talk.canned.keep(ready, told=entry, seen=_seen(visit)):
        return await _overtaken(visit, ready)
    return visit.go(HERE, "saved")


def _seen(visit: Visit) -> float:
    """When the one in the form was changed last, as the form was opened on it; never where that is no time."""
    try:
        return float(visit.form.get("seen"))
    except ValueError:
        return -1.0


async def _overtaken(visit: Visit, ready: Ready) -> web.Response:
    """What was typed, beside what somebody else made of it meanwhile: the next form goes over that, having seen it. One
    that is gone would be a new one."""
    held = await visit.desk.talk.canned.get(ready.id)
    now = msgspec.structs.replace(ready, id=held.id if held else 0, changed=held.changed if held else 0.0)
    return await _page(visit, now, {"seen": "overtaken" if held else "gone"}, status=409)


async def _page(visit: Visit, ready: Ready, errors: dict[str, str] | None = None, *, status: int = 0) -> web.Response:
    return visit.page(
        "canned",
        status=status or (422 if errors else 200),
        everything=await visit.desk.talk.canned.everything(),
        ready=ready,
        errors=errors or {},
    )
