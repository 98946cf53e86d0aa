"""Texts kept for the next announcement: all their versions, their gaps, and what a change of one leaves behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from bot.announcements import (
    FORMS,
    GAP,
    JOINT,
    KEY,
    NAME_LIMIT,
    NOTICE,
    SCHEDULED,
    SUBSCRIBE,
    TEMPLATE,
    TEXT,
    UNSEEN,
    WRITABLE,
    Announcement,
    Content,
    gaps,
)
from bot.console.talk import Pattern
from bot.console.visit import Visit
from bot.errors import Overtaken, WeChatError
from bot.spellings import Fault, faults
from bot.store.broadcasts import Sample

HERE = "/console/broadcasts/samples"
WORDED = ("name", "title", "text", "url", "picture", "template", "values")  # fields a kept text may be wrong in
LATER = ("missing", "gap", "fit")  # what is mended when the text is used, where it is of a field with a gap or none
TRIES = 3  # to give a new text its number
Offered = Sequence[tuple[str, Pattern]]  # templates, each with the way it goes
_split = re.compile(GAP.pattern)


@dataclass(frozen=True, kw_only=True)
class Use:
    """An announcement that was made of a kept text: the gaps it still has that the text has no more, and what its
    template has otherwise at the platform now."""

    one: Announcement
    lost: tuple[str, ...] = ()
    drift: Drift | None = None

    @property
    def is_broken(self) -> bool:
        """Whether somebody must see to it."""
        return bool(self.lost) or (self.drift is not None and self.drift.is_one)


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How the template of a notice stands at the platform: `gone` where there is none of its id any more, `fewer` and
    `more` are keys that it lost and has besides."""

    gone: bool = False
    fewer: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    reworded: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it is another than it was."""
        return self.gone or bool(self.fewer or self.more or self.reworded)


@dataclass(frozen=True, kw_only=True)
class Change:
    """What saving would do to the gaps of a text, and the announcements of it that are not begun."""

    lost: tuple[str, ...]
    new: tuple[str, ...]
    uses: tuple[Use, ...]


async def show_all(visit: Visit) -> web.Response:
    """All of them, in their newest versions."""
    found = await visit.desk.broadcasts.rows.samples()
    return visit.page("samples", samples=[(one, list(parts(one.content)), all_gaps(one.content)) for one in found])


async def show(visit: Visit) -> web.Response:
    """One, its versions, what was made of it, and whether any of that is broken."""
    versions = await _versions(visit)
    one = versions[0]
    offered, failure = await _templates(visit) if one.content.form == NOTICE else ([], "")
    drift = None if failure else _drift(one.content, offered)
    uses = await _uses(visit, one.id, one.content, offered=None if failure else offered)
    return visit.page(
        "sample",
        one=one,
        versions=[(version, list(parts(version.content))) for version in versions],
        uses=uses,
        drift=drift,
        failure=failure,
    )


async def show_new(visit: Visit) -> web.Response:
    """The form of a new one, of the form and template that the address names."""
    form = visit.asked("form", TEXT)
    content = Content(form=form if form in FORMS else TEXT)
    offered: Offered = ()
    failure = ""
    if content.form == NOTICE:
        offered, failure = await _templates(visit)
        chosen = (visit.asked("channel"), visit.asked("template"))
        for channel, template in offered:
            if (channel, template.id) == chosen:
                content = _of_template(content, channel, template)
    sample = Sample(id=0, version=0, name="", content=content, who="", time=0.0)
    return _form(visit, sample, offered=offered, failure=failure)


async def add(visit: Visit) -> web.Response:
    """Keep a new one."""
    sample = _sent(visit, Sample(id=0, version=0, name="", content=Content(), who="", time=0.0))
    errors = _faults(sample)
    if errors:
        return _form(visit, sample, errors=errors)
    told = visit.entry("sample.kept", after={"name": sample.name, "version": 1})
    for attempt in range(TRIES):
        try:
            number = await visit.desk.broadcasts.rows.keep(msgspec.structs.replace(sample, version=1), told=[told])
            break
        except Overtaken:  # somebody kept another at this moment
            if attempt == TRIES - 1:
                raise
    return visit.go(f"{HERE}/{number}", "sample_kept")


async def show_form(visit: Visit) -> web.Response:
    """One in the form."""
    return _form(visit, (await _versions(visit))[0])


async def save(visit: Visit) -> web.Response:
    """Enter a new version, once whoever writes has seen what it breaks."""
    held = (await _versions(visit))[0]
    sample = _sent(visit, held)
    errors = _faults(sample)
    if errors:
        return _form(visit, sample, errors=errors)
    if visit.form.number("version") != held.version:
        return _form(visit, sample, overtaken=held)
    change = await _change(visit, held, sample)
    if change.lost and change.uses and not visit.form.get("confirmed"):
        return visit.page("sample_breaks", one=sample, held=held, change=change, filled=visit.form.fields.items())
    before = {"name": held.name, "version": held.version, **_told(held.content)}
    after = {"name": sample.name, "version": held.version + 1, **_told(sample.content)}
    told = visit.entry("sample.kept", str(held.id), before=before, after=after)
    try:
        await visit.desk.broadcasts.rows.keep(sample, told=[told])
    except Overtaken:
        return _form(visit, sample, overtaken=(await _versions(visit))[0])
    return visit.go(f"{HERE}/{held.id}", "sample_kept")


async def take_away(visit: Visit) -> web.Response:
    """Offer one no more; its versions stay."""
    held = (await _versions(visit))[0]
    told = visit.entry("sample.dropped", str(held.id), before={"name": held.name})
    gone = msgspec.structs.replace(held, version=held.version + 1, who=visit.who.name, time=visit.time, gone=True)
    try:
        if visit.form.number("version") != held.version or held.gone:
            raise Overtaken("the text was written meanwhile")
        await visit.desk.broadcasts.rows.keep(gone, told=[told])
    except Overtaken:
        return visit.go(f"{HERE}/{held.id}", "sample_overtaken")
    return visit.go(HERE, "sample_dropped")


# ----- gaps


def parts(content: Content) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """The texts of a content that are not empty, by field, each in pieces with whether a piece is a gap."""
    named = [("title", content.title), ("text", content.text)]
    if content.form == NOTICE:
        named = [("title", content.title), *((label or key, value) for key, label, value in labelled(content))]
    for field, text in named:
        if text:
            pieces = [(piece, number % 2 == 1) for number, piece in enumerate(_split.split(text))]
            yield field, [(piece, is_gap) for piece, is_gap in pieces if piece]


def labelled(content: Content) -> list[tuple[str, str, str]]:
    """Of a notice each key that is shown, what stands before it, and its value."""
    found: dict[str, tuple[str, str, str]] = {}
    for line in content.pattern.splitlines():
        for match in KEY.finditer(line):
            if match[1] not in UNSEEN:
                label = JOINT.sub("", line[: match.start()])
                found.setdefault(match[1], (match[1], label, content.values.get(match[1], "")))
    return list(found.values())


def all_gaps(content: Content) -> tuple[str, ...]:
    """The gaps of all its texts."""
    return gaps("\n".join((content.title, content.text, content.url, *content.values.values())))


# ----- what breaks


async def _change(visit: Visit, held: Sample, sample: Sample) -> Change:
    before, after = all_gaps(held.content), all_gaps(sample.content)
    return Change(
        lost=tuple(gap for gap in before if gap not in after),
        new=tuple(gap for gap in after if gap not in before),
        uses=tuple(await _uses(visit, held.id, sample.content, offered=None)),
    )


async def _uses(visit: Visit, number: int, content: Content, *, offered: Offered | None) -> list[Use]:
    """The announcements made of a text that are not begun, with what each of them lacks if the text is `content` and
    the platform's templates are those `offered`."""
    known = all_gaps(content)
    found = []
    for one in await visit.desk.broadcasts.rows.unfinished():
        if one.sample == number and one.state in WRITABLE:
            drift = _drift(one.content, offered) if offered is not None else None
            lost = tuple(gap for gap in all_gaps(one.content) if gap not in known)
            found.append(Use(one=one, lost=lost, drift=drift))
    return sorted(found, key=lambda use: (not use.is_broken, use.one.state != SCHEDULED, -use.one.id))


