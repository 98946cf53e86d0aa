"""The account's menu: edited as a draft, published by another as any part of the corpus is, put on the account then."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from bot.console.corpus import draft_page, publishing
from bot.console.forms import Form
from bot.console.visit import Visit
from bot.errors import CorpusError, Overtaken, Temporary, WeChatError
from bot.menu import BELOW, BELOW_NAME, DOES, TOP, TOP_NAME, Button, Fault, Menu, faults, menu_of, spell, told
from bot.parts import MENU, canonical
from bot.revisions import IN_REVIEW, Part, Revision, begun, ground

HERE = "/console/phone-menu"
HOLDS = "below"  # what a button does that holds others
COMPARED = f"{HERE}?compare=1"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A button at a place, as it stands on the account and as it would."""

    place: str
    there: tuple[str, str] | None
    here: tuple[str, str] | None

    @property
    def differs(self) -> bool:
        """Whether putting the menu in place would change it."""
        return self.there != self.here


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A button as the form has it: what it does, and with what."""

    name: str = ""
    does: str = ""
    value: str = ""


async def show(visit: Visit) -> web.Response:
    """The menu in force, what waits, and, where it is asked for, what the account has: the platform takes its time."""
    held = await _standing(visit)
    publishing = visit.desk.publishing
    draft = await publishing.revisions.open_of(MENU, MENU) if publishing else None
    asked = bool(visit.asked("compare"))
    there, fault = await _there(visit) if asked else (None, "")
    buttons, wrong = _spelled(visit, held)
    lines = compare(there, buttons) if there is not None else []
    return visit.page(
        "phone_menu",
        menu=menu_of(held, MENU) if held and not wrong else None,
        wrong=wrong,
        draft=draft,
        drafted=readable(draft),
        edits=publishing is not None,
        asked=asked,
        there=there,
        fault=fault,
        lines=lines,
        differs=any(line.differs for line in lines),
    )


async def show_form(visit: Visit) -> web.Response:
    """The form, on the draft where there is one, else, or where that takes the menu away, on the menu in force."""
    draft, standing = await _open(visit)
    if draft is not None and draft.state == IN_REVIEW:
        return visit.go(draft_page(draft), "draft_in_review")
    menu = readable(draft) or readable(standing) or Menu(button=())
    return _form(visit, typed_of(menu), seen=_seen(draft, standing))


async def save(visit: Visit) -> web.Response:
    """Keep what was typed as a draft, or say what the platform would refuse, beside each field."""
    draft, standing = await _open(visit)
    typed = read_form(visit.form)
    menu = menu_from(typed)
    errors = {_name(fault): fault.why for fault in faults(menu)}
    if visit.form.get("seen") != _seen(draft, standing):
        return _conflict(visit, typed, draft, standing, errors=errors)
    if errors or visit.form.get("action") == "look":
        return _form(visit, typed, seen=_seen(draft, standing), errors=errors)
    try:
        number = await _keep(visit, menu, draft, standing)
    except Overtaken:
        return _conflict(visit, typed, *await _open(visit), errors=errors)
    return visit.go(f"/console/drafts/{number}", "draft_saved")


async def put(visit: Visit) -> web.Response:
    """Put the menu in force on the account. The audit log has it before the platform is asked, and then what came of
    it: whatever breaks off in between leaves a trace."""
    held = await _standing(visit)
    buttons, wrong = _spelled(visit, held)
    if wrong or not buttons:
        return visit.go(HERE, "menu_unusable")
    there, _ = await _there(visit)
    before, after = ([name for _, name, _ in told(menu)] for menu in (there or [], buttons))
    await visit.desk.audit.write(visit.entry("menu.put", before={"menu": before}, after={"menu": after}))
    try:
        await visit.desk.talk.account.create_menu(buttons)
    except WeChatError as error:
        unknown = isinstance(error, Temporary) and error.sent
        action = "menu.put_unknown" if unknown else "menu.put_failed"
        await visit.desk.audit.write(visit.entry(action, after={"reason": str(error)}))
        if unknown:
            return visit.go(COMPARED, "menu_unknown", reason=str(error))
        return visit.go(HERE, "platform_refused", reason=str(error))
    await visit.desk.audit.write(visit.entry("menu.put_done", after={"menu": after}))
    return visit.go(COMPARED, "menu_put")


# ----- the form


def typed_of(menu: Menu) -> dict[str, Typed]:
    """The form of a menu: every place that a button can have, by its name."""
    found = {place: Typed() for place in _places()}
    for number, button in enumerate(menu.button[:TOP]):
        found[str(number)] = _typed(button)
        for inner, below in enumerate(button.below[:BELOW]):
            found[f"{number}.{inner}"] = _typed(below)
    return found


def _typed(button: Button) -> Typed:
    does = next((name for name in DOES if getattr(button, name)), HOLDS if button.below else DOES[0])
    return Typed(name=button.name, does=does, value=getattr(button, does) if does in DOES else "")


def read_form(form: Form) -> dict[str, Typed]:
    """The form as it was sent."""
    return {
        place: Typed(name=form.get(f"{place}.name"), does=form.get(f"{place}.does"), value=form.get(f"{place}.value"))
        for place in _places()
    }


def menu_from(typed: Mapping[str, Typed]) -> Menu:
    """The menu that a form means; a place where nothing stands is left out, and those after it move up."""
    return Menu(button=tuple(_button(typed, str(n)) for n in range(TOP) if _stands(typed, str(n))))


def _button(typed: Mapping[str, Typed], place: str) -> Button:
    one = typed[place]
    if one.does == HOLDS:
        below = tuple(_button(typed, inner) for inner in _below(place) if _stands(typed, inner))
        return Button(name=one.name, below=below)
    return msgspec.convert({"name": one.name, **({one.does: one.value} if one.does in DOES else {})}, Button)


def _stands(typed: Mapping[str, Typed], place: str) -> bool:
    one = typed[place]
    inner = one.does == HOLDS and "." not in place and any(_stands(typed, below) for below in _below(place))
    return bool(one.name or (one.value and one.does in DOES) or inner)


def _places() -> list[str]:
    return [place for n in range(TOP) for place in (str(n), *_below(str(n)))]


def _below(place: str) -> list[str]:
    return [f"{place}.{inner}" for inner in range(BELOW)]


def _name(fault: Fault) -> str:
    return f"{fault.place}.{fault.field}" if fault.place else "menu"


def _conflict(
    visit: Visit,
    typed: Mapping[str, Typed],
    draft: Revision | None,
    standing: Revision | None,
    *,
    errors: Mapping[str, str],
) -> web.Response:
    """What another has written meanwhile, and the form with what was typed: kept now, it goes over the other
    knowingly."""
    errors = {**errors, "seen": "overtaken"}
    return _form(visit, typed, seen=_seen(draft, standing), errors=errors, theirs=draft or standing)


def _form(
    visit: Visit,
    typed: Mapping[str, Typed],
    *,
    seen: str,
    errors: Mapping[str, str] | None = None,
    theirs: Revision | None = None,
) -> web.Response:
    menu = menu_from(typed)
    packed = typed_of(menu) if errors else typed  # the places that faults name are those after moving up
    return visit.page(
        "phone_menu_edit",
        status=200 if not errors else 409 if "seen" in errors else 422,
        theirs=theirs,
        their_menu=readable(theirs),
        typed=packed,
        menu=menu,
        seen=seen,
        errors=errors or {},
        tops=[str(n) for n in range(TOP)],
        below={str(n): _below(str(n)) for n in range(TOP)},
        does=DOES,
        limits={True: TOP_NAME, False: BELOW_NAME},
    )


# ----- what stands


async def _standing(visit: Visit) -> dict[str, Any] | None:
    """The body of the menu in force; None where there is none."""
    publishing = visit.desk.publishing
    if publishing is not None:
        revision = await publishing.revisions.standing_of(MENU, MENU)
        return revision.body if revision else None
    path = Path(visit.desk.config.corpus.path) / "menu.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def _spelled(visit: Visit, held: Mapping[str, Any] | None) -> tuple[list[dict[str, Any]], str]:
    """The buttons for the platform, or what is wrong with them."""
    if held is None:
        return [], ""
    try:
        return spell(menu_of(held, MENU), visit.desk.config.server.public_url, origin=MENU), ""
    except CorpusError as error:
        return [], str(error)


async def _there(visit: Visit) -> tuple[list[dict[str, Any]] | None, str]:
    """The buttons that the account has; None and why where the platform does not say."""
    try:
        answer = await visit.desk.talk.account.get_menu()
    except WeChatError as error:
        return None, str(error)
    return list((answer.get("menu") or {}).get("button") or []), ""


def readable(held: Revision | None) -> Menu | None:
    """The menu of a revision; None where it has none, or none that a form could show."""
    if held is None or held.gone:
        return None
    try:
        return menu_of(held.body, MENU)
    except CorpusError:
        return None


def compare(there: list[dict[str, Any]], here: list[dict[str, Any]]) -> list[Line]:
    """Button by button what the account has and what it would have."""
    theirs, ours = ({place: (name, does) for place, name, does in told(menu)} for menu in (there, here))
    places = sorted({*theirs, *ours}, key=lambda place: [int(part) for part in place.split(".")])
    return [Line(place=place, there=theirs.get(place), here=ours.get(place)) for place in places]


async def _open(visit: Visit) -> tuple[Revision | None, Revision | None]:
    """The draft of the menu, and what is in force."""
    revisions = publishing(visit).revisions
    return await revisions.open_of(MENU, MENU), await revisions.standing_of(MENU, MENU)


def _seen(draft: Revision | None, standing: Revision | None) -> str:
    """What a form was opened on: nobody writes over what they have not seen."""
    return f"{draft.id}:{draft.edits}:{ground(standing)}" if draft else f"0:{ground(standing)}"


async def _keep(visit: Visit, menu: Menu, draft: Revision | None, standing: Revision | None) -> int:
    revisions = publishing(visit).revisions
    body = canonical(Part(kind=MENU, key=MENU, body=msgspec.to_builtins(menu), origin=MENU)).body
    if draft is not None:
        entry = visit.entry("corpus.draft_written", MENU)
        changed = msgspec.structs.replace(draft, body=body, gone=False, based_on=ground(standing))
        await revisions.save(changed, who=visit.who.name, time=visit.time, told=[entry])
        return draft.id
    fresh = begun(MENU, MENU, who=visit.who.name, time=visit.time, on=standing, body=body)
    (number,) = await revisions.begin([fresh], told=[visit.entry("corpus.draft_begun", MENU)])
    return number
