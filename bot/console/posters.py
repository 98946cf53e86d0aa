"""QR codes of desks, topics, districts and policies: to download, and as a page to print and put up.

Where the account may, a code is made through the platform: whoever scans it follows the account and is answered at
once. Else it holds the address of a public page.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import segno
from aiohttp import web

from bot.console.visit import Visit
from bot.corpus import Corpus
from bot.errors import WeChatError
from bot.store.scenes import Scene

HERE = "/console/codes"
KINDS = ("unit", "topic", "district", "policy")
SCENE_LIMIT = 64  # characters, the platform's
QUIET = 4  # modules of white around a code, as the standard asks
SCALE = 12  # dots of one module in a PNG
FORMATS = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a code stands for.

    scene   what the platform hands us when it is scanned
    detail  what stands below its name: phones of a unit, how many policies
    holds   what is drawn; empty where neither the platform nor a public page has anything to draw
    made    whether it was made through the platform
    """

    kind: str
    value: str
    title: str
    count: int
    holds: str
    made: bool

    @property
    def query(self) -> str:
        """What names it in an address."""
        return urlencode({"kind": self.kind, "value": self.value})


async def show_all(visit: Visit) -> web.Response:
    """The codes of a kind."""
    kind = visit.asked("kind") if visit.asked("kind") in KINDS else KINDS[0]
    scenes = await visit.desk.talk.scenes.everything()
    text = visit.asked("q")
    found = [p for p in places(visit.desk.corpus(), kind, scenes, visit.desk.config.server.public_url)
             if not text or text in p.title]  # fmt: skip
    paging = visit.paging(len(found))
    return visit.page(
        "codes",
        kind=kind,
        kinds=KINDS,
        places=found[paging.start : paging.start + paging.size],
        paging=paging,
        text=text,
        has_codes=visit.desk.talk.has_codes,
        public_url=visit.desk.config.server.public_url,
    )


async def poster(visit: Visit) -> web.Response:
    """A page to print: the code, large, with what it is for."""
    place = await _place(visit)
    if not place.holds:
        return visit.go(f"{HERE}?kind={place.kind}", "code_missing")
    corpus = visit.desk.corpus()
    return visit.page(
        "poster",
        place=place,
        drawn=inline(place.holds),
        department=corpus.departments.get(place.value) if place.kind == "unit" else None,
        policy=corpus.policies.get(place.value) if place.kind == "policy" else None,
    )


async def image(visit: Visit) -> web.Response:
    """The code as a file."""
    place, kind = await _place(visit), visit.asked("format", "svg")
    if kind not in FORMATS or not place.holds:
        raise web.HTTPNotFound
    name = f"huiqi-{place.kind}-{quote(place.value).replace('%', '')[:60]}.{kind}"
    return visit.file(draw(place.holds, kind), name=name, content_type=FORMATS[kind])


async def make(visit: Visit) -> web.Response:
    """Have the platform make the code; it is made once. The audit log has it before the platform is asked, and then
    what came of it."""
    place, talk = await _place(visit), visit.desk.talk
    back = f"{HERE}/poster?{place.query}"
    if place.made:
        return visit.go(back)
    if not talk.has_codes or len(place.value) > SCENE_LIMIT:
        return visit.go(f"{HERE}?kind={place.kind}", "code_not_allowed")
    target, began, who = f"{place.kind} {place.value}", visit.time, visit.who.name
    if not await talk.scenes.begin(place.value, time=began, who=who, told=visit.entry("code.asked", target)):
        return visit.go(f"{HERE}?kind={place.kind}", "code_busy")
    try:
        url = await talk.account.create_qrcode(place.value)
    except WeChatError as error:
        told = visit.entry("code.failed", target, after={"reason": str(error)})
        await talk.scenes.give_up(place.value, began=began, told=told)
        return visit.go(f"{HERE}?kind={place.kind}", "platform_refused", reason=str(error))
    made = Scene(scene=place.value, url=url, created=visit.time, who=who)
    await talk.scenes.finish(made, told=visit.entry("code.made", target))
    return visit.go(back, "code_made")


def places(corpus: Corpus, kind: str, scenes: Mapping[str, Scene], public_url: str) -> list[Place]:
    """Everything of a kind that a code can stand for, those with policies."""
    found = []
    for value, (title, count) in _named(corpus, kind).items():
        scene = scenes.get(value)
        page = f"{public_url}{_page(kind, value)}" if public_url else ""
        holds = scene.url if scene else page
        found.append(Place(kind=kind, value=value, title=title, count=count, holds=holds, made=scene is not None))
    return found


def _named(corpus: Corpus, kind: str) -> dict[str, tuple[str, int]]:
    """What there is of a kind: value → title and how many policies."""
    policies = corpus.policies.values()
    match kind:
        case "policy":
            return {policy.id: (policy.title, 1) for policy in policies}
        case "topic":
            counts = {name: sum(name in policy.topics for policy in policies) for name in corpus.topics}
        case "district":
            names = dict.fromkeys(policy.district for policy in policies)
            counts = {name: sum(name == policy.district for policy in policies) for name in names}
        case _:
            counts = {
                name: sum(any(contact.unit == name for contact in policy.contacts) for policy in policies)
                for name in corpus.departments
            }
    return {name: (name, count) for name, count in counts.items() if count}


def _page(kind: str, value: str) -> str:
    """The public page that tells what the scan would."""
    if kind == "policy":
        return f"/p/{quote(value, safe='')}"
    return f"/policies?{urlencode({'q' if kind == 'unit' else kind: value})}"


async def _place(visit: Visit) -> Place:
    kind, value = visit.asked("kind"), visit.asked("value")
    if kind not in KINDS:
        raise web.HTTPNotFound
    scene = await visit.desk.talk.scenes.get(value)
    scenes = {value: scene} if scene else {}
    for place in places(visit.desk.corpus(), kind, scenes, visit.desk.config.server.public_url):
        if place.value == value:
            return place
    raise web.HTTPNotFound


def inline(holds: str) -> str:
    """A code as SVG to stand in a page."""
    drawn: str = segno.make(holds, error="m", micro=False).svg_inline(border=QUIET, omitsize=True, dark="#000")
    return drawn


def draw(holds: str, kind: str) -> bytes:
    """A code as a file of a kind."""
    buffer = io.BytesIO()
    segno.make(holds, error="m", micro=False).save(
        buffer, kind=kind, scale=SCALE, border=QUIET, dark="#000", light="#fff"
    )
    return buffer.getvalue()