def _drift(content: Content, offered: Offered) -> Drift | None:
    """How the platform has the template of a notice now."""
    if content.form != NOTICE:
        return None
    for channel, template in offered:
        if (channel, template.id) == (content.channel, content.template):
            now = Content(form=NOTICE, pattern=template.content).keys
            fewer = tuple(key for key in content.keys if key not in now)
            more = tuple(key for key in now if key not in content.keys)
            reworded = not fewer and not more and _plain(template.content) != _plain(content.pattern)
            return Drift(fewer=fewer, more=more, reworded=reworded)
    return Drift(gone=True)


def _plain(pattern: str) -> str:
    return "".join(pattern.split())


async def _templates(visit: Visit) -> tuple[list[tuple[str, Pattern]], str]:
    """The account's templates, each with the way it goes; and what the platform says where it does not tell."""
    account, ways = visit.desk.talk.account, visit.desk.broadcasts.ways
    found: list[tuple[str, Pattern]] = []
    try:
        if SUBSCRIBE in ways:
            found += [(SUBSCRIBE, one) for one in await account.get_notices()]
        if TEMPLATE in ways:
            found += [(TEMPLATE, one) for one in await account.get_templates()]
    except WeChatError as error:
        return [], str(error)
    return [(way, one) for way, one in found if Content(form=NOTICE, pattern=one.content).keys], ""


