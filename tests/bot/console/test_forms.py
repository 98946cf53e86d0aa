"""What forms bring."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import FormData, web
from structlog.testing import capture_logs

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


PARTS = "multipart/form-data; boundary=xx"
FIELD = b'--xx\r\nContent-Disposition: form-data; name="a"\r\n'
PLAIN = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "packed", "body"),
    [
        (PARTS, "", b"--xx\r\nnonsense\r\n\r\nvalue\r\n--xx--\r\n"),
        (PARTS, "", FIELD + b"Content-Transfer-Encoding: weird\r\n\r\n!!!\r\n--xx--\r\n"),
        (PARTS, "", FIELD + b"X: " + b"a" * 20_000 + b"\r\n\r\nv\r\n--xx--\r\n"),
        (PARTS, "", FIELD + b"".join(b"X%d: a\r\n" % n for n in range(5000)) + b"\r\nv\r\n--xx--\r\n"),
        (PLAIN, "gzip", b"!!!"),
        (PLAIN, "deflate", b"x"),
    ],
)
async def test_what_is_no_form_is_a_bad_request(office: Office, kind: str, packed: str, body: bytes) -> None:
    """Whatever a stranger sends to the door, it is their fault and said to be."""
    visitor = await office.stranger()
    await visitor.get("/console/sign-in")
    headers = {"Content-Type": kind, **({"Content-Encoding": packed} if packed else {})}
    with capture_logs() as logs:
        assert (await visitor.post("/console/sign-in", body, headers=headers)).status == 400
    assert [entry for entry in logs if entry["log_level"] == "error"] == []


EMPTY: dict[str, Any] = {"next": "", "name": "", "error": "", "minutes": 0, "empty": False}
