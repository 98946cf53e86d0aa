"""How an announcement is spelled for each way it may go, and what is wrong with one before it goes anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

import msgspec

from bot.announcements import (
    CARD,
    CUSTOM,
    FORMS,
    GAP,
    KINDS,
    LONGEST_DAYS,
    MASS,
    MONTHLY,
    NAME_LIMIT,
    NEXT,
    NOTICE,
    SUBSCRIBE,
    TEMPLATE,
    TEXT,
    TITLE_LIMIT,
    URL_LIMIT,
    WAYS,
    WORDS_LIMIT,
    Announcement,
    Content,
    Plan,
)
from bot.channels.fields import fit_value
from bot.config import Config
from bot.person import Spelled
from bot.replies import TEXT_LIMIT, Say, ShowArticle

MOST_CRITERIA = 40
BENEATH = 1200  # bytes that find room beneath most answers: one text holds both


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, by the field it is in and the name of the rule; `key` is the field of a notice's template."""

    field: str
    rule: str
    key: str = ""


def ways_of(config: Config) -> tuple[str, ...]:
    """The ways this account has at all: one that is not certified may only answer, templates and lists of receivers are
    a service account's (platform page on interface rights)."""
    wechat = config.wechat
    if not wechat.may_push:
        return (NEXT,)
    if wechat.account == "subscription":
        return (CUSTOM, NEXT)
    if wechat.account == "test":  # it has no mass messages
        return (CUSTOM, SUBSCRIBE, TEMPLATE, NEXT)
    return WAYS


def body(content: Content, way: str) -> bytes | None:
    """The body of a call that takes it one way, without its receivers; None where it cannot go that way. What goes with
    the next answer is words."""
    if way in (SUBSCRIBE, TEMPLATE):
        return _filled(content) if content.form == NOTICE and content.channel == way else None
    if way == CUSTOM and content.form == CARD:
        card = ShowArticle(
            title=content.title, description=content.text, picture_url=content.picture, url=content.url
        )  # fmt: skip
        return msgspec.json.encode(card.active())
    if way == CUSTOM:
        return msgspec.json.encode(Say(text=content.told(way)).active())
    if way == MASS:
        return msgspec.json.encode({"msgtype": "text", "text": {"content": content.told(way)}})
    return content.words().encode()


def brief(content: Content) -> str:
    """The same in a line, for an answer that leaves no room for all of it: what it is about, and where to read it.
    Empty where no page says it."""
    if not content.url:
        return ""
    about = content.title or content.words().partition("\n")[0]
    return f'<a href="{escape(content.url)}">{escape(about)}</a>'


def for_phones(content: Content, ways: tuple[str, ...]) -> tuple[Spelled, ...]:
    """The calls that show it on a phone of staff, by each of these ways that is a call to one follower."""
    found = []
    for way in usable(Plan(ways=ways), content):
        if way not in (MASS, NEXT):
            template = content.template if way != CUSTOM else ""
            found.append(Spelled(channel=way, body=body(content, way) or b"", template=template))
    return tuple(found)


def _filled(content: Content) -> bytes:
    data = {key: {"value": content.values.get(key, "")} for key in content.keys}
    where = {("url" if content.channel == TEMPLATE else "page"): content.url} if content.url else {}
    return msgspec.json.encode({"template_id": content.template, **where, "data": data})


def faults(one: Announcement, ways: tuple[str, ...]) -> list[Fault]:
    """What keeps an announcement from being submitted, in the order of its form; `ways` are those of the account."""
    found = [*_naming(one), *_wording(one.content), *_audience(one), *_planning(one.plan, one.content, ways)]
    return list(dict.fromkeys(found))


def wording_faults(content: Content) -> list[Fault]:
    """What is wrong with what is said, whomever it is for."""
    return list(dict.fromkeys(_wording(content)))


def _naming(one: Announcement) -> Iterator[Fault]:
    if not one.name.strip():
        yield Fault("name", "missing")
    elif len(one.name) > NAME_LIMIT:
        yield Fault("name", "long")


def _wording(content: Content) -> Iterator[Fault]:
    if content.form not in FORMS:
        yield Fault("form", "unknown")
        return
    if content.form == TEXT:
        if not content.text.strip():
            yield Fault("text", "missing")
    elif content.form == CARD:
        if not content.title.strip():
            yield Fault("title", "missing")
        elif len(content.title) > TITLE_LIMIT:
            yield Fault("title", "long")
        if len(content.text) > WORDS_LIMIT:
            yield Fault("text", "long")
        if not content.url:
            yield Fault("url", "missing")
    else:
        yield from _fields(content)
    for field, value in (("text", content.text), ("title", content.title), *content.values.items()):
        if GAP.search(value):
            yield Fault(field if field in ("text", "title") else "values", "gap", "" if field == "text" else field)
    if len(content.told(MASS).encode()) > TEXT_LIMIT:  # the longest of its spellings
        yield Fault("text", "long")
    for field, url in (("url", content.url), ("picture", content.picture)):
        if url and not _is_address(url):
            yield Fault(field, "address")


def _fields(content: Content) -> Iterator[Fault]:
    if not content.template or content.channel not in (SUBSCRIBE, TEMPLATE) or not content.keys:
        yield Fault("template", "missing")
        return
    for key in content.keys:
        value = content.values.get(key, "")
        if not value.strip():
            yield Fault("values", "missing", key)
        elif fit_value(key, value) != value:  # it would be cut, or refused with 47003
            yield Fault("values", "fit", key)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if len(url) > URL_LIMIT or any(char.isspace() or char in '"<>' for char in url):
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _audience(one: Announcement) -> Iterator[Fault]:
    if not one.criteria:
        yield Fault("audience", "missing")
    elif len(one.criteria) > MOST_CRITERIA:
        yield Fault("audience", "many")
    elif any(criterion.kind not in KINDS for criterion in one.criteria):
        yield Fault("audience", "unknown")
    elif one.to_everyone and len(one.criteria) > 1:
        yield Fault("audience", "everyone_alone")


def _planning(plan: Plan, content: Content, ways: tuple[str, ...]) -> Iterator[Fault]:
    if not plan.ways:
        yield Fault("ways", "missing")
    elif any(way not in ways for way in plan.ways):
        yield Fault("ways", "not_ours")
    elif not usable(plan, content):
        yield Fault("ways", "none_fits")
    elif NEXT in plan.ways and len((brief(content) or content.words()).encode()) > BENEATH:
        yield Fault("ways", "no_room")
    if not 0 <= plan.reserve < MONTHLY:
        yield Fault("reserve", "range")
    if not 1 <= plan.stop_at <= 100:
        yield Fault("stop_at", "range")
    if not 1 <= plan.days <= LONGEST_DAYS:
        yield Fault("days", "range")
    if plan.urgent and not plan.reason.strip():
        yield Fault("reason", "missing")


def usable(plan: Plan, content: Content) -> tuple[str, ...]:
    """The ways of a plan by which this can go, the cheapest first."""
    fitting = {CUSTOM, MASS, NEXT} | ({content.channel} if content.form == NOTICE else set())
    return tuple(way for way in WAYS if way in plan.ways and way in fitting)