# ----- the form


async def _versions(visit: Visit) -> list[Sample]:
    found = await visit.desk.broadcasts.rows.versions(visit.number("id"))
    if not found:
        raise web.HTTPNotFound
    return found


def _sent(visit: Visit, held: Sample) -> Sample:
    """What the form says, as the next version of what is held."""
    form = visit.form
    kind = held.content.form if held.id else form.get("form", TEXT)
    pattern = (form.raw("pattern") if not held.id else held.content.pattern).replace("\r\n", "\n").strip()[:2000]
    content = Content(
        form=kind if kind in FORMS else TEXT,
        title=form.get("title") if kind != TEXT else "",
        text=form.raw("text").replace("\r\n", "\n").strip() if kind != NOTICE else "",
        url=form.get("url") if kind != TEXT else "",
        picture=form.get("picture") if kind not in (TEXT, NOTICE) else "",
        channel=(held.content.channel if held.id else form.get("channel")) if kind == NOTICE else "",
        template=(held.content.template if held.id else form.get("template"))[:64] if kind == NOTICE else "",
        pattern=pattern if kind == NOTICE else "",
    )
    values = {key: form.get(f"value.{key}") for key in content.keys}
    content = msgspec.structs.replace(content, values={key: value for key, value in values.items() if value})
    return Sample(
        id=held.id,
        version=held.version + 1,
        name=form.get("name"),
        content=content,
        who=visit.who.name,
        time=visit.time,
    )


def _of_template(content: Content, channel: str, template: Pattern) -> Content:
    return msgspec.structs.replace(
        content, channel=channel, template=template.id, title=template.title, pattern=template.content
    )


def _faults(sample: Sample) -> dict[str, str]:
    """What is wrong, by field of the form: what an announcement would be refused for, but for what is still to fill."""
    content = sample.content
    plain = Announcement(name=sample.name, content=content, author="", created=0.0, changed=0.0)
    found: dict[str, str] = {}
    for fault in faults(plain, ()):
        if fault.field in WORDED and not _is_later(fault, content):
            found.setdefault(f"value.{fault.key}" if fault.field == "values" else fault.field, fault.rule)
    if content.form == NOTICE and not content.title:
        found.setdefault("title", "missing")
    return found


def _is_later(fault: Fault, content: Content) -> bool:
    if fault.rule == "gap":
        return True
    if fault.field == "values":
        value = content.values.get(fault.key, "")
        return fault.rule in LATER and (not value or bool(GAP.search(value)))
    if fault.field == "url":
        return fault.rule == "missing" or bool(GAP.search(content.url))
    return False


def _told(content: Content) -> dict[str, str]:
    """A content as the audit log has it."""
    plain = msgspec.structs.asdict(content)
    texts = {key: value for key, value in plain.items() if key in ("title", "text", "url", "picture") and value}
    return texts | content.values


def _form(
    visit: Visit,
    sample: Sample,
    *,
    errors: dict[str, str] | None = None,
    overtaken: Sample | None = None,
    offered: Offered = (),
    failure: str = "",
) -> web.Response:
    """The form. Whoever was overtaken is shown by whom, and may then write over it knowingly."""
    seen = overtaken.version if overtaken else visit.form.number("version", sample.version)
    return visit.page(
        "sample_edit",
        status=422 if errors else 409 if overtaken else 200,
        one=sample,
        seen=seen,
        fields=labelled(sample.content),
        errors=errors or {},
        overtaken=overtaken,
        offered=offered,
        failure=failure,
        name_limit=NAME_LIMIT,
    )
