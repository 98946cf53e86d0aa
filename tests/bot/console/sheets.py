"""Forms of the corpus as a browser fills them in, for tests."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from tests.bot.console.client import Office, Page, Visitor

CARRIED = re.compile(r'<input type="hidden" name="(seen|against|with)" value="([^"]*)">')


class _Fields(HTMLParser):
    """The fields of the form of class editor, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._inside = False
        self._area: str | None = None
        self._select: str | None = None
        self._chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field."""
        held = dict(attrs)
        name, value = held.get("name") or "", held.get("value") or ""
        if tag == "form":
            self._inside = "editor" in (held.get("class") or "")
        if not self._inside or (not name and tag != "option"):
            return
        if tag == "input" and (held.get("type") not in ("checkbox", "radio") or "checked" in held):
            self.fields.append((name, value))
        elif tag == "textarea":
            self._area = name
            self.fields.append((name, ""))
        elif tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select and ("selected" in held or self._chosen is None):
            self._chosen = value

    def handle_data(self, data: str) -> None:
        """Take the text of an area."""
        if self._area:
            name, value = self.fields[-1]
            self.fields[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        """Close a field."""
        if tag == "textarea":
            self._area = None
            name, value = self.fields[-1]
            self.fields[-1] = (name, value.removeprefix("\n"))
        elif tag == "select" and self._select:
            self.fields.append((self._select, self._chosen or ""))
            self._select = None
        elif tag == "form":
            self._inside = False


def fields(page: Page) -> list[tuple[str, str]]:
    """What the form of a page would send as it stands."""
    parser = _Fields()
    parser.feed(page.source)
    assert parser.fields, page.text
    return [(name, value) for name, value in parser.fields if name != "csrf"]


def held(page: Page, name: str) -> str:
    """What one field of the form holds."""
    return dict(fields(page))[name]


def changed(page: Page, **values: str) -> list[tuple[str, str]]:
    """What the form would send with some fields changed; `__` in a name stands for a dot."""
    wanted = {name.replace("__", "."): value for name, value in values.items()}
    kept = [(name, value) for name, value in fields(page) if name not in wanted]
    return [*kept, *wanted.items()]


async def edit(visitor: Visitor, path: str, *, action: str = "save", **values: str) -> Page:
    """Open a form, change fields, and send it."""
    page = await visitor.get(path)
    assert page.status == 200, (page.status, page.text)
    return await visitor.post(path, [*changed(page, **values), ("action", action)])


async def saved(visitor: Visitor, path: str, **values: str) -> int:
    """Such a form, kept as a draft; its number."""
    page = await edit(visitor, path, **values)
    assert page.status == 303, (page.status, page.text)
    found = re.fullmatch(r"/console/drafts/(\d+)", page.location)
    assert found, page.location
    return int(found[1])


async def submitted(visitor: Visitor, path: str, **values: str) -> int:
    """Such a draft, up for review."""
    number = await saved(visitor, path, **values)
    await visitor.get(f"/console/drafts/{number}")
    page = await send(visitor, f"/console/drafts/{number}", "submit")
    assert page.status == 303, (page.status, page.text)
    return number


async def published(office: Office, path: str, **values: str) -> int:
    """Such a draft, in force: one edits, another approves."""
    editor, approver = await office.sign_in("editor", "li"), await office.sign_in("approver", "wang")
    number = await submitted(editor, path, **values)
    page = await send(approver, f"/console/drafts/{number}", "publish")
    assert page.status == 303, (page.status, page.text)
    return number


async def send(visitor: Visitor, page: str, act: str, **values: Any) -> Page:
    """Open a page and do one of its acts, with what the page carries of what it shows."""
    return await visitor.post(f"{page}/{act}", {**carried(await visitor.get(page)), **values})


def carried(page: Page) -> dict[str, str]:
    """What the page of a draft carries, so that whoever decides decides on what it shows."""
    return dict(CARRIED.findall(page.source))
