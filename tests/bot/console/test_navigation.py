"""What stands at the side of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.console.navigation import PLACES, current, places
from bot.console.permissions import Permission
from bot.console.routes import ROUTES

TEMPLATES = Path(__file__).parents[3] / "bot/templates/console"


def test_every_place_can_be_opened_by_whom_it_is_shown() -> None:
    """Each leads to a page of the table, which asks for no more than the navigation says."""
    pages = {route.path: route.permission for route in ROUTES if route.method == "GET"}
    for place in PLACES:
        assert pages[place.path] == place.permission, place


def test_every_place_has_a_name_and_a_drawing() -> None:
    """In the templates, by its key; and its group has a heading."""
    names, icons = ((TEMPLATES / file).read_text(encoding="utf-8") for file in ("nav.html", "icons.html"))
    for place in PLACES:
        assert f'"{place.key}": "' in names, place
        assert f'id="i-{place.key}"' in icons, place
        assert f'"{place.group}": "' in names, place


def test_nobody_is_shown_what_they_may_not_open() -> None:
    """A place is shown from its permission on."""
    for permission in Permission:
        shown = [place for group in places(permission).values() for place in group]
        assert all(place.permission <= permission for place in shown)
        assert len(shown) == sum(place.permission <= permission for place in PLACES)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/console", "home"),
        ("/console/staff", "staff"),
        ("/console/staff/3/role", "staff"),
        ("/console/stafffff", ""),
        ("/console/profile", ""),
        ("/console/broadcasts/1/report", "broadcasts"),
        ("/console/conversations/abc", "unanswered"),
        ("/console/edit/policy", "corpus"),
        ("/console/edit/department", "departments"),
        ("/console/edit/synonym", "keywords"),
        ("/console/books/fact", "corpus"),
        ("/console/simulations/1", "review"),
    ],
)
def test_a_page_belongs_to_a_place(path: str, key: str) -> None:
    """To the one whose path it stands under; the first page has nothing under it."""
    assert current(path) == key


def test_names_are_used() -> None:
    """No drawing is asked for that there is not."""
    icons = (TEMPLATES / "icons.html").read_text(encoding="utf-8")
    known = set(re.findall(r'id="i-([\w-]+)"', icons))
    for template in TEMPLATES.glob("*.html"):
        asked = set(re.findall(r'icon\("([\w-]+)"\)', template.read_text(encoding="utf-8")))
        assert asked <= known, (template.name, asked - known)


def test_no_page_speaks_of_another_place() -> None:
    """What a template calls `here` is the place that is lit at the side: none of them takes the name for itself."""
    taken = [template.name for template in TEMPLATES.glob("*.html") if "set here" in template.read_text("utf-8")]
    assert taken == []
