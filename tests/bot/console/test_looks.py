"""What can be said of the looks without eyes: contrast of the colours, labels, headings, and nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.console.routes import ROUTES
from tests.bot.console.client import PASSWORD, Office

STATIC = Path(__file__).parents[3] / "bot/static"
SHEETS = sorted(STATIC.glob("console*.css"))
LONGEST = 400  # lines
SCHEMES = ("light", "dark")
TEXT, MARK = 4.5, 3.0  # WCAG 2.2 AA: of text; of what tells a control from its ground
PAIRS = [  # what is written on what, or drawn on what
    *((ink, ground, TEXT) for ink in ("ink", "soft", "teal") for ground in ("ground", "card", "well", "hover")),
    *((tone, f"{tone}-wash", TEXT) for tone in ("teal", "good", "warn", "bad")),
    *((tone, ground, TEXT) for tone in ("good", "warn", "bad") for ground in ("card", "ground")),
    ("on-teal", "teal", TEXT),
    ("on-teal", "teal-strong", TEXT),
    ("on-bad", "bad", TEXT),
    ("on-bad", "bad-strong", TEXT),
    ("on-off", "off", TEXT),
    *((ink, side, TEXT) for ink in ("on-side", "side-soft") for side in ("side", "side-lit")),
    *(("edge-line", ground, MARK) for ground in ("card", "ground")),
    *(("ring", ground, MARK) for ground in ("card", "ground", "well")),
    ("teal", "off", MARK),  # how far a progress bar has come
]


def colours(scheme: str) -> dict[str, tuple[int, int, int]]:
    """The colours of a scheme by name: what it leaves out is as by day."""
    text = (STATIC / "console_tokens.css").read_text(encoding="utf-8")
    day, night = text.split("@media (prefers-color-scheme: dark)")
    found: dict[str, tuple[int, int, int]] = {}
    for part in (day, night)[: SCHEMES.index(scheme) + 1]:
        for name, digits in re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", part):
            full = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
            found[name] = (int(full[:2], 16), int(full[2:4], 16), int(full[4:], 16))
    return found


def light(colour: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = [value / 255 for value in colour]
    red, green, blue = ((v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_colours_can_be_told_apart(scheme: str) -> None:
    """By day and by night, muted text and what is disabled included."""
    known = colours(scheme)
    for over, under, least in PAIRS:
        bright, dim = sorted((light(known[over]), light(known[under])), reverse=True)
        contrast = (bright + 0.05) / (dim + 0.05)
        assert contrast >= least, f"{over} on {under}: {contrast:.2f}"


def test_every_colour_is_measured() -> None:
    """No colour is used that is in no pair but lines that only decorate; none stands outside the list of colours."""
    used = {name for pair in PAIRS for name in pair[:2]}
    assert set(colours("light")) - used == {"line"}
    for sheet in SHEETS:
        if sheet.name not in ("console_tokens.css", "console_print.css", "console_phone.css"):  # WeChat has its own
            odd = set(re.findall(r"#[0-9a-f]{3,6}\b", sheet.read_text(encoding="utf-8"))) - {"#fff"}
            assert odd == set(), sheet.name


def test_a_sheet_can_be_read_in_one_sitting() -> None:
    """No sheet is longer than a file of the program, and every name it takes is one of the list."""
    known = set(re.findall(r"--([\w-]+):", "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)))
    for sheet in SHEETS:
        text = sheet.read_text(encoding="utf-8")
        assert text.count("\n") <= LONGEST, sheet.name
        assert set(re.findall(r"var\(--([\w-]+)\)", text)) <= known, sheet.name


class Outline(HTMLParser):
    """What a page is built of: headings, labelled fields, ids, and what may not stand in it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.forms = 0
        self.tokens = 0
        self._inside_label = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        values = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in values:
            self.ids.append(values["id"] or "")
        self._inside_label += tag == "label"
        if tag == "label" and "for" in values:
            self.labels.add(values["for"] or "")
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.fields.append({**values, "inside": "yes" if self._inside_label else None})
        self.forms += tag == "form" and values.get("method") == "post"
        self.tokens += tag == "input" and values.get("name") == "csrf"
        is_inline = tag == "style" or (tag == "script" and "src" not in values)
        self.inline += [tag] if is_inline else []
        self.inline += [name for name in values if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        self._inside_label -= tag == "label"


def faults(source: str) -> Iterator[str]:
    """What is wrong with a page."""
    page = Outline(source)
    if page.headings.count(1) != 1 or page.headings[0] != 1:
        yield f"headings begin {page.headings[:2]}, {page.headings.count(1)} of the first order"
    yield from (f"h{b} follows h{a}" for a, b in zip(page.headings, page.headings[1:], strict=False) if b > a + 1)
    yield from (f"id {name} twice" for name in {name for name in page.ids if page.ids.count(name) > 1})
    for field in page.fields:
        is_named = field.get("id") in page.labels or field["inside"] or field.get("aria-label")
        if not is_named and field.get("aria-hidden") != "true":
            yield f"no label: {field}"
        for other in (field.get("aria-describedby") or "").split():
            if other not in page.ids:
                yield f"described by {other}, which is not there"
    yield from (f"inline {what}" for what in page.inline)
    if page.forms != page.tokens:
        yield f"{page.forms} forms post, {page.tokens} tokens"
    if 'lang="zh-CN"' not in source or "<title>" not in source:
        yield "no language or no title"


async def test_every_page_is_well_built(office: Office) -> None:
    """One first heading, none skipped, every field labelled, every id once, nothing inline, forms with tokens."""
    await office.hire("li", "editor", password=PASSWORD)
    visitor = await office.sign_in("admin")
    paths = [route.path for route in ROUTES if route.method == "GET" and "{token}" not in route.path]
    sources = {path: await visitor.get(re.sub(r"\{[^}]+\}", "1", path)) for path in paths}
    sources["missing"] = await visitor.get("/console/nope")
    sources["invalid"] = await visitor.post("/console/staff/new", {"name": "!"})
    sources["profile invalid"] = await visitor.post("/console/profile/password", {"old": "x"})
    sources["link"] = await visitor.post("/console/staff/new", {"name": "mei", "display": "美", "role": "viewer"})
    stranger = await office.stranger()
    sources["door"] = await stranger.get("/console/sign-in")
    sources["wrong"] = await stranger.post("/console/sign-in", {"name": "x", "password": "y"})
    for path, page in sources.items():
        if page.headers.get("Content-Type", "").startswith("text/html") and page.source:
            assert list(faults(page.source)) == [], path


async def test_what_is_wrong_stands_beside_its_field(office: Office) -> None:
    """A field with an error says so to whoever does not see it."""
    visitor = await office.sign_in("admin")
    page = await visitor.post("/console/staff/new", {"name": "!", "display": "", "role": "viewer"})
    for name in ("name", "display"):
        assert f'id="e-{name}"' in page.source
        field = page.source.partition(f'id="f-{name}"')[2].partition(">")[0]
        assert 'aria-invalid="true"' in field
        assert f"e-{name}" in field.partition('aria-describedby="')[2].partition('"')[0]
    assert 'role="alert"' in page.source
