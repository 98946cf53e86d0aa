"""What forms bring."""

from __future__ import annotations

import io
from typing import Any

from aiohttp import FormData, web

from bot.console.forms import Form
from bot.console.guard import Route
from bot.console.permissions import Permission
from bot.console.site import build_site
from bot.console.visit import Visit
from tests.bot.console.client import Office


async def test_fields_and_files(office: Office) -> None:
    """Fields by name, once or several; a file with its name and bytes; none where nothing was chosen."""
    seen: list[Form] = []

    async def door(visit: Visit) -> web.Response:
        return visit.page("sign_in", **EMPTY)

    async def take(visit: Visit) -> web.Response:
        seen.append(visit.form)
        return web.Response()

    routes = [
        Route("GET", "/console/door", door, Permission.ANYONE),
        Route("POST", "/console/take", take, Permission.ANYONE, limit=2_000_000),
    ]
    body = bytes(range(256)) * 4000
    async with office.serving(build_site(office.desk, routes)) as visitor:
        await visitor.get("/console/door")
        form = FormData([("a", " x "), ("n", "1\x002"), ("box", "1"), ("box", " 2 ")], quote_fields=False)
        form.add_field("csrf", visitor.token)
        form.add_field("file", io.BytesIO(body), filename="表.xlsx", content_type="application/x-test")
        form.add_field("none", io.BytesIO(b""), filename="", content_type="application/octet-stream")
        assert (await visitor.post("/console/take", form, token="")).status == 200
        large = FormData([("csrf", visitor.token)])
        large.add_field("file", io.BytesIO(body * 2), filename="x")
        assert (await visitor.post("/console/take", large)).status == 413
    (came,) = seen
    assert (came.get("a"), came.raw("a"), came.every("box"), came.number("n")) == ("x", " x ", ["1", "2"], 12)
    assert [came.number(name) for name in ("a", "box", "no")] == [0, 1, 0]
    upload = came.upload("file")
    assert upload is not None
    assert (upload.name, upload.content_type, upload.body) == ("表.xlsx", "application/x-test", body)
    assert came.upload("none") is None


EMPTY: dict[str, Any] = {"next": "", "name": "", "error": "", "minutes": 0, "empty": False}
