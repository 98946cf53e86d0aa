"""The form of an announcement: what was typed as it was, what it means, and what is wrong in which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from bot.announcements import (
    CARD,
    DRAFT,
    EVERYONE,
    KINDS,
    NOTICE,
    REACHED,
    TEXT,
    WAYS,
    Announcement,
    Content,
    Criterion,
    Plan,
    fill,
    gaps,
)
from bot.channels.fields import kind_of
from bot.clock import SHANGHAI
from bot.console.forms import Form
from bot.console.patterns import Known
from bot.console.templates import local
from bot.spellings import Fault, faults

SOME = "some"  # an audience that is put together of topics, districts, units and tags
WHEN = "%Y-%m-%dT%H:%M"  # as a browser sends a day with an hour
GAP, VALUE = "gap:", "value:"  # what the names of fields begin with: of a kept text's gaps, of a template's keys
LONGEST = 20_000  # characters of a field that are looked at
MOST = 200  # things that may be chosen from lists
UNSAVABLE = frozenset({"name", "start", "form", "audience"})  # where what is wrong cannot even be kept,
KEEPABLE = frozenset({"audience.missing", "audience.everyone_alone", "audience.list_gone", "start.past"})  # but this


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A key of a template in the form: its field's `name`, what stands before it, and the kind of what it holds."""

    key: str
    name: str
    label: str
    kind: str


@dataclass(kw_only=True)
class Typed:
    """Every field as it was typed. `values` are those of templates, by the names of their fields; `chosen` is whom it
    is for where `to` is SOME, such as topic:…; `ground` is the number of the announcement that it began with."""

    name: str = ""
    form: str = TEXT
    text: str = ""
    ending: bool = False
    title: str = ""
    summary: str = ""
    url: str = ""
    picture: str = ""
    template: str = ""
    page: str = ""
    values: dict[str, str] = field(default_factory=dict)
    to: str = SOME
    chosen: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    reserve: str = ""
    urgent: bool = False
    reason: str = ""
    stop_at: str = ""
    days: str = ""
    start: str = ""
    corrects: int = 0
    sample: int = 0
    version: int = 0
    ground: int = 0

    @property
    def ends(self) -> bool:
        """Whether it is to say how to end announcements; an emergency, which reaches who ended them, never does."""
        return self.ending and not self.urgent

    @property
    def gaps(self) -> tuple[str, ...]:
        """The gaps of a kept text that are still to be filled."""
        texts = (self.text, self.title, self.summary, *self.values.values())
        return tuple(dict.fromkeys(name for text in texts for name in gaps(text)))


def slots(known: Known) -> list[Slot]:
    """The fields of a template."""
    labels = dict(zip(known.content.keys, (label for label, _ in known.content.lines()), strict=False))
    return [
        Slot(key=key, name=_slot(known.name, key), label=labels.get(key, ""), kind=kind_of(key))
        for key in known.content.keys
    ]


def _slot(template: str, key: str) -> str:
    return f"{VALUE}{template}:{key}"


def known_of(content: Content) -> Known | None:
    """The template of what is written already, whether or not the platform still has it."""
    if content.form != NOTICE or not content.template:
        return None
    return Known(channel=content.channel, id=content.template, title=content.title, pattern=content.pattern)


# ----- an announcement in the form


def typed_of(one: Announcement) -> Typed:
    """The form of an announcement."""
    content, plan, known = one.content, one.plan, known_of(one.content)
    card, notice = content.form == CARD, content.form == NOTICE
    kinds = {criterion.kind for criterion in one.criteria}
    return Typed(
        name=one.name,
        form=content.form,
        text=content.text if content.form == TEXT else "",
        ending=bool(content.ending) or plan.urgent,  # should it be an emergency no more
        title=content.title if card else "",
        summary=content.text if card else "",
        url=content.url if card else "",
        picture=content.picture,
        template=known.name if known else "",
        page=content.url if notice else "",
        values={_slot(known.name, key): value for key, value in content.values.items()} if known else {},
        to=EVERYONE if EVERYONE in kinds else REACHED if REACHED in kinds else SOME,
        chosen=tuple(f"{c.kind}:{c.value}" for c in one.criteria if c.kind not in (EVERYONE, REACHED)),
        ways=plan.ways,
        reserve=str(plan.reserve),
        urgent=plan.urgent,
        reason=plan.reason,
        stop_at=str(plan.stop_at),
        days=str(plan.days),
        start=f"{local(one.start):{WHEN}}" if one.start else "",
        corrects=one.corrects,
        sample=one.sample,
        version=one.version,
        ground=one.id or one.corrects,
    )


