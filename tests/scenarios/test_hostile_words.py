"""Markup in every field that anybody can fill, and then every page: in a real browser none of it is more than words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from sqlalchemy import text

from bot.clock import ManualClock
from bot.console.headers import POLICY
from bot.console.routes import ROUTES
from tests.bot.console.announcing import sent as announced
from tests.bot.console.client import Office, Visitor, office_settings, open_office
from tests.bot.console.sheets import saved
from tests.bot.console.talking import count, remark, say
from tests.bot.console.test_imports import sent as uploaded
from tests.scenarios.windows import let_in, open_window
from tests.small import FILES, write_files

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCRIPT = "window.hit=1"
SHORT = "<x-y>"  # fits into any field; an element of this name is markup that came through
PAYLOAD = f'"><x-y></title></textarea><script>{SCRIPT}</script><img src=x onerror={SCRIPT}>'
LINK = f"javascript:{SCRIPT}"
MARKUP = """() => window.hit || document.querySelector(
  "x-y, img[src=x], script:not([src]), [onerror], [onload], [href^='javascript:']")?.outerHTML || null"""
MOST_PAGES = 100
FILE = re.compile(r"\.(?:csv|xlsx|zip|json)(?:\?|$)|/progress$|/image\b|compare=")
TITLE, DESK = 'title = "支持首台套"', 'short = "投资处"'
STRANGE = {
    name: words.replace(TITLE, f"title = '''{PAYLOAD}'''").replace(DESK, f"short = '{SHORT}'")
    for name, words in FILES.items()
}


@pytest_asyncio.fixture(loop_scope="session")
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """The running bot, whose corpus has markup for a title."""
    config = office_settings(tmp_path)
    write_files(Path(config.corpus.path), STRANGE)
    async with open_office(config, clock) as opened:
        yield opened


def forms(key: str, cluster: str) -> dict[str, tuple[str, Any, str]]:
    """Each form that takes words, by what it is: where it goes, what it says, and the table that must hold it."""
    card = announced(name=PAYLOAD[:40], form="card", title=SHORT, text=PAYLOAD, url=LINK)
    sample = {"form": "text", "name": SHORT, "text": f"{PAYLOAD}(({SHORT}))", "version": "0"}
    button = {"seen": "0:0", "0.name": SHORT, "0.does": "ask", "0.value": PAYLOAD}
    csv = f"序号,政策要点,{PAYLOAD}\n1,{PAYLOAD},{SHORT}\n".encode()
    word = {"words": f"{SHORT}大象", "way": "keyword", "policy": "q91-10"}
    return {
        "one's own name": ("profile/name", {"display": SHORT}, "staff"),
        "a colleague": ("staff/new", {"name": "mallory", "display": SHORT, "role": "editor"}, "staff"),
        "an answer at hand": ("canned-answers", {"title": SHORT, "text": PAYLOAD}, "canned"),
        "a text for announcements": ("broadcasts/samples/new", sample, "broadcast_samples"),
        "a card": ("broadcasts/new", card, "broadcasts"),
        "an announcement": ("broadcasts/new", announced(name=SHORT, text=PAYLOAD), "broadcasts"),
        "a menu": ("phone-menu/edit", button, "revisions"),
        "a letter": (f"conversations/{key}/reply", {"text": PAYLOAD}, "outbox"),
        "a word that leads to a policy": (f"unanswered/{cluster}/lead", word, "revisions"),
        "a file": ("import", uploaded(csv, name=f"{SHORT}.csv"), "imports"),
    }


async def holding(office: Office, table: str) -> set[str]:
    """The rows of a table that hold the markup."""
    async with office.services.database.read() as connection:
        rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
    return {str(tuple(row)) for row in rows if SHORT in str(tuple(row))}


async def fill(office: Office, visitor: Visitor) -> list[str]:
    """Put the markup wherever text is taken, and see that it is kept there; the addresses that no link leads to."""
    for words in (PAYLOAD, f"{PAYLOAD} 技改", SHORT):
        key = await say(office, words, menu_id=SHORT)
    await say(office, "<img src=x>数字人直播")  # nothing is found: SHORT is the name of a desk
    await remark(office, PAYLOAD, about=PAYLOAD)
    await remark(office, PAYLOAD, kind="staff")
    await count(office)
    found = re.search(r"/console/unanswered/([0-9a-f]+)", (await visitor.get("/console/unanswered")).source)
    assert found, "nobody asked in vain"
    before = await holding(office, "revisions")
    await saved(visitor, "/console/edit/policy?key=q91-1", title=PAYLOAD, wording=PAYLOAD)
    kept = {"a policy": bool(await holding(office, "revisions") - before)}
    for name, (path, form, table) in forms(key, found[1]).items():
        before = await holding(office, table)
        answer = await visitor.post(f"/console/{path}", form)
        assert answer.status in (200, 303), (name, answer.status, answer.text[-300:])
        assert office.services.uploads is not None
        await office.services.uploads.settle()
        kept[name] = bool(await holding(office, table) - before)
    assert [name for name, is_so in kept.items() if not is_so] == [], "these forms kept nothing"
    asked = f"q={PAYLOAD}".replace("#", "%23").replace("&", "%26")
    return [
        f"/console/conversations/{key}",
        f"/console/unanswered/{found[1]}",
        *(f"/console/{name}?{asked}" for name in ("policies", "audit", "try", "unanswered", "tickets", "lexicon")),
        *(f"/{name}" for name in ("policies", f"policies?{asked}&topic={SHORT}", "p/q91-2", "p/q91-1", f"p/{SHORT}")),
        f"/console/sign-in?next={LINK}",
        f"/console/invitation/{SHORT}",
    ]


class Watched:
    """A page of a browser that keeps whatever should not have happened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("dialog", lambda dialog: self.wrong.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error {error}"))
        page.on("console", lambda line: self._heard(line.text))

    def _heard(self, line: str) -> None:
        if "Content Security Policy" in line or "Refused to" in line:
            self.wrong.append(f"{self.page.url}: {line}")

    async def look(self, address: str) -> list[str]:
        """Open a page: where its links lead."""
        response = await self.page.goto(address, wait_until="load")
        if response is None:
            return []
        if "text/html" in response.headers.get("content-type", ""):
            policy = response.headers.get("content-security-policy", "")
            assert "unsafe" not in policy
            assert "frame-ancestors" in policy
            assert policy == POLICY or "/console" not in address, address
        if found := await self.page.evaluate(MARKUP):
            self.wrong.append(f"{address}: {found}")
        links: list[str] = await self.page.evaluate("[...document.links].map((a) => a.href)")
        return links


def kind(address: str) -> str:
    """Which addresses are of one page: the numbers in them do not count."""
    path, _, query = address.partition("?")
    return re.sub(r"/\d+|/[0-9a-f]{24,}", "/N", path) + "?" + ",".join(sorted(re.findall(r"(\w+)=", query)))


async def test_words_are_words_everywhere(browser: Browser, office: Office) -> None:
    """Whatever was put in, on no page a script runs or is stopped, a dialog opens, or an element comes of it."""
    visitor = await office.sign_in("admin")
    seeds = await fill(office, visitor)
    origin = str(office.url).rstrip("/")
    page = await open_window(browser, user_agent=f"Mozilla/5.0 {SHORT}")
    await let_in(page, office, visitor)
    watched = Watched(page)
    fixed = [route.path for route in ROUTES if route.method == "GET" and "{" not in route.path]
    pages = [path for path in fixed if "." not in path and not path.endswith("/image")]
    queue = [f"{origin}{path}" for path in ["/console", *seeds, *pages]]
    seen: set[str] = set()
    shown = 0
    while queue and len(seen) < MOST_PAGES:
        address = queue.pop(0).partition("#")[0]
        if kind(address) in seen or not address.startswith(origin) or FILE.search(address):
            continue
        seen.add(kind(address))
        queue += await watched.look(address)
        shown += SHORT in await watched.page.inner_text("body")
    assert watched.wrong == []
    assert len(seen) > 50
    assert shown > 15, "the words are shown, or nothing was looked at"
