"""The first page."""

from __future__ import annotations

from tests.bot.console.client import Office


async def test_the_first_page_greets_whoever_is_in(office: Office) -> None:
    """Somebody signed in sees the dashboard with their name."""
    visitor = await office.sign_in("viewer")
    page = await visitor.get("/console")
    assert page.status == 200, page.text
    assert "工作台" in page.text
    assert "Viewer" in page.text
