"""The table of routes: whole, and kept to by the door."""

from __future__ import annotations

import re

import pytest

from bot.console.permissions import Permission
from bot.console.routes import ROUTES
from bot.store.staff import ROLES
from tests.bot.console.client import Office

REFUSED = {"POST": 403, "GET": 303}  # a stranger's form is refused, a stranger who looks is sent to the door
AT_THE_DOOR = {  # what strangers may do: nothing else may ever be added without a thought
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("POST", "/console/sign-out"),
    ("GET", "/console/invitation/{token}"),
    ("POST", "/console/invitation/{token}"),
}


def address(path: str) -> str:
    """A path with something in each of its gaps."""
    return re.sub(r"\{[^}]+\}", "1", path)


async def test_every_route_of_the_application_stands_in_the_table(office: Office) -> None:
    """What is mounted under /console is what the table says, and nothing beside it."""
    found = {
        (route.method, route.resource.canonical)
        for route in office.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/console")
    }
    for resource in office.app.router.resources():
        if resource.canonical.startswith("/console"):
            found |= {(route.method, route.resource.canonical) for route in resource if route.resource is not None}
    assert {place for place in found if place[0] != "HEAD"} == {(route.method, route.path) for route in ROUTES}


def test_nothing_stands_in_the_table_twice() -> None:
    """One line, one handler."""
    places = [(route.method, route.path) for route in ROUTES]
    assert len(places) == len(set(places))


def test_what_changes_something_is_posted() -> None:
    """The table knows two methods: to look and to do."""
    assert {route.method for route in ROUTES} == {"GET", "POST"}


def test_strangers_find_the_door_and_nothing_else() -> None:
    """Few pages are for anyone."""
    assert {(r.method, r.path) for r in ROUTES if r.permission == Permission.ANYONE} == AT_THE_DOOR


async def test_strangers_are_refused_everywhere_else(office: Office) -> None:
    """Every page that asks for a role sends a stranger to the door, and every form of theirs is refused."""
    visitor = await office.stranger()
    await visitor.get("/console/sign-in")
    assert visitor.token
    for route in ROUTES:
        if route.permission > Permission.ANYONE:
            page = await (visitor.get if route.method == "GET" else visitor.post)(address(route.path))
            assert page.status == REFUSED[route.method], route
            assert page.status == 403 or page.location.startswith("/console/sign-in"), route


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_may_do_what_the_table_says(office: Office, role: str) -> None:
    """Every route above a role refuses it, even with the right token; every page up to it opens."""
    visitor = await office.sign_in(role)
    for route in ROUTES:
        if route.permission > Permission.of(role):
            page = await (visitor.get if route.method == "GET" else visitor.post)(address(route.path))
            assert (page.status, "没有权限" in page.text) == (403, True), route
        elif route.method == "GET":
            page = await visitor.get(address(route.path))
            assert page.status in (200, 303, 404), (route, page.status)
            assert "没有权限" not in page.text, route
    assert [act for act in await office.acts() if act != "staff.invited"] == []


async def test_no_form_is_taken_without_its_token(office: Office) -> None:
    """Every form is refused with no token, with a made-up one, and with that of another browser; nothing happens."""
    visitor, other = await office.sign_in("admin"), await office.sign_in("admin", "other")
    for route in ROUTES:
        if route.method == "POST":
            for token in ("", "A" * 86, "é", other.token):
                page = await visitor.post(address(route.path), {"csrf": token}, token="")
                assert (page.status, "页面已过期" in page.text) == (403, True), (route, token)
    assert [act for act in await office.acts() if act != "staff.invited"] == []


async def test_no_form_of_another_site_is_read(office: Office) -> None:
    """A browser says where a form comes from: not from a page of ours, and it is refused even with its token."""
    visitor = await office.sign_in("admin")
    for site in ("cross-site", "same-site"):
        page = await visitor.post("/console/profile/name", {"display": "x"}, headers={"Sec-Fetch-Site": site})
        assert page.status == 403
    assert "profile.renamed" not in await office.acts()
