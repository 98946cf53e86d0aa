"""The way in."""

from __future__ import annotations

from tests.bot.console.client import PASSWORD, Office


async def test_a_right_password_leads_in(office: Office) -> None:
    """Name and password, and one is where one wanted to go."""
    await office.hire("li", "editor", password=PASSWORD)
    visitor = await office.stranger()
    turned = await visitor.get("/console")
    assert (turned.status, turned.location) == (303, "/console/sign-in")
    assert "登录" in (await visitor.follow(turned)).text
    entered = await visitor.post("/console/sign-in", {"name": "Li", "password": PASSWORD})
    assert entered.location == "/console"
    page = await visitor.follow(entered)
    assert (page.status, "工作台" in page.text) == (200, True)