def read_typed(form: Form) -> Typed:
    """The form as it was sent, the gaps filled that were filled in."""
    filled = {name[len(GAP) :]: value.strip() for name, value in form.fields.items() if name.startswith(GAP)}

    def long(name: str) -> str:
        return fill(form.raw(name).replace("\r\n", "\n").strip()[:LONGEST], filled)

    def short(name: str) -> str:
        return " ".join(fill(form.get(name)[:LONGEST], filled).split())

    return Typed(
        name=short("name"),
        form=form.get("form"),
        text=long("text"),
        ending=bool(form.get("ending")),
        title=short("title"),
        summary=long("summary"),
        url=form.get("url")[:LONGEST],
        picture=form.get("picture")[:LONGEST],
        template=form.get("template")[:LONGEST],
        page=form.get("page")[:LONGEST],
        values={name: short(name) for name in form.fields if name.startswith(VALUE)},
        to=form.get("to"),
        chosen=tuple(dict.fromkeys(form.every("chosen")))[:MOST],
        ways=tuple(way for way in WAYS if way in form.every("way")),
        reserve=form.get("reserve"),
        urgent=bool(form.get("urgent")),
        reason=short("reason"),
        stop_at=form.get("stop_at"),
        days=form.get("days"),
        start=form.get("start"),
        corrects=form.number("corrects"),
        sample=form.number("sample"),
        version=form.number("version"),
        ground=form.number("ground"),
    )


# ----- what the form means


def meant(typed: Typed, known: Known | None, on: Announcement, *, ending: str = "") -> Announcement:
    """The announcement that the form means, written over `on`; `known` is the template that was chosen, `ending` what
    says how to end announcements where `on` does not."""
    content = _content(typed, known)
    return msgspec.structs.replace(
        on,
        name=typed.name,
        content=msgspec.structs.replace(content, ending=(on.content.ending or ending) if typed.ends else ""),
        criteria=_criteria(typed),
        plan=Plan(
            ways=typed.ways,
            reserve=_number(typed.reserve),
            urgent=typed.urgent,
            reason=typed.reason if typed.urgent else "",
            stop_at=_number(typed.stop_at),
            days=_number(typed.days),
        ),
        start=moment(typed.start) or 0.0,
        corrects=typed.corrects,
        sample=typed.sample,
        version=typed.version,
    )


def _content(typed: Typed, known: Known | None) -> Content:
    if typed.form == CARD:
        return Content(form=CARD, title=typed.title, text=typed.summary, url=typed.url, picture=typed.picture)
    if typed.form == NOTICE:
        if known is None:
            return Content(form=NOTICE, url=typed.page)
        values = {slot.key: typed.values.get(slot.name, "") for slot in slots(known)}
        return msgspec.structs.replace(known.content, url=typed.page, values=values)
    return Content(form=typed.form, text=typed.text)


def _criteria(typed: Typed) -> tuple[Criterion, ...]:
    if typed.to == EVERYONE:
        return (Criterion(kind=EVERYONE),)
    if typed.to == REACHED:
        return (Criterion(kind=REACHED, value=str(typed.corrects)),) if typed.corrects else ()
    pairs = (one.partition(":") for one in typed.chosen)
    return tuple(Criterion(kind=kind, value=value[:64]) for kind, _, value in pairs if kind in KINDS and value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def moment(text: str) -> float | None:
    """A day with an hour in Shanghai as seconds since 1970; 0 for none, None for what is no such thing."""
    if not text:
        return 0.0
    try:
        return datetime.strptime(text[:16], WHEN).replace(tzinfo=SHANGHAI).timestamp()
    except (ValueError, OverflowError):
        return None


# ----- what is wrong with it


def errors(one: Announcement, typed: Typed, ways: tuple[str, ...], *, time: float) -> dict[str, str]:
    """What is wrong, by the names of the form's fields: the field and the rule, for which the page has the words."""
    found: dict[str, str] = {}
    for fault in faults(one, ways):
        found.setdefault(_place(fault, one.content, typed), f"{fault.field}.{fault.rule}")
    start = moment(typed.start)
    if start is None:
        found["start"] = "start.unreadable"
    elif start and start < time:
        found["start"] = "start.past"
    return found


def _place(fault: Fault, content: Content, typed: Typed) -> str:
    if fault.field == "values":
        return _slot(typed.template, fault.key)
    if content.form == CARD and fault.field == "text":
        return "summary"
    if content.form == NOTICE and fault.field in ("url", "text"):
        return "page" if fault.field == "url" else "template"
    return fault.field


def unsavable(wrong: Mapping[str, str]) -> bool:
    """Whether it cannot even be kept as a draft: no name to find it by, or what no database column holds."""
    return any(name in UNSAVABLE and rule not in KEEPABLE for name, rule in wrong.items())


def blank(who: str, time: float, ways: tuple[str, ...], *, ending: str = "") -> Announcement:
    """One that nobody has written yet; `ending` says how to end announcements."""
    plan = Plan(ways=tuple(way for way in Plan().ways if way in ways))
    content = Content(ending=ending)
    return Announcement(
        name="", content=content, author=who, hands=(who,), created=time, changed=time, plan=plan, state=DRAFT
    )
