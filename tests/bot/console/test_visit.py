"""Pages of a list, and what a visit reads of its request."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.console.guard import Route
from bot.console.permissions import Permission
from bot.console.site import build_site
from bot.console.visit import Paging, Visit
from tests.bot.console.client import Office


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, 0, 9]),
        (5, 9, [1, 0, 4, 5, 6, 0, 9]),
        (9, 9, [1, 0, 8, 9]),
        (3, 5, [1, 2, 3, 4, 5]),
    ],
)
def test_the_numbers_that_are_offered(page: int, last: int, shown: list[int]) -> None:
    """First, last, and those around; a gap where some are left out."""
    paging = Paging(page=page, last=last, total=1, size=10, path="/x", kept=[])
    assert paging.shown == shown


def test_other_pages_keep_the_rest_of_the_address() -> None:
    """What the list was narrowed by stays."""
    paging = Paging(page=2, last=3, total=25, size=10, path="/x", kept=[("q", "技改&")])
    assert paging.address(3) == "/x?q=%E6%8A%80%E6%94%B9%26&page=3"
    assert paging.start == 10


async def test_what_a_visit_reads(office: Office) -> None:
    """A page that is none is the nearest there is; odd characters of a query are blanks; files have plain names."""
    seen: list[object] = []

    async def look(visit: Visit) -> web.Response:
        seen.append((visit.paging(95).page, visit.asked("q")))
        return visit.file(b"x", name="a.csv", content_type="text/csv")

    site = build_site(office.desk, [Route("GET", "/console/look", look, Permission.ANYONE)])
    async with office.serving(site) as visitor:
        for query in ("", "page=2", "page=99", "page=0", "page=x", "page=-1", "page=99999999"):
            page = await visitor.get(f"/console/look?q=%00a%0ab%20&{query}")
    assert seen == [(number, "a b") for number in (1, 2, 4, 1, 1, 1, 1)]
    assert page.headers["Content-Disposition"] == 'attachment; filename="a.csv"'
